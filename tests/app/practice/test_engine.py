"""The life of a move: stages, slots, begin times and causes of failure, on a clock of our own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.practice.directory import Directory, is_upn
from app.practice.engine import PICK_UP_MS, Engine, TaskRequest
from app.practice.faults import Fault
from app.practice.store import Store, Task

NOW = 1_796_000_000_000
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
TAKEN_UP = NOW + PICK_UP_MS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "state.db")) as opened:
        yield opened


def engine_of(
    store: Store, people: dict[str, dict[str, Any]] | None = None, *, slots: int = 100
) -> Engine:
    directory = Directory(store, 7)
    directory.add(people or {})
    return Engine(store, directory, slots=slots)


def request(
    source: str,
    target: str = "",
    *,
    begin: int | None = None,
    latest: int | None = None,
    host: str = "https://northwind-my.sharepoint.com",
    dry: bool = False,
) -> TaskRequest:
    wished = target or f"{source.partition('@')[0]}@northwind.com"
    return TaskRequest(
        {"targetOrganizationHost": host}, source, "", wished, "", host, begin, latest, dry
    )


def made(engine: Engine, now: int, asked: TaskRequest) -> Task:
    task = engine.create(now, asked)
    assert isinstance(task, Task)
    return task


def test_a_move_goes_through_its_stages(store: Store) -> None:
    engine = engine_of(store)
    task = made(engine, NOW, request("ana@tailspin.com"))
    stages: list[str] = []
    assert engine.by_id(TAKEN_UP - 1, task.id).status == "notStarted"
    for minute in range(61):
        found = engine.by_id(TAKEN_UP + minute * MINUTE, task.id)
        if not stages or stages[-1] != found.stage:
            stages.append(found.stage)
    assert stages == ["Validation", "Backup", "Restore", "Cleanup"]
    done = engine.by_id(NOW + DAY, task.id)
    assert done.status == "completed"
    assert done.started == TAKEN_UP
    assert done.finished == done.updated == TAKEN_UP + task.duration
    assert 10 * MINUTE <= task.duration <= 60 * MINUTE


def test_how_long_it_takes_follows_from_seed_and_name(store: Store) -> None:
    first = [Directory(store, 7).person(f"p{n}@tailspin.com").move_ms for n in range(50)]
    again = [Directory(store, 7).person(f"P{n}@Tailspin.com").move_ms for n in range(50)]
    other = [Directory(store, 8).person(f"p{n}@tailspin.com").move_ms for n in range(50)]
    assert first == again != other
    assert len(set(first)) == 50
    assert min(first) >= 10 * MINUTE
    assert max(first) <= 60 * MINUTE


def test_a_larger_drive_takes_longer(store: Store) -> None:
    people = {
        "small@tailspin.com": {"drive_bytes": 1000},
        "large@tailspin.com": {"drive_bytes": 5 * 10**12},
        "slow@tailspin.com": {"drive_bytes": 1000, "slow": True},
    }
    engine = engine_of(store, people)
    durations = [made(engine, NOW, request(upn)).duration for upn in people]
    assert durations == [10 * MINUTE, 60 * MINUTE, 60 * MINUTE]


def test_slots_are_filled_in_order(store: Store) -> None:
    engine = engine_of(store, slots=2)
    tasks = [made(engine, NOW, request(f"p{n}@tailspin.com")) for n in range(5)]
    engine.advance(NOW + DAY)
    played = [engine.by_id(NOW + DAY, task.id) for task in tasks]
    starts = [task.started or 0 for task in played]
    assert starts[:2] == [TAKEN_UP, TAKEN_UP]
    assert starts == sorted(starts)
    # Each further one starts the moment that an earlier one ends.
    ends = {task.finished for task in played}
    assert all(start in ends for start in starts[2:])
    for moment in starts:
        running = [t for t in played if (t.started or 0) <= moment < (t.finished or 0)]
        assert len(running) <= 2


def test_a_begin_time_is_honoured(store: Store) -> None:
    engine = engine_of(store)
    task = made(engine, NOW, request("ana@tailspin.com", begin=NOW + 3 * DAY))
    past = made(engine, NOW, request("bo@tailspin.com", begin=NOW - 3 * DAY))
    assert engine.by_id(NOW + 3 * DAY - 1, task.id).status == "notStarted"
    assert engine.by_id(NOW + 3 * DAY, task.id).started == NOW + 3 * DAY
    assert engine.by_id(NOW + 3 * DAY, past.id).started == TAKEN_UP


def test_a_missed_latest_start_cancels(store: Store) -> None:
    engine = engine_of(store, slots=1)
    first = made(engine, NOW, request("ana@tailspin.com"))
    late = made(engine, NOW, request("bo@tailspin.com", latest=TAKEN_UP + MINUTE))
    in_time = made(engine, NOW, request("cy@tailspin.com", latest=TAKEN_UP + first.duration))
    over = made(engine, NOW, request("di@tailspin.com", latest=NOW - MINUTE))
    engine.advance(NOW + DAY)
    assert engine.by_id(NOW + DAY, late.id).status == "cancelled"
    assert engine.by_id(NOW + DAY, late.id).finished == TAKEN_UP + MINUTE
    assert engine.by_id(NOW + DAY, late.id).started is None
    assert engine.by_id(NOW + DAY, in_time.id).started == TAKEN_UP + first.duration
    assert engine.by_id(NOW + DAY, over.id).finished == NOW
    # After a cancelled one, the source may be started anew.
    assert made(engine, NOW + DAY, request("BO@tailspin.com")).id != late.id


def test_the_outcome_does_not_depend_on_who_looks(tmp_path: Path) -> None:
    dice = random.Random(5)
    people = {f"p{n}@tailspin.com": {"no_licence": True} for n in range(0, 60, 7)}
    asked = []
    for n in range(60):
        at = NOW + dice.randrange(0, 120) * MINUTE
        begin = at + dice.randrange(-60, 300) * MINUTE if dice.random() < 0.5 else None
        latest = max(begin or 0, at) + dice.randrange(1, 200) * MINUTE
        wished = request(
            f"p{n}@tailspin.com",
            f"q{dice.randrange(50)}@northwind.com",
            begin=begin,
            latest=latest if dice.random() < 0.5 else None,
        )
        asked.append((at, wished))
    asked.sort(key=lambda each: each[0])
    end = NOW + 3 * DAY

    with closing(Store(tmp_path / "once.db")) as store:
        engine = engine_of(store, people, slots=3)
        for at, wished in asked:
            engine.create(at, wished)
        engine.advance(end)
        once = store.tasks("ORDER BY seq")

    left = list(asked)
    path = tmp_path / "often.db"
    store = Store(path)
    engine = engine_of(store, people, slots=3)
    for minute in range(3 * 24 * 60 + 1):
        now = NOW + minute * MINUTE
        while left and left[0][0] <= now:
            engine.create(*left.pop(0))
        engine.advance(now)
        if minute % 97 == 0:
            # A restart between any two looks changes nothing.
            store.close()
            store = Store(path)
            engine = Engine(store, Directory(store, 7), slots=3)
    often = store.tasks("ORDER BY seq")
    store.close()

    assert often == once
    assert {task.status for task in once} == {"completed", "cancelled", "failed"}


def test_time_that_runs_backwards_changes_nothing(store: Store) -> None:
    engine = engine_of(store)
    task = made(engine, NOW, request("ana@tailspin.com"))
    engine.advance(NOW + DAY)
    assert engine.by_id(NOW - DAY, task.id).status == "completed"
    assert made(engine, NOW - DAY, request("bo@tailspin.com")).created == NOW + DAY


def test_two_sources_to_one_target(store: Store) -> None:
    engine = engine_of(store)
    first = made(engine, NOW, request("ana@tailspin.com", "both@northwind.com"))
    second = made(engine, NOW, request("bo@tailspin.com", "Both@Northwind.com"))
    assert engine.by_id(NOW + DAY, first.id).status == "completed"
    failed = engine.by_id(NOW + DAY, second.id)
    assert failed.status == "failed"
    assert failed.stage == "Validation"
    assert failed.error_code == "MnASiteMoveTargetUrlHasWriteConflict"
    assert "target tenant has a conflict" in failed.error_message
    # After a failure the source may be started anew, towards another target.
    again = made(engine, NOW + DAY, request("bo@tailspin.com", "bo@northwind.com"))
    assert engine.by_source(NOW + DAY, "bo@tailspin.com").id == again.id
    assert engine.by_id(NOW + 2 * DAY, again.id).status == "completed"
    # The drive that was made stays: a third is refused a day later too, and its dry run says so.
    dry = engine.create(NOW + DAY, request("cy@tailspin.com", "both@northwind.com", dry=True))
    assert isinstance(dry, tuple)
    assert dry[0] == "MnASiteMoveTargetUrlHasWriteConflict"


def test_a_move_that_failed_leaves_the_target_free(store: Store) -> None:
    engine = engine_of(store, {"ana@tailspin.com": {"no_licence": True}})
    made(engine, NOW, request("ana@tailspin.com", "one@northwind.com"))
    engine.advance(NOW + DAY)
    second = made(engine, NOW + DAY, request("bo@tailspin.com", "one@northwind.com"))
    assert engine.by_id(NOW + 2 * DAY, second.id).status == "completed"


@pytest.mark.parametrize(
    ("who", "facts", "code", "words"),
    [
        ("source", {"no_licence": True}, "MnAOdbUsersAreNotLicensed",
         "are licensed for Cross-tenant OneDrive migration"),
        ("source", {"on_hold": True}, "MnAMoveJobCreationFailed",
         "job creation for the source object id"),
        ("target", {"target_drive_exists": True}, "MnASiteMoveTargetUrlHasWriteConflict",
         "target tenant has a conflict"),
        ("source", {"owner": "boss@tailspin.com"}, "MnAOdbOwnerUrlMismatch",
         "match the owner of the OneDrive"),
        ("source", {"lock_state": "ReadOnly"}, "-161", "Error -161"),
    ],
)  # fmt: skip
def test_what_validation_finds(
    store: Store, who: str, facts: dict[str, Any], code: str, words: str
) -> None:
    upn = "ana@tailspin.com" if who == "source" else "ana@northwind.com"
    engine = engine_of(store, {upn: facts})
    dry = engine.create(NOW, request("ana@tailspin.com", dry=True))
    assert isinstance(dry, tuple)
    assert dry[0] == code
    task = made(engine, NOW, request("ana@tailspin.com"))
    failed = engine.by_id(NOW + DAY, task.id)
    assert (failed.status, failed.error_code) == ("failed", code)
    assert words in failed.error_message
    assert failed.finished == TAKEN_UP + task.duration // 10


def test_a_licence_of_the_source_is_enough(store: Store) -> None:
    engine = engine_of(store, {"ana@northwind.com": {"no_licence": True}})
    task = made(engine, NOW, request("ana@tailspin.com"))
    assert engine.by_id(NOW + DAY, task.id).status == "completed"


@pytest.mark.parametrize(
    ("source", "target", "host", "words"),
    [
        ("no upn", "", "", "Unable to get a OneDrive URL for source user UPN"),
        ("ana@tailspin.com", "ana.@northwind.com", "", "The target UPN ana.@northwind"),
        ("ana@tailspin.com", "ana", "", "The target UPN ana is invalid"),
        ("ana@tailspin.com", "anä@northwind.com", "", "The target UPN"),
        ("ana@tailspin.com", "a_x.com#EXT#@northwind.com", "", "The target UPN"),
        ("a_x.com#EXT#@tailspin.com", "a@b.com", "", "OneDrive site for source user UPN"),
        ("gone@tailspin.com", "", "", "does not exist"),
    ],
)  # fmt: skip
def test_a_start_that_is_refused(
    store: Store, source: str, target: str, host: str, words: str
) -> None:
    engine = engine_of(store, {"gone@tailspin.com": {"no_drive": True}})
    asked = request(source, target) if not host else request(source, target, host=host)
    with pytest.raises(Fault) as refused:
        engine.create(NOW, asked)
    assert refused.value.status == 422
    assert words in refused.value.message
    assert store.count_tasks() == 0


def test_a_person_by_object_id(store: Store) -> None:
    known = "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"
    engine = engine_of(store, {"ana@tailspin.com": {"id": known}})
    by_id = TaskRequest({}, "", known.upper(), "ana@northwind.com", "", "", None, None, False)
    assert made(engine, NOW, by_id).source_upn == "ana@tailspin.com"
    unknown = TaskRequest({}, "", known[::-1], "x@northwind.com", "", "", None, None, False)
    with pytest.raises(Fault):
        engine.create(NOW, unknown)


def test_the_queue_has_an_end(store: Store) -> None:
    engine = Engine(store, Directory(store, 7), slots=1, queue_limit=3)
    made(engine, NOW, request("first@tailspin.com"))
    for number in range(3):
        made(engine, TAKEN_UP + number, request(f"p{number}@tailspin.com"))
    with pytest.raises(Fault) as full:
        engine.create(TAKEN_UP + 3, request("late@tailspin.com"))
    assert full.value.status == 429
    assert 0 < engine.seconds_to_room() <= 3600
    made(engine, NOW + DAY, request("late@tailspin.com"))


@pytest.mark.parametrize(
    ("upn", "good"),
    [
        ("ana@tailspin.onmicrosoft.com", True),
        ("a@b.co", True),
        ("a" * 64 + "@tailspin.com", True),
        ("a" * 65 + "@tailspin.com", False),
        ("a@" + "b" * 45 + ".com", False),
        ("a.@b.com", False),
        ("a@@b.com", False),
        ("a b@c.com", False),
        ("a@b", False),
        ("@b.com", False),
        ("a@b.com\n", False),
        ("", False),
    ],
)
def test_what_a_upn_is(upn: str, good: bool) -> None:
    assert is_upn(upn) is good
