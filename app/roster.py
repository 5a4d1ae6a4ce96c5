"""The moves of a project in memory: by key, by status, and those that were cancelled or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.model import AT_SERVICE, FINAL, Move, MoveStatus
from app.polling import PENDING

_UNPLANNED = frozenset({MoveStatus.READY, MoveStatus.INVALID})
_AT_REST = FINAL | _UNPLANNED
_NONE: Mapping[str, Move] = {}


@dataclass(slots=True)
class BatchCount:
    """How far a batch is; moves that were taken back do not count."""

    planned: int = 0
    ended: int = 0
    begin_utc: datetime | None = None


class Roster:
    """Every move once, found by key or status without a walk over all of them."""

    def __init__(self, moves: Iterable[Move]) -> None:
        self.by_key: dict[str, Move] = {}
        self._by_status: dict[MoveStatus, dict[str, Move]] = {status: {} for status in MoveStatus}
        self._wished: dict[str, Move] = {}
        self._batches: dict[str, BatchCount] = {}
        self._waiting: dict[str, dict[str, Move]] = {}
        for move in moves:
            self.put(move)

    def put(self, move: Move) -> None:
        """Keep the move in its new form."""
        before = self.by_key.get(move.key)
        if before is not None:
            self._by_status[before.status].pop(move.key, None)
            self._count(before, -1)
            self._waiting.get(before.batch, {}).pop(move.key, None)
        self.by_key[move.key] = move
        self._by_status[move.status][move.key] = move
        self._count(move, 1)
        if move.status is MoveStatus.WAITING:
            self._waiting.setdefault(move.batch, {})[move.key] = move
        if move.cancel_wished:
            self._wished[move.key] = move
        else:
            self._wished.pop(move.key, None)

    def with_status(self, *statuses: MoveStatus) -> Iterator[Move]:
        """The moves with one of these statuses, oldest step first."""
        for status in statuses:
            yield from self._by_status[status].values()

    def count(self, statuses: Iterable[MoveStatus]) -> int:
        """How many moves have one of these statuses."""
        return sum(len(self._by_status[status]) for status in statuses)

    def watched(self) -> list[Move]:
        """The moves that the service has and may still change."""
        return list(self.with_status(*AT_SERVICE))

    def pending(self) -> int:
        """How many fill a place in the service's queue, or are about to.

        A status that we do not know counts: nobody can say that it does not wait.
        """
        return self.count(PENDING | {MoveStatus.STARTING, MoveStatus.UNKNOWN})

    def cancels(self) -> list[Move]:
        """The moves at the service whose cancel is wished and can still be granted."""
        return [m for m in self._wished.values() if m.status.can_cancel and m.status in AT_SERVICE]

    def batches(self) -> Iterable[str]:
        """The names of all batches, in the order in which they were first seen."""
        return self._batches

    def batch_count(self, name: str) -> BatchCount:
        """How far the batch is."""
        return self._batches.get(name, BatchCount())

    def waiting_in(self, name: str) -> Iterable[Move]:
        """The moves of a batch that are not sent yet."""
        return self._waiting.get(name, _NONE).values()

    def _count(self, move: Move, by: int) -> None:
        if move.status in _UNPLANNED:
            return
        count = self._batches.setdefault(move.batch, BatchCount())
        count.planned += by
        count.begin_utc = move.window.begin_utc
        if move.status in FINAL:
            count.ended += by

    def is_at_rest(self) -> bool:
        """Nothing waits, starts or moves."""
        return self.count(_AT_REST) == len(self.by_key)
