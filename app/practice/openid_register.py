"""Who may sign in to the practice tenants: accounts, app registrations, consent and certificates.

Kept in the state file, so that both the tests and a restart find what was decided before.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from app.practice.access import PERMISSIONS, Side
from app.practice.faults import bad_request
from app.practice.store import Store
from app.practice.tenancy import Tenancy, Tenant

SHAREPOINT_ADMINISTRATOR = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
"""Role templates: "Microsoft Entra built-in roles"."""
MAY_MOVE = frozenset({SHAREPOINT_ADMINISTRATOR, GLOBAL_ADMINISTRATOR})
EVERYBODYS_WORD = "let me in"
"""The password of every practice account; it opens nothing else."""
LOOPBACK = "http://localhost"
"""The one redirect address of a desktop program; any port counts ("Redirect URI restrictions")."""
_TOKEN_SECONDS = 3600
_STAFF: Mapping[str, tuple[str, ...]] = {
    "admin": (SHAREPOINT_ADMINISTRATOR,),
    "global": (GLOBAL_ADMINISTRATOR,),
    "reader": (GLOBAL_READER,),
    "nobody": (),
}
_KEY = "sign_in"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in to one tenant."""

    object_id: str
    upn: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """The app registration that one tenant has for the program."""

    client_id: str
    name: str
    delegated: tuple[str, ...]
    """Permissions that an administrator consented to, for whoever signs in."""
    application: tuple[str, ...]
    """Permissions that an administrator consented to, for the app itself."""
    public: bool
    """"Allow public client flows": needed for the device code."""
    tells_roles: bool
    """`groupMembershipClaims` is set, so that tokens carry `wids`."""
    certificates: tuple[str, ...]
    """PEM."""


class Register:
    """Reads and changes both tenants' sign-in; every change is kept at once."""

    def __init__(self, store: Store, tenancy: Tenancy) -> None:
        self._store = store
        self._tenancy = tenancy
        self._changes: dict[str, dict[str, Any]] = json.loads(store.meta(_KEY) or "{}")

    def tenant(self, side: Side) -> Tenant:
        return self._tenancy.tenant(side)

    def side_of(self, name: str) -> Side | None:
        """The tenant with this id or domain."""
        for side in Side:
            tenant = self.tenant(side)
            if name.casefold() in (tenant.id, *tenant.domains):
                return side
        return None

    def account(self, side: Side, upn: str) -> Account | None:
        """The account of this name in this tenant."""
        name, _, domain = upn.strip().casefold().partition("@")
        tenant = self.tenant(side)
        if name not in _STAFF or domain != tenant.initial_domain:
            return None
        object_id = str(uuid.uuid5(uuid.UUID(tenant.id), name))
        return Account(object_id, f"{name}@{domain}", f"Practice {name}", _STAFF[name])

    def account_of(self, side: Side, object_id: str) -> Account | None:
        """The account with this object id."""
        domain = self.tenant(side).initial_domain
        accounts = (self.account(side, f"{name}@{domain}") for name in _STAFF)
        return next((one for one in accounts if one and one.object_id == object_id), None)

    def home_of(self, upn: str) -> Side | None:
        """The tenant in which there is such an account."""
        return next((side for side in Side if self.account(side, upn)), None)

    def registration(self, side: Side) -> Registration:
        kept = self._of(side)
        return Registration(
            str(uuid.uuid5(uuid.UUID(self.tenant(side).id), "registration")),
            "Tenant Ferry (practice)",
            tuple(kept.get("delegated", PERMISSIONS)),
            tuple(kept.get("application", PERMISSIONS)),
            bool(kept.get("public", True)),
            bool(kept.get("tells_roles", True)),
            tuple(kept.get("certificates", ())),
        )

    def is_disabled(self, side: Side, upn: str) -> bool:
        return upn in self._of(side).get("disabled", ())

    def is_blocked(self, side: Side, upn: str) -> bool:
        """Conditional access lets this account in from nowhere."""
        return upn in self._of(side).get("blocked", ())

    def needs_interaction(self, side: Side, upn: str) -> bool:
        """The next token is given to a person only, not to a refresh token."""
        return upn in self._of(side).get("interaction", ())

    def met_in_person(self, side: Side, upn: str) -> None:
        """They signed in, with all that was asked of them."""
        self._take_from(side, "interaction", upn)

    def sessions(self, side: Side, upn: str) -> int:
        """How often their sessions were revoked; tokens of an earlier count are good no more."""
        return int(self._of(side).get("revoked", {}).get(upn, 0))

    def token_seconds(self, side: Side) -> int:
        """How long an access token is good for."""
        return int(self._of(side).get("token_seconds", _TOKEN_SECONDS))

    def consent(self, side: Side, permissions: Iterable[str]) -> None:
        """An administrator accepted these on the page."""
        self._set(side, "delegated", sorted({*self.registration(side).delegated, *permissions}))

    def change(self, side: Side, asked: Mapping[str, Any]) -> None:
        """Decide as an administrator would. Raises Fault 400 for what is not known.

        `delegated`, `application`: the permissions consented to; `public`, `tells_roles`: flags of
        the registration; `certificates`: PEM texts; `token_seconds`; `disabled`, `blocked`,
        `interaction`: UPNs; `revoke`: a UPN whose sessions end now.
        """
        for name, value in asked.items():
            if name == "revoke" and isinstance(value, str):
                counts = self._of(side).get("revoked", {})
                self._set(side, "revoked", {**counts, value: self.sessions(side, value) + 1})
            elif name in _CHECKS and _CHECKS[name](value):
                self._set(side, name, value)
            else:
                raise bad_request(f"{name[:40]} is not known, or not with this value.", name[:40])

    def _of(self, side: Side) -> dict[str, Any]:
        return self._changes.get(side, {})

    def _take_from(self, side: Side, name: str, upn: str) -> None:
        left = [one for one in self._of(side).get(name, ()) if one != upn]
        if left != self._of(side).get(name, []):
            self._set(side, name, left)

    def _set(self, side: Side, name: str, value: object) -> None:
        self._changes.setdefault(side, {})[name] = value
        self._store.set_meta(_KEY, json.dumps(self._changes))


def _are_certificates(value: object) -> bool:
    if not _are_texts(value):
        return False
    assert isinstance(value, list)
    try:
        return all(
            isinstance(x509.load_pem_x509_certificate(one.encode()).public_key(), rsa.RSAPublicKey)
            for one in value
        )
    except ValueError:
        return False


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _are_permissions(value: object) -> bool:
    return isinstance(value, list) and all(one in PERMISSIONS for one in value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_seconds(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 86_400


_CHECKS = {
    "delegated": _are_permissions,
    "application": _are_permissions,
    "public": _is_flag,
    "tells_roles": _is_flag,
    "certificates": _are_certificates,
    "token_seconds": _is_seconds,
    "disabled": _are_texts,
    "blocked": _are_texts,
    "interaction": _are_texts,
}
