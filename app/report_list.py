"""Lists for other tools as CSV: the people of the report, and the list for the help desk."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.audit import plain
from app.help_desk import HEADERS
from app.report import Person, Value
from app.report_file import save_new

PEOPLE_HEADERS = (
    "Row",
    "SourceUPN",
    "TargetUPN",
    "Batch",
    "Status",
    "Stage",
    "PlannedBeginUTC",
    "PlannedEndUTC",
    "StartedUTC",
    "EndedUTC",
    "UpdatedUTC",
    "Hours",
    "ServiceState",
    "ErrorCode",
    "Problem",
    "WhatToDo",
    "Who",
    "Attempts",
    "MoveId",
)


def write_people_list(people: Iterable[Person], target: Path) -> None:
    """Write the people as CSV (UTF-8 with a mark, times in UTC as ISO 8601).

    No cell is ever a formula. Raises AppError EXISTS, CANNOT_WRITE.
    """
    _write(PEOPLE_HEADERS, map(_person, people), target)


def write_help_desk_list(lines: Iterable[Sequence[Value]], target: Path) -> None:
    """Write the list for the help desk as CSV, with the values of its workbook. Raises as above."""
    _write(HEADERS, lines, target)


def _write(headers: Sequence[str], lines: Iterable[Sequence[Value]], target: Path) -> None:
    def save(file: Path) -> None:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(headers)
            for line in lines:
                writer.writerow([_as_csv(value) for value in line])

    save_new(target, save)


def _person(one: Person) -> tuple[Value, ...]:
    return (
        one.row,
        one.source_upn,
        one.target_upn,
        one.batch,
        one.status,
        one.stage,
        one.planned_begin,
        one.planned_end,
        one.started,
        one.finished,
        one.updated,
        None if one.hours is None else round(one.hours, 3),
        one.service_state,
        one.error_code,
        one.problem,
        one.what_to_do,
        one.who,
        one.attempts,
        one.move_id,
    )


def _as_csv(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.strftime("%Y-%m-%d %H:%M:%S")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return plain(str(value))
