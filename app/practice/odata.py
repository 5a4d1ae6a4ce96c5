"""The OData query options of the task list, and tasks as Graph writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from app.practice.clock import wire_time
from app.practice.engine import STATUSES
from app.practice.faults import Fault, bad_request
from app.practice.store import Store, Task

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
_MOST_PARENTHESES = 20
_NUMBER = re.compile(r"[0-9]{1,9}")
_FILTER_TOKEN = re.compile(r"\s*(\(|\)|'(?:[^']|'')*'|[^\s()']+)")
_TOKEN = re.compile(r"([so])([0-9]{1,15})")
_PROPERTIES = (
    "id",
    "status",
    "startedDateTime",
    "lastUpdatedDateTime",
    "finishedDateTime",
    "error",
    "parameters",
)
_ORDER_COLUMNS = {
    "id": "id",
    "status": "status",
    "startedDateTime": "started",
    "lastUpdatedDateTime": "updated",
    "finishedDateTime": "finished",
}


@dataclass(frozen=True, slots=True)
class Query:
    """The options of one call, understood."""

    options: tuple[tuple[str, str], ...] = ()
    """As they came, for the link to the next page."""
    top: int = DEFAULT_PAGE
    skip: int = 0
    statuses: tuple[str, ...] = ()
    """Empty: every status."""
    select: tuple[str, ...] = ()
    order: str = ""
    count: bool = False
    after_seq: int = 0


def read_query(query_string: bytes, allowed: Sequence[str]) -> Query:
    """Raises Fault 400 for an option outside `allowed`, a repeated one or a bad value.

    Names without `$` are the caller's own and ignored, as OData asks.
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
        if name not in allowed:
            raise bad_request(f"The query option {name[:60]} is not supported here.", name[:60])
        if name in options:
            raise bad_request(f"The query option {name} is given twice.", name)
        options[name] = value
    after, offset = _skip_token(options)
    return Query(
        tuple(options.items()),
        _number(options, "$top", DEFAULT_PAGE, 1, LARGEST_PAGE),
        _number(options, "$skip", 0, 0, 10**9) + offset,
        _statuses(options["$filter"]) if "$filter" in options else (),
        _select(options["$select"]) if "$select" in options else (),
        _order(options["$orderby"]) if "$orderby" in options else "",
        _flag(options, "$count"),
        after,
    )


def _number(options: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise bad_request(f"{name} must be a number from {least} to {most}.", name)
    return int(text)


def _flag(options: dict[str, str], name: str) -> bool:
    text = options.get(name, "false")
    if text not in ("true", "false"):
        raise bad_request(f"{name} must be true or false.", name)
    return text == "true"


def _skip_token(options: dict[str, str]) -> tuple[int, int]:
    """The last seq of the page before, or how many rows the pages before had."""
    text = options.get("$skiptoken")
    if text is None:
        return 0, 0
    found = _TOKEN.fullmatch(text)
    if found is None or (found[1] == "o") is not ("$orderby" in options):
        raise bad_request("$skiptoken is not one that this service gave.", "$skiptoken")
    number = int(found[2])
    return (0, number) if found[1] == "o" else (number, 0)


def _select(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if names == ("*",):
        return ()
    for name in names:
        if name not in _PROPERTIES:
            raise bad_request(f"$select: there is no property {name[:60]!r}.", "$select")
    return names


def _order(text: str) -> str:
    """The SQL for it, made of our own words only."""
    parts = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        direction = direction.strip() or "asc"
        if name not in _ORDER_COLUMNS or direction not in ("asc", "desc"):
            raise bad_request(f"$orderby: {part[:60]!r} cannot be sorted by.", "$orderby")
        parts.append(f"{_ORDER_COLUMNS[name]} {direction}")
    return ", ".join(parts)


def _statuses(text: str) -> tuple[str, ...]:
    """`status eq 'a' or (status eq 'b')`; nothing else can be filtered by."""
    refused = bad_request("$filter takes only: status eq '...' [or status eq '...']", "$filter")
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _FILTER_TOKEN.match(text, at)
        if found is None:
            raise refused
        tokens.append(found[1])
        at = found.end()
    words: list[str] = []
    open_now = 0
    wants_term = True
    while tokens:
        token = tokens.pop(0)
        if wants_term and token == "(":
            open_now += 1
        elif wants_term and token == "status" and len(tokens) > 1 and tokens.pop(0) == "eq":
            words.append(tokens.pop(0))
            wants_term = False
        elif not wants_term and token == ")" and open_now:
            open_now -= 1
        elif not wants_term and token == "or":
            wants_term = True
        else:
            raise refused
        if open_now > _MOST_PARENTHESES:
            raise refused
    if wants_term or open_now:
        raise refused
    for word in words:
        if word[0] != "'" or word[1:-1] not in STATUSES:
            raise bad_request(f"$filter: there is no status {word[:60]}.", "$filter")
    return tuple(dict.fromkeys(word[1:-1] for word in words))


def page(store: Store, query: Query, address: str) -> dict[str, Any]:
    """One page of the list; `address` is where the list lies, for the link to the next page."""
    where = "WHERE seq > ?"
    values: list[object] = [query.after_seq]
    if query.statuses:
        where += f" AND status IN ({', '.join('?' * len(query.statuses))})"
        values += query.statuses
    where += f" ORDER BY {query.order}, seq" if query.order else " ORDER BY seq"
    found = store.tasks(f"{where} LIMIT ? OFFSET ?", *values, query.top + 1, query.skip)
    tasks = found[: query.top]
    answer: dict[str, Any] = {}
    if query.count:
        answer["@odata.count"] = store.count_tasks(query.statuses)
    if len(found) > query.top:
        token = f"o{query.skip + query.top}" if query.order else f"s{tasks[-1].seq}"
        kept = [each for each in query.options if each[0] not in ("$skip", "$skiptoken")]
        link = urlencode([*kept, ("$skiptoken", token)], quote_via=quote, safe="$',()")
        answer["@odata.nextLink"] = f"{address}?{link}"
    answer["value"] = [task_json(task, query.select) for task in tasks]
    return answer


def task_json(task: Task, select: Sequence[str] = ()) -> dict[str, Any]:
    """A `sharePointMigrationTask`: what is not known yet is left out."""
    whole: dict[str, Any] = {"id": task.id, "status": task.status}
    for name, at in (
        ("startedDateTime", task.started),
        ("lastUpdatedDateTime", task.updated),
        ("finishedDateTime", task.finished),
    ):
        if at is not None:
            whole[name] = wire_time(at)
    if task.status == "failed":
        whole["error"] = public_error(task.error_code, task.error_message)
    whole["parameters"] = task.parameters
    return {name: whole[name] for name in select if name in whole} if select else whole


def public_error(code: str, message: str) -> dict[str, Any]:
    """The `error` of a failed task."""
    return {"code": code, "message": message, "target": None, "details": [], "innerError": None}


def error_json(fault: Fault, request_id: str, client_request_id: str, date: str) -> dict[str, Any]:
    """The body of a refusal."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    if fault.inner_code:
        inner["code"] = fault.inner_code
    error: dict[str, Any] = {"code": fault.code, "message": fault.message, "innerError": inner}
    if fault.target:
        error["target"] = fault.target
    if fault.details:
        error["details"] = list(fault.details)
    return {"error": error}
