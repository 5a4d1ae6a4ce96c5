"""The Graph service against a real server and against the practice tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.client import GraphClient
from app.errors import Refused, Throttled, Unreachable
from app.graph_moves import GraphMoves, read_time
from app.model import MoveStatus
from app.moves import MoveService, StartRequest
from scripted_service import HeldClock, Reply, ScriptedService, scripted_service

TASKS = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
SCHEMA = json.loads(
    (Path(__file__).parent / "contract_task.schema.json").read_text(encoding="utf-8")
)
ANA = StartRequest("ana@tailspin.onmicrosoft.com", "ana@northwind.onmicrosoft.com")
NO_TASK = {"error": {"code": "itemNotFound", "message": "There is no such task."}}


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def moves(service: ScriptedService) -> Iterator[MoveService]:
    clock = HeldClock()
    client = GraphClient(service.url, lambda: "token-of-the-test", timeout_seconds=5, clock=clock)
    made: MoveService = GraphMoves(
        client, target_host="https://northwind-my.sharepoint.com/", clock=clock, practice=True
    )
    yield made
    made.close()


def task(status: str = "notStarted", **more: object) -> dict[str, object]:
    parameters: dict[str, object] = {
        "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
        "sourceUserIdentity": {"userPrincipalName": ANA.source_upn},
        "targetUserIdentity": {"userPrincipalName": ANA.target_upn},
    }
    parameters.update(more.pop("parameters", {}))  # type: ignore[call-overload] # a dict here
    return {"id": "task-1", "status": status, "parameters": parameters, **more}


def test_start_sends_what_the_contract_allows(service: ScriptedService, moves: MoveService) -> None:
    service.say(200, task())
    said = moves.start(ANA)
    heard = service.heard[0]
    assert (heard.method, heard.path) == ("POST", TASKS)
    jsonschema.validate(heard.json, SCHEMA)
    assert heard.json == {
        "parameters": {
            "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
            "targetOrganizationHost": "https://northwind-my.sharepoint.com",
            "sourceUserIdentity": {"userPrincipalName": ANA.source_upn},
            "targetUserIdentity": {"userPrincipalName": ANA.target_upn},
        }
    }
    assert (said.move_id, said.status) == ("task-1", MoveStatus.NOT_STARTED)
    assert (said.source_upn, said.target_upn) == (ANA.source_upn, ANA.target_upn)


@pytest.mark.parametrize(
    "begin",
    [
        datetime(2026, 12, 5, 18, 0, tzinfo=UTC),
        datetime(2026, 12, 5, 19, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
        datetime(2026, 12, 5, 12, 30, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
    ],
)
def test_the_begin_goes_out_in_utc(
    service: ScriptedService, moves: MoveService, begin: datetime
) -> None:
    service.say(200, task())
    moves.start(replace(ANA, begin_utc=begin))
    jsonschema.validate(service.heard[0].json, SCHEMA)
    assert b'"preferredStartDateTime": "2026-12-05T18:00:00Z"' in service.heard[0].body


def test_a_time_without_zone_never_goes_out(service: ScriptedService, moves: MoveService) -> None:
    naive = datetime(2026, 12, 5, 18, 0)  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError, match="zone"):
        moves.start(replace(ANA, begin_utc=naive))
    assert service.heard == []


@pytest.mark.parametrize(
    "host", ["northwind-my.sharepoint.com", "https://northwind-my.sharepoint.com"]
)
def test_the_target_host_is_sent_as_an_address(service: ScriptedService, host: str) -> None:
    clock = HeldClock()
    client = GraphClient(service.url, lambda: "token-of-the-test", clock=clock)
    moves = GraphMoves(client, target_host=host, clock=clock, practice=False)
    service.say(200, task())
    moves.start(ANA)
    moves.close()
    jsonschema.validate(service.heard[0].json, SCHEMA)
    assert b'Host": "https://northwind-my.sharepoint.com"' in service.heard[0].body


@pytest.mark.parametrize(
    ("upn", "encoded"),
    [
        ("ana@tailspin.com", "ana%40tailspin.com"),
        ("o'neil@tailspin.com", "o%27%27neil%40tailspin.com"),
        ("bo_x.com#EXT#@t.com", "bo_x.com%23EXT%23%40t.com"),
        ("a/b?c&d%20@t.com", "a%2Fb%3Fc%26d%2520%40t.com"),
        ("müller@t.com", "m%C3%BCller%40t.com"),
    ],
)
def test_find_asks_by_source_upn(
    service: ScriptedService, moves: MoveService, upn: str, encoded: str
) -> None:
    service.say(200, task(parameters={"sourceUserIdentity": {"userPrincipalName": upn.upper()}}))
    said = moves.find(upn)
    assert said is not None
    assert said.move_id == "task-1"
    path = f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='{encoded}')"
    assert (service.heard[0].method, service.heard[0].path) == ("GET", path)


def test_find_knows_nothing_of_a_404(service: ScriptedService, moves: MoveService) -> None:
    service.say(404, NO_TASK)
    assert moves.find("ana@tailspin.com") is None


def test_states_of_many_are_asked_for_at_once(service: ScriptedService, moves: MoveService) -> None:
    there = {"id": "0", "status": 200, "body": task("inProgress")}
    gone = {"id": "1", "status": 404, "body": NO_TASK}
    service.say(200, {"responses": [gone, there]})
    [said] = moves.states(["task-1", "a/b"])
    assert (said.move_id, said.status) == ("task-1", MoveStatus.IN_PROGRESS)
    heard: Any = service.heard[0]
    assert (heard.method, heard.path) == ("POST", "/beta/$batch")
    urls = [request["url"] for request in heard.json["requests"]]
    assert urls == [f"{TASKS.removeprefix('/beta')}/task-1", f"{TASKS.removeprefix('/beta')}/a%2Fb"]


def test_a_404_of_somebody_else_is_not_taken_for_no_move(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(404, b"<html>proxy: not found</html>")
    with pytest.raises(Unreachable) as caught:
        moves.find(ANA.source_upn)
    assert caught.value.code == "ODD_ANSWER"


def test_find_does_not_take_the_move_of_another_person(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(200, task())
    with pytest.raises(Unreachable):
        moves.find("bo@tailspin.onmicrosoft.com")


def test_a_task_that_names_people_by_id_is_known_by_what_was_asked(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(
        200, task(parameters={"sourceUserIdentity": {"id": "1"}, "targetUserIdentity": None})
    )
    said = moves.find(ANA.source_upn)
    assert said is not None
    assert (said.source_upn, said.target_upn) == (ANA.source_upn, "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("notStarted", MoveStatus.NOT_STARTED),
        ("NOTSTARTED", MoveStatus.NOT_STARTED),
        ("inProgress", MoveStatus.IN_PROGRESS),
        ("InProgress", MoveStatus.IN_PROGRESS),
        ("completed", MoveStatus.SUCCESS),
        ("Success", MoveStatus.SUCCESS),
        ("failed", MoveStatus.FAILED),
        ("cancelled", MoveStatus.STOPPED),
        ("Canceled", MoveStatus.STOPPED),
        ("stopped", MoveStatus.STOPPED),
        ("unknownFutureValue", MoveStatus.UNKNOWN),
        ("completedWithErrors", MoveStatus.UNKNOWN),
        ("notCompleted", MoveStatus.UNKNOWN),
        ("RescheduleManualTrigger", MoveStatus.UNKNOWN),
    ],
)
def test_every_word_of_the_service_is_kept(
    service: ScriptedService, moves: MoveService, word: str, status: MoveStatus
) -> None:
    service.say(200, task(word))
    said = moves.find(ANA.source_upn)
    assert said is not None
    assert (said.status, said.service_state, said.derived) == (status, word, False)


@pytest.mark.parametrize(
    ("begin", "word", "status", "derived"),
    [
        ("2026-12-05T12:00:01Z", "notStarted", MoveStatus.SCHEDULED, True),
        ("2026-12-05T12:00:00Z", "notStarted", MoveStatus.NOT_STARTED, False),
        ("2026-12-05T11:59:00Z", "notStarted", MoveStatus.NOT_STARTED, False),
        ("2026-12-05T12:30:00+01:00", "notStarted", MoveStatus.NOT_STARTED, False),
        ("2026-12-06T12:00:00Z", "inProgress", MoveStatus.IN_PROGRESS, False),
        ("some day", "notStarted", MoveStatus.NOT_STARTED, False),
        (None, "notStarted", MoveStatus.NOT_STARTED, False),
    ],
)
def test_scheduled_is_concluded_and_marked_so(
    service: ScriptedService,
    moves: MoveService,
    begin: str | None,
    word: str,
    status: MoveStatus,
    derived: bool,
) -> None:
    service.say(200, task(word, parameters={"preferredStartDateTime": begin}))
    said = moves.find(ANA.source_upn)
    assert said is not None
    assert (said.status, said.derived, said.service_state) == (status, derived, word)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-07-18T09:05:00Z", datetime(2025, 7, 18, 9, 5, tzinfo=UTC)),
        ("2025-7-8T9:05:00Z", datetime(2025, 7, 8, 9, 5, tzinfo=UTC)),
        ("2025-07-18T09:05:00.1234567Z", datetime(2025, 7, 18, 9, 5, 0, 123456, tzinfo=UTC)),
        ("2025-07-18T09:05:00.5+02:00", datetime(2025, 7, 18, 7, 5, 0, 500000, tzinfo=UTC)),
        ("2025-07-18T09:05:00-0530", datetime(2025, 7, 18, 14, 35, tzinfo=UTC)),
        (" 2025-07-18 09:05 ", datetime(2025, 7, 18, 9, 5, tzinfo=UTC)),
        ("2025-07-18T09:05:00", datetime(2025, 7, 18, 9, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("2025-13-18T09:05:00Z", None),
        ("2025-02-30T09:05:00Z", None),
        ("9999-12-31T23:59:00-05:00", None),
        ("2025-07-18T09:05:00+99:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1752829500, None),
    ],
)
def test_times_are_read_leniently(text: object, time: datetime | None) -> None:
    assert read_time(text) == time


def test_times_and_error_of_a_failed_move(service: ScriptedService, moves: MoveService) -> None:
    service.say(
        200,
        task(
            "failed",
            startedDateTime="2026-12-05T10:02:11.120Z",
            lastUpdatedDateTime="2026-12-05T10:05:00Z",
            finishedDateTime="2026-12-05T10:05:00Z",
            error={"code": "MnAOdbOwnerUrlMismatch", "message": "=owner", "target": None},
        ),
    )
    said = moves.find(ANA.source_upn)
    assert said is not None
    assert said.status is MoveStatus.FAILED
    assert (said.error_code, said.error_message) == ("MnAOdbOwnerUrlMismatch", "=owner")
    assert said.started_utc == datetime(2026, 12, 5, 10, 2, 11, 120000, tzinfo=UTC)
    assert said.updated_utc == said.finished_utc == datetime(2026, 12, 5, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ("", "")),
        ({"error": None}, ("", "")),
        ({"error": {"code": None, "message": None}}, ("", "")),
        ({"error": {"message": "only words"}}, ("", "only words")),
        ({"error": {"code": 7, "message": ["x"]}}, ("", "")),
        ({"error": "plain words"}, ("", "plain words")),
        ({"errors": [{"code": "A", "message": "b"}, {"code": "C"}]}, ("A", "b")),
        ({"error": None, "errors": [None, {"code": "A"}]}, ("A", "")),
        ({"errors": "odd"}, ("", "")),
    ],
)
def test_errors_of_every_shape_are_borne(
    service: ScriptedService,
    moves: MoveService,
    more: dict[str, object],
    expected: tuple[str, str],
) -> None:
    service.say(200, task("failed", **more))
    said = moves.find(ANA.source_upn)
    assert said is not None
    assert (said.error_code, said.error_message) == expected


ODD = [
    {},
    {"id": "1"},
    {"status": "completed"},
    {"id": "", "status": "completed"},
    {"id": 7, "status": "completed"},
    {"id": "1", "status": None},
    {"id": "1", "status": " "},
    [],
]


@pytest.mark.parametrize("body", ODD)
def test_an_odd_answer_to_a_start_is_ambiguous(
    service: ScriptedService, moves: MoveService, body: object
) -> None:
    service.say(200, body)
    with pytest.raises(Unreachable) as caught:
        moves.start(ANA)
    assert caught.value.code == "ODD_ANSWER"


@pytest.mark.parametrize("body", ODD)
def test_an_odd_answer_to_a_look_up_is_not_taken_for_no_move(
    service: ScriptedService, moves: MoveService, body: object
) -> None:
    service.say(200, body)
    with pytest.raises(Unreachable) as caught:
        moves.find(ANA.source_upn)
    assert caught.value.code == "ODD_ANSWER"


def test_an_empty_answer_to_a_start_is_ambiguous(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(204)
    with pytest.raises(Unreachable):
        moves.start(ANA)


def test_a_finished_check_is_no_finished_move(service: ScriptedService, moves: MoveService) -> None:
    check = task("completed", parameters={"validateOnly": True})
    service.say(200, check)
    service.say(200, check)
    service.say(200, {"value": [check]})
    service.say(200, check)
    assert moves.find(ANA.source_upn) is None
    assert moves.find(ANA.source_upn) is None
    assert moves.list_moves() == []
    with pytest.raises(Unreachable):
        moves.start(ANA)


def test_a_refused_start_is_explained(service: ScriptedService, moves: MoveService) -> None:
    message = "There is another move job for the same source URL."
    service.say(422, {"error": {"code": "unprocessableEntity", "message": message}})
    with pytest.raises(Refused) as caught:
        moves.start(ANA)
    assert caught.value.code == "MnASiteMoveIsInprogressOrFinished"
    assert caught.value.detail == f"unprocessableEntity: {message}"
    assert caught.value.status == 422
    assert "Read the state" in caught.value.remedy


def test_a_refusal_nobody_knows_stays_as_it_is(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(422, {"error": {"code": "brandNew", "message": "Never seen."}})
    with pytest.raises(Refused) as caught:
        moves.start(ANA)
    assert (caught.value.code, caught.value.detail) == ("brandNew", "Never seen.")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_while_starting_is_ambiguous(
    service: ScriptedService, moves: MoveService, status: int
) -> None:
    service.say(status)
    with pytest.raises(Unreachable):
        moves.start(ANA)
    assert len(service.heard) == 1


def test_a_lost_answer_to_a_start_is_ambiguous(
    service: ScriptedService, moves: MoveService
) -> None:
    service.replies.append(Reply(hang_up=True))
    with pytest.raises(Unreachable):
        moves.start(ANA)
    assert len(service.heard) == 1


def test_a_busy_service_that_names_no_pause_may_have_taken_the_start(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(503)
    with pytest.raises(Unreachable) as caught:
        moves.start(ANA)
    assert caught.value.status == 503


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_start_was_not_taken(
    service: ScriptedService, moves: MoveService, status: int
) -> None:
    service.say(status, Retry_After="3")
    with pytest.raises(Throttled) as caught:
        moves.start(ANA)
    assert caught.value.retry_after == 3.0


def test_the_list_goes_over_all_pages(service: ScriptedService, moves: MoveService) -> None:
    link = f"{service.url}{TASKS}?$skiptoken=2"
    site = {"id": "task-3", "status": "inProgress", "parameters": {"sourceSiteUrl": "https://x"}}
    service.say(
        200, {"value": [task(), {**task("failed"), "id": "task-2"}], "@odata.nextLink": link}
    )
    service.say(200, {"value": [site], "@odata.nextLink": None})
    said = moves.list_moves()
    assert [(one.move_id, one.status) for one in said] == [
        ("task-1", MoveStatus.NOT_STARTED),
        ("task-2", MoveStatus.FAILED),
        ("task-3", MoveStatus.IN_PROGRESS),
    ]
    assert said[2].source_upn == ""
    assert service.heard[0].path.replace("%24", "$") == f"{TASKS}?$top=200"
    assert service.heard[1].path == f"{TASKS}?$skiptoken=2"


@pytest.mark.parametrize(
    "body", [{}, {"value": None}, {"value": {}}, {"value": ["x"]}, {"value": [{"id": "1"}]}]
)
def test_an_odd_list_is_not_taken_for_an_empty_one(
    service: ScriptedService, moves: MoveService, body: object
) -> None:
    service.say(200, body)
    with pytest.raises(Unreachable) as caught:
        moves.list_moves()
    assert caught.value.code == "ODD_ANSWER"


def test_a_list_that_leads_elsewhere_or_in_a_circle_ends(
    service: ScriptedService, moves: MoveService
) -> None:
    service.say(200, {"value": [], "@odata.nextLink": "https://evil.example/beta"})
    with pytest.raises(Unreachable):
        moves.list_moves()
    circle = {"value": [], "@odata.nextLink": f"{service.url}{TASKS}?$skiptoken=1"}
    service.say(200, circle)
    service.say(200, circle)
    with pytest.raises(Unreachable):
        moves.list_moves()
    assert len(service.heard) == 3


def test_cancel_posts_without_a_body(service: ScriptedService, moves: MoveService) -> None:
    service.say(204)
    moves.cancel("task-1")
    heard = service.heard[0]
    assert (heard.method, heard.path, heard.body) == ("POST", f"{TASKS}/task-1/cancel", b"")


@pytest.mark.parametrize("status", [404, 409])
def test_a_cancel_that_is_too_late_is_refused(
    service: ScriptedService, moves: MoveService, status: int
) -> None:
    service.say(status, {"error": {"code": "conflict", "message": "It runs."}})
    with pytest.raises(Refused) as caught:
        moves.cancel("task-1")
    assert (caught.value.status, caught.value.detail) == (status, "It runs.")


def test_capabilities_tell_practice_from_beta(service: ScriptedService) -> None:
    clock = HeldClock()
    client = GraphClient(service.url, lambda: "token-of-the-test", clock=clock)
    practice, real = (
        GraphMoves(
            client, target_host="x-my.sharepoint.com", clock=clock, practice=one
        ).capabilities
        for one in (True, False)
    )
    client.close()
    assert (practice.name, practice.practice, practice.beta) == ("practice", True, False)
    assert (real.name, real.practice, real.beta) == ("graph", False, True)
    assert (practice.poll_seconds, practice.settle_seconds) == (0.5, 1.0)
    assert (real.poll_seconds, real.settle_seconds) == (60.0, 60.0)
    assert real.queue_limit == 4000
    assert not real.keeps_end
    assert not real.says_stage
    assert real.second_start_after == {MoveStatus.FAILED, MoveStatus.STOPPED}
