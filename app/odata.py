"""Reads the JSON of Microsoft Graph (OData) with distrust, and makes its errors fit to be shown."""

from __future__ import annotations

import json
import re

Json = dict[str, object]

_LONGEST_MESSAGE = 4000
_BEARER = re.compile(r"\bbearer\s+[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE)
_JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?", re.ASCII)


def error_of(raw: bytes | None) -> tuple[str, str]:
    """Code and message of an OData error body, ("", "") when it is none.

    An engine code in `details` or `innerError` says more than the general one outside, which then
    leads the message.
    """
    try:
        body = json.loads(raw or b"")
    except (ValueError, RecursionError):
        return "", ""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return error, text(body.get("error_description"))
    if not isinstance(error, dict):
        return "", ""
    code, message = text(error.get("code")), text(error.get("message"))
    details = error.get("details")
    inner = [error.get("innerError"), error.get("innererror")]
    for part in [*(details if isinstance(details, list) else []), *inner]:
        specific = text(part.get("code")) if isinstance(part, dict) else ""
        if specific.casefold().startswith("mna") and not code.casefold().startswith("mna"):
            said = message or text(part.get("message"))
            return specific, ": ".join(part for part in (code, said) if part)
    return code, message


def objects(value: object) -> list[Json]:
    """The objects of a list; nothing when it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def as_object(value: object) -> Json:
    """The object; an empty one when it is none."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """The text, or "" when it is none."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """The whole number, or None when it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def redacted(said: str, token: str) -> str:
    """The text without the token and whatever looks like one, at most some thousand letters."""
    if len(token) >= 8:
        said = said.replace(token, "[hidden]")
    said = _JSON_WEB_TOKEN.sub("[hidden]", _BEARER.sub("Bearer [hidden]", said))
    return said if len(said) <= _LONGEST_MESSAGE else said[:_LONGEST_MESSAGE] + " …"
