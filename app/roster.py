"""The moves of a project in memory: by key, by status, and those that were cancelled or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.model import AT_SERVICE, FINAL, Move, MoveStatus
from app.polling import PENDING

_AT_REST = FINAL | {MoveStatus.READY, MoveStatus.INVALID}


class Roster:
    """Every move once, found by key or status without a walk over all of them."""

    def __init__(self, moves: Iterable[Move]) -> None:
        self.by_key: dict[str, Move] = {}
        self._by_status: dict[MoveStatus, dict[str, Move]] = {status: {} for status in MoveStatus}
        self._wished: dict[str, Move] = {}
        for move in moves:
            self.put(move)

    def put(self, move: Move) -> None:
        """Keep the move in its new form."""
        before = self.by_key.get(move.key)
        if before is not None:
            self._by_status[before.status].pop(move.key, None)
        self.by_key[move.key] = move
        self._by_status[move.status][move.key] = move
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
        """How many fill a place in the service's queue, or are about to."""
        return self.count(PENDING | {MoveStatus.STARTING})

    def cancels(self) -> list[Move]:
        """The moves at the service whose cancel is wished and can still be granted."""
        return [m for m in self._wished.values() if m.status.can_cancel and m.status in AT_SERVICE]

    def is_at_rest(self) -> bool:
        """Nothing waits, starts or moves."""
        return self.count(_AT_REST) == len(self.by_key)
