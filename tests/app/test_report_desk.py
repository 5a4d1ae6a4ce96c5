"""The desk makes reports beside the window: when asked, by the clock, and at the end of a batch."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.events import Event, MovesChanged
from app.life import planned
from app.model import Move, MoveStatus, Window
from app.report_desk import ReportDesk
from app.report_events import ReportFailed, ReportMade
from app.report_order import EvidenceOrder, ReportKind, ReportOrder
from app.report_timer import BatchEnds, ReportTimer, kept_timer
from practice_run import PATIENCE
from report_state import NOON, state
from scripted_service import HeldClock

__all__ = ["state"]
_FOR_A_REPORT = 4 * PATIENCE
"""A report is a whole process and the reading of large libraries, on a busy machine as well."""


@dataclass
class Desk:
    """A desk on a clock that stands still, and what it says."""

    state: Path
    book: Path
    clock: HeldClock = field(default_factory=HeldClock)
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.desk = ReportDesk(self.book, self.clock, self.events.put)

    def said(self) -> Any:
        return self.events.get(timeout=_FOR_A_REPORT)


@pytest.fixture
def desk(state: Path, tmp_path: Path) -> Iterator[Desk]:
    book = tmp_path / "Plan.xlsx"
    openpyxl.Workbook().save(book)
    made = Desk(state, book)
    yield made
    assert made.desk.stop(_FOR_A_REPORT)


def moves(status: MoveStatus, batch: str = "Wave 1", count: int = 2) -> MovesChanged:
    each = (
        planned(Move(f"{batch}{n}", n, f"a{n}@c.com", f"a{n}@n.com"), batch, Window(), NOON)
        for n in range(count)
    )
    return MovesChanged(tuple(replace(move, status=status) for move in each))


def test_what_is_asked_for_is_made_and_told(desk: Desk) -> None:
    desk.desk.begin(desk.state, ReportTimer())
    out = desk.book.with_name("report.xlsx")
    keys = ("p5@c.com",)
    order = ReportOrder(ReportKind.STATUS, desk.state, "Plan.xlsx", out, keys=keys, choice="one")
    desk.desk.make(order)
    assert desk.said() == ReportMade(out, 1)
    assert openpyxl.load_workbook(out)["People"].max_row == 2
    desk.desk.make(order)
    failed = desk.said()
    assert isinstance(failed, ReportFailed)
    assert failed.error.code == "EXISTS"


def test_evidence_is_made_and_its_number_told(desk: Desk) -> None:
    desk.desk.begin(desk.state, ReportTimer())
    target = desk.book.with_name("evidence.zip")
    desk.desk.make(EvidenceOrder(desk.state, desk.book, target))
    made = desk.said()
    assert isinstance(made, ReportMade)
    assert (made.path, len(made.note)) == (target, 64)


def test_by_the_clock_one_report_is_kept_up_to_date(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    desk.desk.begin(desk.state, ReportTimer(str(folder), minutes=10))
    for _ in range(2):
        desk.clock.seconds += 600
        desk.desk.take(moves(MoveStatus.IN_PROGRESS))
        made = desk.said()
        assert made == ReportMade(folder / "Plan status.xlsx", 10, by_itself=True)
    assert [path.name for path in folder.iterdir()] == ["Plan status.xlsx"]
    (folder / "Plan status.xlsx").write_bytes(b"somebody's own")
    desk.clock.seconds += 600
    desk.desk.take(moves(MoveStatus.SUCCESS))
    failed = desk.said()
    assert isinstance(failed, ReportFailed)
    assert (failed.error.code, failed.by_itself) == ("EXISTS", True)
    assert (folder / "Plan status.xlsx").read_bytes() == b"somebody's own"


def test_at_the_end_of_a_batch_there_is_a_report_of_that_moment(desk: Desk, tmp_path: Path) -> None:
    timer = ReportTimer(str(tmp_path), at_batch_end=True, zone="Europe/Berlin")
    desk.desk.begin(desk.state, timer)
    desk.desk.take(moves(MoveStatus.SUCCESS, "Of last week"))
    desk.desk.take(moves(MoveStatus.IN_PROGRESS, "Wave 1/2"))
    desk.desk.take(moves(MoveStatus.SUCCESS, "Wave 1/2"))
    made = desk.said()
    assert made.path.name == "Plan status after Wave 1 2 2026-12-05 1300.xlsx"
    assert made.path.exists()


def test_a_timer_that_is_off_makes_nothing(desk: Desk) -> None:
    desk.desk.begin(desk.state, ReportTimer("", minutes=1, at_batch_end=True))
    desk.desk.take(moves(MoveStatus.IN_PROGRESS))
    desk.desk.take(moves(MoveStatus.SUCCESS))
    desk.clock.seconds += 6000
    out = desk.book.with_name("report.csv")
    desk.desk.make(ReportOrder(ReportKind.STATUS, desk.state, "Plan.xlsx", out))
    assert desk.said() == ReportMade(out, 10)


def test_an_end_leaves_nothing_half_made(desk: Desk, tmp_path: Path) -> None:
    desk.desk.begin(desk.state, ReportTimer())
    for number in range(3):
        out = tmp_path / f"report {number}.xlsx"
        desk.desk.make(ReportOrder(ReportKind.STATUS, desk.state, "Plan.xlsx", out))
    assert desk.desk.stop(_FOR_A_REPORT)
    for path in tmp_path.glob("report *.xlsx"):
        assert openpyxl.load_workbook(path)["People"].max_row == 11


def test_a_batch_ends_once_and_only_when_it_was_seen_open() -> None:
    ends = BatchEnds()
    assert ends.take(moves(MoveStatus.SUCCESS, "old").moves) == ()
    both = moves(MoveStatus.IN_PROGRESS).moves
    assert ends.take(both) == ()
    assert ends.take([replace(both[0], status=MoveStatus.SUCCESS)]) == ()
    assert ends.take([replace(both[1], status=MoveStatus.FAILED)]) == ("Wave 1",)
    assert ends.take([replace(both[1], status=MoveStatus.FAILED)]) == ()
    again = replace(both[1], status=MoveStatus.READY)
    assert ends.take([again]) == ()
    assert ends.take([replace(again, status=MoveStatus.STOPPED)]) == ("Wave 1",)


def test_the_timer_is_kept_and_what_is_not_one_is_off() -> None:
    timer = ReportTimer("/reports", 15, True, "Europe/Berlin")
    assert kept_timer({"report timer": timer.as_setting()}) == timer
    for text in ("", "[]", "{", '{"other": 1}'):
        assert not kept_timer({"report timer": text} if text else {}).is_on


def test_a_timer_with_a_zone_or_a_folder_that_is_gone_tells_and_goes_on(
    desk: Desk, tmp_path: Path
) -> None:
    timer = ReportTimer(str(tmp_path), at_batch_end=True, zone="Gone/Zone")
    desk.desk.begin(desk.state, timer)
    desk.desk.take(moves(MoveStatus.IN_PROGRESS))
    desk.desk.take(moves(MoveStatus.SUCCESS))
    assert desk.said().error.code == "UNKNOWN_ZONE"
    desk.desk.set_timer(ReportTimer(str(tmp_path / "gone"), at_batch_end=True))
    desk.desk.take(moves(MoveStatus.IN_PROGRESS, "Wave 2"))
    desk.desk.take(moves(MoveStatus.SUCCESS, "Wave 2"))
    failed = desk.said()
    assert (failed.error.code, failed.by_itself) == ("CANNOT_WRITE", True)
