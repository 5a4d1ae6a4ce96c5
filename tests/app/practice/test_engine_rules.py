"""What always holds, whatever is asked of the engine in whatever order, and from one seed."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.practice import causes
from app.practice.directory import Directory
from app.practice.engine import RESCHEDULED, STATUSES, Engine
from app.practice.faults import Fault
from app.practice.scenario import parse
from app.practice.store import Store, Task
from app.practice.trust import Arrangement
from practice_engine import DAY, HOUR, MINUTE, NOW, World, request

SLOTS, LIMIT = 2, 4
PEOPLE = [f"p{n}@tailspin.com" for n in range(6)]
TARGETS = [f"q{n}@northwind.com" for n in range(4)]
FINAL = ("completed", "failed", "cancelled")
FACTS: list[dict[str, Any]] = [
    {},
    {"no_licence": True},
    {"on_hold": True},
    {"no_drive": True},
    {"lock_state": "ReadOnly"},
    {"target_drive_exists": True},
    {"missing_on_target": True},
]
ROUGH = parse(
    "rough",
    "rough.toml",
    """
title = "Rough"
description = "Everything at once."
[queue]
slots = 2
limit = 4
[[incidents]]
what = "restart"
at_minute = 30
lasts_minutes = 10
share = 0.7
[[incidents]]
what = "jobs not created"
at_minute = 60
lasts_minutes = 60
share = 0.4
[[incidents]]
what = "restart"
at_minute = 200
lasts_minutes = 5
[[incidents]]
what = "starts held"
at_minute = 240
lasts_minutes = 90
""",
)


def refusal(call: Callable[[], object]) -> Fault | None:
    try:
        call()
    except Fault as fault:
        return fault
    return None


class EngineRules(RuleBasedStateMachine):
    """Random calls at random times, with people who change and a process that restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="engine-rules-")
        self.now = NOW
        self.world = World(Path(self.folder.name), ROUGH)
        self.finals: dict[str, Task] = {}
        self.latest = 0

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()

    @rule(
        source=st.sampled_from(PEOPLE),
        to=st.sampled_from(TARGETS),
        begin=st.none() | st.integers(-HOUR, 6 * HOUR),
        latest=st.none() | st.integers(0, 4 * HOUR),
        dry=st.booleans(),
    )
    def create(
        self, source: str, to: str, begin: int | None, latest: int | None, dry: bool
    ) -> None:
        asked = request(
            source,
            to,
            begin=None if begin is None else self.now + begin,
            latest=None if latest is None else self.now + latest,
            dry=dry,
        )
        before = self.world.store.count_tasks()
        refused = refusal(lambda: self.world.engine.create(self.now, asked))
        made = self.world.store.count_tasks() - before
        assert made == (refused is None and not dry)
        if refused is not None:
            assert refused.code == "TooManyRequests" or refused.code in causes.BY_CODE
            assert refused.status in (422, 409, 429)

    @rule(number=st.integers(0, 30))
    def cancel(self, number: int) -> None:
        tasks = self.world.store.tasks("ORDER BY seq")
        if not tasks:
            return
        task_id = tasks[number % len(tasks)].id
        refused = refusal(lambda: self.world.engine.cancel(self.now, task_id))
        task = self.world.engine.by_id(self.now, task_id)
        if refused is None:
            assert task.status == "cancelled"
        else:
            assert refused.status == 409
            assert task.status != "notStarted" or task.stage == RESCHEDULED

    @rule(passed=st.sampled_from([0, 1, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, -HOUR]))
    def time_passes(self, passed: int) -> None:
        self.now = max(self.now, self.now + passed)
        self.world.engine.advance(self.now + min(passed, 0))

    @rule(who=st.sampled_from(PEOPLE + TARGETS), facts=st.sampled_from(FACTS))
    def something_becomes_true(self, who: str, facts: dict[str, Any]) -> None:
        self.world.directory.add({who: facts})

    @rule(how=st.sampled_from([Arrangement.NONE, Arrangement.ESTABLISHED]))
    @precondition(lambda self: self.world.store.count_tasks() > 2)
    def trust_changes(self, how: Arrangement) -> None:
        self.world.engine.trust.arrange(how, self.now)

    @rule()
    def restart(self) -> None:
        self.world.engine.advance(self.latest)  # a start may be due the moment it was asked for
        before = self.world.store.tasks("ORDER BY seq")
        self.world.close()
        self.world = World(Path(self.folder.name), ROUGH)
        self.world.engine.advance(self.latest)
        assert self.world.store.tasks("ORDER BY seq") == before

    @invariant()
    def never_two_for_one_source(self) -> None:
        alive = [t for t in self.world.store.tasks("") if t.status not in ("failed", "cancelled")]
        assert len({task.source_upn.casefold() for task in alive}) == len(alive)

    @invariant()
    def a_target_is_moved_to_once(self) -> None:
        done = [task.target_upn for task in self.world.store.tasks("WHERE status = 'completed'")]
        assert len(set(done)) == len(done)

    @invariant()
    def what_is_over_never_changes(self) -> None:
        tasks = {task.id: task for task in self.world.store.tasks("")}
        for task_id, final in self.finals.items():
            assert tasks[task_id] == final
        self.finals = {task.id: task for task in tasks.values() if task.status in FINAL}

    @invariant()
    def slots_and_queue_hold(self) -> None:
        tasks = self.world.store.tasks("")
        running = [task for task in tasks if task.status == "inProgress"]
        pending = [task for task in tasks if task.status == "notStarted"]
        assert len(running) == self.world.engine.running <= SLOTS
        assert len(pending) == self.world.engine.pending
        # The service itself may put back what ran, over the limit for new ones.
        assert len([task for task in pending if task.stage != RESCHEDULED]) <= LIMIT
        assert {task.status for task in tasks} <= set(STATUSES)

    @invariant()
    def time_is_monotone(self) -> None:
        engine = self.world.engine
        assert engine.advanced_to >= self.latest
        self.latest = engine.advanced_to
        for task in self.world.store.tasks(""):
            times = [task.created, task.started, task.updated, task.finished]
            known = [time for time in times if time is not None]
            assert known == sorted(known)
            assert known[-1] <= engine.advanced_to
            if task.status == "inProgress":
                assert task.next_at is not None
                assert task.next_at > engine.advanced_to

    @invariant()
    def the_source_is_read_only_exactly_while_it_is_moved(self) -> None:
        for upn in PEOPLE:
            tasks = self.world.store.tasks("WHERE source_upn = ?", upn)
            site = self.world.engine.source_site(upn)
            moved = any(task.status == "completed" for task in tasks)
            running = any(task.status == "inProgress" for task in tasks)
            assert site.is_redirect == moved
            own = self.world.directory.person(upn).drive_lock
            assert site.lock_state == ("ReadOnly" if running else own)

    @invariant()
    def a_failure_has_its_code_and_message(self) -> None:
        for task in self.world.store.tasks(""):
            if task.status == "failed":
                assert task.error_code in causes.BY_CODE
                assert task.error_message
                assert "{" not in task.error_message
            else:
                assert (task.error_code, task.error_message) == ("", "")


