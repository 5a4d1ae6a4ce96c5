"""The service's queue is shared, and asking about it costs calls."""

from __future__ import annotations

import pytest

from app.model import Move, MoveStatus
from app.moves import ServiceMove
from app.queue_watch import RESERVE, QueueWatch
from app.roster import Roster

OLD = 100.0


def said(number: int, status: MoveStatus = MoveStatus.NOT_STARTED) -> ServiceMove:
    return ServiceMove(str(number), f"p{number}@c.com", "x@n.com", status, "word")


def move(number: int, status: MoveStatus) -> Move:
    return Move(f"p{number}@c.com", number, f"p{number}@c.com", "x@n.com", status)


def test_what_others_have_in_the_queue_takes_room() -> None:
    queue = QueueWatch(OLD)
    ours = {
        one.key: one
        for one in (
            move(0, MoveStatus.NOT_STARTED),
            move(1, MoveStatus.STARTING),
            move(2, MoveStatus.WAITING),
            move(3, MoveStatus.READY),
        )
    }
    running = said(6, MoveStatus.IN_PROGRESS)
    site = ServiceMove("7", "", "", MoveStatus.NOT_STARTED, "word")
    queue.saw([*(said(n) for n in range(6)), running, site], ours, 0.0)
    # Two of ours that somebody else has sent, two strangers and a site; ours are counted apart.
    assert queue.room(4000, pending=10) == 4000 - RESERVE - 5 - 10
    assert queue.room(RESERVE, pending=1) == 0


def test_a_status_that_we_do_not_know_may_fill_a_place() -> None:
    statuses = (MoveStatus.UNKNOWN, MoveStatus.STARTING, MoveStatus.IN_PROGRESS)
    assert Roster(move(n, status) for n, status in enumerate(statuses)).pending() == 2


def test_before_a_start_the_list_must_be_young() -> None:
    queue = QueueWatch(OLD)
    assert not queue.knows_room(0.0)
    assert queue.should_list(0, 0.0, wants_to_send=False)
    queue.saw([said(n) for n in range(9_000)], {}, 0.0)
    assert queue.knows_room(OLD)
    assert not queue.should_list(20, OLD, wants_to_send=True)
    assert queue.should_list(20, OLD + 1, wants_to_send=True)
    assert not queue.should_list(20, OLD + 1, wants_to_send=False)
    queue.forget()
    assert queue.should_list(20, 0.0, wants_to_send=False)


@pytest.mark.parametrize(
    ("listed", "watched", "whole"),
    [
        (200, 1, True),
        (201, 1, False),
        (4_000, 400, True),
        (4_000, 380, False),
        (9_500, 4_000, True),
        (9_500, 50, False),
    ],
)
def test_a_cycle_costs_at_most_a_call_for_twenty_moves(
    listed: int, watched: int, whole: bool
) -> None:
    queue = QueueWatch(OLD)
    queue.saw([said(n) for n in range(listed)], {}, 0.0)
    assert queue.should_list(watched, 1.0, wants_to_send=True) is whole


@pytest.mark.parametrize(("status", "is_none"), [(404, True), (501, True), (403, False)])
def test_a_service_without_a_list_is_asked_by_id(status: int, is_none: bool) -> None:
    queue = QueueWatch(OLD)
    assert queue.refused(status) is is_none
    assert queue.should_list(1, 0.0, wants_to_send=True) is not is_none
    assert queue.knows_room(0.0) is is_none
