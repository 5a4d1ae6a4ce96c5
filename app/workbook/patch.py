"""Writes our columns into a workbook and nothing else: bytes are spliced, nothing is rewritten."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.errors import WorkbookError
from app.model import upn_key
from app.workbook.headers import chosen, column_names
from app.workbook.package import (
    attributes,
    check_well_formed,
    copy_with,
    related,
    sheet_part_name,
    workbook_part_name,
)
from app.workbook.sheet_xml import (
    Cell,
    Row,
    SharedStrings,
    SheetXml,
    letters_of,
    row_style,
    widened,
)
from app.workbook.status import CellValue, StatusColumn, StatusRow, StatusWrite
from app.workbook.styles_xml import Styles, with_our_styles
from app.workbook.table_xml import (
    Area,
    Table,
    area_of,
    read_table,
    spliced,
    with_columns,
    with_filter_ref,
)

_SEARCHED_ROWS = 60
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_FROM_1904 = 1462
"""Days between Excel's two date systems ("Date systems in Excel")."""


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What was written."""

    changed: bool
    """False: the workbook says it already; nothing was written."""
    rows_written: int
    rows_missing: tuple[str, ...]
    conflicts: tuple[str, ...]
    """Cells of ours that hold a formula of the admin's; left as they are."""


@dataclass(slots=True)
class _Sheet:
    """The mapping sheet with what was found in it."""

    xml: SheetXml
    header: Row
    header_cells: dict[int, Cell]
    names: dict[int, str]
    rows: list[tuple[Row, list[Cell], str, str]]
    right: int
    """The last column in use, counted from 0."""
    splices: list[tuple[int, int, bytes]] = field(default_factory=list)


def patch_package(source: Path, target: Path, write: StatusWrite) -> PatchResult:
    """Write `source` with our cells into `target`, which must not exist.

    Raises WorkbookError CANNOT_PATCH, SHEET_PROTECTED, NO_SUCH_SHEET, COLUMNS_GONE; nothing is
    left at `target` then.
    """
    with zipfile.ZipFile(source) as package:
        patch = _Patch(package, write)
        changed = patch.changed_parts()
    if changed:
        for name, xml in changed.items():
            check_well_formed(name, xml)
        with target.open("xb") as file:
            copy_with(source, file, changed)
    return PatchResult(bool(changed), patch.rows_written, patch.missing, tuple(patch.conflicts))


