"""Whether the gates let the next batch of the chain follow; used by the runner's thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.chain import Chain
from app.errors import AppError
from app.model import Move
from app.roster import Roster

AskGates = Callable[[str, frozenset[str]], None]
"""Asks about a batch of these people; returns at once, the answer comes to the runner."""
_ASK_AGAIN = 300.0
"""Seconds after which a batch that was held back is asked about again."""


class Following:
    """A batch is sent only after the gates were judged: at the start, or before it follows.

    What was judged in an earlier session counts no more. Without anybody to ask every batch that
    the chain opens may be sent.
    """

    def __init__(self, chain: Chain, roster: Roster, ask: AskGates | None) -> None:
        self._chain = chain
        self._roster = roster
        self._ask = ask
        self._admitted: set[str] = set()
        self._asked: set[str] = set()
        self._held: dict[str, tuple[AppError, float]] = {}
        """Why, and when on the monotonic clock to ask again."""

    def sendable(self, busy: set[str]) -> Iterator[Move]:
        """The moves that may be sent now, but for the busy ones."""
        for batch in self._chain.open_batches(self._roster):
            if self._ask is None or batch in self._admitted:
                waiting = self._roster.waiting_in(batch)
                yield from (move for move in waiting if move.key not in busy)

    def started(self, *, anybody: bool) -> None:
        """The gates let a start of somebody pass: what the chain opens now was judged with it."""
        if anybody:
            self._admitted.update(self._chain.open_batches(self._roster))
        self.ask_anew()

    def ask_anew(self) -> None:
        """Whatever held a batch back may be put right; what was asked may have got lost."""
        self._asked.clear()
        self._held.clear()

    def ask_due(self, now: float) -> bool:
        """Ask about the batches that the chain opens and nobody has judged yet.

        True when nobody waits any more in a batch that was held back.
        """
        if self._ask is None:
            return False
        open_now = self._chain.open_batches(self._roster)
        gone = [
            batch
            for batch in self._held
            if batch not in open_now or not any(True for _ in self._roster.waiting_in(batch))
        ]
        for batch in gone:
            del self._held[batch]
            self._asked.discard(batch)
        for batch in open_now:
            held = self._held.get(batch)
            if batch in self._admitted or (batch in self._asked and (not held or now < held[1])):
                continue
            keys = frozenset(move.key for move in self._roster.waiting_in(batch))
            if keys:
                self._asked.add(batch)
                if held:
                    self._held[batch] = held[0], now + _ASK_AGAIN
                self._ask(batch, keys)
        return bool(gone)

    def next_ask(self) -> float | None:
        """When to ask again, on the monotonic clock; None when no batch is held back."""
        return min((at for _, at in self._held.values()), default=None)

    def answered(self, batch: str, objection: AppError | None, now: float) -> bool:
        """The batch may follow, or why not; True when that is news."""
        before = self._held.pop(batch, None)
        if objection is None:
            self._admitted.add(batch)
            return before is not None
        self._held[batch] = objection, now + _ASK_AGAIN
        return before is None or str(before[0]) != str(objection)

    @property
    def objection(self) -> AppError | None:
        """Why a batch is held back, None when none is."""
        return next((why for why, _ in self._held.values()), None)
