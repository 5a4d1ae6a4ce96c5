"""HTTP to Microsoft Graph or the practice tenants: one call in, one answer or ServiceError out."""

from __future__ import annotations

import ipaddress
import json
import math
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from app import __version__
from app.clock import Clock, SystemClock
from app.errors import Refused, ServiceError, SignInRequired, Throttled, Unreachable
from app.odata import error_of, redacted

Json = dict[str, object]

MAX_ANSWER_BYTES = 16 * 1024 * 1024
DEFAULT_BACK_OFF_SECONDS = 5.0
LONGEST_BACK_OFF_SECONDS = 3600.0
_CONNECT_SECONDS = 10.0
_WHOLE_ANSWER = 4
"""A whole answer may take this many times as long as one read: a server that drips is left."""

_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+", re.ASCII)
_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)

_SIGN_IN = "Sign in to the source tenant again; the moves at the service are not affected."
_LATER = "Nothing needs to be done: the program asks again by itself."
_REFUSALS = {
    400: ("The service did not understand the call", "Report this with the text above."),
    403: (
        "The signed-in account may not do this",
        "Sign in as SharePoint administrator of the source tenant, and have the permissions"
        " SharePointCrossTenantMigration.Read.All and .Manage.All consented to.",
    ),
    404: ("The service does not know it", ""),
    409: ("The service refuses this in the present state", "Read the state again."),
    422: ("The service refuses this move", "Correct what the text names, then try again."),
    501: (
        "The service cannot do this for these two tenants",
        "Both tenants may lie in the same SharePoint farm: only Microsoft's support can act.",
    ),
}


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
    never repeats a call, never follows a redirect and never puts the token into a message.
    Sources: "Microsoft Graph throttling guidance", "Microsoft Graph error responses".
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        *,
        timeout_seconds: float = 30,
        clock: Clock | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        """`base_url` without the version, https or loopback http; else Refused UNSAFE_ADDRESS."""
        self._base = _safe_base(base_url)
        self._token = token
        self._clock = clock or SystemClock()
        self.throttle = throttle or Throttle(self._clock)
        self._whole_seconds = timeout_seconds * _WHOLE_ANSWER
        local = _is_loopback(self._base.host)
        self._http = httpx.Client(
            timeout=httpx.Timeout(
                connect=min(timeout_seconds, _CONNECT_SECONDS),
                read=timeout_seconds,
                write=timeout_seconds,
                pool=timeout_seconds,
            ),
            follow_redirects=False,
            verify=_trust(self._base),
            # The practice tenants on this machine are never reached through a proxy.
            trust_env=not local,
            headers={"Accept": "application/json", "User-Agent": f"TenantFerry/{__version__}"},
        )

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The JSON object at `path` (begins with `/`, already percent-encoded)."""
        return _wanted(self._call("GET", self._url(path), params=params))

    def follow(self, link: str) -> Json:
        """The JSON object at an `@odata.nextLink`, used verbatim and only at our own address."""
        try:
            url = httpx.URL(link)
        except (httpx.InvalidURL, TypeError) as error:
            raise odd_answer("the link to the next page is no address") from error
        if _origin(url) != _origin(self._base) or url.userinfo:
            raise odd_answer("the link to the next page leads to another address")
        return _wanted(self._call("GET", url))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Json | None:
        """Send `body` as JSON (or nothing); None when the answer is empty."""
        return self._call("POST", self._url(path), body=body)

    def close(self) -> None:
        """Let go of the connections; later calls are Unreachable."""
        self._http.close()

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
        token = self._checked_token()
        request_id = str(uuid.uuid4())
        headers = {"Authorization": f"Bearer {token}", "client-request-id": request_id}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode("ascii")
        try:
            with self._http.stream(
                method, url, params=params, content=content, headers=headers
            ) as response:
                request_id = response.headers.get("request-id", "") or request_id
                raw = self._read(response)
        except httpx.TimeoutException as error:
            raise _no_answer(
                "TIMED_OUT", "The service did not answer in time", error, token, request_id
            ) from None
        except httpx.ConnectError as error:
            raise _no_answer(
                "NOT_CONNECTED", "The service cannot be reached", error, token, request_id
            ) from None
        except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError) as error:
            # RuntimeError: the client was closed by another thread while the program quits.
            raise _no_answer(
                "CONNECTION_LOST", "The connection to the service broke", error, token, request_id
            ) from None
        if 200 <= response.status_code < 300:
            return _parsed(raw, response.status_code, request_id)
        raise self._error(response, raw, token, request_id)

    def _check_held_back(self) -> None:
        remaining = self.throttle.remaining()
        if remaining > 0:
            raise _throttled(
                "HELD_BACK", f"{remaining:.1f} seconds remain", remaining, status=0, request_id=""
            )

    def _checked_token(self) -> str:
        token = self._token()
        # A token that no header can carry would be quoted in the library's own error text.
        if not token or not all("!" <= character <= "~" for character in token):
            raise SignInRequired("SIGN_IN_REQUIRED", "Nobody is signed in", "", _SIGN_IN)
        return token

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

    def _error(
        self, response: httpx.Response, raw: bytes | None, token: str, request_id: str
    ) -> ServiceError:
        status = response.status_code
        code, message = error_of(raw)
        code, message = redacted(code, token), redacted(message, token)
        both = ": ".join(part for part in (code, message) if part)
        if status == 401:
            return SignInRequired(
                "SIGN_IN_REQUIRED",
                "The service no longer accepts the sign-in",
                both,
                _SIGN_IN,
                status=status,
                request_id=request_id,
            )
        if status in (429, 503):
            asked = self._retry_after(response)
            seconds = DEFAULT_BACK_OFF_SECONDS if asked is None else asked
            self.throttle.hold(seconds)
            # Without the header a 503 may as well come from a gateway that lost the call.
            ours = "SERVICE_BUSY" if status == 503 and asked is None else "THROTTLED"
            return _throttled(ours, both, seconds, status=status, request_id=request_id)
        if (400 <= status < 500 and status != 408) or status == 501:
            title, remedy = _REFUSALS.get(status, ("The service refuses the call", ""))
            if not code:
                code = "NO_SUCH_ADDRESS" if status == 404 else f"HTTP_{status}"
            return Refused(code, title, message, remedy, status=status, request_id=request_id)
        if 300 <= status < 400:
            return odd_answer("the answer sends us to another address", status, request_id)
        return Unreachable(
            "SERVICE_FAULT",
            "The service met a fault of its own",
            both or f"HTTP {status}",
            _LATER,
            status=status,
            request_id=request_id,
        )

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds from now, at most an hour; None when the header is absent or unreadable."""
        text = response.headers.get("retry-after", "").strip()
        if _SECONDS.fullmatch(text):
            return min(float(text), LONGEST_BACK_OFF_SECONDS)
        until = _http_date(text)
        if until is None:
            return None
        # The service's own clock, because ours may be wrong.
        now = _http_date(response.headers.get("date", "")) or self._clock.now()
        return min(max((until - now).total_seconds(), 0.0), LONGEST_BACK_OFF_SECONDS)


