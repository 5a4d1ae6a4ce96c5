"""The rows of one workbook: found by their person or their line, and counted as they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from app.events import CheckedRow
from app.model import Mapping as Pair
from app.model import Move
from ui.rows import Row
from ui.tally import Tally

SLICE = 500
"""So many rows are worked on in one go while the window waits; some milliseconds."""
_T = TypeVar("_T")


def slices(many: Sequence[_T], size: int = SLICE) -> Iterator[tuple[Sequence[_T], bool]]:
    """All of them, as many at a time as may be worked on in one go, and whether more follow."""
    for begin in range(0, len(many), size):
        yield many[begin : begin + size], begin + size < len(many)


class RowSet:
    """Rows keep their number, which is their place in the workbook."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.keys: list[str] = []
        """Of the rows, in their order."""
        self.tally = Tally()
        self.has_moves = False
        """Some row has, or had, a move: there are times to show."""
        self.has_begins = False
        """Some move has a begin time."""
        self._by_key: dict[str, int] = {}
        self._by_row: dict[int, int] = {}

    def fill(self, checked: Sequence[CheckedRow], moves: Mapping[str, Move]) -> Iterator[int]:
        """Take the rows as they were read, with the moves that are known.

        Between two slices it gives how many rows there are by now.
        """
        for part, more in slices(checked):
            for one in part:
                self._add(Row(one))
            if more:
                yield len(self.rows)
        for some, more in slices(list(moves.values())):
            for move in some:
                self.give(move)
            if more:
                yield len(self.rows)

    def number_of(self, one: Pair | Move) -> int:
        """The number of the row of a mapping or move, or -1.

        Two rows may name the same person, and an accepted correction changes the key of a move:
        the row of the sheet decides between equals, and stands in where no key fits.
        """
        at_row = self._by_row.get(one.row, -1)
        if at_row >= 0 and self.rows[at_row].key == one.key:
            return at_row
        return self._by_key.get(one.key, at_row if isinstance(one, Move) else -1)

    def number_of_key(self, key: str) -> int:
        """The number of the first row of a person, or -1."""
        return self._by_key.get(key, -1)

    def give(self, move: Move) -> int:
        """Let its row have the newest state of a move; gives the row's number, or -1."""
        number = self.number_of(move)
        if number >= 0:
            row = self.rows[number]
            row.set_move(move)
            self.tally.put(number, row)
            self.has_moves |= row.moving
            self.has_begins |= move.window.begin_utc is not None
        return number

    def check(self, checked: CheckedRow) -> int:
        """Let its row have what was found of it; -1 when the row says something else by now."""
        number = self._by_row.get(checked.mapping.row, -1)
        if number < 0 or self.rows[number].mapping != checked.mapping:
            return -1
        self.rows[number].set_checked(checked)
        self.tally.put(number, self.rows[number])
        return number

    def empty(self) -> Iterator[None]:
        """Let the rows go, slice by slice: a hundred thousand at once would be felt."""
        self._by_key, self._by_row = {}, {}
        while len(self.rows) > SLICE:
            del self.rows[-SLICE:]
            yield
        self.rows.clear()

    def _add(self, row: Row) -> None:
        number = len(self.rows)
        self.rows.append(row)
        self.keys.append(row.key)
        self._by_key.setdefault(row.key, number)
        self._by_row[row.mapping.row] = number
        self.tally.add(row)
