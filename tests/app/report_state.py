"""A small project in a journal, of which the tests of reports know every number."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.connection import SETTING, Connection
from app.journal import Change, Journal, RowRecord
from app.life import planned, starting
from app.model import Move, MoveStatus, Window
from scripted_service import NOON, HeldClock

__all__ = ["NOON", "state"]
STATUSES = [MoveStatus.SUCCESS] * 5 + [MoveStatus.FAILED] * 2 + [MoveStatus.IN_PROGRESS]
CONNECTION = Connection(
    "practice",
    "Practice source",
    "Practice target",
    "https://practice-source-my.sharepoint.com",
    "https://practice-target-my.sharepoint.com",
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Eight people in two batches, one who cannot start, and one who is held back."""
    folder = tmp_path / "state"
    with closing(Journal(folder, HeldClock(NOON - timedelta(hours=1)))) as journal:
        for number, status in enumerate(STATUSES):
            key = f"p{number}@c.com"
            move = Move(key, number + 2, key, f"p{number}@n.com")
            window = Window(NOON, NOON + timedelta(hours=3), "Europe/Berlin")
            batch = "Wave 1" if number < 4 else "Wave 2"
            waiting = planned(move, batch, window if number < 4 else Window(), NOON)
            sent = starting(waiting, NOON)
            ended = NOON + timedelta(hours=number) if status is not MoveStatus.IN_PROGRESS else None
            failed = status is MoveStatus.FAILED
            told = replace(
                sent,
                status=status,
                move_id=f"id-{number}",
                started_utc=NOON,
                finished_utc=ended,
                error_code="-161" if failed else "",
                error_message="=HYPERLINK(1)" if failed else "",
            )
            journal.commit([Change(None, waiting, "planned", by_admin=True)])
            journal.commit([Change(waiting, sent, "starting"), Change(sent, told, "told")])
        rows = [
            RowRecord(n + 2, f"p{n}@c.com", f"p{n}@c.com", f"p{n}@n.com", True) for n in range(8)
        ]
        bad = RowRecord(
            10, "=x@c.com", "=x@c.com", "", False, finding_code="HALF_ROW", remedy="Fill it in."
        )
        held = RowRecord(
            11, "h@c.com", "h@c.com", "h@n.com", False, "HELD_BACK", remedy="Nothing to do."
        )
        journal.replace_rows([*rows, bad, held])
        journal.set_setting(SETTING, CONNECTION.as_setting())
    return folder
