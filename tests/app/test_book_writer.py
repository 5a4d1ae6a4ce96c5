"""When the status is written into the workbook, and that none of it is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from app.book_writer import BookWriter
from app.checks import check_list
from app.events import BookSaved, BookWaiting, Event, Trouble
from app.model import Move, MoveStatus, upn_key
from app.workbook.backups import backups_of
from app.workbook.read import read_book
from app.workbook.status import BookRead

NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)
owner_files_decide = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows is asked itself whether a file is open"
)


@dataclass
class HandClock:
    """A clock that goes only when it is moved, and by `cost` whenever it is looked at."""

    time: float = 100.0
    cost: float = 0.0

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        self.time += self.cost
        return self.time


@dataclass
class Desk:
    """A workbook with its writer, and what the writer said."""

    book: Path
    clock: HandClock = field(default_factory=HandClock)
    said: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writer = BookWriter(self.book, self.clock, self.said.append)

    def read(self) -> None:
        read = read_book(self.book)
        assert isinstance(read, BookRead)
        rows, _ = check_list(read.rows)
        self.writer.show(read, rows, is_new=True)

    def move(self, number: int, status: MoveStatus) -> None:
        source = f"p{number}@contoso.com"
        self.writer.take([Move(upn_key(source), number, source, "", status=status)])

    def last(self) -> Event:
        return self.said[-1]


def statuses(book: Path) -> list[object]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(book))
    header, *rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    if "Ferry status" not in header:
        return []
    return [row[header.index("Ferry status")] for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    book = tmp_path / "Wave plan.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for number in range(4):
            sheet.write_row(number + 1, 0, (f"p{number}@contoso.com", f"p{number}@northwind.com"))
    desk = Desk(book)
    desk.read()
    return desk


def change(book: Path, edit: Callable[[openpyxl.Workbook], None]) -> None:
    workbook = openpyxl.load_workbook(book)
    edit(workbook)
    workbook.save(book)
    workbook.close()


def test_nothing_is_written_before_the_start(desk: Desk) -> None:
    before = desk.book.read_bytes()
    desk.move(0, MoveStatus.SUCCESS)
    assert desk.writer.pause_length() is None
    desk.writer.write()
    assert (desk.said, desk.book.read_bytes()) == ([], before)


def test_the_first_write_says_something_of_every_row_and_later_ones_what_changed(
    desk: Desk,
) -> None:
    desk.writer.begin()
    assert desk.writer.pause_length() == 0.0
    desk.writer.write()
    first = desk.last()
    assert isinstance(first, BookSaved)
    assert (first.path, first.rows, first.beside, first.because) == (desk.book, 4, False, "")
    assert statuses(desk.book) == ["Ready"] * 4
    assert desk.writer.pause_length() is None
    for status in (MoveStatus.WAITING, MoveStatus.IN_PROGRESS, MoveStatus.SUCCESS):
        desk.move(1, status)
    desk.writer.write()
    second = desk.last()
    assert isinstance(second, BookSaved)
    assert (second.rows, len(desk.said)) == (1, 2)
    assert statuses(desk.book) == ["Ready", "Success", "Ready", "Ready"]


@pytest.mark.parametrize(("cost", "pause"), [(0.1, 30.0), (2.5, 30.0), (4.0, 40.0), (60.0, 600.0)])
def test_how_often_follows_what_a_write_costs(desk: Desk, cost: float, pause: float) -> None:
    desk.writer.begin()
    desk.clock.cost = cost
    desk.writer.write()
    desk.clock.cost = 0.0
    desk.move(1, MoveStatus.SUCCESS)
    assert desk.writer.pause_length() == pytest.approx(pause, abs=cost)
    desk.writer.hurry()
    assert desk.writer.pause_length() == 0.0


@owner_files_decide
def test_while_it_is_open_elsewhere_it_is_said_once_and_written_when_it_is_closed(
    desk: Desk,
) -> None:
    owner = desk.book.with_name(f"~${desk.book.name}")
    owner.write_bytes(b"\x03Ana")
    desk.writer.begin()
    for status in (MoveStatus.WAITING, MoveStatus.IN_PROGRESS, MoveStatus.SUCCESS):
        desk.move(2, status)
        desk.writer.write()
        assert desk.writer.pause_length() == 5.0
    [waiting] = desk.said
    assert isinstance(waiting, BookWaiting)
    assert "by Ana" in waiting.error.detail
    owner.unlink()
    desk.writer.write()
    assert isinstance(desk.last(), BookSaved)
    assert statuses(desk.book) == ["Ready", "Ready", "Success", "Ready"]
    owner.write_bytes(b"\x03Ana")
    desk.move(2, MoveStatus.FAILED)
    desk.writer.write()
    assert isinstance(desk.last(), BookWaiting), "a new wait is told anew"


def test_what_only_the_admin_can_clear_is_tried_more_seldom(desk: Desk) -> None:
    desk.book.chmod(0o444)
    desk.writer.begin()
    desk.writer.write()
    waiting = desk.last()
    assert isinstance(waiting, BookWaiting)
    assert waiting.error.code == "READ_ONLY"
    assert desk.writer.pause_length() == 60.0
    desk.book.chmod(0o644)
    desk.writer.write()
    assert statuses(desk.book) == ["Ready"] * 4


def test_a_row_that_was_taken_out_is_told_once_and_written_when_it_is_back(desk: Desk) -> None:
    desk.writer.begin()
    desk.writer.write()
    change(desk.book, lambda workbook: workbook["Mapping"].delete_rows(2))
    for status in (MoveStatus.IN_PROGRESS, MoveStatus.SUCCESS):
        desk.move(0, status)
        desk.writer.write()
    troubles = [said.error for said in desk.said if isinstance(said, Trouble)]
    assert [error.code for error in troubles] == ["ROWS_MISSING"]
    assert "p0@contoso.com" in troubles[0].detail
    assert desk.writer.pause_length() is None
    change(
        desk.book,
        lambda workbook: workbook["Mapping"].append(["p0@contoso.com", "p0@northwind.com"]),
    )
    desk.move(1, MoveStatus.FAILED)
    desk.writer.write()
    assert statuses(desk.book) == ["Failed", "Ready", "Ready", "Success"]


def test_one_backup_a_run_made_when_something_is_changed(desk: Desk) -> None:
    desk.writer.begin()
    desk.writer.write()
    assert len(backups_of(desk.book)) == 1
    desk.move(0, MoveStatus.SUCCESS)
    desk.writer.write()
    assert len(backups_of(desk.book)) == 1
    # A second run finds everything as it is to be, and only then has something to change.
    again = Desk(desk.book)
    again.read()
    again.writer.begin()
    again.move(0, MoveStatus.SUCCESS)
    again.writer.write()
    assert len(backups_of(desk.book)) == 1
    again.move(1, MoveStatus.SUCCESS)
    again.writer.write()
    assert len(backups_of(desk.book)) == 2


def test_the_workbook_beside_is_said_with_the_reason(tmp_path: Path) -> None:
    book = tmp_path / "plan.csv"
    book.write_text("SourceUPN,TargetUPN\np0@contoso.com,p0@northwind.com\n")
    desk = Desk(book)
    desk.read()
    desk.writer.begin()
    desk.writer.write()
    saved = desk.last()
    assert isinstance(saved, BookSaved)
    assert (saved.path.name, saved.beside) == ("plan.csv (status).xlsx", True)
    assert saved.because == "A CSV file holds plain text only."
    assert statuses(saved.path) == ["Ready"]
