"""What the body of an error answer says (OData), and how it is made fit to be shown."""

from __future__ import annotations

import json
import re

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
        return error, _text(body.get("error_description"))
    if not isinstance(error, dict):
        return "", ""
    code, message = _text(error.get("code")), _text(error.get("message"))
    details = error.get("details")
    inner = [error.get("innerError"), error.get("innererror")]
    for part in [*(details if isinstance(details, list) else []), *inner]:
        specific = _text(part.get("code")) if isinstance(part, dict) else ""
        if specific.casefold().startswith("mna") and not code.casefold().startswith("mna"):
            said = message or _text(part.get("message"))
            return specific, ": ".join(text for text in (code, said) if text)
    return code, message


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def redacted(text: str, token: str) -> str:
    """The text without the token and whatever looks like one, at most some thousand letters."""
    if len(token) >= 8:
        text = text.replace(token, "[hidden]")
    text = _JSON_WEB_TOKEN.sub("[hidden]", _BEARER.sub("Bearer [hidden]", text))
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + " …"
