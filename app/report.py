"""What a status report says: people, totals, problems and the time line of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from app.errors import AppError
from app.journal import RowRecord, read_project
from app.model import FINAL, Move, MoveStatus
from app.remedies import FixOn, find
from app.status_cells import remedy_of
from app.texts import finding_title, status_label

_WHO = {
    FixOn.SOURCE: "Admin of the source tenant",
    FixOn.TARGET: "Admin of the target tenant",
    FixOn.BOTH: "Admins of both tenants",
    FixOn.WORKBOOK: "Keeper of the workbook",
    FixOn.SERVICE: "Microsoft's support",
}
UNKNOWN_WHO = "To be found out"
STAGES = ("Moved", "Under way", "Waiting", "Needs somebody", "Cannot start")
"""What a manager wants to tell apart, from done to not to be done."""
_STAGE_OF = {
    MoveStatus.SUCCESS: "Moved",
    MoveStatus.INVALID: "Cannot start",
    MoveStatus.FAILED: "Needs somebody",
    MoveStatus.STOPPED: "Needs somebody",
    MoveStatus.NOT_SUPPORTED: "Needs somebody",
    MoveStatus.READY: "Waiting",
    MoveStatus.WAITING: "Waiting",
    MoveStatus.NOT_STARTED: "Waiting",
    MoveStatus.SCHEDULED: "Waiting",
}
NO_BATCH = "(not planned)"


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the report; times are UTC."""

    row: int
    source_upn: str
    target_upn: str
    batch: str
    status: str
    stage: str
    planned_begin: datetime | None
    planned_end: datetime | None
    started: datetime | None
    finished: datetime | None
    updated: datetime | None
    service_state: str
    error_code: str
    problem: str
    what_to_do: str
    who: str


@dataclass(frozen=True, slots=True)
class Report:
    """A project at one moment."""

    people: tuple[Person, ...]
    totals: Any
    """Series: people by status, in the order of a move's life."""
    batches: Any
    """Data frame: a line for each batch, with its stages, its plan and what came of it."""
    problems: Any
    """Data frame: a line for each thing to do, with how many and whom it concerns."""
    time_line: Any
    """Data frame: hours (UTC), with how many moves began and ended in each and in all."""


def read_report(state_dir: Path, *, keep: Callable[[Person], bool] = lambda person: True) -> Report:
    """The report of the project in this folder, of the people whom `keep` lets through.

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
    people = tuple(filter(keep, _people(rows, moves)))
    frame = pd.DataFrame(people, columns=list(Person.__dataclass_fields__))
    return Report(people, _totals(frame), _batches(frame), _problems(frame), _time_line(frame))


def _people(rows: Iterable[RowRecord], moves: Iterable[Move]) -> Iterable[Person]:
    by_key = {move.key: move for move in moves}
    for row in rows:
        move = by_key.pop(row.key, None) if row.startable else None
        yield _moving(move, row.row) if move is not None else _resting(row)
    # Their rows are not in the workbook any more; their moves go on.
    for move in by_key.values():
        yield _moving(move, move.row)


def _resting(row: RowRecord) -> Person:
    status = MoveStatus.READY if row.startable else MoveStatus.INVALID
    problem = finding_title(row.finding_code) if row.finding_code else ""
    return Person(
        row=row.row,
        source_upn=row.source_upn,
        target_upn=row.target_upn,
        batch="",
        status=status_label(status),
        stage=_STAGE_OF[status],
        planned_begin=None,
        planned_end=None,
        started=None,
        finished=None,
        updated=None,
        service_state="",
        error_code=row.finding_code,
        problem=problem,
        what_to_do=row.remedy,
        who=_WHO[FixOn.WORKBOOK] if problem else "",
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
        stage=_STAGE_OF.get(move.status, "Under way"),
        planned_begin=move.window.begin_utc,
        planned_end=move.window.end_utc,
        started=move.started_utc,
        finished=move.finished_utc if move.status in FINAL else None,
        updated=move.updated_utc,
        service_state=move.service_state,
        error_code=move.error_code,
        problem=known.title if known else unknown,
        what_to_do=remedy_of(move),
        who=(_WHO[known.fix_on] if known else UNKNOWN_WHO) if has_problem else "",
    )


def _totals(frame: Any) -> Any:
    counts = frame["status"].value_counts()
    order = [status_label(status) for status in MoveStatus]
    return counts.reindex([label for label in order if label in counts.index])


def _batches(frame: Any) -> Any:
    named = frame.assign(batch=frame["batch"].where(frame["batch"] != "", NO_BATCH))
    order = list(dict.fromkeys(named["batch"]))
    stages = pd.crosstab(named["batch"], named["stage"]).reindex(columns=STAGES, fill_value=0)
    grouped = named.groupby("batch", sort=False)
    return pd.DataFrame(
        {
            "People": grouped.size(),
            **{stage: stages[stage] for stage in STAGES},
            "Planned begin": grouped["planned_begin"].min(),
            "First start": grouped["started"].min(),
            "Planned end": grouped["planned_end"].max(),
            "Last end": grouped["finished"].max(),
        }
    ).reindex(sorted(order, key=lambda name: name == NO_BATCH))


def _problems(frame: Any) -> Any:
    found = frame[frame["problem"] != ""]
    grouped = found.groupby(["problem", "what_to_do", "who"], sort=False)
    lines = grouped["source_upn"].agg(People="size", Whom=list).reset_index()
    return lines.sort_values(["People", "problem"], ascending=[False, True])


def _time_line(frame: Any) -> Any:
    began = pd.to_datetime(frame["started"].dropna(), utc=True)
    ended = pd.to_datetime(frame.loc[frame["stage"] == "Moved", "finished"].dropna(), utc=True)
    hours = {
        "Begun": began.dt.floor("h").value_counts(),
        "Moved": ended.dt.floor("h").value_counts(),
    }
    line = pd.DataFrame(hours).fillna(0).astype(int).sort_index()
    if len(line):
        whole = pd.date_range(line.index[0], line.index[-1], freq="h", tz=UTC)
        line = line.reindex(whole, fill_value=0) if len(whole) <= _MOST_HOURS else line
    line["Moved in all"] = line["Moved"].cumsum()
    return line


_MOST_HOURS = 2_000
"""A longer time line shows only the hours in which something happened."""
