"""What our columns in the workbook say of a row."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

from app.checks import is_startable
from app.events import CheckedRow
from app.model import Move, MoveStatus, upn_key
from app.remedies import find
from app.texts import first_remedy, status_kind
from app.workbook.status import CellValue, StatusColumn

COLUMNS = (
    StatusColumn("Ferry status", "status", 16),
    StatusColumn("Ferry what to do", "text", 60),
    StatusColumn("Ferry service state", "text", 18),
    StatusColumn("Ferry error code", "text", 24),
    StatusColumn("Ferry batch", "text", 14),
    StatusColumn("Ferry begin (UTC)", "date", 17),
    StatusColumn("Ferry updated (UTC)", "date", 17),
    StatusColumn("Ferry move id", "text", 38),
)
"""Found again by these headers; no other column is ever written."""

COLOURS = tuple((str(status), status_kind(status)) for status in MoveStatus)


def move_of(row: CheckedRow, moves: MappingOf[str, Move]) -> Move | None:
    """The move that this row stands for.

    A second row with the same source is not the move's row, unless it names the same target.
    """
    move = moves.get(row.mapping.key)
    if move is None or is_startable(row):
        return move
    return move if upn_key(row.mapping.target_upn) == upn_key(move.target_upn) else None


def status_of(row: CheckedRow, move: Move | None) -> MoveStatus:
    """The status of a row, whether it has a move or not."""
    if move is not None and move.status is not MoveStatus.READY:
        return move.status
    return MoveStatus.READY if is_startable(row) else MoveStatus.INVALID


def what_to_do(row: CheckedRow, move: Move | None) -> str:
    """The remedy of what stands in the way, or ""."""
    if move is None or move.status is MoveStatus.READY:
        return "" if is_startable(row) else first_remedy(row.findings)
    return remedy_of(move)


def remedy_of(move: Move) -> str:
    """What to do about the error of a move; the service's own words when we do not know it."""
    if not (move.error_code or move.error_message):
        return ""
    known = find(move.error_code, move.error_message)
    return known.remedy if known else move.error_message or move.error_code


def cells(row: CheckedRow, move: Move | None) -> tuple[CellValue, ...]:
    """The values of `COLUMNS` for a row; times are UTC."""
    status = status_of(row, move)
    if move is None:
        return (str(status), what_to_do(row, move), "", "", "", None, None, "")
    return (
        str(status),
        what_to_do(row, move),
        move.service_state,
        move.error_code,
        move.batch,
        move.window.begin_utc,
        move.updated_utc,
        move.move_id,
    )
