"""What the window may wish of reports: plain values, each answered by an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.after_move import StepState
from app.report_order import ReportKind
from app.report_timer import ReportTimer


@dataclass(frozen=True, slots=True)
class MakeReport:
    """A report or a list; answered by ReportMade or ReportFailed."""

    kind: ReportKind
    target: Path
    zone: str
    keys: tuple[str, ...] | None = None
    """Only these people; None: everybody."""
    choice: str = ""
    """Who they are, in words."""


@dataclass(frozen=True, slots=True)
class MakeEvidence:
    """An evidence pack; answered by ReportMade or ReportFailed."""

    target: Path
    zone: str
    key_file: Path | None = None
    certificate: Path | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Make reports by itself from now on, or no more; answered by ReportTimerTold."""

    timer: ReportTimer


@dataclass(frozen=True, slots=True)
class SetStep:
    """How far a step after the move is; answered by AfterMoveTold."""

    code: str
    state: StepState
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetLicencesEnd:
    """When the source's licences end; answered by AfterMoveTold."""

    end: date | None


@dataclass(frozen=True, slots=True)
class TellAfterMove:
    """How it stands; answered by AfterMoveTold."""


@dataclass(frozen=True, slots=True)
class CheckMoved:
    """Look whether those who moved are where they belong; answered by MovedChecked."""


ReportWish = (
    MakeReport | MakeEvidence | SetTimer | SetStep | SetLicencesEnd | TellAfterMove | CheckMoved
)