class _Patch:
    def __init__(self, package: zipfile.ZipFile, write: StatusWrite) -> None:
        self._package = package
        self._write = write
        self._workbook_part = workbook_part_name(package)
        part = sheet_part_name(package, write.sheet)
        if part is None:
            raise WorkbookError(
                "NO_SUCH_SHEET",
                f"The sheet {write.sheet} is not in the workbook any more",
                "",
                "Give the sheet its old name, or read the workbook again.",
            )
        self._part = part
        self._tables = [
            table
            for name in related(package, part, "table")
            if (table := read_table(name, package.read(name))) is not None
        ]
        self.rows_written = 0
        self.missing: tuple[str, ...] = ()
        self.conflicts: list[str] = []

    def changed_parts(self) -> dict[str, bytes]:
        """The parts that differ from the package's, with their new bytes."""
        package = self._package
        workbook = package.read(self._workbook_part)
        self._is_1904 = re.search(rb"""\bdate1904=["'](?:1|true)["']""", workbook) is not None
        styles_part = next(iter(related(package, self._workbook_part, "styles")), None)
        old_styles = package.read(styles_part) if styles_part else None
        styles = with_our_styles(old_styles)
        sheet = self._scan()
        columns, new = self._place(sheet)
        self._check_protection(sheet, columns, styles)
        self._write_header(sheet, new)
        self._write_rows(sheet, columns, styles)
        if not sheet.splices:
            return {}
        changed: dict[str, bytes] = {}
        if new:
            self._grow(sheet, new, changed, workbook)
        changed[self._part] = spliced(sheet.xml.xml, sheet.splices)
        if styles_part and styles.xml != old_styles:
            changed[styles_part] = styles.xml
        return {name: xml for name, xml in changed.items() if xml != package.read(name)}

    # Finding

    def _scan(self) -> _Sheet:
        package, write = self._package, self._write
        strings_part = next(iter(related(package, self._workbook_part, "sharedStrings")), None)
        shared = SharedStrings(package.read(strings_part) if strings_part else b"")
        xml = SheetXml(package.read(self._part))
        sheet: _Sheet | None = None
        source = target = -1
        right = 0
        seen = 0
        for row in xml.rows():
            cells = xml.cells(row)
            if cells:
                right = max(right, cells[-1].column)
            if sheet is None:
                seen += 1
                header = self._header(xml, row, cells, shared)
                if header is not None:
                    sheet, source, target = header
                elif seen > _SEARCHED_ROWS:
                    break
                continue
            by_column = {cell.column: cell for cell in cells}
            said = [
                xml.text(by_column[column], shared) if column in by_column else ""
                for column in (source, target)
            ]
            sheet.rows.append((row, cells, said[0], said[1]))
        if sheet is None:
            raise WorkbookError(
                "COLUMNS_GONE",
                "The columns of the mapping are not in the sheet any more",
                f"{write.sheet}: {write.source_column}, {write.target_column}.",
                "Give them their old names, or read the workbook again.",
            )
        sheet.right = max(right, self._right_of_areas(xml))
        return sheet

    def _header(
        self, xml: SheetXml, row: Row, cells: list[Cell], shared: SharedStrings
    ) -> tuple[_Sheet, int, int] | None:
        texts = {cell.column: xml.text(cell, shared) for cell in cells}
        width = max(texts, default=-1) + 1
        raw = [texts.get(column, "") for column in range(width)]
        names = column_names(raw)
        source = chosen(names, self._write.source_column)
        target = chosen(names, self._write.target_column)
        if source < 0 or target < 0 or not (raw[source].strip() and raw[target].strip()):
            return None
        sheet = _Sheet(
            xml=xml,
            header=row,
            header_cells={cell.column: cell for cell in cells},
            names={column: " ".join(text.split()) for column, text in texts.items()},
            rows=[],
            right=0,
        )
        return sheet, source, target

    def _right_of_areas(self, xml: SheetXml) -> int:
        refs = [table.area.ref for table in self._tables]
        p = re.escape(xml.prefix)
        tags = b"<" + p + rb"(?:mergeCell|autoFilter)\b[^>]*>"
        after = xml.masked[xml.data_end :]
        refs += [attributes(tag).get("ref", "") for tag in re.findall(tags, after)]
        for name in related(self._package, self._part, "pivotTable"):
            found = re.search(rb"<(?:\w+:)?location\b[^>]*>", self._package.read(name))
            refs += [attributes(found[0]).get("ref", "")] if found else []
        areas = [area for ref in refs if (area := area_of(ref)) is not None]
        return max((area.right for area in areas), default=0)

    def _place(self, sheet: _Sheet) -> tuple[dict[int, int], dict[int, int]]:
        """The sheet column of each of our columns, and which of them are new."""
        there = {name: column for column, name in sheet.names.items()}
        columns: dict[int, int] = {}
        new: dict[int, int] = {}
        right = sheet.right
        for index, column in enumerate(self._write.columns):
            at = there.get(column.header)
            if at is None:
                right += 1
                at = new[index] = right
            columns[index] = at
        return columns, new

    def _check_protection(self, sheet: _Sheet, columns: dict[int, int], styles: Styles) -> None:
        place = sheet.xml.element("sheetProtection", sheet.xml.data_end)
        if place is None:
            return
        tag = sheet.xml.xml[place[0] : place[1]]
        if re.search(rb"""\bsheet=["'](?:1|true)["']""", tag) is None:
            return
        ours = set(columns.values())
        for _, cells, _, _ in sheet.rows:
            unlocked = {c.column for c in cells if not styles.is_locked(c.style)}
            if not ours <= unlocked:
                raise WorkbookError(
                    "SHEET_PROTECTED",
                    f"The sheet {self._write.sheet} is protected",
                    "Its cells are locked, so the status was not written. It is in the journal.",
                    "In Excel choose Review, Unprotect Sheet, and save.",
                )

    # Writing

    def _write_header(self, sheet: _Sheet, new: dict[int, int]) -> None:
        if not new:
            return
        left = sheet.header_cells.get(min(new.values()) - 1)
        style = left.style if left else None
        cells = b"".join(
            sheet.xml.text_cell(
                f"{letters_of(column)}{sheet.header.number}",
                style,
                self._write.columns[index].header,
            )
            for index, column in new.items()
        )
        self._append(sheet, sheet.header, cells, max(new.values()))

    def _append(self, sheet: _Sheet, row: Row, cells: bytes, last: int) -> None:
        """Put cells behind the last cell of a row."""
        tag = widened(row.tag, last, last)
        if row.is_empty_tag:
            closing = b"</" + sheet.xml.prefix + b"row>"
            opened = re.sub(rb"\s*/>$", b">", tag)
            sheet.splices.append((row.start, row.end, opened + cells + closing))
            return
        if tag != row.tag:
            sheet.splices.append((row.start, row.inner, tag))
        sheet.splices.append((row.inner_end, row.inner_end, cells))

    def _write_rows(self, sheet: _Sheet, columns: dict[int, int], styles: Styles) -> None:
        wanted = _Wanted(self._write.rows)
        in_sheet = Counter(upn_key(source) for _, _, source, _ in sheet.rows)
        for row, cells, source, target in sheet.rows:
            status = wanted.take(source, target, in_sheet)
            if status is not None:
                self._write_row(sheet, row, cells, status, columns, styles)
                self.rows_written += 1
        self.missing = wanted.not_taken()

    def _write_row(
        self,
        sheet: _Sheet,
        row: Row,
        cells: list[Cell],
        status: StatusRow,
        columns: dict[int, int],
        styles: Styles,
    ) -> None:
        there = {cell.column: cell for cell in cells}
        inherited = row_style(row.tag)
        appended: list[bytes] = []
        last_there = cells[-1].column if cells else -1
        for index, column in sorted(columns.items(), key=lambda one: one[1]):
            old = there.get(column)
            reference = f"{letters_of(column)}{row.number}"
            if old is not None and old.has_formula:
                self.conflicts.append(reference)
                continue
            kind = self._write.columns[index]
            style = old.style if old is not None else inherited
            new = self._cell(sheet.xml, reference, kind, status.cells[index], style, styles)
            if old is not None:
                if sheet.xml.xml[old.start : old.end] != new:
                    sheet.splices.append((old.start, old.end, new))
            elif new and column > last_there:
                appended.append(new)
            elif new:
                before = next(cell for cell in cells if cell.column > column)
                sheet.splices.append((before.start, before.start, new))
        if appended:
            self._append(sheet, row, b"".join(appended), max(columns.values()))

    def _cell(
        self,
        xml: SheetXml,
        reference: str,
        column: StatusColumn,
        value: CellValue,
        style: int | None,
        styles: Styles,
    ) -> bytes:
        if value is None or value == "":
            return xml.empty_cell(reference, style)
        if isinstance(value, datetime):
            moment = value.astimezone(UTC)
            if styles.date is None:
                return xml.text_cell(reference, style, moment.strftime("%Y-%m-%d %H:%M UTC"))
            days = (moment.replace(microsecond=0) - _EPOCH).total_seconds() / 86_400
            serial = round(days - (_FROM_1904 if self._is_1904 else 0), 6)
            return xml.number_cell(reference, styles.date, serial)
        if isinstance(value, int):
            return xml.number_cell(reference, None, value)
        if column.kind == "status":
            colour = dict(self._write.colours).get(value, "")
            style = styles.colours.get(colour, style)
        return xml.text_cell(reference, style, value)

    # What must grow with new columns

    def _grow(
        self, sheet: _Sheet, new: dict[int, int], changed: dict[str, bytes], workbook: bytes
    ) -> None:
        last = max(new.values())
        headers = [self._write.columns[index].header for index in new]
        for table in self._tables:
            if self._is_ours(table, sheet, min(new.values())):
                changed[table.part] = with_columns(table, headers)
        self._grow_dimension(sheet, last)
        self._grow_filter(sheet, min(new.values()), last, changed, workbook)
        self._add_widths(sheet, new)

    def _is_ours(self, table: Table, sheet: _Sheet, first: int) -> bool:
        area = table.area
        at_edge = area.right == first - 1 and area.top == sheet.header.number
        return at_edge and table.has_header and not table.is_query

    def _grow_dimension(self, sheet: _Sheet, last: int) -> None:
        place = sheet.xml.element("dimension")
        if place is None:
            return
        tag = sheet.xml.xml[place[0] : place[1]]
        area = area_of(attributes(tag).get("ref", ""))
        if area is None or area.right >= last:
            return
        grown = Area(area.left, area.top, last, max(area.bottom, sheet.header.number))
        sheet.splices.append((*place, with_filter_ref(tag, grown)))

    def _grow_filter(
        self, sheet: _Sheet, first: int, last: int, changed: dict[str, bytes], workbook: bytes
    ) -> None:
        start = sheet.xml.element("autoFilter", sheet.xml.data_end)
        if start is None:
            return
        tag_end = sheet.xml.masked.index(b">", start[0]) + 1
        tag = sheet.xml.xml[start[0] : tag_end]
        area = area_of(attributes(tag).get("ref", ""))
        if area is None or area.right != first - 1 or area.top != sheet.header.number:
            return
        grown = Area(area.left, area.top, last, area.bottom)
        sheet.splices.append((start[0], tag_end, with_filter_ref(tag, grown)))
        name = re.compile(
            rb"(<(?:\w+:)?definedName\b[^>]*\bname=[\"']_xlnm\._FilterDatabase[\"'][^>]*>)([^<]*)(<)"
        )
        old = f"${letters_of(area.left)}${area.top}:${letters_of(area.right)}${area.bottom}"
        wider = f"${letters_of(area.left)}${area.top}:${letters_of(last)}${area.bottom}"

        def widen(found: re.Match[bytes]) -> bytes:
            said = found[2].decode("utf-8")
            sheet_name, _, ref = said.rpartition("!")
            plain = sheet_name.strip("'").replace("''", "'")
            if plain == self._write.sheet and ref == old:
                said = f"{sheet_name}!{wider}"
            return found[1] + said.encode() + found[3]

        changed[self._workbook_part] = name.sub(widen, workbook)

    def _add_widths(self, sheet: _Sheet, new: dict[int, int]) -> None:
        p = sheet.xml.prefix.decode()
        widths = {column: self._write.columns[index].width for index, column in new.items()}
        tags = {
            column: f'<{p}col min="{column + 1}" max="{column + 1}" width="{width}"'
            ' customWidth="1"/>'
            for column, width in widths.items()
        }
        place = sheet.xml.element("cols")
        if place is None or place[0] > sheet.xml.data_start:
            cols = f"<{p}cols>{''.join(tags.values())}</{p}cols>".encode()
            at = sheet.xml.masked.index(b"<" + sheet.xml.prefix + b"sheetData")
            sheet.splices.append((at, at, cols))
            return
        pieces: list[tuple[int, str]] = list(tags.items())
        pattern = re.compile(b"<" + re.escape(sheet.xml.prefix) + b"col\\b[^>]*>")
        start, end = place
        inner = sheet.xml.masked[start:end]
        first = None
        for found in pattern.finditer(inner):
            first = found.start() if first is None else first
            said = attributes(found[0])
            low, high = int(said["min"]) - 1, int(said["max"]) - 1
            pieces += [
                (part_low, _ranged(found[0].decode(), part_low, part_high))
                for part_low, part_high in _without(low, high, set(widths))
            ]
        if first is None:
            return
        closing = f"</{p}cols>".encode()
        body = "".join(tag for _, tag in sorted(pieces)).encode()
        sheet.splices.append((start + first, end - len(closing), body))


