"""Which batch may be sent while another one is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.chain import Chain
from app.model import Move, MoveStatus, Window
from app.roster import Roster

TONIGHT = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)
TOMORROW = datetime(2026, 12, 6, 18, 0, tzinfo=UTC)


def moves(batch: str, *statuses: MoveStatus, begin: datetime | None = None) -> list[Move]:
    return [
        Move(
            key=f"{batch}-{number}@c.com",
            row=number,
            source_upn=f"{batch}-{number}@c.com",
            target_upn=f"{batch}-{number}@n.com",
            status=status,
            batch=batch,
            window=Window(begin),
        )
        for number, status in enumerate(statuses)
    ]


W, P, S, F, R = (
    MoveStatus.WAITING,
    MoveStatus.IN_PROGRESS,
    MoveStatus.SUCCESS,
    MoveStatus.FAILED,
    MoveStatus.READY,
)


@pytest.mark.parametrize(
    ("present", "is_open"),
    [
        ([W] * 10, False),
        ([P] * 2 + [S] * 8, False),
        ([P] + [S] * 5 + [F] * 4, True),
        ([S] * 10, True),
        # Moves that were taken back do not count.
        ([S] * 2 + [R] * 8, True),
        ([R] * 10, True),
    ],
)
def test_the_next_batch_goes_when_nine_of_ten_have_ended(
    present: list[MoveStatus], is_open: bool
) -> None:
    roster = Roster(moves("one", *present) + moves("two", W, W))
    chain = Chain(["one", "two"])
    assert chain.open_batches(roster) == (["one", "two"] if is_open else ["one"])


def test_the_share_can_be_set() -> None:
    roster = Roster(moves("one", P, P, S, S) + moves("two", W))
    assert Chain(["one", "two"], 0.5).open_batches(roster) == ["one", "two"]
    assert Chain(["one", "two"], 0.0).open_batches(roster) == ["one", "two"]
    assert Chain(["one", "two"], 1.0).open_batches(roster) == ["one"]


def test_a_batch_with_a_begin_waits_for_no_other_since_the_service_holds_it() -> None:
    roster = Roster(
        moves("one", W, W)
        + moves("late", W, begin=TOMORROW)
        + moves("two", W)
        + moves("soon", W, begin=TONIGHT)
    )
    chain = Chain(["one", "late", "two", "soon"])
    assert chain.open_batches(roster) == ["one", "soon", "late"]


def test_a_batch_is_added_once_and_behind_the_others() -> None:
    chain = Chain(["one"])
    chain.add(["two", "one", "three"])
    assert chain.order == ["one", "two", "three"]


def test_the_roster_counts_as_moves_go_on() -> None:
    roster = Roster(moves("one", W, W))
    first = roster.by_key["one-0@c.com"]
    roster.put(replace(first, status=S))
    count = roster.batch_count("one")
    assert (count.planned, count.ended) == (2, 1)
    assert [move.key for move in roster.waiting_in("one")] == ["one-1@c.com"]
    roster.put(replace(first, batch="two", status=R))
    assert roster.batch_count("one").planned == 1
