"""What the answer to a call over HTTP says: JSON, or the error that the program knows."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.errors import Refused, ServiceError, SignInRequired, Throttled, Unreachable
from app.odata import Json, error_of, redacted

DEFAULT_BACK_OFF_SECONDS = 5.0
LONGEST_BACK_OFF_SECONDS = 3600.0
SIGN_IN_AGAIN = "Sign in to the tenant again; the moves at the service are not affected."
NOTHING_TO_DO = "Nothing needs to be done: the program asks again by itself."

_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_REFUSALS = {
    400: ("The service did not understand the call", "Report this with the text above."),
    403: (
        "The signed-in account may not do this",
        "Sign in as SharePoint administrator of the tenant, and have the permissions"
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


def error_in(
    status: int, headers: Mapping[str, str], raw: bytes | None, token: str, now: datetime
) -> ServiceError:
    """The error that an answer other than 2xx stands for; `headers` with names in lower case.

    `raw` is None for a body that was too large. Nothing in the error holds the token.
    """
    request_id = headers.get("request-id", "")
    code, message = error_of(raw)
    code, message = redacted(code, token), redacted(message, token)
    both = ": ".join(part for part in (code, message) if part)
    if status == 401:
        return SignInRequired(
            "SIGN_IN_REQUIRED",
            "The service no longer accepts the sign-in",
            both,
            SIGN_IN_AGAIN,
            status=status,
            request_id=request_id,
        )
    if status in (429, 503):
        asked = _retry_after(headers, now)
        seconds = DEFAULT_BACK_OFF_SECONDS if asked is None else asked
        # Without the header a 503 may as well come from a gateway that lost the call.
        ours = "SERVICE_BUSY" if status == 503 and asked is None else "THROTTLED"
        return throttled(ours, both, seconds, status=status, request_id=request_id)
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
        NOTHING_TO_DO,
        status=status,
        request_id=request_id,
    )


def odd_answer(why: str, status: int = 0, request_id: str = "") -> Unreachable:
    """The error for an answer that cannot be trusted; after a submission: look it up."""
    return Unreachable(
        "ODD_ANSWER",
        "The service gave an answer that the program cannot read",
        why,
        NOTHING_TO_DO,
        status=status,
        request_id=request_id,
    )


def throttled(code: str, detail: str, seconds: float, *, status: int, request_id: str) -> Throttled:
    """The service wants to be left alone for so many seconds."""
    error = Throttled(
        code,
        "The service asks for fewer calls",
        detail,
        NOTHING_TO_DO,
        status=status,
        request_id=request_id,
    )
    error.retry_after = seconds
    return error


def no_answer(code: str, title: str, cause: Exception, token: str, request_id: str) -> Unreachable:
    """Nothing came back, because of this."""
    detail = redacted(str(cause) or type(cause).__name__, token)
    return Unreachable(code, title, detail, NOTHING_TO_DO, request_id=request_id)


def wanted(answer: Json | None) -> Json:
    """The answer, which must not be empty. Raises Unreachable."""
    if answer is None:
        raise odd_answer("the answer is empty")
    return answer


def parsed(raw: bytes | None, status: int, request_id: str) -> Json | None:
    """The JSON object of a good answer, None for an empty one. Raises Unreachable."""
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


def claims_of(headers: Mapping[str, str]) -> str:
    """The claims that a 401 asks for, as they go to the sign-in; "" when it asks for none.

    "Continuous access evaluation for Microsoft 365": `WWW-Authenticate` holds them in base64.
    """
    header = headers.get("www-authenticate", "")
    found = re.search(r'\bclaims="([A-Za-z0-9+/=_-]{1,4000})"', header, re.ASCII)
    if found is None or "insufficient_claims" not in header:
        return ""
    text = found[1].replace("-", "+").replace("_", "/")
    try:
        claims = binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-8")
        return claims if isinstance(json.loads(claims), dict) else ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """An answer as msal wants it."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raises ServiceError for an answer that is an error."""
        if self.status_code >= 400:
            raise Unreachable(
                "SIGN_IN_FAULT",
                "The sign-in of Microsoft met a fault of its own",
                f"HTTP {self.status_code}",
                NOTHING_TO_DO,
                status=self.status_code,
            )


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from now, at most an hour; None when the header is absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_BACK_OFF_SECONDS)
    until = _http_date(text)
    if until is None:
        return None
    # The service's own clock, because ours may be wrong.
    at = _http_date(headers.get("date", "")) or now
    return min(max((until - at).total_seconds(), 0.0), LONGEST_BACK_OFF_SECONDS)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date
    except (ValueError, TypeError, OverflowError):
        return None