def odd_answer(why: str, status: int = 0, request_id: str = "") -> Unreachable:
    """The error for an answer that cannot be trusted; after a submission: look it up."""
    return Unreachable(
        "ODD_ANSWER",
        "The service gave an answer that the program cannot read",
        why,
        _LATER,
        status=status,
        request_id=request_id,
    )


def _throttled(
    code: str, detail: str, seconds: float, *, status: int, request_id: str
) -> Throttled:
    error = Throttled(
        code,
        "The service asks for fewer calls",
        detail,
        _LATER,
        status=status,
        request_id=request_id,
    )
    error.retry_after = seconds
    return error


def _no_answer(code: str, title: str, error: Exception, token: str, request_id: str) -> Unreachable:
    detail = redacted(str(error) or type(error).__name__, token)
    return Unreachable(code, title, detail, _LATER, request_id=request_id)


def _wanted(answer: Json | None) -> Json:
    if answer is None:
        raise odd_answer("the answer is empty")
    return answer


def _parsed(raw: bytes | None, status: int, request_id: str) -> Json | None:
    if raw is None:
        raise odd_answer("the answer is too large", status, request_id)
    if not raw.strip():
        return None
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        raise odd_answer("the answer is no JSON", status, request_id) from None
    if not isinstance(answer, dict):
        raise odd_answer("the answer is no JSON object", status, request_id)
    return answer


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date
    except (ValueError, TypeError, OverflowError):
        return None


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
    """Whom we trust to vouch for a service: the authorities we bring, and those of the system."""
    trust = httpx.create_ssl_context()
    # Companies that inspect TLS put their own root into the system's store.
    trust.load_default_certs()
    return trust


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
        raise Refused(
            "UNSAFE_ADDRESS",
            "The address of the service is not safe",
            "An address that begins with https:// is needed; http:// only on this computer.",
            "Correct the address of the service.",
        )
    return url
