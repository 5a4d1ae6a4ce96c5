"""The move engine: a queue, slots and stages, played on the practice clock.

What happens follows from the stored state and the time alone: whether somebody looked every second
or once after a week, and however often the process was restarted, the same moves start and end at
the same practice times.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from app.practice import causes
from app.practice.access import Side
from app.practice.directory import Directory, is_upn
from app.practice.faults import Fault, not_found
from app.practice.identity_map import IdentityMap
from app.practice.incidents import CLOCK_CHANGE, Incidents, forget
from app.practice.obstacles import Ask, Obstacle, Obstacles
from app.practice.scenario import OPEN, Queue, Scenario
from app.practice.store import Due, Store, Task
from app.practice.tenancy import Tenancy
from app.practice.trust import Trust

QUEUE_LIMIT = Queue().limit
"""Pending moves: "Cross-tenant OneDrive migration, step 6"."""
SLOTS = Queue().slots
PICK_UP_MS = 60_000
"""The engine takes a new task up after a practice minute: until then it can be cancelled."""
STAGES = (("Validation", 10), ("Backup", 50), ("Restore", 95), ("Cleanup", 100))
"""Each stage, and the percentage of the whole move that is over when it ends."""
RESCHEDULED = "Rescheduled"
"""The stage of a move that the service itself put back into the queue."""
STATUSES = ("notStarted", "inProgress", "completed", "cancelled", "failed", "unknownFutureValue")
_NEVER = 2**62
_EVENTS_A_WRITE = 5_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A start as it was asked for; times are practice milliseconds since 1970, UTC."""

    parameters: dict[str, Any]
    source_upn: str
    source_id: str
    target_upn: str
    target_id: str
    target_host: str
    begin: int | None
    latest: int | None
    validate_only: bool


@dataclass(frozen=True, slots=True)
class Site:
    """A source OneDrive ("Cross-tenant OneDrive migration", what happens to the content)."""

    lock_state: str
    """`ReadOnly` during its move; else `NoAccess`, `ReadOnly` or empty by itself."""
    is_redirect: bool
    """The move is over: only a redirect is left."""


_Event = Callable[[int, int], None]


