"""Who is calling: tokens, each good for one tenant, one kind of sign-in and some permissions.

The permissions are those of the Microsoft Graph permissions reference. A token here is a random
word that opens nothing but the practice tenants.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.practice.faults import Fault
from app.practice.store import Store

READ_MOVES = "SharePointCrossTenantMigration.Read.All"
MANAGE_MOVES = "SharePointCrossTenantMigration.Manage.All"
READ_NAMES = "User.ReadBasic.All"
READ_USERS = "User.Read.All"
READ_FILES = "Files.Read.All"
READ_SITES = "Sites.Read.All"
READ_LICENCES = "LicenseAssignment.Read.All"
READ_ORGANIZATION = "Organization.Read.All"
READ_DIRECTORY = "Directory.Read.All"
READ_ONESELF = "User.Read"
PERMISSIONS = (
    READ_MOVES,
    MANAGE_MOVES,
    READ_NAMES,
    READ_USERS,
    READ_FILES,
    READ_SITES,
    READ_LICENCES,
    READ_ORGANIZATION,
    READ_DIRECTORY,
    READ_ONESELF,
)
USUAL = (READ_MOVES, MANAGE_MOVES, READ_USERS, READ_FILES, READ_LICENCES, READ_ORGANIZATION)
"""What the tokens have that the practice tenants print when they start."""


class Side(StrEnum):
    """One of the two tenants."""

    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a token stands for."""

    side: Side
    delegated: bool
    """Somebody is signed in; otherwise an application calls in its own name."""
    permissions: frozenset[str]


class Access:
    """The tokens of one state file; a token itself is never kept, only its digest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._issuer: Callable[[str, int], Caller] | None = None
        self._known: dict[str, tuple[Caller, int | None]] = {}
        for digest, entry in json.loads(store.meta("issued_tokens") or "{}").items():
            self._known[digest] = _caller(entry), entry["until"]

    def take(self, token: str, caller: Caller) -> None:
        """Let this token in for as long as the process runs."""
        self._known[_digest(token)] = caller, None

    def trust(self, issuer: Callable[[str, int], Caller]) -> None:
        """Let in whom this issuer vouches for: it is asked about every signed token (JWT), at the
        practice time, and raises Fault 401 for one that is not good.
        """
        self._issuer = issuer

    def issue(self, caller: Caller, until: int | None) -> str:
        """A new token, good until this practice millisecond (UTC), also after a restart."""
        token = secrets.token_urlsafe(32)
        self._known[_digest(token)] = caller, until
        issued = json.loads(self._store.meta("issued_tokens") or "{}")
        issued[_digest(token)] = {
            "side": caller.side,
            "delegated": caller.delegated,
            "permissions": sorted(caller.permissions),
            "until": until,
        }
        self._store.set_meta("issued_tokens", json.dumps(issued))
        return token

    def caller(self, authorization: str, now: int) -> Caller:
        """Whom the header names. Raises Fault 401 for an unknown or expired token."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip() if scheme.casefold() == "bearer" else ""
        known = self._known.get(_digest(token))
        if known is None and self._issuer is not None and token.count(".") == 2:
            return self._issuer(token, now)
        if known is None:
            raise not_signed_in("The access token is missing or is not one of these tenants.")
        caller, until = known
        if until is not None and now >= until:
            raise not_signed_in("Lifetime validation failed, the token is expired.")
        return caller


def _caller(entry: dict[str, object]) -> Caller:
    permissions = entry["permissions"]
    assert isinstance(permissions, list)
    return Caller(Side(str(entry["side"])), bool(entry["delegated"]), frozenset(permissions))


def _digest(token: str) -> str:
    # Looked up by digest, a token cannot be guessed letter by letter from the time it takes.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def not_signed_in(message: str, challenge: str = "") -> Fault:
    """A 401; `challenge` is what its WWW-Authenticate header says beyond the realm."""
    header = 'Bearer realm=""' + (f", {challenge}" if challenge else "")
    return Fault(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": header})
