"""A project that only notes what it was asked, and realistic people for the window's tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from app.checks import check_list
from app.events import BookOpened, CheckedRow, ServiceConnected
from app.gate_values import GateCode
from app.identity_map import Key
from app.model import ColumnsNeeded, Mapping, Move, MoveStatus, Side, Window
from app.moves import Capabilities
from app.plan import BatchRule
from app.preflight_values import Scope
from app.report_wishes import ReportWish
from app.signed_in import Registration, Way
from ui.kept import Kept
from ui.window import MainWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

QUIET = "propagateSizeHints"
"""What the offscreen platform says whenever a window is shown; it means nothing."""
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
BOOK = Path("Wave plan.xlsx")
NAMES = (
    "anna.kowalski",
    "ben.schmidt",
    "carla.rossi",
    "david.okafor",
    "elena.petrova",
    "farid.haddad",
    "grace.lee",
    "hugo.martin",
    "ines.silva",
    "jonas.berg",
    "kira.novak",
    "liam.murphy",
    "maya.patel",
    "nils.dahl",
    "olga.ivanova",
    "pablo.garcia",
    "quinn.taylor",
    "rosa.mendes",
    "samir.khan",
    "tara.wilson",
)


class FakeClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class FakeSignIns:
    """The seam of the real tenants."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def set_up(self, side: Side, registration: Registration) -> None:
        self.calls.append(("set up", side, registration))

    def sign_in(self, side: Side, way: Way) -> None:
        self.calls.append(("sign in", side, way))

    def cancel(self) -> None:
        self.calls.append(("cancel",))

    def sign_out(self, side: Side) -> None:
        self.calls.append(("sign out", side))

    def swap(self) -> None:
        self.calls.append(("swap",))

    def look_again(self) -> None:
        self.calls.append(("look again",))

    def connect(self, target_host: str = "") -> None:
        self.calls.append(("connect", target_host))

    def go_on(self) -> None:
        self.calls.append(("go on",))


class FakeGates:
    """Notes what is asked of the gates, among the calls of its project."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        self._calls = calls

    def read_again(self) -> None:
        self._calls.append(("read again",))

    def confirm(self, code: GateCode, words: str) -> None:
        self._calls.append(("confirm", code, words))

    def override(self, code: GateCode, reason: str) -> None:
        self._calls.append(("override", code, reason))

    def read_map(self) -> None:
        self._calls.append(("read map",))

    def upload_map(self, remove: frozenset[Key]) -> None:
        self._calls.append(("upload map", remove))

    def export_map(self, path: Path) -> None:
        self._calls.append(("export map", path))


class FakeProject:
    """Stands at the window's seam; tests post the events themselves."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.sign_ins: FakeSignIns | None = FakeSignIns()
        self.went_on = 0
        self.closed_with: float | None = None
        self.gates = FakeGates(self.calls)

    def open(self, path: Path, **choice: str) -> None:
        self.calls.append(("open", path, choice))

    def ask_columns(self) -> None:
        self.calls.append(("ask columns",))

    def accept_corrections(self, cells: frozenset[str]) -> None:
        self.calls.append(("accept", cells))

    def connect_practice(self) -> None:
        self.calls.append(("connect",))

    def rehearse(self, scenario: str, speed: float) -> None:
        self.calls.append(("rehearse", scenario, speed))

    def change_rehearsal(self, scenario: str, speed: float) -> None:
        self.calls.append(("change rehearsal", scenario, speed))

    def go_on_rehearsing(self) -> None:
        self.went_on += 1

    def start(
        self,
        keys: tuple[str, ...],
        window: Window,
        batch_size: int,
        by_column: bool,
        most_gb: float = 0.0,
        pilot: int = 0,
        *,
        only_check: bool = False,
    ) -> None:
        what = "check" if only_check else "start"
        self.calls.append((what, keys, window, BatchRule(batch_size, most_gb, pilot, by_column)))

    def set_share(self, share: float) -> None:
        self.calls.append(("share", share))

    def ask_now(self) -> None:
        self.calls.append(("ask now",))

    def cancel(self, keys: tuple[str, ...]) -> None:
        self.calls.append(("cancel", keys))

    def retry(self, keys: tuple[str, ...]) -> None:
        self.calls.append(("retry", keys))

    def preflight(self, scope: Scope, keys: tuple[str, ...] | None = None) -> None:
        self.calls.append(("preflight", scope, keys))

    def cancel_preflight(self) -> None:
        self.calls.append(("cancel preflight",))

    def resume_preflight(self) -> None:
        self.calls.append(("resume preflight",))

    def report(self, wish: ReportWish) -> None:
        self.calls.append(("report", wish))

    def pause(self) -> None:
        self.calls.append(("pause",))

    def resume(self) -> None:
        self.calls.append(("resume",))

    def close(self, timeout: float) -> bool:
        self.closed_with = timeout
        return True


