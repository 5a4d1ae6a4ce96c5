"""Any sheet that Hypothesis can think of: our cells say what was sent, all others are equal.

`FERRY_EXAMPLES=5000` runs so many of each; without it the share of the usual suite is small.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import python_calamine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.model import MoveStatus
from app.status_cells import COLOURS, COLUMNS
from app.workbook.guard import admit
from app.workbook.patch import patch_package
from app.workbook.status import CellValue, StatusRow, StatusWrite
from lossless import differences
from sheet_strategies import SHEET, SPELLINGS, Grid, Spelling, grids, make_book

EXAMPLES = int(os.environ.get("FERRY_EXAMPLES", "40"))
at_random = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=10)
_MOMENTS = st.datetimes(datetime(1904, 1, 2), datetime(2100, 1, 1)).map(  # noqa: DTZ001  UTC below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
_BY_KIND: dict[str, st.SearchStrategy[CellValue]] = {
    "status": st.sampled_from([str(status) for status in MoveStatus]),
    "text": st.one_of(st.none(), _TEXTS, st.sampled_from(("=1+1", "_x0041_", "-1", "@a", " "))),
    "date": st.one_of(st.none(), _MOMENTS),
}
CELLS = st.tuples(*(_BY_KIND[column.kind] for column in COLUMNS))


def write(grid: Grid, values: Sequence[tuple[CellValue, ...]]) -> StatusWrite:
    people = zip(grid.people.values(), values, strict=False)
    return StatusWrite(
        sheet=SHEET,
        header_row=grid.header_row,
        source_column="SourceUPN",
        target_column="TargetUPN",
        columns=COLUMNS,
        rows=tuple(StatusRow(source, target, cells) for (source, target), cells in people),
        make_backup=False,
        colours=COLOURS,
    )


def by_calamine(path: Path) -> dict[tuple[int, int], object]:
    """What is in the sheet, by row and column from 1."""
    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        rows = book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    return {
        (row, column): value
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(map(_moment, values), 1)
        if value != ""
    }


def _moment(value: object) -> object:
    """calamine gives midnight as a date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def by_openpyxl(path: Path) -> dict[tuple[int, int], object]:
    """The same, formulas as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    cells = [cell for row in book[SHEET].iter_rows() for cell in row]
    book.close()
    return {(cell.row, cell.column): cell.value for cell in cells if cell.value not in (None, "")}


def our_places(grid: Grid, cells: dict[tuple[int, int], object]) -> list[int]:
    """The column of each of ours, found by its header."""
    row = {text: column for (at, column), text in cells.items() if at == grid.header_row}
    return [row[column.header] for column in COLUMNS]


@at_random
@given(grid=grids(), spelling=SPELLINGS, values=st.lists(CELLS, min_size=6, max_size=6))
def test_our_cells_are_read_back_and_all_others_are_as_they_were(
    grid: Grid, spelling: Spelling, values: list[tuple[CellValue, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book, after = Path(folder) / "book.xlsx", Path(folder) / "after.xlsx"
        make_book(book, grid, spelling)
        admit(book)
        result = patch_package(book, after, write(grid, values))
        assert (result.rows_written, result.rows_missing) == (len(grid.people), ())
        assert differences(book, after, sheet=SHEET) == []
        admit(after)
        said_before, said = by_calamine(book), by_calamine(after)
        places = our_places(grid, said)
        for row, sent in zip(grid.people, values, strict=False):
            got = [said.get((row, place)) for place in places]
            assert got == [_read(value) for value in sent]
        mine = {(row, place) for row in (grid.header_row, *grid.people) for place in places}
        assert without(said, mine) == without(said_before, mine)
        # It reads no Strict workbooks.
        if not spelling.is_strict:
            assert without(by_openpyxl(after), mine) == without(by_openpyxl(book), mine)


@at_random
@given(
    grid=grids(),
    spelling=SPELLINGS,
    first=st.lists(CELLS, min_size=6, max_size=6),
    second=st.lists(CELLS, min_size=6, max_size=6),
)
def test_writing_again_changes_nothing_and_writing_anew_is_like_writing_once(
    grid: Grid,
    spelling: Spelling,
    first: list[tuple[CellValue, ...]],
    second: list[tuple[CellValue, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book, once, never, twice = (Path(folder) / f"{name}.xlsx" for name in "abcd")
        make_book(book, grid, spelling)
        patch_package(book, once, write(grid, first))
        assert not patch_package(once, never, write(grid, first)).changed
        assert not never.exists()
        if patch_package(once, twice, write(grid, second)).changed:
            assert differences(book, twice, sheet=SHEET) == []
            straight = Path(folder) / "straight.xlsx"
            patch_package(book, straight, write(grid, second))
            assert by_calamine(twice) == by_calamine(straight)


def without(
    cells: dict[tuple[int, int], object], mine: set[tuple[int, int]]
) -> dict[tuple[int, int], object]:
    return {place: value for place, value in cells.items() if place not in mine}


def _read(value: CellValue) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value or None
