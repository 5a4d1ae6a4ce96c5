"""The runner against the practice tenants, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import audit
from app.errors import AppError
from app.events import RunChanged, RunState, Trouble
from app.model import MoveStatus, Window
from practice_run import Runs, Tenants, people
from proxy import Fault, Proxy

DAY = 24 * 3600.0


def sources(tenants: Tenants) -> list[str]:
    return sorted(
        task["parameters"]["sourceUserIdentity"]["userPrincipalName"] for task in tenants.tasks()
    )


def expected(count: int) -> list[str]:
    return sorted(f"p{n}@contoso.com" for n in range(count))


def test_every_move_is_sent_once_and_watched_to_its_end(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(12)])
    watcher.until(lambda: len(watcher.moves) == 12)
    watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
    tenants.advance(DAY)
    watcher.until_state(RunState.DONE)
    assert {move.status for move in watcher.moves.values()} == {MoveStatus.SUCCESS}
    assert {move.service_state for move in watcher.moves.values()} == {"completed"}
    assert sources(tenants) == expected(12)


def test_a_move_that_the_service_has_already_is_adopted(tenants: Tenants, runs: Runs) -> None:
    task = tenants.create("P0@Contoso.com", "p0@northwind.com").json()
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(1)])
    watcher.until(lambda: watcher.moves.get("p0@contoso.com") and watcher.moves["p0@contoso.com"])
    watcher.until(lambda: watcher.moves["p0@contoso.com"].move_id)
    assert watcher.moves["p0@contoso.com"].move_id == task["id"]
    assert len(tenants.tasks()) == 1


def test_planning_the_same_people_again_starts_nobody_twice(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(5)])
    runner.plan([people(5)])
    watcher.until(lambda: len(watcher.moves) == 5)
    watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
    tenants.advance(DAY)
    watcher.until_state(RunState.DONE)
    runner.plan([people(5)])
    runner.pause()
    watcher.until_state(RunState.PAUSED)
    assert sources(tenants) == expected(5)


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.GARBAGE_AFTER, Fault.RESET_BEFORE])
def test_a_submission_without_an_answer_is_looked_up_before_anything_else(
    tenants: Tenants, runs: Runs, fault: Fault
) -> None:
    left = [fault] * 3

    def spoil(method: str, path: str) -> Fault | None:
        return left.pop() if method == "POST" and left else None

    proxy = Proxy(tenants.base_url, spoil)
    try:
        runner, watcher = runs.start(proxy.base_url, tenants.source_token)
        runner.plan([people(3)])
        watcher.until(lambda: len(watcher.moves) == 3)
        watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
        assert sources(tenants) == expected(3)
        runs.stop()
    finally:
        proxy.close()


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.BUSY])
def test_a_throttled_morning_costs_time_and_nothing_else(
    tenants: Tenants, runs: Runs, fault: Fault
) -> None:
    calls = 0

    def spoil(method: str, path: str) -> Fault | None:
        nonlocal calls
        calls += 1
        return fault if calls % 3 == 0 else None

    proxy = Proxy(tenants.base_url, spoil)
    try:
        runner, watcher = runs.start(proxy.base_url, tenants.source_token)
        runner.plan([people(6)])
        watcher.until(lambda: len(watcher.moves) == 6)
        watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
        assert sources(tenants) == expected(6)
        runs.stop()
    finally:
        proxy.close()


def test_an_expired_sign_in_pauses_and_goes_on_after_it(tenants: Tenants, runs: Runs) -> None:
    expired = True

    def spoil(method: str, path: str) -> Fault | None:
        return Fault.EXPIRED if method == "POST" and expired else None

    proxy = Proxy(tenants.base_url, spoil)
    try:
        runner, watcher = runs.start(proxy.base_url, tenants.source_token)
        runner.plan([people(3)])
        watcher.until_state(RunState.NEEDS_SIGN_IN)
        assert tenants.tasks() == []
        expired = False
        runner.resume()
        watcher.until(lambda: len(watcher.moves) == 3)
        watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
        assert sources(tenants) == expected(3)
        runs.stop()
    finally:
        proxy.close()


def test_a_run_that_ended_in_the_middle_goes_on(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(30)])
    watcher.until(lambda: any(m.status.is_at_service for m in watcher.moves.values()))
    runs.stop()
    tenants.advance(DAY)
    _, watcher = runs.start(tenants.base_url, tenants.source_token)
    watcher.until(lambda: len(watcher.moves) == 30)
    tenants.advance(DAY)
    watcher.until(
        lambda: all(m.status.is_at_service or m.status.is_final for m in watcher.moves.values())
    )
    tenants.advance(DAY)
    watcher.until_state(RunState.DONE)
    assert {move.status for move in watcher.moves.values()} == {MoveStatus.SUCCESS}
    assert sources(tenants) == expected(30)
    runs.stop()
    assert audit.verify(runs.state_dir).events > 90


def test_opened_again_a_day_later_the_first_poll_shows_the_truth(
    tenants: Tenants, runs: Runs
) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(20)])
    watcher.until(lambda: len(watcher.moves) == 20)
    watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
    runs.stop()
    tenants.advance(DAY)
    proxy = Proxy(tenants.base_url, lambda method, path: None)
    try:
        _, watcher = runs.start(proxy.base_url, tenants.source_token)
        watcher.until(lambda: watcher.moves)
        watcher.until_status(MoveStatus.SUCCESS)
        assert [method for method, _ in proxy.seen] == ["GET"]
        runs.stop()
    finally:
        proxy.close()


def test_the_next_batch_is_sent_when_the_one_before_has_nearly_ended(
    tenants: Tenants, runs: Runs
) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    first, second = people(10, batch="One"), people(20, batch="Two")
    second = replace(second, moves=second.moves[10:])
    runner.plan([first, second])
    watcher.until(lambda: len(watcher.moves) == 20)
    one = [move.key for move in first.moves]
    watcher.until(lambda: all(watcher.moves[key].status.is_at_service for key in one))
    tenants.advance(60)
    watcher.until_status(MoveStatus.IN_PROGRESS, *one)
    assert sources(tenants) == expected(10)
    tenants.advance(DAY)
    watcher.until_status(MoveStatus.SUCCESS, *one)
    watcher.until(lambda: all(move.attempts for move in watcher.moves.values()))
    watcher.until(lambda: len(tenants.tasks()) == 20)


def test_a_cancel_is_a_wish_until_the_service_says_so(tenants: Tenants, runs: Runs) -> None:
    begin = datetime.now(UTC) + timedelta(days=2)
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(2, Window(begin))])
    watcher.until(lambda: len(watcher.moves) == 2)
    watcher.until_status(MoveStatus.SCHEDULED)
    assert all(move.derived for move in watcher.moves.values())
    runner.cancel(["p0@contoso.com"])
    watcher.until_status(MoveStatus.STOPPED, "p0@contoso.com")
    assert watcher.moves["p0@contoso.com"].service_state == "cancelled"
    assert watcher.moves["p1@contoso.com"].status is MoveStatus.SCHEDULED


def test_a_running_move_cannot_be_cancelled_and_the_admin_is_told(
    tenants: Tenants, runs: Runs
) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(1)])
    watcher.until(lambda: watcher.moves)
    watcher.until(lambda: watcher.moves["p0@contoso.com"].status.is_at_service)
    tenants.advance(60)
    watcher.until_status(MoveStatus.IN_PROGRESS)
    runner.cancel(["p0@contoso.com"])
    watcher.until(lambda: any(isinstance(event, Trouble) for event in watcher.all))
    [trouble] = [event for event in watcher.all if isinstance(event, Trouble)]
    assert trouble.error.code == "CANCEL_TOO_LATE"
    assert not watcher.moves["p0@contoso.com"].cancel_wished


def test_a_stopped_move_is_started_again_only_when_the_admin_retries(
    tenants: Tenants, runs: Runs
) -> None:
    begin = datetime.now(UTC) + timedelta(days=2)
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    plan = people(1, Window(begin))
    runner.plan([plan])
    watcher.until(lambda: watcher.moves)
    watcher.until_status(MoveStatus.SCHEDULED)
    first = watcher.moves["p0@contoso.com"].move_id
    runner.cancel(["p0@contoso.com"])
    watcher.until_status(MoveStatus.STOPPED)
    runner.plan([plan])
    runner.pause()
    watcher.until_state(RunState.PAUSED)
    assert len(tenants.tasks()) == 1
    runner.retry(["p0@contoso.com"])
    runner.plan([plan])
    watcher.until(lambda: watcher.moves["p0@contoso.com"].move_id not in ("", first))
    assert watcher.moves["p0@contoso.com"].attempts == 2
    assert len(tenants.tasks()) == 2


def test_a_begin_that_passed_while_waiting_is_not_sent(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(1, Window(datetime(2026, 1, 1, tzinfo=UTC)))])
    watcher.until(lambda: watcher.moves)
    watcher.until(lambda: watcher.moves["p0@contoso.com"].status.is_at_service)
    [task] = tenants.tasks()
    assert task["parameters"].get("preferredStartDateTime") is None


def test_a_latest_start_is_sent_and_not_overrun(tenants: Tenants, runs: Runs) -> None:
    now = datetime.now(UTC)
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    later = Window(now + timedelta(days=2), latest_utc=now + timedelta(days=3))
    runner.plan([people(1, later)])
    watcher.until(lambda: watcher.moves)
    watcher.until_status(MoveStatus.SCHEDULED)
    [task] = tenants.tasks()
    latest = now + timedelta(days=3)
    assert task["parameters"]["preferredLatestStartDateTime"] == f"{latest:%Y-%m-%dT%H:%M:%SZ}"


def test_after_its_latest_start_nobody_is_sent(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    over = Window(latest_utc=datetime.now(UTC) - timedelta(seconds=1))
    runner.plan([people(2, over)])
    watcher.until(lambda: len(watcher.moves) == 2)
    watcher.until_status(MoveStatus.READY)
    assert tenants.tasks() == []


def test_while_paused_nothing_new_is_sent_and_the_rest_is_watched(
    tenants: Tenants, runs: Runs
) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(1)])
    watcher.until(lambda: watcher.moves)
    watcher.until(lambda: watcher.moves["p0@contoso.com"].status.is_at_service)
    runner.pause()
    watcher.until_state(RunState.PAUSED)
    tenants.advance(DAY)
    watcher.until_status(MoveStatus.SUCCESS, "p0@contoso.com")


def test_a_service_that_is_away_for_a_while_is_waited_for(
    serve: Callable[..., Tenants], runs: Runs
) -> None:
    tenants: Tenants = serve("--speed", "0")
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(4)])
    watcher.until(lambda: len(watcher.moves) == 4)
    watcher.until(lambda: all(m.status.is_at_service for m in watcher.moves.values()))
    tenants.process.kill()
    tenants.process.wait()
    watcher.until_state(RunState.OFFLINE)
    again: Tenants = serve("--speed", "0")
    assert again.base_url == tenants.base_url
    again.advance(DAY)
    watcher.until_state(RunState.DONE)
    assert {move.status for move in watcher.moves.values()} == {MoveStatus.SUCCESS}
    assert sources(again) == expected(4)


def test_a_missing_right_pauses_the_run_and_says_so(tenants: Tenants, runs: Runs) -> None:
    answer: Any = tenants.call("GET", "/practice/health").json()
    assert answer["practice"] is True
    runner, watcher = runs.start(tenants.base_url, "not-a-token-of-theirs")
    runner.plan([people(1)])
    watcher.until_state(RunState.NEEDS_SIGN_IN)
    [reason] = {e.reason for e in watcher.all if isinstance(e, RunChanged) and e.reason}
    assert isinstance(reason, AppError)
    assert "not-a-token-of-theirs" not in str(reason)


def test_stopping_with_much_to_do_is_quick_and_clean(tenants: Tenants, runs: Runs) -> None:
    runner, watcher = runs.start(tenants.base_url, tenants.source_token)
    runner.plan([people(3000)])
    watcher.until(lambda: len(watcher.moves) == 3000)
    assert runner.stop(5.0)
    assert all(
        watcher.moves[key].status is MoveStatus.WAITING or watcher.moves[key].attempts
        for key in watcher.moves
    )
