"""A move's life: which status may follow which, and how an act or an answer changes a move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.model import AT_SERVICE, FINAL, Move, MoveStatus, Window, upn_key
from app.moves import ServiceMove

_SAID = AT_SERVICE | FINAL

TRANSITIONS: dict[MoveStatus, frozenset[MoveStatus]] = {
    MoveStatus.INVALID: frozenset({MoveStatus.READY}),
    MoveStatus.READY: frozenset({MoveStatus.INVALID, MoveStatus.WAITING}),
    MoveStatus.WAITING: frozenset({MoveStatus.READY, MoveStatus.STARTING}) | _SAID,
    MoveStatus.STARTING: frozenset({MoveStatus.WAITING}) | _SAID,
    MoveStatus.NOT_STARTED: _SAID,
    MoveStatus.SCHEDULED: _SAID,
    MoveStatus.READY_TO_TRIGGER: _SAID,
    MoveStatus.IN_PROGRESS: _SAID,
    MoveStatus.RESCHEDULED: _SAID,
    MoveStatus.UNKNOWN: _SAID,
    MoveStatus.FAILED: frozenset({MoveStatus.READY}),
    MoveStatus.STOPPED: frozenset({MoveStatus.READY}),
    MoveStatus.SUCCESS: frozenset(),
    MoveStatus.NOT_SUPPORTED: frozenset(),
}
"""Every step that exists; a status may always be followed by itself."""


class ImpossibleStep(Exception):
    """A step outside the table: a fault of ours, never of the admin or the service."""


def check_step(before: MoveStatus, after: MoveStatus) -> None:
    """Raise ImpossibleStep when `after` may not follow `before`."""
    if before is not after and after not in TRANSITIONS[before]:
        raise ImpossibleStep(f"{before} -> {after}")


def planned(move: Move, batch: str, window: Window, now: datetime) -> Move:
    """The admin confirmed the plan: the move waits to be sent."""
    return replace(
        move, status=MoveStatus.WAITING, batch=batch, window=window, updated_utc=now, stage=""
    )


def unplanned(move: Move, now: datetime) -> Move:
    """The admin took a move back that was not sent yet."""
    return replace(move, status=MoveStatus.READY, cancel_wished=False, updated_utc=now)


def starting(move: Move, now: datetime) -> Move:
    """We are about to send it; committed before the call."""
    return replace(
        move, status=MoveStatus.STARTING, attempts=move.attempts + 1, updated_utc=now, stage=""
    )


def not_there(move: Move, now: datetime) -> Move:
    """The service was asked and does not have it: it may be sent (again)."""
    return replace(move, status=MoveStatus.WAITING, updated_utc=now)


def refused(move: Move, code: str, message: str, now: datetime) -> Move:
    """The service refused the start for this person; nothing was begun."""
    return replace(
        move,
        status=MoveStatus.FAILED,
        error_code=code,
        error_message=message,
        service_state="",
        derived=False,
        cancel_wished=False,
        updated_utc=now,
        finished_utc=now,
    )


def retried(move: Move, now: datetime) -> Move:
    """The admin wants a failed or stopped move to be started again.

    The id of the old move stays, so that the look-up before the start can tell it from a new one.
    """
    return replace(move, status=MoveStatus.READY, cancel_wished=False, updated_utc=now)


def told(move: Move, said: ServiceMove, now: datetime) -> Move:
    """What the service says of the move; the same Move when nothing is new."""
    ended = said.status in FINAL
    new = replace(
        move,
        status=said.status,
        service_state=said.service_state,
        derived=said.derived,
        stage=said.stage,
        move_id=said.move_id or move.move_id,
        error_code=said.error_code,
        error_message=said.error_message,
        started_utc=said.started_utc or move.started_utc,
        finished_utc=said.finished_utc or (move.finished_utc if ended else None),
        cancel_wished=move.cancel_wished and said.status.can_cancel,
    )
    if new == move:
        return move
    return replace(new, updated_utc=said.updated_utc or now)


def other_target(move: Move, said: ServiceMove) -> str:
    """What to note when the service moves somebody to another target than the workbook says."""
    if not said.target_upn or upn_key(said.target_upn) == upn_key(move.target_upn):
        return ""
    return f"the service moves it to {said.target_upn}, the workbook says {move.target_upn}"
