"""The command `map`: the identity map compared with the target's, uploaded, or exported."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli_findings import finding_json, print_finding
from app.cli_project import add_book_arguments, make_project, open_book
from app.cli_run import CANNOT, NOT_ALL, OK
from app.cli_screen import Screen
from app.cli_tenants import (
    add_tenant_arguments,
    check_service,
    connect,
    sign_in_named,
)
from app.console import note, print_json, say
from app.events import BookOpened, Event, ServiceConnected, Trouble
from app.gate_events import MapChanged, MapExported, MapState
from app.identity_map import Difference, Key, Line, MapReport, WantedMap
from app.model import MapKind
from app.project import Project

_SHOWN = 20


def add_map_command(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_book_arguments(parser)
    parser.add_argument("--practice", action="store_true", help="use the practice tenants")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--diff", action="store_true", help="compare with the target's (usual)")
    what.add_argument(
        "--upload", action="store_true", help="upload what is missing or different, and read back"
    )
    what.add_argument("--export", type=Path, metavar="FILE", help="a new CSV file for the shell")
    parser.add_argument(
        "--remove",
        action="store_true",
        help="with --upload: also remove what an earlier upload sent and the workbook dropped",
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--state-dir", type=Path, help="where the journal lies")
    parser.add_argument("--scenario", metavar="NAME", help="what goes wrong in the rehearsal")
    add_tenant_arguments(parser)
    parser.set_defaults(command=run_map)


def run_map(options: argparse.Namespace) -> int:
    """Compare, upload or export; returns the exit code. Raises AppError."""
    if options.export is None:
        remedy = " Or write a file for the management shell with --export FILE."
        check_service(options, "There is no target tenant to ask", remedy)
    sign_ins = sign_in_named(options)
    screen = Screen(note if options.json else say)
    project = make_project(options, screen.events.put)
    try:
        open_book(options, project)
        screen.wait(lambda event: isinstance(event, BookOpened))
        if options.practice or sign_ins is not None:
            connect(options, project, sign_ins)
            screen.wait(lambda event: isinstance(event, ServiceConnected | Trouble))
            if screen.trouble:
                return CANNOT
        return _work(options, project, screen)
    except KeyboardInterrupt:
        return NOT_ALL
    finally:
        project.close(10.0)


def _work(options: argparse.Namespace, project: Project, screen: Screen) -> int:
    gates = project.gates
    assert gates is not None
    if options.export is not None:
        exported: list[MapExported] = []
        gates.export_map(options.export)
        screen.wait(lambda event: _kept(event, exported) or isinstance(event, Trouble))
        if not exported:
            return CANNOT
        _say_export(exported[0])
        return NOT_ALL if exported[0].left_out else OK
    # The report of a reading shows what an earlier upload left over, before anything is removed.
    gates.read_map()
    if not _wait(screen):
        return CANNOT
    if options.upload:
        remove = _left_over(screen) if options.remove else frozenset()
        gates.upload_map(remove)
        if not _wait(screen):
            return CANNOT
    assert screen.map is not None
    report = screen.map.report
    assert report is not None
    if options.json:
        print_json(_as_json(screen.map.wanted, report))
    else:
        _say_report(screen.map.wanted, report)
    is_good = report.is_complete and not screen.map.wanted.left_out
    return OK if is_good else NOT_ALL


def _kept(event: Event, exported: list[MapExported]) -> bool:
    if isinstance(event, MapExported):
        exported.append(event)
    return bool(exported)


def _wait(screen: Screen) -> bool:
    """Until the work on the map that was asked for is done; False when it failed."""
    busy: list[bool] = []

    def arrived(event: Event) -> bool:
        if isinstance(event, MapChanged) and event.state is not MapState.IDLE:
            busy.append(True)
        is_done = bool(busy) and isinstance(event, MapChanged) and event.state is MapState.IDLE
        return is_done or isinstance(event, Trouble)

    screen.wait(arrived)
    return not screen.trouble


def _left_over(screen: Screen) -> frozenset[Key]:
    report = screen.map.report if screen.map is not None else None
    lines = report.lines if report is not None else ()
    return frozenset(line.entry.key for line in lines if line.what is Difference.REMOVE)


_WORDS = {
    Difference.ADD: "not in the target's map yet",
    Difference.CHANGE: "there, but otherwise",
    Difference.SAME: "there as the workbook wants them",
    Difference.REMOVE: "from an earlier upload and no longer in the workbook",
    Difference.UNKNOWN: "not known: the target could not say",
}


def _say_report(wanted: WantedMap, report: MapReport) -> None:
    for finding in report.findings:
        print_finding(finding)
    for what in (Difference.ADD, Difference.CHANGE, Difference.REMOVE, Difference.UNKNOWN):
        lines = [line for line in report.lines if line.what is what]
        for line in lines[:_SHOWN]:
            say(f"{what:<8}{_line(line)}")
        if len(lines) > _SHOWN:
            say(f"{what:<8}and {len(lines) - _SHOWN} more")
    users = sum(1 for entry in wanted.entries if entry.kind is MapKind.USER)
    say(f"The workbook makes {users} users and {len(wanted.entries) - users} groups of the map.")
    for what, words in _WORDS.items():
        if count := report.count(what):
            say(f"{count} {words}.")
    if wanted.left_out:
        say(f"{wanted.left_out} rows are left out because something is wrong with them.")
    if report.count(Difference.REMOVE):
        say("They stay. To remove them: --upload --remove")


def _line(line: Line) -> str:
    text = f"{line.entry.source} -> {line.entry.target} ({line.entry.type})"
    if line.what is Difference.CHANGE and line.theirs is not None:
        text += f"; there: {line.theirs.target} ({line.theirs.type})"
    return text + (f"; {line.why}" if line.why else "")


def _say_export(done: MapExported) -> None:
    say(f"{done.entries} entries are in {done.path}")
    if done.left_out:
        say(f"{done.left_out} rows are not in it, because something is wrong with them.")
    if done.guests:
        say(
            f"{done.guests} of them are guests. Microsoft does not say whether the map wants their"
            " #EXT# name, as it is here, or the mail address: try one first."
        )
    say("This upload replaces the whole map of the target, whoever made it:")
    say(f"    {done.command}")
    say(
        "Close the file first, and read the map back afterwards: wrong rows are dropped in silence."
    )


def _as_json(wanted: WantedMap, report: MapReport) -> dict[str, object]:
    return {
        "read_utc": report.read_utc.isoformat(),
        "entries": len(wanted.entries),
        "left_out": wanted.left_out,
        "counts": {str(what): report.count(what) for what in Difference},
        "lines": [
            {
                "what": str(line.what),
                "kind": str(line.entry.kind),
                "source": line.entry.source,
                "target": line.entry.target,
                "type": line.entry.type,
                "cell": line.entry.cell,
                "there": line.theirs.target if line.theirs is not None else "",
                "why": line.why,
            }
            for line in report.lines
            if line.what is not Difference.SAME
        ],
        "findings": [finding_json(finding) for finding in report.findings],
    }
