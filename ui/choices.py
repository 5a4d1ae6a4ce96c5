"""Which moves a click on Start, Cancel or Accept would concern."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from app import plan
from app.model import Level, Move, MoveStatus, Window
from ui.plan_asked import Choices
from ui.rows import Group, Row

READY, RUNNING = int(Group.READY), int(Group.RUNNING)


def find_choices(
    rows: Sequence[Row],
    selected: Collection[int],
    hidden: Collection[int],
    batch_column: str,
    *,
    by_column: bool,
) -> Choices:
    """The keys that can be started; the batches of the workbook only when they are asked for."""
    ready = [row for row in rows if row.groups & READY]
    picked = [number for number in sorted(selected) if rows[number].groups & READY]
    batches: dict[str, tuple[str, ...]] = {}
    if by_column and batch_column:
        parts = plan.by_column((row.mapping for row in ready), Window())
        batches = {part.name: part.keys for part in parts if part.name != plan.NO_BATCH}
    return Choices(
        ready=tuple(row.key for row in ready),
        selected=tuple(rows[number].key for number in picked),
        selected_left_out=len(selected) - len(picked),
        selected_hidden=sum(1 for number in picked if number in hidden),
        batches=batches,
        batch_column=batch_column,
        has_sizes=any(row.mapping.size_gb is not None for row in rows),
    )


def cancellable_keys(rows: Sequence[Row], selected: Collection[int]) -> tuple[str, ...]:
    """The selected moves that still wait, or all that wait when none is selected."""
    return tuple(move.key for move in _moves(rows, selected) if _can_cancel(move))


def cancellable_batches(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """The moves that still wait, by the batch they were planned in."""
    batches: dict[str, list[str]] = {}
    for row in rows:
        if row.groups & RUNNING and row.move is not None and _can_cancel(row.move):
            batches.setdefault(row.move.batch, []).append(row.move.key)
    return {name: tuple(keys) for name, keys in batches.items()}


def retryable_keys(
    rows: Sequence[Row], selected: Collection[int], after: frozenset[MoveStatus]
) -> tuple[str, ...]:
    """The selected moves that the service would start again, or all when none is selected.

    Not those whose row has something to put right first.
    """
    return tuple(
        row.move.key
        for row in _chosen(rows, selected)
        if row.move is not None and row.move.status in after and row.worst is not Level.BLOCK
    )


def _can_cancel(move: Move) -> bool:
    return move.status.can_cancel and not move.cancel_wished


def _moves(rows: Sequence[Row], selected: Collection[int]) -> Iterable[Move]:
    return (
        row.move for row in _chosen(rows, selected) if row.groups & RUNNING and row.move is not None
    )


def _chosen(rows: Sequence[Row], selected: Collection[int]) -> Iterable[Row]:
    return (rows[number] for number in sorted(selected)) if selected else rows


def correction_cells(rows: Iterable[Row]) -> frozenset[str]:
    """The cells for which a safe correction is offered."""
    return frozenset(cell for row in rows for cell, _ in row.corrections)
