"""The states of moves in the words of the management shell, which are finer than those of Graph.

The words are those of "Cross-tenant OneDrive migration, step 6", spelt as there. Scheduled and
ReadytoTrigger follow from the task and the time; the engine itself knows them as not started.
"""

from __future__ import annotations

from app.practice.engine import PICK_UP_MS, RESCHEDULED, Engine
from app.practice.store import Store, Task

NOT_STARTED = "NotStarted"
SCHEDULED = "Scheduled"
READY = "ReadytoTrigger"
STOPPABLE = (NOT_STARTED, SCHEDULED, READY)
"""All others are refused: "Cross-tenant OneDrive migration, step 6", cancelling."""
NEW_MS = PICK_UP_MS // 2
"""A task shows as not started for so many practice milliseconds."""
PRE_FLIGHT_MS = PICK_UP_MS - NEW_MS
"""So long before its start a task that has a slot shows as ready."""
_STATES = {
    "inProgress": "InProgress",
    "completed": "Success",
    "failed": "Failed",
    "cancelled": "Stopped",
}


class ShellStates:
    """The states at one moment, up to which the engine has played."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._now = engine.advanced_to
        self._soon: set[int] = set()
        free = engine.slots - engine.running
        is_held = engine.incidents.held_until(self._now) > self._now
        if free > 0 and not is_held:
            where = "WHERE status = 'notStarted' AND eligible <= ? ORDER BY eligible, seq LIMIT ?"
            coming = store.tasks(where, self._now + PRE_FLIGHT_MS, free)
            self._soon = {task.seq for task in coming}

    def of(self, task: Task) -> str:
        """What `Get-SPOCrossTenantUserContentMoveState` prints for this task."""
        if task.status != "notStarted":
            return _STATES[task.status]
        if task.stage == RESCHEDULED:
            return RESCHEDULED
        if self._now < task.created + NEW_MS:
            return NOT_STARTED
        return READY if task.seq in self._soon else SCHEDULED
