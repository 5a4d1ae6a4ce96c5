"""The command `report`: the status of a project as a workbook or as a list."""

from __future__ import annotations

import argparse

from app import audit
from app.clock import SystemClock
from app.console import say
from app.errors import AppError
from app.model import MoveStatus
from app.plan import both_times
from app.projects import find_project
from app.texts import status_label


def run_report(options: argparse.Namespace) -> int:
    """Write the report; returns the exit code. Raises AppError."""
    # Half a second to import; no other command should wait for it.
    from app.report import Person, read_report
    from app.report_book import Circumstances, write_people, write_report

    now = SystemClock().now()
    both_times(now, options.time_zone)
    statuses = {_label(text) for text in options.status}
    batches = {name.casefold() for name in options.batch}

    def keep(person: Person) -> bool:
        return (not statuses or person.status in statuses) and (
            not batches or person.batch.casefold() in batches
        )

    state_dir = options.state_dir or find_project(options.book)
    report = read_report(state_dir, keep=keep)
    if options.output.suffix.casefold() == ".csv":
        write_people(report.people, options.output)
    else:
        chosen = [f"status {name}" for name in sorted(statuses)]
        chosen += [f"batch {name}" for name in options.batch]
        about = Circumstances(
            workbook=options.book.name,
            service="Practice tenants: a rehearsal, no real OneDrive moved",
            made_utc=now,
            zone=options.time_zone,
            choice=", ".join(chosen),
            head=audit.verify(state_dir).head,
        )
        write_report(report, about, options.output)
    say(f"{len(report.people)} people are in {options.output}")
    return 0


def _label(text: str) -> str:
    """The label of a status, named by its label or its own word."""
    wanted = text.casefold()
    for status in MoveStatus:
        if wanted in (status.casefold(), status_label(status).casefold()):
            return status_label(status)
    known = ", ".join(status_label(status) for status in MoveStatus)
    raise AppError(
        "UNKNOWN_STATUS",
        f"There is no status called {text}",
        f"There are: {known}.",
        "Give --status one of these.",
    )
