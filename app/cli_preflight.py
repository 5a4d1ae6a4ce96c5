"""The command `preflight`: ask both tenants about every row, followed on a terminal."""

from __future__ import annotations

import argparse
import queue
import signal
from collections.abc import Callable

from app.cli_findings import finding_json, print_finding
from app.cli_project import make_project, open_book
from app.cli_tenants import check_service, connect, sign_in_named
from app.clock import SystemClock
from app.console import columns_needed, complain, print_json, say
from app.errors import AppError
from app.events import (
    BookOpened,
    CheckedRow,
    Event,
    PreflightChanged,
    RowsChecked,
    ServiceConnected,
    Trouble,
)
from app.model import ColumnsNeeded, Level
from app.preflight_values import PreflightState, PreflightSummary, Scope

_OK, _BLOCKED = 0, 1
"""Exit codes, as of `check`: nothing blocks, something blocks."""
_ENDED = (
    PreflightState.DONE,
    PreflightState.FAILED,
    PreflightState.CANCELLED,
    PreflightState.NEEDS_SIGN_IN,
)


class _Follower:
    """Takes a project's events and keeps the rows as they are known now."""

    def __init__(self, *, quiet: bool) -> None:
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.rows: dict[int, CheckedRow] = {}
        self.summary = PreflightSummary()
        self._quiet = quiet
        self._told = (PreflightState.IDLE, -1)

    def wait(self, arrived: Callable[[Event], bool]) -> None:
        """Take events until one is what we wait for. Raises AppError for a Trouble."""
        while True:
            event = self.events.get()
            if event is None:
                raise _stopped()
            self._take(event)
            if arrived(event):
                return

    @property
    def has_every_row(self) -> bool:
        """The rows of the last part come on another thread than the end, in their order."""
        times = [row.checked_utc for row in self.rows.values() if row.checked_utc is not None]
        newest = self.summary.newest_utc
        return newest is None or (
            len(times) >= self.summary.checked and max(times, default=newest) >= newest
        )

    def _take(self, event: Event) -> None:
        match event:
            case BookOpened(rows=rows):
                self.rows = {row.mapping.row: row for row in rows}
            case RowsChecked(rows):
                self.rows.update((row.mapping.row, row) for row in rows)
            case PreflightChanged(summary):
                self._show(summary)
            case ColumnsNeeded():
                raise columns_needed(event)
            case Trouble(error):
                raise error
            case _:
                pass

    def _show(self, summary: PreflightSummary) -> None:
        self.summary = summary
        stands = (summary.state, summary.done)
        if self._quiet or stands == self._told:
            return
        self._told = stands
        if summary.state in (PreflightState.RUNNING, PreflightState.DONE):
            say(f"{summary.done:,} of {summary.total:,} rows checked")
        elif summary.state is PreflightState.WAITING and summary.reason is not None:
            say(f"Waiting: {summary.reason.title}.")


def run_preflight(options: argparse.Namespace) -> int:
    """Ask about the rows that need it, or all; returns the exit code. Raises AppError."""
    check_service(options, "There is nobody to ask")
    sign_ins = sign_in_named(options)
    follower = _Follower(quiet=options.json)
    project = make_project(options, follower.events.put)
    before = signal.signal(signal.SIGTERM, lambda *_: follower.events.put(None))
    try:
        open_book(options, project)
        follower.wait(lambda event: isinstance(event, BookOpened))
        connect(options, project, sign_ins)
        follower.wait(lambda event: isinstance(event, ServiceConnected))
        project.preflight(Scope.ALL if options.all else Scope.NEEDED)
        follower.wait(lambda event: _has_ended(event))
        while not follower.has_every_row:
            follower.wait(lambda event: isinstance(event, RowsChecked))
    except KeyboardInterrupt:
        raise _stopped() from None
    finally:
        project.close(10.0)
        signal.signal(signal.SIGTERM, before)
    return _report(options, follower)


def _has_ended(event: Event) -> bool:
    return isinstance(event, PreflightChanged) and event.summary.state in _ENDED


def _stopped() -> AppError:
    return AppError(
        "INTERRUPTED",
        "Stopped by you",
        "What was found is kept; nothing was changed.",
        "Give the same command again: it goes on with the rows that are left.",
    )


def _report(options: argparse.Namespace, follower: _Follower) -> int:
    summary = follower.summary
    rows = [row for _, row in sorted(follower.rows.items())]
    if options.json:
        print_json(
            {
                "book": str(options.book),
                "state": str(summary.state),
                "rows": [_row_json(row) for row in rows],
                "tenant_findings": [finding_json(one) for one in summary.tenant_findings],
                "tenant_passed": list(summary.tenant_passed),
                "counts": _counts(summary),
                "calls": summary.calls,
                "reason": "" if summary.reason is None else str(summary.reason),
            }
        )
    else:
        for row in rows:
            for finding in row.findings:
                print_finding(finding)
        for finding in summary.tenant_findings:
            print_finding(finding)
        said = ", ".join(f"{number:,} {name}" for name, number in _counts(summary).items())
        age = summary.age(SystemClock().now())
        minutes = 0 if age is None else int(age.total_seconds() // 60)
        say(f"Rows: {said}. The oldest result is {minutes} minutes old; {summary.calls} calls.")
    if summary.reason is not None:
        complain(summary.reason)
    if summary.state is not PreflightState.DONE:
        return 2
    local = any(f.level is Level.BLOCK for row in rows for f in row.findings)
    return _BLOCKED if local or summary.worst is Level.BLOCK else _OK


def _row_json(row: CheckedRow) -> dict[str, object]:
    return {
        "row": row.mapping.row,
        "source_upn": row.mapping.source_upn,
        "target_upn": row.mapping.target_upn,
        "checked_utc": row.checked_utc.isoformat() if row.checked_utc else None,
        "findings": [finding_json(finding) for finding in row.findings],
        "passed": list(row.passed),
    }


def _counts(summary: PreflightSummary) -> dict[str, int]:
    return {
        "pass": summary.passed,
        "warn": summary.warned,
        "blocked": summary.blocked,
        "unknown": summary.unknown,
        "not checked": summary.unchecked,
    }
