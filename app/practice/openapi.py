"""Writes the OpenAPI document of the practice tenants from the table that calls are answered by."""

from __future__ import annotations

import re
from typing import Any

from app.practice.contract import schemas
from app.practice.routes import Route, Routes

_ALWAYS = (400, 401, 403, 404, 405, 413, 429, 503)
"""Refusals that every call can meet."""
_WRONG_SIDE = 422
"""Of a call on the tenant that it does not belong to."""
_MEANINGS = {
    400: "The call is wrong; the message names the parameter.",
    401: "The access token is missing, unknown or expired.",
    403: "A permission is missing.",
    404: "There is no such thing.",
    405: "Another method is needed; the Allow header names it.",
    409: "The present state does not allow it.",
    413: "The body is larger than 1 MB.",
    415: "The body must be JSON and say so.",
    422: "The move cannot be made, or not on this tenant; code and message say why.",
    429: "Too many calls, or the queue is full: wait for the seconds in Retry-After.",
    501: "Both tenants lie in the same farm.",
    503: "The service cannot answer now: wait for the seconds in Retry-After.",
}
_OPTION_SCHEMAS: dict[str, dict[str, Any]] = {
    "$top": {"type": "integer", "minimum": 1, "maximum": 999},
    "$skip": {"type": "integer", "minimum": 0},
    "$count": {"type": "boolean"},
}
_OPTION_EXAMPLES = {
    "$filter": "status eq 'notStarted' or status eq 'inProgress'",
    "$orderby": "lastUpdatedDateTime desc",
    "$skiptoken": "s100",
}


def document(routes: Routes, origin: str) -> dict[str, Any]:
    """OpenAPI 3.1; `origin` is `http://127.0.0.1:PORT`."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes.all:
        for version in route.versions:
            path = paths.setdefault(f"/{version}{route.template}", {})
            path[route.method.lower()] = _operation(route, version)
    known = {
        **{f"request.{name}": schema for name, schema in schemas("requests").items()},
        **{f"answer.{name}": schema for name, schema in schemas("answers").items()},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Practice tenants",
            "version": "1",
            "description": "The part of Microsoft Graph that moves OneDrives between tenants, "
            "played on this machine. Nothing real is ever touched.",
        },
        "servers": [{"url": origin}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                name: _moved(schema, name.partition(".")[0]) for name, schema in known.items()
            },
        },
    }


def _operation(route: Route, version: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{version} {route.method} {route.template}",
        "summary": route.summary,
        "x-side": route.side or "either",
        "x-permissions": list(route.permissions),
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": {str(route.success): _success(route)},
    }
    if route.request:
        content: dict[str, Any] = {"schema": _reference("request", route.request)}
        if route.example is not None:
            content["example"] = route.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    errors = {*_ALWAYS, *route.errors} | ({415} if route.request else set())
    errors |= {_WRONG_SIDE} if route.side else set()
    for status in sorted(errors):
        operation["responses"][str(status)] = {
            "description": _MEANINGS[status],
            "content": {"application/json": {"schema": _reference("answer", "error")}},
        }
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "example": route.parameters.get(name, ""),
        }
        for name in re.findall(r"\{(\w+)\}", route.template)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    found = []
    for name in route.options:
        usual = ",".join(route.properties[:2]) if name == "$select" else _OPTION_EXAMPLES.get(name)
        example = route.parameters.get(name, usual)
        schema = _OPTION_SCHEMAS.get(name, {"type": "string"})
        parameter: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
        if name in route.parameters:
            parameter["required"] = True
        found.append(parameter if example is None else {**parameter, "example": example})
    return found


def _success(route: Route) -> dict[str, Any]:
    if route.answer:
        content = {"application/json": {"schema": _reference("answer", route.answer)}}
        return {"description": "Done.", "content": content}
    if route.success == 204:
        return {"description": "Done; there is no body."}
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {"description": "Done.", "content": content}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind}.{name}"}


def _moved(schema: Any, kind: str) -> Any:
    """The schema with its references pointing into the document."""
    if isinstance(schema, list):
        return [_moved(each, kind) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: f"#/components/schemas/{kind}.{value.removeprefix('#/$defs/')}"
        if name == "$ref"
        else _moved(value, kind)
        for name, value in schema.items()
    }