def people(number: int) -> list[Mapping]:
    """Mappings without a fault."""
    rows = []
    for place in range(number):
        name = NAMES[place % len(NAMES)] + (str(place // len(NAMES)) if place >= 20 else "")
        rows.append(
            Mapping(
                row=place + 2,
                source_upn=f"{name}@contoso.com",
                target_upn=f"{name}@northwind.com",
                source_cell=f"Mapping!A{place + 2}",
                target_cell=f"Mapping!B{place + 2}",
                batch=f"Wave {place % 3 + 1}",
            )
        )
    return rows


def with_faults(rows: list[Mapping]) -> list[Mapping]:
    """The same people, with the faults that admins' workbooks really have."""

    def put(place: int, **change: Any) -> None:
        values = {
            name: getattr(rows[place], name)
            for name in ("row", "source_upn", "target_upn", "source_cell", "target_cell", "batch")
        }
        rows[place] = Mapping(**{**values, **change})

    put(2, target_upn="carla.rossi@northwind.com\u00a0")
    put(5, source_upn="  farid.haddad@contoso.com")
    put(7, source_upn="o'brien@contoso.com")
    put(9, target_upn="")
    put(12, target_upn=rows[11].target_upn)
    put(14, source_upn="olga.ivanova_gmail.com#EXT#@contoso.com")
    put(16, include=False)
    put(18, source_upn="samir\u200b.khan@contoso.com")
    return rows


def opened(rows: list[Mapping] | None = None, **change: Any) -> BookOpened:
    checked, findings = check_list(people(20) if rows is None else rows)
    values: dict[str, Any] = {
        "path": BOOK,
        "sheet": "Mapping",
        "sheets": ("Mapping", "Notes"),
        "columns": ("Old UPN", "New UPN", "Batch", "Notes"),
        "source_column": "Old UPN",
        "target_column": "New UPN",
        "batch_column": "Batch",
        "rows": checked,
        "list_findings": findings,
    }
    return BookOpened(**{**values, **change})


def checked(rows: list[Mapping]) -> tuple[CheckedRow, ...]:
    """Rows as if the checks had found nothing; cheap for many rows."""
    return tuple(CheckedRow(row) for row in rows)


def columns_needed(**change: Any) -> ColumnsNeeded:
    values: dict[str, Any] = {
        "path": BOOK,
        "sheets": ("Mapping", "Notes"),
        "sheet": "Mapping",
        "columns": ("Person", "Old", "New"),
        "preview": (
            ("Anna", "Ben", "Carla"),
            ("anna@contoso.com", "ben@contoso.com", "carla@contoso.com"),
            ("anna@northwind.com", "ben@northwind.com", "carla@northwind.com"),
        ),
    }
    return ColumnsNeeded(**{**values, **change})


def connected(**change: Any) -> ServiceConnected:
    values: dict[str, Any] = {
        "name": "practice",
        "practice": True,
        "beta": False,
        "can_list": True,
        "keeps_end": False,
        "says_stage": False,
        "queue_limit": 4000,
        "poll_seconds": 1.0,
        "settle_seconds": 5.0,
        "second_start_after": frozenset({MoveStatus.STOPPED}),
    }
    return ServiceConnected(
        Capabilities(**{**values, **change}), "Practice source", "Practice target"
    )


def move(mapping: Mapping, status: MoveStatus, **change: Any) -> Move:
    values: dict[str, Any] = {
        "key": mapping.key,
        "row": mapping.row,
        "source_upn": mapping.source_upn,
        "target_upn": mapping.target_upn,
        "status": status,
        "batch": "Batch 1",
        "updated_utc": NOW + timedelta(seconds=mapping.row),
    }
    return Move(**{**values, **change})


def kept(folder: Path) -> Kept:
    """Settings in a file of the test's own."""
    return Kept(QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat))


def shown_window(qtbot: QtBot, folder: Path) -> tuple[MainWindow, FakeProject]:
    """A window on the screen, at a project that only takes notes."""
    project = FakeProject()
    memory = kept(folder)
    memory.zone = "Europe/Berlin"
    window = MainWindow(project, FakeClock(), memory, lambda: folder / "Practice people.xlsx")
    qtbot.addWidget(window)
    window.show()
    return window, project
