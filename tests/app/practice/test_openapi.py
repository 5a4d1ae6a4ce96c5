"""The OpenAPI document that the practice tenants publish is true to what they answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from practice_process import TASKS, body
from wire import GROUP_MAP, JSON, MIGRATIONS, USER_MAP, Wire, wired

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
NEEDED = {
    ("POST", TASKS),
    ("GET", TASKS),
    ("GET", f"{TASKS}/$count"),
    ("GET", f"{TASKS}/{{id}}"),
    ("POST", f"{TASKS}/{{id}}/cancel"),
    ("GET", f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='{{value}}')"),
    ("GET", f"{TASKS}/getBySourceSiteUrl(sourceSiteUrl='{{value}}')"),
    ("GET", f"{TASKS}/getBySourceGroupMailNickname(sourceGroupMailNickname='{{value}}')"),
    ("PATCH", USER_MAP),
    ("GET", f"{USER_MAP}(sourceUserPrincipalName='{{value}}')"),
    ("PATCH", GROUP_MAP),
    ("GET", f"{GROUP_MAP}(sourceGroupObjectId='{{value}}')"),
    *(
        (method, f"/{version}{path}")
        for version in ("beta", "v1.0")
        for method, path in (
            ("GET", "/users"),
            ("GET", "/users/{user}"),
            ("GET", "/users/{user}/drive"),
            ("GET", "/users/{user}/licenseDetails"),
            ("GET", "/subscribedSkus"),
            ("GET", "/organization"),
            ("POST", "/$batch"),
        )
    ),
}


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("openapi") / "state.db") as running:
        yield running


def operations(wire: Wire) -> Iterator[tuple[str, str, Any]]:
    for path, methods in wire.document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def filled(path: str, operation: Any, **values: str) -> str:
    """The address with its examples in the braces."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            value = values.get(parameter["name"], parameter["example"])
            assert value
            path = path.replace("{" + parameter["name"] + "}", quote(value, safe="@'"))
        elif parameter.get("required"):
            path += f"?{parameter['name']}={quote(parameter['example'])}"
    return path


def token_for(wire: Wire, operation: Any) -> str:
    return wire.target if operation["x-side"] == "target" else wire.source


def test_it_names_every_call_of_the_contract_and_no_other(wire: Wire) -> None:
    assert {(method, path) for method, path, _ in operations(wire)} == NEEDED