TestEngineRules = EngineRules.TestCase
TestEngineRules.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def history(folder: Path, seed: int, *, often: bool) -> list[Task]:
    """The same calls at the same practice times; `often`: looked at and restarted in between."""
    dice = random.Random(11)
    calls = sorted(
        (NOW + dice.randrange(500) * MINUTE, f"p{n}@tailspin.com", dice.choice(TARGETS + PEOPLE))
        for n in range(60)
    )
    folder.mkdir()
    world = World(folder, ROUGH, seed=seed, queue_limit=100)
    look = NOW
    for at, source, target in calls:
        while often and look < at:
            world.engine.advance(look)
            look += 3 * MINUTE
            if look % (60 * MINUTE) == 0:
                world.close()
                world = World(folder, ROUGH, seed=seed, queue_limit=100)
        with suppress(Fault):
            world.engine.create(at, request(source, target))
    world.engine.advance(NOW + 4 * DAY)
    with closing(world):
        return world.store.tasks("ORDER BY seq")


def test_the_same_seed_and_calls_make_the_same_history(tmp_path: Path) -> None:
    first = history(tmp_path / "first", 7, often=False)
    assert history(tmp_path / "again", 7, often=False) == first
    assert history(tmp_path / "often", 7, often=True) == first
    other = history(tmp_path / "other", 8, often=False)
    assert other != first
    assert {task.status for task in first} >= {"completed", "failed"}


def test_a_transaction_that_fails_leaves_the_counts_right(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    folder.mkdir()
    with closing(Store(folder / "world.db")) as store:
        directory = Directory(store, 7)
        engine = Engine(store, directory, slots=2)
        task = engine.create(NOW, request())
        assert isinstance(task, Task)
        store.execute(
            "CREATE TRIGGER no_end BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        for _ in range(2):
            with pytest.raises(sqlite3.Error):
                engine.advance(NOW + DAY)
            assert (engine.pending, engine.running) == (1, 0)
            assert engine.advanced_to < NOW + DAY
        store.execute("DROP TRIGGER no_end")
        assert engine.by_id(NOW + DAY, task.id).status == "completed"
        assert (engine.pending, engine.running) == (0, 0)
