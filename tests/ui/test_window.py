"""The window as a whole: each event reaches its widget, each wish reaches the project."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.errors import ServiceError, WorkbookBusy, WorkbookError
from app.events import (
    BookSaved,
    BookWaiting,
    MovesChanged,
    RunChanged,
    RunState,
    SettingsLoaded,
    Trouble,
)
from app.model import MoveStatus, Window
from app.plan import BatchRule
from fake_project import (
    BOOK,
    NOW,
    QUIET,
    FakeProject,
    columns_needed,
    connected,
    move,
    opened,
    people,
    shown_window,
    with_faults,
)
from ui.rows import Group
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

Pair = tuple[MainWindow, FakeProject]


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> Pair:
    return shown_window(qtbot, tmp_path)


@pytest.fixture
def running(pair: Pair) -> Pair:
    window, _ = pair
    window.open_book(BOOK)
    window.take([opened(with_faults(people(20))), connected()])
    return pair


def answer(box: QMessageBox | None, *, yes: bool) -> None:
    assert box is not None
    role = QMessageBox.ButtonRole.AcceptRole if yes else QMessageBox.ButtonRole.RejectRole
    next(button for button in box.buttons() if box.buttonRole(button) is role).click()


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_an_opened_workbook_fills_the_window(pair: Pair) -> None:
    window, project = pair
    assert window.empty.isVisible()
    window.open_book(BOOK)
    assert project.calls == [("open", BOOK, {})]
    assert not window.empty.open_button.isEnabled()
    window.take([SettingsLoaded(()), opened(with_faults(people(20)))])
    assert window.table.isVisible()
    assert window.model.rowCount() == 20
    assert "20 people" in window.header.line.text()
    assert window.filters.chips[Group.BLOCKED].text() == "Blocked  8"
    assert window.footer.isVisible()
    assert BOOK.name in window.windowTitle()


def test_reading_again_keeps_sheet_and_columns(running: Pair) -> None:
    window, project = running
    window.commands.reread.trigger()
    assert project.calls[-1][2] == {
        "sheet": "Mapping",
        "source_column": "Old UPN",
        "target_column": "New UPN",
        "batch_column": "Batch",
    }


def test_a_dropped_workbook_is_opened_and_other_files_are_not(pair: Pair, tmp_path: Path) -> None:
    window, project = pair
    for name in ("photo.png", "People.XLSX"):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        window.dropEvent(
            QDropEvent(
                QPoint(5, 5),
                Qt.DropAction.CopyAction,
                mime,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
    assert [call[1] for call in project.calls] == [tmp_path / "People.XLSX"]


def test_the_sample_opens_and_connects_the_practice_tenants(pair: Pair, tmp_path: Path) -> None:
    window, project = pair
    window.empty.sample_button.click()
    assert project.calls == [("open", tmp_path / "Practice people.xlsx", {})]
    window.take([opened()])
    assert project.calls[-1] == ("connect",)
    window.take([connected()])
    assert window.header.banner.isVisible()
    assert "Rehearsal" in window.header.banner.text.text()


def test_a_real_service_in_beta_says_so(running: Pair) -> None:
    window, _ = running
    window.take([connected(practice=False, beta=True, name="graph")])
    assert "beta" in window.header.banner.text.text()


def test_columns_are_asked_for_and_passed_on(pair: Pair) -> None:
    window, project = pair
    window.open_book(BOOK)
    window.take([columns_needed()])
    dialog = window.columns.dialog
    assert dialog is not None
    assert not dialog.use_button.isEnabled()
    dialog.source.setCurrentText("Old")
    dialog.target.setCurrentText("Old")
    assert not dialog.use_button.isEnabled()
    dialog.target.setCurrentText("New")
    assert "anna@northwind.com" in dialog.target_values.text()
    dialog.use_button.click()
    assert project.calls[-1][2] == {
        "sheet": "Mapping",
        "source_column": "Old",
        "target_column": "New",
        "batch_column": "",
    }
    assert window.columns.dialog is None


def test_another_sheet_is_asked_for_in_the_same_dialog(pair: Pair) -> None:
    window, project = pair
    window.open_book(BOOK)
    window.take([columns_needed()])
    dialog = window.columns.dialog
    assert dialog is not None
    dialog.sheet.setCurrentText("Notes")
    dialog.sheet.activated.emit(1)
    assert project.calls[-1] == ("open", BOOK, {"sheet": "Notes"})
    window.take([columns_needed(sheet="Notes", columns=("A",), preview=(("x",),))])
    assert window.columns.dialog is dialog
    assert dialog.sheet.currentText() == "Notes"
    dialog.reject()
    assert window.empty.isVisible()


def test_trouble_is_told_at_the_place_of_work(pair: Pair) -> None:
    window, _ = pair
    window.open_book(BOOK)
    error = WorkbookError("LOCKED", "It has a password", "Wave plan.xlsx", "Take it off")
    window.take([Trouble(error)])
    notice = window.notices.notice("trouble")
    assert notice is not None
    assert notice.title.text() == "It has a password"
    assert [text.text() for text in notice.texts] == ["Wave plan.xlsx", "Take it off"]
    assert window.empty.open_button.isEnabled()
    notice.close_button.click()
    assert window.notices.notice("trouble") is None


def test_moves_reach_table_progress_and_details(running: Pair, qtbot: QtBot) -> None:
    window, _ = running
    rows = [row.mapping for row in window.model.rows]
    window.table.show_row(0)
    told: list[object] = []
    window.model.dataChanged.connect(lambda *_: told.append(None))
    failed = move(
        rows[0],
        MoveStatus.FAILED,
        error_code="MnAOddNewCode",
        error_message="Words of the service, verbatim <b>",
        service_state="failed",
    )
    window.take(
        [
            MovesChanged((move(rows[0], MoveStatus.IN_PROGRESS),)),
            MovesChanged((move(rows[1], MoveStatus.SUCCESS),)),
            MovesChanged((failed,)),
        ]
    )
    assert len(told) == 1
    said = words(window.details)
    assert "Words of the service, verbatim <b>" in said
    assert "The service says: failed" in said
    assert "UTC" in said
    qtbot.waitUntil(lambda: "2 of 2" in window.plan.progress.done.text())
    assert "Moved" in window.plan.progress.totals.text()
    assert window.filters.chips[Group.FAILED].text() == "Failed  1"


def test_the_run_state_is_shown_with_its_reason(running: Pair) -> None:
    window, project = running
    window.take([RunChanged(RunState.RUNNING)])
    window.plan.pause_button.click()
    assert project.calls[-1] == ("pause",)
    window.take([RunChanged(RunState.PAUSED)])
    assert window.plan.pause_button.text() == "Resume"
    window.plan.pause_button.click()
    assert project.calls[-1] == ("resume",)
    reason = ServiceError("UNREACHABLE", "No answer", "timed out")
    window.take([RunChanged(RunState.OFFLINE, reason)])
    notice = window.notices.notice("run")
    assert notice is not None
    assert notice.texts[0].text() == "timed out"
    window.take([RunChanged(RunState.RUNNING)])
    assert window.notices.notice("run") is None


def test_the_save_state_is_in_the_footer(running: Pair) -> None:
    window, _ = running
    window.take([BookSaved(BOOK, NOW, 20, backup=Path("Wave plan backup.xlsx"))])
    assert "Status written to the workbook" in window.footer.saved.text()
    assert "Wave plan backup.xlsx" in window.footer.saved.toolTip()
    window.take([BookWaiting(BOOK, WorkbookBusy("OPEN_ELSEWHERE", "It is open"))])
    assert "open in Excel" in window.footer.saved.text()
    window.take([BookSaved(Path("Wave plan status.xlsx"), NOW, 20, beside=True)])
    assert "Wave plan status.xlsx" in window.footer.saved.text()


def test_a_workbook_that_cannot_be_patched_says_why(pair: Pair) -> None:
    window, _ = pair
    window.open_book(BOOK)
    window.take([opened(patchable=False, not_patchable_because="It holds macros.")])
    notice = window.notices.notice("beside")
    assert notice is not None
    assert notice.texts[0].text() == "It holds macros."


def test_start_asks_first_and_sends_all_ready_rows(running: Pair) -> None:
    window, project = running
    assert window.plan.start_button.text() == "Start 11 moves…"
    window.plan.start_button.click()
    box = window.questions.shown
    assert box is not None
    assert "11 moves" in box.text()
    assert "no real OneDrive moves" in box.informativeText()
    answer(box, yes=False)
    assert not [call for call in project.calls if call[0] == "start"]
    window.commands.start.trigger()
    answer(window.questions.shown, yes=True)
    name, keys, span, rule = project.calls[-1]
    assert (name, len(keys), rule) == ("start", 11, BatchRule(size=100))
    assert span == Window(None, None, "Europe/Berlin")
    assert not window.plan.start_button.isEnabled()
    window.take([MovesChanged((move(window.model.rows[0].mapping, MoveStatus.WAITING),))])
    assert window.plan.start_button.isEnabled()


def test_selected_rows_start_without_those_that_cannot(running: Pair, qtbot: QtBot) -> None:
    window, project = running
    window.table.selectAll()
    window.filters.show_only(Group.ALL, "anna")
    window.plan.who.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "9" in window.plan.message.text())
    window.plan.start_button.click()
    box = window.questions.shown
    assert box is not None
    assert "Left out: 9 rows" in box.informativeText()
    assert "10 of them are hidden" in box.informativeText()
    answer(box, yes=True)
    assert len(project.calls[-1][1]) == 11
    assert "20 selected, 19 hidden" in window.footer.selected.text()
    window.footer.clear_button.click()
    qtbot.waitUntil(lambda: not window.footer.selected.text())


def test_cancel_concerns_only_moves_that_wait(running: Pair, qtbot: QtBot) -> None:
    window, project = running
    rows = [row.mapping for row in window.model.rows]
    moves = (
        move(rows[0], MoveStatus.SCHEDULED),
        move(rows[1], MoveStatus.IN_PROGRESS),
        move(rows[3], MoveStatus.WAITING),
        move(rows[4], MoveStatus.NOT_STARTED, cancel_wished=True),
    )
    window.take([MovesChanged(moves)])
    qtbot.waitUntil(lambda: window.plan.cancel_button.text() == "Cancel 2 moves…")
    window.plan.cancel_button.click()
    answer(window.questions.shown, yes=True)
    assert project.calls[-1] == ("cancel", (rows[0].key, rows[3].key))


def test_corrections_are_offered_and_never_taken_in_silence(running: Pair) -> None:
    window, project = running
    window.table.show_row(2)
    card = next(card for card in window.details.cards() if card.accept_button is not None)
    assert "‹NBSP›" in words(card)
    assert not [call for call in project.calls if call[0] == "accept"]
    assert card.accept_button is not None
    card.accept_button.click()
    assert project.calls[-1] == ("accept", frozenset({"Mapping!B4"}))
    window.details.accept_all.click()
    answer(window.questions.shown, yes=True)
    assert project.calls[-1] == ("accept", frozenset({"Mapping!B4", "Mapping!A7", "Mapping!A20"}))


def test_a_stopped_move_can_be_made_ready_where_the_service_allows(running: Pair) -> None:
    window, project = running
    row = window.model.rows[0].mapping
    window.table.show_row(0)
    window.take([MovesChanged((move(row, MoveStatus.STOPPED),))])
    buttons = window.details.findChildren(QAbstractButton)
    next(button for button in buttons if button.text() == "Make ready again").click()
    assert project.calls[-1] == ("retry", (row.key,))


def test_the_overview_leads_to_the_rows_of_a_finding(running: Pair, qtbot: QtBot) -> None:
    window, _ = running
    window.details.code_chosen.emit("GUEST")
    assert window.filters.text == "code:GUEST"
    window.filters.search.setText("code:HELD_BACK")
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    QTest.keyClick(window.filters.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.model.rowCount() == 20)


def test_the_overview_begins_with_how_many_can_go(running: Pair, qtbot: QtBot) -> None:
    window, _ = running
    assert "11 rows can be started. 8 rows must be put right first." in words(window.details)
    ready = [row.mapping for row in window.model.rows if row.startable]
    window.take([MovesChanged(tuple(move(row, MoveStatus.WAITING) for row in ready))])
    qtbot.waitUntil(lambda: "can be started" not in words(window.details))
    assert "8 rows must be put right first." in words(window.details)


def test_another_workbook_leaves_nothing_of_the_first(running: Pair) -> None:
    window, project = running
    row = window.model.rows[0].mapping
    window.take([MovesChanged((move(row, MoveStatus.SUCCESS),))])
    other = Path("Other.xlsx")
    window.open_book(other)
    assert not window.header.banner.isVisible()
    window.take([opened(path=other)])
    assert window.model.group_counts[Group.DONE] == 0
    assert project.calls[-1] == ("connect",)


def test_closing_asks_while_moves_are_not_sent(running: Pair) -> None:
    window, _ = running
    row = window.model.rows[0].mapping
    window.take([MovesChanged((move(row, MoveStatus.WAITING),))])
    assert not window.close()
    box = window.questions.shown
    assert box is not None
    assert "1 move not sent yet" in box.text()
    answer(box, yes=False)
    assert window.isVisible()
    window.close()
    answer(window.questions.shown, yes=True)
    assert not window.isVisible()


def test_closing_asks_nothing_when_all_is_at_the_service(running: Pair) -> None:
    window, _ = running
    row = window.model.rows[0].mapping
    later = NOW + timedelta(hours=3)
    at_service = move(row, MoveStatus.SCHEDULED, window=Window(later, None, "UTC"))
    window.take([MovesChanged((at_service,))])
    assert window.close()


def test_every_widget_that_takes_the_focus_has_a_name(running: Pair) -> None:
    window, _ = running
    window.take([Trouble(WorkbookError("X", "Something", "here"))])
    window.table.show_row(2)
    window.columns.ask(columns_needed())
    own = {"qt_spinbox_lineedit", "qt_scrollarea_viewport"}
    nameless = [
        f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
        and widget.objectName() not in own
        and widget.focusProxy() is None
        and widget.isVisible()
    ]
    assert nameless == []


def test_the_sheet_and_columns_of_an_open_workbook_can_be_chosen_anew(pair: Pair) -> None:
    window, project = pair
    assert not window.commands.columns.isEnabled()
    window.take([opened()])
    window.commands.columns.trigger()
    assert project.calls[-1] == ("ask columns",)
