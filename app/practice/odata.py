"""The OData query options of a call, and the OData form of a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.practice.calls import printable
from app.practice.faults import Fault, bad_request

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
_NUMBER = re.compile(r"[0-9]{1,9}")
_TOKEN = re.compile(r"([so])([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Query:
    """The options of one call, understood as far as they mean the same for every address."""

    options: Mapping[str, str]
    """As they came, by name."""
    top: int = DEFAULT_PAGE
    skip: int = 0
    select: tuple[str, ...] = ()
    """Empty: the usual properties."""
    count: bool = False
    after: int = 0
    """The last row of the page before."""


def read_query(query_string: bytes, allowed: Sequence[str], properties: Sequence[str]) -> Query:
    """Raises Fault 400 for an option outside `allowed`, a repeated one or a bad value.

    `properties` are what can be selected. Names without `$` are the caller's own and ignored, as
    OData asks.
    """
    try:
        pairs = parse_qsl(
            query_string.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=100
        )
    except ValueError:
        raise bad_request("The query string has too many parts.") from None
    options: dict[str, str] = {}
    for name, value in pairs:
        if not name.startswith("$"):
            continue
        shown = printable(name)
        if name not in allowed:
            raise bad_request(f"The query option {shown} is not supported here.", shown)
        if name in options:
            raise bad_request(f"The query option {name} is given twice.", name)
        options[name] = value
    after, offset = _skip_token(options)
    return Query(
        options,
        _number(options, "$top", DEFAULT_PAGE, 1, LARGEST_PAGE),
        _number(options, "$skip", 0, 0, 10**9) + offset,
        _select(options["$select"], properties) if "$select" in options else (),
        _flag(options, "$count"),
        after,
    )


def _number(options: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise bad_request(f"{name} must be a number from {least} to {most}.", name)
    return int(text)


def _flag(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "false")
    if text not in ("true", "false"):
        raise bad_request(f"{name} must be true or false.", name)
    return text == "true"


def _skip_token(options: Mapping[str, str]) -> tuple[int, int]:
    """The last row of the page before, or how many rows the pages before had."""
    text = options.get("$skiptoken")
    if text is None:
        return 0, 0
    found = _TOKEN.fullmatch(text)
    if found is None or (found[1] == "o") is not ("$orderby" in options):
        raise bad_request("$skiptoken is not one that this service gave.", "$skiptoken")
    number = int(found[2])
    return (0, number) if found[1] == "o" else (number, 0)


def _select(text: str, properties: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if names == ("*",):
        return ()
    for name in names:
        if name not in properties:
            raise bad_request(f"$select: there is no property {name[:60]!r}.", "$select")
    return names


def selected(whole: Mapping[str, Any], select: Sequence[str]) -> dict[str, Any]:
    """The chosen properties of an object; all of them when none is chosen."""
    if not select:
        return dict(whole)
    return {name: whole[name] for name in select if name in whole}


def error_json(fault: Fault, request_id: str, client_request_id: str, date: str) -> dict[str, Any]:
    """The body of a refusal ("Microsoft Graph error responses and resource types")."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    if fault.inner_code:
        inner["code"] = fault.inner_code
    error: dict[str, Any] = {"code": fault.code, "message": fault.message, "innerError": inner}
    if fault.target:
        error["target"] = fault.target
    if fault.details:
        error["details"] = list(fault.details)
    return {"error": error}
