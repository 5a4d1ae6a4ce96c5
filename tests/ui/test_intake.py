"""A large workbook is laid out bit by bit: nothing is lost, mixed up, or shown too late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.events import BookOpened, CheckedRow, MovesChanged, RowsChecked
from app.model import Finding, Level, Mapping, MoveStatus
from fake_project import (
    BOOK,
    QUIET,
    FakeProject,
    checked,
    connected,
    move,
    opened,
    people,
    shown_window,
)
from ui.rows import Column, Group
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)
MANY = 20_000


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, FakeProject]:
    window, project = shown_window(qtbot, tmp_path)
    window.open_book(BOOK)
    return window, project


def book_of(rows: list[Mapping]) -> BookOpened:
    return replace(opened(rows[:3]), rows=checked(rows))


def done(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.intake.is_busy, timeout=30_000)


def test_a_large_workbook_says_how_far_it_is_and_then_shows_what_happened_meanwhile(
    pair: tuple[MainWindow, FakeProject], qtbot: QtBot
) -> None:
    window, _ = pair
    rows = people(MANY)
    window.take([book_of(rows), connected()])
    window.take([MovesChanged((move(rows[7], MoveStatus.SUCCESS),))])
    blocked = CheckedRow(rows[8], (Finding(Level.BLOCK, "TARGET_NOT_FOUND"),))
    window.take([RowsChecked((blocked,))])
    assert window.intake.is_busy
    assert window.empty.isVisible()
    qtbot.waitUntil(lambda: window.empty.busy.value() > 0)
    assert "of 20,000 rows" in window.empty.busy_text.text()
    assert window.empty.busy.maximum() == MANY
    done(qtbot, window)
    assert window.table.isVisible()
    assert window.model.rowCount() == MANY
    counts = window.model.group_counts
    assert (counts[Group.DONE], counts[Group.BLOCKED]) == (1, 1)
    assert window.model.index(7, Column.STATUS).data() == "Moved"


def test_many_moves_and_findings_all_arrive(
    pair: tuple[MainWindow, FakeProject], qtbot: QtBot
) -> None:
    window, _ = pair
    rows = people(MANY)
    window.take([book_of(rows)])
    window.take([MovesChanged(tuple(move(row, MoveStatus.WAITING) for row in rows))])
    found = (Finding(Level.WARN, "UPN_GUEST"),)
    window.take([RowsChecked(tuple(CheckedRow(row, found) for row in rows[:5_000]))])
    window.take([MovesChanged((move(rows[-1], MoveStatus.FAILED),))])
    done(qtbot, window)
    counts = window.model.group_counts
    assert (counts[Group.RUNNING], counts[Group.FAILED]) == (MANY - 1, 1)
    assert counts[Group.ATTENTION] == 5_000
    assert window.model.row_set.tally.codes == [("UPN_GUEST", Level.WARN, 5_000)]


def test_a_workbook_that_is_left_while_it_is_laid_out_does_not_come(
    pair: tuple[MainWindow, FakeProject], qtbot: QtBot
) -> None:
    window, _ = pair
    window.take([book_of(people(MANY))])
    other = Path("Other plan.xlsx")
    window.open_book(other)
    window.take([opened(people(3), path=other)])
    done(qtbot, window)
    assert window.model.rowCount() == 3
    assert "Other plan" in window.windowTitle()


def test_a_wish_during_the_layout_is_kept(
    pair: tuple[MainWindow, FakeProject], qtbot: QtBot
) -> None:
    window, _ = pair
    window.take([opened(people(20))])
    again = people(MANY)
    window.take([book_of(again)])
    assert window.model.rowCount() == 20
    window.table.selectRow(4)
    window.filters.show_only(Group.ALL, "anna")
    done(qtbot, window)
    wanted = [number for number, row in enumerate(again) if "anna" in row.source_upn]
    assert list(window.model.shown) == wanted
    assert window.table.selected_numbers() == {4}


def test_a_click_on_a_header_sorts_many_rows_in_turns(
    pair: tuple[MainWindow, FakeProject], qtbot: QtBot
) -> None:
    window, _ = pair
    rows = people(MANY)
    window.take([book_of(rows)])
    done(qtbot, window)
    window.table.selectRow(3)
    chosen = rows[3].source_upn
    header = window.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(Column.SOURCE) + 20, header.height() // 2)
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(window.table.selected_numbers()) == 1
    # What happens meanwhile is taken afterwards, and stands where it belongs.
    window.take([MovesChanged((move(rows[5], MoveStatus.SUCCESS),))])
    done(qtbot, window)
    names = [rows[number].source_upn for number in window.model.shown]
    assert names == sorted((row.source_upn for row in rows), reverse=True)
    current = window.table.current()
    assert current is not None
    assert current.mapping.source_upn == chosen
    assert window.model.group_counts[Group.DONE] == 1
    window.filters.show_only(Group.DONE, "")
    done(qtbot, window)
    assert list(window.model.shown) == [5]


def test_the_order_of_an_earlier_session_is_the_order_of_the_rows(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    header = window.table.horizontalHeader()
    header.setSortIndicator(Column.TARGET, Qt.SortOrder.DescendingOrder)
    window.table.widths.by_hand = True
    window.keep_states()
    again, _ = shown_window(qtbot, tmp_path)
    rows = people(20)
    again.take([opened(rows)])
    names = [rows[number].target_upn for number in again.model.shown]
    assert names == sorted(names, reverse=True)
