"""The practice clock: speeds, steps, restarts, and a machine whose own clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.practice.clock import Anchor, PracticeClock, is_speed, to_ms, wire_time


class Machine:
    """The time of day of the machine, in a test's hand."""

    def __init__(self) -> None:
        self.seconds = 1_796_000_000.0

    def __call__(self) -> float:
        return self.seconds


def test_it_runs_at_its_speed_and_can_be_stepped() -> None:
    machine = Machine()
    clock = PracticeClock(real=machine)
    begin = clock.now_ms()
    assert begin == 1_796_000_000_000
    clock.run_at(240)
    machine.seconds += 15
    assert clock.now_ms() == begin + 3_600_000
    clock.step(0.5)
    assert clock.now_ms() == begin + 3_600_500
    clock.run_at(0)
    machine.seconds += 1000
    assert clock.now_ms() == begin + 3_600_500


def test_another_speed_after_a_restart_starts_from_the_time_reached() -> None:
    machine = Machine()
    first = PracticeClock(real=machine)
    first.run_at(100)
    machine.seconds += 10
    second = PracticeClock(first.anchor, real=machine)
    machine.seconds += 10
    assert second.now_ms() == 1_796_000_000_000 + 2_000_000
    second.run_at(2)
    machine.seconds += 10
    assert second.now_ms() == 1_796_000_000_000 + 2_020_000


def test_it_never_runs_backwards() -> None:
    machine = Machine()
    clock = PracticeClock(Anchor(machine.seconds, 5_000, 10), real=machine)
    machine.seconds += 1
    assert clock.now_ms() == 15_000
    machine.seconds -= 3600
    assert clock.now_ms() == 15_000
    clock.not_before(20_000)
    assert clock.now_ms() == 20_000


def test_it_stays_writable_after_ages() -> None:
    machine = Machine()
    clock = PracticeClock(real=machine)
    clock.run_at(1_000_000)
    machine.seconds += 1e12
    assert wire_time(clock.now_ms()) == "9000-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_796_000_000_120, "2026-11-30T00:53:20.120Z")],
)
def test_times_on_the_wire(ms: int, text: str) -> None:
    assert wire_time(ms) == text
    assert to_ms(datetime.fromisoformat(text)) == ms
    assert datetime.fromisoformat(text).tzinfo == UTC


def test_speeds() -> None:
    assert all(is_speed(speed) for speed in (0, 0.5, 240, 1_000_000))
    assert not any(is_speed(speed) for speed in (-1, float("nan"), float("inf"), 2_000_000))
