"""Reads any workbook into mapping rows; runs in the child process."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from app.errors import WorkbookError
from app.model import ColumnsNeeded, MapRow
from app.workbook.grids import Sheet, SheetName, Source, opened, text_of
from app.workbook.guard import Admitted, Kind
from app.workbook.headers import (
    Grid,
    Layout,
    chosen,
    column_names,
    find_layout,
    is_ours,
    layout_with,
    probable_header,
)
from app.workbook.list_rows import ListColumns, OddCells, list_rows, reading_findings
from app.workbook.map_lists import read_map_lists
from app.workbook.second_look import Seen, look_again
from app.workbook.status import BookRead

_PATCHABLE = {".xlsx", ".xlsm"}
_PREVIEW = 3
_HEAD = 256
"""Rows by which a sheet is recognised."""


@dataclass(frozen=True, slots=True)
class _Choice:
    sheet: str
    source: str
    target: str
    batch: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: SheetName
    sheet: Sheet
    head: Grid
    layout: Layout | None

    @property
    def is_sure(self) -> bool:
        return self.layout is not None and self.layout.is_sure


@dataclass(frozen=True, slots=True)
class _List:
    """The list that was found, before rows are made of it."""

    sheet: str
    sheets: tuple[str, ...]
    layout: Layout
    columns: ListColumns
    map_rows: tuple[MapRow, ...]


def read_book(
    path: Path,
    *,
    sheet: str = "",
    source_column: str = "",
    target_column: str = "",
    batch_column: str = "",
    ask: bool = False,
) -> BookRead | ColumnsNeeded:
    """The mapping in a workbook, or the question where it is. Raises WorkbookError.

    With `ask` it is always the question, for an admin who wishes to choose anew.
    A hidden sheet is suggested but never taken by itself: the admin does not see what is in it.
    """
    choice = _Choice(sheet, source_column, target_column, batch_column)
    with opened(path) as (admitted, source):
        found = _find_list(path, source, choice, ask=ask)
    # The parser has let go of its grids by now, which are many times as large as the list.
    return _book_read(path, admitted, found) if isinstance(found, _List) else found


def _find_list(path: Path, source: Source, choice: _Choice, *, ask: bool) -> _List | ColumnsNeeded:
    _check_sheet(path, source, choice.sheet)
    candidates = _candidates(source, choice)
    is_chosen = bool(choice.sheet)
    sure = [one for one in candidates if one.is_sure and (is_chosen or not one.name.is_hidden)]
    with_header = [one for one in sure if one.layout is not None and one.layout.header_row]
    if len(with_header) == 1:
        # The others are identity maps in their own form, which go along with the mapping.
        sure = with_header
    if ask or len(sure) != 1:
        return _question(path, source, candidates, choice.sheet)
    [found] = sure
    layout = found.layout
    assert layout is not None
    if choice.batch:
        layout = replace(layout, batch=chosen(layout.columns, choice.batch))
    name = found.name.name
    known = {one.name.name: one.sheet for one in candidates}
    map_rows = tuple(read_map_lists(source, known, name))
    source.close()
    names = tuple(one.name for one in source.names)
    return _List(name, names, layout, ListColumns.of(found.sheet, layout), map_rows)


def _check_sheet(path: Path, source: Source, sheet: str) -> None:
    names = [one.name for one in source.names]
    if not names:
        raise WorkbookError(
            "NO_SHEET",
            "The workbook has no sheet with cells",
            str(path),
            "Choose the workbook that holds the list.",
        )
    if sheet and sheet not in names:
        raise WorkbookError(
            "NO_SUCH_SHEET",
            f"There is no sheet named {sheet}",
            f"{path.name} has: {', '.join(names)}.",
            "Choose one of these sheets.",
        )


def _candidates(source: Source, choice: _Choice) -> list[_Candidate]:
    candidates = []
    for name in source.names:
        if choice.sheet and name.name != choice.sheet:
            continue
        sheet = source.sheet(name.name)
        head = [
            [value if type(value) is str else text_of(value) for value in row]
            for row in sheet.rows(_HEAD)
        ]
        candidates.append(_Candidate(name, sheet, head, _layout(head, sheet, choice)))
    return candidates


def _layout(head: Grid, sheet: Sheet, choice: _Choice) -> Layout | None:
    if choice.source and choice.target:
        return layout_with(head, choice.source, choice.target)
    layout = find_layout(head, sheet.merged)
    if layout is None or not (choice.source or choice.target):
        return layout
    if choice.source:
        source = chosen(layout.columns, choice.source)
        return replace(layout, source=source, knows_source=source >= 0)
    target = chosen(layout.columns, choice.target)
    return replace(layout, target=target, knows_target=target >= 0)


def _question(
    path: Path, source: Source, candidates: Sequence[_Candidate], sheet: str
) -> ColumnsNeeded:
    if not any(cell.strip() for one in candidates for row in one.head for cell in row):
        raise WorkbookError(
            "EMPTY",
            f"The sheet {sheet} is empty" if sheet else "The workbook is empty",
            str(path),
            "Choose the workbook and the sheet that hold the list.",
        )
    asked = max(candidates, key=_likeliness)
    grid, layout = asked.head, asked.layout
    header = layout.header_row if layout else probable_header(grid)
    width = len(grid[0]) if grid else 0
    columns = (
        layout.columns if layout else column_names(grid[header - 1] if header else [""] * width)
    )
    below = grid[header : header + _PREVIEW]
    ours = [index for index, column in enumerate(columns) if not is_ours(column)]
    return ColumnsNeeded(
        path=path,
        sheets=tuple(one.name for one in source.names),
        sheet=asked.name.name,
        columns=tuple(columns[index] for index in ours),
        preview=tuple(tuple(row[index] for row in below) for index in ours),
        source_guess=columns[layout.source] if layout and layout.source >= 0 else "",
        target_guess=columns[layout.target] if layout and layout.target >= 0 else "",
    )


def _likeliness(candidate: _Candidate) -> tuple[bool, bool, bool, bool]:
    """Which sheet to ask about; the first of the likeliest."""
    layout = candidate.layout
    return (
        candidate.is_sure,
        layout is not None and min(layout.source, layout.target) >= 0,
        layout is not None,
        not candidate.name.is_hidden and any(map(any, candidate.head)),
    )


def _book_read(path: Path, admitted: Admitted, chosen_list: _List) -> BookRead:
    name, layout, columns = chosen_list.sheet, chosen_list.layout, chosen_list.columns
    odd = OddCells(columns, layout)
    seen = Seen()
    if admitted.kind is Kind.XLSX and (odd.places or admitted.needs_second_look):
        seen = look_again(admitted.data, name, odd.columns)
    rows = list_rows(columns, odd, name, layout, seen)
    because = _because(path, admitted, layout)
    return BookRead(
        path=path,
        sheet=name,
        sheets=chosen_list.sheets,
        columns=tuple(column for column in layout.columns if not is_ours(column)),
        header_row=layout.header_row,
        source_column=layout.columns[layout.source],
        target_column=layout.columns[layout.target],
        batch_column=layout.columns[layout.batch] if layout.batch >= 0 else "",
        include_column=layout.columns[layout.include] if layout.include >= 0 else "",
        rows=rows,
        findings=tuple(reading_findings(rows, name, layout, seen)),
        patchable=not because,
        not_patchable_because=because,
        fingerprint=admitted.fingerprint,
        map_rows=chosen_list.map_rows,
    )


def _because(path: Path, admitted: Admitted, layout: Layout) -> str:
    if layout.header_row == 0:
        return "NO_HEADER"
    if admitted.kind is not Kind.XLSX or path.suffix.casefold() not in _PATCHABLE:
        return _format_of(path)
    with zipfile.ZipFile(BytesIO(admitted.data)) as package:
        return "SIGNED" if _is_signed(package) else ""


def not_patchable(path: Path, kind: str) -> str:
    """Why the status cannot go into the workbook itself: a format or "SIGNED"; "" when it can.

    `kind` is "zip" for a package.
    """
    if kind != "zip" or path.suffix.casefold() not in _PATCHABLE:
        return _format_of(path)
    with zipfile.ZipFile(path) as package:
        return "SIGNED" if _is_signed(package) else ""


def _format_of(path: Path) -> str:
    return path.suffix.lstrip(".").upper() or "UNKNOWN"


def _is_signed(package: zipfile.ZipFile) -> bool:
    return any(name.startswith("_xmlsignatures/") for name in package.namelist())
