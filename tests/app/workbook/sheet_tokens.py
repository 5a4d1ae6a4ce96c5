"""The tokens of a sheet part by rows, cells and columns, for the comparison."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from xml.parsers import expat

from xml_tokens import Token, element_end, elements, root_prefix, said_text, tokens

_UNKNOWN = "@?"
"""A text that cannot be told; it may be an address."""

_SPANS = re.compile(rb"\d{1,5}:\d{1,5}(?: \d{1,5}:\d{1,5})*")
_AREA = re.compile(rb"\$?([A-Z]+)\$?(\d+)(?::\$?[A-Z]+\$?(\d+))?")


@dataclass(frozen=True, slots=True)
class CellAt:
    """A cell: from and to (exclusive) among the tokens; row and column from 1."""

    start: int
    end: int
    row: int
    column: int
    text: str


class SheetTokens:
    """A sheet part; cells are counted where they do not name their place."""

    def __init__(self, found: list[Token], shared: list[str]) -> None:
        self._all = found
        self._p = root_prefix(found)
        self._shared = shared
        self._cells = list(self._find_cells())

    def columns_named(self, headers: Collection[str]) -> tuple[frozenset[int], int]:
        """The columns of the first row that has some of these texts, and that row."""
        wanted = {header.casefold() for header in headers}
        found = [c for c in self._cells if " ".join(c.text.split()).casefold() in wanted]
        top = min((cell.row for cell in found), default=0)
        return frozenset(cell.column for cell in found if cell.row == top), top

    def people_rows(self, ours: Collection[int], top: int) -> frozenset[int]:
        """The header's row, and the rows below it with an address outside of our columns."""
        below = (c for c in self._cells if c.row > top and c.column not in ours)
        return frozenset({top, *(cell.row for cell in below if "@" in cell.text)})

    def without(self, ours: Collection[int], rows: Collection[int]) -> list[bytes]:
        """The bytes of the part without our cells, widths, and right ends of areas."""
        gone = {
            at
            for cell in self._cells
            if cell.column in ours and cell.row in rows
            for at in range(cell.start, cell.end)
        }
        for start, end in elements(self._all, lambda token: self._is(token, "cols", 1)):
            gone |= set(range(start, end))
        view = []
        for at, token in enumerate(self._all):
            if at in gone:
                continue
            if self._is(token, "row", 2):
                view.append(_without_end(token.raw, "spans"))
            elif self._is(token, "dimension", 1) or self._is(token, "autoFilter", 1):
                view.append(_without_end(token.raw, "ref"))
            else:
                view.append(token.raw)
        return view

    def column_settings(self) -> list[tuple[int, int, dict[str, str]]]:
        """What `cols` says of each range of columns, from 1."""
        return [
            (int(token.said["min"]), int(token.said["max"]), _other_words(token.said))
            for token in self._all
            if self._is(token, "col", 2)
        ]

    def between_columns(self) -> list[bytes]:
        """Comments and the like within `cols`."""
        return [
            token.raw
            for start, end in elements(self._all, lambda token: self._is(token, "cols", 1))
            for token in self._all[start:end]
            if token.kind == "other"
        ]

    def _is(self, token: Token, local: str, depth: int) -> bool:
        return token.kind == "start" and token.depth == depth and token.name == self._p + local

    def _find_cells(self) -> list[CellAt]:
        cells = []
        row = column = 0
        for at, token in enumerate(self._all):
            if self._is(token, "row", 2):
                said = token.said.get("r", "")
                row = int(said) if said.isdecimal() else row + 1
                column = 0
            elif self._is(token, "c", 3):
                letters = re.match("[A-Z]+", token.said.get("r", ""))
                column = _number(letters[0]) if letters else column + 1
                end = element_end(self._all, at)
                cells.append(CellAt(at, end, row, column, self._text(at, end)))
        return cells

    def _text(self, at: int, end: int) -> str:
        kind = self._all[at].said.get("t", "n")
        if kind == "inlineStr":
            return _string(self._all[at:end])
        inside = self._all[at:end]
        found = elements(inside, lambda token: token.name == self._p + "v")
        values = [said_text(inside[start:stop]) for start, stop in found]
        value = "".join(values)
        if kind != "s":
            return value
        known = value.strip().isdecimal() and int(value) < len(self._shared)
        return self._shared[int(value)] if known else _UNKNOWN


def shared_texts(package: zipfile.ZipFile) -> list[str]:
    """The shared strings of a workbook; none when they are not well-formed."""
    name = next((one for one in package.namelist() if one.endswith("sharedStrings.xml")), None)
    if name is None:
        return []
    try:
        found = tokens(package.read(name))
    except expat.ExpatError:
        return []
    return [_string(found[a:b]) for a, b in elements(found, lambda token: token.local == "si")]


def _string(found: list[Token]) -> str:
    """The text of an item, without its phonetic guide."""
    guides = {
        at
        for start, end in elements(found, lambda token: token.local == "rPh")
        for at in range(start, end)
    }
    kept = [token for at, token in enumerate(found) if at not in guides]
    return "".join(said_text(kept[a:b]) for a, b in elements(kept, lambda t: t.local == "t"))


def settings_of(column: int, settings: list[tuple[int, int, dict[str, str]]]) -> dict[str, str]:
    """What is said of one column."""
    return next((said for low, high, said in settings if low <= column <= high), {})


def _other_words(said: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in said.items() if name not in ("min", "max")}


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _without_end(raw: bytes, name: str) -> bytes:
    """A tag without the right end of an area or of spans; its left end stays."""
    found = re.search(rb"""\s%b\s*=\s*(["'])(.*?)\1""" % name.encode(), raw)
    if found is None:
        return raw
    area = _AREA.fullmatch(found[2])
    if area is not None:
        kept = b"%b%d:%d" % (area[1], int(area[2]), int(area[3] or area[2]))
    elif _SPANS.fullmatch(found[2]):
        kept = b"%d" % int(found[2].split(b":")[0])
    else:
        kept = b""  # not of its form; nobody reads it
    return raw[: found.start(2)] + kept + raw[found.end(2) :]
