"""The command `after`: what is left to do after the move, and how far each step is."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import date
from pathlib import Path

from app.after_move import SETTING, AfterMove, StepState, page_of, said_of, with_end, with_step
from app.cli_moved import add_check_options, check_people
from app.clock import SystemClock
from app.console import print_json, say
from app.errors import AppError
from app.journal import Journal, count_statuses, read_settings
from app.projects import find_project


def add_after(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    after = commands.add_parser("after", help="what is left to do after the move")
    after.add_argument("book", type=Path, metavar="BOOK")
    after.add_argument(
        "--set",
        metavar="STEP=STATE",
        help="such as HOLDS=done; the states are open, done and 'not needed'",
    )
    after.add_argument("--note", default="", metavar="TEXT", help="kept with the step")
    after.add_argument(
        "--licences-end", metavar="DATE", help="last day of the source's licences, 2026-12-31; or -"
    )
    add_check_options(after)
    after.add_argument("--json", action="store_true")
    after.add_argument("--state-dir", type=Path)
    after.set_defaults(command=run_after)


def run_after(options: argparse.Namespace) -> int:
    """Show the steps, after keeping what is said of one. Raises AppError, JournalError.

    With `--check` the people who moved are looked for, and no steps are shown.
    """
    state_dir = options.state_dir or find_project(options.book)
    counts = count_statuses(state_dir)
    if not counts:
        raise AppError(
            "NO_PROJECT",
            "Nothing was started from this workbook",
            f"There is no journal for {options.book}.",
            "Name the folder with --state-dir.",
        )
    if options.check:
        return check_people(options)
    clock = SystemClock()
    if options.set or options.licences_end:
        with closing(Journal(state_dir, clock)) as journal:
            kept = dict(journal.settings()).get(SETTING, "")
            if options.licences_end:
                end = None if options.licences_end == "-" else _date(options.licences_end)
                kept = with_end(kept, end)
                journal.set_setting(SETTING, kept, said_of(end=end))
            if options.set:
                code, _, state = options.set.partition("=")
                kept = with_step(kept, code, _state(state), options.note, clock.now())
                said = said_of(code=code, state=_state(state), note=options.note)
                journal.set_setting(SETTING, kept, said)
    today = clock.now().astimezone().date()
    page = page_of(read_settings(state_dir), counts, today)
    if options.json:
        print_json(_as_json(page))
    else:
        _show(page)
    return 0


def _show(page: AfterMove) -> None:
    end = f"{page.licences_end:%Y-%m-%d}" if page.licences_end else "not given (--licences-end)"
    say(f"The source's licences end: {end}")
    for one in page.steps:
        mark = f"{one.kept.state}{f', {one.urgency}' if one.urgency else ''}"
        say(f"\n{one.step.code}  [{mark}]  {one.step.title} ({one.step.place})")
        for text in (one.remark, one.step.why, one.kept.note):
            if text:
                say(f"    {text}")
        for line in one.step.command.splitlines():
            say(f"        {line}")


def _as_json(page: AfterMove) -> dict[str, object]:
    return {
        "licences_end": page.licences_end.isoformat() if page.licences_end else None,
        "steps": [
            {
                "code": one.step.code,
                "title": one.step.title,
                "place": str(one.step.place),
                "state": str(one.kept.state),
                "urgency": str(one.urgency),
                "remark": one.remark,
                "note": one.kept.note,
                "at_utc": one.kept.at_utc,
                "command": one.step.command,
            }
            for one in page.steps
        ],
    }


def _state(text: str) -> StepState:
    try:
        return StepState(text.strip().casefold())
    except ValueError:
        raise AppError(
            "NO_SUCH_STATE",
            f"A step cannot be “{text}”",
            f"There are: {', '.join(StepState)}.",
            "Give --set such as HOLDS=done.",
        ) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise AppError(
            "BAD_DATE",
            f"{text} is not a date",
            "",
            "Give it as year, month and day: 2026-12-31.",
        ) from None
