"""Rehearsals in the window: two clicks from the own workbook, and the word on every screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.events import Rehearsal, ServiceConnected, Trouble
from app.rehearsal import Choice
from fake_project import BOOK, NOW, QUIET, FakeProject, connected, opened, shown_window
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

COPY = Path("rehearsals") / "Wave plan (rehearsal).xlsx"
CHOICES = (Choice("well", "All well", "Nothing happens."), Choice("slow", "Slow", "It takes long."))


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, FakeProject]:
    window, project = shown_window(qtbot, tmp_path)
    window.rehearsals.offer(CHOICES)
    window.open_book(BOOK)
    window.take([opened()])
    return window, project


def playing(name: str = "well", speed: float = 240.0) -> ServiceConnected:
    title = next(choice.title for choice in CHOICES if choice.name == name)
    return replace(connected(), rehearsal=Rehearsal(name, title, speed, NOW, NOW))


def begin(window: MainWindow) -> None:
    """The two clicks."""
    window.header.rehearse_button.click()
    dialog = window.rehearsals.dialog
    assert dialog is not None
    dialog.go.click()
    window.take([opened(path=COPY), playing()])


def test_two_clicks_begin_a_rehearsal_and_start_whoever_is_ready(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, project = pair
    begin(window)
    assert project.calls[-2] == ("rehearse", "well", 240.0)
    name, keys, *_ = project.calls[-1]
    assert (name, len(keys)) == ("start", 20)
    assert window.windowTitle().startswith("Rehearsal: Wave plan (rehearsal).xlsx")
    banner = window.header.banner
    assert banner.isVisible()
    assert "no real OneDrive moves" in banner.text.text()
    assert "All well" in banner.plays.text()
    assert "2026-11-23 14:00 UTC, 240 times as fast" in banner.plays.text()
    assert not window.header.rehearse_button.isVisible()


def test_without_the_tick_nothing_starts(pair: tuple[MainWindow, FakeProject]) -> None:
    window, project = pair
    window.rehearsals.ask()
    dialog = window.rehearsals.dialog
    assert dialog is not None
    assert "Wave plan.xlsx" in dialog.text.text()
    dialog.scenarios.setCurrentRow(1)
    assert dialog.description.text() == "It takes long."
    dialog.start_too.setChecked(False)
    dialog.go.click()
    window.take([opened(path=COPY), playing("slow")])
    assert project.calls[-1] == ("rehearse", "slow", 240.0)


def test_the_admin_changes_what_is_played_and_how_fast(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, project = pair
    begin(window)
    window.header.banner.change_button.click()
    dialog = window.rehearsals.dialog
    assert dialog is not None
    assert dialog.scenarios.currentRow() == 0
    dialog.scenarios.setCurrentRow(1)
    dialog.speed.setCurrentIndex(0)
    dialog.go.click()
    assert project.calls[-1] == ("change rehearsal", "slow", 1.0)
    window.take([playing("slow", 1.0)])
    assert "Slow" in window.header.banner.plays.text()
    assert "as fast as in life" in window.header.banner.plays.text()


def test_from_the_beginning_means_a_fresh_copy(pair: tuple[MainWindow, FakeProject]) -> None:
    window, project = pair
    begin(window)
    window.rehearsals.ask()
    dialog = window.rehearsals.dialog
    assert dialog is not None
    dialog.anew.click()
    assert project.calls[-1] == ("rehearse", "well", 240.0)
    window.take([opened(path=COPY), playing()])
    assert [call[0] for call in project.calls][-2:] == ["rehearse", "start"]


def test_the_way_back_leads_to_the_workbook_and_connects_nothing(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, project = pair
    begin(window)
    window.header.banner.back_button.click()
    assert project.calls[-1] == ("open", BOOK, {})
    window.take([opened()])
    assert project.calls[-1] == ("open", BOOK, {})
    assert not window.header.banner.isVisible()
    assert "Rehearsal" not in window.windowTitle()
    assert window.header.rehearse_button.isEnabled()
    window.take([playing()])
    assert not window.header.banner.back_button.isVisible()


def test_times_are_planned_by_the_practice_clock(pair: tuple[MainWindow, FakeProject]) -> None:
    window, _ = pair
    ahead = Rehearsal("well", "All well", 1.0, NOW + timedelta(days=30), NOW)
    window.take([replace(connected(), rehearsal=ahead)])
    window.plan.begin.mode.setCurrentIndex(1)
    window.plan.begin.set_local((NOW + timedelta(days=2)).replace(tzinfo=None))
    assert "past" in window.plan.message.text()
    window.plan.begin.set_local((NOW + timedelta(days=31)).replace(tzinfo=None))
    assert window.plan.asked().window.begin_utc is not None


def test_nothing_starts_later_when_the_rehearsal_could_not_begin(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, project = pair
    window.rehearsals.ask()
    assert window.rehearsals.dialog is not None
    window.rehearsals.dialog.go.click()
    window.take([Trouble(AppError("NO_COPY", "The workbook cannot be copied"))])
    assert window.notices.notice("trouble") is not None
    window.open_book(BOOK)
    window.take([opened(), playing()])
    assert project.calls[-1][0] == "open"


def test_a_rehearsal_left_in_the_middle_is_gone_on_with(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    _, project = pair
    assert project.went_on == 1


def test_with_real_tenants_there_is_no_rehearsal_to_change(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = pair
    window.take([connected(practice=False, name="graph")])
    window.rehearsals.ask()
    assert window.rehearsals.dialog is None
    assert window.header.banner.text.text() == "These are real tenants. A move cannot be undone."


def test_everything_in_the_dialog_has_a_name_and_a_place_in_the_order(
    pair: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = pair
    window.rehearsals.ask()
    dialog = window.rehearsals.dialog
    assert dialog is not None
    focusable = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.objectName() not in {"qt_scrollarea_viewport", "qt_spinbox_lineedit"}
    ]
    assert len(focusable) >= 5
    assert all(w.accessibleName() or getattr(w, "text", str)() for w in focusable)
    assert dialog.nextInFocusChain() is not None
    assert dialog.go.isDefault() or dialog.go.autoDefault()
