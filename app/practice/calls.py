"""One call to the practice tenants and its answer, whether it came alone or inside a batch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from app.practice.access import Caller
from app.practice.faults import Fault, bad_request

_TEXT_ARGUMENT = r"\(\s*{name}\s*=\s*'((?:[^']|'')*)'\s*\)"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read."""

    method: str
    version: str
    """`beta` or `v1.0`."""
    path: str
    """What follows the version, percent-decoded."""
    query: bytes
    headers: Mapping[str, str]
    """With names in lower case."""
    body: bytes
    origin: str
    """`http://127.0.0.1:PORT`, as the caller spelt it."""
    caller: Caller

    def about(self, entity_set: str) -> str:
        """The `@odata.context` of an answer."""
        return f"{self.origin}/{self.version}/$metadata#{entity_set}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered with: JSON, plain text (`str`), or nothing (`None`)."""

    body: dict[str, Any] | str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def text_argument(segment: str, name: str) -> str:
    """The value in `(name='value')`, its doubled apostrophes made single.

    Raises Fault 400 when the parameter is missing, empty, misspelt or not in apostrophes ("Resource
    paths", OData URL conventions).
    """
    found = re.fullmatch(_TEXT_ARGUMENT.format(name=name), segment, re.DOTALL)
    if found is None or not found[1]:
        raise bad_request(f"The parameter {name} is required, in apostrophes.", name)
    return found[1].replace("''", "'")


def read_json(call: Call) -> object:
    """The value that the body holds, strict JSON in UTF-8.

    Raises Fault 415 for another Content-Type, 400 for no body or another text.
    """
    kind = call.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise Fault(415, "UnsupportedMediaType", "The Content-Type must be application/json.")
    return parse_json(call.body)


def parse_json(body: bytes) -> object:
    """The value that the body holds. Raises Fault 400 when it is no strict JSON in UTF-8."""
    if not body.strip():
        raise bad_request("The request needs a body in JSON.")
    try:
        value: object = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        # An escaped half of a surrogate pair is JSON, but no text that could be kept.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise bad_request("The body is not readable as JSON in UTF-8.") from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def printable(text: str, most: int = 60) -> str:
    """The text as it may stand in a message: short, and in one line."""
    return "".join(each if each.isprintable() else "?" for each in text[:most])
