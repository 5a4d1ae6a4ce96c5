"""Batches that follow wait for the gates: who is asked about, when again, and what is sent."""

from __future__ import annotations

from dataclasses import replace

from app.chain import Chain
from app.errors import AppError
from app.following import Following
from app.model import Move, MoveStatus
from app.roster import Roster

HELD = AppError("CHAIN_HELD", "two is held back", "NotEstablished")


def move(name: str, batch: str, status: MoveStatus = MoveStatus.WAITING) -> Move:
    return Move(name, 2, f"{name}@a.com", f"{name}@b.com", status, batch=batch)


class Desk:
    """Two batches of two; the first is done, so that the second is to follow."""

    def __init__(self) -> None:
        self.roster = Roster(
            [
                move("a", "one", MoveStatus.SUCCESS),
                move("b", "one", MoveStatus.SUCCESS),
                move("c", "two"),
                move("d", "two"),
            ]
        )
        self.asked: list[tuple[str, frozenset[str]]] = []
        chain = Chain(["one", "two"], 1.0)
        self.following = Following(chain, self.roster, lambda *one: self.asked.append(one))

    def objection(self) -> AppError | None:
        return self.following.objection

    def sendable(self) -> list[str]:
        return [one.key for one in self.following.sendable({"d"})]


def test_a_batch_is_asked_about_once_and_sent_when_it_may_follow() -> None:
    desk = Desk()
    for _ in range(3):
        desk.following.ask_due(0.0)
    assert desk.asked == [("two", frozenset("cd"))]
    assert desk.sendable() == []
    assert not desk.following.answered("two", None, 1.0)
    assert desk.sendable() == ["c"]
    desk.following.ask_due(9999.0)
    assert len(desk.asked) == 1


def test_a_batch_that_is_held_back_is_asked_about_again_in_five_minutes() -> None:
    desk = Desk()
    desk.following.ask_due(0.0)
    assert desk.following.answered("two", HELD, 10.0)
    assert desk.objection() is HELD
    assert desk.following.next_ask() == 310.0
    desk.following.ask_due(309.0)
    assert len(desk.asked) == 1
    desk.following.ask_due(310.0)
    assert len(desk.asked) == 2
    assert not desk.following.answered("two", HELD, 311.0), "the same again is no news"
    assert desk.following.answered("two", None, 400.0)
    assert desk.objection() is None
    assert desk.sendable() == ["c"]


def test_after_a_sign_in_or_a_resume_it_is_asked_about_at_once() -> None:
    desk = Desk()
    desk.following.ask_due(0.0)
    desk.following.answered("two", HELD, 0.0)
    desk.following.ask_anew()
    desk.following.ask_due(1.0)
    assert len(desk.asked) == 2


def test_when_nobody_waits_any_more_nothing_is_held_back_and_nothing_due() -> None:
    desk = Desk()
    desk.following.ask_due(0.0)
    desk.following.answered("two", HELD, 0.0)
    for name in "cd":
        desk.roster.put(replace(desk.roster.by_key[name], status=MoveStatus.READY))
    assert desk.following.ask_due(1.0)
    assert desk.objection() is None
    assert desk.following.next_ask() is None


def test_a_start_that_passed_the_gates_opens_its_first_batch() -> None:
    desk = Desk()
    desk.following.started(anybody=False)
    assert desk.sendable() == []
    desk.following.started(anybody=True)
    assert desk.sendable() == ["c"]
    desk.following.ask_due(0.0)
    assert desk.asked == []


def test_without_gates_the_chain_alone_decides() -> None:
    desk = Desk()
    free = Following(Chain(["one", "two"], 1.0), desk.roster, None)
    assert not free.ask_due(0.0)
    assert [one.key for one in free.sendable(set())] == ["c", "d"]
