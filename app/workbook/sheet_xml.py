"""The bytes of a sheet part: where its rows and cells stand, and what the cells say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from app.workbook.areas import LAST_COLUMN, area_of, column_number, letters_of
from app.workbook.strings_xml import SharedStrings, string_text, value_text
from app.workbook.xml_bytes import (
    TAG_REST,
    Element,
    Part,
    Splice,
    attributes,
    cannot_patch,
    spliced,
    whole_number,
)

_SPAN = re.compile(rb"(\d{1,7}):(\d{1,7})")
_STYLE_FIRST = re.compile(rb' s="(\d{1,9})"')
_LAST_ROW = 1_048_576
"""From "Excel specifications and limits"."""
_SLASH = ord("/")
_TEXT_TYPES = ("s", "inlineStr", "str")
_TRUE = ("1", "true")


class Cell(NamedTuple):
    """One cell: where it stands in the part. A tuple, since a sheet has a million of them."""

    column: int
    start: int
    end: int
    attributes: bytes
    """What stands in its tag behind its reference, when that comes first, else in all of it."""
    inner: int
    inner_end: int


class Row(NamedTuple):
    """One row, from `start`; its cells stand between `inner` and `inner_end`."""

    number: int
    start: int
    inner: int
    inner_end: int


class RowEnd(NamedTuple):
    """The cells of a row from some column on, and what is left of them."""

    cells: list[Cell]
    last: int
    """Behind this column the row has no cells."""
    at: int
    """Where a cell behind the last one goes."""


class SheetXml(Part):
    """A sheet part, scanned without being parsed; every offset is into `xml`.

    Structure that is not recognised is refused, never skipped: rows and cells follow one another
    without a gap, or the part is not written.
    """

    def __init__(self, name: str, xml: bytes) -> None:
        """Raises WorkbookError CANNOT_PATCH when the part cannot be written into."""
        super().__init__(name, xml)
        if self.root.local != "worksheet":
            raise cannot_patch(f"{name} is not a worksheet but a {self.root.local}.")
        self.prefix = p = self.root.prefix
        self._top = [one for one in self.children(self.root) if one.name.startswith(p)]
        data = self.element("sheetData")
        if data is None:
            raise cannot_patch(f"{name} holds no cells in a form that we know.")
        self.data = data
        q = re.escape(p)
        self._row = re.compile(
            rb"\s*+(<" + q + rb'row(?=[\s/>])(?: r="(\d{1,7})")?+(' + TAG_REST + rb")>)"
        )
        self._row_close = b"</" + p + b"row>"
        self._cell = re.compile(
            rb"\s*+(<" + q + rb'c(?=[\s/>])(?: r="([A-Z]{1,3})\d+")?+(' + TAG_REST + rb")"
            rb"(?:(?<=/)>|(?<!/)>(.*?)</" + q + rb"c\s*+>))",
            re.DOTALL,
        )
        self._c = b"<" + p + b"c"
        self._c_close = b"</" + p + b"c>"
        self._reference = b"<" + p + b'c r="%b%d"'
        self._named = re.compile(rb"<" + q + rb'c\s+r="([A-Z]{1,3})\d')
        self._quick = re.compile(
            rb'(?: s="\d+")?+(?: t="s"><' + q + rb"v>(\d{1,9})</" + q + rb"v>"
            rb'| t="inlineStr"><'
            + q
            + rb"is><"
            + q
            + rb'(?:t|t xml:space="preserve")>([^<]*+)</'
            + q
            + rb"t></"
            + q
            + rb"is>)</"
            + q
            + rb"c>"
        )
        self._value = re.compile(
            rb"<" + q + rb"v(?=[\s>])" + TAG_REST + rb">(.*?)</" + q + rb"v\s*>", re.DOTALL
        )
        self._formula = re.compile(rb"<" + q + rb"f[\s/>]")
        self._after_cells = re.compile(rb"\s*+(?:<" + q + rb"extLst[\s/>].*)?+\Z", re.DOTALL)

    def element(self, local: str) -> Element | None:
        """The first element of this name right below the root."""
        return next((one for one in self._top if one.local == local), None)

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the part."""
        position, number = self.data.inner, 0
        masked, end = self.masked, self.data.inner_end
        match, find, closing = self._row.match, masked.find, self._row_close
        length = len(closing)
        while found := match(masked, position, end):
            said = found[2]
            before = number
            number = int(said) if said else self._row_number(found[3], before)
            if not before < number <= _LAST_ROW:
                raise cannot_patch(f"Row {number} of {self.name} does not follow row {before}.")
            start, inner = found.span(1)
            if masked[inner - 2] == _SLASH:
                position = inner
                yield Row(number, start, inner, inner)
                continue
            inner_end = find(closing, inner, end)
            if inner_end < 0:
                raise cannot_patch(f"Row {number} of {self.name} does not end as expected.")
            position = inner_end + length
            yield Row(number, start, inner, inner_end)
        if masked[position:end].strip():
            raise cannot_patch(f"What follows row {number} in {self.name} is not a row.")

    def row_tag(self, row: Row) -> bytes:
        """The opening tag of a row."""
        return self.xml[row.start : row.inner]

    def whole_row(self, row: Row, splices: Iterable[Splice]) -> bytes:
        """A row with its tags as these splices, which lie within it, make it."""
        is_single = self.xml.endswith(b"/>", row.start, row.inner)
        end = row.inner if is_single else row.inner_end + len(self._row_close)
        start = row.start
        moved = [(begin - start, finish - start, new) for begin, finish, new in splices]
        return spliced(self.xml[start:end], moved)

    def cells(self, row: Row) -> list[Cell]:
        """The cells of a row, left to right."""
        return self._cells(row, row.inner)[0]

    def find(self, row: Row, letters: bytes) -> int:
        """Where the cell of a column begins, if it names itself as usual; else -1."""
        reference = self._reference % (letters, row.number)
        return self.masked.find(reference, row.inner, row.inner_end)

    def cells_from(self, row: Row, column: int, letters: bytes) -> RowEnd:
        """The cells of a row from this column on; cheap where cells name themselves as usual."""
        start = self.find(row, letters)
        if start >= 0:
            cells, at = self._cells(row, start)
            return RowEnd(cells, cells[-1].column, at)
        if self.ends_before(row, column):
            return RowEnd([], column - 1, row.inner_end)
        cells, at = self._cells(row, row.inner)
        last = max((cell.column for cell in cells), default=-1)
        return RowEnd([cell for cell in cells if cell.column >= column], last, at)

    def ends_before(self, row: Row, column: int) -> bool:
        """All cells of the row are left of this column; False also where that takes a closer look.

        When it is true, `inner_end` is right behind the last cell.
        """
        last = self.last_column(row)
        if last >= 0:
            return last < column
        start = self.masked.rfind(self._c, row.inner, row.inner_end)
        found = self._cell.match(self.masked, start, row.inner_end) if start >= 0 else None
        if found is None or not found[2] or found.end() != row.inner_end:
            return False
        return column_number(found[2]) < column

    def last_column(self, row: Row) -> int:
        """The last column of a row that ends right behind a cell which is not a single tag.

        -1 for any other row, of which a closer look must tell.
        """
        masked = self.masked
        if not masked.endswith(self._c_close, row.inner, row.inner_end):
            return -1
        start = masked.rfind(self._c, row.inner, row.inner_end)
        found = self._named.match(masked, start) if start >= 0 else None
        return -1 if found is None else column_number(found[1])

    def last_filled(self, row: Row) -> int:
        """The last column that has something in it, -1 for none; empty formatted cells are none."""
        last = self.last_column(row)
        if last >= 0:
            return last
        filled = (c.column for c in self.cells(row) if c.inner_end > c.inner)
        return max(filled, default=-1)

    def text_at(self, row: Row, column: int, letters: bytes, shared: SharedStrings) -> str:
        """What the cell in this column says, "" where there is none."""
        reference = self._reference % (letters, row.number)
        start = self.masked.find(reference, row.inner, row.inner_end)
        if start >= 0:
            quick = self._quick.match(self.masked, start + len(reference))
            if quick is not None:
                return shared[int(quick[1])] if quick[1] else value_text(quick[2])
            cells, _ = self._cells(row, start, most=1)
        else:
            cells = self.cells(row)
        cell = next((one for one in cells if one.column == column), None)
        return "" if cell is None else self.text(cell, shared)

    def text(self, cell: Cell, shared: SharedStrings) -> str:
        """What the cell shows of text; numbers as they are typed."""
        if cell.inner == cell.inner_end:
            return ""
        kind = attributes(cell.attributes).get("t", "n")
        if kind == "inlineStr":
            return string_text(self.xml[cell.inner : cell.inner_end])
        value = self.value(cell)
        if kind == "s":
            index = whole_number(value)
            return "" if index is None else shared[index]
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        return number_text(value) if kind == "n" else value

    def value(self, cell: Cell) -> str:
        """What stands in the cell's value, "" when it has none."""
        found = self._value.search(self.masked, cell.inner, cell.inner_end)
        return value_text(self.xml[found.start(1) : found.end(1)]) if found else ""

    def style(self, cell: Cell) -> int | None:
        """The cell's index into cellXfs, None when it has none."""
        return _style_of(cell.attributes)

    def has_formula(self, cell: Cell) -> bool:
        """The cell is calculated."""
        return self._formula.search(self.masked, cell.inner, cell.inner_end) is not None

    def is_text(self, cell: Cell) -> bool:
        """The cell's value is text, not a number."""
        return attributes(cell.attributes).get("t", "n") in _TEXT_TYPES

    def is_protected(self) -> bool:
        """Locked cells of the sheet may not be changed."""
        protection = self.element("sheetProtection")
        return protection is not None and attributes(self.tag(protection)).get("sheet") in _TRUE

    def _row_number(self, said: bytes, before: int) -> int:
        reference = attributes(said).get("r")
        return before + 1 if reference is None else whole_number(reference) or 0

    def _cells(self, row: Row, position: int, most: int = 1 << 20) -> tuple[list[Cell], int]:
        """Cells from a place on, and where the last of them ends."""
        cells: list[Cell] = []
        column = -1
        match, masked, end = self._cell.match, self.masked, row.inner_end
        while len(cells) < most and (found := match(masked, position, end)):
            letters = found[2] or _letters(found[3])
            before = column
            column = column_number(letters) if letters else before + 1
            if not before < column <= LAST_COLUMN:
                raise cannot_patch(f"The cells of row {row.number} of {self.name} are in disorder.")
            start, position = found.span(1)
            inner, inner_end = found.span(4) if found[4] is not None else (position, position)
            cells.append(Cell(column, start, position, found[3], inner, inner_end))
        if len(cells) < most and self._after_cells.match(masked[position:end]) is None:
            raise cannot_patch(f"Row {row.number} of {self.name} holds what is not a cell.")
        return cells, position


