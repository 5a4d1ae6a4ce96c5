"""The move engine: a queue, slots and stages, played on the practice clock.

What happens follows from the stored state and the time alone: whether somebody looked every second
or once after a week, and however often the process was restarted, the same moves start and end at
the same practice times.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.practice import causes
from app.practice.causes import Cause
from app.practice.directory import Directory, Person, is_guest, is_upn
from app.practice.faults import Fault, not_found
from app.practice.store import Due, Store, Task

QUEUE_LIMIT = 4000
"""Pending moves: "Cross-tenant OneDrive migration, step 6"."""
SLOTS = 100
PICK_UP_MS = 60_000
"""The engine takes a new task up after a practice minute: until then it can be cancelled."""
STAGES = (("Validation", 10), ("Backup", 50), ("Restore", 95), ("Cleanup", 100))
"""Each stage, and the percentage of the whole move that is over when it ends."""
STATUSES = ("notStarted", "inProgress", "completed", "cancelled", "failed", "unknownFutureValue")
_NEVER = 2**62


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


class Engine:
    """Plays the moves of one store. Every method takes the practice time in milliseconds."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        *,
        slots: int = SLOTS,
        queue_limit: int = QUEUE_LIMIT,
    ) -> None:
        self._store = store
        self._directory = directory
        self.slots = slots
        self.queue_limit = queue_limit
        self._at = int(store.meta("advanced_to") or 0)
        self._next: int | None = None  # unknown until looked up

    @property
    def advanced_to(self) -> int:
        """Up to when everything has been played."""
        return self._at

    def advance(self, now: int) -> None:
        """Play everything that was due up to `now`, in the order of time."""
        now = max(now, self._at)
        if self._next is None:
            self._next = self._due(self._at, self._store.count_tasks(["inProgress"]))[0]
        if self._next <= now:
            with self._store.transaction():
                coming = self._play(now)
                self._store.set_meta("advanced_to", str(now))
            self._next = coming
        self._at = now

    def _play(self, now: int) -> int:
        """Returns when the next thing is due after `now`."""
        cursor = self._at
        running = self._store.count_tasks(["inProgress"])
        while True:
            at, seq, event = self._due(cursor, running)
            if at > now:
                return at
            # A latest start that had passed before the task came is met when the task came.
            cursor = max(cursor, at)
            task = self._store.task("WHERE seq = ?", seq)
            assert task is not None
            running += event(task, cursor)

    def _due(self, cursor: int, running: int) -> tuple[int, int, Callable[[Task, int], int]]:
        """The next event: its time, its task, and what then happens.

        At the same time an end comes first, since it makes room, then a start, then a latest start.
        """
        coming: list[tuple[int, int, int, Callable[[Task, int], int]]] = []
        if (end := self._store.due(Due.STAGE_ENDS)) is not None:
            coming.append((end[0], 0, end[1], self._end_stage))
        if running < self.slots:
            begin = self._store.due(Due.MAY_START)
            if begin is not None:
                coming.append((max(begin[0], cursor), 1, begin[1], self._start))
        missed = self._store.due(Due.STARTS_TOO_LATE)
        if missed is not None:
            coming.append((missed[0], 2, missed[1], self._give_up))
        if not coming:
            return _NEVER, 0, self._give_up
        at, _, seq, event = min(coming, key=lambda each: each[:3])
        return at, seq, event

    def _start(self, task: Task, at: int) -> int:
        self._store.hold_drive(task.target_upn.casefold(), task.seq)
        self._store.change_task(
            task.seq,
            status="inProgress",
            stage=STAGES[0][0],
            started=at,
            updated=at,
            next_at=at + task.duration * STAGES[0][1] // 100,
        )
        return 1

    def _give_up(self, task: Task, at: int) -> int:
        self._finish(task, at, "cancelled")
        return 0

    def _end_stage(self, task: Task, at: int) -> int:
        names = [name for name, _ in STAGES]
        number = names.index(task.stage)
        if number == 0 and (error := self._verdict(task)) is not None:
            self._store.let_go_of_drive(task.seq, task.target_upn.casefold())
            self._finish(task, at, "failed", error)
            return -1
        if number + 1 == len(STAGES):
            self._finish(task, at, "completed")
            return -1
        name, percent = STAGES[number + 1]
        if name == "Restore":
            self._store.make_drive(task.target_upn.casefold())
        assert task.started is not None
        self._store.change_task(
            task.seq,
            stage=name,
            updated=at,
            next_at=task.started + task.duration * percent // 100,
        )
        return 0

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

    def _verdict(self, task: Task) -> tuple[str, str] | None:
        """Code and message of what Validation finds; None when the move may go on."""
        source = self._directory.person(task.source_upn)
        target = self._directory.person(task.target_upn)
        host = task.parameters.get("targetOrganizationHost") or ""
        found = self._obstacle(source, target, host)
        if found is not None:
            return found
        target_key = task.target_upn.casefold()
        self._store.hold_drive(target_key, task.seq)
        if self._store.drive_holder(target_key) != task.seq:
            return _said(causes.TARGET_CONFLICT, source, target, host)
        return None

    def _obstacle(self, source: Person, target: Person, host: str) -> tuple[str, str] | None:
        if source.fail_code:
            cause = causes.BY_CODE.get(source.fail_code)
            if source.fail_message or cause is None:
                return source.fail_code, source.fail_message
            return _said(cause, source, target, host)
        if source.no_licence:
            return _said(causes.NOT_LICENSED, source, target, host)
        if source.on_hold:
            return _said(causes.ON_HOLD, source, target, host)
        if target.target_drive_exists or source.target_drive_exists:
            return _said(causes.TARGET_CONFLICT, source, target, host)
        return None

    def create(self, now: int, request: TaskRequest) -> Task | tuple[str, str] | None:
        """Queue a move, on disk when this returns.

        For a dry run nothing is kept: returns None, or code and message of what is in the way.
        Raises Fault when the start is refused.
        """
        self.advance(now)
        now = self._at
        source_upn = self._upn(request.source_upn, request.source_id)
        target_upn = self._upn(request.target_upn, request.target_id)
        # Nobody has an empty UPN: an unknown object id is refused like any wrong name.
        source = self._directory.person(source_upn)
        target = self._directory.person(target_upn)
        refused = self._refusal(source, target, request.target_host)
        if refused is not None:
            code, message = _said(refused, source, target, request.target_host)
            if code == source.fail_code and source.fail_message:
                message = source.fail_message
            raise Fault(refused.status, code, message)
        if request.validate_only:
            return self._dry_run(source, target, request.target_host)
        pending = self._store.count_tasks(["notStarted"])
        if pending >= self.queue_limit:
            raise Fault(
                429,
                "TooManyRequests",
                f"{pending} moves are pending, and the queue takes {self.queue_limit}.",
                inner_code="QueueLimitExceeded",
            )
        with self._store.transaction():
            number = int(self._store.meta("created") or 0) + 1
            digest = self._directory.digest(f"task|{number}|{source_upn.casefold()}")
            task = Task(
                id=str(uuid.UUID(bytes=digest[:16], version=4)),
                source_upn=source_upn,
                target_upn=target_upn,
                parameters=request.parameters,
                created=now,
                eligible=max(now + PICK_UP_MS, request.begin or 0),
                latest=request.latest,
                duration=source.move_ms,
            )
            self._store.add_task(task)
            self._store.set_meta("created", str(number))
            self._store.set_meta("advanced_to", str(now))
        self._next = None
        return task

    def _upn(self, upn: str, object_id: str) -> str:
        return upn or self._directory.upn_of(object_id) or ""

    def _refusal(self, source: Person, target: Person, host: str) -> Cause | None:
        """Why the start itself is refused."""
        if "'" in source.upn or "'" in target.upn:
            return causes.INVALID_CHARACTER
        if not is_upn(source.upn):
            return causes.NO_URL
        if self._active(source.upn) is not None:
            return causes.ANOTHER_JOB
        if not is_upn(target.upn) or is_guest(target.upn):
            return causes.TARGET_UPN_INVALID
        if host.casefold().rstrip("/").partition(".")[0].endswith("-admin"):
            return causes.ADMIN_HOST
        if source.no_drive or is_guest(source.upn):
            return causes.NO_DRIVE
        wished = causes.BY_CODE.get(source.fail_code)
        return wished if wished is not None and wished.status else None

    def _active(self, source_upn: str) -> Task | None:
        return self._store.task(
            "WHERE source_key = ? AND status IN ('notStarted', 'inProgress', 'completed')",
            source_upn.casefold(),
        )

    def _dry_run(self, source: Person, target: Person, host: str) -> tuple[str, str] | None:
        found = self._obstacle(source, target, host)
        if found is None and self._store.drive_holder(target.upn.casefold()) is not None:
            return _said(causes.TARGET_CONFLICT, source, target, host)
        return found

    def cancel(self, now: int, task_id: str) -> None:
        """Take a move out of the queue. Raises Fault: 404 unknown, 409 once it runs or is over."""
        task = self.by_id(now, task_id)
        if task.status != "notStarted":
            raise Fault(
                409, "Conflict", f"The task is {task.status} and can no longer be cancelled."
            )
        with self._store.transaction():
            self._finish(task, self._at, "cancelled")
            self._store.set_meta("advanced_to", str(self._at))
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

    def seconds_to_room(self) -> float:
        """Practice seconds until something moves on; a guess of when the queue has room."""
        coming, _, _ = self._due(self._at, self._store.count_tasks(["inProgress"]))
        return (coming - self._at) / 1000


def _said(cause: Cause, source: Person, target: Person, host: str) -> tuple[str, str]:
    message = cause.message(
        source=source.upn, target=target.upn, host=host, object_id=source.object_id
    )
    return cause.code, message
