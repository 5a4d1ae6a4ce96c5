"""Who is signed in to a tenant, and how: plain values for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import AppError
from app.model import Level


class Way(StrEnum):
    """How somebody signs in."""

    BROWSER = "browser"
    DEVICE_CODE = "device-code"
    CERTIFICATE = "certificate"
    """The app itself, for unattended runs: nobody is signed in."""


class Kept(StrEnum):
    """Where a sign-in is kept until the next start of the program."""

    ENCRYPTED = "encrypted"
    """By the operating system, for this user."""
    NOT_KEPT = "not-kept"
    """The operating system has no safe place: one signs in again after each start."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The app registration that the admin made in one tenant; nothing of it is a secret."""

    tenant: str
    """Tenant id, or one of the tenant's domains."""
    client_id: str


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person needs to sign in on another device."""

    page: str
    code: str
    seconds: int
    """How long it is good for."""


SHAREPOINT_ADMINISTRATOR = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
_ROLES = {
    SHAREPOINT_ADMINISTRATOR: "SharePoint Administrator",
    GLOBAL_ADMINISTRATOR: "Global Administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
    "69091246-20e8-4a56-aa4d-066075b2a7a8": "Teams Administrator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
}
"""Role templates: "Microsoft Entra built-in roles"."""
_ORDINARY_USER = "b79fbf4d-3ef9-4689-8143-76b194e85509"
"""In every user's token: says that they are a member of the tenant."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who calls, in which tenant, and what they may."""

    tenant_id: str
    account: str
    """UPN; for the app itself its client id."""
    way: Way
    permissions: frozenset[str]
    roles: frozenset[str] | None = None
    """Ids of role templates; None when the sign-in does not tell."""

    @property
    def is_application(self) -> bool:
        return self.way is Way.CERTIFICATE

    @property
    def role_names(self) -> tuple[str, ...]:
        """The roles by name; one that we do not know by its id."""
        held = (self.roles or frozenset()) - {_ORDINARY_USER}
        return tuple(sorted(_ROLES.get(role, role) for role in held))

    @property
    def lacks_role(self) -> bool:
        """Surely no administrator who may move OneDrives; False also when the roles are unknown.

        Which role the task API wants is not documented; the shell wants SharePoint administrator.
        """
        may = {SHAREPOINT_ADMINISTRATOR, GLOBAL_ADMINISTRATOR}
        return not self.is_application and self.roles is not None and not may & self.roles


@dataclass(frozen=True, slots=True)
class TenantCheck:
    """One thing that was looked at."""

    level: Level
    code: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class TenantSeen:
    """What a tenant says of itself, and what the sign-in may do there."""

    tenant_id: str = ""
    name: str = ""
    domains: tuple[str, ...] = ()
    """All verified ones, in lower case."""
    initial_domain: str = ""
    checks: tuple[TenantCheck, ...] = ()

    @property
    def is_good(self) -> bool:
        """Nothing found here is in the way of a connection."""
        return bool(self.tenant_id) and all(one.level is not Level.BLOCK for one in self.checks)

    @property
    def onedrive_host(self) -> str:
        """Where its OneDrives should lie, from the initial domain; a renamed tenant differs."""
        name, _, rest = self.initial_domain.partition(".")
        return f"https://{name}-my.sharepoint.com" if rest == "onmicrosoft.com" else ""


@dataclass(frozen=True, slots=True)
class SideState:
    """One of the two tenants as the screen shows it."""

    registration: Registration | None = None
    who: SignedIn | None = None
    kept: Kept = Kept.NOT_KEPT
    is_waiting: bool = False
    """A page is open, and somebody is to sign in there."""
    code: DeviceCode | None = None
    seen: TenantSeen = TenantSeen()
    error: AppError | None = None
    """Why nobody is signed in, or why the last attempt failed."""
