"""The pre-flight in the window: asked for, followed, stopped, and its findings in their places."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.checks import with_check
from app.errors import SignInRequired
from app.events import CheckedRow, MovesChanged, PreflightChanged, RowsChecked
from app.model import Finding, Level, MoveStatus, Side
from app.preflight_values import PreflightState, PreflightSummary, RowCheck, Scope
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
from ui import strings_preflight as words
from ui.rows import Column, Group
from ui.table_model import MappingModel
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

Pair = tuple[MainWindow, FakeProject]
BLOCK = Finding(
    Level.BLOCK,
    "MnAOdbForSourceUPNDoesNotExist",
    "Mapping!A4",
    Side.SOURCE,
    (("said", "no such site"),),
)
PASSED = ("TARGET_USER_FOUND", "MAP_ENTRY_FITS")
TENANTS = (Finding(Level.UNKNOWN, "COMPATIBILITY_UNSEEN"),)


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> Pair:
    window, project = shown_window(qtbot, tmp_path)
    window.open_book(BOOK)
    window.take([opened(people(20))])
    return window, project


def checked(place: int, *findings: Finding) -> CheckedRow:
    row = opened(people(20)).rows[place]
    mapping = row.mapping
    at = NOW - timedelta(minutes=12)
    return with_check(
        row,
        RowCheck(mapping.key, mapping.source_upn, mapping.target_upn, at, findings, PASSED),
        NOW,
    )


def worst(window: MainWindow) -> Level:
    return window.model.rows[2].worst


def said(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.details.area.findChildren(QLabel))


def test_it_waits_for_the_tenants(pair: Pair) -> None:
    window, project = pair
    strip = window.preflight
    assert strip.isVisible()
    assert not strip.button.isEnabled()
    assert not strip.entry.isEnabled()
    assert strip.text.text() == words.NOT_CONNECTED
    window.take([connected()])
    assert strip.text.text() == words.NOT_RUN
    strip.button.click()
    strip.entry.trigger()
    assert project.calls[-2:] == [("preflight", Scope.NEEDED, None)] * 2
    strip.all_again.trigger()
    assert project.calls[-1] == ("preflight", Scope.ALL, None)


def test_only_the_selected_rows_are_asked_about(pair: Pair) -> None:
    window, project = pair
    window.take([connected()])
    window.table.selectRow(3)
    window.preflight.selected_again.trigger()
    assert project.calls[-1] == ("preflight", Scope.ALL, (people(20)[3].key,))


def test_it_is_followed_and_can_be_stopped(pair: Pair) -> None:
    window, project = pair
    running = PreflightSummary(PreflightState.RUNNING, done=5, total=20, blocked=2, calls=9)
    window.take([connected(), PreflightChanged(running)])
    strip = window.preflight
    assert strip.text.text() == "Pre-flight: 5 of 20 rows checked, 2 blocked"
    assert (strip.bar.value(), strip.bar.maximum()) == (5, 20)
    assert strip.bar.isVisible()
    assert not strip.button.isVisible()
    before = list(project.calls)
    strip.entry.trigger()  # it runs already
    assert project.calls == before
    strip.stop.click()
    assert project.calls[-1] == ("cancel preflight",)


def test_a_sign_in_that_expired_is_gone_on_from(pair: Pair) -> None:
    window, project = pair
    reason = SignInRequired("SIGN_IN_REQUIRED", "The service no longer accepts the sign-in")
    paused = PreflightSummary(PreflightState.NEEDS_SIGN_IN, done=5, total=20, reason=reason)
    window.take([connected(), PreflightChanged(paused)])
    strip = window.preflight
    assert "sign in again" in strip.text.text()
    assert strip.button.text() == words.RESUME
    strip.button.click()
    assert project.calls[-1] == ("resume preflight",)
    waiting = replace(paused, state=PreflightState.WAITING)
    window.take([PreflightChanged(waiting)])
    assert reason.title in strip.text.text()
    failed = replace(paused, state=PreflightState.FAILED)
    window.take([PreflightChanged(failed)])
    assert strip.text.text().startswith("Pre-flight stopped. ")


def test_what_was_found_is_told_with_its_age(pair: Pair) -> None:
    window, _ = pair
    done = PreflightSummary(
        PreflightState.DONE,
        passed=17,
        warned=2,
        blocked=1,
        unchecked=3,
        oldest_utc=NOW - timedelta(minutes=12),
        newest_utc=NOW,
        tenant_findings=TENANTS,
        tenant_passed=("TRUST_GOOD",),
    )
    window.take([connected(), PreflightChanged(done)])
    assert (
        window.preflight.text.text()
        == "Pre-flight 12 minutes ago: 1 blocked, 2 warnings, 17 pass, 3 not checked"
    )
    assert "The compatibility cannot be read here" in said(window)
    assert "Passed: The tenants trust each other." in said(window)
    refused = Finding(Level.BLOCK, "MnATrustNoSetupForPartner")
    window.take([PreflightChanged(replace(done, tenant_findings=(refused,)))])
    assert "ago: the tenants are not ready, 1 blocked" in window.preflight.text.text()
    window.open_book(BOOK.with_name("other.xlsx"))
    assert window.preflight.text.text() == words.NOT_CONNECTED


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=25), "25 hours ago"),
    ],
)
def test_an_age_is_told_in_the_largest_unit(time: timedelta, text: str) -> None:
    assert words.age(time) == text


def test_a_row_takes_what_was_found_and_keeps_its_place(pair: Pair, qtbot: QtBot) -> None:
    window, _ = pair
    window.take([connected()])
    window.table.selectRow(2)
    window.take([RowsChecked((checked(2, BLOCK), checked(3)))])
    model = window.model
    assert worst(window) is Level.BLOCK
    assert model.group_counts[Group.BLOCKED] == 1
    assert model.data(model.index(2, Column.STATUS)) == "Cannot start"
    qtbot.waitUntil(lambda: "Pre-flight, 12 minutes ago" in said(window))
    assert "no such site" in said(window)
    window.table.selectRow(3)
    assert words.ROW_CLEAN in said(window)
    assert "Passed: The target user is there; The identity map fits." in said(window)
    # Better the next time.
    window.take([RowsChecked((checked(2),))])
    assert worst(window) is Level.PASS
    assert model.group_counts[Group.BLOCKED] == 0


def test_rows_that_have_changed_meanwhile_are_left_alone(pair: Pair) -> None:
    window, _ = pair
    other = checked(2, BLOCK)
    strange = replace(other, mapping=replace(other.mapping, target_upn="x@northwind.com"))
    far = replace(other, mapping=replace(other.mapping, row=900))
    assert window.model.apply_checked((strange, far)) == set()
    assert window.model.rows[2].worst is Level.PASS


def test_a_move_keeps_its_status_whatever_was_found(pair: Pair) -> None:
    window, _ = pair
    window.take([MovesChanged((move(people(20)[2], MoveStatus.IN_PROGRESS),))])
    window.take([RowsChecked((checked(2, BLOCK),))])
    assert window.model.rows[2].status is MoveStatus.IN_PROGRESS
    assert window.model.status_counts[MoveStatus.IN_PROGRESS] == 1


def test_a_sorted_table_asks_to_be_sorted_again() -> None:
    model = MappingModel()
    model.set_rows(opened(people(20)).rows)
    model.sort(Column.CHECK)
    stale = [model.stale]
    model.apply_checked((checked(9, BLOCK),))
    assert [*stale, model.stale] == [False, True]
    model.refilter()
    assert model.shown[0] == 9


def test_an_error_code_opens_its_page(pair: Pair, qtbot: QtBot) -> None:
    window, _ = pair
    window.table.selectRow(2)
    window.take([RowsChecked((checked(2, BLOCK),))])
    qtbot.waitUntil(lambda: "no such site" in said(window))
    buttons = window.details.area.findChildren(QPushButton)
    next(button for button in buttons if button.text() == words.HELP_BUTTON).click()
    dialog = window.error_help.dialog
    assert dialog is not None
    page = "\n".join(label.text() for label in dialog.area.findChildren(QLabel))
    assert "The source user has no OneDrive" in page
    assert "An administrator of the source tenant." in page
    assert "No. Another start would end in the same way." in page
    dialog.search.setText("licence")
    shown = [
        dialog.codes.item(place).text()
        for place in range(dialog.codes.count())
        if not dialog.codes.item(place).isHidden()
    ]
    assert "The migration licence is missing" in shown
    assert len(shown) < dialog.codes.count()
    dialog.search.setText("no such word anywhere")
    assert dialog.none.isVisible()
    dialog.close_button.click()
