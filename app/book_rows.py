"""What a row of the workbook becomes: a row with its findings, a record, a move; pure."""

from __future__ import annotations

from dataclasses import replace

from app.checks import is_startable
from app.events import CheckedRow
from app.journal import RowRecord
from app.model import Finding, Mapping, Move
from app.texts import first_remedy


def with_reading(row: CheckedRow, by_cell: dict[str, Finding]) -> CheckedRow:
    """The row with what was found when its cells were read, by the names of the cells."""
    extra = tuple(
        by_cell[cell]
        for cell in (row.mapping.source_cell, row.mapping.target_cell)
        if cell in by_cell
    )
    return replace(row, findings=(*extra, *row.findings)) if extra else row


def record_of(row: CheckedRow) -> RowRecord:
    """What the journal keeps of the row."""
    mapping = row.mapping
    startable = is_startable(row)
    worst = row.findings[0].code if row.findings and not startable else ""
    return RowRecord(
        row=mapping.row,
        key=mapping.key,
        source_upn=mapping.source_upn,
        target_upn=mapping.target_upn,
        startable=startable,
        finding_code=worst,
        remedy=first_remedy(row.findings) if worst else "",
    )


def move_of(mapping: Mapping) -> Move:
    """The move that the row asks for."""
    return Move(
        key=mapping.key,
        row=mapping.row,
        source_upn=mapping.source_upn,
        target_upn=mapping.target_upn,
    )
