"""The workbook thread: one thing at a time, held against others, and a last write at the end."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from app.book_thread import BookThread, Choice
from app.clock import SystemClock
from app.events import (
    BookOpened,
    BookSaved,
    Event,
    MovesChanged,
    RowsChecked,
    RunChanged,
    RunState,
    Trouble,
)
from app.gate_events import MapChanged
from app.model import Finding, Level, Move, MoveStatus, Window, upn_key
from app.orders import Planned
from app.plan import BatchRule
from app.preflight_values import RowCheck

PATIENCE = 30.0
NOW = SystemClock().now()


class Desk:
    """A workbook thread with everything it says."""

    def __init__(self, book: Path) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.plans: queue.SimpleQueue[tuple[Planned, ...]] = queue.SimpleQueue()
        self.checks: queue.SimpleQueue[tuple[Planned, ...]] = queue.SimpleQueue()
        self.kept: list[tuple[str, str]] = []
        self.thread = BookThread(
            book,
            SystemClock(),
            self.events.put,
            self.plans.put,
            self.checks.put,
            lambda _rows: None,
            lambda name, value: self.kept.append((name, value)),
        )
        self.thread.begin()
        self.thread.open(Choice())

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE)

    def rest(self) -> list[Event]:
        """What was said and not taken yet."""
        said = []
        while not self.events.empty():
            said.append(self.events.get())
        return said


def move(number: int, status: MoveStatus) -> Move:
    source = f"p{number}@contoso.com"
    return Move(upn_key(source), number, source, f"p{number}@northwind.com", status=status)


def statuses(book: Path) -> list[object]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(book))
    header, *rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [row[header.index("Ferry status")] for row in rows]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Wave plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for number in range(3):
            people = (f"p{number}@contoso.com", f"p{number}@northwind.com")
            sheet.write_row(number + 1, 0, people)
    return path


@pytest.fixture
def desk(book: Path) -> Iterator[Desk]:
    desk = Desk(book)
    assert isinstance(desk.next(), BookOpened)
    yield desk
    assert desk.thread.stop(PATIENCE)


def test_looking_at_a_workbook_changes_nothing(book: Path) -> None:
    before = book.read_bytes(), book.stat().st_mtime_ns
    desk = Desk(book)
    assert isinstance(desk.next(), BookOpened)
    assert desk.thread.stop(PATIENCE)
    assert (book.read_bytes(), book.stat().st_mtime_ns) == before
    assert [one.name for one in book.parent.iterdir()] == [book.name]


def test_what_vanished_from_the_identity_map_stands_on_its_row_at_once(desk: Desk) -> None:
    dropped = Finding(Level.BLOCK, "MAP_DROPPED", "Mapping!A3", None, (("name", "p1"),))
    desk.thread.tell(MapChanged(vanished=(dropped,)))
    told = desk.next()
    assert isinstance(told, RowsChecked)
    [row] = told.rows
    assert (row.mapping.row, row.findings[0]) == (3, dropped)
    desk.thread.start(None, Window(), BatchRule(100))
    [planned] = desk.plans.get(timeout=PATIENCE)
    assert [one.row for one in planned.moves] == [2, 4]
    # A pre-flight does not take it back, nor does reading the workbook again.
    check = RowCheck(row.mapping.key, row.mapping.source_upn, row.mapping.target_upn, NOW)
    desk.thread.take_checks((check,))
    told = desk.next()
    assert isinstance(told, RowsChecked)
    assert dropped in told.rows[0].findings
    desk.thread.open(Choice())
    opened = desk.next()
    assert isinstance(opened, BookOpened)
    assert dropped in opened.rows[1].findings
    desk.thread.tell(MapChanged())
    told = desk.next()
    assert isinstance(told, RowsChecked)
    assert told.rows[0].findings == ()


def test_what_came_together_is_written_together(desk: Desk, book: Path) -> None:
    for status in (MoveStatus.WAITING, MoveStatus.STARTING, MoveStatus.IN_PROGRESS):
        for number in range(3):
            desk.thread.tell(MovesChanged((move(number, status),)))
    desk.thread.tell(RunChanged(RunState.DONE))
    saved = desk.next()
    while statuses(book) != ["InProgress"] * 3:
        saved = desk.next()
    assert isinstance(saved, BookSaved)
    assert len(desk.rest()) <= 1


def test_the_end_writes_what_the_pause_has_held_back(desk: Desk, book: Path) -> None:
    desk.thread.tell(MovesChanged((move(0, MoveStatus.WAITING),)))
    assert isinstance(desk.next(), BookSaved)
    # Half a minute would pass before the next write.
    desk.thread.tell(MovesChanged((move(0, MoveStatus.SUCCESS), move(2, MoveStatus.FAILED))))
    assert desk.thread.stop(PATIENCE)
    assert statuses(book) == ["Success", "Ready", "Failed"]
    assert isinstance(desk.next(), BookSaved)
    assert {one.name for one in book.parent.iterdir()} == {book.name, "Tenant Ferry backups"}


def test_what_could_not_be_written_at_the_end_is_written_the_next_time(book: Path) -> None:
    desk = Desk(book)
    assert isinstance(desk.next(), BookOpened)
    book.chmod(0o444)
    done = MovesChanged((move(1, MoveStatus.SUCCESS),))
    desk.thread.tell(done)
    assert desk.thread.stop(PATIENCE)
    book.chmod(0o644)
    again = Desk(book)
    assert isinstance(again.next(), BookOpened)
    again.thread.tell(done)
    assert isinstance(again.next(), BookSaved)
    assert statuses(book) == ["Ready", "Success", "Ready"]
    assert again.thread.stop(PATIENCE)


def test_a_second_thread_on_the_workbook_is_told_who_has_it(desk: Desk, book: Path) -> None:
    second = Desk(book)
    trouble = second.next()
    assert isinstance(trouble, Trouble)
    assert trouble.error.code == "HELD"
    assert ", since " in trouble.error.detail
    assert second.thread.stop(PATIENCE)
    assert not second.rest()


def test_a_start_hands_the_plan_over_and_the_workbook_says_what_was_taken_on(
    desk: Desk, book: Path
) -> None:
    desk.thread.start(None, Window(), BatchRule(size=2))
    planned = desk.plans.get(timeout=PATIENCE)
    assert [len(one.moves) for one in planned] == [2, 1]
    # A gate may still hold the start back; then the workbook stays as it is.
    assert not desk.rest()
    desk.thread.tell(MovesChanged((move(0, MoveStatus.WAITING),)))
    assert isinstance(desk.next(), BookSaved)
    assert statuses(book) == ["Waiting", "Ready", "Ready"]


def test_a_plan_with_nobody_new_still_says_in_the_workbook_who_is_ready(
    desk: Desk, book: Path
) -> None:
    desk.thread.start(frozenset({"nobody"}), Window(), BatchRule(size=2))
    assert desk.plans.get(timeout=PATIENCE) == ()
    assert isinstance(desk.next(), BookSaved)
    assert statuses(book) == ["Ready"] * 3


def test_a_plan_that_is_only_looked_at_starts_and_writes_nothing(desk: Desk, book: Path) -> None:
    before = book.read_bytes()
    desk.thread.start(None, Window(), BatchRule(size=2), only_check=True)
    planned = desk.checks.get(timeout=PATIENCE)
    assert [len(one.moves) for one in planned] == [2, 1]
    assert desk.plans.empty()
    assert desk.thread.stop(PATIENCE)
    assert book.read_bytes() == before
