"""What the gates and the identity map tell the screen: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.gate_values import Gate
from app.identity_map import MapReport, WantedMap
from app.model import Finding


class Judgement(StrEnum):
    """What became of it."""

    CHECKED = "checked"
    """Only looked at; nothing was to be started."""
    STARTED = "started"
    REFUSED = "refused"
    """A gate held the start back: nothing was started."""


@dataclass(frozen=True, slots=True)
class GatesJudged:
    """How the gates stand for a start that was asked for or only looked at."""

    gates: tuple[Gate, ...]
    judgement: Judgement
    people: int
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class ChainJudged:
    """How the gates stand for a batch that is to follow the one before it."""

    batch: str
    gates: tuple[Gate, ...]
    holding: tuple[Gate, ...]
    """Those that hold it back; none: it follows."""
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class GatesBusy:
    """The gates are being read; it ends with GatesJudged or Trouble."""


class MapState(StrEnum):
    """What is being done with the identity map."""

    IDLE = "idle"
    READING = "reading"
    UPLOADING = "uploading"


@dataclass(frozen=True, slots=True)
class MapChanged:
    """The identity map as the workbook wants it, and how it compares with the target's."""

    wanted: WantedMap = field(default_factory=WantedMap)
    report: MapReport | None = None
    """None: not read yet."""
    state: MapState = MapState.IDLE
    done: int = 0
    total: int = 0
    vanished: tuple[Finding, ...] = ()
    """Entries that were sent and are not there as sent, each on the row that asks for it."""


@dataclass(frozen=True, slots=True)
class MapExported:
    """The identity map was written for the management shell."""

    path: Path
    entries: int
    left_out: int
    guests: int
    """Of whom it is not known which name the map wants."""
    command: str
    """What uploads it, on the target tenant."""


GateEvent = GatesJudged | ChainJudged | GatesBusy | MapChanged | MapExported
