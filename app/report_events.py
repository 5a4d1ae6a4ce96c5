"""What a project tells its screen of reports, and of what is left after the move."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.after_move import AfterMove
from app.errors import AppError
from app.moved_values import MovedCheck
from app.report_timer import ReportTimer


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A report, a list or an evidence pack is finished."""

    path: Path
    people: int = 0
    """Whom it shows; 0 for evidence."""
    note: str = ""
    """What to note of it, such as the SHA-256 of a manifest."""
    by_itself: bool = False
    """Made by the timer or at the end of a batch, not because somebody asked just now."""


@dataclass(frozen=True, slots=True)
class ReportFailed:
    """A report could not be made; nothing was written."""

    error: AppError
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class ReportTimerTold:
    """When reports are made by themselves."""

    timer: ReportTimer


@dataclass(frozen=True, slots=True)
class AfterMoveTold:
    """What is left to do after the move, as it stands."""

    page: AfterMove


@dataclass(frozen=True, slots=True)
class MovedChecked:
    """The check of those who moved: what was found so far."""

    found: tuple[MovedCheck, ...]
    total: int
    is_last: bool


ReportEvent = ReportMade | ReportFailed | ReportTimerTold | AfterMoveTold | MovedChecked
