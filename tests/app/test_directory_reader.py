"""What is asked of the directories and the identity map, and how their answers are read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import app
from app.client import GraphClient
from app.directory_reader import list_users, read_drives, read_map, read_tenant, read_users
from app.errors import SignInRequired
from app.model import Side
from app.preflight_facts import Drive, MapEntry, Person, Said
from app.tenants import Tenants
from scripted_service import HeldClock, ScriptedService, scripted_service

GONE = {"error": {"code": "Request_ResourceNotFound", "message": "no such user"}}


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as service:
        yield service


@pytest.fixture
def client(service: ScriptedService) -> Iterator[GraphClient]:
    with closing(GraphClient(service.url, lambda: "token", clock=HeldClock())) as client:
        yield client


def batch(*answers: tuple[int, object]) -> dict[str, Any]:
    return {
        "responses": [
            {"id": str(number), "status": status, "body": body}
            for number, (status, body) in enumerate(answers)
        ]
    }


def asked(service: ScriptedService) -> list[tuple[str, str]]:
    whole: Any = [heard.json for heard in service.heard]
    return [(one["method"], one["url"]) for each in whole for one in each["requests"]]


def pair(client: GraphClient, *, application: bool) -> Tenants:
    return Tenants(client, client, application, False)


def test_a_target_drive_is_never_asked_for_in_a_persons_name(
    service: ScriptedService, client: GraphClient
) -> None:
    tenants = pair(client, application=False)
    assert read_drives(tenants, Side.TARGET, ["a@b.com", "c@b.com"]) == [Drive(), Drive()]
    assert service.heard == []


def test_a_target_drive_is_asked_for_by_an_application(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, batch((404, GONE), (200, {"id": "d", "webUrl": "https://x/personal/c"})))
    found = read_drives(pair(client, application=True), Side.TARGET, ["a@b.com", "c@b.com"])
    assert [one and one.said for one in found] == [Said.MISSING, Said.FOUND]


def test_one_place_alone_asks_for_a_drive() -> None:
    naming = {
        path.name
        for path in Path(app.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and "/drive" in str(node.value)
    }
    assert naming == {"directory_reader.py"}


def test_a_user_is_asked_for_by_the_encoded_upn(
    service: ScriptedService, client: GraphClient
) -> None:
    user = {
        "id": "1",
        "userPrincipalName": "o'neil#x@b.com",
        "accountEnabled": True,
        "userType": "Member",
        "assignedLicenses": [{"skuId": "ABC", "disabledPlans": []}],
        "assignedPlans": [{"service": "SharePoint", "capabilityStatus": "Enabled"}, "odd"],
    }
    service.say(200, batch((200, user), (200, {"id": "2"})))
    found = read_users(pair(client, application=False), Side.SOURCE, ["o'neil#x@b.com", "b@b.com"])
    assert found == [
        Person(Said.FOUND, "", True, "Member", frozenset({"abc"}), (("SharePoint", "Enabled"),)),
        Person(Said.FOUND),
    ]
    assert service.heard[0].path == "/v1.0/$batch"
    method, url = asked(service)[0]
    assert (method, url.partition("?")[0]) == ("GET", "/users/o%27neil%23x%40b.com")


def test_people_are_asked_for_by_lists_of_fifteen_names(
    service: ScriptedService, client: GraphClient
) -> None:
    upns = ["O'Neil@b.com", "gone@b.com", *(f"u{number}@b.com" for number in range(30))]
    first = {"value": [{"userPrincipalName": "o'neil@B.com", "accountEnabled": True}, "odd"]}
    refusal = {"error": {"code": "Request_UnsupportedQuery", "message": "no lists"}}
    forbidden = {"error": {"code": "Authorization_RequestDenied", "message": "no"}}
    service.say(200, batch((200, first), (400, refusal), (403, forbidden)))
    found = list_users(pair(client, application=False), Side.TARGET, upns)
    assert found[0] == Person(Said.FOUND, enabled=True)
    # Left out of a list, or the list not taken: that is no answer, and the person is asked alone.
    assert {one.said for one in found[1:30] if one is not None} == {Said.NOT_LISTED}
    assert found[30:] == [Person(Said.REFUSED, "Authorization_RequestDenied: no")] * 2
    urls = [unquote(url) for _, url in asked(service)]
    assert [url.count("@b.com") for url in urls] == [15, 15, 2]
    assert urls[2].startswith("/users?$filter=userPrincipalName in ('u28@b.com','u29@b.com')&")
    assert "('O''Neil@b.com'," in urls[0]


def test_a_list_that_could_not_be_had_now_is_no_answer(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, batch((503, {"error": {"code": "busy"}})))
    assert list_users(pair(client, application=False), Side.SOURCE, ["a@b.com"]) == [None]


def test_the_map_is_asked_for_by_its_alternate_key(
    service: ScriptedService, client: GraphClient
) -> None:
    entry = {"id": "x", "userType": "regularUser", "targetUserIdentity": {"userPrincipalName": "T"}}
    service.say(200, batch((200, entry), (404, GONE)))
    found = read_map(pair(client, application=False), ["o'neil@a.com", "b@a.com"])
    assert found[0] == MapEntry(Said.FOUND, "", "T", "regularUser")
    assert found[1] == MapEntry(Said.MISSING, "Request_ResourceNotFound: no such user")
    assert service.heard[0].path == "/beta/$batch"
    assert asked(service)[0][1].endswith(
        "crossOrganizationUserMappings(sourceUserPrincipalName='o%27%27neil%40a.com')"
    )


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, GONE, Said.MISSING),
        (404, "<html>not here</html>", Said.REFUSED),
        (403, {"error": {"code": "accessDenied", "message": "no"}}, Said.REFUSED),
        (400, {}, Said.REFUSED),
    ],
)
def test_only_the_services_own_404_means_missing(
    service: ScriptedService, client: GraphClient, status: int, body: object, said: Said
) -> None:
    service.say(200, batch((status, body)))
    (found,) = read_users(pair(client, application=False), Side.SOURCE, ["a@b.com"])
    assert found is not None
    assert found.said is said


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_could_not_be_said_now_is_no_answer(
    service: ScriptedService, client: GraphClient, status: int
) -> None:
    service.say(200, batch((status, {"error": {"code": "x", "message": "y"}})))
    assert read_users(pair(client, application=False), Side.SOURCE, ["a@b.com"]) == [None]
    assert (client.throttle.remaining() > 0) == (status in (429, 503))


def test_a_sign_in_that_expired_inside_a_batch_is_noticed(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, batch((401, {"error": {"code": "InvalidAuthenticationToken"}})))
    with pytest.raises(SignInRequired):
        read_users(pair(client, application=False), Side.SOURCE, ["a@b.com"])


@pytest.mark.parametrize(
    "body",
    [
        {"quota": None, "webUrl": None},
        {"quota": {"used": "much", "state": None}, "webUrl": "https://[broken"},
        {"quota": {"used": True}, "webUrl": "nonsense"},
    ],
)
def test_an_odd_drive_is_read_as_far_as_it_goes(
    service: ScriptedService, client: GraphClient, body: object
) -> None:
    service.say(200, batch((200, body)))
    assert read_drives(pair(client, application=False), Side.SOURCE, ["a@b.com"]) == [
        Drive(Said.FOUND)
    ]


def test_a_tenant_that_refuses_a_part_still_tells_the_rest(
    service: ScriptedService, client: GraphClient
) -> None:
    organization = {"value": [{"id": "ABC", "displayName": "Contoso", "verifiedDomains": []}]}
    refusal = {"error": {"code": "Authorization_RequestDenied", "message": "no"}}
    service.say(200, batch((200, organization), (403, refusal)))
    facts = read_tenant(client)
    assert facts is not None
    assert (facts.tenant_id, facts.name, facts.products) == ("abc", "Contoso", None)
    assert facts.words == ("Authorization_RequestDenied: no",)
    assert facts.organization_error is None
    assert facts.products_error is not None
    assert (facts.products_error.status, facts.products_error.detail) == (403, "no")
