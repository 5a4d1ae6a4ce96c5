"""Whatever admins, networks, services and crashes do: nobody is started twice, nobody forgotten."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app import audit
from app.callers import Answer
from app.errors import Refused, ServiceError, SignInRequired, Throttled, Unreachable
from app.events import Event, RunChanged, RunState
from app.journal import Journal
from app.model import Batch, Move, MoveStatus, Window
from app.moves import Capabilities, ServiceMove, StartRequest
from app.orders import Planned
from app.run import Run
from scripted_service import HeldClock

PEOPLE = 2
KEYS = [f"p{n}@c.com" for n in range(PEOPLE)]
SETTLE = 60.0
LATEST = 1.5 * SETTLE
"""So late may a start arrive whose call was broken off."""
FINAL_WORDS = ("completed", "failed", "cancelled")
STATUS = {
    "notStarted": MoveStatus.NOT_STARTED,
    "inProgress": MoveStatus.IN_PROGRESS,
    "completed": MoveStatus.SUCCESS,
    "failed": MoveStatus.FAILED,
    "cancelled": MoveStatus.STOPPED,
}


@dataclass
class Cloud:
    """A service that would take a second start, so that one can be seen."""

    tasks: list[dict[str, str]] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            name="practice",
            practice=True,
            beta=False,
            can_list=True,
            keeps_end=False,
            says_stage=False,
            queue_limit=4000,
            poll_seconds=10.0,
            settle_seconds=SETTLE,
            second_start_after=frozenset({MoveStatus.FAILED, MoveStatus.STOPPED}),
        )
    )

    def find(self, source_upn: str) -> ServiceMove | None:
        mine = [task for task in self.tasks if task["source"] == source_upn]
        return _told(mine[-1]) if mine else None

    def states(self, move_ids: Sequence[str]) -> list[ServiceMove]:
        return [_told(task) for task in self.tasks if task["id"] in move_ids]

    def list_moves(self) -> list[ServiceMove]:
        return [_told(task) for task in self.tasks]

    def start(self, request: StartRequest) -> ServiceMove:
        self.starts[request.source_upn] += 1
        task = {
            "id": str(len(self.tasks)),
            "source": request.source_upn,
            "target": request.target_upn,
            "word": "notStarted",
        }
        self.tasks.append(task)
        return _told(task)

    def cancel(self, move_id: str) -> None:
        task = self.tasks[int(move_id)]
        if task["word"] != "notStarted":
            raise Refused("conflict", "It runs", status=409)
        task["word"] = "cancelled"

    def close(self) -> None: ...


def _told(task: dict[str, str]) -> ServiceMove:
    return ServiceMove(
        task["id"], task["source"], task["target"], STATUS[task["word"]], task["word"]
    )


@dataclass
class HeldCalls:
    """Calls that are made when the test says so."""

    called: Callable[[str, str], None]
    pending: list[tuple[str, str, Callable[[], Any]]] = field(default_factory=list)
    in_flight: int = 0

    @property
    def free(self) -> int:
        return 4 - self.in_flight

    def call(self, kind: str, key: str, function: Callable[[], Any]) -> None:
        self.called(kind, key)
        self.in_flight += 1
        self.pending.append((kind, key, function))

    def done(self) -> None:
        self.in_flight -= 1


class Ferry(RuleBasedStateMachine):
    """One project, its service, and everything that may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = HeldClock()
        self.cloud = Cloud()
        self.granted: Counter[str] = Counter()
        self.on_their_way: list[tuple[float, Callable[[], Any]]] = []
        self.state = RunState.IDLE
        self.since: dict[str, datetime] = {}
        self.moves: dict[str, Move] = {}
        self._open()

    def _open(self) -> None:
        self.journal = Journal(self.folder, self.clock)
        self.calls = HeldCalls(self._see_call)
        self.run = Run(self.journal, self.calls, self.clock, self._see)
        self.run.connect(self.cloud)
        self._settle_down()

    def _see(self, event: Event) -> None:
        if isinstance(event, RunChanged):
            self.state = event.state

    def _see_call(self, kind: str, key: str) -> None:
        if kind != "start":
            return
        for task in self.cloud.tasks:
            age = (self.clock.time - self.since[task["id"]]).total_seconds()
            is_over = task["word"] in ("failed", "cancelled")
            assert task["source"] != key or is_over or age < 30, "it had been there for long"

    def _settle_down(self) -> None:
        for task in self.cloud.tasks:
            self.since.setdefault(task["id"], self.clock.time)
        self.run.step()
        self.run.flush()
        self.moves = self.journal.moves()

    def teardown(self) -> None:
        self._bring_to_an_end()
        self.journal.close()
        audit.verify(self.folder)
        shutil.rmtree(self.folder)

    # What the admin does

    @rule(keys=st.sets(st.sampled_from(KEYS), min_size=1), batch=st.sampled_from("AB"))
    def plan(self, keys: set[str], batch: str) -> None:
        moves = tuple(
            Move(key, 2 + KEYS.index(key), key, key.replace("c.com", "n.com"))
            for key in sorted(keys)
        )
        planned = Planned(Batch(batch, tuple(sorted(keys)), Window()), moves)
        self.run.plan([planned])
        self._settle_down()

    @rule(key=st.sampled_from(KEYS))
    def cancel(self, key: str) -> None:
        self.run.cancel([key])
        self._settle_down()

    @rule(key=st.sampled_from(KEYS))
    def retry(self, key: str) -> None:
        before = self.moves.get(key)
        self.run.retry([key])
        self._settle_down()
        if before and before.status is not self.moves[key].status:
            self.granted[key] += 1

    @rule()
    def pause(self) -> None:
        self.run.pause()
        self._settle_down()

    # What the network does

    @initialize()
    def everybody_is_planned(self) -> None:
        self.plan(set(KEYS), "A")

    @rule()
    def questions_are_answered(self) -> None:
        """Get on to the starts, which is where it matters."""
        if self.state in (RunState.PAUSED, RunState.NEEDS_SIGN_IN):
            self.run.resume()
        for _ in range(4):
            for job in [job for job in self.calls.pending if job[0] != "start"]:
                self.calls.pending.remove(job)
                self._answer(*job, "ok")
            self._settle_down()
            self._pass_time(2.0)

    @rule(how=st.sampled_from(["ok", "lost", "unanswered", "late", "late"]))
    def a_start_is_answered(self, how: str) -> None:
        starts = [job for job in self.calls.pending if job[0] == "start"]
        if starts:
            self.calls.pending.remove(starts[0])
            self._answer(*starts[0], how)
            self._settle_down()

    @rule(
        number=st.integers(0, 3),
        how=st.sampled_from(["ok", "ok", "ok", "lost", "unanswered", "late", "throttled", "401"]),
    )
    def answer(self, number: int, how: str) -> None:
        if self.calls.pending:
            job = self.calls.pending.pop(number % len(self.calls.pending))
            self._answer(*job, how)
            self._settle_down()

    def _answer(self, kind: str, key: str, function: Callable[[], Any], how: str) -> None:
        error: ServiceError | None = None
        result = None
        if how in ("ok", "unanswered"):
            try:
                result = function()
            except ServiceError as refusal:
                error = refusal
        if how == "late" and kind == "start":
            self.on_their_way.append((self.clock.seconds + LATEST, function))
        if how in ("lost", "unanswered", "late"):
            error = Unreachable("TIMEOUT", "No answer")
        elif how == "throttled":
            error = Throttled("429", "Slow down", status=429)
        elif how == "401":
            error = SignInRequired("401", "Sign in", status=401)
        self.run.take_answer(Answer(kind, key, None if error else result, error))

    # What time and the service do

    @rule(seconds=st.sampled_from([1.0, 20.0, 70.0, 700.0]))
    def wait(self, seconds: float) -> None:
        self._pass_time(seconds)
        self._settle_down()

    @rule(hours=st.integers(1, 9))
    def sleep(self, hours: int) -> None:
        # What is on its way arrives while the machine sleeps.
        for _, function in self.on_their_way:
            function()
        self.on_their_way.clear()
        self.clock.time += timedelta(hours=hours)
        self._settle_down()

    def _pass_time(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.clock.time += timedelta(seconds=seconds)
        for due, function in list(self.on_their_way):
            if due <= self.clock.seconds:
                self.on_their_way.remove((due, function))
                function()

    @rule(number=st.integers(0, 9), word=st.sampled_from(["inProgress", "completed", "failed"]))
    def progress(self, number: int, word: str) -> None:
        if self.cloud.tasks:
            task = self.cloud.tasks[number % len(self.cloud.tasks)]
            if task["word"] not in FINAL_WORDS:
                task["word"] = word

    @rule(key=st.sampled_from(KEYS))
    def somebody_else_starts(self, key: str) -> None:
        """Not while our own start is on its way: then the service itself must choose one."""
        is_starting = key in self.moves and self.moves[key].status is MoveStatus.STARTING
        if self.cloud.find(key) is None and not is_starting:
            self.cloud.start(StartRequest(key, key.replace("c.com", "n.com")))
            self.cloud.starts[key] -= 1
            self._settle_down()

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        for kind, _, function in self.calls.pending:
            if kind == "start":
                fate = data.draw(st.sampled_from(["arrived", "lost", "late"]))
                if fate == "arrived":
                    function()
                elif fate == "late":
                    self.on_their_way.append((self.clock.seconds + LATEST, function))
        self.journal.close()
        self._open()

    # What must be true

    @invariant()
    def nobody_is_started_twice(self) -> None:
        for key in KEYS:
            assert self.cloud.starts[key] <= 1 + self.granted[key]

    @invariant()
    def success_is_only_what_the_service_says(self) -> None:
        for move in self.moves.values():
            if move.status is MoveStatus.SUCCESS:
                assert self.cloud.tasks[int(move.move_id)]["word"] == "completed"

    @invariant()
    def what_was_sent_is_in_the_journal(self) -> None:
        sent = {key for key in KEYS if self.cloud.starts[key]}
        assert all(self.moves[key].attempts for key in sent)

    def _bring_to_an_end(self) -> None:
        for _ in range(400):
            for task in self.cloud.tasks:
                if task["word"] not in FINAL_WORDS:
                    task["word"] = "completed"
            if self.state in (RunState.PAUSED, RunState.NEEDS_SIGN_IN):
                self.run.resume()
            while self.calls.pending:
                self._answer(*self.calls.pending.pop(0), "ok")
                self._settle_down()
            at_rest = all(
                move.status.is_final or move.status is MoveStatus.READY
                for move in self.moves.values()
            )
            if at_rest and not self.on_their_way:
                break
            self._pass_time(30.0)
            self._settle_down()
        for key, move in self.moves.items():
            mine = [task for task in self.cloud.tasks if task["source"] == key]
            if move.status is MoveStatus.READY:
                continue
            assert move.status.is_final, move
            assert mine, move
            assert move.status is STATUS[mine[-1]["word"]], (move, mine)
        self.nobody_is_started_twice()


Ferry.TestCase.settings = settings(
    max_examples=int(os.environ.get("FERRY_EXAMPLES", "150")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestFerry = Ferry.TestCase
