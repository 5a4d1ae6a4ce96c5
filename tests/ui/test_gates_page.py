"""The pages of the gates and of the identity map: what they show, and what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.events import PreflightChanged, RunChanged, RunState, Trouble
from app.gate_events import (
    ChainJudged,
    GatesBusy,
    GatesJudged,
    Judgement,
    MapChanged,
    MapExported,
    MapState,
)
from app.gate_texts import chain_held
from app.gate_values import Facts, GateCode, MapCount, Organization, Reading, Seats
from app.gates import holding_the_chain, judge
from app.identity_map import Held, MapReport, WantedMap, compare, make_map
from app.preflight_values import PreflightState, PreflightSummary
from fake_project import NOW, QUIET, FakeProject, connected, opened, people, shown_window
from ui import strings_gates as words
from ui.gates_dialog import GatesDialog
from ui.map_dialog import MapDialog
from ui.map_lines import MapLines
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

SOURCE = Organization("s", "Contoso", ("contoso.com",), "contoso.onmicrosoft.com")
TARGET = Organization("t", "Northwind", ("northwind.com",), "northwind.onmicrosoft.com")
FACTS = Facts(
    people=20,
    book_read=NOW,
    source=Reading(SOURCE, NOW - timedelta(minutes=3)),
    target=Reading(TARGET, NOW - timedelta(minutes=3)),
    source_domains=("contoso.com",),
    target_domains=("northwind.com",),
    target_host="https://northwind-my.sharepoint.com",
    identity_map=Reading(MapCount(True, entries=20), NOW),
    seats=Reading(Seats(5, 5, ("X",)), NOW),
    preflight=PreflightSummary(passed=20, oldest_utc=NOW),
    pending=Reading(0, NOW),
)


def judged(facts: Facts = FACTS, judgement: Judgement = Judgement.CHECKED) -> GatesJudged:
    return GatesJudged(judge(facts, NOW), judgement, facts.people, NOW)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, FakeProject]:
    window, project = shown_window(qtbot, tmp_path)
    window.take([opened(), connected()])
    return window, project


def page(window: MainWindow) -> GatesDialog:
    assert window.gates.dialog.isVisible()
    return window.gates.dialog


def box(window: MainWindow) -> QMessageBox | None:
    return window.questions.shown


def last(project: FakeProject) -> tuple[Any, ...]:
    return project.calls[-1]


def choose(dialog: GatesDialog, code: GateCode) -> None:
    item = dialog.list.topLevelItem(list(GateCode).index(code))
    assert item is not None
    dialog.list.setCurrentItem(item)


def press(dialog: GatesDialog | MapDialog, button: QPushButton) -> None:
    assert button.isVisibleTo(dialog)
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_menu_has_the_gates_judged_for_the_plan_as_it_is(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    window.gates.entry.trigger()
    assert last(project)[0] == "check"
    assert len(last(project)[1]) == 20
    assert page(window).note.text() == words.GATES_READING
    window.take([judged()])
    dialog = page(window)
    assert dialog.title.text() == "4 gates hold the start back."
    assert dialog.list.topLevelItemCount() == len(GateCode)
    assert dialog.name.text() == "Trust, seen from the source", "the first that holds"
    item = dialog.list.topLevelItem(1)
    assert item is not None
    assert (item.text(1), item.text(2)) == ("Passed", "3 minutes ago")
    assert not dialog.start.isEnabled()


def test_a_start_that_is_held_back_opens_the_page_and_one_that_is_not_opens_none(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = desk
    window.take([GatesBusy(), judged(judgement=Judgement.STARTED)])
    assert not window.gates.dialog.isVisible()
    window.plan.set_starting(True)
    window.take([judged(judgement=Judgement.REFUSED)])
    assert page(window).note.text() == words.GATES_REFUSED
    assert window.plan.start_button.isEnabled()
    window.take([judged(judgement=Judgement.STARTED)])
    assert not window.gates.dialog.isVisible()


def test_a_batch_that_is_held_back_is_said_with_the_gates_one_press_away(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    gates = judge(FACTS, NOW)
    chain = ChainJudged("Batch 2", gates, holding_the_chain(gates), NOW)
    reason = chain_held("Batch 2", gates[list(GateCode).index(GateCode.COMPATIBILITY)])
    window.take([chain, RunChanged(RunState.HELD, reason)])
    notice = window.notices.notice("run")
    assert notice is not None
    assert notice.title.text() == "Batch 2 is held back: Compatibility"
    assert window.plan.progress.state.text() == words.RUN_HELD
    QTest.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert page(window).name.text() == "Trust, seen from the source", "the first that holds"
    assert not [call for call in project.calls if call[0] == "check"]
    window.take([RunChanged(RunState.RUNNING)])
    assert window.notices.notice("run") is None


def test_what_the_shell_printed_is_chosen_and_recorded(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    window.gates.look()
    window.take([judged()])
    dialog = page(window)
    choose(dialog, GateCode.TRUST_TARGET)
    assert "-PartnerRole Source" in dialog.commands.toPlainText()
    press(dialog, dialog.copy)
    assert QGuiApplication.clipboard().text() == dialog.commands.toPlainText()
    assert dialog.copied.text() == words.COPIED
    assert not dialog.record.isEnabled()
    dialog.answer.setCurrentText("GoodToProceed")
    press(dialog, dialog.record)
    assert last(project) == ("confirm", GateCode.TRUST_TARGET, "GoodToProceed")


def test_a_warning_is_passed_over_with_a_reason_by_the_keyboard(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    window.gates.look()
    window.take([judged()])
    dialog = page(window)
    choose(dialog, GateCode.LICENCES)
    assert dialog.record.text() == words.OVERRIDE_DO
    QTest.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert last(project)[0] == "check"
    QTest.keyClicks(dialog.reason, "ordered")
    QTest.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert last(project) == ("override", GateCode.LICENCES, "ordered")


def test_each_remedy_that_we_can_do_has_its_button(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    window.gates.look()
    facts = replace(
        FACTS,
        identity_map=Reading(MapCount(True, missing=2), NOW),
        preflight=PreflightSummary(),
        book_has_changed=True,
    )
    window.take([judged(facts)])
    dialog = page(window)
    press(dialog, dialog.again)
    assert last(project) == ("read again",)
    shown = {}
    for code in (GateCode.WORKBOOK, GateCode.IDENTITY_MAP, GateCode.PREFLIGHT, GateCode.QUEUE):
        choose(dialog, code)
        shown[code] = [one.text() for one in dialog.buttons.values() if one.isVisibleTo(dialog)]
    assert shown == {
        GateCode.WORKBOOK: [words.REREAD_BOOK],
        GateCode.IDENTITY_MAP: [words.UPLOAD_MAP],
        GateCode.PREFLIGHT: [words.RUN_PREFLIGHT],
        GateCode.QUEUE: [],
    }
    choose(dialog, GateCode.PREFLIGHT)
    [run] = [one for one in dialog.buttons.values() if one.isVisibleTo(dialog)]
    press(dialog, run)
    assert last(project)[0] == "preflight"
    window.take([PreflightChanged(PreflightSummary(PreflightState.DONE, passed=20))])
    assert last(project)[0] == "check", "judged anew when it is done"
    choose(dialog, GateCode.WORKBOOK)
    [reread] = [one for one in dialog.buttons.values() if one.isVisibleTo(dialog)]
    press(dialog, reread)
    assert last(project)[0] == "open"


def test_an_error_is_said_on_the_page_and_escape_closes_it(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = desk
    window.gates.look()
    window.take([Trouble(AppError("NO_REASON", "A reason is needed", "", "Say why."))])
    assert page(window).note.text() == "A reason is needed. Say why."
    QTest.keyClick(page(window), Qt.Key.Key_Escape)
    assert not window.gates.dialog.isVisible()


# The identity map


def wanted() -> WantedMap:
    return make_map(people(4))


def report(wanted: WantedMap) -> MapReport:
    known = {entry.key: replace(entry, tenant="t") for entry in wanted.entries[:2]}
    old = replace(wanted.entries[0], source="old@contoso.com", tenant="t")
    entries = {**known, **{one.key: None for one in wanted.entries[2:]}, old.key: old}
    return MapReport(compare(wanted, Held(entries), "t", [old]), NOW, wanted.digest)


def column(lines: MapLines, number: int) -> list[str]:
    return [str(lines.index(row, number).data()) for row in range(lines.rowCount())]


def test_the_map_is_compared_when_its_page_is_opened_and_shows_what_an_upload_would_do(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    made = wanted()
    window.take([MapChanged(made)])
    window.gates.map.entry.trigger()
    dialog = window.gates.map.dialog
    assert last(project) == ("read map",)
    window.take([MapChanged(made, None, MapState.READING, 1, 4)])
    assert dialog.busy.text().endswith("1 of 4")
    assert not dialog.upload.isEnabled()
    window.take([MapChanged(made, report(made))])
    assert dialog.title.text() == "2 to add, 0 to change, 2 the same, 0 not known."
    assert column(dialog.lines, 0) == ["Add", "Add", "Left over", "Same", "Same"]
    press(dialog, dialog.upload)
    asked = box(window)
    assert asked is not None
    assert "0 are removed" in asked.informativeText()
    asked.reject()
    dialog.remove.setChecked(True)
    press(dialog, dialog.upload)
    asked = box(window)
    assert asked is not None
    assert "1 are removed" in asked.informativeText()
    asked.buttons()[0].click()
    assert last(project)[0] == "upload map"
    assert len(last(project)[1]) == 1


def test_the_page_lists_every_line_with_what_is_wrong_first(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = desk
    rows = people(3_000)
    made = make_map([replace(rows[0], target_upn=rows[1].target_upn), *rows[1:]])
    held = Held({one.key: None for one in made.entries})
    found = compare(made, held, "t")
    report = MapReport(found, NOW, made.digest, made.findings)
    window.take([MapChanged(made, report)])
    dialog = window.gates.map.dialog
    assert dialog.lines.rowCount() == 0  # nobody looks
    window.gates.map.entry.trigger()
    assert column(dialog.lines, 0) == ["Left out"] * 2 + ["Add"] * 2_998
    assert column(dialog.lines, 1)[-1] == rows[-1].source_upn
    dialog.list.selectRow(0)
    assert made.findings[0].cell in dialog.detail.text()
    dialog.list.selectRow(2)
    assert dialog.detail.text() == ""


def test_the_lines_of_the_map_keep_qts_rules(qtmodeltester: Any) -> None:
    made = wanted()
    lines = MapLines()
    qtmodeltester.check(lines)
    lines.show_all((), report(made).lines)
    qtmodeltester.check(lines)
    assert column(lines, 0)[0] == "Add"


def test_a_start_says_how_far_the_comparison_is_that_it_waits_for(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, _ = desk
    reading = MapChanged(wanted(), None, MapState.READING, 1_200, 90_000)
    window.take([reading])
    assert "1,200" not in window.plan.message.text()
    window.plan.set_starting(True)
    window.take([reading])
    assert "1,200 of 90,000" in window.plan.message.text()
    window.plan.set_starting(False)
    assert "1,200" not in window.plan.message.text()


def test_from_the_gate_the_upload_is_asked_for_as_soon_as_the_map_is_compared(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    made = wanted()
    window.take([MapChanged(made)])
    window.gates.look()
    window.take([judged(replace(FACTS, identity_map=Reading(MapCount(True, missing=2), NOW)))])
    dialog = page(window)
    choose(dialog, GateCode.IDENTITY_MAP)
    [upload] = [one for one in dialog.buttons.values() if one.isVisibleTo(dialog)]
    press(dialog, upload)
    assert last(project) == ("read map",)
    assert box(window) is None
    window.take([MapChanged(made, report(made))])
    asked = box(window)
    assert asked is not None
    asked.reject()


def test_an_export_goes_into_a_file_of_the_admins_and_says_how_to_upload_it(
    desk: tuple[MainWindow, FakeProject],
) -> None:
    window, project = desk
    window.gates.map.export_to("map.csv")
    assert last(project) == ("export map", Path("map.csv"))
    window.take([MapExported(Path("map.csv"), 20, 3, 1, "Add-SPOTenantIdentityMap 'map.csv'")])
    told = box(window)
    assert told is not None
    assert "Add-SPOTenantIdentityMap 'map.csv'" in told.informativeText()
    assert "1 of them are guests" in told.informativeText()
    told.reject()
