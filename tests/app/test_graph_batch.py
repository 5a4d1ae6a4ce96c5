"""Many questions in one call, against a server that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from app.client import GraphClient
from app.errors import Throttled, Unreachable
from app.graph_batch import get_many
from scripted_service import HeldClock, ScriptedService, scripted_service


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as service:
        yield service


@pytest.fixture
def client(service: ScriptedService) -> Iterator[GraphClient]:
    with closing(GraphClient(service.url, lambda: "token", clock=HeldClock())) as client:
        yield client


def answers(*statuses: int, **more: Any) -> dict[str, Any]:
    return {
        "responses": [
            {"id": str(number), "status": status, "body": {"number": number}, **more}
            for number, status in enumerate(statuses)
        ]
    }


def test_twenty_questions_go_in_one_call(service: ScriptedService, client: GraphClient) -> None:
    service.say(200, answers(*[200] * 20))
    service.say(200, answers(*[200] * 5))
    found = get_many(client, "beta", [f"/tasks/{n}" for n in range(25)])
    assert len(found) == 25
    assert [heard.path for heard in service.heard] == ["/beta/$batch"] * 2
    first: Any = service.heard[0].json
    assert [one["url"] for one in first["requests"]] == [f"/tasks/{n}" for n in range(20)]
    assert found["/tasks/24"] == {"number": 4}


def test_answers_in_any_order_find_their_question(
    service: ScriptedService, client: GraphClient
) -> None:
    said = answers(200, 404, 200)
    said["responses"].reverse()
    service.say(200, said)
    assert get_many(client, "beta", ["/a", "/b", "/c"]) == {
        "/a": {"number": 0},
        "/c": {"number": 2},
    }


def test_an_inner_429_holds_everybody_back(service: ScriptedService, client: GraphClient) -> None:
    service.say(200, answers(200, 429, headers={"Retry-After": "7.5"}))
    assert list(get_many(client, "beta", ["/a", "/b"])) == ["/a"]
    with pytest.raises(Throttled) as caught:
        client.get("/beta/a")
    assert caught.value.retry_after == pytest.approx(7.5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"responses": {}},
        {"responses": ["x"]},
        {"responses": [{"status": 200}]},
        {"responses": [{"id": "9", "status": 200}]},
    ],
)
def test_an_odd_answer_is_not_believed(
    service: ScriptedService, client: GraphClient, body: object
) -> None:
    service.say(200, body)
    with pytest.raises(Unreachable):
        get_many(client, "beta", ["/a"])
