"""The words of the program: mappings, findings, moves, batches and their statuses, as values."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import StrEnum
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")


class Level(StrEnum):
    """What a finding means for the start of a move."""

    PASS = "PASS"
    WARN = "WARN"
    BLOCK = "BLOCK"
    UNKNOWN = "UNKNOWN"


class Side(StrEnum):
    """The tenant that a value belongs to."""

    SOURCE = "source"
    TARGET = "target"


class MoveStatus(StrEnum):
    """Our own, canonical status of a move; the service's word is kept beside it."""

    INVALID = "Invalid"
    READY = "Ready"
    WAITING = "Waiting"
    STARTING = "Starting"
    NOT_STARTED = "NotStarted"
    SCHEDULED = "Scheduled"
    READY_TO_TRIGGER = "ReadyToTrigger"
    IN_PROGRESS = "InProgress"
    RESCHEDULED = "Rescheduled"
    SUCCESS = "Success"
    FAILED = "Failed"
    STOPPED = "Stopped"
    NOT_SUPPORTED = "NotSupported"
    UNKNOWN = "Unknown"

    @property
    def is_final(self) -> bool:
        """The service will not change it any more."""
        return self in FINAL

    @property
    def is_at_service(self) -> bool:
        """The service has the move and may still change it."""
        return self in AT_SERVICE

    @property
    def can_cancel(self) -> bool:
        """A cancel is worth sending (the service refuses it in every later state)."""
        return self in CANCELLABLE


FINAL = frozenset(
    {MoveStatus.SUCCESS, MoveStatus.FAILED, MoveStatus.STOPPED, MoveStatus.NOT_SUPPORTED}
)
AT_SERVICE = frozenset(
    {
        MoveStatus.NOT_STARTED,
        MoveStatus.SCHEDULED,
        MoveStatus.READY_TO_TRIGGER,
        MoveStatus.IN_PROGRESS,
        MoveStatus.RESCHEDULED,
        MoveStatus.UNKNOWN,
    }
)
CANCELLABLE = frozenset(
    {
        MoveStatus.WAITING,
        MoveStatus.NOT_STARTED,
        MoveStatus.SCHEDULED,
        MoveStatus.READY_TO_TRIGGER,
    }
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A safe correction of one cell: offered, and used only when the admin accepts it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of a row (or of the whole list when `cell` names no cell).

    `code` is stable and upper case; `app.texts` turns it and `values` into a reason and a remedy.
    `cell` is `Sheet!B7`, or "" when the finding concerns no single cell.
    """

    level: Level
    code: str
    cell: str = ""
    side: Side | None = None
    values: tuple[tuple[str, str], ...] = ()
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One row of the mapping workbook; both UPNs exactly as the cells hold them."""

    row: int
    """The row number that Excel shows, counted from 1."""
    source_upn: str
    target_upn: str
    source_cell: str = ""
    """`Sheet!A7`"""
    target_cell: str = ""
    batch: str = ""
    include: bool = True
    """False when the workbook's own Include column says No."""
    size_gb: float | None = None
    """Of the OneDrive, where the workbook has a column for it."""

    @property
    def key(self) -> str:
        """Under which the move is kept: the source UPN without regard to case."""
        return upn_key(self.source_upn)


def in_bulk(kind: type[_T], count: int, columns: dict[str, Sequence[Any]]) -> tuple[_T, ...]:
    """So many values of a frozen class with slots, made field by field and not one by one.

    For a list of a hundred thousand rows: it takes half the time of as many calls of the class.
    A field without a column has its default; the class must have no `__post_init__`.
    """
    # Python's collector would look at the unfinished ones again and again.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        made = tuple(map(object.__new__, repeat(kind, count)))
        for field in fields(kind):  # type: ignore[arg-type]  # a dataclass, which has no type
            values = columns.get(field.name)
            if values is None:
                assert field.default is not MISSING
            else:
                assert len(values) == count
            # Straight into the slot: a frozen class refuses any other way.
            put = getattr(kind, field.name).__set__
            deque(map(put, made, repeat(field.default) if values is None else values), maxlen=0)
    finally:
        if is_collecting:
            gc.enable()
    return made


def upn_key(upn: str) -> str:
    """The form in which two UPNs are compared: Entra ID compares them without regard to case."""
    return upn.strip().casefold()


@dataclass(frozen=True, slots=True)
class ColumnsNeeded:
    """The program cannot tell for sure which sheet or columns hold the mapping: ask."""

    path: Path
    sheets: tuple[str, ...]
    sheet: str
    columns: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    """Up to three values for each column, in the order of `columns`."""
    source_guess: str = ""
    target_guess: str = ""


class MapKind(StrEnum):
    """What an entry of the identity map maps."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class MapRow:
    """A row of a list of groups, or of an identity map in its own six columns; texts as the cells
    hold them, "" where the list has no such column. Cells are `Sheet!A7`.
    """

    kind: MapKind
    tenant: str
    """The source tenant's id."""
    source: str
    target: str
    address: str
    """A user's target e-mail, a Microsoft 365 group's target alias."""
    type: str
    source_cell: str = ""
    target_cell: str = ""
    type_cell: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Preferred begin and end of a batch, both in UTC; None means as soon as possible / no end.

    The begin goes to the service. The end is a preference that only some services can take.
    """

    begin_utc: datetime | None = None
    end_utc: datetime | None = None
    zone: str = "UTC"
    """The IANA zone in which the admin chose the times."""
    latest_utc: datetime | None = None
    """What has not begun by then is cancelled by the service, where it can; None: no such limit.

    It says nothing of the end: what has begun by then goes on for as long as it takes.
    """


@dataclass(frozen=True, slots=True)
class Batch:
    """Moves that start together."""

    name: str
    keys: tuple[str, ...]
    window: Window = Window()


@dataclass(frozen=True, slots=True)
class Move:
    """One person's OneDrive content move, as the journal holds it."""

    key: str
    row: int
    source_upn: str
    """As it is sent to the service."""
    target_upn: str
    status: MoveStatus = MoveStatus.READY
    batch: str = ""
    window: Window = Window()
    service_state: str = ""
    """The service's own word, verbatim."""
    derived: bool = False
    """The status was concluded by us, not said by the service."""
    stage: str = ""
    move_id: str = ""
    error_code: str = ""
    error_message: str = ""
    """The service's own words, verbatim."""
    cancel_wished: bool = False
    attempts: int = 0
    started_utc: datetime | None = None
    updated_utc: datetime | None = None
    finished_utc: datetime | None = None
