"""The pace of polling, and whose answer is whose."""

from __future__ import annotations

from app.model import Move, MoveStatus
from app.moves import ServiceMove
from app.polling import PENDING, Pace, pair_answers


def test_the_pace_slows_down_while_nothing_happens_and_hurries_after_a_change() -> None:
    pace = Pace(1.0)
    pauses = []
    now = 0.0
    for _ in range(12):
        pace.polled(now, changed=False)
        pauses.append(pace.due - now)
        now = pace.due
    assert pauses == sorted(pauses)
    assert pauses[-1] == 10.0
    pace.polled(now, changed=True)
    assert pace.due - now == 1.0


def test_hurry_brings_the_next_poll_forward() -> None:
    pace = Pace(1.0)
    for _ in range(12):
        pace.polled(0.0, changed=False)
    pace.hurry(0.0)
    assert pace.due == 1.0


def test_what_is_running_or_final_fills_no_place_in_the_queue() -> None:
    assert MoveStatus.SCHEDULED in PENDING
    assert MoveStatus.IN_PROGRESS not in PENDING
    assert MoveStatus.SUCCESS not in PENDING


def test_answers_find_their_move_by_id_and_by_upn_only_without_one() -> None:
    with_id = Move("ana@c.com", 2, "ana@c.com", "ana@n.com", move_id="1")
    without = Move("bo@c.com", 3, "bo@c.com", "bo@n.com")

    def said(move_id: str, source: str) -> ServiceMove:
        return ServiceMove(move_id, source, "x@n.com", MoveStatus.NOT_STARTED, "notStarted")

    mine, newer, bo, stranger = (
        said("1", "ana@c.com"),
        said("2", "ANA@c.com"),
        said("3", "Bo@C.com"),
        said("4", "eve@c.com"),
    )
    ours = pair_answers([with_id, without], [mine, newer, bo, stranger])
    assert ours == [(with_id, mine), (without, bo)]
