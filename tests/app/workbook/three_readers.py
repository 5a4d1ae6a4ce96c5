"""Our cells as openpyxl, calamine and LibreOffice read them."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import python_calamine

from app.status_cells import COLUMNS
from producers import SHEET, convert

HEADERS = tuple(column.header for column in COLUMNS)
OurCells = dict[str, tuple[object, ...]]


def by_openpyxl(path: Path) -> OurCells:
    """Source UPN -> values of our columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which extensions it does not know
        book = openpyxl.load_workbook(path)
    rows = list(book[SHEET].iter_rows())
    book.close()
    for cell in (cell for row in rows for cell in row):
        # A formula would be calculated by Excel, whatever its text says.
        assert cell.data_type != "f" or cell.value not in ("=1+1",), cell.coordinate
    return _ours([cell.value for cell in row] for row in rows)


def by_calamine(path: Path) -> OurCells:
    """Source UPN -> values of our columns."""
    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        return _ours(book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False))


def by_office(folder: Path, books: Sequence[Path]) -> dict[Path, OurCells]:
    """The same of each workbook, read by LibreOffice; it is started once."""
    convert(folder, "csv", *books)
    read = {}
    for book in books:
        with (folder / f"{book.stem}-{SHEET}.csv").open(encoding="utf-8", newline="") as file:
            read[book] = _ours(csv.reader(file))
    return read


def _ours(rows: Iterable[Sequence[object]]) -> OurCells:
    found: OurCells = {}
    places: list[int] = []
    source = -1
    for row in rows:
        if source < 0:
            if "SourceUPN" in row:
                source = row.index("SourceUPN")
                places = [row.index(header) for header in HEADERS]
        elif "@" in str(row[source]):
            found[str(row[source])] = tuple(_plain(row[place]) for place in places)
    return found


def _plain(value: object) -> object:
    """An empty cell is "" to one reader and None to the other."""
    if value is None:
        return ""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
