"""A report says of everybody what the journal holds, once, and adds it up."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.errors import AppError
from app.journal import Change, Journal, RowRecord
from app.life import planned
from app.model import Move, MoveStatus, Window
from app.report import Person, read_people
from app.report_filter import people_filter
from app.report_tables import NO_BATCH, Tables, add_up
from report_state import NOON, state

__all__ = ["state"]


@pytest.fixture
def tables(state: Path) -> Tables:
    return add_up(read_people(state))


def test_everybody_is_counted_once(tables: Tables) -> None:
    assert tables.stages == {
        "Moved": 5,
        "Under way": 1,
        "Waiting": 0,
        "Needs somebody": 2,
        "Cannot start": 1,
        "Held back": 1,
    }
    assert tables.statuses == {
        "Cannot start": 1,
        "In progress": 1,
        "Moved": 5,
        "Failed": 2,
        "Held back": 1,
    }


def test_a_batch_says_what_was_planned_and_what_came_of_it(tables: Tables) -> None:
    batches = tables.batches
    assert batches["People"].to_dict() == {"Wave 1": 4, "Wave 2": 4, NO_BATCH: 2}
    assert batches.loc["Wave 2", "Needs somebody"] == 2
    assert batches.loc["Wave 1", "Planned end"] == NOON + timedelta(hours=3)
    assert batches.loc["Wave 1", "Last end"] == NOON + timedelta(hours=3)
    assert batches["Moved in time"].to_dict() == {"Wave 1": 4, "Wave 2": 0, NO_BATCH: 0}


def test_problems_are_grouped_by_what_to_do_and_name_whom(tables: Tables) -> None:
    first, second = tables.problems.itertuples(index=False)
    assert (first.People, first.Whom) == (2, ["p5@c.com", "p6@c.com"])
    assert first.who == "Admin of the source tenant"
    assert second.Whom == ["=x@c.com"]
    assert dict(zip(tables.needs["who"], tables.needs["People"], strict=True)) == {
        "Admin of the source tenant": 2,
        "Keeper of the workbook": 1,
    }


def test_the_time_line_adds_up_to_what_moved(tables: Tables) -> None:
    line = tables.time_line
    assert line["Moved in all"].iloc[-1] == 5
    assert line["Begun in all"].iloc[-1] == 8
    assert line["Planned to begin in all"].iloc[-1] == 4
    assert len(line) < 120


def test_a_long_project_has_a_time_line_that_can_be_read() -> None:
    person = Person(2, "a@c.com", "a@n.com", "", "Moved", "Moved", started=NOON)
    late = replace(person, source_upn="b@c.com", finished=NOON + timedelta(days=300))
    tables = add_up([person, late])
    assert tables.step == "7D"
    assert len(tables.time_line) < 120
    assert tables.time_line["Moved in all"].iloc[-1] == 1


def test_nobody_is_a_report_too() -> None:
    tables = add_up([])
    assert set(tables.stages.values()) == {0}
    assert (len(tables.batches), len(tables.problems), len(tables.time_line)) == (0, 0, 0)


def test_a_moved_person_whose_row_is_blocked_later_is_still_moved_and_not_twice(
    tmp_path: Path,
) -> None:
    move = planned(Move("a@c.com", 2, "a@c.com", "a@n.com"), "Wave 1", Window(), NOON)
    moved = replace(move, status=MoveStatus.SUCCESS)
    with closing(Journal(tmp_path, SystemClock())) as journal:
        journal.commit([Change(None, move, "planned"), Change(move, moved, "told")])
        rows = [
            RowRecord(2, "a@c.com", "a@c.com", "A@N.com", False, "TARGET_TAKEN"),
            RowRecord(3, "a@c.com", "a@c.com", "other@n.com", False, "SOURCE_TWICE"),
        ]
        journal.replace_rows(rows)
    assert [(p.row, p.status) for p in read_people(tmp_path)] == [(2, "Moved"), (3, "Cannot start")]


def test_people_without_a_row_are_in_it(tmp_path: Path) -> None:
    move = planned(Move("a@c.com", 2, "a@c.com", "a@n.com"), "Wave 1", Window(), NOON)
    with closing(Journal(tmp_path, SystemClock())) as journal:
        journal.commit([Change(None, move, "planned")])
    assert [person.source_upn for person in read_people(tmp_path)] == ["a@c.com"]


def test_without_a_journal_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(AppError) as caught:
        read_people(tmp_path / "none")
    assert caught.value.code == "NO_PROJECT"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("status:failed", [7, 8]),
        ('status:failed status:moved batch:"wave 2"', [6, 7, 8]),
        ('stage:"needs somebody" -row:8', [7]),
        ("who:workbook", [10]),
        ("code:-161", [7, 8]),
        ("p3@", [5]),
        ("wave p3", [5]),
        ('problem:""""', []),
        ("-moved", [7, 8, 9, 10, 11]),
        ('"wave 1" -source:p0', [3, 4, 5]),
    ],
)
def test_a_filter_finds_whom_it_says(state: Path, text: str, rows: list[int]) -> None:
    people = read_people(state, people_filter(text))
    assert [person.row for person in people] == rows


@pytest.mark.parametrize("text", ["colour:red", 'batch:"Wave 1', "status:"])
def test_a_filter_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(AppError) as caught:
        people_filter(text)
    assert caught.value.code == "BAD_FILTER"
    assert "status:" in caught.value.remedy
