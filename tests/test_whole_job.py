"""The whole job as the admin does it: the program started, killed, started again, compared."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from app import audit, rehearsal

GOOD = 24
WRONG = (
    ("o'neil@contoso.com", "oneil@northwind.com"),
    ("liam@contoso.com ", "liam@northwind.com"),
    ("mia@contoso.com", ""),
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Wave plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        rows = [(f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(GOOD)]
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN", "Notes"))
        for number, (source, target) in enumerate((*rows, *WRONG), 1):
            sheet.write_row(number, 0, (source, target, f"note {number}"))
        notes = workbook.add_worksheet("Notes of mine")
        notes.write(0, 0, "Ring Ana before Friday")
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "app", *map(str, arguments)]


def run_arguments(book: Path, state: Path, speed: int = 2000) -> list[str]:
    return command("run", book, "--practice", "--state-dir", state, "--speed", speed, "--yes")


def statuses(book: Path, state: Path) -> list[dict[str, Any]]:
    said = subprocess.run(
        command("status", book, "--state-dir", state, "--json"),
        capture_output=True,
        text=True,
        check=True,
    )
    moves: list[dict[str, Any]] = json.loads(said.stdout)["moves"]
    return moves


def written(book: Path) -> list[dict[str, Any]]:
    sheet = python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_name("Mapping")
    header, *rows = sheet.to_python(skip_empty_area=False)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def tasks_by_source(state: Path) -> Counter[str]:
    """What the service holds, asked over its own interface."""
    practice = rehearsal.reach(state)
    client = rehearsal.client(practice)
    try:
        page = client.get(
            "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks",
            {"$top": "500"},
        )
    finally:
        client.close()
        rehearsal.stop(practice)
    assert isinstance(page, dict)
    tasks: Any = page["value"]
    return Counter(task["parameters"]["sourceUserIdentity"]["userPrincipalName"] for task in tasks)


def assert_all_done(book: Path, state: Path) -> None:
    told = statuses(book, state)
    assert [line["status"] for line in told] == ["Success"] * GOOD + ["Invalid"] * len(WRONG)
    rows = written(book)
    assert [row["Ferry status"] for row in rows] == [line["status"] for line in told]
    assert all(row["Ferry what to do"] for row in rows[GOOD:])
    assert [row["Notes"] for row in rows] == [f"note {n}" for n in range(1, len(rows) + 1)]
    assert tasks_by_source(state) == {f"p{n}@contoso.com": 1 for n in range(GOOD)}
    assert audit.verify(state).events > 3 * GOOD


def test_the_whole_job(book: Path, state: Path) -> None:
    before = book.read_bytes()
    done = subprocess.run(run_arguments(book, state), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{GOOD} of {GOOD + len(WRONG)} people moved." in done.stdout
    assert_all_done(book, state)
    [backup] = list(book.parent.rglob("*backup*.xlsx"))
    assert backup.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; Windows has its own way")
@pytest.mark.parametrize("lines", [1, 2, 3, 5, 8])
def test_killed_in_the_middle_it_goes_on_and_nobody_is_started_twice(
    book: Path, state: Path, lines: int
) -> None:
    first = subprocess.Popen(
        run_arguments(book, state, speed=600),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert first.stdout is not None
    for _ in range(lines):
        first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    again = subprocess.run(run_arguments(book, state), capture_output=True, text=True, check=False)
    assert again.returncode == 1, again.stdout + again.stderr
    assert_all_done(book, state)


def test_a_second_program_on_the_same_project_is_told_who_holds_it(book: Path, state: Path) -> None:
    first = subprocess.Popen(
        run_arguments(book, state, speed=1),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdout.readline()
    second = subprocess.run(run_arguments(book, state), capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr
    first.send_signal(signal.SIGTERM)
    first.wait(timeout=20)
    first.stdout.close()


def test_check_says_what_blocks_and_touches_nothing(book: Path) -> None:
    before = book.read_bytes(), book.stat().st_mtime_ns
    done = subprocess.run(command("check", book, "--json"), capture_output=True, check=False)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["sheet"], len(told["rows"])) == ("Mapping", GOOD + len(WRONG))
    assert told["counts"]["BLOCK"] == len(WRONG)
    assert told["counts"]["PASS"] == GOOD
    blocked = [row for row in told["rows"] if any(f["level"] == "BLOCK" for f in row["findings"])]
    assert [row["row"] for row in blocked] == [GOOD + 2, GOOD + 3, GOOD + 4]
    for row in blocked:
        for finding in row["findings"]:
            assert finding["cell"].startswith("Mapping!")
            assert finding["code"]
            assert finding["reason"]
            assert finding["remedy"]
    assert (book.read_bytes(), book.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "no such book.xlsx"),
        ("run", "no such book.xlsx", "--practice", "--yes"),
        ("status", "no such book.xlsx"),
    ],
)
def test_what_cannot_be_read_is_said_and_exits_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    name, file, *rest = arguments
    more = ("--state-dir", tmp_path / "s") if name != "check" else ()
    done = subprocess.run(
        command(name, tmp_path / file, *rest, *more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_begin_in_the_past_starts_nothing(book: Path, state: Path) -> None:
    done = subprocess.run(
        [*run_arguments(book, state), "--begin", "2020-01-01 10:00"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "past" in done.stderr
    assert not (state / "practice.db").exists()


def test_practice_serve_speaks_one_line_and_stops_when_told(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("practice", "serve", "--port", "0", "--state", tmp_path / "p.db", "--speed", "5"),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    assert set(said) == {"base_url", "source_token", "target_token"}
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert process.stdout.read() == b""
    process.stdout.close()
    with closing(sqlite3.connect(tmp_path / "p.db")) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
