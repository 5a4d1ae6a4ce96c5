"""The workbook and the lists of a report open in every reader and say what the journal says."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.errors import AppError, PlanError
from app.help_desk import help_desk_list
from app.report import Person
from app.report_making import make_report
from app.report_order import ReportKind, ReportOrder
from report_state import CONNECTION, NOON, state

__all__ = ["state"]


def order(state: Path, target: Path, **more: Any) -> ReportOrder:
    kind = more.pop("kind", ReportKind.STATUS)
    return ReportOrder(kind, state, "Plan.xlsx", target, **{"zone": "Europe/Berlin", **more})


@pytest.fixture
def book(state: Path, tmp_path: Path) -> Any:
    make_report(order(state, tmp_path / "report.xlsx"), NOON)
    return openpyxl.load_workbook(tmp_path / "report.xlsx")


def lines(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_workbook_holds_every_person_with_real_dates(book: Any) -> None:
    names = ["Summary", "People", "Problems", "Batches", "Time line"]
    names += ["After the move", "How it was made"]
    assert book.sheetnames == names
    people = book["People"]
    said = lines(people)
    statuses = {"Moved": 5, "Failed": 2, "In progress": 1, "Cannot start": 1, "Held back": 1}
    assert Counter(line["Status"] for line in said) == statuses
    at_noon = datetime(2026, 12, 5, 12, 0, tzinfo=UTC).replace(tzinfo=None)
    assert said[0]["Ended (UTC)"] == at_noon
    assert said[0]["Ended (Europe/Berlin)"] == at_noon.replace(hour=13)
    assert said[3]["Hours"] == 3
    place = [cell.value for cell in people[1]].index("Ended (UTC)")
    assert people[2][place].is_date
    assert people.tables["People"].ref == f"A1:{people.cell(11, people.max_column).coordinate}"
    assert people.tables["People"].autoFilter.ref == people.tables["People"].ref
    assert people.freeze_panes == "C2"


def test_the_summary_shows_how_far_it_is(book: Any) -> None:
    summary = book["Summary"]
    assert len(summary._charts) == 2
    assert len(book["Batches"]._charts) == 1
    values = list(summary.iter_rows(values_only=True))
    assert ("5 of 10 people moved (50%)",) in [row[:1] for row in values]
    assert (10, 5, 1, 0, 2, 1, 1) in [row[:7] for row in values]
    assert ("Admin of the source tenant", 2, 1) in [row[:3] for row in values]
    assert ("Wave 1", 4) in [row[:2] for row in values]


def test_everybody_with_a_problem_stands_below_it(book: Any) -> None:
    column = [row[0] for row in book["Problems"].iter_rows(values_only=True)]
    first = max(n for n, text in enumerate(column) if text and "locked" in text)
    assert {"p5@c.com", "p6@c.com"} <= set(column[first:])
    assert "=x@c.com" in column


def test_how_it_was_made_is_in_it(book: Any) -> None:
    about = {row[0]: row[1] for row in book["How it was made"].iter_rows(values_only=True)}
    assert about["Made"] == "2026-12-05 13:00 Europe/Berlin  =  2026-12-05 12:00 UTC"
    assert about["Service"] == CONNECTION.service_title
    assert about["Target tenant"] == "Practice target  https://practice-target-my.sharepoint.com"
    assert len(about["Journal's newest event"]) == 64


def test_every_sheet_can_be_printed(book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.oddFooter.right.text == "Page &P of &N"
    assert book["People"].print_title_rows == "$1:$1"


@pytest.mark.parametrize("kind", list(ReportKind))
def test_no_cell_is_ever_a_formula(state: Path, tmp_path: Path, kind: ReportKind) -> None:
    make_report(order(state, tmp_path / "report.xlsx", kind=kind), NOON)
    cells = [
        cell
        for sheet in openpyxl.load_workbook(tmp_path / "report.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert "=x@c.com" in {cell.value for cell in cells}
    assert not {"f", "e"} & {cell.data_type for cell in cells}
    make_report(order(state, tmp_path / "list.csv", kind=kind), NOON)
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    assert len(rows) == 10
    assert "'=x@c.com" in [cell for row in rows for cell in row]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", ["mine.xlsx", "mine.csv"])
def test_what_is_there_is_never_overwritten(state: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    out.write_bytes(b"mine")
    with pytest.raises(AppError) as caught:
        make_report(order(state, out, replaces=True), NOON)
    assert caught.value.code == "EXISTS"
    assert out.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_an_earlier_report_gives_way_when_asked(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    make_report(order(state, out), NOON)
    with pytest.raises(AppError):
        make_report(order(state, out), NOON)
    make_report(order(state, out, replaces=True, filter="status:failed"), NOON)
    assert openpyxl.load_workbook(out)["People"].max_row == 3


def test_a_folder_that_is_not_there_is_told(state: Path, tmp_path: Path) -> None:
    with pytest.raises(AppError) as caught:
        make_report(order(state, tmp_path / "no such folder" / "report.xlsx"), NOON)
    assert caught.value.code == "CANNOT_WRITE"


def test_a_zone_that_is_not_there_is_told_before_anything_is_written(
    state: Path, tmp_path: Path
) -> None:
    with pytest.raises(PlanError) as caught:
        make_report(order(state, tmp_path / "report.xlsx", zone="Berlin/Europe"), NOON)
    assert caught.value.code == "UNKNOWN_ZONE"
    assert not (tmp_path / "report.xlsx").exists()


def test_only_what_is_shown_on_the_screen(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    keys = ("p5@c.com", "p0@c.com")
    made = make_report(order(state, out, keys=keys, choice="the 2 shown"), NOON)
    assert made.people == 2
    book = openpyxl.load_workbook(out)
    assert [line["Source UPN"] for line in lines(book["People"])] == ["p0@c.com", "p5@c.com"]
    about = {row[0]: row[1] for row in book["How it was made"].iter_rows(values_only=True)}
    assert about["People"] == "the 2 shown"
    nobody = make_report(order(state, tmp_path / "nobody.xlsx", keys=()), NOON)
    assert nobody.people == 0


def test_the_help_desk_reads_who_moves_when_and_does_what(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "desk.xlsx"
    make_report(order(state, out, kind=ReportKind.HELP_DESK), NOON)
    said = lines(openpyxl.load_workbook(out).worksheets[0])
    assert [line["Batch"] for line in said] == ["Wave 1"] * 4 + ["Wave 2"] * 4 + [None] * 2
    first = said[0]
    assert (first["DayLocal"], first["TimeLocal"]) == ("2026-12-05", "13:00")
    assert first["BeginUTC"] == NOON.replace(tzinfo=None)
    assert "p0@n.com" in first["AfterTheMove"]
    assert "Unlink this PC" in first["AfterTheMove"]
    running = next(line for line in said if line["SourceUPN"] == "p7@c.com")
    assert "cannot" not in running["AfterTheMove"]
    assert "not changed" in running["BeforeTheMove"]
    failed = next(line for line in said if line["SourceUPN"] == "p5@c.com")
    assert failed["AfterTheMove"].startswith("Nothing: this OneDrive stays where it is.")
    assert all(name.isalpha() for name in first)


def test_batches_that_overlap_are_not_mixed_in_the_list() -> None:
    def person(name: str, batch: str, hour: int) -> Person:
        begun = NOON + timedelta(hours=hour)
        return Person(2, name, name, batch, "In progress", "Under way", started=begun)

    people = [person("d", "A", 3), person("b", "B", 2), person("c", "A", 1), person("a", "B", 4)]
    listed = [(one.batch, one.source_upn) for one in help_desk_list(people)]
    assert listed == [("A", "c"), ("A", "d"), ("B", "b"), ("B", "a")]


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_both_kinds(state: Path, tmp_path: Path) -> None:
    book, out = tmp_path / "Plan.xlsx", tmp_path / "report.xlsx"
    options = ("--status", "success", "--batch", "wave 1", "--filter=-p0")
    done = command(book, "-o", out, "--state-dir", state, *options)
    assert done.returncode == 0, done.stderr
    assert "3 people" in done.stdout
    done = command(book, "-o", tmp_path / "people.csv", "--state-dir", state, "--kind", "help-desk")
    assert "10 people" in done.stdout, done.stderr
    done = command(book, "-o", tmp_path / "x.csv", "--state-dir", state, "--status", "gone")
    assert done.returncode == 2
    assert "There is no status called gone" in done.stderr
