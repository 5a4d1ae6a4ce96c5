"""Whether moves may be sent at all: the admin's pause, and windows that are over."""

from __future__ import annotations

from datetime import UTC, datetime

from app.errors import AppError
from app.journal import Journal
from app.model import Move

_PAUSED = "paused"
"""The kept value that says that the admin paused the run."""


class Sending:
    """The admin's last word on it; a pause holds in later sessions too, until it is taken back."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._resumed_at = datetime.min.replace(tzinfo=UTC)
        self.is_paused = dict(journal.settings()).get(_PAUSED) == "yes"

    def pause(self) -> None:
        """Send nothing new."""
        self._journal.record("pause", "", by_admin=True)
        self._keep(paused=True)

    def resume(self, now: datetime) -> None:
        """Go on, also with what its window came too late for; `now` is in UTC."""
        self._journal.record("resume", "", by_admin=True)
        self._resumed_at = now
        self._keep(paused=False)

    def plan(self) -> None:
        """A new plan was confirmed: that takes a pause back."""
        self._keep(paused=False)

    def objection(self, move: Move, now: datetime) -> AppError | None:
        """Why this move must not be sent without asking: its window is over.

        It was planned for the window and for no other time, so the admin decides; a resume after
        the end of the window is that decision.
        """
        end = move.window.end_utc
        if end is None or not self._resumed_at < end <= now:
            return None
        return AppError(
            "WINDOW_OVER",
            f"The window of {move.batch} ended before everybody was sent",
            f"Row {move.row}, {move.source_upn}, still waits, and perhaps others.",
            "Resume sends them now. Or cancel them, and plan them again for another window.",
        )

    def _keep(self, *, paused: bool) -> None:
        if paused is not self.is_paused:
            self.is_paused = paused
            self._journal.set_setting(_PAUSED, "yes" if paused else "")
