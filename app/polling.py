"""How often the service is asked, and which of its answers belongs to which of our moves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from app.model import Move, MoveStatus, upn_key
from app.moves import ServiceMove

SLOWEST = 10
"""The pause between two polls grows to this many times the shortest."""
PENDING = frozenset(
    {
        MoveStatus.NOT_STARTED,
        MoveStatus.SCHEDULED,
        MoveStatus.READY_TO_TRIGGER,
        MoveStatus.RESCHEDULED,
    }
)
"""Statuses in which a move fills a place in the service's queue (at most 4,000 at any time:
"Cross-tenant OneDrive migration, step 6")."""


class Pace:
    """When to poll next: quick after something happened, slower while nothing does."""

    def __init__(self, shortest_seconds: float, spread: Callable[[], float] = lambda: 1.0) -> None:
        """`spread` gives a factor near 1 for each pause, so that programs do not call in step."""
        self._shortest = shortest_seconds
        self._spread = spread
        self._pause = shortest_seconds
        self.due = 0.0
        """On the monotonic clock, in seconds."""

    def hurry(self, now: float) -> None:
        """Something was just sent or changed."""
        self._pause = self._shortest
        self.due = min(self.due, now + self._pause) if self.due > now else now + self._pause

    def polled(self, now: float, *, changed: bool) -> None:
        """A poll came back."""
        if changed:
            self._pause = self._shortest
        else:
            self._pause = min(self._pause * 1.5, self._shortest * SLOWEST)
        self.due = now + self._pause * self._spread()

    def now(self) -> None:
        """Poll as soon as possible."""
        self.due = 0.0


def jitter() -> float:
    """A factor between 0.9 and 1.1."""
    return random.uniform(0.9, 1.1)  # noqa: S311 - spreads calls, keeps no secret


def pair_answers(
    moves: Iterable[Move], said: Iterable[ServiceMove]
) -> list[tuple[Move, ServiceMove]]:
    """Our moves with what the service says of them; moves of others are left out.

    A move is known by its id, and by its source UPN only while it has no id.
    """
    moves = list(moves)
    by_id = {move.move_id: move for move in moves if move.move_id}
    without_id = {move.key: move for move in moves if not move.move_id}
    pairs = (
        (by_id.get(one.move_id) or without_id.get(upn_key(one.source_upn)), one) for one in said
    )
    return [(move, one) for move, one in pairs if move is not None]
