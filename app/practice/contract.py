"""Reads the bodies of requests against the public contract, and names what is wrong with them."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app.practice.calls import printable
from app.practice.clock import to_ms
from app.practice.engine import TaskRequest
from app.practice.faults import Fault, bad_request
from app.practice.identity_map import Kind
from app.practice.tenancy import GEOGRAPHY

_MOST_DETAILS = 20
_TASKS = {
    "#microsoft.graph.sharePointSiteMigrationTaskParameters": "siteTask",
    "#microsoft.graph.sharePointGroupMigrationTaskParameters": "groupTask",
}


def schemas(name: str) -> dict[str, Any]:
    """The `$defs` of a file in `resources/contract`: `requests` or `answers`."""
    file = importlib.resources.files("resources") / "contract" / f"{name}.schema.json"
    whole: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return dict(whole["$defs"])


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schemas("requests")})


def read_task(value: object) -> TaskRequest:
    """The start that the body asks for.

    Raises Fault 400 with the parameter named, 422 for a site or a group: such moves must be
    enabled for a tenant by Microsoft, and for the practice tenants they are not.
    """
    kind = _task_kind(value)
    _check(_validator(kind), value)
    assert isinstance(value, dict)
    parameters: dict[str, Any] = value["parameters"]
    begin = _time(parameters, "preferredStartDateTime")
    latest = _time(parameters, "preferredLatestStartDateTime")
    if begin is not None and latest is not None and latest <= begin:
        raise bad_request(
            "preferredLatestStartDateTime must be later than preferredStartDateTime.",
            "preferredLatestStartDateTime",
        )
    if kind != "userTask":
        message = "[MnASiteMove] The feature is not enabled for this tenant."
        raise Fault(422, "FeatureIsNotEnabled", message)
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


def read_mappings(value: object, kind: Kind) -> list[dict[str, Any]]:
    """The changes of the identity map. Raises Fault 400 with the member named."""
    _check(_validator(f"{kind}Mappings"), value)
    assert isinstance(value, dict)
    return list(value["value"])


def read_batch(value: object) -> list[dict[str, Any]]:
    """The inner requests. Raises Fault 400 with the member named."""
    _check(_validator("batch"), value)
    assert isinstance(value, dict)
    return list(value["requests"])


def _task_kind(value: object) -> str:
    parameters = value.get("parameters") if isinstance(value, dict) else None
    word = parameters.get("@odata.type") if isinstance(parameters, dict) else None
    return _TASKS.get(word, "userTask") if isinstance(word, str) else "userTask"


def _geography(parameters: dict[str, Any]) -> str:
    return str(parameters.get("targetDataLocationCode") or GEOGRAPHY)


def _check(validator: Draft202012Validator, value: object) -> None:
    problems = list(_problems(validator, value))
    if problems:
        _refuse(problems)


def _refuse(problems: list[tuple[str, str]]) -> NoReturn:
    target, message = problems[0]
    details = [{"code": "BadRequest", "message": text, "target": name} for name, text in problems]
    raise Fault(400, "BadRequest", message, target=target, details=details)


def _problems(validator: Draft202012Validator, value: object) -> Iterator[tuple[str, str]]:
    """Parameter and sentence for each thing that is wrong, the outermost first."""
    errors = sorted(validator.iter_errors(value), key=lambda error: len(error.absolute_path))
    seen: set[tuple[str, str]] = set()
    for error in errors:
        problem = _problem(error)
        if problem not in seen:
            seen.add(problem)
            yield problem
        if len(seen) == _MOST_DETAILS:
            return


def _problem(error: ValidationError) -> tuple[str, str]:
    path = [printable(str(part)) for part in error.absolute_path]
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if name not in instance]
        return _joined(path, missing), f"{_joined(path, missing)} is required."
    if error.validator == "additionalProperties" and "properties" in schema:
        unknown = sorted(set(instance) - set(schema["properties"]))
        names = _joined(path, [printable(name) for name in unknown[:5]])
        return names, f"{names} is not a parameter of this call."
    if error.validator == "anyOf" and "x-parameter" in schema:
        either = _joined(path, [schema["x-parameter"]])
        return either, f"{either} is required."
    if error.validator in ("maxItems", "minItems"):
        name = ".".join(path)
        limit = "at most" if error.validator == "maxItems" else "at least"
        return name, f"{name} takes {limit} {wanted} items."
    name = ".".join(path) or "body"
    return name, f"{name} does not have a valid value."


def _joined(path: list[str], names: list[str]) -> str:
    return ".".join([*path, ", ".join(names)])


def _time(parameters: dict[str, Any], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        return to_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise bad_request(f"parameters.{name} is no date.", f"parameters.{name}") from None
