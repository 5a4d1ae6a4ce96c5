"""Long work on the window's thread: in turns, in its order, and over at once when it is small."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ui.turns import Turns


def spend(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def work(name: str, steps: int, done: list[str], seconds: float = 0.0) -> Iterator[None]:
    for step in range(steps):
        spend(seconds)
        done.append(f"{name}{step}")
        if step + 1 < steps:
            yield


def test_small_work_is_over_when_it_was_asked_for() -> None:
    done: list[str] = []
    turns = Turns()
    turns.do(work("a", 3, done))
    assert done == ["a0", "a1", "a2"]
    assert not turns.is_busy


def test_long_work_lets_the_window_draw_and_keeps_its_order(qtbot: QtBot) -> None:
    done: list[str] = []
    turns = Turns()
    turns.do(work("a", 5, done, 0.01))
    assert done[0] == "a0"
    assert len(done) < 5
    turns.do(work("b", 2, done))
    assert "b0" not in done
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert done == ["a0", "a1", "a2", "a3", "a4", "b0", "b1"]


def test_what_is_asked_for_during_a_turn_comes_after_it() -> None:
    done: list[str] = []
    turns = Turns()

    def first() -> Iterator[None]:
        turns.do(work("b", 1, done))
        done.append("a0")
        yield
        done.append("a1")

    turns.do(first())
    assert done == ["a0", "a1", "b0"]


def test_a_fault_ends_only_the_work_that_has_it(qtbot: QtBot) -> None:
    done: list[str] = []
    turns = Turns()

    def faulty() -> Iterator[None]:
        turns.do(work("b", 1, done))
        yield from ()
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        turns.do(faulty())
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert done == ["b0"]
