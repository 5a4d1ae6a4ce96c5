"""The tokens that the practice sign-in gives out, signed with its own key, and their check."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.practice.access import MANAGE_MOVES, PERMISSIONS, READ_MOVES, Caller, Side, not_signed_in
from app.practice.clock import PracticeClock
from app.practice.openid_faults import SignInFault
from app.practice.openid_register import MAY_MOVE, Account, Register
from app.practice.store import Store

RESOURCE = "https://graph.microsoft.com"
"""What the tokens are for; the practice tenants stand in for it."""
_SIGN_IN_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})
_KEY = "sign_in_key"
_CLAIMS = '{"access_token":{"nbf":{"essential":true, "value":"%d"}}}'


class Tokens:
    """Makes and checks them; the key stays with the state file."""

    def __init__(self, store: Store, register: Register, clock: PracticeClock) -> None:
        self._register = register
        self._clock = clock
        self._key = _kept_key(store)
        public = self._key.public_key()
        self.key_id = hashlib.sha256(
            public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        ).hexdigest()[:27]
        self._public = public

    def keys(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        numbers = self._public.public_numbers()
        key = {"kty": "RSA", "use": "sig", "kid": self.key_id, "alg": "RS256"}
        return {"keys": [{**key, "n": _number(numbers.n), "e": _number(numbers.e)}]}

    def later(self, seconds: int) -> int:
        """The practice milliseconds in so many real seconds; a step of the clock comes on top."""
        return self._clock.now_ms() + round(seconds * 1000 * max(self._clock.speed, 1.0))

    def for_account(self, side: Side, account: Account, permissions: Iterable[str]) -> str:
        """An access token of somebody who signed in."""
        claims: dict[str, Any] = {
            "scp": " ".join(sorted(permissions)),
            "idtyp": "user",
            "oid": account.object_id,
            "upn": account.upn,
            "name": account.name,
            "sessions": self._register.sessions(side, account.upn),
        }
        if self._register.registration(side).tells_roles:
            claims["wids"] = list(account.roles)
        return self._access(side, claims)

    def for_application(self, side: Side) -> str:
        """An access token of the app itself."""
        granted = self._register.registration(side).application
        return self._access(side, {"roles": sorted(granted), "idtyp": "app"})

    def _access(self, side: Side, claims: dict[str, Any]) -> str:
        now = self._clock.now_ms()
        registration = self._register.registration(side)
        return self._signed(
            {
                "aud": RESOURCE,
                "tid": self._register.tenant(side).id,
                "appid": registration.client_id,
                "app_displayname": registration.name,
                "iat": now // 1000,
                "nbf": now // 1000,
                "exp": self.later(self._register.token_seconds(side)) // 1000,
                "uti": str(uuid.uuid4()),
                "ver": "1.0",
                **claims,
            }
        )

    def identity(
        self, side: Side, account: Account, *, issuer: str, nonce: str, real_seconds: int
    ) -> str:
        """An id token: it is judged by the client's own clock, so its times are real ones."""
        claims: dict[str, Any] = {
            "iss": issuer,
            "aud": self._register.registration(side).client_id,
            "tid": self._register.tenant(side).id,
            "sub": base64.urlsafe_b64encode(account.object_id.encode()).decode(),
            "oid": account.object_id,
            "preferred_username": account.upn,
            "name": account.name,
            "iat": real_seconds,
            "nbf": real_seconds,
            "exp": real_seconds + 3600,
            "ver": "2.0",
        }
        if nonce:
            claims["nonce"] = nonce
        if self._register.registration(side).tells_roles:
            claims["wids"] = list(account.roles)
        return self._signed(claims)

    def caller(self, token: str, now: int) -> Caller:
        """Whom an access token stands for, at this practice time. Raises Fault 401."""
        try:
            claims = jwt.decode(
                token,
                self._public,
                algorithms=["RS256"],
                audience=RESOURCE,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            side = self._register.side_of(claims["tid"])
        except (jwt.InvalidTokenError, KeyError, ValueError):
            raise not_signed_in("Access token validation failure. Invalid signature.") from None
        if side is None:
            raise not_signed_in("Access token validation failure. Invalid tenant.")
        if now >= claims["exp"] * 1000:
            raise not_signed_in("Lifetime validation failed, the token is expired.")
        if claims["idtyp"] == "app":
            return Caller(side, False, frozenset(claims["roles"]))
        self._check_session(side, claims)
        granted = frozenset(claims["scp"].split())
        account = self._register.account_of(side, claims["oid"])
        if account is None or not MAY_MOVE.intersection(account.roles):
            # A delegated permission lets nobody do more than their own role does.
            granted -= {READ_MOVES, MANAGE_MOVES}
        return Caller(side, True, granted)

    def _check_session(self, side: Side, claims: dict[str, Any]) -> None:
        upn = claims["upn"]
        is_current = claims["sessions"] == self._register.sessions(side, upn)
        if is_current and not self._register.is_disabled(side, upn):
            return
        # "Continuous access evaluation": the claims go back to the sign-in as they are.
        wanted = base64.b64encode((_CLAIMS % (claims["iat"] + 1)).encode()).decode()
        raise not_signed_in(
            "Continuous access evaluation resulted in challenge with result: InteractionRequired "
            "and code: TokenIssuedBeforeRevocationTimestamp",
            f'error="insufficient_claims", claims="{wanted}"',
        )

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})


