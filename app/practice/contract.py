"""Reads the body of a task POST against the public contract, and names what is wrong with it."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app.practice.clock import to_ms
from app.practice.engine import TaskRequest
from app.practice.faults import Fault, bad_request

_MOST_DETAILS = 20
_DEFAULT_GEOGRAPHY = "NAM"


def _validator() -> Draft202012Validator:
    file = importlib.resources.files("resources") / "contract" / "tasks.schema.json"
    return Draft202012Validator(json.loads(file.read_text("utf-8")))


_TASK = _validator()


def read_json(body: bytes) -> object:
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


def read_task(body: bytes) -> TaskRequest:
    """The start that the body asks for. Raises Fault 400 with the parameter named."""
    value = read_json(body)
    problems = list(_problems(value))
    if problems:
        raise Fault(
            400,
            "BadRequest",
            problems[0][1],
            target=problems[0][0],
            details=[
                {"code": "BadRequest", "message": message, "target": target}
                for target, message in problems
            ],
        )
    assert isinstance(value, dict)
    parameters: dict[str, Any] = value["parameters"]
    begin = _time(parameters, "preferredStartDateTime")
    latest = _time(parameters, "preferredLatestStartDateTime")
    if begin is not None and latest is not None and latest <= begin:
        raise bad_request(
            "preferredLatestStartDateTime must be later than preferredStartDateTime.",
            "preferredLatestStartDateTime",
        )
    source, target = parameters["sourceUserIdentity"], parameters["targetUserIdentity"]
    return TaskRequest(
        # The answer fills in the geography: null means the default one.
        {**parameters, "targetDataLocationCode": _geography(parameters)},
        source.get("userPrincipalName") or "",
        source.get("id") or "",
        target.get("userPrincipalName") or "",
        target.get("id") or "",
        parameters.get("targetOrganizationHost") or "",
        begin,
        latest,
        parameters.get("validateOnly") is True,
    )


def _geography(parameters: dict[str, Any]) -> str:
    return str(parameters.get("targetDataLocationCode") or _DEFAULT_GEOGRAPHY)


def _problems(value: object) -> Iterator[tuple[str, str]]:
    """Parameter and sentence for each thing that is wrong, the outermost first."""
    errors = sorted(_TASK.iter_errors(value), key=lambda error: len(error.absolute_path))
    seen: set[tuple[str, str]] = set()
    for error in errors:
        problem = _problem(error)
        if problem not in seen:
            seen.add(problem)
            yield problem
        if len(seen) == _MOST_DETAILS:
            return


def _problem(error: ValidationError) -> tuple[str, str]:
    path = [str(part) for part in error.absolute_path]
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if name not in instance]
        return _joined(path, missing), f"{_joined(path, missing)} is required."
    if error.validator == "additionalProperties":
        unknown = sorted(set(instance) - set(schema["properties"]))
        names = _joined(path, [_printable(name) for name in unknown[:5]])
        return names, f"{names} is not a parameter of this call."
    if error.validator == "anyOf" and "x-parameter" in schema:
        either = _joined(path, [schema["x-parameter"]])
        return either, f"{either} is required."
    name = ".".join(path) or "body"
    return name, f"{name} does not have a valid value."


def _joined(path: list[str], names: list[str]) -> str:
    return ".".join([*path, ", ".join(names)])


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name[:60])


def _time(parameters: dict[str, Any], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        return to_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise bad_request(f"parameters.{name} is no date.", f"parameters.{name}") from None
