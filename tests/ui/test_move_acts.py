"""What the admin can do with moves, from the menu, the buttons and the rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.events import MovesChanged, RunChanged, RunState, ServiceAsked, SettingsLoaded
from app.model import MoveStatus
from fake_project import (
    BOOK,
    NOW,
    QUIET,
    FakeProject,
    connected,
    move,
    opened,
    people,
    shown_window,
)
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

Pair = tuple[MainWindow, FakeProject]


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> Pair:
    """Six moves: two scheduled and one waiting, in two batches; one runs, one failed, one done."""
    window, project = shown_window(qtbot, tmp_path)
    window.open_book(BOOK)
    window.take([opened(people(8)), connected()])
    rows = [row.mapping for row in window.model.rows]
    statuses = (
        MoveStatus.SCHEDULED,
        MoveStatus.SCHEDULED,
        MoveStatus.WAITING,
        MoveStatus.IN_PROGRESS,
        MoveStatus.STOPPED,
        MoveStatus.SUCCESS,
    )
    moves = tuple(
        move(row, status, batch="Batch 2" if status is MoveStatus.WAITING else "Batch 1")
        for row, status in zip(rows, statuses, strict=False)
    )
    window.take([MovesChanged(moves), RunChanged(RunState.RUNNING)])
    project.calls.clear()
    return window, project


def entries(menu: QMenu) -> dict[str, bool]:
    return {a.text(): a.isEnabled() for a in menu.actions() if not a.isSeparator()}


def say_yes(window: MainWindow) -> None:
    box = window.questions.shown
    assert box is not None
    box.buttons()[0].click()


def test_one_batch_can_be_cancelled(pair: Pair) -> None:
    window, project = pair
    window.acts.batch_menu.aboutToShow.emit()
    assert entries(window.acts.batch_menu) == {"Batch 1 (2)…": True, "Batch 2 (1)…": True}
    window.acts.batch_menu.actions()[0].trigger()
    assert window.questions.shown is not None
    assert window.questions.shown.text() == "Cancel 2 moves of “Batch 1”?"
    say_yes(window)
    keys = tuple(row.key for row in window.model.rows[:2])
    assert project.calls == [("cancel", keys)]


def test_the_menu_of_the_rows_concerns_the_selected_ones(pair: Pair) -> None:
    window, project = pair
    window.table.show_row(1)
    menu = window.acts.row_menu()
    said = entries(menu)
    assert said["Cancel 1 move…"]
    assert not said["Make ready again…"]
    menu.actions()[0].trigger()
    say_yes(window)
    assert project.calls == [("cancel", (window.model.rows[1].key,))]
    only = next(action for action in menu.actions() if "Show only" in action.text())
    only.trigger()
    assert window.filters.text == 'batch:"Wave 2"'
    assert {window.model.rows[n].mapping.batch for n in window.model.shown} == {"Wave 2"}
    menu.close()


def test_whatever_failed_is_made_ready_and_not_started(pair: Pair) -> None:
    window, project = pair
    window.acts.retry.trigger()
    box = window.questions.shown
    assert box is not None
    assert "starts nothing yet" in box.informativeText()
    say_yes(window)
    assert project.calls == [("retry", (window.model.rows[4].key,))]


def test_with_nothing_to_retry_the_reason_is_told(pair: Pair) -> None:
    window, project = pair
    window.table.show_row(0)
    window.acts.retry.trigger()
    assert window.questions.shown is not None
    assert "nothing to make ready" in window.questions.shown.text()
    window.questions.shown.close()
    assert project.calls == []


def test_sending_is_paused_and_resumed_by_the_same_key(pair: Pair) -> None:
    window, project = pair
    window.acts.pause.trigger()
    window.take([RunChanged(RunState.PAUSED)])
    assert window.acts.pause.text() == "&Resume sending"
    window.acts.pause.trigger()
    assert project.calls == [("pause",), ("resume",)]
    window.take([RunChanged(RunState.DONE)])
    assert not window.acts.pause.isEnabled()


def test_the_service_is_asked_now_and_the_answer_has_its_time(pair: Pair) -> None:
    window, project = pair
    window.acts.ask_now.trigger()
    assert project.calls == [("ask now",)]
    window.take([ServiceAsked(NOW)])
    assert window.footer.asked.text() == f"Service asked {NOW.astimezone():%H:%M:%S}"


def test_the_share_of_the_project_is_shown_and_a_new_one_is_told(pair: Pair) -> None:
    window, project = pair
    window.take([SettingsLoaded((("chain", "0.8"),))])
    assert window.plan.batches.share.value() == 80
    assert project.calls == []
    window.plan.batches.share.setValue(70)
    assert project.calls == [("share", 0.7)]


def test_the_screen_says_whether_the_program_must_stay_open(pair: Pair, qtbot: QtBot) -> None:
    window, _ = pair
    hint = window.plan.progress.hint
    qtbot.waitUntil(lambda: "keep the program open" in hint.text())
    row = window.model.rows[2].mapping
    window.take([MovesChanged((move(row, MoveStatus.SCHEDULED),))])
    qtbot.waitUntil(lambda: "may be closed" in hint.text())
