"""Where the mapping lies in its sheet, and where our columns are or go."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.errors import WorkbookError
from app.workbook.areas import LAST_COLUMN, Area, area_of
from app.workbook.headers import chosen, column_names
from app.workbook.package import existing, related
from app.workbook.sheet_xml import Row, SheetXml
from app.workbook.status import StatusColumn, StatusWrite
from app.workbook.strings_xml import SharedStrings
from app.workbook.table_xml import Table, read_table
from app.workbook.xml_bytes import Part, attributes

_SEARCHED_ROWS = 60
_ANCHOR = re.compile(rb"<(?:[^\s<>/:]++:)?col>\s*(\d{1,5})\s*<")


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of the mapping; columns are counted from 0."""

    row: Row
    texts: dict[int, str]
    source: int
    target: int


def find_header(sheet: SheetXml, shared: SharedStrings, write: StatusWrite) -> Header:
    """The row that names both columns: the one where it was, or else the first.

    Raises WorkbookError COLUMNS_GONE when there is none.
    """
    first: Header | None = None
    for place, row in enumerate(sheet.rows()):
        if place >= _SEARCHED_ROWS or (first is not None and row.number > write.header_row):
            break
        header = _header_in(sheet, row, shared, write)
        if header is not None:
            if row.number == write.header_row:
                return header
            first = first or header
    if first is None:
        raise WorkbookError(
            "COLUMNS_GONE",
            "The columns of the mapping are not in the sheet any more",
            f"{write.sheet}: {write.source_column}, {write.target_column}.",
            "Give them their old names, or read the workbook again.",
        )
    return first


def _header_in(
    sheet: SheetXml, row: Row, shared: SharedStrings, write: StatusWrite
) -> Header | None:
    texts = {cell.column: sheet.text(cell, shared) for cell in sheet.cells(row)}
    texts = {column: text for column, text in texts.items() if text.strip()}
    raw = [texts.get(column, "") for column in range(max(texts, default=-1) + 1)]
    names = column_names(raw)
    source, target = chosen(names, write.source_column), chosen(names, write.target_column)
    if source not in texts or target not in texts:
        return None
    return Header(row, texts, source, target)


def tables_of(package: zipfile.ZipFile, part: str) -> list[Table]:
    """The tables of a sheet. Raises WorkbookError CANNOT_PATCH."""
    tables = (read_table(name, package.read(name)) for name in related(package, part, "table"))
    return [table for table in tables if table is not None]


def own_columns(
    header: Header, tables: Iterable[Table], columns: Sequence[StatusColumn]
) -> dict[int, int]:
    """Our columns that are there already: index of ours -> column of the sheet.

    They are found by their headers wherever the admin moved them, without regard to case and
    blanks. Of two with the same header the first one is ours.
    """
    places: dict[str, int] = {}
    for column, text in sorted(header.texts.items()):
        places.setdefault(_key(text), column)
    for table in tables:
        if table.holds(header.row.number, header.source):
            for column, name in enumerate(table.columns, table.area.left):
                places.setdefault(_key(name), column)
    found = ((index, places.get(_key(column.header))) for index, column in enumerate(columns))
    return {index: place for index, place in found if place is not None}


def _key(header: str) -> str:
    return " ".join(header.split()).casefold()


def growing_table(tables: Iterable[Table], header: Header, right: int) -> Table | None:
    """The mapping's own table, when it ends at this column and may be grown."""
    for table in tables:
        holds = table.holds(header.row.number, header.source, header.target)
        if holds and table.may_grow and table.area.right == right:
            return table
    return None


def filter_area(sheet: SheetXml, header: Header, right: int) -> Area | None:
    """The area of the sheet's filter, when it is the mapping's and ends at this column."""
    element = sheet.element("autoFilter")
    if element is None:
        return None
    area = area_of(attributes(sheet.tag(element)).get("ref", ""))
    is_ours = area is not None and area.top == header.row.number and area.right == right
    return area if is_ours else None


def right_of_areas(package: zipfile.ZipFile, sheet: SheetXml, tables: Iterable[Table]) -> int:
    """The last column of all tables, merged cells, filters and pivot tables of the sheet."""
    areas = [table.area for table in tables]
    refs = []
    merged = sheet.element("mergeCells")
    for element in sheet.children(merged) if merged is not None else ():
        refs.append(attributes(sheet.tag(element)).get("ref", ""))
    filtered = sheet.element("autoFilter")
    if filtered is not None:
        refs.append(attributes(sheet.tag(filtered)).get("ref", ""))
    for name in related(package, sheet.name, "pivotTable"):
        pivot = Part(name, package.read(name))
        place = pivot.child(pivot.root, "location")
        if place is not None:
            refs.append(attributes(pivot.tag(place)).get("ref", ""))
    areas += [area for ref in refs if (area := area_of(ref)) is not None]
    return max((area.right for area in areas), default=-1)


def right_of_drawings(package: zipfile.ZipFile, sheet: SheetXml) -> int:
    """The last column that a chart or picture on the sheet is anchored to; -1 for none."""
    names = (existing(package, name) for name in related(package, sheet.name, "drawing"))
    anchors = (_ANCHOR.findall(package.read(name)) for name in names if name is not None)
    return max((int(column) for found in anchors for column in found), default=-1)


def new_columns(write: StatusWrite, there: dict[int, int], right: int) -> dict[int, int]:
    """Places for our columns that are not there yet, right of this column.

    Raises WorkbookError CANNOT_PATCH when the sheet has no room for them.
    """
    missing = [index for index in range(len(write.columns)) if index not in there]
    if right + len(missing) > LAST_COLUMN:
        raise WorkbookError(
            "CANNOT_PATCH",
            "The sheet has no free column left",
            f"{write.sheet} is in use as far as its last columns, and {len(missing)} are needed."
            " Nothing was changed.",
            "Delete what stands in the last columns (up to XFD), save, and try again.",
        )
    return {index: right + place for place, index in enumerate(missing, 1)}
