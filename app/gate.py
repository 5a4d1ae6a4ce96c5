"""When calls may be made: held back by the service, or waiting for the network to come back."""

from __future__ import annotations

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_SHORTEST_HOLD = 0.05
_OFFLINE_AFTER = 3
"""So many failures in a row are no accident any more."""


class Gate:
    """One gate for every caller; times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._held = 0.0
        self._backed_off = 0.0
        self._failures = 0

    @property
    def opens(self) -> float:
        """When the next call may be made."""
        return max(self._held, self._backed_off)

    def is_open(self, now: float) -> bool:
        """A call may be made."""
        return now >= self.opens

    def hold(self, now: float, seconds: float) -> None:
        """The service asked for a pause; a longer one in force stays."""
        self._held = max(self._held, now + max(seconds, _SHORTEST_HOLD))

    def failed(self, now: float) -> bool:
        """A call failed on its way; True when this looks like being offline.

        The pause doubles with each failure, up to a minute; one that the service asked for stays.
        """
        self._failures += 1
        self._backed_off = now + min(_FIRST_PAUSE * 2.0 ** (self._failures - 1), _LONGEST_PAUSE)
        return self._failures >= _OFFLINE_AFTER

    def succeeded(self) -> None:
        """A call was answered."""
        self._failures = 0

    def open_now(self) -> None:
        """The admin wishes to go on at once; what the service asked for still holds."""
        self._backed_off = 0.0
