"""How many rows are of which kind, kept by what changes: nobody counts all of them anew."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import compress

from app.model import Finding, Level, MoveStatus
from ui.rows import SEVERITY, Group, Row

CANCELLABLE = 128
"""Beside the bits of `Group`: a move whose cancel is worth sending, and not sent yet."""
_RUNNING = int(Group.RUNNING)


class Tally:
    """One byte for each row says of which kinds it is, so that all of a kind are found at once."""

    def __init__(self) -> None:
        self._states = bytearray()
        self._statuses: list[MoveStatus | None] = []
        self._findings: list[tuple[Finding, ...]] = []
        self._masks: Counter[int] = Counter()
        self._codes: Counter[tuple[str, Level]] = Counter()
        self.statuses: Counter[MoveStatus] = Counter()
        """Rows that have a move, by its status."""
        self.corrections = 0
        """Cells for which a safe correction is offered."""
        self.sizes = 0
        """Rows of which the workbook says how large the OneDrive is."""

    def add(self, row: Row) -> None:
        """Count one more row; it gets the next number."""
        self._states.append(0)
        self._statuses.append(None)
        self._findings.append(())
        self.sizes += row.mapping.size_gb is not None
        self.put(len(self._states) - 1, row)

    def put(self, number: int, row: Row) -> None:
        """Count the row as it is now, and no more as it was."""
        before, now = self._states[number], _state(row)
        if before != now:
            self._masks[before] -= 1
            self._masks[now] += 1
            self._states[number] = now
        was, status = self._statuses[number], row.status if row.moving else None
        if was is not status:
            if was is not None:
                self.statuses[was] -= 1
            if status is not None:
                self.statuses[status] += 1
            self._statuses[number] = status
        findings = self._findings[number]
        if findings is not row.findings:
            self._count_findings(findings, -1)
            self._count_findings(row.findings, 1)
            self._findings[number] = row.findings

    @property
    def groups(self) -> Counter[Group]:
        """How many rows each filter holds."""
        counts: Counter[Group] = Counter()
        for mask, number in self._masks.items():
            for group in Group:
                if mask & group and number > 0:
                    counts[group] += number
        return counts

    @property
    def codes(self) -> list[tuple[str, Level, int]]:
        """What was found in how many rows, the worst and most frequent first; not what passed."""
        counts: Counter[str] = Counter()
        levels: dict[str, Level] = {}
        for (code, level), number in self._codes.items():
            if number > 0:
                counts[code] += number
                levels[code] = max(level, levels.get(code, level), key=SEVERITY.__getitem__)
        order = sorted(counts, key=lambda code: (-SEVERITY[levels[code]], -counts[code], code))
        return [(code, levels[code], counts[code]) for code in order]

    def is_of(self, number: int, kinds: int) -> bool:
        """Whether the row is of one of these kinds (bits of `Group`, and CANCELLABLE)."""
        return bool(self._states[number] & kinds)

    def numbers(self, kinds: int) -> list[int]:
        """The rows of one of these kinds, in the order of the workbook."""
        return list(compress(range(len(self._states)), self.marks(kinds)))

    def marks(self, kinds: int) -> bytes:
        """1 for each row of one of these kinds, 0 for each other: cheap to compare and count."""
        return bytes(self._states.translate(_table(kinds)))

    def _count_findings(self, findings: tuple[Finding, ...], step: int) -> None:
        if not findings:
            return
        for code, level in {one.code: one.level for one in findings}.items():
            if level is not Level.PASS:
                self._codes[code, level] += step
        self.corrections += step * len({f.cell for f in findings if f.correction and f.cell})


def _state(row: Row) -> int:
    move = row.move
    if not row.groups & _RUNNING or move is None:
        return row.groups
    return row.groups | CANCELLABLE * (move.status.can_cancel and not move.cancel_wished)


@lru_cache(maxsize=64)
def _table(kinds: int) -> bytes:
    """For `translate`: 1 for each state that is of one of these kinds."""
    return bytes(bool(state & kinds) for state in range(256))
