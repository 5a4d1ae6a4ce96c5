"""Runs that are killed, lied to and left alone for long, and what must be true at their end."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from app import audit, rehearsal

SHEET = "Mapping"
TASKS = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
_PATIENCE = 120.0
_SLOW, _FAST = 30, 1200
"""Practice seconds in a second: while it is killed, and for the last run."""


@dataclass(frozen=True, slots=True)
class KillFigures:
    """What a run went through."""

    people: int
    kills: int
    service_kills: int
    rounds: int
    tasks: int
    events: int
    seconds: float


def make_book(path: Path, people: int) -> None:
    """A workbook with a chart, a note, a table and a second sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        rows = [
            (f"p{n}@contoso.com", f"p{n}@northwind.com", n % 50, f"note {n}") for n in range(people)
        ]
        columns = [{"header": name} for name in ("SourceUPN", "TargetUPN", "Size GB", "Notes")]
        sheet.add_table(0, 0, people, 3, {"data": rows, "columns": columns, "name": "Plan"})
        sheet.write_comment("D2", "Ring her first")
        sheet.freeze_panes(1, 2)
        other = book.add_worksheet("Overview")
        other.write_formula("A1", f"=SUM({SHEET}!C2:C{people + 1})", None, sum(r[2] for r in rows))
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": f"={SHEET}!$C$2:$C${people + 1}"})
        other.insert_chart("C3", chart)


def run_killed(
    folder: Path, *, people: int, kills: int, service_kills: int, seed: int
) -> KillFigures:
    """Run the whole job, killing the program and the service at random moments, to its end.

    Asserts that nobody was started twice or forgotten, that every row tells the truth, that the
    journal's chain is whole, and that the workbook is what it was but for our columns.
    """
    chance = random.Random(seed)
    book, state = folder / "Wave plan.xlsx", folder / "state"
    make_book(book, people)
    before = parts(book)
    began = time.monotonic()
    done = service_done = rounds = 0
    with_service = sorted(chance.sample(range(kills), service_kills))
    # A slow machine may not have started the service yet when its turn comes: then the next time.
    while done < kills or service_done < service_kills:
        rounds += 1
        process = _start(book, state, folder, _SLOW)
        try:
            process.wait(chance.uniform(0.2, 2.5))
        except subprocess.TimeoutExpired:
            if service_done < service_kills and done >= with_service[service_done]:
                service_done += _kill_service(state)
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            continue
        raise AssertionError(f"the run ended after {done} kills; give it more people")
    last = _start(book, state, folder, _FAST)
    assert last.wait(_PATIENCE + people) == 0, (folder / "run.log").read_text("utf-8")[-2000:]
    tasks = _assert_true(book, state, people)
    assert_only_ours(before, book)
    events = audit.verify(state).events
    return KillFigures(
        people, done, service_done, rounds + 1, tasks, events, time.monotonic() - began
    )


def parts(book: Path) -> dict[str, bytes]:
    """Every part of the package, by name."""
    with zipfile.ZipFile(book) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def assert_only_ours(before: dict[str, bytes], book: Path) -> None:
    """Only the mapping sheet, its table and the styles differ, and its own cells do not."""
    after = parts(book)
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/styles.xml"}
    sheet = openpyxl.load_workbook(book)[SHEET]
    for number, row in enumerate(sheet.iter_rows(min_row=2, max_col=4, values_only=True)):
        assert row == (
            f"p{number}@contoso.com",
            f"p{number}@northwind.com",
            number % 50,
            f"note {number}",
        )


def _start(book: Path, state: Path, folder: Path, speed: int) -> subprocess.Popen[bytes]:
    arguments = ["run", book, "--practice", "--state-dir", state, "--speed", speed, "--yes"]
    with (folder / "run.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *map(str, arguments)], stdout=log, stderr=log
        )


def _kill_service(state: Path) -> int:
    practice = rehearsal.last_reached(state)
    if practice is None:
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(practice.pid, signal.SIGKILL)
        return 1
    return 0


def _assert_true(book: Path, state: Path, people: int) -> int:
    said = subprocess.run(
        [sys.executable, "-m", "app", "status", str(book), "--state-dir", str(state), "--json"],
        capture_output=True,
        check=True,
    )
    moves: list[dict[str, Any]] = json.loads(said.stdout)["moves"]
    assert Counter(move["status"] for move in moves) == {"Success": people}
    tasks = _tasks(state)
    by_source = Counter(_source(task) for task in tasks)
    assert by_source == {f"p{n}@contoso.com": 1 for n in range(people)}
    ids = {_source(task): task["id"] for task in tasks}
    assert all(ids[move["source_upn"]] == move["move_id"] for move in moves)
    sheet = openpyxl.load_workbook(book)[SHEET]
    header, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert cells["Ferry status"] == "Success"
        assert cells["Ferry move id"] == ids[str(cells["SourceUPN"])]
    return len(tasks)


def _source(task: dict[str, Any]) -> str:
    return str(task["parameters"]["sourceUserIdentity"]["userPrincipalName"])


def _tasks(state: Path) -> list[dict[str, Any]]:
    practice = rehearsal.reach(state)
    client = rehearsal.client(practice)
    found: list[dict[str, Any]] = []
    try:
        page: Any = client.get(TASKS, {"$top": "500"})
        while True:
            found += page["value"]
            if "@odata.nextLink" not in page:
                return found
            page = client.follow(page["@odata.nextLink"])
    finally:
        client.close()
        rehearsal.stop(practice)


def main() -> None:
    """The long form: 600 moves, the program killed 100 times and the service five times."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--service-kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(
            run_killed(
                Path(folder),
                people=options.people,
                kills=options.kills,
                service_kills=options.service_kills,
                seed=options.seed,
            )
        )


if __name__ == "__main__":
    main()
