"""Every route of the practice tenants, and every way in which a call is refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from practice_process import TASKS, Service, assert_error, body, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("web") / "state.db") as running:
        yield running


def test_a_created_task_is_answered_as_documented(service: Service) -> None:
    sent = body(
        "ana@tailspin.onmicrosoft.com",
        preferredStartDateTime="2126-12-05T18:00:00Z",
        preferredLatestStartDateTime="2126-12-06T06:00:00Z",
    )
    response = service.client.post(TASKS, json=sent)
    assert response.status_code == 200
    task = response.json()
    assert task["status"] == "notStarted"
    assert len(task["id"]) == 36
    assert task["parameters"] == {**sent["parameters"], "targetDataLocationCode": "NAM"}
    # What is not known yet is left out.
    assert set(task) == {"@odata.context", "id", "status", "parameters"}
    assert service.task(task["id"]) == task


def test_id_and_status_are_ignored_on_create(service: Service) -> None:
    wished = "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"
    sent = {**body("ignored@tailspin.com"), "id": wished, "status": "completed"}
    task = service.client.post(TASKS, json=sent).json()
    assert task["id"] != wished
    assert task["status"] == "notStarted"


def test_a_dry_run_keeps_nothing(service: Service) -> None:
    task = service.made("dry@tailspin.com", validateOnly=True)
    assert task["status"] == "completed"
    assert "id" not in task
    assert task["parameters"]["validateOnly"] is True
    assert_error(service.of_source("dry@tailspin.com"), 404)
    assert service.made("dry@tailspin.com")["status"] == "notStarted"


def test_lookup_by_source_encoded_or_not(service: Service) -> None:
    made = service.made("look_up-a@tailspin.com")
    call = "getBySourceUserPrincipalName(sourcePrincipalName='LOOK_UP-a@Tailspin.com')"
    for spelling in (call, quote(call, safe=""), quote(call, safe="()=")):
        assert service.client.get(f"{TASKS}/{spelling}").json()["id"] == made["id"]


def test_lookup_doubles_an_apostrophe(service: Service) -> None:
    assert_error(service.of_source("o''neil@tailspin.com"), 404, "o'neil@tailspin.com")
    assert_error(service.of_source("o%27%27neil@tailspin.com"), 404, "o'neil@tailspin.com")
    # A single one ends the text, and what follows is no OData.
    assert_error(service.of_source("o'neil@tailspin.com"), 400, "sourcePrincipalName")


def test_lookup_of_a_upn_with_a_slash_or_hash(service: Service) -> None:
    assert_error(service.of_source("a%2Fb%23c@tailspin.com"), 404, "a/b#c@tailspin.com")


@pytest.mark.parametrize(
    "call",
    [
        "getBySourceUserPrincipalName",
        "getBySourceUserPrincipalName()",
        "getBySourceUserPrincipalName(sourceUserPrincipalName='a@b.com')",
        "getBySourceUserPrincipalName(sourcePrincipalName=a@b.com)",
        "getBySourceUserPrincipalName(sourcePrincipalName='')",
        "getBySourceUserPrincipalName(sourcePrincipalName='a@b.com",
    ],
)
def test_lookup_needs_its_own_parameter(service: Service, call: str) -> None:
    assert_error(service.client.get(f"{TASKS}/{call}"), 400, "sourcePrincipalName")


def test_one_move_per_source(service: Service) -> None:
    made = service.made("one@tailspin.com")
    again = service.create("ONE@Tailspin.com", "other@northwind.com")
    assert_error(again, 409, "MnASiteMoveIsInprogressOrFinished")
    assert "another move job for the same source URL" in again.json()["error"]["message"]
    assert_error(service.create("one@tailspin.com", validateOnly=True), 409, "another move job")
    assert service.cancel(made["id"]).status_code == 204
    second = service.made("One@tailspin.com")
    assert second["id"] != made["id"]
    assert service.of_source("one@tailspin.com").json()["id"] == second["id"]
    assert service.task(made["id"])["status"] == "cancelled"


def test_cancel_only_before_it_runs(service: Service) -> None:
    waiting = service.made("later@tailspin.com", preferredStartDateTime="2126-01-01T00:00:00Z")
    running = service.made("runs@tailspin.com")
    service.step(59)
    assert service.task(running["id"])["status"] == "notStarted"
    began = service.step(1)
    assert service.task(running["id"])["status"] == "inProgress"
    assert service.task(running["id"])["startedDateTime"] == began
    assert_error(service.cancel(running["id"]), 409, "inProgress")
    cancelled = service.cancel(waiting["id"])
    assert cancelled.status_code == 204
    assert cancelled.content == b""
    assert cancelled.headers["request-id"]
    task = service.task(waiting["id"])
    assert task["status"] == "cancelled"
    assert task["finishedDateTime"] == task["lastUpdatedDateTime"] == service.now()
    assert "startedDateTime" not in task
    assert_error(service.cancel(waiting["id"]), 409, "cancelled")
    assert_error(service.cancel("6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"), 404)


def test_a_task_is_found_by_its_id_in_each_spelling(service: Service) -> None:
    made = service.made("spelling@tailspin.com")
    for spelling in (f"/{made['id'].upper()}", f"('{made['id']}')", f"({made['id']})"):
        assert service.client.get(TASKS + spelling).json()["id"] == made["id"]
    chosen = service.client.get(f"{TASKS}/{made['id']}", params={"$select": "status,id"}).json()
    assert set(chosen) == {"@odata.context", "id", "status"}
    assert_error(service.client.get(f"{TASKS}/no-such-id"), 404, "no-such-id")
    assert_error(service.client.get(f"{TASKS}/{made['id']}/parameters"), 404)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"sourceUserIdentity": None}, "sourceUserIdentity"),
        ({"targetOrganizationHost": None}, "targetOrganizationHost or targetOrganizationId"),
        (
            {"targetOrganizationHost": "http://x-my.sharepoint.com"},
            "targetOrganizationHost",
        ),
        ({"targetOrganizationHost": "https://northwind-my.sharepoint.com/x"}, "OrganizationHost"),
        ({"targetOrganizationHost": "https://northwind-my.sharepoint.com\n"}, "OrganizationHost"),
        ({"targetOrganizationId": "northwind"}, "targetOrganizationId"),
        ({"targetDataLocationCode": 7}, "targetDataLocationCode"),
        ({"sourceUserIdentity": {}}, "sourceUserIdentity.id or userPrincipalName"),
        ({"sourceUserIdentity": {"userPrincipalName": ""}}, "userPrincipalName"),
        ({"targetUserIdentity": {"upn": "a@b.com"}}, "targetUserIdentity"),
        ({"targetUserIdentity": "a@b.com"}, "targetUserIdentity"),
        ({"preferredStartDateTime": "2026-12-05 18:00"}, "preferredStartDateTime"),
        ({"preferredStartDateTime": "2026-12-05T18:00:00"}, "preferredStartDateTime"),
        ({"preferredStartDateTime": "2026-02-30T18:00:00Z"}, "preferredStartDateTime"),
        ({"preferredStartDateTime": "2026-12-05T18:00:00Z\n"}, "preferredStartDateTime"),
        ({"preferredStartDateTime": "0000-12-05T18:00:00Z"}, "preferredStartDateTime"),
        ({"preferredStartDateTime": 1764957600}, "preferredStartDateTime"),
        ({"validateOnly": "true"}, "validateOnly"),
        ({"validateOnly": 1}, "validateOnly"),
        ({"preferredMoveEndDate": "2026-12-05T18:00:00Z"}, "preferredMoveEndDate"),
        ({"sourceSiteUrl": "https://tailspin.sharepoint.com/sites/a"}, "sourceSiteUrl"),
        ({"@odata.type": "#microsoft.graph.sharePointUserMigrationParameters"}, "@odata.type"),
    ],
)
def test_a_wrong_parameter_is_named(service: Service, change: dict[str, Any], word: str) -> None:
    assert_error(service.create("wrong@tailspin.com", **change), 400, word)
    assert_error(service.of_source("wrong@tailspin.com"), 404)


def test_missing_and_unknown_members_are_named(service: Service) -> None:
    sent = body("missing@tailspin.com")
    del sent["parameters"]["targetUserIdentity"]
    assert_error(
        service.client.post(TASKS, json=sent), 400, "parameters.targetUserIdentity is required"
    )
    assert_error(service.client.post(TASKS, json={}), 400, "parameters is required")
    unknown = {**body("missing@tailspin.com"), "batch": "A"}
    assert_error(service.client.post(TASKS, json=unknown), 400, "batch is not a parameter")
    assert_error(service.client.post(TASKS, json=[1]), 400, "body")


def test_a_latest_start_is_later_than_the_start(service: Service) -> None:
    response = service.create(
        "window@tailspin.com",
        preferredStartDateTime="2126-12-05T18:00:00Z",
        preferredLatestStartDateTime="2126-12-05T19:00:00+01:00",
    )
    assert_error(response, 400, "preferredLatestStartDateTime must be later")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"parameters": NaN}',
        b"[" * 100_000,
        b'{"parameters": {"x": "\\ud800"}}',
        b'{"parameters": ' + b"9" * 6000 + b"}",
    ],
)
def test_malformed_json(service: Service, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_error(service.client.post(TASKS, content=content, headers=headers), 400)


def test_a_body_of_another_kind_or_size(service: Service) -> None:
    assert_error(service.client.post(TASKS, data={"a": "b"}), 415)
    headers = {"Content-Type": "application/json"}
    huge = b'{"a": "' + b"x" * (1024 * 1024) + b'"}'
    assert_error(service.client.post(TASKS, content=huge, headers=headers), 413)
    several = service.client.post(TASKS, content=iter([huge, huge, huge]), headers=headers)
    assert_error(several, 413)
    fitting = b'{"a": "' + b"x" * (1024 * 1024 - 9) + b'"}'
    assert_error(service.client.post(TASKS, content=fitting, headers=headers), 400)


def test_sign_in(service: Service) -> None:
    for wrong in ("", "Bearer", "Bearer no", f"Basic {service.source_token}", "Bearer \xff\xfe"):
        headers = {b"Authorization": wrong.encode("latin-1")}
        for path in (TASKS, "/v1.0/me", "/practice/clock"):
            response = service.client.get(path, headers=headers)
            assert_error(response, 401, "InvalidAuthenticationToken")
            assert response.headers["www-authenticate"].startswith("Bearer")
    with httpx.Client(base_url=service.base_url, trust_env=False) as nobody:
        assert_error(nobody.get(TASKS), 401)
    assert service.client.get(
        TASKS, headers={"Authorization": f"bearer {service.source_token}"}
    ).is_success


def test_the_target_tenant_has_no_tasks(service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.target_token}"}
    made = service.made("side@tailspin.com")
    assert_error(service.client.get(TASKS, headers=headers), 422, "MnATrustWrongCmdletUsage")
    sent = body("side2@tailspin.com")
    assert_error(service.client.post(TASKS, json=sent, headers=headers), 422)
    cancel = service.client.post(f"{TASKS}/{made['id']}/cancel", headers=headers)
    assert_error(cancel, 422)
    assert_error(service.client.get("/practice/clock", headers=headers), 403)
    assert service.task(made["id"])["status"] == "notStarted"


def test_addresses_that_do_not_exist(service: Service) -> None:
    assert_error(service.client.get(TASKS.replace("/beta", "/v1.0")), 404)
    assert_error(service.client.get(TASKS.replace("/beta", "/v1.0") + "/abc"), 404)
    assert_error(service.client.get(TASKS + "s"), 404)
    assert_error(service.client.get("/beta/solutions"), 404)
    assert_error(service.client.get("/practice/else"), 404)
    assert_error(service.client.get("/v2/me"), 400)
    assert_error(service.client.get("/"), 400)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", TASKS),
        ("PATCH", f"{TASKS}/abc"),
        ("DELETE", f"{TASKS}/abc"),
        ("GET", f"{TASKS}/abc/cancel"),
        ("POST", f"{TASKS}/$count"),
        ("POST", f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='a@b.com')"),
        ("PUT", "/practice/clock"),
        ("POST", "/practice/health"),
    ],
)
def test_methods_that_are_not_documented(service: Service, method: str, path: str) -> None:
    response = service.client.request(method, path)
    assert_error(response, 405)
    assert response.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{TASKS}?$select=id"),
        ("GET", f"{TASKS}/abc?$expand=parameters"),
        ("GET", f"{TASKS}/abc?$top=1"),
        ("POST", f"{TASKS}/abc/cancel?$select=id"),
        ("GET", f"{TASKS}/$count?$top=1"),
        ("GET", f"{TASKS}?$search=x"),
        ("GET", f"{TASKS}?$select=stage"),
    ],
)
def test_query_options_out_of_place(service: Service, method: str, path: str) -> None:
    assert_error(service.client.request(method, path), 400, "$")


def test_request_ids(service: Service) -> None:
    wished = "7a9d2b1c-0000-4000-8000-000000000001"
    echoed = service.client.get(TASKS, headers={"client-request-id": wished})
    assert echoed.headers["client-request-id"] == wished
    assert echoed.headers["request-id"] not in ("", wished)
    odd = service.client.get(TASKS, headers={"client-request-id": "a b" * 100})
    assert odd.headers["client-request-id"] == odd.headers["request-id"]
    assert_error(service.client.get("/nothing", headers={"client-request-id": wished}), 400)


def test_only_callers_on_this_machine(service: Service) -> None:
    foreign = service.client.get("/practice/health", headers={"Host": "practice.example.com"})
    assert_error(foreign, 400, "this machine only")
    port = service.base_url.rpartition(":")[2]
    local = service.client.get("/practice/health", headers={"Host": f"localhost:{port}"})
    assert local.json()["practice"] is True
    with socket.socket() as probe:
        probe.settimeout(5)
        # Bound to 127.0.0.1 alone: another loopback address reaches nobody.
        assert probe.connect_ex(("127.0.0.2", int(port))) != 0


def test_health_needs_no_sign_in(service: Service) -> None:
    with httpx.Client(base_url=service.base_url, trust_env=False) as nobody:
        answer = nobody.get("/practice/health")
    assert answer.json() == {"practice": True, "pid": service.process.pid}


def test_the_clock_is_stepped(service: Service) -> None:
    before = service.client.get("/practice/clock").json()
    assert before["speed"] == 0
    assert service.now() == before["now"]
    assert service.step(86_400) > before["now"]


@pytest.mark.parametrize(
    "sent",
    [{}, [], 5, {"advance_seconds": -1}, {"advance_seconds": True}, {"advance_seconds": "9"},
     {"advance_seconds": 1e18}, {"advance_seconds": 1, "speed": 2}, {"advance_seconds": None}],
)  # fmt: skip
def test_a_wrong_step_is_refused(service: Service, sent: object) -> None:
    before = service.now()
    assert_error(service.client.post("/practice/clock", json=sent), 400, "advance_seconds")
    assert service.now() == before


def test_a_full_queue_says_when_to_try_again(tmp_path: Path) -> None:
    with serving(tmp_path / "state.db", "--queue-limit", "2") as service:
        service.made("a@tailspin.com")
        service.made("b@tailspin.com", preferredStartDateTime="2126-01-01T00:00:00Z")
        assert_error(service.create("c@tailspin.com"), 429)
        service.step(60)
        # The first one runs now, and what runs is not pending.
        service.made("c@tailspin.com")
        full = service.create("d@tailspin.com")
        assert_error(full, 429, "TooManyRequests")
        assert full.json()["error"]["innerError"]["code"] == "QueueLimitExceeded"
        assert "." in full.headers["retry-after"]
        assert float(full.headers["retry-after"]) >= 1
        assert service.made("d@tailspin.com", validateOnly=True)["status"] == "completed"
        assert_error(service.of_source("d@tailspin.com"), 404)
