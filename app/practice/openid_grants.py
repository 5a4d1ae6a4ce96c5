"""The token endpoint of the practice sign-in: codes, refresh tokens, device codes, certificates."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.practice.access import Side
from app.practice.clock import PracticeClock
from app.practice.openid_faults import SignInFault, declined
from app.practice.openid_register import Account, Register
from app.practice.openid_tokens import Tokens, check_assertion, granted, granted_words
from app.practice.store import Store

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CODE_SECONDS = 600
_DEVICE_SECONDS = 900
_REFRESH_SECONDS = 90 * 86_400
_DEVICE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that a code spells nothing."""
_KEY = "sign_in_refresh"


@dataclass(slots=True)
class Code:
    """Somebody signed in on the page, and the program has not yet asked for the tokens."""

    side: Side
    account: Account
    scope: str
    redirect_uri: str
    challenge: str
    nonce: str
    until: int


@dataclass(slots=True)
class Device:
    """A device code, and what became of it."""

    side: Side
    user_code: str
    scope: str
    until: int
    account: Account | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Refresh:
    """What a refresh token stands for."""

    side: str
    object_id: str
    upn: str
    sessions: int
    until: int


class Grants:
    """Gives tokens for what was signed in; every answer is for one tenant."""

    def __init__(
        self, store: Store, register: Register, tokens: Tokens, clock: PracticeClock
    ) -> None:
        self._store = store
        self._register = register
        self._tokens = tokens
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._devices: dict[str, Device] = {}
        kept = json.loads(store.meta(_KEY) or "{}")
        self._refresh = {digest: _Refresh(**entry) for digest, entry in kept.items()}
        self.outage = 0
        """How many of the next token requests fail as Entra does on a bad day."""

    # Pages hand over here

    def new_code(
        self,
        side: Side,
        account: Account,
        *,
        scope: str,
        redirect_uri: str,
        challenge: str,
        nonce: str,
    ) -> str:
        """The code that goes back to the program through the browser."""
        code = secrets.token_urlsafe(48)
        until = self._tokens.later(_CODE_SECONDS)
        self._codes[code] = Code(side, account, scope, redirect_uri, challenge, nonce, until)
        return code

    def device(self, user_code: str) -> Device:
        """The one that is waiting under this code. Raises SignInFault 70018."""
        wanted = user_code.strip().upper().replace("-", "")
        for device in self._devices.values():
            if device.user_code == wanted and self._clock.now_ms() < device.until:
                return device
        raise SignInFault(70018)

    # What the program asks

    def new_device(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Begin a sign-in by device code. Raises SignInFault."""
        self._check_client(side, form)
        self._check_public(side)
        device_code = secrets.token_urlsafe(48)
        user_code = "".join(secrets.choice(_DEVICE_LETTERS) for _ in range(9))
        until = self._tokens.later(_DEVICE_SECONDS)
        self._devices[device_code] = Device(side, user_code, form.get("scope", ""), until)
        page = f"{origin}/device"
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "expires_in": _DEVICE_SECONDS,
            "interval": 1,
            "message": f"To sign in, open the page {page} and enter the code {user_code}.",
        }

    def answer(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        """The tokens for one request. Raises SignInFault."""
        if self.outage:
            self.outage -= 1
            raise SignInFault(90033)
        self._check_client(side, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._by_code(side, form, origin)
            case "refresh_token":
                return self._by_refresh_token(side, form, origin)
            case "client_credentials":
                return self._by_certificate(side, form, origin)
            case grant if grant == DEVICE_GRANT:
                return self._by_device(side, form, origin)
            case _:
                raise SignInFault(90014, "grant_type.")

    def _by_code(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.side is not side:
            raise SignInFault(70000)
        if self._clock.now_ms() >= code.until:
            raise SignInFault(70008)
        if form.get("redirect_uri") != code.redirect_uri:
            raise SignInFault(50011)
        if _challenge(form.get("code_verifier", "")) != code.challenge:
            raise SignInFault(501481)
        return self._personal(side, code.account, code.scope, form, origin, code.nonce)

    def _by_device(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        self._check_public(side)
        given = form.get("device_code", "")
        device = self._devices.get(given)
        if device is None or device.side is not side:
            raise SignInFault(70000)
        if self._clock.now_ms() >= device.until:
            raise SignInFault(70020)
        if device.refused:
            raise declined()
        if device.account is None:
            raise SignInFault(70016)
        del self._devices[given]
        return self._personal(side, device.account, device.scope, form, origin)

    def _by_refresh_token(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        kept = self._refresh.get(_digest(form.get("refresh_token", "")))
        if kept is None or kept.side != side:
            raise SignInFault(70000)
        if self._clock.now_ms() >= kept.until:
            raise SignInFault(700082)
        account = self._register.account_of(side, kept.object_id)
        if account is None or self._register.is_disabled(side, kept.upn):
            raise SignInFault(50057)
        if kept.sessions != self._register.sessions(side, kept.upn):
            raise SignInFault(50173, suberror="bad_token")
        if self._register.is_blocked(side, kept.upn):
            raise SignInFault(53003, suberror="message_only")
        if self._register.needs_interaction(side, kept.upn):
            claims = '{"access_token":{"capolids":{"essential":true,"values":["practice"]}}}'
            raise SignInFault(50076, suberror="basic_action", claims=claims)
        return self._personal(side, account, form.get("scope", ""), form, origin)

    def _by_certificate(self, side: Side, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        registration = self._register.registration(side)
        if form.get("client_assertion_type") != _ASSERTION or not form.get("client_assertion"):
            raise SignInFault(7000218)
        tenant = self._register.tenant(side)
        audiences = [
            f"{origin}/{name}{path}"
            for name in (tenant.id, *tenant.domains)
            for path in ("/oauth2/v2.0/token", "/v2.0")
        ]
        check_assertion(
            form["client_assertion"],
            registration.certificates,
            registration.client_id,
            audiences,
            int(time.time()),
        )
        if not form.get("scope", "").endswith("/.default"):
            raise SignInFault(70011, "An application asks for /.default only.")
        return {
            "token_type": "Bearer",
            "expires_in": self._register.token_seconds(side),
            "ext_expires_in": self._register.token_seconds(side),
            "access_token": self._tokens.for_application(side),
        }

    def _personal(
        self,
        side: Side,
        account: Account,
        scope: str,
        form: Mapping[str, str],
        origin: str,
        nonce: str = "",
    ) -> dict[str, Any]:
        permissions = granted(scope, self._register.registration(side).delegated)
        seconds = self._register.token_seconds(side)
        tenant_id = self._register.tenant(side).id
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": granted_words(scope, permissions),
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._tokens.for_account(side, account, permissions),
        }
        if "offline_access" in scope.split():
            answer["refresh_token"] = self._new_refresh(side, account)
        if "openid" in scope.split():
            answer["id_token"] = self._tokens.identity(
                side,
                account,
                issuer=f"{origin}/{tenant_id}/v2.0",
                nonce=nonce,
                real_seconds=int(time.time()),
            )
        if form.get("client_info") == "1":
            info = json.dumps({"uid": account.object_id, "utid": tenant_id}).encode()
            answer["client_info"] = base64.urlsafe_b64encode(info).rstrip(b"=").decode()
        return answer

    def _new_refresh(self, side: Side, account: Account) -> str:
        token = secrets.token_urlsafe(64)
        sessions = self._register.sessions(side, account.upn)
        until = self._clock.now_ms() + _REFRESH_SECONDS * 1000
        entry = _Refresh(side, account.object_id, account.upn, sessions, until)
        self._refresh[_digest(token)] = entry
        kept = {digest: asdict(one) for digest, one in self._refresh.items()}
        self._store.set_meta(_KEY, json.dumps(kept))
        return token

    def _check_client(self, side: Side, form: Mapping[str, str]) -> None:
        if form.get("client_id") != self._register.registration(side).client_id:
            raise SignInFault(700016, f"Identifier: '{form.get('client_id', '')[:60]}'.")

    def _check_public(self, side: Side) -> None:
        if not self._register.registration(side).public:
            raise SignInFault(7000218)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
