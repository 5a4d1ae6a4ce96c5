"""The cancels that the admin wishes: which are still to be sent; used by the runner's thread."""

from __future__ import annotations

from collections.abc import Collection

from app.model import Move
from app.roster import Roster


class Cancelling:
    """A cancel is sent once for each move at the service; what becomes of it, the service says."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._sent: set[str] = set()

    def due(self, busy: Collection[str]) -> list[Move]:
        """The moves whose cancel is wished, can be granted and was not accepted yet."""
        return [
            move
            for move in self._roster.cancels()
            if move.key not in busy and move.move_id not in self._sent
        ]

    def accepted(self, move: Move) -> None:
        """The service took the cancel; it is not sent again."""
        self._sent.add(move.move_id)
