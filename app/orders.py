"""What the runner may be asked: one small value an order, put into its inbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from app.errors import AppError
from app.journal import RowRecord
from app.model import Batch, Move
from app.moves import MoveService
from app.preflight_values import RowCheck


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch with the people in it, as the admin confirmed it."""

    batch: Batch
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class SetRows:
    """Keep what the workbook holds now."""

    rows: tuple[RowRecord, ...]


@dataclass(frozen=True, slots=True)
class Connect:
    """Use this service from now on."""

    service: MoveService


@dataclass(frozen=True, slots=True)
class Plan:
    """Take these moves on."""

    batches: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Follow:
    """The gates let this batch follow, or why they hold it back."""

    batch: str
    objection: AppError | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Wish these moves cancelled."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retry:
    """Make these failed or stopped moves ready again."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a value of the project; `said` records it as an act of the admin, in these words."""

    name: str
    value: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class KeepChecks:
    """Keep what the pre-flight found, `anew`: and nothing else."""

    checks: tuple[RowCheck, ...]
    anew: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Record an event that is not a move's; `noted` is set when it is on the disk."""

    kind: str
    detail: str
    by_admin: bool = False
    noted: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class SetShare:
    """The share of a batch that must have ended before the next one follows, 0 to 1."""

    share: float


class GoOn:
    """Go on as the admin left it, after a sign-in."""


class AskNow:
    """Ask the service for everything again."""


class Pause:
    """Send nothing new."""


class Resume:
    """Go on sending."""


class Quit:
    """End."""
