"""The command `report`: the status of a project, or the list for the help desk, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.clock import SystemClock
from app.console import say
from app.errors import AppError
from app.model import MoveStatus
from app.projects import find_project
from app.report_order import ReportKind, ReportOrder
from app.texts import status_label

_EPILOG = """\
The filter takes words, which are found anywhere, and fields with a value:
status: stage: batch: who: code: problem: source: target: row:
Values of one field are alternatives, different fields must all hold, - leaves out, quotes keep
blanks together:  --filter='status:failed batch:"Wave 1" -who:target'
"""


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    report = commands.add_parser(
        "report",
        help="the status as a workbook, or as a list",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("book", type=Path, metavar="BOOK")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.xlsx|OUT.csv")
    report.add_argument(
        "--kind",
        type=ReportKind,
        choices=list(ReportKind),
        default=ReportKind.STATUS,
        help="the status report, or the list of people for the help desk",
    )
    report.add_argument("--filter", default="", metavar="F", help="only whom it finds; see below")
    report.add_argument("--status", action="append", default=[], metavar="S", help="only these")
    report.add_argument("--batch", action="append", default=[], metavar="B", help="only these")
    report.add_argument("--time-zone", default="UTC", metavar="Z", help="such as Europe/Berlin")
    report.add_argument(
        "--replace", action="store_true", help="an earlier report of ours there gives way"
    )
    report.add_argument("--state-dir", type=Path)
    report.set_defaults(command=run_report)


def run_report(options: argparse.Namespace) -> int:
    """Write the report; returns the exit code. Raises AppError."""
    # Half a second to import; no other command should wait for it.
    from app.report_making import make_report

    terms = [options.filter] if options.filter else []
    terms += [f'status:"{_label(text)}"' for text in options.status]
    terms += ['batch:"{}"'.format(name.replace('"', '""')) for name in options.batch]
    order = ReportOrder(
        kind=options.kind,
        state_dir=options.state_dir or find_project(options.book),
        workbook=options.book.name,
        target=options.output,
        zone=options.time_zone,
        filter=" ".join(terms),
        replaces=options.replace,
    )
    made = make_report(order, SystemClock().now())
    say(f"{made.people:,} {'person is' if made.people == 1 else 'people are'} in {options.output}")
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
