"""What a run does when nobody looks: pauses that last, windows that end, calls that it saves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.callers import Answer
from app.errors import AppError, ServiceError, SignInRequired, Throttled
from app.events import Event, RunChanged, RunState, ServiceAsked
from app.journal import Journal
from app.model import MoveStatus, Window
from app.moves import Capabilities, ServiceMove, StartRequest
from app.run import Run
from practice_run import people
from scripted_service import HeldClock

POLL = 10.0


@dataclass
class Shelf:
    """A service that does nothing but keep what it was given."""

    held: dict[str, ServiceMove] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            name="practice",
            practice=True,
            beta=False,
            can_list=True,
            keeps_end=False,
            says_stage=False,
            queue_limit=4000,
            poll_seconds=POLL,
            settle_seconds=60.0,
            second_start_after=frozenset({MoveStatus.FAILED}),
        )
    )

    def put(self, upn: str, status: MoveStatus = MoveStatus.NOT_STARTED) -> ServiceMove:
        self.held[upn] = ServiceMove(f"id of {upn}", upn, "x@n.com", status, str(status))
        return self.held[upn]

    def find(self, source_upn: str) -> ServiceMove | None:
        return self.held.get(source_upn)

    def states(self, move_ids: Sequence[str]) -> list[ServiceMove]:
        self.calls["states"] += -(-len(move_ids) // 20)
        return [one for one in self.held.values() if one.move_id in move_ids]

    def list_moves(self) -> list[ServiceMove]:
        self.calls["list"] += max(-(-len(self.held) // 200), 1)
        return list(self.held.values())

    def start(self, request: StartRequest) -> ServiceMove:
        return self.put(request.source_upn)

    def cancel(self, move_id: str) -> None: ...

    def close(self) -> None: ...


@dataclass
class Desk:
    """A run, its clock, and calls that are made when the test says so."""

    folder: Path
    service: Shelf = field(default_factory=Shelf)
    clock: HeldClock = field(default_factory=HeldClock)
    events: list[Event] = field(default_factory=list)
    jobs: list[tuple[str, str, Callable[[], Any]]] = field(default_factory=list)
    in_flight: int = 0

    def __post_init__(self) -> None:
        self.begin()

    @property
    def free(self) -> int:
        return 4 - self.in_flight

    def call(self, kind: str, key: str, function: Callable[[], Any]) -> None:
        self.in_flight += 1
        self.jobs.append((kind, key, function))

    def done(self) -> None:
        self.in_flight -= 1

    def begin(self) -> None:
        self.journal = Journal(self.folder, self.clock)
        self.run = Run(self.journal, self, self.clock, self.events.append)
        self.run.connect(self.service)
        self.run.step()

    def begin_again(self) -> None:
        self.journal.close()
        self.jobs.clear()
        self.in_flight = 0
        self.begin()

    def work(self) -> None:
        """Answer what is asked until nothing is asked any more."""
        self.run.step()
        while self.jobs:
            kind, key, function = self.jobs.pop(0)
            try:
                self.run.take_answer(Answer(kind, key, function()))
            except ServiceError as error:
                self.run.take_answer(Answer(kind, key, error=error))
            self.run.step()

    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.clock.time += timedelta(seconds=seconds)

    @property
    def state(self) -> RunState:
        states = [event.state for event in self.events if isinstance(event, RunChanged)]
        return states[-1] if states else RunState.IDLE

    @property
    def reason(self) -> AppError | None:
        return [event for event in self.events if isinstance(event, RunChanged)][-1].reason


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.journal.close()


def test_a_pause_lasts_until_it_is_taken_back(desk: Desk) -> None:
    desk.run.plan([people(30)])
    desk.run.pause()
    desk.work()
    assert not desk.service.held
    desk.begin_again()
    desk.work()
    assert desk.state is RunState.PAUSED
    assert not desk.service.held
    desk.run.resume()
    desk.work()
    assert len(desk.service.held) == 30
    desk.begin_again()
    assert [desk.state] == [RunState.RUNNING]


def test_nobody_is_started_after_the_window_without_asking(desk: Desk) -> None:
    end = desk.clock.time + timedelta(hours=8)
    desk.run.plan([people(3, Window(None, end, "Europe/Berlin"))])
    desk.wait(9 * 3600)
    desk.begin_again()
    desk.work()
    assert desk.state is RunState.PAUSED
    assert desk.reason is not None
    assert desk.reason.code == "WINDOW_OVER"
    assert not desk.service.held
    desk.run.resume()
    desk.work()
    assert len(desk.service.held) == 3


def test_within_the_window_everybody_is_sent(desk: Desk) -> None:
    desk.run.plan([people(3, Window(None, desk.clock.time + timedelta(hours=8), "UTC"))])
    desk.wait(7 * 3600)
    desk.work()
    assert len(desk.service.held) == 3


def test_the_queue_keeps_its_reserve_whoever_fills_it(desk: Desk) -> None:
    limit = 60
    desk.service.capabilities = replace(desk.service.capabilities, queue_limit=limit)
    for number in range(4):
        desk.service.put(f"stranger{number}@c.com")
    # Somebody else has sent two of our own people.
    for number in (8, 9):
        desk.service.put(f"p{number}@contoso.com")
    desk.run.plan([people(10)])
    for _ in range(20):
        desk.work()
        pending = [one for one in desk.service.held.values() if one.status.can_cancel]
        assert len(pending) <= limit - 50
        desk.wait(POLL * 11)
    assert len(pending) == limit - 50
    for upn in [one.source_upn for one in pending]:
        desk.service.put(upn, MoveStatus.SUCCESS)
    for _ in range(3):
        desk.wait(POLL * 11)
        desk.work()
    assert len(desk.service.held) == 14


def test_at_the_tail_of_a_large_list_only_our_own_are_asked_for(desk: Desk) -> None:
    for number in range(9_500):
        desk.service.put(f"old{number}@c.com", MoveStatus.SUCCESS)
    desk.run.plan([people(40)])
    desk.work()
    desk.service.calls.clear()
    cycles = 20
    for _ in range(cycles):
        desk.wait(POLL * 11)
        desk.work()
    assert desk.service.calls == {"states": 2 * cycles}


def test_asking_now_asks_for_everything_and_says_when(desk: Desk) -> None:
    desk.run.plan([people(2)])
    desk.work()
    desk.service.put("p0@contoso.com", MoveStatus.IN_PROGRESS)
    desk.events.clear()
    desk.service.calls.clear()
    desk.run.ask_now()
    desk.work()
    assert desk.service.calls == {"list": 1}
    assert [e.at_utc for e in desk.events if isinstance(e, ServiceAsked)] == [desk.clock.time]


def test_a_pause_that_the_service_asked_for_outlasts_the_admins_impatience(desk: Desk) -> None:
    desk.run.plan([people(1)])
    desk.run.step()
    kind, key, _ = desk.jobs.pop(0)
    slow = Throttled("429", "Slow down", status=429)
    slow.retry_after = 300.0
    desk.run.take_answer(Answer(kind, key, error=slow))
    desk.run.pause()
    desk.run.resume()
    desk.run.ask_now()
    desk.work()
    assert not desk.service.calls
    desk.wait(301)
    desk.work()
    assert desk.service.calls


def test_a_sign_in_takes_no_pause_back(desk: Desk) -> None:
    desk.run.plan([people(3)])
    desk.run.step()
    kind, key, _ = desk.jobs.pop(0)
    desk.run.pause()
    expired = SignInRequired("401", "Sign in", status=401)
    desk.run.take_answer(Answer(kind, key, error=expired))
    assert desk.state is RunState.NEEDS_SIGN_IN
    desk.run.go_on()
    desk.work()
    assert [desk.state] == [RunState.PAUSED]
    assert not desk.service.held
    desk.run.resume()
    desk.work()
    assert len(desk.service.held) == 3
