"""How far the cells of a sheet reach, told from its bytes before any parser lays them out."""

from __future__ import annotations

import re

MAX_GRID = 20_000_000
"""Rows times columns. A parser lays out the whole rectangle, 24 bytes for each cell."""
_ODD_CELL = re.compile(
    rb'<c(?! r="[A-Sa-s]\d{1,6}+"'
    rb'(?:>| t="s">| s="\d++"(?: t="\w++")?+/?+>| t="\w++"/?+>|/>)|[A-Za-z])'
)
"""A cell that is not, as usual, at a place left of column T and above row 1,000,000.

It may name a second place behind the first: no XML, but parsers take it.

A sheet without one is 19 million cells large at most; other elements that begin with c may pass.
"""
_PREFIXED_CELL = re.compile(rb":c[\s>/]")
_UNNAMED_CELL = re.compile(rb"<c(?! r=|[A-Za-z])|:c[\s>/]")
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)\d+["']""")
_NUMBER = re.compile(rb"""\br\s*=\s*["'][A-Za-z]+(\d+)["']""")
_ROW = re.compile(rb"""\br\s*=\s*["'](\d+)["']""")
_EMPTY_CELL = re.compile(rb"""<(?:\w+:)?c(?:\s+\w+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/>""")
_CELL = re.compile(rb"""<(?:\w+:)?c(?:\s+\w+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/?>""")
_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>")
_NAMED = re.compile(rb"""\br\s*=""")


class Extent:
    """Sees a sheet part piece by piece; a cheap look first, an exact measure where it is needed.

    Every place that a tag names counts, whatever its element: too large a guess is put right by
    the measure without the empty cells, and too small a guess would let a bomb through.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.is_suspect = False
        """The cheap look cannot say that the sheet is small."""
        self._unnamed_in_row = 0
        self._has_unnamed = False
        self._row_ends = 0

    @property
    def is_too_large(self) -> bool:
        """The rectangle is larger than a parser may lay out."""
        return self.rows * self.columns > MAX_GRID

    def see(self, text: bytes, end: int) -> None:
        """The cheap look, at the text as far as `end`, where it is cut between tags."""
        self.is_suspect = (
            self.is_suspect
            or _ODD_CELL.search(text, 0, end) is not None
            # A single byte is found many times faster than a word.
            or (b":" in text and _PREFIXED_CELL.search(text, 0, end) is not None)
        )

    def measure(self, text: bytes, *, skip_empty: bool) -> None:
        """The exact measure of text that is cut between tags.

        `skip_empty` leaves out cells that have a format only: parsers do not lay those out, and
        whole columns are formatted often.
        """
        if skip_empty:
            text = _EMPTY_CELL.sub(b"", text)
        # Two passes, as either gives few different words, and both together one for each cell.
        self.columns = max(self.columns, *map(_column, set(_COLUMN.findall(text))), 0)
        self.rows = max(self.rows, *map(_row, set(_NUMBER.findall(text))), 0)
        self._count_unnamed(text)
        if self._has_unnamed or not skip_empty:
            self.rows = max(self.rows, *map(_row, _ROW.findall(text)), 0)

    def _count_unnamed(self, text: bytes) -> None:
        """Cells without a place stand right of the one before; rows without one, below."""
        if _UNNAMED_CELL.search(text) is None:
            return
        for number, line in enumerate(_ROW_END.split(text)):
            if number:
                self._unnamed_in_row = 0
                self._row_ends += 1
            count = sum(1 for cell in _CELL.findall(line) if not _NAMED.search(cell))
            self._unnamed_in_row += count
            self._has_unnamed = self._has_unnamed or count > 0
            self.columns = max(self.columns, self._unnamed_in_row)
        self.rows = max(self.rows, self._row_ends)


def _row(digits: bytes) -> int:
    # Python refuses to read a number of thousands of digits; twenty are too large already.
    return int(digits[:20])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
