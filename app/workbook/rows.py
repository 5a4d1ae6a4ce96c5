"""The rows of the mapping that are to be written, found by their UPNs in the sheet as it is now."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from app.model import upn_key
from app.workbook.areas import letters_of
from app.workbook.place import Header
from app.workbook.sheet_xml import Row, SheetXml
from app.workbook.status import StatusRow
from app.workbook.strings_xml import SharedStrings

_SEVERAL = 2


class FoundRows:
    """Rows of the sheet, each with the status row that belongs to it.

    Kept as numbers, not as objects: a sheet may have a hundred thousand of them.
    """

    def __init__(self) -> None:
        self._places = array("Q")
        self._wanted = array("q")
        self._lasts = array("i")
        self.missing: tuple[str, ...] = ()
        """Source UPNs that are not in the sheet."""
        self.right = -1
        """The last column of the sheet that has something in it, if that was asked for."""

    def __len__(self) -> int:
        return len(self._wanted)

    def __iter__(self) -> Iterator[tuple[Row, int, int]]:
        """Each row, its status row, and the column of the cell it ends with, -1 for not known."""
        numbers = iter(self._places)
        rows = map(Row, numbers, numbers, numbers, numbers)
        return zip(rows, self._wanted, self._lasts, strict=True)

    def append(self, row: Row, wanted: int, last: int) -> None:
        """Add a row that is written as this status row says."""
        self._places.extend(row)
        self._wanted.append(wanted)
        self._lasts.append(last)


def find_rows(
    sheet: SheetXml,
    shared: SharedStrings,
    header: Header,
    rows: tuple[StatusRow, ...],
    *,
    measure: bool,
) -> FoundRows:
    """Find each row by source and target, or by a source that is there only once.

    Never by its number: the admin may have sorted or inserted. `measure`: also find `right`.
    """
    wanted = _Wanted(rows)
    source, letters = header.source, letters_of(header.source).encode()
    candidates = FoundRows()
    right = -1
    top, last = header.row.number, -1
    note, text_at, append = wanted.note, sheet.text_at, candidates.append
    for row in sheet.rows():
        if measure:
            last = sheet.last_column(row)
            right = max(right, last if last >= 0 else sheet.last_filled(row))
        if row.number > top:
            index = note(upn_key(text_at(row, source, letters, shared)))
            if index is not None:
                append(row, index, last)
    found = candidates
    if wanted.need_targets:
        found = _by_target(sheet, shared, header, candidates, wanted)
    found.right = right
    found.missing = wanted.not_taken()
    return found


def _by_target(
    sheet: SheetXml,
    shared: SharedStrings,
    header: Header,
    candidates: FoundRows,
    wanted: _Wanted,
) -> FoundRows:
    """The same rows where some source stands more than once: its target decides then."""
    found = FoundRows()
    source, target = header.source, header.target
    for row, index, last in candidates:
        said = [
            upn_key(sheet.text_at(row, column, letters_of(column).encode(), shared))
            for column in (source, target)
        ]
        sure = wanted.take(index, said[0], said[1])
        if sure is not None:
            found.append(row, sure, last)
    return found


class _Wanted:
    """The status rows by their UPNs, and how often their sources stand in the sheet."""

    def __init__(self, rows: tuple[StatusRow, ...]) -> None:
        self._rows = rows
        self._by_source: dict[str, int] = {}
        """One of the status rows of a source."""
        self._by_target: dict[str, dict[str, int]] = {}
        """Where a source has several status rows: the last one for each target."""
        for index, row in enumerate(rows):
            source = upn_key(row.source_upn)
            before = self._by_source.setdefault(source, index)
            if before != index:
                targets = self._by_target.setdefault(source, {self._target(before): before})
                targets[self._target(index)] = index
        self._seen = bytearray(len(rows))
        """How often the source of a status row stands in the sheet, counted as far as 2."""
        self._taken: set[int] = set()

    def _target(self, index: int) -> str:
        return upn_key(self._rows[index].target_upn)

    def note(self, source: str) -> int | None:
        """Count a row of the sheet; a status row of its source, None when there is none."""
        index = self._by_source.get(source)
        if index is not None and self._seen[index] < _SEVERAL:
            self._seen[index] += 1
        return index

    @property
    def need_targets(self) -> bool:
        """Some source is blank, or stands more than once in the sheet or in the status rows."""
        return bool(self._by_target) or "" in self._by_source or _SEVERAL in self._seen

    def take(self, index: int, source: str, target: str) -> int | None:
        """The status row for a row of the sheet, found by its target where that is needed."""
        targets = self._by_target.get(source) or {self._target(index): index}
        is_sure = bool(source) and self._seen[index] == 1 and len(targets) == 1
        sure = targets.get(target, next(iter(targets.values())) if is_sure else None)
        if sure is None or not (source or target):
            return None
        self._taken.add(sure)
        return sure

    def not_taken(self) -> tuple[str, ...]:
        """The sources of the status rows that are not in the sheet."""
        taken = self._taken
        if not self.need_targets:
            if all(self._seen):
                return ()
            taken = {index for index, count in enumerate(self._seen) if count}
        keys = {self._key(index) for index in taken}
        return tuple(
            row.source_upn
            for index, row in enumerate(self._rows)
            if index not in taken and self._key(index) not in keys
        )

    def _key(self, index: int) -> tuple[str, str]:
        return upn_key(self._rows[index].source_upn), self._target(index)
