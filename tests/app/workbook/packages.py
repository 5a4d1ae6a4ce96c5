"""Small workbooks written by hand, byte by byte, for the corner cases that no library makes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from app.workbook.patch import PatchResult, patch_package
from app.workbook.status import CellValue, StatusColumn, StatusRow, StatusWrite

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."

SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
TABLE = "xl/tables/table1.xml"
WORKBOOK = "xl/workbook.xml"

STATUS = StatusColumn("Ferry status", "status", 16)
HINT = StatusColumn("Ferry what to do", "text", 60)
UPDATED = StatusColumn("Ferry updated (UTC)", "date", 17)
COLOURS = (("Success", "good"), ("Failed", "bad"), ("InProgress", "running"))

STYLES_XML = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    '</cellStyles><dxfs count="1"><dxf/></dxfs></styleSheet>'
)
WORKBOOK_XML = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="Wave" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def text(reference: str, said: str, style: str = "") -> str:
    """A cell with text."""
    return f'<c r="{reference}"{style} t="inlineStr"><is><t>{said}</t></is></c>'


def row(number: int, *cells: str, more: str = "") -> str:
    """A row of such cells, beginning in column A; a blank one is left out."""
    made = "".join(
        text(f"{chr(65 + place)}{number}", cell) for place, cell in enumerate(cells) if cell
    )
    return f'<row r="{number}"{more}>{made}</row>'


HEADER = row(1, "SourceUPN", "TargetUPN")
PEOPLE = row(2, "a@x.com", "a@y.com") + row(3, "b@x.com", "b@y.com")
ROWS = HEADER + PEOPLE


def sheet(rows: str = ROWS, before: str = "", after: str = "") -> str:
    """A sheet part around these rows."""
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def table(ref: str, names: Sequence[str], more: str = "", inner: str = "") -> str:
    """A table part."""
    columns = "".join(
        f'<tableColumn id="{place}" name="{name}"/>' for place, name in enumerate(names, 1)
    )
    return (
        f'<table xmlns="{MAIN}" id="1" name="People" displayName="People" ref="{ref}"{more}>'
        f'<autoFilter ref="{ref}"/>{inner}'
        f'<tableColumns count="{len(names)}">{columns}</tableColumns></table>'
    )


def relations(*found: tuple[str, str, str]) -> str:
    """A relations part: id, full type, target."""
    made = "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, kind, target in found
    )
    return f'<Relationships xmlns="{_PACKAGE}">{made}</Relationships>'


def make_package(
    path: Path,
    sheet_xml: str | bytes = "",
    *,
    tables: Sequence[str] = (),
    styles: str | None = STYLES_XML,
    shared: str | None = None,
    workbook: str = WORKBOOK_XML,
    sheet_relations: Sequence[tuple[str, str, str]] = (),
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """A workbook with one sheet named Wave; `more` are parts added or put in place of others."""
    book = [("rId1", f"{RELATIONS}/worksheet", "worksheets/sheet1.xml")]
    if styles is not None:
        book.append(("rId2", f"{RELATIONS}/styles", "styles.xml"))
    if shared is not None:
        book.append(("rId3", f"{RELATIONS}/sharedStrings", "sharedStrings.xml"))
    on_sheet = list(sheet_relations)
    for number in range(1, len(tables) + 1):
        on_sheet.append((f"t{number}", f"{RELATIONS}/table", f"../tables/table{number}.xml"))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}styles+xml"/></Types>'
        ),
        "_rels/.rels": relations(("rId1", f"{RELATIONS}/officeDocument", "xl/workbook.xml")),
        WORKBOOK: workbook,
        "xl/_rels/workbook.xml.rels": relations(*book),
        SHEET: sheet_xml or sheet(),
    }
    if on_sheet:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(*on_sheet)
    for number, xml in enumerate(tables, 1):
        parts[f"xl/tables/table{number}.xml"] = xml
    if styles is not None:
        parts[STYLES] = styles
    if shared is not None:
        parts["xl/sharedStrings.xml"] = shared
    parts |= more or {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, part)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    """Every part with its bytes, checked against its CRC."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def status_write(
    *rows: tuple[str, str, Sequence[CellValue]],
    columns: tuple[StatusColumn, ...] = (STATUS,),
    sheet_name: str = "Wave",
    header_row: int = 1,
) -> StatusWrite:
    """What is to be written: source, target, values."""
    return StatusWrite(
        sheet=sheet_name,
        header_row=header_row,
        source_column="SourceUPN",
        target_column="TargetUPN",
        columns=columns,
        rows=tuple(StatusRow(source, target, tuple(values)) for source, target, values in rows),
        colours=COLOURS,
    )


BOTH = status_write(("a@x.com", "a@y.com", ["Success"]), ("b@x.com", "b@y.com", ["Failed"]))

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def patched(source: Path, write: StatusWrite = BOTH) -> tuple[PatchResult, Path]:
    """The result and the new file, whose other parts are the same byte for byte."""
    target = source.with_name(f"{source.stem}+.xlsx")
    result = patch_package(source, target, write)
    if result.changed:
        before, after = parts_of(source), parts_of(target)
        assert list(after) == list(before)
        may_change = {SHEET, STYLES, WORKBOOK, *(name for name in before if "table" in name)}
        assert {name for name in before if before[name] != after[name]} <= may_change
    else:
        assert not target.exists()
    return result, target


def sheet_of(path: Path) -> str:
    return parts_of(path)[SHEET].decode()


def cells(path: Path, name: str = "Wave") -> dict[str, object]:
    """What openpyxl reads: reference -> value of every cell that has one."""
    book = openpyxl.load_workbook(path)
    try:
        return {
            cell.coordinate: cell.value
            for line in book[name].iter_rows()
            for cell in line
            if cell.value is not None
        }
    finally:
        book.close()


def column(path: Path, letter: str) -> dict[int, object]:
    found = cells(path)
    return {
        int(key[1:]): value for key, value in found.items() if key.rstrip("0123456789") == letter
    }
