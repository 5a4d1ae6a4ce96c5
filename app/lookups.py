"""What is known of "the service has no such move": for how long, and when it may be believed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_FRESH_SECONDS = 30.0
"""For so long may "the service has no such move" be acted on."""
_ANSWERS_NEEDED = 2
"""After a start whose outcome is unknown, so many look-ups must agree."""


@dataclass(slots=True)
class _Settling:
    due: float
    answers: int = 0


class LookUps:
    """Look-ups by the key of a move; times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._absent: dict[str, float] = {}
        self._settling: dict[str, _Settling] = {}

    def saw_nothing(self, key: str, now: float) -> None:
        """The service has no such move; that holds for a short while."""
        self._absent[key] = now

    def take_absence(self, key: str, now: float) -> bool:
        """The service had no such move just now; used up by asking."""
        return now - self._absent.pop(key, float("-inf")) < _FRESH_SECONDS

    def forget_absences(self) -> None:
        """The machine slept: what was seen before is old, whatever the clock says."""
        self._absent.clear()

    def settle(self, key: str, due: float) -> None:
        """A start of this move may have arrived: look it up from `due` on."""
        self._settling[key] = _Settling(due)

    def is_settling(self, key: str) -> bool:
        """The fate of a start is not known."""
        return key in self._settling

    def settled(self, key: str) -> None:
        """The fate of the start is known."""
        self._settling.pop(key, None)

    def settles_absent(self, key: str, now: float, pause: float) -> bool:
        """The service has nothing of it; True when that was said often enough to be believed."""
        settling = self._settling[key]
        settling.answers += 1
        settling.due = now + pause
        if settling.answers < _ANSWERS_NEEDED:
            return False
        del self._settling[key]
        return True

    def due(self, now: float, busy: Collection[str]) -> list[str]:
        """The moves whose fate should be asked for now."""
        return [key for key, one in self._settling.items() if one.due <= now and key not in busy]

    def next_due(self, busy: Collection[str]) -> float | None:
        """When the next of these questions is due."""
        return min(
            (one.due for key, one in self._settling.items() if key not in busy), default=None
        )
