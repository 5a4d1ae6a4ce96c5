"""The command `run`: the whole job, followed on a terminal."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import datetime

from app.checks import is_startable
from app.cli_gates import is_refused, pass_gates, read_words, say_gates
from app.cli_project import make_project, open_book
from app.cli_screen import Screen
from app.cli_tenants import check_service, connect, sign_in_named
from app.clock import SystemClock
from app.console import say
from app.errors import AppError, PlanError
from app.events import (
    BookOpened,
    RunState,
    ServiceConnected,
    Trouble,
)
from app.model import Move, MoveStatus, Side, Window
from app.plan import QUEUE_LIMIT, both_times, make_window, parse_time
from app.project import Project
from app.status_cells import remedy_of
from app.token_holder import SignIn

OK, NOT_ALL, CANNOT = 0, 1, 2
"""Exit codes: all succeeded, not all, could not start."""


def run(options: argparse.Namespace) -> int:
    """Check, start, watch and write back; returns the exit code. Raises AppError."""
    check_service(options, "There is no service to run on")
    if options.batch_size and not 1 <= options.batch_size <= QUEUE_LIMIT:
        raise PlanError(
            "BATCH_SIZE",
            f"A batch of {options.batch_size} people cannot be",
            "The service queues at most 4,000 moves.",
            "Give --batch-size a number from 1 to 4000.",
        )
    if not 0 <= options.pilot <= QUEUE_LIMIT:
        raise PlanError(
            "PILOT_SIZE",
            f"A pilot of {options.pilot} people cannot be",
            "",
            "Give --pilot a small number, such as 5.",
        )
    if options.batch_gb < 0:
        raise PlanError(
            "BATCH_VOLUME",
            "A batch cannot hold less than nothing",
            "",
            "Give --batch-gb a number above 0.",
        )
    if options.chain is not None and not 0 <= options.chain <= 100:
        raise PlanError(
            "CHAIN_SHARE",
            f"A batch cannot be to {options.chain} percent done",
            "",
            "Give --chain a number from 0 to 100.",
        )
    read_words(options)
    now = SystemClock().now()
    begin = parse_time(options.begin, options.time_zone) if options.begin else None
    end = parse_time(options.end, options.time_zone) if options.end else None
    latest = parse_time(options.latest_start, options.time_zone) if options.latest_start else None
    sign_ins = sign_in_named(options)
    screen = Screen()
    project = make_project(options, screen.events.put)
    before = signal.signal(signal.SIGTERM, lambda *_: screen.events.put(None))
    try:
        return _follow(options, project, screen, sign_ins, begin, end, latest, now)
    except KeyboardInterrupt:
        return NOT_ALL
    finally:
        project.close(10.0)
        screen.drain()
        signal.signal(signal.SIGTERM, before)


def _follow(
    options: argparse.Namespace,
    project: Project,
    screen: Screen,
    sign_ins: dict[Side, SignIn] | None,
    begin: datetime | None,
    end: datetime | None,
    latest: datetime | None,
    now: datetime,
) -> int:
    open_book(options, project)
    screen.wait(lambda event: isinstance(event, BookOpened))
    opened = _accept(options, project, screen)
    new = [
        row
        for row in opened.rows
        if is_startable(row) and _is_new(screen.moves.get(row.mapping.key))
    ]
    # A plan that is under way already has its times; they may well have begun.
    window = make_window(begin, end, options.time_zone, now, latest) if new else Window()
    if new and not _confirmed(options, len(new), opened, window):
        return NOT_ALL
    connect(options, project, sign_ins)
    screen.wait(lambda event: isinstance(event, ServiceConnected | Trouble))
    if screen.trouble:
        return CANNOT
    if options.chain is not None:
        project.set_share(options.chain / 100)
    if any(move.status is MoveStatus.WAITING for move in screen.moves.values()):
        project.resume()
    own_rule = options.batch_size or options.batch_gb or options.pilot
    has_batches = bool(opened.batch_column) and not own_rule
    size = options.batch_size or QUEUE_LIMIT
    plan = (None, window, size, has_batches, options.batch_gb, options.pilot)
    if new:
        project.start(*plan, only_check=True)
        if not pass_gates(options, project, screen):
            return CANNOT
    project.start(*plan)
    screen.wait(lambda event: screen.state in _ENDED or is_refused(event))
    if screen.state not in _ENDED:
        say_gates(screen.judged)
        return CANNOT
    project.close(10.0)
    screen.drain()
    return _sum_up(screen, opened)


_ENDED = (RunState.DONE, RunState.PAUSED, RunState.NEEDS_SIGN_IN)


def _accept(options: argparse.Namespace, project: Project, screen: Screen) -> BookOpened:
    assert screen.opened is not None
    cells = frozenset(
        finding.cell
        for row in screen.opened.rows
        for finding in row.findings
        if finding.correction is not None
    )
    if options.accept_corrections and cells:
        project.accept_corrections(cells)
        screen.wait(lambda event: isinstance(event, BookOpened))
    return screen.opened


def _is_new(move: Move | None) -> bool:
    return move is None or move.status is MoveStatus.READY


def _confirmed(options: argparse.Namespace, count: int, opened: BookOpened, window: Window) -> bool:
    blocked = sum(1 for row in opened.rows if not is_startable(row))
    say(f"{count} moves to start, {blocked} rows are left alone. A move cannot be undone.")
    for name, time in (("Begin", window.begin_utc), ("Preferred end", window.end_utc)):
        if time is not None:
            local, utc = both_times(time, window.zone)
            say(f"{name}: {local} = {utc}")
    if window.end_utc is not None:
        say("This service takes no end: it stays a note in your plan.")
    if window.latest_utc is not None:
        local, utc = both_times(window.latest_utc, window.zone)
        say(
            f"Latest start: {local} = {utc}. What has not begun by then is cancelled by the"
            " service; what has begun goes on to its end."
        )
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise AppError(
            "NOT_CONFIRMED",
            "Nothing was started",
            "There is nobody to ask.",
            "Add --yes to start without a question.",
        )
    return input("Type YES to start: ").strip() == "YES"


def _sum_up(screen: Screen, opened: BookOpened) -> int:
    wanted = [row for row in opened.rows if row.mapping.include]
    done = sum(
        1
        for row in wanted
        if (move := screen.moves.get(row.mapping.key)) is not None
        and move.status is MoveStatus.SUCCESS
        and is_startable(row)
    )
    for move in screen.moves.values():
        if move.status is MoveStatus.FAILED:
            say(f"Row {move.row}, {move.source_upn}: failed. {remedy_of(move)}")
    say(f"{done} of {len(wanted)} people moved.")
    if screen.saved is not None:
        say(f"The status is in {screen.saved.path}")
        if screen.saved.because:
            say(f"It is not in your file: {screen.saved.because}")
    return OK if done == len(wanted) else NOT_ALL
