"""The workbook beside the admin's, for formats that cannot be patched: made once, then patched."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import python_calamine

from app.model import upn_key
from app.workbook.atomic import fitted
from app.workbook.headers import chosen, column_letter, column_names
from app.workbook.package import sheet_part_name
from app.workbook.status import StatusRow, StatusWrite
from app.workbook.strings_xml import escaped

SHEET = "Status"
SOURCE, TARGET = "SourceUPN", "TargetUPN"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_HEADER_STYLE = 1
_WIDTH = 34


def beside(book: Path, number: int) -> Path:
    """Its name: the whole name of the admin's file, so that a `.xls` and a `.csv` have their own.

    `number` above 1 is for when that name is taken by a file that is not ours.
    """
    rest = f" (status {number}).xlsx" if number > 1 else " (status).xlsx"
    return book.with_name(fitted(book.name, len(rest)) + rest)


def for_beside(write: StatusWrite) -> StatusWrite:
    """The same statuses, for the sheet and the columns of the workbook beside."""
    return replace(write, sheet=SHEET, header_row=1, source_column=SOURCE, target_column=TARGET)


def make(target: Path, rows: Sequence[StatusRow]) -> None:
    """A new workbook with the two columns of the mapping; the patcher adds ours.

    `target` must not exist. Parts and elements as in ECMA-376 part 1, 12 and 18.
    """
    body = [_row("", 1, (SOURCE, TARGET), (0, 1), _HEADER_STYLE)]
    body += [
        _row("", number, (row.source_upn, row.target_upn), (0, 1))
        for number, row in enumerate(rows, 2)
    ]
    sheet = f"{_SHEET_HEAD}{''.join(body)}</sheetData></worksheet>"
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(name, _XML + text)


def with_rows(source: Path, target: Path, rows: Iterable[StatusRow]) -> None:
    """Copy the workbook beside with these people added below the last row, unless they are there.

    For people who came into the mapping later; what the admin wrote into the workbook stays.
    Raises LookupError when the file is not what the patcher found: somebody saved it meanwhile.
    """
    columns, there, height = _mapping_of(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "x") as new:
        part = sheet_part_name(old, SHEET)
        for info in old.infolist():
            body = old.read(info)
            if info.filename == part:
                body = _longer(body.decode("utf-8"), columns, there, height, rows).encode("utf-8")
            new.writestr(info, body)


def _mapping_of(book: Path) -> tuple[tuple[int, int], set[tuple[str, str]], int]:
    """Where the two columns are, the pairs in them, and how many rows are filled."""
    with python_calamine.CalamineWorkbook.from_path(str(book)) as workbook:
        grid = workbook.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    for number, row in enumerate(grid, 1):
        names = column_names([str(value) for value in row])
        source, target = chosen(names, SOURCE), chosen(names, TARGET)
        if source >= 0 and target >= 0:
            below = grid[number:]
            pairs = {(upn_key(str(one[source])), upn_key(str(one[target]))) for one in below}
            return (source, target), pairs, len(grid)
    raise LookupError(f"the columns {SOURCE} and {TARGET} are gone")


def _longer(
    xml: str,
    columns: tuple[int, int],
    there: set[tuple[str, str]],
    height: int,
    rows: Iterable[StatusRow],
) -> str:
    closing = re.search(r"</((?:\w+:)?)sheetData\s*>", xml)
    if closing is None:
        raise LookupError(f"the sheet {SHEET} is empty")
    numbers = re.findall(r"""<(?:\w+:)?row\b[^>]*?\sr=["'](\d+)["']""", xml)
    last = max(height, *map(int, numbers))
    added = []
    for row in rows:
        key = upn_key(row.source_upn), upn_key(row.target_upn)
        if key not in there:
            there.add(key)
            last += 1
            added.append(_row(closing[1], last, (row.source_upn, row.target_upn), columns))
    longer = xml[: closing.start()] + "".join(added) + xml[closing.start() :]
    # The extent is optional, and the one that stands there is too small now.
    return re.sub(r"<(?:\w+:)?dimension\b[^>]*/>", "", longer, count=1)


def _row(
    prefix: str, number: int, texts: tuple[str, str], columns: tuple[int, int], style: int = 0
) -> str:
    p = prefix
    cells = "".join(
        f'<{p}c r="{column_letter(column)}{number}" s="{style}" t="inlineStr"><{p}is>'
        f'<{p}t xml:space="preserve">{escaped(text)}</{p}t></{p}is></{p}c>'
        for column, text in sorted(zip(columns, texts, strict=True))
    )
    return f'<{p}row r="{number}">{cells}</{p}row>'


_SHEET_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    f'</sheetViews><cols><col min="1" max="2" width="{_WIDTH}" customWidth="1"/></cols><sheetData>'
)
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_TYPES}">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews>'
    f'<workbookView/></bookViews><sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2">'
    '<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font>'
    '</fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FF1F4E79"/><bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>",
}
