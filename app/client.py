"""HTTP to Microsoft Graph, its sign-in or the practice tenants: one call in, one answer out.

The one place for time limits, proxies (the system's, and HTTPS_PROXY), whom we trust (the system's
own store), request ids and keeping tokens out of texts.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import truststore

from app import __version__
from app.answers import (
    SIGN_IN_AGAIN,
    FormAnswer,
    claims_of,
    error_in,
    no_answer,
    odd_answer,
    parsed,
    throttled,
    wanted,
)
from app.clock import Clock, SystemClock
from app.errors import Refused, SignInRequired, Unreachable
from app.odata import Json

MAX_ANSWER_BYTES = 16 * 1024 * 1024
_CONNECT_SECONDS = 10.0
_WHOLE_ANSWER = 4
"""A whole answer may take this many times as long as one read: a server that drips is left."""

_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `raw` is None when it was larger than MAX_ANSWER_BYTES."""

    status: int
    headers: Mapping[str, str]
    """With names in lower case."""
    raw: bytes | None


class _Wire:
    """Sends one request to one place and reads the whole answer within a time limit."""

    def __init__(self, base: httpx.URL, timeout_seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._whole_seconds = timeout_seconds * _WHOLE_ANSWER
        self._http = httpx.Client(
            timeout=httpx.Timeout(
                connect=min(timeout_seconds, _CONNECT_SECONDS),
                read=timeout_seconds,
                write=timeout_seconds,
                pool=timeout_seconds,
            ),
            follow_redirects=False,
            verify=_trust(base),
            # What answers on this machine is never reached through a proxy.
            trust_env=not _is_loopback(base.host),
            headers={"Accept": "application/json", "User-Agent": f"TenantFerry/{__version__}"},
        )

    def send(
        self,
        method: str,
        url: httpx.URL | str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> Reply:
        """Raises Unreachable, whose text does not hold the secret, when no answer came."""
        request_id = headers.get("client-request-id", "")
        try:
            with self._http.stream(
                method, url, params=params, content=content, headers=headers
            ) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status_code, found, self._read(response))
        except httpx.TimeoutException as error:
            raise no_answer(
                "TIMED_OUT", "The service did not answer in time", error, secret, request_id
            ) from None
        except httpx.ConnectError as error:
            if _is_distrust(error):
                raise _not_trusted(error, request_id) from None
            raise no_answer(
                "NOT_CONNECTED", "The service cannot be reached", error, secret, request_id
            ) from None
        except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError) as error:
            # RuntimeError: the client was closed by another thread while the program quits.
            raise no_answer(
                "CONNECTION_LOST", "The connection to the service broke", error, secret, request_id
            ) from None

    def _read(self, response: httpx.Response) -> bytes | None:
        """The body, or None when it is larger than MAX_ANSWER_BYTES."""
        give_up_at = self._clock.monotonic() + self._whole_seconds
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                return None
            if self._clock.monotonic() > give_up_at:
                raise httpx.ReadTimeout("the answer came too slowly")
            chunks.append(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        self._http.close()


class Throttle:
    """Until when all callers leave the service alone; shared by clients and threads.

    It never sleeps: a caller that asks too early is told the remaining seconds.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until = -math.inf

    def hold(self, seconds: float) -> None:
        """Hold everybody back for `seconds` from now; a longer hold in force stays."""
        with self._lock:
            self._until = max(self._until, self._clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds still to wait; 0.0 when a call may be made."""
        with self._lock:
            return max(0.0, self._until - self._clock.monotonic())


class GraphClient:
    """Calls one tenant; may be shared by threads.

    Every call raises only ServiceError kinds: SignInRequired (401), Throttled (429, 503, or held
    back by an earlier one: status 0, code HELD_BACK), Refused (other 4xx, 501; `code` is the
    service's own when it gave one), Unreachable (no answer, or none that can be trusted). It
    never follows a redirect, never puts the token into a message, and never repeats a call, but
    for one: a 401 turns a call away at the door, so with a `renew` it is made once more with
    another token.
    Sources: "Microsoft Graph throttling guidance", "Microsoft Graph error responses".
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        *,
        renew: Callable[[str, str], str] | None = None,
        timeout_seconds: float = 30,
        clock: Clock | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        """`base_url` without the version, https or loopback http; else Refused UNSAFE_ADDRESS.

        `renew` is given the token that was refused, and the claims that the service asks for (or
        ""); it returns another one, without asking anybody, or raises SignInRequired.
        """
        self._base = _safe_base(base_url)
        self._token = token
        self._renew = renew
        self._clock = clock or SystemClock()
        self.throttle = throttle or Throttle(self._clock)
        self._wire = _Wire(self._base, timeout_seconds, self._clock)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The JSON object at `path` (begins with `/`, already percent-encoded)."""
        return wanted(self._call("GET", self._url(path), params=params))

    def follow(self, link: str) -> Json:
        """The JSON object at an `@odata.nextLink`, used verbatim and only at our own address."""
        try:
            url = httpx.URL(link)
        except (httpx.InvalidURL, TypeError) as error:
            raise odd_answer("the link to the next page is no address") from error
        if _origin(url) != _origin(self._base) or url.userinfo:
            raise odd_answer("the link to the next page leads to another address")
        return wanted(self._call("GET", url))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Json | None:
        """Send `body` as JSON (or nothing); None when the answer is empty."""
        return self._call("POST", self._url(path), body=body)

    def patch(self, path: str, body: Mapping[str, object]) -> Json | None:
        """Send changes as JSON; None when the answer is empty."""
        return self._call("PATCH", self._url(path), body=body)

    def close(self) -> None:
        """Let go of the connections; later calls are Unreachable."""
        self._wire.close()

    def _url(self, path: str) -> httpx.URL:
        try:
            return httpx.URL(str(self._base).rstrip("/") + path)
        except httpx.InvalidURL as error:
            raise Refused("BAD_ADDRESS", "The call cannot be addressed", str(error)) from None

    def _call(
        self,
        method: str,
        url: httpx.URL,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Json | None:
        self._check_held_back()
        token = _checked(self._token())
        request_id = str(uuid.uuid4())

        def send(token: str) -> Reply:
            headers = {"Authorization": f"Bearer {token}", "client-request-id": request_id}
            content = None
            if body is not None:
                headers["Content-Type"] = "application/json"
                content = json.dumps(body).encode("ascii")
            return self._wire.send(method, url, headers, content, params, token)

        reply = send(token)
        if reply.status == 401 and self._renew is not None:
            other = _checked(self._renew(token, claims_of(reply.headers)))
            if other != token:
                token = other
                reply = send(token)
        told = {"request-id": request_id, **reply.headers}
        if 200 <= reply.status < 300:
            return parsed(reply.raw, reply.status, told["request-id"])
        error = error_in(reply.status, told, reply.raw, token, self._clock.now())
        if reply.status in (429, 503):
            self.throttle.hold(error.retry_after)  # type: ignore[attr-defined]  # it is Throttled
        raise error

    def _check_held_back(self) -> None:
        remaining = self.throttle.remaining()
        if remaining > 0:
            raise throttled(
                "HELD_BACK", f"{remaining:.1f} seconds remain", remaining, status=0, request_id=""
            )


class FormClient:
    """Calls that bear no token of ours, in the words that msal has for an HTTP client: forms to the
    sign-in service, and what is public.

    Raises Unreachable; Refused UNSAFE_ADDRESS for an address without https.
    """

    def __init__(
        self, base_url: str, *, timeout_seconds: float = 30, clock: Clock | None = None
    ) -> None:
        base = _safe_base(base_url)
        if base.scheme != "https":
            raise _unsafe()
        self._wire = _Wire(base, timeout_seconds, clock or SystemClock())

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_unknown: object,
    ) -> FormAnswer:
        """Ask for what lies there."""
        return self._send("GET", url, params, headers, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_unknown: object,
    ) -> FormAnswer:
        """Send a form."""
        text = data if isinstance(data, str) else urlencode(data or {})
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._send("POST", url, params, form, text.encode())

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> FormAnswer:
        if _safe_base(url.partition("?")[0]).scheme != "https":
            raise _unsafe()
        given = {name: value for name, value in (headers or {}).items() if value is not None}
        given.setdefault("client-request-id", str(uuid.uuid4()))
        reply = self._wire.send(method, url, given, content, params or None)
        text = (reply.raw or b"").decode("utf-8", "replace")
        return FormAnswer(reply.status, text, reply.headers)


def _checked(token: str) -> str:
    # A token that no header can carry would be quoted in the library's own error text.
    if not token or not all("!" <= character <= "~" for character in token):
        raise SignInRequired("SIGN_IN_REQUIRED", "Nobody is signed in", "", SIGN_IN_AGAIN)
    return token


def _is_distrust(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _not_trusted(error: Exception, request_id: str) -> Unreachable:
    return Unreachable(
        "NOT_TRUSTED",
        "The certificate of the service is not trusted on this computer",
        str(error),
        "If your company inspects what goes through its network, its root certificate must be in"
        " the certificate store of this computer; ask whoever looks after it.",
        request_id=request_id,
    )


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.casefold(), url.port or (443 if url.scheme == "https" else 80)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _trust(base: httpx.URL) -> ssl.SSLContext:
    if base.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is not used
    return service_trust()


def service_trust() -> ssl.SSLContext:
    """Whom we trust to vouch for a service: whoever the system trusts.

    Companies that inspect TLS put their own root into the system's store.
    """
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _safe_base(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    good_scheme = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))
    if (
        not good_scheme
        or not _HOST.fullmatch(url.host)
        or url.userinfo
        or url.query
        or url.fragment
    ):
        raise _unsafe()
    return url


def _unsafe() -> Refused:
    return Refused(
        "UNSAFE_ADDRESS",
        "The address of the service is not safe",
        "An address that begins with https:// is needed; http:// only on this computer.",
        "Correct the address of the service.",
    )
