"""The engine's own dry run over Graph: what is sent, and what the answers may mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import jsonschema
import pytest

from app.client import GraphClient
from app.errors import Unreachable
from app.graph_moves import GraphMoves
from app.moves import ChecksStarts, DryRun, StartRequest
from app.practice.contract import schemas
from practice_run import Tenants as Practice
from scripted_service import HeldClock, ScriptedService, scripted_service

SCHEMA = {"$ref": "#/$defs/userTask", "$defs": schemas("requests")}
ANA = StartRequest("ana@contoso.com", "ana@northwind.com")
BEN = StartRequest("ben@contoso.com", "ben@northwind.com")


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def moves(service: ScriptedService) -> Iterator[GraphMoves]:
    clock = HeldClock()
    client = GraphClient(service.url, lambda: "token", clock=clock)
    host = "https://northwind-my.sharepoint.com"
    with closing(GraphMoves(client, target_host=host, clock=clock, practice=True)) as made:
        yield made


def answer(status: int, body: object) -> dict[str, Any]:
    return {"responses": [{"id": "0", "status": status, "body": body}]}


def test_every_request_says_that_it_only_checks(
    service: ScriptedService, moves: GraphMoves
) -> None:
    assert isinstance(moves, ChecksStarts)
    said = {"status": "completed", "parameters": {"validateOnly": True}}
    service.say(
        200,
        {"responses": [{"id": str(n), "status": 200, "body": said} for n in range(2)]},
    )
    assert moves.dry_run([ANA, BEN]) == [DryRun(200, "completed", passed=True)] * 2
    whole: Any = service.heard[0].json
    assert service.heard[0].path == "/beta/$batch"
    for request, person in zip(whole["requests"], (ANA, BEN), strict=True):
        assert request["method"] == "POST"
        assert request["headers"] == {"Content-Type": "application/json"}
        jsonschema.validate(request["body"], SCHEMA)
        parameters = request["body"]["parameters"]
        assert parameters["validateOnly"] is True
        assert parameters["sourceUserIdentity"] == {"userPrincipalName": person.source_upn}
        assert "preferredStartDateTime" not in parameters


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"status": "Success"}, DryRun(200, "Success", passed=True)),
        (200, {"status": "pondering"}, DryRun(200, "pondering")),
        (200, {}, DryRun(200)),
        (200, {"status": "failed"}, DryRun(200, "failed")),
        (
            200,
            {"status": "completed", "error": {"code": "MnAOdbOwnerUrlMismatch", "message": "x"}},
            DryRun(200, "completed", "MnAOdbOwnerUrlMismatch", "x"),
        ),
        (
            200,
            {"status": "failed", "error": {"code": "new", "message": "Bring Your Own Key is on."}},
            DryRun(200, "failed", "MnABYOKEnabledOnSourceTenant", "Bring Your Own Key is on."),
        ),
        (
            422,
            {"error": {"code": "BadRequest", "details": [{"code": "MnATargetUpnIsInvalid"}]}},
            DryRun(422, "", "MnATargetUpnIsInvalid", "BadRequest"),
        ),
        (403, {"error": {"code": "x", "message": "y"}}, DryRun(403, "", "x", "y")),
        (
            501,
            {"error": {"code": "notImplemented", "message": "no"}},
            DryRun(501, "", "MnAPartnersOnTheSameFarm", "no"),
        ),
        (
            200,
            {"id": "m1", "status": "notStarted", "parameters": {}},
            DryRun(200, "notStarted", made_move_id="m1"),
        ),
        (
            200,
            {"id": "m1", "status": "completed", "parameters": {"validateOnly": True}},
            DryRun(200, "completed", passed=True),
        ),
        (503, {}, None),
        (429, {}, None),
    ],
)
def test_what_an_answer_means(
    service: ScriptedService, moves: GraphMoves, status: int, body: object, expected: object
) -> None:
    service.say(200, answer(status, body))
    assert moves.dry_run([ANA]) == [expected]


def test_the_practice_service_checks_and_keeps_nothing(tenants: Practice) -> None:
    client = GraphClient(tenants.base_url, lambda: tenants.source_token)
    host = "https://practice-target-my.sharepoint.com"
    with closing(GraphMoves(client, target_host=host, clock=HeldClock(), practice=True)) as moves:
        assert moves.pending() == 0
        assert moves.dry_run([ANA, BEN]) == [DryRun(200, "completed", passed=True)] * 2
        assert tenants.tasks() == []
        assert tenants.create(ANA.source_upn, ANA.target_upn).status_code == 200
        assert moves.pending() == 1
        (again,) = moves.dry_run([ANA])
    assert again is not None
    assert (again.status, again.code) == (409, "MnASiteMoveIsInprogressOrFinished")


@pytest.mark.parametrize("body", [{}, {"@odata.count": "7"}, {"@odata.count": True}])
def test_a_queue_without_a_number_is_no_empty_queue(
    service: ScriptedService, moves: GraphMoves, body: object
) -> None:
    service.say(200, body)
    with pytest.raises(Unreachable):
        moves.pending()
