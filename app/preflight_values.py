"""What the pre-flight says: the result of a row, and how it stands as a whole, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.errors import AppError
from app.model import Finding, Level, upn_key

FRESH_FOR = timedelta(hours=24)
"""So long a result counts; our own rule: people, licences and maps change from day to day."""
_GRAVEST_FIRST = (Level.BLOCK, Level.UNKNOWN, Level.WARN)


class PreflightState(StrEnum):
    """What the pre-flight is doing."""

    IDLE = "idle"
    """Never run, or nothing to connect to."""
    RUNNING = "running"
    WAITING = "waiting"
    """Held back by the service, or the network is gone; it goes on by itself."""
    NEEDS_SIGN_IN = "needs-sign-in"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


class Scope(StrEnum):
    """Which rows a pre-flight asks about."""

    NEEDED = "needed"
    """Never checked, changed since, older than a day, or with anything but a pass or a warning."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What the services said of one row, and when.

    `findings` leaves out what passed; `passed` names those checks. It is of use only as long as
    both UPNs are still the row's.
    """

    key: str
    source_upn: str
    target_upn: str
    checked_utc: datetime
    findings: tuple[Finding, ...] = ()
    passed: tuple[str, ...] = ()
    whole: bool = True
    """False: a question was left out, because it was refused for everybody."""

    def is_of(self, source_upn: str, target_upn: str) -> bool:
        """The row still names the same two people."""
        return upn_key(source_upn) == upn_key(self.source_upn) and upn_key(target_upn) == upn_key(
            self.target_upn
        )

    @property
    def worst(self) -> Level:
        """The gravest of its findings: BLOCK before UNKNOWN before WARN before PASS."""
        levels = {finding.level for finding in self.findings}
        if not self.whole:
            levels.add(Level.UNKNOWN)
        return next((one for one in _GRAVEST_FIRST if one in levels), Level.PASS)

    def is_fresh(self, now: datetime) -> bool:
        """Not older than a day; a result from the future (the clock was set) is not either."""
        return timedelta(0) <= now - self.checked_utc <= FRESH_FOR


@dataclass(frozen=True, slots=True)
class PreflightSummary:
    """How the pre-flight stands; rows are those that may be started and are not under way.

    A row counts once, under the gravest level of its pre-flight findings.
    """

    state: PreflightState = PreflightState.IDLE
    passed: int = 0
    warned: int = 0
    blocked: int = 0
    unknown: int = 0
    unchecked: int = 0
    """Never checked, changed since, or checked more than a day ago."""
    oldest_utc: datetime | None = None
    """When the oldest of the results that count was read."""
    newest_utc: datetime | None = None
    tenant_findings: tuple[Finding, ...] = ()
    """On the two tenants as a whole, without what passed."""
    tenant_passed: tuple[str, ...] = ()
    """Codes of the checks of the tenants that passed."""
    done: int = 0
    total: int = 0
    """Rows of the present or last run."""
    calls: int = 0
    """Made to the services in the present or last run."""
    reason: AppError | None = None
    """Why it stands still or failed."""

    @property
    def checked(self) -> int:
        """Rows with a result that counts."""
        return self.passed + self.warned + self.blocked + self.unknown

    @property
    def worst(self) -> Level:
        """The gravest of all, rows and tenants; UNKNOWN as long as a row is not checked."""
        levels = {finding.level for finding in self.tenant_findings}
        if self.blocked or Level.BLOCK in levels:
            return Level.BLOCK
        if self.unknown or self.unchecked or Level.UNKNOWN in levels or not self.checked:
            return Level.UNKNOWN
        return Level.WARN if self.warned or Level.WARN in levels else Level.PASS

    def age(self, now: datetime) -> timedelta | None:
        """How old the oldest result is that counts; None when there is none."""
        return None if self.oldest_utc is None else max(now - self.oldest_utc, timedelta(0))