class _Wanted:
    """The rows to write, each found by source and target, or by a source that occurs once."""

    def __init__(self, rows: tuple[StatusRow, ...]) -> None:
        self._rows = rows
        self._exact = {(upn_key(r.source_upn), upn_key(r.target_upn)): r for r in rows}
        self._by_source = {upn_key(row.source_upn): row for row in rows}
        self._count = Counter(upn_key(row.source_upn) for row in rows)
        self._taken: set[tuple[str, str]] = set()

    def take(self, source: str, target: str, in_sheet: Counter[str]) -> StatusRow | None:
        """The row to be written where the sheet holds this source and target."""
        key = upn_key(source)
        row = self._exact.get((key, upn_key(target)))
        if row is None and key and in_sheet[key] == 1 and self._count[key] == 1:
            row = self._by_source[key]
        if row is not None:
            self._taken.add((upn_key(row.source_upn), upn_key(row.target_upn)))
        return row

    def not_taken(self) -> tuple[str, ...]:
        """The sources whose row is not in the sheet."""
        return tuple(
            row.source_upn
            for row in self._rows
            if (upn_key(row.source_upn), upn_key(row.target_upn)) not in self._taken
        )


def _without(low: int, high: int, holes: set[int]) -> list[tuple[int, int]]:
    """The parts of a range of columns that are left when some columns are taken out."""
    parts, start = [], low
    for hole in sorted(hole for hole in holes if low <= hole <= high):
        if start < hole:
            parts.append((start, hole - 1))
        start = hole + 1
    if start <= high:
        parts.append((start, high))
    return parts


def _ranged(tag: str, low: int, high: int) -> str:
    tag = re.sub(r"\bmin=([\"'])\d+", rf"min=\g<1>{low + 1}", tag)
    return re.sub(r"\bmax=([\"'])\d+", rf"max=\g<1>{high + 1}", tag)
