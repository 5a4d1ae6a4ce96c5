"""Which rows are shown, and in which order: kept by what changes, and put right when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from ui.row_set import RowSet, slices
from ui.rows import Column, Group, Search

Key = tuple[float | str, ...]
_SORTED_AT_ONCE = 8_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What the admin wants to see: the filter, the search, and the column to sort by."""

    group: Group = Group.ALL
    text: str = ""
    column: Column = Column.ROW
    descending: bool = False

    @property
    def in_book_order(self) -> bool:
        """Nothing is to be sorted."""
        return self.column is Column.ROW and not self.descending


class RowIndex:
    """Rows that compare equal keep the order of the workbook, whichever way it is sorted."""

    def __init__(self, rows: RowSet, wish: Wish = Wish(), former: RowIndex | None = None) -> None:
        """Nothing is shown before `prepare`; `former` knows some of it, if it is of these rows."""
        self._rows = rows
        self._search = Search(wish.text)
        self._matches = bytearray()
        self._keys: list[Key] = []
        self._places: dict[int, int] = {}
        self.wish = wish
        self.shown: Sequence[int] = range(0)
        """The numbers of the shown rows, top to bottom."""
        self.stale = False
        """Changes of rows have changed what should be shown, or its order."""
        if former is not None and former._rows is rows:
            self.shown = former.shown
            if former.wish.text == wish.text:
                self._matches = former._matches
            if former.wish.column is wish.column and former.wish.descending == wish.descending:
                self._keys = former._keys

    def prepare(self) -> Iterator[None]:
        """Look at every row, with a pause between slices; then all is shown as wished."""
        numbers = range(len(self._rows.rows))
        no_matches = not (self._search.empty or self._matches)
        no_keys = not (self.wish.in_book_order or self._keys)
        for part, more in slices(numbers) if no_matches or no_keys else ():
            if no_matches:
                self._matches.extend(map(self._is_match, part))
            if no_keys:
                self._keys.extend(map(self._key, part))
            if more:
                yield
        if no_keys:
            # Sorted parts are put together fast.
            sorted_parts: list[int] = []
            for part, more in slices(numbers, _SORTED_AT_ONCE):
                sorted_parts += self._sorted(part)
                if more:
                    yield
            self.shown = sorted_parts
        self.arrange()

    def place(self, number: int) -> int:
        """Where the row is shown, or -1."""
        if isinstance(self.shown, range):
            return number if number in self.shown else -1
        if not self._places:
            self._places = {number: place for place, number in enumerate(self.shown)}
        return self._places.get(number, -1)

    def note(self, number: int) -> None:
        """The row has changed."""
        if not self._search.empty:
            self._matches[number] = self._is_match(number)
        is_wanted = self._is_wanted(number)
        if is_wanted != (self.place(number) >= 0):
            self.stale = True
        if self._keys and (key := self._key(number)) != self._keys[number]:
            self._keys[number] = key
            self.stale |= is_wanted

    def arrange(self) -> None:
        """Show what is wanted now, in the order of now."""
        wish, before = self.wish, self.shown
        numbers = self._wanted()
        if wish.in_book_order:
            self.shown = numbers
        else:
            # What is sorted nearly is sorted fast.
            wanted = set(numbers)
            kept = [number for number in before if number in wanted]
            wanted.difference_update(kept)
            kept.extend(wanted)
            self.shown = self._sorted(kept)
        self._places = {}
        self.stale = False

    def _wanted(self) -> Sequence[int]:
        is_all = self.wish.group is Group.ALL
        numbers: Sequence[int] = range(len(self._rows.rows))
        if not is_all:
            numbers = self._rows.tally.numbers(int(self.wish.group))
        if self._search.empty:
            return numbers
        if is_all:
            return list(compress(numbers, self._matches))
        return [number for number in numbers if self._matches[number]]

    def _sorted(self, numbers: Iterable[int]) -> list[int]:
        return sorted(numbers, key=self._keys.__getitem__, reverse=self.wish.descending)

    def _is_wanted(self, number: int) -> bool:
        if not self._rows.tally.is_of(number, int(self.wish.group)):
            return False
        return self._search.empty or bool(self._matches[number])

    def _is_match(self, number: int) -> bool:
        return self._search.matches(self._rows.rows[number])

    def _key(self, number: int) -> Key:
        value = self._rows.rows[number].sort_value(self.wish.column)
        return (*value, -number if self.wish.descending else number)
