"""What a project tells its screen: plain frozen values, posted from worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from app.errors import AppError
from app.gate_events import GateEvent
from app.model import ColumnsNeeded, Finding, Mapping, MapRow, Move
from app.moves import Capabilities
from app.preflight_values import PreflightSummary, RowCheck
from app.releases import VersionsLooked
from app.report_events import ReportEvent
from app.signed_in import SideState, TenantCheck


class RunState(StrEnum):
    """What the runner is doing."""

    IDLE = "idle"
    RUNNING = "running"
    HELD = "held"
    """As running; but a gate holds back a batch that is to follow."""
    PAUSED = "paused"
    NEEDS_SIGN_IN = "needs-sign-in"
    OFFLINE = "offline"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One mapping, with the corrections that the admin accepted, and what the checks found."""

    mapping: Mapping
    findings: tuple[Finding, ...] = ()
    """The gravest first; those of the pre-flight among them."""
    online: tuple[Finding, ...] = ()
    """Those of `findings` that the pre-flight gave."""
    passed: tuple[str, ...] = ()
    """Codes of the pre-flight's checks that the row passed."""
    checked_utc: datetime | None = None
    """When the pre-flight asked the services about this row; None: not yet, or it has changed."""


@dataclass(frozen=True, slots=True)
class BookOpened:
    """The workbook was read and checked."""

    path: Path
    sheet: str
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    """The header texts of the sheet, left to right."""
    source_column: str
    target_column: str
    batch_column: str
    rows: tuple[CheckedRow, ...]
    list_findings: tuple[Finding, ...] = ()
    """Findings on the workbook as a whole."""
    map_rows: tuple[MapRow, ...] = ()
    """What else the workbook says for the identity map: groups, and a map in its own form."""
    patchable: bool = True
    """False: the status goes to a workbook beside it."""
    not_patchable_because: str = ""


@dataclass(frozen=True, slots=True)
class RowsChecked:
    """The pre-flight found something out about these rows; each takes the place of its former."""

    rows: tuple[CheckedRow, ...]


@dataclass(frozen=True, slots=True)
class PreflightChanged:
    """The pre-flight went on, stopped, or its kept results were read from the journal."""

    summary: PreflightSummary


@dataclass(frozen=True, slots=True)
class SettingsLoaded:
    """The journal is open; these are the kept values of the project."""

    values: tuple[tuple[str, str], ...]
    state_dir: Path = Path()
    """Where the journal lies."""
    checks: tuple[RowCheck, ...] = ()
    """What the pre-flight found in earlier sessions."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is played on the practice tenants, and how their clock runs."""

    scenario: str
    """The name of the scenario; "" when nothing was chosen and nothing goes wrong."""
    title: str
    speed: float
    """Practice seconds in a second."""
    now_utc: datetime
    """What the practice clock showed at `at_utc`."""
    at_utc: datetime

    def clock(self, now: datetime) -> datetime:
        """What the practice clock shows at this real time; both in UTC."""
        passed = max((now - self.at_utc).total_seconds(), 0.0)
        try:
            return self.now_utc + timedelta(seconds=passed * self.speed)
        except OverflowError:
            return self.now_utc


@dataclass(frozen=True, slots=True)
class ServiceConnected:
    """A service is there; what it can say is in its capabilities."""

    capabilities: Capabilities
    source_name: str
    target_name: str
    rehearsal: Rehearsal | None = None
    """Of the practice tenants only."""


@dataclass(frozen=True, slots=True)
class SignInsChanged:
    """Who is signed in to the two real tenants, and what was found there."""

    source: SideState
    target: SideState
    checks: tuple[TenantCheck, ...]
    """On the two together: swapped, the same, domains of the workbook that nobody has."""
    target_host: str
    """Where the target's OneDrives lie, as far as it is known; "" when it is not."""
    is_connected: bool


@dataclass(frozen=True, slots=True)
class MovesChanged:
    """The moves whose row in the journal changed, in the order of change."""

    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """The service was asked for the states of all moves under way, and has answered."""

    at_utc: datetime


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The runner changed what it does; `reason` when it is not by the admin's wish."""

    state: RunState
    reason: AppError | None = None


@dataclass(frozen=True, slots=True)
class BookSaved:
    """The status was written; `path` is another file than the admin's when `beside` is True."""

    path: Path
    at_utc: datetime
    rows: int
    beside: bool = False
    backup: Path | None = None
    because: str = ""
    """Why it is another file, in a sentence."""


@dataclass(frozen=True, slots=True)
class BookWaiting:
    """The status could not be written now; it is in the journal and the write is tried again."""

    path: Path
    error: AppError


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something asked for did not happen."""

    error: AppError


Event = (
    BookOpened
    | GateEvent
    | ReportEvent
    | RowsChecked
    | PreflightChanged
    | ColumnsNeeded
    | SettingsLoaded
    | ServiceConnected
    | SignInsChanged
    | MovesChanged
    | ServiceAsked
    | RunChanged
    | BookSaved
    | BookWaiting
    | VersionsLooked
    | Trouble
)
