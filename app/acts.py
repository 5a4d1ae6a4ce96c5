"""The admin's acts, as the steps of moves they lead to; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from app.errors import AppError, ServiceError
from app.journal import Change
from app.life import not_there, planned, refused, retried, told, unplanned
from app.model import Move, MoveStatus
from app.moves import Capabilities, ServiceMove, StartRequest
from app.orders import Planned
from app.outcome import Outcome


def plan(moves: Mapping[str, Move], batches: Iterable[Planned], now: datetime) -> list[Change]:
    """Take on what was not taken on before; a move that is under way or ended stays as it is."""
    changes = []
    for one in batches:
        for wanted in one.moves:
            before = moves.get(wanted.key)
            if before is not None and before.status is not MoveStatus.READY:
                continue
            current = replace(
                before or wanted,
                row=wanted.row,
                source_upn=wanted.source_upn,
                target_upn=wanted.target_upn,
            )
            after = planned(current, one.batch.name, one.batch.window, now)
            changes.append(Change(before, after, "planned", by_admin=True))
    return changes


def cancel(
    moves: Mapping[str, Move], keys: Iterable[str], now: datetime
) -> tuple[list[Change], AppError | None]:
    """Take back what was not sent, wish for the rest; the error names those that run already."""
    changes, too_late = [], []
    for move in (moves[key] for key in keys if key in moves):
        if move.status is MoveStatus.WAITING:
            changes.append(Change(move, unplanned(move, now), "taken back", by_admin=True))
        elif move.status.can_cancel or move.status is MoveStatus.STARTING:
            wished = replace(move, cancel_wished=True)
            changes.append(Change(move, wished, "cancel wished", by_admin=True))
        elif not move.status.is_final and move.status is not MoveStatus.READY:
            too_late.append(move)
    return changes, _too_late(too_late) if too_late else None


def retry(
    moves: Mapping[str, Move],
    keys: Iterable[str],
    second_start_after: frozenset[MoveStatus],
    now: datetime,
) -> list[Change]:
    """Make ready again what the service would start a second time."""
    return [
        Change(move, retried(move, now), "retry", by_admin=True)
        for move in (moves[key] for key in keys if key in moves)
        if move.status in second_start_after
    ]


def request_for(move: Move, now: datetime, says: Capabilities) -> StartRequest | None:
    """What is sent to start a move; None when it must not begin any more.

    A begin that has passed meanwhile is never sent: as soon as possible is what is left. After the
    latest start nothing is sent: the service would only cancel it, and another must not begin it.
    """
    begin, latest = move.window.begin_utc, move.window.latest_utc
    if latest is not None and latest <= now:
        return None
    return StartRequest(
        move.source_upn,
        move.target_upn,
        begin if begin and begin > now else None,
        latest if says.takes_latest_start else None,
    )


def after_failed_start(
    move: Move, outcome: Outcome, error: ServiceError, now: datetime
) -> list[Change]:
    """What a start that brought an error does to the move; nothing while nobody knows."""
    match outcome:
        case Outcome.NOT_TAKEN:
            return [Change(move, not_there(move, now), "not accepted", str(error))]
        case Outcome.REFUSED:
            return [Change(move, refused(move, error.code, error.detail, now), "refused")]
    return []


def told_all(pairs: Iterable[tuple[Move, ServiceMove]], now: datetime) -> list[Change]:
    """What the service said of our moves, where it is news."""
    return [
        Change(move, after, "told")
        for move, said in pairs
        if (after := told(move, said, now)) is not move
    ]


def _too_late(moves: list[Move]) -> AppError:
    names = ", ".join(move.source_upn for move in moves[:3])
    more = f" and {len(moves) - 3} more" if len(moves) > 3 else ""
    return AppError(
        "CANCEL_TOO_LATE",
        "Some moves run already and cannot be cancelled",
        f"{names}{more}.",
        "Let them finish. A finished move can only be moved back by a new one.",
    )
