"""Connecting real tenants in the window: what is shown, and that only a press opens a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.errors import AppError, SignInRequired
from app.events import RunChanged, RunState, SignInsChanged, Trouble
from app.model import Level, Side
from app.signed_in import (
    SHAREPOINT_ADMINISTRATOR,
    DeviceCode,
    Kept,
    Registration,
    SideState,
    SignedIn,
    TenantCheck,
    TenantSeen,
    Way,
)
from fake_project import BOOK, QUIET, FakeProject, FakeSignIns, connected, opened, shown_window
from ui import strings_tenants as words
from ui.sign_in_dialog import SignInDialog
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

OURS = Registration("contoso.com", "11111111-1111-1111-1111-111111111111")
GOOD = TenantCheck(Level.PASS, "GOOD", "All that a move needs is there.")


def signed_in(name: str, *checks: TenantCheck, roles: frozenset[str] | None = None) -> SideState:
    held = frozenset({SHAREPOINT_ADMINISTRATOR}) if roles is None else roles
    who = SignedIn("1" * 36, f"admin@{name}.com", Way.BROWSER, frozenset({"User.Read.All"}), held)
    seen = TenantSeen(name, name.title(), (f"{name}.com",), f"{name}.onmicrosoft.com", checks)
    return SideState(OURS, who, Kept.NOT_KEPT, seen=seen)


def stands(
    source: SideState, target: SideState, *checks: TenantCheck, **more: Any
) -> SignInsChanged:
    values = {"target_host": "https://northwind-my.sharepoint.com", "is_connected": False, **more}
    return SignInsChanged(source, target, checks, **values)


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, FakeProject]:
    window, project = shown_window(qtbot, tmp_path)
    window.open_book(BOOK)
    window.take([opened()])
    return window, project


@pytest.fixture
def window(pair: tuple[MainWindow, FakeProject]) -> MainWindow:
    return pair[0]


@pytest.fixture
def port(pair: tuple[MainWindow, FakeProject]) -> FakeSignIns:
    found = pair[1].sign_ins
    assert found is not None
    return found


@pytest.fixture
def dialog(window: MainWindow) -> SignInDialog:
    window.header.connect_button.click()
    assert window.tenants.dialog is not None
    return window.tenants.dialog


def test_a_workbook_goes_on_without_a_prompt(port: FakeSignIns) -> None:
    assert port.calls == [("go on",)]


def test_a_press_signs_in_with_what_is_entered(port: FakeSignIns, dialog: SignInDialog) -> None:
    side = dialog.sides[Side.TARGET]
    assert not side.sign_in.isEnabled()
    side.tenant.setText(" contoso.com ")
    side.client.setText(OURS.client_id)
    side.sign_in.click()
    side.use_code.click()
    assert port.calls[1:] == [
        ("set up", Side.TARGET, OURS),
        ("sign in", Side.TARGET, Way.BROWSER),
        ("set up", Side.TARGET, OURS),
        ("sign in", Side.TARGET, Way.DEVICE_CODE),
    ]


def test_a_code_is_shown_until_somebody_signed_in(
    window: MainWindow, port: FakeSignIns, dialog: SignInDialog
) -> None:
    code = DeviceCode("https://login.example/device", "BCDFGHJKL", 900)
    waiting = SideState(OURS, is_waiting=True, code=code)
    window.take([stands(waiting, SideState())])
    side = dialog.sides[Side.SOURCE]
    assert side.code.text() == "BCDFGHJKL"
    assert "https://login.example/device" in side.state.text()
    assert not side.sign_in.isVisible()
    side.cancel.click()
    assert port.calls[-1] == ("cancel",)
    window.take([stands(signed_in("contoso", GOOD), SideState())])
    assert not side.code.isVisible()
    assert "admin@contoso.com" in side.state.text()
    assert "SharePoint Administrator" in side.facts.text()
    assert "not kept" in side.facts.text()


def test_it_connects_when_both_sides_are_good(
    window: MainWindow, port: FakeSignIns, dialog: SignInDialog
) -> None:
    window.take([stands(signed_in("contoso", GOOD), SideState())])
    assert not dialog.go.isEnabled()
    assert dialog.hint.text() == words.GO_NOT_YET
    bad = TenantCheck(Level.BLOCK, "SWAPPED", "Source and target are swapped.", "Swap them.")
    both = signed_in("contoso", GOOD), signed_in("northwind", GOOD)
    window.take([stands(*both, bad)])
    assert not dialog.go.isEnabled()
    assert dialog.together.texts == ["Source and target are swapped."]
    dialog.swap.click()
    dialog.look_again.click()
    window.take([stands(*both)])
    dialog.go.click()
    assert port.calls[1:] == [
        ("swap",),
        ("look again",),
        ("connect", "https://northwind-my.sharepoint.com"),
    ]


def test_what_is_missing_is_named_with_what_to_do(window: MainWindow, dialog: SignInDialog) -> None:
    missing = TenantCheck(Level.BLOCK, "PERMISSION_MISSING", "Manage.All is missing.", "Consent.")
    window.take([stands(signed_in("contoso", missing), SideState())])
    assert dialog.sides[Side.SOURCE].findings.texts == ["Manage.All is missing."]
    failed = SideState(OURS, error=AppError("X", "It failed", "AADSTS1: why", "Do this."))
    window.take([stands(failed, SideState())])
    assert dialog.sides[Side.SOURCE].findings.texts == ["It failed. AADSTS1: why"]
    window.take([Trouble(AppError("Y", "Not connected", "", "Do that."))])
    assert dialog.together.texts == ["Not connected"]


def test_the_header_says_who_is_signed_in_where(window: MainWindow) -> None:
    both = signed_in("contoso", GOOD), signed_in("northwind", GOOD)
    window.take([stands(both[0], SideState())])
    assert window.header.tenants.text() == (
        f"Contoso (admin@contoso.com)\n→  {words.HEADER_NOBODY}"
    )
    window.take([stands(*both, is_connected=True), connected(practice=False, beta=True)])
    text = window.header.tenants.text()
    assert text == "Contoso (admin@contoso.com)\n→  Northwind (admin@northwind.com)"
    assert "SharePoint Administrator" in window.header.tenants.toolTip()
    assert "User.Read.All" in window.header.tenants.toolTip()
    assert "beta" in window.header.banner.text.text()


def test_a_run_that_waits_for_a_sign_in_offers_it(window: MainWindow, port: FakeSignIns) -> None:
    both = signed_in("contoso", GOOD), signed_in("northwind", GOOD)
    window.take([stands(*both, is_connected=True), connected(practice=False, beta=True)])
    required = SignInRequired("SIGN_IN_REQUIRED", "Over", "", "Sign in again.")
    window.take([RunChanged(RunState.NEEDS_SIGN_IN, required)])
    notice = window.notices.notice("run")
    assert notice is not None
    assert not window.findChildren(SignInDialog)
    notice.buttons[0].click()
    dialog = window.tenants.dialog
    assert dialog is not None
    assert dialog.sides[Side.SOURCE].sign_in.isEnabled()
    dialog.sides[Side.SOURCE].sign_in.click()
    assert port.calls[-1] == ("sign in", Side.SOURCE, Way.BROWSER)


def test_a_rehearsal_needs_no_account(window: MainWindow, port: FakeSignIns) -> None:
    window.take([connected()])
    assert not window.header.connect_button.isVisible()
    window.tenants.ask()
    assert window.tenants.dialog is None
    assert port.calls == [("go on",)]


def test_another_workbook_closes_the_dialog(window: MainWindow, dialog: SignInDialog) -> None:
    window.open_book(Path("Other.xlsx"))
    assert window.tenants.dialog is None
    assert not dialog.isVisible()
