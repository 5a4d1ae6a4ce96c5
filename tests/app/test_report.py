"""The report says what the journal holds, in a workbook that every reader opens."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.clock import SystemClock
from app.errors import AppError
from app.journal import Change, Journal, RowRecord
from app.life import planned
from app.model import Move, MoveStatus, Window
from app.report import NO_BATCH, Report, read_report
from app.report_book import Circumstances, write_people, write_report

NOON = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
ABOUT = Circumstances("Plan.xlsx", "Practice tenants", NOON, "Europe/Berlin", "", "abc123")
STATUSES = [MoveStatus.SUCCESS] * 5 + [MoveStatus.FAILED] * 2 + [MoveStatus.IN_PROGRESS]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    with closing(Journal(folder, SystemClock())) as journal:
        changes = []
        for number, status in enumerate(STATUSES):
            key = f"p{number}@c.com"
            move = Move(key, number + 2, key, f"p{number}@n.com")
            waiting = planned(move, "Wave 1" if number < 4 else "Wave 2", Window(NOON), NOON)
            changes.append(Change(None, waiting, "planned"))
            ended = NOON + timedelta(hours=number) if status is not MoveStatus.IN_PROGRESS else None
            failed = status is MoveStatus.FAILED
            told = replace(
                waiting,
                status=status,
                started_utc=NOON,
                finished_utc=ended,
                error_code="-161" if failed else "",
                error_message="=HYPERLINK(1)" if failed else "",
            )
            changes.append(Change(waiting, told, "told"))
        journal.commit(changes)
        rows = [
            RowRecord(n + 2, f"p{n}@c.com", f"p{n}@c.com", f"p{n}@n.com", True) for n in range(8)
        ]
        bad = RowRecord(
            10, "=x@c.com", "=x@c.com", "", False, finding_code="HALF_ROW", remedy="Fill it in."
        )
        journal.replace_rows([*rows, bad])
    return folder


@pytest.fixture
def report(state: Path) -> Report:
    return read_report(state)


def test_the_sums_are_those_of_the_journal(report: Report) -> None:
    assert report.totals.to_dict() == {"Cannot start": 1, "In progress": 1, "Moved": 5, "Failed": 2}
    assert report.batches["People"].to_dict() == {"Wave 1": 4, "Wave 2": 4, NO_BATCH: 1}
    assert report.batches.loc["Wave 2", "Needs somebody"] == 2
    assert report.batches.loc["Wave 1", "Last end"] == NOON + timedelta(hours=3)
    assert report.time_line["Moved in all"].iloc[-1] == 5
    assert report.time_line["Begun"].sum() == 8


def test_problems_are_grouped_by_what_to_do_and_name_whom(report: Report) -> None:
    first, second = report.problems.itertuples(index=False)
    assert (first.People, first.Whom) == (2, ["p5@c.com", "p6@c.com"])
    assert first.who == "Admin of the source tenant"
    assert second.Whom == ["=x@c.com"]


def test_the_workbook_holds_every_person_with_real_dates(report: Report, tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    write_report(report, ABOUT, out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Summary", "People", "Problems", "Time line", "How it was made"]
    people = book["People"]
    header, *rows = people.iter_rows(values_only=True)
    said = [dict(zip(header, row, strict=True)) for row in rows]
    assert Counter(line["Status"] for line in said) == report.totals.to_dict()
    assert said[0]["Ended (UTC)"] == datetime(2026, 12, 5, 12, 0, tzinfo=UTC).replace(tzinfo=None)
    assert people["I2"].is_date
    assert people.tables["People"].ref == "A1:O10"
    assert people.freeze_panes == "C2"
    summary: Any = book["Summary"]
    assert len(summary._charts) == 1
    assert "5 of 9 people moved (56%)" in [row[0] for row in summary.iter_rows(values_only=True)]
    about = list(book["How it was made"].iter_rows(values_only=True))
    assert ("Made", "2026-12-05 13:00 Europe/Berlin  =  2026-12-05 12:00 UTC") in about
    assert ("Journal's newest event", "abc123") in about


def test_no_cell_is_ever_a_formula(report: Report, tmp_path: Path) -> None:
    write_report(report, ABOUT, tmp_path / "report.xlsx")
    kinds = {
        cell.data_type
        for sheet in openpyxl.load_workbook(tmp_path / "report.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    }
    assert "f" not in kinds
    write_people(report.people, tmp_path / "people.csv")
    with (tmp_path / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *lines = csv.reader(file)
    assert len(lines) == 9
    assert lines[8][1] == "'=x@c.com"
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("kind", ["workbook", "list"])
def test_what_is_there_is_never_overwritten(report: Report, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "mine.xlsx"
    out.write_bytes(b"mine")
    with pytest.raises(AppError) as caught:
        _write(kind, report, out)
    assert caught.value.code == "EXISTS"
    assert out.read_bytes() == b"mine"


def _write(kind: str, report: Report, out: Path) -> None:
    if kind == "list":
        write_people(report.people, out)
    else:
        write_report(report, ABOUT, out)


def test_a_folder_that_is_not_there_is_told(report: Report, tmp_path: Path) -> None:
    with pytest.raises(AppError) as caught:
        write_report(report, ABOUT, tmp_path / "no such folder" / "report.xlsx")
    assert caught.value.code == "CANNOT_WRITE"


def test_only_those_asked_for_are_in_it(state: Path) -> None:
    failed = read_report(state, keep=lambda person: person.status == "Failed")
    assert [person.source_upn for person in failed.people] == ["p5@c.com", "p6@c.com"]
    assert failed.batches["People"].to_dict() == {"Wave 2": 2}
    nobody = read_report(state, keep=lambda person: False)
    assert nobody.people == ()


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_both_kinds(state: Path, tmp_path: Path) -> None:
    book, out = tmp_path / "Plan.xlsx", tmp_path / "report.xlsx"
    done = command(
        book, "-o", out, "--state-dir", state, "--status", "success", "--batch", "wave 1"
    )
    assert done.returncode == 0, done.stderr
    assert "4 people" in done.stdout
    lines = list(openpyxl.load_workbook(out)["How it was made"].iter_rows(values_only=True))
    assert ("People", "status Moved, batch wave 1") in lines
    done = command(book, "-o", tmp_path / "people.csv", "--state-dir", state)
    assert "9 people" in done.stdout
    done = command(book, "-o", tmp_path / "x.csv", "--state-dir", state, "--status", "gone")
    assert done.returncode == 2
    assert "There is no status called gone" in done.stderr


def test_an_empty_choice_is_a_report_too(state: Path, tmp_path: Path) -> None:
    nobody = read_report(state, keep=lambda person: False)
    write_report(nobody, ABOUT, tmp_path / "report.xlsx")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx")["People"].max_row == 1
