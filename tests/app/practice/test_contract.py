"""Bodies that the contract takes and refuses, and calls that nobody would make."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.practice.calls import parse_json
from app.practice.contract import read_task
from app.practice.faults import Fault
from practice_process import HOST, TASKS, USER, Service, serving

GOOD: dict[str, Any] = {
    "@odata.type": USER,
    "targetOrganizationHost": HOST,
    "sourceUserIdentity": {"userPrincipalName": "ana@tailspin.onmicrosoft.com"},
    "targetUserIdentity": {"userPrincipalName": "ana@northwind.onmicrosoft.com"},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("odd") / "state.db") as running:
        yield running


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"targetOrganizationHost": HOST + "/"},
        {"targetOrganizationId": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"},
        {"targetOrganizationHost": None,
         "targetOrganizationId": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"},
        {"preferredStartDateTime": "2026-12-05T18:00:00.1234567Z",
         "preferredLatestStartDateTime": "2026-12-06T06:00:00+05:30"},
        {"preferredStartDateTime": None, "validateOnly": None},
        {"targetDataLocationCode": "JPN", "validateOnly": False},
        {"sourceUserIdentity": {"@odata.type": "#microsoft.graph.userIdentity",
                                "userPrincipalName": "ana@tailspin.com", "displayName": None}},
        {"targetUserIdentity": {"id": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"}},
    ],
)  # fmt: skip
def test_a_good_body_is_understood(change: dict[str, Any]) -> None:
    asked = read_task(parse_json(json.dumps({"parameters": {**GOOD, **change}}).encode()))
    assert asked.parameters.items() >= {**GOOD, **change}.items()
    assert asked.parameters["targetDataLocationCode"]


def test_times_are_read_as_utc() -> None:
    change = {"preferredStartDateTime": "2026-12-05T18:00:00+01:00"}
    asked = read_task(parse_json(json.dumps({"parameters": {**GOOD, **change}}).encode()))
    assert asked.begin == 1_796_490_000_000


def test_every_problem_is_in_the_details() -> None:
    wrong = {**GOOD, "validateOnly": "x", "extra": 1}
    with pytest.raises(Fault) as refused:
        read_task({"parameters": wrong})
    named = {detail["target"] for detail in refused.value.details}
    assert named == {"parameters.validateOnly", "parameters.extra"}


@pytest.mark.parametrize(
    "target",
    ["*", "//", "/beta//solutions", "/%ff%fe", "/beta/%00", "http://elsewhere.example/beta",
     TASKS + "/%ff", TASKS + "?%ff=%ff", TASKS + "?$filter=%ff", TASKS + "?" + "&" * 5000,
     TASKS + "?" + "a=1&" * 5000, TASKS + "/" + "x" * 30000, TASKS + "/..%2f..%2fetc"],
)  # fmt: skip
def test_odd_addresses(service: Service, target: str) -> None:
    port = int(service.base_url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Authorization": f"Bearer {service.source_token}"}
        connection.request("GET", target, headers=headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    assert status < 500
    assert service.client.get("/practice/health").json()["practice"] is True


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_odd_bytes(service: Service, raw: bytes) -> None:
    port = int(service.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(raw)
        caller.shutdown(socket.SHUT_WR)
        answer = caller.recv(4096)
    assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.0 5"))
    assert service.client.get("/practice/health").json()["practice"] is True
