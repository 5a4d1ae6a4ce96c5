"""The time, passed in so that tests can hold it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Two clocks in one: the time of day, and one that never jumps."""

    def now(self) -> datetime:
        """The time in UTC."""

    def monotonic(self) -> float:
        """Seconds since some start; for pauses and time limits."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


_JUMP_SECONDS = 20.0
"""A jump of the time of day by so many seconds is no accident."""


class SleepWatch:
    """Notices that the machine slept or that its time was set.

    The steady clock stands still while a machine sleeps (on Linux and macOS), so both are compared.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = (clock.now(), clock.monotonic())

    def jump(self) -> float:
        """Seconds by which the time of day ran ahead of the steady clock since the last call.

        0.0 for less than 20 seconds: clocks are corrected by a little all the time.
        """
        now, steady = self._clock.now(), self._clock.monotonic()
        passed = (now - self._seen[0]).total_seconds() - (steady - self._seen[1])
        self._seen = (now, steady)
        return passed if abs(passed) >= _JUMP_SECONDS else 0.0
