"""What a status report says of each person: status, times, problem, what to do and who does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.errors import AppError
from app.journal import RowRecord, read_project
from app.model import FINAL, Move, MoveStatus, upn_key
from app.remedies import FixOn, find
from app.status_cells import remedy_of
from app.texts import finding_title, status_label

WHO = {
    FixOn.SOURCE: "Admin of the source tenant",
    FixOn.TARGET: "Admin of the target tenant",
    FixOn.BOTH: "Admins of both tenants",
    FixOn.WORKBOOK: "Keeper of the workbook",
    FixOn.SERVICE: "Microsoft's support",
}
UNKNOWN_WHO = "To be found out"
MOVED, UNDER_WAY, WAITING = "Moved", "Under way", "Waiting"
NEEDS_SOMEBODY, CANNOT_START, HELD_BACK = "Needs somebody", "Cannot start", "Held back"
STAGES = (MOVED, UNDER_WAY, WAITING, NEEDS_SOMEBODY, CANNOT_START, HELD_BACK)
"""What a manager wants to tell apart, from done to not to be done."""
_STAGE_OF = {
    MoveStatus.SUCCESS: MOVED,
    MoveStatus.INVALID: CANNOT_START,
    MoveStatus.FAILED: NEEDS_SOMEBODY,
    MoveStatus.NOT_SUPPORTED: NEEDS_SOMEBODY,
    MoveStatus.STOPPED: HELD_BACK,
    MoveStatus.READY: WAITING,
    MoveStatus.WAITING: WAITING,
    MoveStatus.NOT_STARTED: WAITING,
    MoveStatus.SCHEDULED: WAITING,
}
_HELD_BACK_FINDING = "HELD_BACK"
Value = str | float | datetime | None
"""What a cell of a report holds. A time with a zone is UTC, one without is a wall clock's."""


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the report; times are UTC."""

    row: int
    source_upn: str
    target_upn: str
    batch: str
    status: str
    """The status in words, as the window and the workbook say it."""
    stage: str
    """One of `STAGES`."""
    planned_begin: datetime | None = None
    planned_end: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    updated: datetime | None = None
    service_state: str = ""
    error_code: str = ""
    problem: str = ""
    what_to_do: str = ""
    who: str = ""
    attempts: int = 0
    move_id: str = ""

    @property
    def key(self) -> str:
        return upn_key(self.source_upn)

    @property
    def hours(self) -> float | None:
        """How long the move took."""
        if self.started is None or self.finished is None:
            return None
        return (self.finished - self.started).total_seconds() / 3600


def read_people(
    state_dir: Path, keep: Callable[[Person], bool] = lambda person: True
) -> tuple[Person, ...]:
    """The people of the project in this folder whom `keep` lets through, as the workbook has them.

    Raises AppError NO_PROJECT, JournalError.
    """
    rows, moves = read_project(state_dir)
    if not rows and not moves:
        raise AppError(
            "NO_PROJECT",
            "There is nothing to report",
            f"There is no journal in {state_dir}.",
            "Open the workbook and start, or name the folder with --state-dir.",
        )
    return tuple(filter(keep, _people(rows, moves)))


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """What a clock on a wall in this zone shows at that moment."""
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None)


def _people(rows: Iterable[RowRecord], moves: Iterable[Move]) -> Iterator[Person]:
    by_key = {move.key: move for move in moves}
    for row in rows:
        move = by_key.get(row.key)
        if move is not None and _is_row_of(row, move):
            del by_key[row.key]
            is_resting = move.status is MoveStatus.READY and not row.startable
            yield _resting(row) if is_resting else _moving(move, row.row)
        else:
            yield _resting(row)
    # Their rows are not in the workbook any more; their moves go on.
    for move in by_key.values():
        yield _moving(move, move.row)


def _is_row_of(row: RowRecord, move: Move) -> bool:
    """As `status_cells.move_of`: a row that names another target is not the move's."""
    return row.startable or upn_key(row.target_upn) == upn_key(move.target_upn)


def _resting(row: RowRecord) -> Person:
    status = MoveStatus.READY if row.startable else MoveStatus.INVALID
    is_held_back = row.finding_code == _HELD_BACK_FINDING
    problem = finding_title(row.finding_code) if row.finding_code and not is_held_back else ""
    return Person(
        row=row.row,
        source_upn=row.source_upn,
        target_upn=row.target_upn,
        batch="",
        status=HELD_BACK if is_held_back else status_label(status),
        stage=HELD_BACK if is_held_back else _STAGE_OF[status],
        error_code=row.finding_code,
        problem=problem,
        what_to_do=row.remedy,
        who=WHO[FixOn.WORKBOOK] if problem else "",
    )


def _moving(move: Move, row: int) -> Person:
    has_problem = bool(move.error_code or move.error_message)
    known = find(move.error_code, move.error_message) if has_problem else None
    unknown = move.error_message or move.error_code
    return Person(
        row=row,
        source_upn=move.source_upn,
        target_upn=move.target_upn,
        batch=move.batch,
        status=status_label(move.status),
        stage=_STAGE_OF.get(move.status, UNDER_WAY),
        planned_begin=move.window.begin_utc,
        planned_end=move.window.end_utc,
        started=move.started_utc,
        finished=move.finished_utc if move.status in FINAL else None,
        updated=move.updated_utc,
        service_state=move.service_state,
        error_code=move.error_code,
        problem=known.title if known else unknown,
        what_to_do=remedy_of(move),
        who=(WHO[known.fix_on] if known else UNKNOWN_WHO) if has_problem else "",
        attempts=move.attempts,
        move_id=move.move_id,
    )