def granted(asked: str, consented: Iterable[str]) -> tuple[str, ...]:
    """Which of the permissions in a scope text are consented to; `.default` asks for all.

    Raises SignInFault for another resource, and when a named permission is not consented to.
    """
    known = frozenset(consented)
    found: set[str] = set()
    for scope in asked.split():
        name = scope.removeprefix(f"{RESOURCE}/")
        if scope in _SIGN_IN_SCOPES:
            continue
        if name == ".default":
            found |= known
        elif name in known:
            found.add(name)
        elif name in PERMISSIONS:
            raise SignInFault(65001, f"It needs {name}.")
        else:
            raise SignInFault(70011, f"It does not know {scope[:80]}.")
    if not found:
        raise SignInFault(65001, "No permission was consented to.")
    return tuple(sorted(found))


def granted_words(asked: str, permissions: Iterable[str]) -> str:
    """The `scope` of an answer: what was granted by name, and what was asked for."""
    words = {f"{RESOURCE}/{name}" for name in permissions}
    words |= {one for one in asked.split() if one in _SIGN_IN_SCOPES or one.endswith(".default")}
    return " ".join(sorted(words - {"offline_access"}))


def check_assertion(
    assertion: str, certificates: Iterable[str], client_id: str, audiences: Iterable[str], now: int
) -> None:
    """That the app signed this with one of its certificates ("certificate credentials").

    `now` in real seconds. Raises SignInFault 700027 for an unknown certificate or a wrong
    signature, 700024 outside of its time, 7000222 for a certificate that has expired.
    """
    try:
        head = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError:
        raise SignInFault(700027, "The assertion is no token.") from None
    for pem in certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if not _is_meant(head, certificate):
            continue
        if certificate.not_valid_after_utc.timestamp() < now:
            raise SignInFault(7000222)
        public = certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        try:
            claims = jwt.decode(
                assertion,
                public,
                algorithms=["PS256", "RS256"],
                audience=list(audiences),
                issuer=client_id,
                options={"require": ["exp", "iss", "sub", "aud", "jti"]},
            )
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise SignInFault(700024) from None
        except jwt.InvalidTokenError as error:
            raise SignInFault(700027, f"{error}.") from None
        if claims["sub"] != client_id:
            raise SignInFault(700027, "Subject and issuer differ.")
        return
    shown = re.sub(r"[^\w=+/-]", "", str(head.get("x5t#S256") or head.get("x5t") or "none"))[:64]
    raise SignInFault(700027, f"Thumbprint of the key used by the client: '{shown}'.")


def _is_meant(head: dict[str, Any], certificate: x509.Certificate) -> bool:
    names = (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1()))  # noqa: S303 - names a key
    for name, algorithm in names:
        if name in head:
            there = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).decode()
            return bool(str(head[name]).rstrip("=") == there.rstrip("="))
    return False


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _kept_key(store: Store) -> rsa.RSAPrivateKey:
    kept = store.meta(_KEY)
    if kept is not None:
        key = serialization.load_pem_private_key(json.loads(kept).encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    store.set_meta(_KEY, json.dumps(pem.decode()))
    return key
