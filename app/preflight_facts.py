"""What the services said for the pre-flight, as frozen facts that the judging works from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import ServiceError
from app.model import Mapping
from app.moves import DryRun


class Said(StrEnum):
    """What became of a question."""

    FOUND = "found"
    MISSING = "missing"
    """The service knows no such thing (404)."""
    REFUSED = "refused"
    """It answered with another error; its words are kept."""
    NOT_LISTED = "not listed"
    """Not in a list that was asked for: no answer yet, the person is to be asked for alone."""
    NOT_ASKED = "not asked"


class Kind(StrEnum):
    """What is asked about one row, in the order of asking."""

    SOURCE_USER = "source user"
    """Out of a list of several people."""
    SOURCE_USER_ALONE = "source user alone"
    """Of whom the list did not tell: only the refusal of one alone says that nobody is there."""
    TARGET_USER = "target user"
    TARGET_USER_ALONE = "target user alone"
    TARGET_DRIVE = "target drive"
    DRY_RUN = "dry run"
    SOURCE_DRIVE = "source drive"
    MAP = "identity map"


@dataclass(frozen=True, slots=True)
class Person:
    """A user of one of the tenants; None stands for what was not said."""

    said: Said = Said.NOT_ASKED
    words: str = ""
    """Code and message of a refusal, verbatim."""
    enabled: bool | None = None
    user_type: str = ""
    licences: frozenset[str] | None = None
    """Ids of the products assigned, in small letters."""
    plans: tuple[tuple[str, str], ...] | None = None
    """Service and state of each plan assigned, verbatim."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A OneDrive; None stands for what was not said."""

    said: Said = Said.NOT_ASKED
    words: str = ""
    used_bytes: int | None = None
    quota_state: str = ""
    host: str = ""
    """Where it lies: `https://contoso-my.sharepoint.com`."""


@dataclass(frozen=True, slots=True)
class MapEntry:
    """Whom the identity map of the target names for a source UPN."""

    said: Said = Said.NOT_ASKED
    words: str = ""
    target_upn: str = ""
    user_type: str = ""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """All that was said of one row."""

    mapping: Mapping
    source: Person = Person()
    drive: Drive = Drive()
    target: Person = Person()
    target_drive: Drive = Drive()
    entry: MapEntry = MapEntry()
    dry_run: DryRun | None = None
    """None: it was not made."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product that a tenant bought; None stands for what was not said."""

    sku_id: str
    """In small letters."""
    part_number: str
    plans: tuple[str, ...]
    bought: int | None = None
    used: int | None = None
    is_usable: bool = True
    """False: suspended, locked out or deleted."""


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """What one tenant says of itself; None stands for what it refused to say."""

    tenant_id: str = ""
    """In small letters, as the domains."""
    name: str = ""
    products: tuple[Product, ...] | None = None
    words: tuple[str, ...] = ()
    """Refusals, verbatim."""
    domains: tuple[str, ...] = ()
    """All verified ones."""
    initial_domain: str = ""
    """`contoso.onmicrosoft.com`"""
    organization_error: ServiceError | None = None
    """Why the tenant does not say who it is; `products_error`: what it bought."""
    products_error: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What is known of the two tenants together; "" and None stand for what nobody said."""

    source: TenantFacts = TenantFacts()
    target: TenantFacts = TenantFacts()
    source_hosts: tuple[str, ...] = ()
    """Where the source OneDrives lie, each once."""
    target_host: str = ""
    pending: int | None = None
    queue_limit: int = 0
    target_is_application: bool = False
    can_dry_run: bool = True
    """The service offers a dry run."""
    trust_source: str = ""
    """The word of Verify-SPOCrossTenantRelationship on the source tenant, verbatim."""
    trust_target: str = ""
    compatibility: str = ""
    """The word of Get-SPOCrossTenantCompatibilityStatus, verbatim."""
    dry_runs_passed: int = 0
    stopped: tuple[tuple[Kind, str, str], ...] = ()
    """What was not asked any more because it was refused for everybody: kind, code, words."""
