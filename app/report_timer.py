"""When reports are made by themselves: every so many minutes, and at the end of each batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from app.model import Move

SETTING = "report timer"
"""Its name among the kept values of a project."""
LEAST_MINUTES, MOST_MINUTES = 1, 1440


@dataclass(frozen=True, slots=True)
class ReportTimer:
    """Off as long as there is no folder, or neither minutes nor the end of a batch."""

    folder: str = ""
    minutes: int = 0
    """A report this often, as long as something changed; 0: not by the clock."""
    at_batch_end: bool = False
    zone: str = "UTC"

    @property
    def is_on(self) -> bool:
        return bool(self.folder) and (self.minutes > 0 or self.at_batch_end)

    @property
    def place(self) -> Path:
        return Path(self.folder)

    def as_setting(self) -> str:
        """How it is kept."""
        return json.dumps(asdict(self))


def kept_timer(settings: Mapping[str, str]) -> ReportTimer:
    """The timer among the kept values; one that is off when there was none."""
    try:
        kept = ReportTimer(**json.loads(settings.get(SETTING, "{}")))
    except (ValueError, TypeError):
        return ReportTimer()
    return kept


class BatchEnds:
    """Notices when the last move of a batch has ended."""

    def __init__(self) -> None:
        self._moves: dict[str, Move] = {}
        self._open: dict[str, int] = {}
        self._seen: set[str] = set()

    def take(self, moves: Iterable[Move]) -> tuple[str, ...]:
        """The batches that these changes brought to their end.

        A batch that had ended when it was seen first was ended in an earlier session.
        """
        touched = []
        for move in moves:
            before = self._moves.get(move.key)
            self._moves[move.key] = move
            if before is not None and before.batch:
                self._open[before.batch] -= not before.status.is_final
            if move.batch:
                self._open[move.batch] = self._open.get(move.batch, 0) + (not move.status.is_final)
                touched.append(move.batch)
        ended = []
        for batch in dict.fromkeys(touched):
            if self._open[batch]:
                self._seen.add(batch)
            elif batch in self._seen:
                self._seen.discard(batch)
                ended.append(batch)
        return tuple(ended)
