"""`$batch`: twenty calls at most, their order, and each answer with its own status and headers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from practice_process import TASKS, body
from wire import JSON, Wire, wired

BETA = "/beta/$batch"
V1 = "/v1.0/$batch"
NO_LIMIT = {"calls": 130_000, "seconds": 10}
PLAIN_TASKS = TASKS.removeprefix("/beta")


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("batch") / "state.db") as running:
        yield running


def ask(url: str, key: str = "1", **more: Any) -> dict[str, Any]:
    return {"id": key, "method": "GET", "url": url, **more}


def post(url: str, key: str, sent: object, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "method": "POST", "url": url, "headers": {"Content-Type": JSON}, "body": sent,
        **more,
    }  # fmt: skip


def send(wire: Wire, address: str, *requests: object, token: str = "") -> dict[str, Any]:
    """The inner answers by id."""
    reply = wire.call("POST", address, {"requests": list(requests)}, token=token)
    assert reply.status == 200, reply.text
    answers = {each["id"]: each for each in reply.json["responses"]}
    assert len(answers) == len(reply.json["responses"]) == len(requests)
    return answers


def test_each_answer_is_that_of_a_single_call(wire: Wire) -> None:
    answers = send(
        wire, V1,
        ask("/users/ana@tailspin.com?$select=id,userPrincipalName", "a"),
        ask("users/ana%40tailspin.com/drive", "b"),
        ask("/users/nobody", "c"),
        ask("/organization", "d", headers={"client-request-id": "mine"}),
    )  # fmt: skip
    single = wire.get("/v1.0/users/ana@tailspin.com?$select=id,userPrincipalName").json
    assert answers["a"]["body"] == single
    assert answers["b"]["body"] == wire.get("/v1.0/users/ana@tailspin.com/drive").json
    assert answers["c"]["status"] == 404
    wire.matches("answer.error", answers["c"]["body"])
    assert answers["d"]["headers"]["client-request-id"] == "mine"
    assert all(each["headers"]["Content-Type"] == JSON for each in answers.values())
    assert len({each["headers"]["request-id"] for each in answers.values()}) == 4


def test_tasks_are_started_read_and_cancelled(wire: Wire) -> None:
    answers = send(
        wire, BETA,
        post(PLAIN_TASKS, "1", body("bat@tailspin.com")),
        ask(f"{PLAIN_TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='bat@tailspin.com')",
            "2", dependsOn=["1"]),
        ask(f"{PLAIN_TASKS}/$count?$filter=status eq 'notStarted'", "3", dependsOn=["2"]),
    )  # fmt: skip
    made = answers["1"]["body"]
    assert made["status"] == "notStarted"
    assert answers["2"]["body"]["id"] == made["id"]
    assert answers["3"]["body"] == "1"
    cancelled = send(
        wire, BETA, {"id": "x", "method": "POST", "url": f"{PLAIN_TASKS}/{made['id']}/cancel"}
    )
    assert cancelled["x"]["status"] == 204
    assert "body" not in cancelled["x"]
    assert wire.get(f"{TASKS}/{made['id']}").json["status"] == "cancelled"


def test_one_version_and_one_tenant_a_batch(wire: Wire) -> None:
    tasks = send(wire, V1, ask(PLAIN_TASKS), ask("/beta/organization", "2"))
    assert (tasks["1"]["status"], tasks["2"]["status"]) == (404, 404)
    other = {"Authorization": f"Bearer {wire.source}"}
    answers = send(wire, BETA, ask(PLAIN_TASKS, headers=other), token=wire.target)
    assert answers["1"]["status"] == 422


def test_what_depends_waits_whatever_the_order(wire: Wire) -> None:
    answers = send(
        wire, BETA,
        ask(f"{PLAIN_TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='dep@tailspin.com')",
            "look", dependsOn=["make"]),
        post(PLAIN_TASKS, "make", body("dep@tailspin.com")),
    )  # fmt: skip
    assert answers["look"]["body"]["id"] == answers["make"]["body"]["id"]


def test_what_depends_on_a_failure_is_not_tried(wire: Wire) -> None:
    answers = send(
        wire, BETA,
        ask(f"{PLAIN_TASKS}/no-such-task", "1"),
        post(PLAIN_TASKS, "2", body("never@tailspin.com"), dependsOn=["1"]),
        ask("/organization", "3", dependsOn=["2"]),
        ask("/organization", "4"),
    )  # fmt: skip
    assert {key: each["status"] for key, each in answers.items()} == {
        "1": 404, "2": 424, "3": 424, "4": 200,
    }  # fmt: skip
    assert answers["2"]["body"]["error"]["code"] == "FailedDependency"
    lookup = f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='never@tailspin.com')"
    assert wire.get(lookup).status == 404


def test_some_of_them_are_throttled(wire: Wire) -> None:
    wire.trouble(limit={"calls": 3, "seconds": 600})
    answers = send(wire, V1, *(ask("/organization", str(number)) for number in range(5)))
    single = wire.get("/v1.0/organization")
    other = wire.get("/v1.0/organization", token=wire.target)
    wire.trouble(limit=NO_LIMIT)
    throttled = [each for each in answers.values() if each["status"] == 429]
    assert len(throttled) == 2
    for each in throttled:
        assert 0 < float(each["headers"]["Retry-After"]) <= 600
        assert "." in each["headers"]["Retry-After"]
        assert each["body"]["error"]["code"] == "TooManyRequests"
        assert each["body"]["error"]["innerError"]["code"] == "429"
    assert single.status == 429
    assert float(single.headers["retry-after"]) > 0
    # The other tenant has its own count.
    assert other.status == 200
    assert wire.get("/v1.0/organization").status == 200


def test_a_window_passes(wire: Wire) -> None:
    wire.trouble(limit={"calls": 1, "seconds": 0})
    statuses = [wire.get("/v1.0/organization").status for _ in range(3)]
    wire.trouble(limit=NO_LIMIT)
    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("status", [429, 503])
def test_the_next_calls_are_turned_away(wire: Wire, status: int) -> None:
    wire.trouble(fail={"calls": 2, "status": status, "retry_after": 2.128})
    for reply in (
        wire.call("POST", V1, {"requests": [ask("/organization")]}),
        wire.call("POST", TASKS, body("turned@tailspin.com")),
    ):
        assert reply.status == status
        assert reply.headers["retry-after"] == "2.128"
    lookup = f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='turned@tailspin.com')"
    assert wire.get(lookup).status == 404


def test_twenty_at_most(wire: Wire) -> None:
    twenty = [ask("/organization", str(number)) for number in range(20)]
    assert all(each["status"] == 200 for each in send(wire, V1, *twenty).values())
    reply = wire.call("POST", V1, {"requests": [*twenty, ask("/organization", "21")]})
    assert reply.status == 400
    assert reply.error["message"] == "requests takes at most 20 items."


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, "requests"),
        ([], "body"),
        ({"requests": []}, "requests"),
        ({"requests": [ask("/organization")], "more": 1}, "more"),
        ({"requests": [ask("/organization"), ask("/organization")]}, "id"),
        ({"requests": [{"method": "GET", "url": "/organization"}]}, "requests.0.id"),
        ({"requests": [{"id": 1, "method": "GET", "url": "/organization"}]}, "requests.0.id"),
        ({"requests": [ask("/organization", "")]}, "requests.0.id"),
        ({"requests": [{"id": "1", "url": "/organization"}]}, "requests.0.method"),
        ({"requests": [{"id": "1", "method": "get", "url": "/organization"}]}, "requests.0.method"),
        ({"requests": [{"id": "1", "method": "GET"}]}, "requests.0.url"),
        ({"requests": [ask("https://graph.microsoft.com/v1.0/organization")]}, "requests.0.url"),
        ({"requests": [ask("//graph.microsoft.com/v1.0/organization")]}, "requests.0.url"),
        ({"requests": [ask("/organization", dependsOn=["2"])]}, "dependsOn"),
        ({"requests": [ask("/organization", dependsOn=["1"])]}, "dependsOn"),
        ({"requests": [ask("/o", "1", dependsOn=["2"]), ask("/o", "2", dependsOn=["1"])]},
         "dependsOn"),
        ({"requests": [ask("/organization", atomicityGroup="g")]}, "atomicityGroup"),
        ({"requests": [{"id": "1", "method": "POST", "url": "/x", "body": {}}]}, "headers"),
        ({"requests": [{"id": "1", "method": "POST", "url": "/x", "body": {}, "headers": {}}]},
         "Content-Type"),
        ({"requests": [ask("/organization", headers={"a": 1})]}, "requests.0.headers.a"),
    ],
)  # fmt: skip
def test_a_malformed_batch_is_refused_whole(wire: Wire, sent: object, named: str) -> None:
    reply = wire.call("POST", V1, sent)
    assert reply.status == 400
    assert named in reply.error["target"]


def test_a_batch_holds_no_batch(wire: Wire) -> None:
    inner = post("/$batch", "1", {"requests": [ask("/organization")]})
    assert send(wire, V1, inner)["1"]["status"] == 404


def test_an_inner_body_is_read_as_its_type_says(wire: Wire) -> None:
    answers = send(
        wire, BETA,
        {"id": "1", "method": "POST", "url": PLAIN_TASKS, "headers": {"Content-Type": "text/plain"},
         "body": "eyJhIjogMX0="},
        {"id": "2", "method": "POST", "url": PLAIN_TASKS,
         "headers": {"content-type": "application/json; charset=utf-8"}, "body": {"batch": "A"}},
        {"id": "3", "method": "POST", "url": PLAIN_TASKS},
        {"id": "4", "method": "PUT", "url": PLAIN_TASKS},
    )  # fmt: skip
    statuses = {key: each["status"] for key, each in answers.items()}
    assert statuses == {"1": 415, "2": 400, "3": 415, "4": 405}
    assert answers["4"]["headers"]["Allow"] == "GET, POST"


def test_the_batch_itself_is_a_post_of_json(wire: Wire) -> None:
    assert wire.get(V1).status == 405
    text = wire.call("POST", V1, {"requests": [ask("/organization")]}, **{"Content-Type": "text/x"})
    assert text.status == 415
    assert wire.call("POST", f"{V1}?$select=id", {"requests": [ask("/x")]}).status == 400
    nobody = wire.raw("POST", V1, b"{}", {"Content-Type": JSON})
    assert nobody.status == 401


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on another process's files")
def test_a_full_disk_takes_back_the_whole_batch(tmp_path: Path) -> None:
    import resource  # Windows has none

    state = tmp_path / "state.db"
    with wired(state, "--queue-limit", "3") as wire:
        pid = wire.service.process.pid
        people = [f"full{number}@tailspin.com" for number in range(3)]
        starts = [post(PLAIN_TASKS, upn, body(upn)) for upn in people]
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        size = state.with_name("state.db-wal").stat().st_size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
        assert wire.call("POST", BETA, {"requests": starts}).status == 503
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        assert wire.get(TASKS).json["value"] == []
        # None of them takes a place in the queue.
        answers = send(wire, BETA, *starts)
        assert {each["status"] for each in answers.values()} == {200}
        assert wire.call("POST", TASKS, body("late@tailspin.com")).status == 429
        ids = {each["body"]["id"] for each in answers.values()}
        wire.service.process.kill()
    with wired(state) as wire:
        assert {task["id"] for task in wire.get(TASKS).json["value"]} == ids
