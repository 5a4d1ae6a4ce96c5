"""What keeps a call from being answered whatever it asks: throttling, and an unwell service."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.practice.access import Side
from app.practice.faults import Fault

CALLS_PER_WINDOW = 130_000
WINDOW_SECONDS = 10.0
"""Calls of one application: "Microsoft Graph service-specific throttling limits"."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many calls of a tenant in a window of real seconds."""

    calls: int = CALLS_PER_WINDOW
    seconds: float = WINDOW_SECONDS


class Trouble:
    """Says of each call, also of each one inside a batch, whether it is turned away."""

    def __init__(self, *, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self.limit = Limit()
        self._began = dict.fromkeys(Side, -math.inf)
        self._count = dict.fromkeys(Side, 0)
        self._status = 0
        self._calls_left = 0
        self._retry_seconds = 0.0

    def allow(self, limit: Limit) -> None:
        """From now on this many calls are taken; the counts begin anew."""
        self.limit = limit
        self._began = dict.fromkeys(Side, -math.inf)

    def fail_next(self, calls: int, status: int, retry_seconds: float) -> None:
        """Turn the next calls away with this status, 429 or 503."""
        self._calls_left, self._status, self._retry_seconds = calls, status, retry_seconds

    def meet(self, side: Side, *, counts: bool) -> None:
        """One call of this tenant comes; a batch does not count, only what is in it.

        Raises Fault 429 or 503, with Retry-After as a float.
        """
        if self._calls_left > 0:
            self._calls_left -= 1
            raise _turned_away(self._status, self._retry_seconds)
        if not counts:
            return
        now = self._real()
        if now >= self._began[side] + self.limit.seconds:
            self._began[side], self._count[side] = now, 0
        self._count[side] += 1
        if self._count[side] > self.limit.calls:
            raise _turned_away(429, self._began[side] + self.limit.seconds - now)


def _turned_away(status: int, seconds: float) -> Fault:
    headers = {"Retry-After": f"{max(seconds, 0.001):.3f}"}
    if status == 429:
        message = "Please retry again later."
        return Fault(429, "TooManyRequests", message, inner_code="429", headers=headers)
    message = "The service is temporarily unavailable. Please retry again later."
    return Fault(503, "serviceNotAvailable", message, headers=headers)