def test_it_is_public_and_its_schemas_are_sound(wire: Wire) -> None:
    reply = wire.raw("GET", "/practice/openapi.json")
    assert reply.status == 200
    assert reply.json["openapi"].startswith("3.1")
    assert reply.json["servers"] == [{"url": wire.service.base_url}]
    schemas = reply.json["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for name in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(reply.json))):
        assert name.removeprefix("#/components/schemas/") in schemas


def test_every_example_is_answered_as_promised(wire: Wire) -> None:
    task = wire.call("POST", TASKS, body("ex@tailspin.com")).json["id"]
    for method, path, operation in operations(wire):
        content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
        if content:
            name = content["schema"]["$ref"].rpartition("/")[2]
            wire.matches(name, content["example"])
        address = filled(path, operation, id=task)
        reply = wire.call(method, address, content.get("example"), token=token_for(wire, operation))
        # The look-ups of what is not there are the only ones that may fail.
        assert reply.status < 300 or (reply.status == 404 and "{value}" in path), (path, reply)


def test_every_query_option_has_its_example_taken(wire: Wire) -> None:
    for method, path, operation in operations(wire):
        for parameter in operation["parameters"]:
            if parameter["in"] != "query" or "example" not in parameter:
                continue
            address = filled(path, operation)
            if not parameter.get("required"):
                joint = "&" if "?" in address else "?"
                address += f"{joint}{parameter['name']}={parameter['example']}"
            reply = wire.call(method, address, token=token_for(wire, operation))
            assert reply.status in (200, 404), (address, reply.text)


def test_options_that_are_not_named_are_refused(wire: Wire) -> None:
    for method, path, operation in operations(wire):
        named = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        for option in {"$top", "$search", "$expand", "$format", "$select", "$filter"} - named:
            address = f"{filled(path, operation).partition('?')[0]}?{option}=1"
            reply = wire.call(method, address, {}, token=token_for(wire, operation))
            assert reply.status == 400, (address, reply.text)
            assert reply.error["target"] == option


def test_methods_that_are_not_named_are_refused(wire: Wire) -> None:
    for path, methods in wire.document["paths"].items():
        operation = next(iter(methods.values()))
        for method in METHODS:
            if method.lower() in methods:
                continue
            address = filled(path, operation)
            reply = wire.call(method, address, token=token_for(wire, operation))
            assert reply.status == 405
            allowed = {each.strip() for each in reply.headers["allow"].split(",")}
            assert allowed == {each.upper() for each in methods}


def test_every_call_needs_its_token_its_side_and_its_permission(wire: Wire) -> None:
    bare = {side: wire.token(side, permissions=[]) for side in ("source", "target")}
    for method, path, operation in operations(wire):
        address = filled(path, operation)
        assert wire.call(method, address, {}, token="unknown").status == 401
        if operation["x-side"] != "either":
            other = wire.source if operation["x-side"] == "target" else wire.target
            assert wire.call(method, address, {}, token=other).status == 422
        if operation["x-permissions"]:
            side = "target" if operation["x-side"] == "target" else "source"
            refused = wire.call(method, address, {}, token=bare[side])
            assert refused.status == 403
            assert operation["x-permissions"][0] in refused.error["message"]


def test_every_body_must_be_json_and_say_so(wire: Wire) -> None:
    for method, path, operation in operations(wire):
        if "requestBody" not in operation:
            continue
        token = token_for(wire, operation)
        address = filled(path, operation)
        headers = {"Authorization": f"Bearer {token}"}
        for kind, content, status in (
            ("text/plain", b"{}", 415),
            ("", b"{}", 415),
            (JSON, b"", 400),
            (JSON, b"{", 400),
            (JSON, b"[]", 400),
            (JSON, b'{"unknown": 1}', 400),
            (f"{JSON}; charset=utf-8", b"\xff", 400),
        ):
            reply = wire.raw(method, address, content, {**headers, "Content-Type": kind})
            wire.check(method, address, reply)
            assert reply.status == status, (address, kind, content, reply.text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{TASKS}/getBySourceSiteUrl(sourceSiteUrl='https://a.sharepoint.com/sites/b')", 404),
        (f"{TASKS}/getBySourceSiteUrl(siteUrl='https://a.sharepoint.com/sites/b')", 400),
        (f"{TASKS}/getBySourceGroupMailNickname(sourceGroupMailNickname='o''s')", 404),
        (f"{TASKS}/getBySourceGroupMailNickname(sourcemailnickname='sales')", 400),
        (f"{TASKS}/getBySourceGroupMailNickname", 400),
        (f"{TASKS}/getByName(name='a')", 404),
        (f"{TASKS}/delta", 404),
        (f"{MIGRATIONS}/crossOrganizationMigrationApps", 404),
        (f"{MIGRATIONS}/sharePointMigrationOrganizationInfo", 404),
        ("/beta/solutions/migrations/crossTenantMigrationJobs", 404),
        ("/beta/users", 400),
    ],
)
def test_what_is_not_there(wire: Wire, path: str, status: int) -> None:
    assert wire.get(path).status == status


@pytest.mark.parametrize(
    "parameters",
    [
        {
            "@odata.type": "#microsoft.graph.sharePointSiteMigrationTaskParameters",
            "sourceSiteUrl": "https://tailspin.sharepoint.com/sites/a",
            "targetSiteUrl": "https://northwind.sharepoint.com/sites/a",
        },
        {
            "@odata.type": "#microsoft.graph.sharePointGroupMigrationTaskParameters",
            "sourceGroupIdentity": {"mailNickname": "sales"},
            "targetGroupIdentity": {"mailNickname": "sales"},
        },
    ],
)
def test_sites_and_groups_are_understood_but_not_enabled(
    wire: Wire, parameters: dict[str, Any]
) -> None:
    host = {"targetOrganizationHost": "https://northwind-my.sharepoint.com"}
    reply = wire.call("POST", TASKS, {"parameters": {**parameters, **host}})
    assert reply.status == 422
    assert reply.error["code"] == "FeatureIsNotEnabled"
    assert "[MnASiteMove]" in reply.error["message"]
    wrong = {"parameters": {**parameters, **host, "sourceUserIdentity": {"id": "x"}}}
    assert wire.call("POST", TASKS, wrong).status == 400
