"""Rectangles of cells and the names of columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LAST_COLUMN = 16_383
"""Column XFD counted from 0, from "Excel specifications and limits"."""

_REF = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", re.ASCII)


@lru_cache(maxsize=LAST_COLUMN + 1)
def column_number(letters: bytes) -> int:
    """A=0, B=1, ..."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters_of(column: int) -> str:
    """0=A, 1=B, ..."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; columns from 0, rows from 1."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def ref(self) -> str:
        """As Excel writes it, `A1:C9`."""
        return f"{letters_of(self.left)}{self.top}:{letters_of(self.right)}{self.bottom}"

    def until(self, right: int) -> Area:
        """The same rows, as far as this column."""
        return Area(self.left, self.top, right, self.bottom)


def area_of(ref: str) -> Area | None:
    """The rectangle of a reference such as `$A$4:H60`; None when it is none."""
    found = _REF.fullmatch(ref)
    if found is None:
        return None
    left, top = column_number(found[1].encode()), int(found[2])
    right = column_number(found[3].encode()) if found[3] else left
    return Area(left, top, right, int(found[4]) if found[4] else top)
