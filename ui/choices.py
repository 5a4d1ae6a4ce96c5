"""Which moves a click on Start, Cancel or Accept would concern."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import compress

from app import plan
from app.model import Level, MoveStatus, Window
from ui.plan_asked import Choices
from ui.row_set import RowSet
from ui.rows import Group, Row
from ui.tally import CANCELLABLE

READY = int(Group.READY)


class ChoiceFinder:
    """Finds what could be started; the keys of many rows anew only when they can differ."""

    def __init__(self) -> None:
        self._rows: Sequence[Row] = ()
        self._marks = b""
        self._keys: tuple[str, ...] = ()
        self._batches: dict[str, tuple[str, ...]] | None = None

    def find(
        self,
        rows: RowSet,
        selected: Collection[int],
        hidden: Collection[int],
        batch_column: str,
        *,
        by_column: bool,
    ) -> Choices:
        """The keys that can be started; the batches of the workbook only when they are asked for.

        For one workbook `batch_column` stays the same.
        """
        tally = rows.tally
        marks = tally.marks(READY)
        if self._rows is not rows.rows or marks != self._marks:
            self._rows, self._marks, self._batches = rows.rows, marks, None
            self._keys = tuple(compress(rows.keys, marks))
        if by_column and batch_column and self._batches is None:
            ready = compress(rows.rows, marks)
            parts = plan.by_column((row.mapping for row in ready), Window())
            self._batches = {p.name: p.keys for p in parts if p.name != plan.NO_BATCH}
        picked = [number for number in sorted(selected) if tally.is_of(number, READY)]
        return Choices(
            ready=self._keys,
            selected=tuple(rows.rows[number].key for number in picked),
            selected_left_out=len(selected) - len(picked),
            selected_hidden=sum(1 for number in picked if number in hidden),
            batches=(self._batches or {}) if by_column and batch_column else {},
            batch_column=batch_column,
            has_sizes=tally.sizes > 0,
        )


def cancellable_keys(rows: RowSet, selected: Collection[int]) -> tuple[str, ...]:
    """The selected moves that still wait, or all that wait when none is selected."""
    numbers = sorted(selected) if selected else rows.tally.numbers(CANCELLABLE)
    return tuple(
        move.key
        for number in numbers
        if rows.tally.is_of(number, CANCELLABLE) and (move := rows.rows[number].move) is not None
    )


def count_cancellable(rows: RowSet, selected: Collection[int]) -> int:
    """How many of the selected moves still wait, or of all when none is selected."""
    if not selected:
        return rows.tally.marks(CANCELLABLE).count(1)
    return sum(rows.tally.is_of(number, CANCELLABLE) for number in selected)


def cancellable_batches(rows: RowSet) -> dict[str, tuple[str, ...]]:
    """The moves that still wait, by the batch they were planned in."""
    batches: dict[str, list[str]] = {}
    for number in rows.tally.numbers(CANCELLABLE):
        if (move := rows.rows[number].move) is not None:
            batches.setdefault(move.batch, []).append(move.key)
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


def _chosen(rows: Sequence[Row], selected: Collection[int]) -> Iterable[Row]:
    return (rows[number] for number in sorted(selected)) if selected else rows


def correction_cells(rows: Iterable[Row]) -> frozenset[str]:
    """The cells for which a safe correction is offered."""
    return frozenset(cell for row in rows for cell, _ in row.corrections)