class Engine:
    """Plays the moves of one store. Every method takes the practice time in milliseconds."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        *,
        scenario: Scenario = OPEN,
        slots: int | None = None,
        queue_limit: int | None = None,
    ) -> None:
        """`slots` and `queue_limit` go before those of the scenario, which must be begun."""
        self._store = store
        self._directory = directory
        self.scenario = scenario
        self.slots = slots or scenario.queue.slots
        self.queue_limit = queue_limit or scenario.queue.limit
        self._others = scenario.queue.others
        self._tenancy = Tenancy(store, directory)
        tenants = scenario.tenants
        self.trust = Trust(
            store,
            self._tenancy,
            new_trust_waits=tenants.new_trust_waits,
            compatibility=tenants.compatibility,
            incompatible_ms=round(tenants.incompatible_hours * _HOUR_MS),
        )
        identity_map = IdentityMap(store)
        self._obstacles = Obstacles(
            store, directory, self._tenancy, self.trust, identity_map, tenants
        )
        self.reload()
        if store.meta("scenario") is None and not scenario.name:
            self.begin_scenario(self._at)

    def begin_scenario(self, now: int) -> None:
        """Arrange the tenants as the scenario says, unless that was done when it was chosen."""
        if self._store.meta("scenario") == self.scenario.name:
            return
        with self._store.transaction():
            self.trust.arrange(self.scenario.tenants.trust, now)
            forget(self._store)
            if (change := self.scenario.change_ms(now)) is not None:
                self._store.set_meta(CLOCK_CHANGE, str(change))
            self._store.set_meta("scenario", self.scenario.name)
        self.reload()

    def refuse(self, now: int) -> None:
        """Asked on every call of a client. Raises Fault 401, 429 or 503 during an incident."""
        self.incidents.refuse(now)

    def make_known(self, sources: Collection[str], targets: Collection[str]) -> int:
        """People of a workbook exist from now on; returns how many were new."""
        return self._directory.make_known(
            [each for each in sources if is_upn(each)], [each for each in targets if is_upn(each)]
        )

    @property
    def advanced_to(self) -> int:
        """Up to when everything has been played."""
        return self._at

    @property
    def running(self) -> int:
        """Moves that have a slot."""
        return self._running

    @property
    def pending(self) -> int:
        """Moves in the queue."""
        return self._pending

    def reload(self) -> None:
        """What is kept in mind is read anew from what is on disk."""
        self._at = int(self._store.meta("advanced_to") or 0)
        self.incidents = Incidents(self._store, self._directory, self.scenario.incidents)
        self.trust.reload()
        self._running = self._store.count_tasks(["inProgress"])
        self._pending = self._store.count_tasks(["notStarted"])
        self._next: int | None = None  # unknown until looked up

    # Time passes

    def advance(self, now: int) -> None:
        """Play everything that was due up to `now`, in the order of time."""
        now = max(now, self._at)
        if self._next is None:
            self._next = self._due(self._at)[0]
        while self._next <= now:
            try:
                with self._store.transaction():
                    at, coming = self._play(now)
                    self._store.set_meta("advanced_to", str(at))
            except BaseException:
                self.reload()
                raise
            self._at, self._next = at, coming
        self._at = now

    def _play(self, now: int) -> tuple[int, int]:
        """Up to when everything was played, and when the next thing is due after that."""
        cursor = self._at
        for _ in range(_EVENTS_A_WRITE):
            at, seq, event = self._due(cursor)
            if at > now:
                return now, at
            # A latest start that had passed before the task came is met when the task came.
            cursor = max(cursor, at)
            event(seq, cursor)
        return cursor, cursor

    def _due(self, cursor: int) -> tuple[int, int, _Event]:
        """The next event: its time, its task, and what then happens.

        At the same time an end comes first, since it makes room, then a restart of the service,
        then a start, then a latest start.
        """
        coming: list[tuple[int, int, int, _Event]] = []
        if (end := self._store.due(Due.STAGE_ENDS)) is not None:
            coming.append((end[0], 0, end[1], self._end_stage))
        if (restart := self.incidents.next_restart()) is not None:
            coming.append((restart, 1, 0, self._restart))
        if self._running < self.slots:
            begin = self._store.due(Due.MAY_START)
            if begin is not None:
                at = self.incidents.held_until(max(begin[0], cursor))
                coming.append((at, 2, begin[1], self._start))
        if (missed := self._store.due(Due.STARTS_TOO_LATE)) is not None:
            coming.append((missed[0], 3, missed[1], self._give_up))
        if not coming:
            return _NEVER, 0, self._give_up
        at, _, seq, event = min(coming, key=lambda each: each[:3])
        return at, seq, event

    def _start(self, seq: int, at: int) -> None:
        task = self._task(seq)
        self._pending -= 1
        if self.incidents.prevents_job(task.source_upn.casefold(), at):
            error = Obstacle(causes.JOB_NOT_CREATED).told(self._ask_of(task))
            self._finish(task, at, "failed", error)
            return
        self._running += 1
        self._store.hold_drive(task.target_upn.casefold(), seq)
        self._store.change_task(
            seq,
            status="inProgress",
            stage=STAGES[0][0],
            started=at,
            updated=at,
            next_at=at + task.duration * STAGES[0][1] // 100,
        )

    def _give_up(self, seq: int, at: int) -> None:
        self._pending -= 1
        self._finish(self._task(seq), at, "cancelled")

    def _end_stage(self, seq: int, at: int) -> None:
        task = self._task(seq)
        number = [name for name, _ in STAGES].index(task.stage)
        found = self._met_after(task, at)
        if found is not None:
            self._store.let_go_of_drive(seq, task.target_upn.casefold())
            self._running -= 1
            self._finish(task, at, "failed", found.told(self._ask_of(task)))
            return
        if number + 1 == len(STAGES):
            self._running -= 1
            self._finish(task, at, "completed")
            return
        name, percent = STAGES[number + 1]
        if name == "Restore":
            self._store.make_drive(task.target_upn.casefold())
        assert task.started is not None
        next_at = task.started + task.duration * percent // 100
        self._store.change_task(seq, stage=name, updated=at, next_at=next_at)

    def _met_after(self, task: Task, at: int) -> Obstacle | None:
        """What the move runs into when its present stage is over."""
        if task.stage == "Validation":
            return self._obstacles.verdict(self._ask_of(task), at, task.seq)
        if task.stage == "Backup":
            return self._obstacles.target_conflict(self._ask_of(task), task.seq)
        return None

    def _restart(self, _seq: int, at: int) -> None:
        """Moves that had begun go back into the queue; their latest start has been met."""
        incident = self.incidents.play_restart()
        where = "WHERE status = 'inProgress' AND stage != 'Cleanup' ORDER BY seq"
        for task in self._store.tasks(where):
            if self._directory.share(f"restart|{at}|{task.id}") >= incident.share:
                continue
            self._running -= 1
            self._pending += 1
            self._store.change_task(
                task.seq,
                status="notStarted",
                stage=RESCHEDULED,
                eligible=at + incident.lasts,
                latest=None,
                next_at=None,
                updated=at,
            )

    def _finish(self, task: Task, at: int, status: str, error: tuple[str, str] = ("", "")) -> None:
        self._store.change_task(
            task.seq,
            status=status,
            next_at=None,
            updated=at,
            finished=at,
            error_code=error[0],
            error_message=error[1],
        )

    def _task(self, seq: int) -> Task:
        task = self._store.task("WHERE seq = ?", seq)
        assert task is not None
        return task

    def _ask_of(self, task: Task) -> Ask:
        return self._obstacles.ask(task.source_upn, task.target_upn, self._host(task.parameters))

    def _host(self, parameters: dict[str, Any]) -> str:
        """The partner that is named by its host, or by its tenant id."""
        host: str = parameters.get("targetOrganizationHost") or ""
        target = self._tenancy.tenant(Side.TARGET)
        wanted: str = parameters.get("targetOrganizationId") or target.id
        return host or (target.my_host if wanted.casefold() == target.id else wanted)

    # What callers ask for

    def create(self, now: int, request: TaskRequest) -> Task | tuple[str, str] | None:
        """Queue a move, on disk when this returns.

        For a dry run nothing is kept: returns None, or code and message of what is in the way.
        Raises Fault when the start is refused.
        """
        self.advance(now)
        now = self._at
        # Nobody has an empty UPN: an unknown object id is refused like any wrong name.
        source_upn = request.source_upn or self._directory.upn_of(request.source_id) or ""
        target_upn = request.target_upn or self._directory.upn_of(request.target_id) or ""
        ask = self._obstacles.ask(source_upn, target_upn, self._host(request.parameters))
        refused = self._obstacles.refusal(ask, now)
        if refused is not None:
            raise Fault(refused.cause.status, *refused.told(ask))
        if request.validate_only:
            found = self._obstacles.verdict(ask, now, None)
            return None if found is None else found.told(ask)
        pending = self._pending + self._others
        if pending >= self.queue_limit:
            raise Fault(
                429,
                "TooManyRequests",
                f"{pending} moves are pending, and the queue takes {self.queue_limit}.",
                inner_code="QueueLimitExceeded",
            )
        return self._queue(now, ask, request)

    def _queue(self, now: int, ask: Ask, request: TaskRequest) -> Task:
        source_upn = ask.source.upn
        with self._store.transaction():
            number = int(self._store.meta("created") or 0) + 1
            digest = self._directory.digest(f"task|{number}|{source_upn.casefold()}")
            task = Task(
                id=str(uuid.UUID(bytes=digest[:16], version=4)),
                source_upn=source_upn,
                target_upn=ask.target.upn,
                parameters=request.parameters,
                created=now,
                eligible=max(now + PICK_UP_MS, request.begin or 0),
                latest=request.latest,
                duration=round(ask.source.move_ms * self.scenario.queue.pace),
            )
            self._store.add_task(task)
            self._tenancy.drive_url(Side.SOURCE, source_upn)
            self._tenancy.drive_url(Side.TARGET, ask.target.upn)
            self._store.set_meta("created", str(number))
            self._store.set_meta("advanced_to", str(now))
            self.incidents.begin(now)
        self.incidents.begun(now)
        self._pending += 1
        self._next = None
        return task

    def cancel(self, now: int, task_id: str) -> None:
        """Take a move out of the queue. Raises Fault: 404 unknown, 409 once it runs or is over."""
        task = self.by_id(now, task_id)
        if task.status != "notStarted" or task.stage == RESCHEDULED:
            word = task.stage if task.stage == RESCHEDULED else task.status
            raise Fault(409, "Conflict", f"The task is {word} and can no longer be cancelled.")
        with self._store.transaction():
            self._finish(task, self._at, "cancelled")
            self._store.set_meta("advanced_to", str(self._at))
        self._pending -= 1
        self._next = None

    def by_id(self, now: int, task_id: str) -> Task:
        """Raises Fault 404."""
        self.advance(now)
        task = self._store.task("WHERE id = ?", task_id.casefold())
        if task is None:
            raise not_found(f"There is no task with the id {task_id[:100]}.")
        return task

    def by_source(self, now: int, upn: str) -> Task:
        """The newest task of this source. Raises Fault 404."""
        self.advance(now)
        task = self._store.task("WHERE source_key = ? ORDER BY seq DESC", upn.casefold())
        if task is None:
            raise not_found(f"There is no task of the source user {upn[:200]}.")
        return task

    def source_site(self, upn: str) -> Site:
        """What the source OneDrive of this person is, as far as everything has been played."""
        key = upn.casefold()
        is_moving = self._store.task("WHERE source_key = ? AND status = 'inProgress'", key)
        own_lock = self._directory.person(upn).drive_lock
        return Site("ReadOnly" if is_moving else own_lock, self._store.has_moved(key))

    def seconds_to_room(self) -> float:
        """Practice seconds until something moves on; a guess of when the queue has room."""
        return (self._due(self._at)[0] - self._at) / 1000
