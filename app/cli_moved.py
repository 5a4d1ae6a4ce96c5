"""The command `after --check`: whether those who moved are where they belong, in both tenants."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

from app.cli_project import add_reading_options, make_project, open_book
from app.cli_run import CANNOT, NOT_ALL, OK
from app.cli_screen import Screen
from app.cli_tenants import add_tenant_arguments, check_service, connect, sign_in_named
from app.console import note, print_json, say
from app.events import BookOpened, Event, ServiceConnected, Trouble
from app.moved_values import MovedCheck, Verdict
from app.report_events import MovedChecked
from app.report_wishes import CheckMoved


def add_check_options(parser: argparse.ArgumentParser) -> None:
    """The check itself, how to read the workbook for it, and whom to ask."""
    parser.add_argument(
        "--check", action="store_true", help="ask both tenants whether those who moved are there"
    )
    add_reading_options(parser)
    parser.add_argument("--practice", action="store_true", help="check at the practice tenants")
    parser.set_defaults(scenario=None)
    add_tenant_arguments(parser)


def check_people(options: argparse.Namespace) -> int:
    """Check everybody who moved; 0 when all are as they should be. Raises AppError."""
    check_service(options, "There is nobody to ask")
    sign_ins = sign_in_named(options)
    screen = Screen(note)
    project = make_project(options, screen.events.put)
    told: list[MovedChecked] = []

    def arrived(event: Event) -> bool:
        if isinstance(event, MovedChecked) and event.is_last:
            told.append(event)
        return bool(told) or isinstance(event, Trouble)

    try:
        open_book(options, project)
        screen.wait(lambda event: isinstance(event, BookOpened))
        connect(options, project, sign_ins)
        screen.wait(lambda event: isinstance(event, ServiceConnected | Trouble))
        if not screen.trouble:
            project.report(CheckMoved())
            screen.wait(arrived)
    except KeyboardInterrupt:
        return NOT_ALL
    finally:
        project.close(10.0)
    if not told:
        return CANNOT
    found = told[0].found
    if options.json:
        print_json({"people": [_as_json(one) for one in found]})
    else:
        _show(found)
    whole = len(found) == told[0].total
    return OK if whole and all(one.verdict is Verdict.GOOD for one in found) else NOT_ALL


def _show(found: tuple[MovedCheck, ...]) -> None:
    counts = Counter(one.verdict for one in found)
    if not found:
        say("Nobody has moved yet.")
        return
    for one in found:
        if one.verdict is not Verdict.GOOD:
            say(f"Row {one.row}, {one.source_upn}")
            say(f"    source: {one.source}. {one.source_said}")
            say(f"    target: {one.target}. {one.target_said}")
    say(
        f"{len(found):,} checked: {counts[Verdict.GOOD]:,} as they should be,"
        f" {counts[Verdict.BAD]:,} not, {counts[Verdict.UNKNOWN]:,} unknown."
    )
    if counts[Verdict.UNKNOWN]:
        say(
            "Where a person is signed in, no OneDrive is asked for: the question itself would make"
            " one. Sign in as an application (--certificate) to have all of them checked."
        )


def _as_json(one: MovedCheck) -> dict[str, object]:
    return {**asdict(one), "verdict": one.verdict}
