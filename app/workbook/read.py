"""Reads any workbook into mapping rows; runs in the child process."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from app.errors import WorkbookError
from app.events import ColumnsNeeded
from app.model import Finding, Level, Mapping, Side
from app.workbook.grids import Rows, Sheet, SheetName, Source, opened, text_of
from app.workbook.guard import Admitted, Kind, admit
from app.workbook.headers import (
    Grid,
    Layout,
    chosen,
    column_letter,
    column_names,
    find_layout,
    is_ours,
    layout_with,
    probable_header,
    says_no,
)
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
    admitted = admit(path)
    with opened(path, admitted) as source:
        _check_sheet(path, source, sheet)
        candidates = _candidates(source, choice)
        sure = [one for one in candidates if one.is_sure and not (one.name.is_hidden and not sheet)]
        with_header = [one for one in sure if one.layout is not None and one.layout.header_row]
        if len(with_header) == 1:
            # The others are identity maps in their own form, which go along with the mapping.
            sure = with_header
        if ask or len(sure) != 1:
            return _question(path, source, candidates, sheet)
        [found] = sure
        assert found.layout is not None
        batch = chosen(found.layout.columns, batch_column) if batch_column else found.layout.batch
        layout = replace(found.layout, batch=batch)
        read = _book_read(path, admitted, source, found, layout)
        known = {one.name.name: one.sheet for one in candidates}
        return replace(read, map_rows=tuple(read_map_lists(source, known, read.sheet)))


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
        head = [[text_of(value) for value in row] for row in sheet.rows(_HEAD)]
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


def _book_read(
    path: Path, admitted: Admitted, source: Source, found: _Candidate, layout: Layout
) -> BookRead:
    name = found.name.name
    values = found.sheet.rows()
    odd = _Odd(values, layout)
    seen = Seen()
    if admitted.kind is Kind.XLSX and (odd.any or admitted.needs_second_look):
        seen = look_again(admitted.data, name, odd.columns)
    rows = tuple(_rows(values, name, layout, seen))
    because = _because(path, admitted, layout)
    return BookRead(
        path=path,
        sheet=name,
        sheets=tuple(one.name for one in source.names),
        columns=tuple(column for column in layout.columns if not is_ours(column)),
        header_row=layout.header_row,
        source_column=layout.columns[layout.source],
        target_column=layout.columns[layout.target],
        batch_column=layout.columns[layout.batch] if layout.batch >= 0 else "",
        include_column=layout.columns[layout.include] if layout.include >= 0 else "",
        rows=rows,
        findings=tuple(_findings(rows, name, layout, seen)),
        patchable=not because,
        not_patchable_because=because,
        fingerprint=admitted.fingerprint,
    )


class _Odd:
    """Cells of the two columns that hold no plain text: blank, a number, a date."""

    def __init__(self, values: Rows, layout: Layout) -> None:
        self._values = values
        self._pair = layout.source, layout.target
        self._top = layout.header_row
        source, target = self._pair
        self.any = any(
            not (row[source] and row[target])
            or type(row[source]) is not str
            or type(row[target]) is not str
            for row in values[self._top :]
        )

    def columns(self, number: int) -> Collection[int]:
        """The odd ones of the two columns in a row (from 1)."""
        if not self._top < number <= len(self._values):
            # Formulas without a value below the last value are outside of what the reader gives.
            return self._pair if number > len(self._values) else ()
        row = self._values[number - 1]
        return [at for at in self._pair if not row[at] or type(row[at]) is not str]


def _rows(values: Rows, sheet: str, layout: Layout, seen: Seen) -> Iterator[Mapping]:
    source, target = layout.source, layout.target
    batch, include, size = layout.batch, layout.include, layout.size
    source_name = f"{sheet}!{column_letter(source)}"
    target_name = f"{sheet}!{column_letter(target)}"
    for number, row in enumerate(values[layout.header_row :], layout.header_row + 1):
        one, other = row[source], row[target]
        if not (one and other) or type(one) is not str or type(other) is not str:
            one = seen.texts.get((number, source)) or text_of(one)
            other = seen.texts.get((number, target)) or text_of(other)
        if not (one.strip() or other.strip()) and not _is_calculated(number, layout, seen):
            # Totals and remarks below the list have neither UPN.
            continue
        if layout.header_row == 0 and text_of(row[0]).strip().casefold() == "group":
            continue
        yield Mapping(
            number,
            one,
            other,
            f"{source_name}{number}",
            f"{target_name}{number}",
            text_of(row[batch]).strip() if batch >= 0 else "",
            include < 0 or not says_no(text_of(row[include])),
            _size(row[size]) if size >= 0 else None,
        )
    yield from _rows_below(len(values), source_name, target_name, layout, seen)


def _size(value: object) -> float | None:
    """A size as a number; text such as "12,5" is what a list from elsewhere brings."""
    try:
        size = value if isinstance(value, float | int) else float(str(value).replace(",", "."))
    except ValueError:
        return None
    return float(size) if size >= 0 and math.isfinite(size) else None


def _rows_below(
    last: int, source_name: str, target_name: str, layout: Layout, seen: Seen
) -> Iterator[Mapping]:
    """Rows that hold nothing but formulas without a value lie outside of what the reader gives."""
    for number in sorted({row for row, _ in seen.without_value if row > last}):
        texts = [seen.texts.get((number, at), "") for at in (layout.source, layout.target)]
        yield Mapping(
            number, texts[0], texts[1], f"{source_name}{number}", f"{target_name}{number}"
        )


def _is_calculated(number: int, layout: Layout, seen: Seen) -> bool:
    return any((number, at) in seen.without_value for at in (layout.source, layout.target))


def _findings(rows: Sequence[Mapping], sheet: str, layout: Layout, seen: Seen) -> Iterator[Finding]:
    for number, column in sorted(seen.without_value):
        side = Side.SOURCE if column == layout.source else Side.TARGET
        cell = f"{sheet}!{column_letter(column)}{number}"
        yield Finding(Level.BLOCK, "FORMULA_NO_VALUE", cell, side)
    hidden = sum(1 for row in rows if row.row in seen.hidden) if seen.hidden else 0
    if hidden:
        yield Finding(Level.WARN, "HIDDEN_ROWS", values=(("count", f"{hidden:,}"),))


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
