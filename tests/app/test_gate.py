"""When calls may be made, and what a look-up is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.clock import SleepWatch
from app.gate import Gate
from app.lookups import LookUps


def test_the_service_holds_everybody_back_for_as_long_as_it_said() -> None:
    gate = Gate()
    gate.hold(100.0, 30.0)
    gate.hold(101.0, 2.0)
    assert not gate.is_open(129.9)
    assert gate.is_open(130.0)
    gate.hold(200.0, 0.0)
    assert not gate.is_open(200.0)


def test_neither_a_failure_nor_the_admin_shortens_what_the_service_asked_for() -> None:
    gate = Gate()
    gate.hold(100.0, 30.0)
    gate.failed(101.0)
    gate.open_now()
    gate.succeeded()
    assert not gate.is_open(129.9)
    assert gate.is_open(130.0)


def test_failures_double_the_pause_and_the_third_looks_like_being_offline() -> None:
    gate = Gate()
    pauses, offline, now = [], [], 0.0
    for _ in range(12):
        offline.append(gate.failed(now))
        pauses.append(gate.opens - now)
        now = gate.opens
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == 60.0
    assert offline[:4] == [False, False, True, True]
    gate.succeeded()
    assert not gate.failed(now)
    gate.open_now()
    assert gate.is_open(now)


def test_an_absence_is_used_once_and_only_while_it_is_fresh() -> None:
    look_ups = LookUps()
    assert not look_ups.take_absence("ana", 0.0)
    look_ups.saw_nothing("ana", 10.0)
    assert look_ups.take_absence("ana", 39.0)
    assert not look_ups.take_absence("ana", 39.0)
    look_ups.saw_nothing("ana", 10.0)
    assert not look_ups.take_absence("ana", 40.0)
    look_ups.saw_nothing("ana", 50.0)
    look_ups.forget_absences()
    assert not look_ups.take_absence("ana", 50.0)


def test_two_answers_are_needed_before_a_start_counts_as_not_arrived() -> None:
    look_ups = LookUps()
    look_ups.settle("ana", 5.0)
    assert look_ups.due(4.9, ()) == []
    assert look_ups.due(5.0, ()) == ["ana"]
    assert look_ups.due(5.0, {"ana"}) == []
    assert look_ups.next_due({"ana"}) is None
    assert not look_ups.settles_absent("ana", 5.0, 60.0)
    assert look_ups.next_due(()) == 65.0
    assert look_ups.settles_absent("ana", 65.0, 60.0)
    assert not look_ups.is_settling("ana")


class Clocks:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
        self.steady = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.steady


@pytest.mark.parametrize(
    ("passed", "steady", "jump"), [(60, 60, 0), (70, 60, 0), (3600, 5, 3595), (5, 60, -55)]
)
def test_a_sleep_is_seen_by_comparing_the_clocks(passed: int, steady: float, jump: float) -> None:
    clocks = Clocks()
    watch = SleepWatch(clocks)
    clocks.time += timedelta(seconds=passed)
    clocks.steady += steady
    assert watch.jump() == pytest.approx(jump)
    assert watch.jump() == 0
