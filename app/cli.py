"""The job without a screen: check, run, status and the practice tenants, thin over the project."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import __version__, audit
from app.checks import check_list, is_blocked, worst
from app.cli_after import add_after
from app.cli_evidence import add_evidence
from app.cli_findings import finding_json, print_finding
from app.cli_gates import add_gate_options
from app.cli_map import add_map_command
from app.cli_preflight import run_preflight
from app.cli_project import add_book_arguments
from app.cli_report import add_report
from app.cli_run import CANNOT, NOT_ALL, OK, run
from app.cli_tenants import add_tenant_arguments
from app.console import columns_needed, complain, print_json, say
from app.errors import AppError
from app.events import CheckedRow
from app.journal import read_project
from app.model import ColumnsNeeded, Finding, Level, Move, MoveStatus
from app.paths import RUN_MODULE, run_child
from app.practice import serve
from app.projects import find_project
from app.status_cells import remedy_of
from app.workbook.child import open_book


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [RUN_MODULE]:
        run_child(given[1:])
    if given[:2] == ["practice", "serve"]:
        return serve.main(given[2:])
    options = _parser().parse_args(given)
    try:
        code: int = options.command(options)
    except AppError as error:
        complain(error)
        return CANNOT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tenant-ferry-cli",
        description="Moves OneDrives between Microsoft 365 tenants from your own workbook.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="check every row; start nothing")
    add_book_arguments(check)
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    check.set_defaults(command=_check)

    asking = commands.add_parser(
        "preflight", help="ask both tenants about every row; start nothing"
    )
    add_book_arguments(asking)
    asking.add_argument("--practice", action="store_true", help="ask the practice tenants")
    asking.add_argument("--scenario", metavar="S", help="what the practice tenants play")
    add_tenant_arguments(asking)
    asking.add_argument("--all", action="store_true", help="also the rows that passed of late")
    asking.add_argument("--json", action="store_true", help="print the findings as JSON")
    asking.add_argument("--state-dir", type=Path, help="where the journal lies")
    asking.set_defaults(command=run_preflight)

    running = commands.add_parser("run", help="check, start, watch, and write the status back")
    add_book_arguments(running)
    running.add_argument("--practice", action="store_true", help="use the practice tenants")
    running.add_argument("--state-dir", type=Path, help="where the journal lies")
    running.add_argument(
        "--batch-size", type=int, default=0, metavar="N", help="people a batch, 1 to 4,000"
    )
    running.add_argument(
        "--batch-gb", type=float, default=0.0, metavar="N", help="and at most so many gigabytes"
    )
    running.add_argument(
        "--pilot", type=int, default=0, metavar="N", help="the first N people as a batch by itself"
    )
    running.add_argument(
        "--chain",
        type=int,
        metavar="PERCENT",
        help="a batch follows when so much of the one before it has ended (90); 0: at once",
    )
    running.add_argument("--begin", default="", metavar="T", help='such as "2026-12-05 18:00"')
    running.add_argument("--end", default="", metavar="T", help="preferred end; a note of the plan")
    running.add_argument(
        "--latest-start",
        default="",
        metavar="T",
        help="the service cancels what has not begun by then; it is no end of what has begun",
    )
    running.add_argument("--time-zone", default="UTC", metavar="Z", help="such as Europe/Berlin")
    running.add_argument("--speed", type=float, help="practice seconds in a second")
    running.add_argument(
        "--scenario", metavar="NAME", help='what goes wrong in the rehearsal; "": nothing'
    )
    running.add_argument("--accept-corrections", action="store_true", help="use safe corrections")
    running.add_argument("--yes", action="store_true", help="do not ask before the start")
    add_gate_options(running)
    add_tenant_arguments(running)
    running.set_defaults(command=run)

    add_map_command(commands.add_parser("map", help="the identity map: compare, upload, export"))

    status = commands.add_parser("status", help="what became of every row")
    status.add_argument("book", type=Path, metavar="BOOK")
    status.add_argument("--state-dir", type=Path)
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=_status)

    proof = commands.add_parser(
        "audit", help="check that the journal was not changed, or export it"
    )
    proof.add_argument("what", choices=["verify", "export"])
    proof.add_argument("book", type=Path, metavar="BOOK")
    proof.add_argument("-o", "--output", type=Path, metavar="CSV", help="a new file for the export")
    proof.add_argument("--state-dir", type=Path)
    proof.set_defaults(command=_audit)

    add_report(commands)
    add_evidence(commands)
    add_after(commands)

    trial = commands.add_parser("self-test", help="try that everything works on this machine")
    trial.add_argument("--state-dir", type=Path, metavar="D", help="where the log goes")
    trial.set_defaults(command=_self_test)

    practice = commands.add_parser("practice", help="the practice tenants: practice serve")
    practice.add_argument("serve", choices=["serve"], help="serve until stopped")
    return parser


# check


def _check(options: argparse.Namespace) -> int:
    read = open_book(
        options.book,
        sheet=options.sheet,
        source_column=options.source_column,
        target_column=options.target_column,
    )
    if isinstance(read, ColumnsNeeded):
        raise columns_needed(read)
    rows, on_list = check_list(read.rows)
    on_cells = {finding.cell: finding for finding in read.findings}
    found = [(row, _findings(row, on_cells)) for row in rows]
    counts = Counter(worst(findings) for _, findings in found)
    blocked = any(is_blocked(findings) for _, findings in found) or is_blocked(on_list)
    if options.json:
        print_json(
            {
                "book": str(options.book),
                "sheet": read.sheet,
                "rows": [
                    {
                        "row": row.mapping.row,
                        "source_upn": row.mapping.source_upn,
                        "target_upn": row.mapping.target_upn,
                        "findings": [finding_json(finding) for finding in findings],
                    }
                    for row, findings in found
                ],
                "list_findings": [finding_json(finding) for finding in on_list],
                "counts": {str(level): counts[level] for level in Level if counts[level]}
                | {str(level): counts[level] for level in (Level.PASS, Level.WARN, Level.BLOCK)},
            }
        )
    else:
        for _, findings in found:
            for finding in findings:
                print_finding(finding)
        for finding in on_list:
            print_finding(finding)
        say(
            f"{len(found)} rows in sheet {read.sheet}: {counts[Level.PASS]} pass, "
            f"{counts[Level.WARN]} with a warning, {counts[Level.BLOCK]} blocked."
        )
    return NOT_ALL if blocked else OK


def _findings(row: CheckedRow, on_cells: dict[str, Finding]) -> tuple[Finding, ...]:
    cells = (row.mapping.source_cell, row.mapping.target_cell)
    return (*(on_cells[cell] for cell in cells if cell in on_cells), *row.findings)


# status


def _status(options: argparse.Namespace) -> int:
    state_dir = options.state_dir or find_project(options.book)
    rows, moves = read_project(state_dir)
    if not rows and not moves:
        raise AppError(
            "NO_PROJECT",
            "Nothing was started from this workbook",
            f"There is no journal for {options.book}.",
            "Name the folder with --state-dir, or start with: run BOOK --practice",
        )
    by_key = {move.key: move for move in moves}
    told = []
    for row in rows:
        move = by_key.pop(row.key, None) if row.startable else None
        if move is not None:
            told.append(_move_line(row.row, move))
        else:
            told.append(
                {
                    "row": row.row,
                    "source_upn": row.source_upn,
                    "target_upn": row.target_upn,
                    "batch": "",
                    "status": str(MoveStatus.READY if row.startable else MoveStatus.INVALID),
                    "service_state": "",
                    "move_id": "",
                    "error_code": row.finding_code,
                    "remedy": row.remedy,
                    "updated_utc": None,
                }
            )
    told += [_move_line(move.row, move) for move in by_key.values()]
    if options.json:
        print_json({"moves": told})
    else:
        for line in told:
            say(f"{line['row']:>6}  {line['status']:<14} {line['source_upn']}  {line['remedy']}")
    return OK


def _move_line(row: int, move: Move) -> dict[str, Any]:
    return {
        "row": row,
        "source_upn": move.source_upn,
        "target_upn": move.target_upn,
        "batch": move.batch,
        "status": str(move.status),
        "service_state": move.service_state,
        "move_id": move.move_id,
        "error_code": move.error_code,
        "remedy": remedy_of(move),
        "updated_utc": move.updated_utc.isoformat() if move.updated_utc else None,
    }


def _self_test(options: argparse.Namespace) -> int:
    # It loads every module there is; no other command should wait for it.
    from app import self_test

    return self_test.main(options.state_dir, say)


def _audit(options: argparse.Namespace) -> int:
    state_dir = options.state_dir or find_project(options.book)
    if options.what == "export":
        if options.output is None:
            raise AppError(
                "NO_OUTPUT",
                "There is no name for the export",
                "",
                "Add -o EVENTS.csv.",
            )
        count = audit.export(state_dir, options.output)
        say(f"{count} events are in {options.output}")
        return OK
    found = audit.verify(state_dir)
    say(f"{found.events} events, each in its place and unchanged.")
    say(f"The newest has the hash {found.head}")
    say("Note it: a later check that shows it again in the export proves that nothing is gone.")
    return OK
