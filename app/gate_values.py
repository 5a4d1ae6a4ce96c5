"""The gates before a start as values: what is known of the tenants, and how each gate stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from app.errors import AppError
from app.model import Level, Side, Window
from app.preflight_values import PreflightSummary


class GateCode(StrEnum):
    """The gates, in the order in which they are shown."""

    WORKBOOK = "WORKBOOK"
    SIGN_IN = "SIGN_IN"
    SIDES = "SIDES"
    TARGET_HOST = "TARGET_HOST"
    TRUST_SOURCE = "TRUST_SOURCE"
    TRUST_TARGET = "TRUST_TARGET"
    COMPATIBILITY = "COMPATIBILITY"
    IDENTITY_MAP = "IDENTITY_MAP"
    LICENCES = "LICENCES"
    PREFLIGHT = "PREFLIGHT"
    QUEUE = "QUEUE"
    WINDOW = "WINDOW"


class Remedy(StrEnum):
    """What the program itself can do about a gate."""

    READ_AGAIN = "read-again"
    REREAD_BOOK = "reread-book"
    UPLOAD_MAP = "upload-map"
    RUN_PREFLIGHT = "run-preflight"
    CONFIRM = "confirm"
    """The admin looks by other means and says what was found; that is recorded."""
    OVERRIDE = "override"
    """The admin goes on in spite of a warning and says why; that is recorded."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to paste into the SharePoint Online Management Shell."""

    side: Side
    """The tenant to which the shell must be connected."""
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What the admin said of a gate: an answer seen elsewhere, or why a warning is passed over."""

    words: str
    who: str
    at: datetime
    finding: str
    """What the gate had found then; it says nothing of anything else that the gate may find."""


@dataclass(frozen=True, slots=True)
class Gate:
    """How one gate stands."""

    code: GateCode
    level: Level
    finding: str
    """Stable; `app.gate_texts` turns it and `values` into sentences."""
    values: tuple[tuple[str, str], ...] = ()
    as_of: datetime | None = None
    """When what it says was read (UTC); None where nothing had to be read."""
    remedies: tuple[Remedy, ...] = ()
    commands: tuple[Command, ...] = ()
    confirmed: Settled | None = None
    """What the admin saw by other means, not too long ago."""
    overridden: Settled | None = None
    """Why the admin goes on in spite of the warning, said not too long ago."""
    binds: bool = True
    """False: it is only told, as in a rehearsal that needs no pre-flight."""

    @property
    def holds(self) -> bool:
        """The start is refused because of it."""
        if not self.binds:
            return False
        match self.level:
            case Level.PASS:
                return False
            case Level.WARN:
                return self.overridden is None
            case Level.UNKNOWN:
                return self.confirmed is None
        return True


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[_T]):
    """Something that was asked for: an answer, an error, or nothing yet."""

    value: _T | None = None
    at: datetime | None = None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant as its directory tells it."""

    id: str
    name: str
    domains: tuple[str, ...]
    """All verified ones, in small letters."""
    initial_domain: str = ""
    """`contoso.onmicrosoft.com`"""


@dataclass(frozen=True, slots=True)
class MapCount:
    """The identity map of the target against the workbook, counted."""

    is_of_this_workbook: bool
    """False: the workbook has changed since it was read."""
    missing: int = 0
    """Of the people to be started."""
    different: int = 0
    unread: int = 0
    missing_others: int = 0
    """People and groups who are not started now, but hold permissions."""
    different_others: int = 0
    left_out: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Seats:
    """Licences for moves in both tenants together."""

    bought: int
    used: int
    products: tuple[str, ...] = ()
    """Part numbers that were counted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the gates are judged by."""

    people: int
    """To be started now."""
    practice: bool = False
    left_alone: int = 0
    """Rows that are not started because something blocks them."""
    warned: int = 0
    """Rows to be started that carry a warning."""
    book_read: datetime | None = None
    book_has_changed: bool = False
    """On the disk, since it was read."""
    is_connected: bool = True
    source: Reading[Organization] = field(default_factory=Reading)
    target: Reading[Organization] = field(default_factory=Reading)
    source_domains: tuple[str, ...] = ()
    """Of the people to be started, in small letters."""
    target_domains: tuple[str, ...] = ()
    target_host: str = ""
    says_trust: bool = False
    """The service, or one beside it, can say how trust and compatibility stand."""
    trust_source: Reading[str] = field(default_factory=Reading)
    """The word of `Verify-SPOCrossTenantRelationship`."""
    trust_target: Reading[str] = field(default_factory=Reading)
    compatibility: Reading[str] = field(default_factory=Reading)
    identity_map: Reading[MapCount] = field(default_factory=Reading)
    seats: Reading[Seats] = field(default_factory=Reading)
    preflight: PreflightSummary = field(default_factory=PreflightSummary)
    pending: Reading[int] = field(default_factory=Reading)
    """Moves in the service's queue, whoever started them."""
    queue_limit: int = 4000
    reserve: int = 0
    waiting: int = 0
    """Ours that are planned and not sent yet."""
    window: Window = field(default_factory=Window)
    confirmed: Mapping[GateCode, Settled] = field(default_factory=dict)
    overridden: Mapping[GateCode, Settled] = field(default_factory=dict)


VALID_FOR: dict[GateCode, timedelta] = {
    GateCode.TRUST_SOURCE: timedelta(hours=24),
    GateCode.TRUST_TARGET: timedelta(hours=24),
    GateCode.COMPATIBILITY: timedelta(hours=4),
}
"""So long counts what an admin saw and confirmed; compatibility is to be asked "often, and right
before every start" ("Cross-tenant OneDrive migration, step 5")."""
_USUALLY_VALID_FOR = timedelta(hours=24)


def values_of(**values: object) -> tuple[tuple[str, str], ...]:
    """Values for a sentence; numbers with a comma at the thousands."""
    return tuple(
        (name, f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in values.items()
    )


def why_of(error: AppError) -> str:
    """An error as a sentence."""
    words = f"{error.title}: {error.detail}" if error.detail else error.title
    return words if words.endswith((".", "!", "?")) else f"{words}."


def still_counts(code: GateCode, said: Settled, now: datetime) -> bool:
    """What the admin said is not too old, and not from the future (the clock was set)."""
    age = now - said.at
    return timedelta(0) <= age <= VALID_FOR.get(code, _USUALLY_VALID_FOR)
