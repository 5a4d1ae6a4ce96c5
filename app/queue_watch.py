"""How full the service's shared queue is, and by which question the moves are asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from app.model import AT_SERVICE, Move, MoveStatus, upn_key
from app.moves import MoveService, ServiceMove
from app.polling import PENDING

RESERVE = 50
"""Room kept in the service's queue for moves that others start meanwhile."""
LISTED_A_CALL = 200
"""Moves on one page of the list."""
ASKED_A_CALL = 20
"""Moves in one JSON batch ("Combine multiple HTTP requests using JSON batching")."""
POLLS = ("list", "states")
"""The kinds of question about all moves: the whole list, or our own by their ids."""
_NO_LIST = frozenset({400, 404, 405, 501})
"""Refusals that mean: this service has no list (it is in no page of the Graph reference)."""
_OURS = AT_SERVICE | {MoveStatus.STARTING}


@dataclass(frozen=True, slots=True)
class Question:
    """A call to be made, and its kind, one of `POLLS`."""

    kind: str
    ask: Callable[[], list[ServiceMove]]


class QueueWatch:
    """What the last whole list said; times are seconds on the monotonic clock."""

    def __init__(self, old_after: float, can_list: bool = True) -> None:
        """A list is too old for a start after `old_after` seconds."""
        self.can_list = can_list
        self._old_after = old_after
        self._listed_at = float("-inf")
        self._length = 0
        self._others_pending = 0

    def saw(self, said: Iterable[ServiceMove], ours: Mapping[str, Move], now: float) -> None:
        """The whole list came in; a pending move that is not among ours fills a place too.

        Somebody of ours whom we have not sent counts as well: another admin has.
        """
        whole = tuple(said)
        self._listed_at, self._length = now, len(whole)
        self._others_pending = sum(
            1 for one in whole if one.status in PENDING and not _is_ours(one, ours)
        )

    def refused(self, status: int | None) -> bool:
        """The list was refused; True when that means that the service has none."""
        if status in _NO_LIST:
            self.can_list = False
        return not self.can_list

    def forget(self) -> None:
        """Ask for the whole list the next time."""
        self._listed_at = float("-inf")

    def knows_room(self, now: float) -> bool:
        """What others have in the queue is known well enough for a start."""
        return not self.can_list or now - self._listed_at <= self._old_after

    def should_list(self, watched: int, now: float, *, wants_to_send: bool) -> bool:
        """The next question is the whole list; otherwise our own moves by their ids.

        The list costs a call for 200 moves, ours and all others, also those that ended long ago;
        asking by id costs one for twenty of ours.
        """
        if not self.can_list:
            return False
        if self._listed_at == float("-inf") or (wants_to_send and not self.knows_room(now)):
            return True
        return _calls(self._length, LISTED_A_CALL) <= _calls(watched, ASKED_A_CALL)

    def question(
        self, service: MoveService, watched: Sequence[Move], now: float, wants_to_send: bool
    ) -> Question | None:
        """What to ask the service next about all moves, or None when there is nothing to ask."""
        if self.should_list(len(watched), now, wants_to_send=wants_to_send):
            return Question("list", service.list_moves)
        ids = [move.move_id for move in watched if move.move_id]
        return Question("states", partial(service.states, ids)) if ids else None

    def room(self, limit: int, pending: int) -> int:
        """How many more may be sent, when `pending` of ours are in the queue or on their way."""
        return max(limit - RESERVE - self._others_pending - pending, 0)


def _is_ours(one: ServiceMove, ours: Mapping[str, Move]) -> bool:
    move = ours.get(upn_key(one.source_upn))
    return move is not None and move.status in _OURS


def _calls(moves: int, a_call: int) -> int:
    return max(-(-moves // a_call), 1)
