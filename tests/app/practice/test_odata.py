"""The task list: pages, filters, chosen properties, order and counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from practice_process import TASKS, Service, assert_error, serving

PEOPLE = 25
FAR = "2126-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """25 tasks: 5 completed, 3 in progress, 2 cancelled, 15 not started."""
    with serving(tmp_path_factory.mktemp("list") / "state.db") as running:
        for number in range(5):
            running.made(f"done{number}@tailspin.com")
        running.step(3700)
        ids = [
            running.made(f"wait{number}@tailspin.com", preferredStartDateTime=FAR)["id"]
            for number in range(17)
        ]
        for task_id in ids[:2]:
            running.cancel(task_id)
        for number in range(3):
            running.made(f"runs{number}@tailspin.com")
        running.step(60)
        yield running


def read(service: Service, query: str) -> dict[str, Any]:
    response = service.client.get(f"{TASKS}?{query}" if query else TASKS)
    assert response.status_code == 200, response.text
    return dict(response.json())


def pages(service: Service, query: str) -> list[list[dict[str, Any]]]:
    """Every page, following the links as they are."""
    found = []
    answer = read(service, query)
    while True:
        found.append(answer["value"])
        link = answer.get("@odata.nextLink")
        if link is None:
            return found
        assert link.startswith(service.base_url + TASKS + "?")
        answer = service.client.get(link).json()


def upns(tasks: list[dict[str, Any]]) -> list[str]:
    return [task["parameters"]["sourceUserIdentity"]["userPrincipalName"] for task in tasks]


def test_the_whole_list_in_pages(service: Service) -> None:
    found = pages(service, "$top=10")
    assert [len(page) for page in found] == [10, 10, 5]
    whole = [task for page in found for task in page]
    assert len({task["id"] for task in whole}) == PEOPLE
    assert upns(whole)[0] == "done0@tailspin.com"
    assert upns(whole)[-1] == "runs2@tailspin.com"
    assert len(read(service, "")["value"]) == PEOPLE
    # A last page that is exactly full has no link to an empty one.
    assert [len(page) for page in pages(service, "$top=25")] == [25]


def test_skip(service: Service) -> None:
    whole = upns(read(service, "")["value"])
    assert upns(read(service, "$skip=20")["value"]) == whole[20:]
    found = pages(service, "$skip=3&$top=10")
    assert upns([task for page in found for task in page]) == whole[3:]
    assert read(service, "$skip=1000")["value"] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("status eq 'completed'", 5),
        ("status eq 'inProgress'", 3),
        ("status eq 'cancelled'", 2),
        ("status eq 'failed'", 0),
        ("status eq 'unknownFutureValue'", 0),
        ("status eq 'notStarted' or status eq 'inProgress'", 18),
        ("status eq 'completed' and status eq 'failed'", 0),
        ("status ne 'notStarted' and status ne 'completed'", 5),
        ("status in ('cancelled', 'completed')", 7),
        ("not (status eq 'notStarted') and not status in ('cancelled','inProgress')", 5),
        ("(status eq 'cancelled') or ((status eq 'completed' or status eq 'completed'))", 7),
    ],
)
def test_filter(service: Service, text: str, count: int) -> None:
    response = service.client.get(TASKS, params={"$filter": text, "$count": "true"})
    answer = response.json()
    assert len(answer["value"]) == count == answer["@odata.count"]
    whole = read(service, "")["value"]
    rest = {task["status"] for task in whole} - {task["status"] for task in answer["value"]}
    assert len(answer["value"]) + sum(task["status"] in rest for task in whole) == PEOPLE
    number = service.client.get(f"{TASKS}/$count", params={"$filter": text})
    assert number.text == str(count)


def test_a_filter_holds_on_every_page(service: Service) -> None:
    found = pages(service, "$filter=status%20eq%20'notStarted'&$top=4&$count=true&$select=status")
    assert [len(page) for page in found] == [4, 4, 4, 3]
    assert {task["status"] for page in found for task in page} == {"notStarted"}
    assert all(set(task) == {"status"} for page in found for task in page)


def test_a_task_that_changes_between_pages_hides_no_other(service: Service) -> None:
    first = read(service, "$filter=status eq 'notStarted'&$top=8")
    gone = first["value"][0]
    service.cancel(gone["id"])
    rest = service.client.get(first["@odata.nextLink"]).json()["value"]
    again = service.made(upns([gone])[0], preferredStartDateTime=FAR)
    assert len(rest) == 7
    # Leave the list as it was found: the same number of each, one more cancelled.
    assert again["status"] == "notStarted"
    assert service.cancel(again["id"]).status_code == 204


def test_order(service: Service) -> None:
    query = "$orderby=startedDateTime desc,status&$top=4"
    found = [task for page in pages(service, query) for task in page]
    whole = read(service, "$top=999")["value"]
    assert {task["id"] for task in found} == {task["id"] for task in whole}
    assert len(found) == len(whole)
    assert {task["status"] for task in found[:3]} == {"inProgress"}


def test_names_without_a_dollar_are_the_callers_own(service: Service) -> None:
    assert len(read(service, "trace=1&$top=2")["value"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "$top=0",
        "$top=1000",
        "$top=-1",
        "$top=x",
        "$top=",
        "$top=٣",
        "$top=1&$top=2",
        "$skip=-1",
        "$skip=99999999999999999999",
        "$count=yes",
        "$select=",
        "$select=id,nothing",
        "$orderby=created",
        "$orderby=status sideways",
        "$orderby=status;drop table tasks",
        "$skiptoken=zzz",
        "$skiptoken=o5",
        "$skiptoken=s5&$orderby=status",
        "$filter=",
        "$filter=status",
        "$filter=status eq",
        "$filter=status eq completed",
        "$filter=status eq 'done'",
        "$filter=status lt 'completed'",
        "$filter=status in 'completed'",
        "$filter=status in ()",
        "$filter=status eq 'completed' and",
        "$filter=not",
        "$filter=status eq 'completed' or",
        "$filter=(status eq 'completed'",
        "$filter=status eq 'completed')",
        "$filter=status eq 'completed",
        "$filter=id eq 'completed'",
        "$filter=" + "(" * 500 + "status eq 'completed'" + ")" * 500,
        "$search=a",
        "$expand=error",
        "$format=xml",
        "$deltatoken=latest",
    ],
)
def test_a_wrong_option_is_named(service: Service, query: str) -> None:
    assert_error(service.client.get(f"{TASKS}?{query}"), 400, query.partition("=")[0])