def row_style(tag: bytes) -> int | None:
    """The style that the admin gave to the whole row."""
    if b"customFormat" not in tag:
        return None
    said = attributes(tag)
    return whole_number(said.get("s")) if said.get("customFormat") in _TRUE else None


@lru_cache(maxsize=1024)
def widened_spans(said: bytes, last: int) -> bytes:
    """The value of a row's `spans` when it reaches to this column (counted from 0)."""
    spans = [(int(low), int(high)) for low, high in _SPAN.findall(said)]
    if not spans:
        # It says nothing of the row, and what we know are our own cells only.
        return said
    low = min(low for low, _ in spans)
    high = max([last + 1, *(high for _, high in spans)])
    return b"%d:%d" % (low, high)


def _letters(said: bytes) -> bytes:
    """The column of a cell whose tag does not begin with it; b"" when it names none."""
    reference = attributes(said).get("r")
    if reference is None:
        return b""
    area = area_of(reference)
    if area is None:
        raise cannot_patch("A cell of the sheet has no proper reference.")
    return letters_of(area.left).encode()


def _style_of(said: bytes) -> int | None:
    quick = _STYLE_FIRST.match(said)
    if quick is not None:
        return int(quick[1])
    if b"s" not in said:
        return None
    return whole_number(attributes(said).get("s"))


def number_text(value: str) -> str:
    """A number as a person would type it."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
