"""The menu Reports asks, hands on and tells, and the window never waits for a report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.after_move import Progress, StepState, Urgency, after_move, with_end, with_step
from app.connection import Connection
from app.errors import AppError
from app.moved_values import MovedCheck, Verdict
from app.report_events import (
    AfterMoveTold,
    MovedChecked,
    ReportFailed,
    ReportMade,
    ReportTimerTold,
)
from app.report_order import ReportKind
from app.report_timer import ReportTimer
from app.report_wishes import (
    CheckMoved,
    MakeEvidence,
    MakeReport,
    SetLicencesEnd,
    SetStep,
    SetTimer,
    TellAfterMove,
)
from fake_project import NOW, QUIET, FakeProject, opened, shown_window
from ui import strings_reports as words
from ui.after_move_dialog import AfterMoveDialog
from ui.evidence_dialog import EvidenceDialog
from ui.report_dialog import ReportDialog
from ui.rows import Group
from ui.timer_dialog import TimerDialog
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, FakeProject]:
    window, project = shown_window(qtbot, tmp_path)
    window.take([opened(path=tmp_path / "Plan.xlsx")])
    project.calls.clear()
    return window, project


def choose(window: MainWindow, text: str) -> None:
    [action] = [
        one for one in window.findChildren(type(window.commands.open)) if one.text() == text
    ]
    assert action.isEnabled()
    action.trigger()


def save_as(window: MainWindow, path: Path) -> str:
    """Choose a place in the dialog; gives the name that it proposed."""
    dialog = window.reports.dialog
    assert isinstance(dialog, QFileDialog)
    proposed = Path(dialog.selectedFiles()[0]).name
    dialog.fileSelected.emit(str(path))
    dialog.close()
    return proposed


def test_a_report_of_everybody(shown: tuple[MainWindow, FakeProject], tmp_path: Path) -> None:
    window, project = shown
    choose(window, words.REPORT_ACTION)
    dialog = window.reports.dialog
    assert isinstance(dialog, ReportDialog)
    assert dialog.everybody.isChecked()
    assert not dialog.only_shown.isEnabled()
    dialog.go.click()
    assert save_as(window, tmp_path / "out.xlsx") == "Plan status 2026-11-23 1500.xlsx"
    wish = MakeReport(ReportKind.STATUS, tmp_path / "out.xlsx", "Europe/Berlin")
    assert project.calls == [("report", wish)]
    notice = window.notices.notice("report")
    assert notice is not None
    assert notice.title.text() == words.MAKING.format(name="out.xlsx")


def test_only_what_is_shown_on_the_screen(
    shown: tuple[MainWindow, FakeProject], tmp_path: Path
) -> None:
    window, project = shown
    window.filters.show_only(Group.ALL, "source:anna")
    choose(window, words.HELP_DESK_ACTION)
    dialog = window.reports.dialog
    assert isinstance(dialog, ReportDialog)
    assert dialog.only_shown.isChecked()
    dialog.form.setCurrentIndex(1)
    dialog.go.click()
    proposed = save_as(window, tmp_path / "out.csv")
    assert proposed == "Plan help desk 2026-11-23 1500.csv"
    [(_, wish)] = project.calls
    assert wish.kind is ReportKind.HELP_DESK
    assert wish.keys == ("anna.kowalski@contoso.com",)
    assert "source:anna" in wish.choice


def test_a_zone_that_is_not_there_is_asked_for_again(
    shown: tuple[MainWindow, FakeProject],
) -> None:
    window, project = shown
    choose(window, words.REPORT_ACTION)
    dialog = window.reports.dialog
    assert isinstance(dialog, ReportDialog)
    dialog.zone.setCurrentText("Berlin/Europe")
    dialog.go.click()
    assert dialog.problem.isVisible()
    assert window.reports.dialog is dialog
    assert project.calls == []


def test_what_came_of_it_is_told_with_a_way_to_it(
    shown: tuple[MainWindow, FakeProject], tmp_path: Path
) -> None:
    window, _ = shown
    window.take([ReportMade(tmp_path / "out.xlsx", 20)])
    notice = window.notices.notice("report")
    assert notice is not None
    assert "20 people" in notice.accessibleName()
    assert [one.text() for one in notice.buttons] == [words.OPEN_FILE, words.OPEN_FOLDER]
    window.take([ReportMade(tmp_path / "e.zip", note="ab12")])
    notice = window.notices.notice("report")
    assert notice is not None
    assert "ab12" in notice.accessibleName()
    window.take([ReportFailed(AppError("EXISTS", "There is a file", "out.xlsx", "Choose."))])
    notice = window.notices.notice("report")
    assert notice is not None
    assert notice.accessibleName() == "There is a file out.xlsx Choose."


def test_a_report_that_made_itself_disturbs_nobody(
    shown: tuple[MainWindow, FakeProject], tmp_path: Path
) -> None:
    window, _ = shown
    window.take([ReportMade(tmp_path / "out.xlsx", 20, by_itself=True)])
    assert window.notices.notice("report") is None


def test_evidence_is_signed_only_with_a_key(
    shown: tuple[MainWindow, FakeProject], tmp_path: Path
) -> None:
    window, project = shown
    choose(window, words.EVIDENCE_ACTION)
    dialog = window.reports.dialog
    assert isinstance(dialog, EvidenceDialog)
    assert dialog.go.isEnabled()
    dialog.sign.setChecked(True)
    assert not dialog.go.isEnabled()
    dialog.key.line.setText(str(tmp_path / "key.pem"))
    dialog.password.setText("secret")
    dialog.go.click()
    assert dialog.password.text() == ""
    save_as(window, tmp_path / "e.zip")
    key = tmp_path / "key.pem"
    wish = MakeEvidence(tmp_path / "e.zip", "Europe/Berlin", key, None, "secret")
    assert project.calls == [("report", wish)]
    assert "secret" not in repr(wish)


def test_the_timer_is_off_until_it_has_a_folder(
    shown: tuple[MainWindow, FakeProject], tmp_path: Path
) -> None:
    window, project = shown
    window.take([ReportTimerTold(ReportTimer())])
    choose(window, words.TIMER_ACTION)
    dialog = window.reports.dialog
    assert isinstance(dialog, TimerDialog)
    assert not dialog.timer.is_on
    dialog.every.setChecked(True)
    dialog.minutes.setValue(15)
    assert not dialog.go.isEnabled()
    dialog.folder.line.setText(str(tmp_path))
    dialog.go.click()
    timer = ReportTimer(str(tmp_path), 15, False, "Europe/Berlin")
    assert project.calls == [("report", SetTimer(timer))]


def page(window: MainWindow) -> AfterMoveDialog:
    dialog = window.reports.dialog
    assert isinstance(dialog, AfterMoveDialog)
    return dialog


def test_the_page_after_the_move_keeps_what_the_admin_says(
    shown: tuple[MainWindow, FakeProject],
) -> None:
    window, project = shown
    choose(window, words.AFTER_ACTION)
    assert project.calls == [("report", TellAfterMove())]
    project.calls.clear()
    kept = with_step(with_end("", date(2026, 12, 1)), "HOLDS", StepState.DONE, "both", NOW)
    steps = after_move(kept, Connection(), Progress(moved=3), date(2026, 11, 25))
    window.take([AfterMoveTold(steps)])
    dialog = page(window)
    assert project.calls == []
    assert dialog.end.date() == QDate(2026, 12, 1)
    assert [card.kind for card in dialog.cards][2] == "good"
    assert steps.steps[4].urgency is Urgency.SOON
    assert dialog.cards[4].kind == "attention"
    card = dialog.cards[1]
    card.note.setText("letter sent")
    card.state.setCurrentIndex(1)
    card.state.activated.emit(1)
    assert project.calls == [("report", SetStep("SYNC", StepState.DONE, "letter sent"))]
    dialog.end.setDate(QDate(2027, 1, 31))
    assert project.calls[-1] == ("report", SetLicencesEnd(date(2027, 1, 31)))
    dialog.knows_end.setChecked(False)
    assert project.calls[-1] == ("report", SetLicencesEnd(None))
    dialog.close_button.click()


def test_the_check_of_the_moved_says_who_is_not_where_they_belong(
    shown: tuple[MainWindow, FakeProject],
) -> None:
    window, project = shown
    choose(window, words.AFTER_ACTION)
    dialog = page(window)
    dialog.check.click()
    assert project.calls[-1] == ("report", CheckMoved())
    good = MovedCheck("a", 2, "a@c.com", "a@n.com", Verdict.GOOD, Verdict.GOOD, "", "")
    bad = MovedCheck("b", 3, "b@c.com", "b@n.com", Verdict.BAD, Verdict.GOOD, "Still there.", "")
    window.take([MovedChecked((good,), 2, is_last=False)])
    assert not dialog.check.isEnabled()
    window.take([MovedChecked((good, bad), 2, is_last=True)])
    assert dialog.check.isEnabled()
    assert "Row 3, b@c.com: Still there." in dialog.checked.text()
    assert "1 as they should be, 1 not, 0 unknown" in dialog.checked.text()
    dialog.close_button.click()


def test_what_has_a_last_day_is_told_when_the_workbook_is_opened(
    shown: tuple[MainWindow, FakeProject],
) -> None:
    window, project = shown
    kept = with_end("", date(2026, 12, 1))
    early = after_move(kept, Connection(), Progress(moved=3), date(2026, 10, 1))
    window.take([AfterMoveTold(early)])
    assert window.notices.notice("after") is None
    late = after_move(kept, Connection(), Progress(moved=3), date(2026, 11, 25))
    window.take([AfterMoveTold(late)])
    notice = window.notices.notice("after")
    assert notice is not None
    assert "6 days are left" in notice.accessibleName()
    notice.buttons[0].click()
    assert project.calls == [("report", TellAfterMove())]
    page(window).close_button.click()
    for code in ("TRUST_SOURCE", "TRUST_TARGET"):
        kept = with_step(kept, code, StepState.DONE, "", NOW)
    done = after_move(kept, Connection(), Progress(moved=3), date(2026, 11, 25))
    window.take([AfterMoveTold(done)])
    assert window.notices.notice("after") is None
