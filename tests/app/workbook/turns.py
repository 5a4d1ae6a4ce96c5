"""What our columns say of each person: something else at each turn."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle, islice

from app.model import MoveStatus
from app.status_cells import COLOURS, COLUMNS
from app.workbook.status import CellValue, StatusRow, StatusWrite
from three_readers import OurCells
from wave_book import PEOPLE, WHEN

TEXTS = ("", "=1+1", "-2", "@SUM(A1)", "+3", "Ü & <b> \U0001f600", " both ends ", 'say "it"')


def values(number: int, turn: int = 0) -> tuple[CellValue, ...]:
    """What our columns say of a person, other at each turn."""
    status = list(MoveStatus)[(number + turn) % len(MoveStatus)]
    when = WHEN if (number + turn) % 3 else None
    hint, code, batch, move = islice(cycle(TEXTS), number + turn, number + turn + 4)
    return (str(status), hint, "completed", code, batch, when, WHEN.replace(day=1 + number), move)


def order(turn: int = 0, sheet: str = "Mapping") -> StatusWrite:
    """All people, in another order at each turn."""
    rows = [StatusRow(*upns, values(number, turn)) for number, upns in enumerate(PEOPLE)]
    return StatusWrite(
        sheet=sheet,
        header_row=1,
        source_column="SourceUPN",
        target_column="TargetUPN",
        columns=COLUMNS,
        rows=tuple(rows[turn % 3 :] + rows[: turn % 3]),
        make_backup=False,
        colours=COLOURS,
    )


def sent(turn: int = 0) -> OurCells:
    """The same, as readers give it back."""
    return {
        source: tuple(_read(value) for value in values(number, turn))
        for number, (source, _) in enumerate(PEOPLE)
    }


def _read(value: CellValue) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return "" if value is None else value
