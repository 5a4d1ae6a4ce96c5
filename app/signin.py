"""Sign-in to one tenant: a person by browser or device code, or the app itself by certificate.

The only user of msal, whose errors end here. Workers call `token`, which never asks anybody: it
gives a token or raises SignInRequired. Only the screen calls what opens a page.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msal

from app.app_certificate import read_certificate
from app.browser_answer import BrowserAnswer
from app.clock import Clock, SystemClock
from app.clouds import WORLDWIDE, Cloud
from app.safe_place import SafePlace
from app.sign_in_texts import (
    CANCELLED,
    TOO_LATE,
    no_browser,
    not_cancelled_in_time,
    sign_in_error,
    sign_in_required,
    wrong_tenant,
)
from app.signed_in import DeviceCode, Kept, Registration, SignedIn, Way
from app.token_holder import SignIn, wrapped

SCOPE = "https://graph.microsoft.com/.default"
"""All that the admin consented to in the app registration, and nothing else."""
_PERSON_SECONDS = 600.0

# It writes answers that it cannot read into the log, whole.
logging.getLogger("msal").setLevel(logging.CRITICAL)


class PersonSignIn(SignIn):
    """Somebody signs in, with the browser of this machine or by a code on another one."""

    def __init__(
        self,
        registration: Registration,
        *,
        place: SafePlace | None = None,
        cloud: Cloud = WORLDWIDE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(registration, cloud, clock or SystemClock())
        self._place = place
        self._is_kept = place is not None
        self._cache = msal.SerializableTokenCache()
        self._claims: str | None = None
        self._way = Way.BROWSER
        if place is not None:
            with contextlib.suppress(ValueError):
                self._cache.deserialize(place.load() or None)

    @property
    def kept(self) -> Kept:
        return Kept.ENCRYPTED if self._is_kept else Kept.NOT_KEPT

    def by_browser(
        self, open_page: Callable[[str], bool], cancelled: threading.Event, hint: str = ""
    ) -> SignedIn:
        """Sign in with the browser of this machine; blocks until somebody did, or cancelled.

        `open_page` shows an address and returns whether it could. `hint` is a UPN to begin with.
        """
        with wrapped(), BrowserAnswer() as listener:
            library = self._opened_once()
            flow = library.initiate_auth_code_flow(
                [SCOPE],
                redirect_uri=listener.address,
                response_mode="form_post",
                prompt="select_account",
                login_hint=hint or None,
                claims_challenge=self._claims,
            )
            if not open_page(flow["auth_uri"]):
                raise no_browser()
            back = listener.wait(flow["state"], cancelled, _PERSON_SECONDS, self._clock)
            if back is None:
                raise not_cancelled_in_time(CANCELLED if cancelled.is_set() else TOO_LATE)
            answer = library.acquire_token_by_auth_code_flow(flow, back)
        return self._arrived(answer, Way.BROWSER)

    def by_device_code(
        self, show: Callable[[DeviceCode], None], cancelled: threading.Event
    ) -> SignedIn:
        """Sign in on any device: `show` is given the page and the code to enter there; blocks."""
        with wrapped():
            library = self._opened_once()
            flow = library.initiate_device_flow([SCOPE], claims_challenge=self._claims)
            if "user_code" not in flow:
                raise sign_in_error(flow)
            code = DeviceCode(flow["verification_uri"], flow["user_code"], flow["expires_in"])
            show(code)
            until = self._clock.monotonic() + code.seconds
            answer = library.acquire_token_by_device_flow(
                flow,
                exit_condition=lambda _flow: cancelled.is_set() or self._clock.monotonic() > until,
            )
        if answer.get("error") in ("authorization_pending", "slow_down"):
            raise not_cancelled_in_time(CANCELLED if cancelled.is_set() else TOO_LATE)
        return self._arrived(answer, Way.DEVICE_CODE)

    def _arrived(self, answer: Mapping[str, Any], way: Way) -> SignedIn:
        with self._lock, wrapped():
            if "access_token" not in answer:
                raise sign_in_error(answer)
            self._way, self._claims = way, None
            self._take(answer)
            assert self._who is not None
            for account in self._opened().get_accounts():
                if account["username"].casefold() != self._who.account.casefold():
                    self._opened().remove_account(account)
            self._keep()
            return self._who

    def _ask(self, *, force: bool, claims: str) -> Mapping[str, Any]:
        accounts = self._cache.search(msal.TokenCache.CredentialType.ACCOUNT)
        if not list(accounts):
            raise sign_in_required("Nobody is signed in to this tenant")
        library = self._opened()
        account = library.get_accounts()[0]
        answer: dict[str, Any] | None = library.acquire_token_silent_with_error(
            [SCOPE], account, force_refresh=force, claims_challenge=claims or None
        )
        if answer is None:
            raise sign_in_required("Nobody is signed in to this tenant")
        if "access_token" not in answer:
            # What the tenant asked for is told to the page, when somebody signs in again.
            self._claims = answer.get("claims") or claims or None
            raise sign_in_error(answer)
        self._keep()
        return answer

    def _read(self, answer: Mapping[str, Any]) -> SignedIn | None:
        claims = answer.get("id_token_claims")
        if not isinstance(claims, dict):
            return None
        wanted, found = self._opened().authority.tenant, str(claims.get("tid"))
        if (
            found.casefold() != wanted.casefold()
            or claims.get("aud") != self.registration.client_id
        ):
            self._forget()
            raise wrong_tenant(wanted, found)
        roles = claims.get("wids")
        return SignedIn(
            found,
            str(claims.get("preferred_username") or claims.get("name") or ""),
            self._way,
            frozenset(scope.rpartition("/")[2] for scope in str(answer.get("scope")).split()),
            frozenset(map(str, roles)) if isinstance(roles, list) else None,
        )

    def _build(self, **settings: Any) -> Any:
        return msal.PublicClientApplication(
            self.registration.client_id, token_cache=self._cache, **settings
        )

    def _keep(self) -> None:
        if self._place is not None and self._cache.has_state_changed:
            self._is_kept = self._place.save(self._cache.serialize())

    def _forget(self) -> None:
        self._cache.deserialize(None)
        if self._place is not None:
            self._place.save("{}")


class AppSignIn(SignIn):
    """The app itself signs in, with its certificate: for runs that nobody watches."""

    def __init__(
        self,
        registration: Registration,
        certificate: Path,
        *,
        passphrase: str = "",
        cloud: Cloud = WORLDWIDE,
        clock: Clock | None = None,
    ) -> None:
        """`certificate`: a .pfx file, or PEM with both the certificate and its key.

        Raises Refused CERTIFICATE_UNREADABLE.
        """
        super().__init__(registration, cloud, clock or SystemClock())
        self._credential = read_certificate(certificate, passphrase)

    @property
    def kept(self) -> Kept:
        return Kept.NOT_KEPT

    def _ask(self, *, force: bool, claims: str) -> Mapping[str, Any]:
        library = self._opened()
        if force:
            library.remove_tokens_for_client()
        answer: dict[str, Any] = library.acquire_token_for_client(
            [SCOPE], claims_challenge=claims or None
        )
        return answer

    def _read(self, answer: Mapping[str, Any]) -> SignedIn | None:
        # For the screen alone: the service decides what the token may.
        claims = _claims(str(answer.get("access_token")))
        roles = claims.get("roles")
        return SignedIn(
            str(claims.get("tid") or self._opened().authority.tenant),
            self.registration.client_id,
            Way.CERTIFICATE,
            frozenset(map(str, roles)) if isinstance(roles, list) else frozenset(),
        )

    def _build(self, **settings: Any) -> Any:
        return msal.ConfidentialClientApplication(
            self.registration.client_id, client_credential=self._credential, **settings
        )

    def _forget(self) -> None:
        self._library = None


def _claims(token: str) -> dict[str, Any]:
    """What a token says of itself, unchecked; empty when it cannot be read."""
    part = [*token.split("."), ""][1]
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
