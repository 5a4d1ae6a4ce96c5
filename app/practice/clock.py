"""The practice clock: time that runs at any speed, stands still or is stepped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FASTEST = 1_000_000.0
LONGEST_STEP_SECONDS = 10 * 366 * 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 221_845_392_000_000  # the year 9000: a date must still be writable after it


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `real` (seconds since 1970) it was `practice` (milliseconds since 1970, UTC)."""

    real: float
    practice: int
    speed: float


class PracticeClock:
    """Practice time follows from the anchor alone, so it goes on while the process is down."""

    def __init__(
        self, anchor: Anchor | None = None, *, real: Callable[[], float] = time.time
    ) -> None:
        self._real = real
        now = real()
        self._anchor = anchor or Anchor(now, round(now * 1000), 1.0)
        self._latest = self._anchor.practice

    @property
    def anchor(self) -> Anchor:
        """What must be kept for the clock to go on after a restart."""
        return self._anchor

    @property
    def speed(self) -> float:
        """Practice seconds in a real second; 0 when the clock is only stepped."""
        return self._anchor.speed

    def now_ms(self) -> int:
        """Practice milliseconds since 1970, UTC; never earlier than it was before."""
        passed = (self._real() - self._anchor.real) * 1000 * self._anchor.speed
        # The comparison comes first: a huge float makes no usable int.
        now = self._anchor.practice + round(min(max(passed, 0.0), float(_LAST_MS)))
        self._latest = max(self._latest, min(now, _LAST_MS))
        return self._latest

    def not_before(self, practice_ms: int) -> None:
        """Something happened at this time already: the clock is never earlier."""
        self._latest = max(self._latest, min(practice_ms, _LAST_MS))

    def step(self, seconds: float) -> None:
        """Let this many practice seconds pass at once; the speed stays."""
        to = min(self.now_ms() + round(seconds * 1000), _LAST_MS)
        self._anchor = Anchor(self._real(), to, self._anchor.speed)

    def run_at(self, speed: float) -> None:
        """Go on from now at another speed."""
        self._anchor = Anchor(self._real(), self.now_ms(), speed)


def is_speed(speed: float) -> bool:
    """Whether the clock can run at this many practice seconds in a second."""
    return math.isfinite(speed) and 0 <= speed <= FASTEST


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime; a part of a millisecond is dropped."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def wire_time(ms: int) -> str:
    """Milliseconds since 1970 as Graph writes a time: UTC with Z."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{text}.{ms % 1000:03d}Z" if ms % 1000 else f"{text}Z"
