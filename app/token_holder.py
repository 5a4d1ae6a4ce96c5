"""One tenant's sign-in, whoever signs in: the token in hand, its renewal and its end."""

from __future__ import annotations

import contextlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app import __version__
from app.client import FormClient
from app.clock import Clock
from app.clouds import Cloud, other_cloud, other_cloud_of, wrong_cloud
from app.errors import AppError, ServiceError, Unreachable
from app.sign_in_texts import as_required, odd_sign_in, sign_in_error
from app.signed_in import Kept, Registration, SignedIn

_EARLY_SECONDS = 300.0
_EARLY_SHARE = 0.2
"""A token is renewed five minutes before its end, or at a fifth of a short life."""
_TRY_AGAIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, and by the steady clock: when to renew it, and when it is over."""

    token: str
    renew_at: float
    until: float


class SignIn(ABC):
    """One tenant's sign-in; may be shared by threads.

    Every method raises ServiceError kinds only: SignInRequired when a person is needed, Unreachable
    when the sign-in service is, Refused when something has to be set up first.
    """

    def __init__(self, registration: Registration, cloud: Cloud, clock: Clock) -> None:
        self.registration = registration
        self._cloud = cloud
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._is_refused = False
        """The service refused our token: what the library still holds is no better."""
        self._who: SignedIn | None = None
        self._forms: FormClient | None = None
        self._library: Any = None

    @property
    def who(self) -> SignedIn | None:
        """Who is signed in, as far as this run of the program knows; None: nobody."""
        return self._who

    @property
    @abstractmethod
    def kept(self) -> Kept:
        """Whether the sign-in outlives the program."""

    def token(self) -> str:
        """A token that is good now, without asking anybody.

        While the old one is good, a renewal that fails is tried again later.
        """
        with self._lock:
            held, now = self._held, self._clock.monotonic()
            if held is not None and now < held.renew_at:
                return held.token
            try:
                # The library would go on with what it holds until the very end.
                return self._renewed(force=held is not None or self._is_refused, claims="")
            except ServiceError as error:
                if held is not None and now < held.until:
                    self._held = replace(held, renew_at=now + _TRY_AGAIN_SECONDS)
                    return held.token
                raise as_required(error) from None

    def renew(self, refused: str, claims: str) -> str:
        """Another token than the one that the service refused; claims as the service asked."""
        with self._lock:
            if self._held is not None and self._held.token != refused:
                return self._held.token  # another thread was quicker
            self._held, self._is_refused = None, True
            try:
                return self._renewed(force=True, claims=claims)
            except ServiceError as error:
                raise as_required(error) from None

    def reconnect(self) -> SignedIn:
        """Who is signed in from before, without asking anybody; SignInRequired when nobody is."""
        with self._lock:
            self._renewed(force=True, claims="")
            assert self._who is not None
            return self._who

    def sign_out(self) -> None:
        """Forget the tokens, here and where they are kept; nothing is asked of the service."""
        with self._lock:
            self._held, self._who = None, None
            self._forget()

    def close(self) -> None:
        """Let go of the connections."""
        if self._forms is not None:
            self._forms.close()

    def _renewed(self, *, force: bool, claims: str) -> str:
        with wrapped(self._held.token if self._held else ""):
            answer = self._ask(force=force, claims=claims)
        return self._take(answer)

    @abstractmethod
    def _ask(self, *, force: bool, claims: str) -> Mapping[str, Any]:
        """The library's answer to a silent request."""

    @abstractmethod
    def _forget(self) -> None:
        """Remove what the library holds."""

    @abstractmethod
    def _read(self, answer: Mapping[str, Any]) -> SignedIn | None:
        """Who an answer is for, None when it does not say."""

    def _take(self, answer: Mapping[str, Any]) -> str:
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise sign_in_error(answer)
        who = self._read(answer)
        if who is not None:
            self._who = who
        seconds, now = float(answer.get("expires_in") or 0), self._clock.monotonic()
        early = min(_EARLY_SECONDS, seconds * _EARLY_SHARE)
        self._held = _Held(token, now + seconds - early, now + seconds)
        self._is_refused = False
        return token

    def _opened(self) -> Any:
        """The library, once the tenant is known to be there and in the right cloud."""
        if self._library is None:
            tenant = self.registration.tenant
            cloud = other_cloud(tenant)
            if cloud:
                raise wrong_cloud(tenant, cloud)
            if self._forms is None:
                self._forms = FormClient(self._cloud.sign_in, clock=self._clock)
            self._look_at_tenant(self._forms)
            self._library = self._build(
                authority=f"{self._cloud.sign_in}/{tenant}",
                # The authority is ours to choose; asking whether it is known tells nothing.
                instance_discovery=False,
                http_client=self._forms,
                client_capabilities=["cp1"],
                app_name="TenantFerry",
                app_version=__version__,
            )
        return self._library

    def _opened_once(self) -> Any:
        with self._lock:
            return self._opened()

    @abstractmethod
    def _build(self, **settings: Any) -> Any:
        """The library's application object."""

    def _look_at_tenant(self, forms: FormClient) -> None:
        tenant = self.registration.tenant
        if not tenant or not all(one.isalnum() or one in "-._" for one in tenant):
            raise sign_in_error({"error_codes": [90002], "error": "invalid_tenant"})
        page = f"{self._cloud.sign_in}/{tenant}/v2.0/.well-known/openid-configuration"
        answer = forms.get(page)
        found = _json(answer.text)
        if answer.status_code >= 500 or answer.status_code == 429:
            answer.raise_for_status()
        if answer.status_code != 200:
            raise sign_in_error(found)
        cloud = other_cloud_of(found)
        if cloud:
            raise wrong_cloud(tenant, cloud)


@contextlib.contextmanager
def wrapped(secret: str = "") -> Iterator[None]:
    """Nothing of the library's leaves here but as an error of ours."""
    try:
        yield
    except AppError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises many kinds, and names few
        raise odd_sign_in(error, secret) from None


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreachable("SIGN_IN_FAULT", "The sign-in gave an answer that cannot be read")
    return found
