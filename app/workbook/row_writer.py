"""Puts our cells into the rows of a sheet: as splices, only where something differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from app.errors import WorkbookError
from app.workbook.areas import letters_of
from app.workbook.own_cells import NO_CELL, Made, OwnCells, Values, says
from app.workbook.sheet_xml import Cell, Row, SheetXml, row_style, widened_spans
from app.workbook.status import CellValue, ColumnKind
from app.workbook.strings_xml import SharedStrings
from app.workbook.styles_xml import Styles
from app.workbook.xml_bytes import Splice

_KEPT_PLANS = 256
_SPANS = re.compile(rb"""\sspans\s*=\s*["']([\d:\s]*)["']""")


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """One of our columns in the sheet."""

    index: int
    """Which of our columns it is."""
    place: int
    """Counted from 0."""
    letters: bytes
    kind: ColumnKind
    style: int | None
    """The format that the admin gave to the whole column."""


class _RowPlan(NamedTuple):
    """What rows of one kind have in common."""

    cells: list[tuple[int, bytes, Values]]
    """For each of our columns: which it is, the bytes before a row's number, cells by values."""
    wider: bytes
    """The row's tag behind its number, reaching to our last column."""


_Make = Callable[[OwnColumn, Cell | None, int | None], Made]
"""Makes a column's cell, given the one that is there and the format of its row or column."""


class RowWriter:
    """Writes rows; collects the cells that it had to leave alone."""

    def __init__(
        self,
        sheet: SheetXml,
        shared: SharedStrings,
        styles: Styles,
        cells: OwnCells,
        columns: Iterable[OwnColumn],
    ) -> None:
        self._sheet = sheet
        self._shared = shared
        self._styles = styles
        self._cells = cells
        self._columns = sorted(columns, key=lambda column: column.place)
        self._is_protected = sheet.is_protected()
        self._opening = b"<" + sheet.prefix + b'c r="'
        self._head = b"<" + sheet.prefix + b'row r="'
        self._plans: dict[bytes, _RowPlan] = {}
        self.conflicts: list[str] = []
        """References of our cells that hold a formula of the admin's; they are left as they are."""

    def write(self, row: Row, values: tuple[CellValue, ...], last: int = -1) -> list[Splice]:
        """What changes in a row of the mapping. Raises WorkbookError SHEET_PROTECTED.

        `last` is the column of the cell that the row ends with, -1 when that is not known.
        """
        sheet = self._sheet
        number = b"%d" % row.number
        tag = sheet.row_tag(row)
        head = self._head + number + b'"'
        plan = self._plan(tag, head)
        parts: list[bytes] = []
        is_whole = True
        for index, opening, made in plan.cells:
            rest = made[values[index]].rest
            if rest:
                parts += (opening, number, rest)
            else:
                is_whole = False
        new = b"".join(parts)
        # Most rows have none of our cells yet, or have just these.
        first = self._columns[0]
        start = sheet.find(row, first.letters)
        if start < 0:
            is_left = last < first.place if last >= 0 else sheet.ends_before(row, first.place)
            if new and not self._is_protected and is_left:
                return self._appended(row, tag, head, plan, new)
        elif sheet.xml.startswith(new, start) and (is_whole or start + len(new) == row.inner_end):
            return []
        return self._edit(row, self._columns, partial(self._made, values))

    def _appended(
        self, row: Row, tag: bytes, head: bytes, plan: _RowPlan, new: bytes
    ) -> list[Splice]:
        """A row that ends left of our columns, with our cells behind its last one."""
        if tag.endswith(b"/>"):
            return self._grown(row, tag, self._columns[-1].place, [(row.inner, row.inner, new)])
        before = head if tag.startswith(head) else b""
        # The whole row is one splice: a copy of it costs less than three small ones.
        cells = self._sheet.xml[row.inner : row.inner_end]
        return [(row.start, row.inner_end, b"".join((before, plan.wider, cells, new)))]

    def _plan(self, tag: bytes, head: bytes) -> _RowPlan:
        """What is the same for all rows whose tags differ in their numbers only."""
        # A tag that begins in another way is a plan of its own.
        key = tag[len(head) :] if tag.startswith(head) else tag
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _KEPT_PLANS:
                self._plans.clear()
            row_wide = row_style(tag)
            cells = [
                (
                    column.index,
                    self._opening + column.letters,
                    self._cells.new(column.kind, _first(row_wide, column.style)),
                )
                for column in self._columns
            ]
            wider = _with_wider_spans(tag, self._columns[-1].place)
            plan = self._plans[key] = _RowPlan(cells, wider[len(tag) - len(key) :])
        return plan

    def _made(
        self,
        values: tuple[CellValue, ...],
        column: OwnColumn,
        cell: Cell | None,
        own: int | None,
    ) -> Made:
        value = values[column.index]
        if cell is None:
            return self._cells.new(column.kind, own)[value]
        return self._cells.instead(column.kind, self._sheet.style(cell), own)[value]

    def write_header(self, row: Row, headers: Mapping[int, str]) -> list[Splice]:
        """Header cells for new columns (place -> text), in the format of their left neighbour.

        Raises WorkbookError SHEET_PROTECTED.
        """
        columns = [column for column in self._columns if column.place in headers]
        place = columns[0].place - 1
        near = self._sheet.cells_from(row, place, letters_of(place).encode()).cells
        left = self._sheet.style(near[0]) if near and near[0].column == place else None

        def make(column: OwnColumn, cell: Cell | None, own: int | None) -> Made:
            style = left if left is not None else own
            style = self._sheet.style(cell) if cell is not None else style
            return self._cells.text(headers[column.place], style)

        return self._edit(row, columns, make)

    def _edit(self, row: Row, columns: list[OwnColumn], make: _Make) -> list[Splice]:
        tag = self._sheet.row_tag(row)
        row_wide = row_style(tag)
        first = columns[0]
        end = self._sheet.cells_from(row, first.place, first.letters)
        there = {cell.column: cell for cell in end.cells}
        splices: list[Splice] = []
        appended: list[bytes] = []
        last = end.last
        for column in columns:
            own = _first(row_wide, column.style)
            cell = there.get(column.place)
            made = make(column, cell, own)
            if cell is not None:
                splices += self._replaced(row, column, cell, made)
            elif made is not NO_CELL:
                self._check_unlocked(row, column, own)
                new = self._bytes(row, column, made)
                if column.place > end.last:
                    appended.append(new)
                    last = column.place
                else:
                    at = next(one.start for one in end.cells if one.column > column.place)
                    splices.append((at, at, new))
        if appended:
            return self._grown(row, tag, last, [*splices, (end.at, end.at, b"".join(appended))])
        return splices

    def _replaced(self, row: Row, column: OwnColumn, cell: Cell, made: Made) -> list[Splice]:
        sheet = self._sheet
        if sheet.has_formula(cell):
            self.conflicts.append((column.letters + b"%d" % row.number).decode())
            return []
        new = self._bytes(row, column, made)
        if sheet.xml[cell.start : cell.end] == new or says(sheet, cell, self._shared, made):
            return []
        self._check_unlocked(row, column, sheet.style(cell))
        return [(cell.start, cell.end, new)]

    def _grown(self, row: Row, tag: bytes, last: int, splices: list[Splice]) -> list[Splice]:
        """The splices of a row that reaches further now, with those of its tag."""
        wider = _with_wider_spans(tag, last)
        if tag.endswith(b"/>"):
            cells = b"".join(new for _, _, new in splices)
            opened = wider[:-2].rstrip() + b">"
            whole = opened + cells + b"</" + self._sheet.prefix + b"row>"
            return [(row.start, row.inner, whole)]
        if wider != tag:
            return [(row.start, row.inner, wider), *splices]
        return splices

    def _bytes(self, row: Row, column: OwnColumn, made: Made) -> bytes:
        return self._opening + column.letters + b"%d" % row.number + made.rest

    def _check_unlocked(self, row: Row, column: OwnColumn, style: int | None) -> None:
        if self._is_protected and self._styles.is_locked(style):
            raise WorkbookError(
                "SHEET_PROTECTED",
                "The sheet of the mapping is protected",
                f"The cell {column.letters.decode()}{row.number} is locked, so the status was not"
                " written. It is in the journal.",
                "In Excel choose Review, Unprotect Sheet, and save.",
            )


def _first(row_wide: int | None, style: int | None) -> int | None:
    """The format that Excel gives to a new cell: that of its row goes before its column's."""
    return row_wide if row_wide is not None else style


def _with_wider_spans(tag: bytes, last: int) -> bytes:
    """A row's tag whose `spans`, if it has any, reach to this column."""
    found = _SPANS.search(tag)
    if found is None:
        return tag
    return tag[: found.start(1)] + widened_spans(found[1], last) + tag[found.end(1) :]
