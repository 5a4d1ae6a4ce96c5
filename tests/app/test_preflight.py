"""The pre-flight over real HTTP against the practice tenants: what it finds, costs and leaves."""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.client import GraphClient
from app.clock import SystemClock
from app.directory_reader import read_drives
from app.events import CheckedRow
from app.graph_moves import GraphMoves
from app.model import Level, Mapping, Move, MoveStatus, Side
from app.moves import DryRun, StartRequest
from app.preflight import Preflight
from app.preflight_facts import Said
from app.preflight_values import PreflightState, PreflightSummary, Scope
from app.rehearsal import TARGET_HOST
from app.tenants import Tenants
from practice_run import PATIENCE
from practice_run import Tenants as Practice
from preflight_watch import watched
from proxy import Fault, Proxy


def rows(count: int) -> tuple[CheckedRow, ...]:
    return tuple(
        CheckedRow(Mapping(n + 2, f"u{n}@contoso.com", f"u{n}@northwind.com", f"S!A{n + 2}"))
        for n in range(count)
    )


@pytest.fixture
def proxied(tenants: Practice) -> Iterator[Proxy]:
    proxy = Proxy(tenants.base_url, lambda _method, _path: None)
    yield proxy
    proxy.close()


def test_three_hundred_rows_cost_an_eighth_of_that_and_make_no_onedrive(
    tenants: Practice, proxied: Proxy, tmp_path: Path
) -> None:
    with watched(tenants, proxied.base_url, tmp_path) as one:
        one.preflight.set_rows(rows(300))
        one.run()
        summary = one.ended()
    assert (summary.passed, summary.unchecked, summary.done) == (300, 0, 300)
    assert len(proxied.seen) == summary.calls <= 300 // 8 + 10
    assert {code for check in one.checks.values() for code in check.passed} >= {
        "DRY_RUN_PASSED",
        "MAP_ENTRY_FITS",
        "SOURCE_SIZE_FITS",
    }
    assert tenants.tasks() == []
    # Asked in an application's name, the target says that nobody has a OneDrive.
    token = tenants.token("target", delegated=False)
    with contextlib.closing(GraphClient(tenants.base_url, lambda: token)) as target:
        upns = [f"u{number}@northwind.com" for number in range(300)]
        drives = [
            drive
            for first in range(0, 300, 20)
            for drive in read_drives(
                Tenants(target, target, True, True), Side.TARGET, upns[first : first + 20]
            )
        ]
    assert {drive.said for drive in drives if drive is not None} == {Said.MISSING}
    assert len(drives) == 300


def test_an_application_on_the_target_sees_the_onedrive_that_is_in_the_way(
    serve: Callable[..., Practice], tmp_path: Path
) -> None:
    people = {"u1@northwind.com": {"target_drive_exists": True}}
    (tmp_path / "people.json").write_text(json.dumps(people), "utf-8")
    practice = serve("--speed", "0", "--people", str(tmp_path / "people.json"))
    token = practice.token("target", delegated=False)
    with watched(
        practice, practice.base_url, tmp_path, target_token=token, application=True
    ) as one:
        one.preflight.set_rows(rows(3))
        one.run()
        summary = one.ended()
    assert (summary.passed, summary.blocked) == (2, 1)
    found = one.checks["u1@contoso.com"].findings
    assert [(f.level, f.code) for f in found] == [(Level.BLOCK, "TARGET_DRIVE_EXISTS")]
    assert "TARGET_DRIVES_UNSEEN" not in {f.code for f in summary.tenant_findings}


def test_a_missing_source_onedrive_is_found_and_not_made(
    serve: Callable[..., Practice], tmp_path: Path
) -> None:
    people = {"u0@contoso.com": {"no_drive": True}}
    (tmp_path / "people.json").write_text(json.dumps(people), "utf-8")
    practice = serve("--speed", "0", "--people", str(tmp_path / "people.json"))
    with watched(practice, practice.base_url, tmp_path) as one:
        one.preflight.set_rows(rows(2))
        one.run()
        one.ended()
        one.run()  # once more: had it been made, it would be found now
        one.ended()
    assert [f.code for f in one.checks["u0@contoso.com"].findings] == [
        "MnAOdbForSourceUPNDoesNotExist"
    ]


def test_being_throttled_is_waited_for_and_costs_little(
    tenants: Practice, proxied: Proxy, tmp_path: Path
) -> None:
    busy = iter([Fault.THROTTLED, None, Fault.BUSY, None, None, Fault.RESET_BEFORE])
    proxied.spoil = lambda _method, _path: next(busy, None)
    with watched(tenants, proxied.base_url, tmp_path) as one:
        one.preflight.set_rows(rows(60))
        one.run()
        one.until(lambda summary: summary.state is PreflightState.WAITING)
        summary = one.ended()
    assert (summary.state, summary.passed) == (PreflightState.DONE, 60)
    assert len(proxied.seen) <= summary.calls


def test_an_expired_sign_in_pauses_and_goes_on_where_it_was(
    tenants: Practice, tmp_path: Path
) -> None:
    token = {"now": tenants.token("source", delegated=True, seconds=60)}
    with watched(tenants, tenants.base_url, tmp_path, token=lambda: token["now"]) as one:
        tenants.advance(61)
        one.preflight.set_rows(rows(60))
        one.run()
        paused = one.until(lambda summary: summary.state is PreflightState.NEEDS_SIGN_IN)
        assert paused.reason is not None
        assert paused.reason.code == "SIGN_IN_REQUIRED"
        token["now"] = tenants.token("source", delegated=True)
        one.preflight.resume()
        summary = one.ended()
    assert (summary.state, summary.passed, summary.reason) == (PreflightState.DONE, 60, None)


def test_a_cancelled_run_keeps_what_it_found_and_the_next_asks_for_the_rest(
    tenants: Practice, proxied: Proxy, tmp_path: Path
) -> None:
    with watched(tenants, proxied.base_url, tmp_path) as one:
        one.preflight.set_rows(rows(300))
        one.run()
        one.until(lambda summary: summary.done > 0)
        one.preflight.cancel()
        stopped = one.ended()
        assert stopped.state is PreflightState.CANCELLED
        assert 0 < stopped.passed < 300
        assert stopped.unchecked == 300 - stopped.passed
        before = dict(one.checks)
        one.run()
        summary = one.ended()
    assert (summary.passed, summary.unchecked) == (300, 0)
    assert summary.done == stopped.unchecked
    assert {key: one.checks[key] for key in before} == before


def test_only_what_needs_it_is_asked_again(serve: Callable[..., Practice], tmp_path: Path) -> None:
    people = {"u3@contoso.com": {"on_hold": True}}
    (tmp_path / "people.json").write_text(json.dumps(people), "utf-8")
    practice = serve("--speed", "0", "--people", str(tmp_path / "people.json"))
    whole = rows(8)
    with watched(practice, practice.base_url, tmp_path) as one:
        one.preflight.set_rows(whole)
        one.run()
        first = one.ended()
        assert (first.passed, first.blocked) == (7, 1)
        changed = replace(whole[5], mapping=replace(whole[5].mapping, target_upn="x@northwind.com"))
        one.preflight.set_rows((*whole[:5], changed, *whole[6:]))
        assert one.until(lambda summary: summary.unchecked == 1).passed == 6
        one.run()
        second = one.ended()
        assert (second.done, second.total, second.passed) == (2, 2, 7)
        # Under way, done, or chosen by hand.
        under_way = Move("u0@contoso.com", 2, "u0@contoso.com", "x", MoveStatus.IN_PROGRESS)
        one.preflight.set_moves((under_way,))
        one.run(Scope.ALL)
        assert one.ended().total == 7
        one.run(keys=("u4@contoso.com", "nobody@contoso.com"))
        assert one.ended().total == 1


def test_a_run_begins_again_when_other_services_are_connected(
    tenants: Practice, proxied: Proxy, tmp_path: Path
) -> None:
    proxied.spoil = lambda _method, _path: Fault.RESET_BEFORE
    with (
        watched(tenants, proxied.base_url, tmp_path) as one,
        watched(tenants, tenants.base_url, tmp_path) as other,
    ):
        one.preflight.set_rows(rows(30))
        one.run()
        one.until(lambda summary: summary.state is PreflightState.WAITING)
        one.preflight.connect(other.pair, anew=True)
        summary = one.ended()
    assert (summary.state, summary.passed, summary.total) == (PreflightState.DONE, 30, 30)


def test_what_other_tenants_said_is_forgotten(tenants: Practice, tmp_path: Path) -> None:
    with watched(tenants, tenants.base_url, tmp_path) as one:
        one.preflight.set_rows(rows(5))
        one.run()
        assert one.ended().passed == 5
        one.preflight.connect(one.pair, anew=True)
        summary = one.until(lambda summary: summary.state is PreflightState.IDLE)
    assert (summary.passed, summary.unchecked, summary.tenant_findings) == (0, 5, ())


def test_without_anybody_to_ask_it_says_so(tmp_path: Path) -> None:
    events: queue.SimpleQueue[PreflightSummary] = queue.SimpleQueue()
    preflight = Preflight(
        SystemClock(), lambda event: events.put(event.summary), lambda *_: None, tmp_path
    )
    preflight.begin()
    preflight.run(Scope.ALL)
    summary = events.get(timeout=PATIENCE)
    assert preflight.stop(5.0)
    assert summary.state is PreflightState.FAILED
    assert summary.reason is not None
    assert summary.reason.code == "PREFLIGHT_NOT_CONNECTED"


class _Taking(GraphMoves):
    """A service that takes a dry run for a start."""

    asked: list[int]

    def dry_run(self, requests: object) -> list[DryRun | None]:
        assert isinstance(requests, list)
        self.asked.append(len(requests))
        made: list[StartRequest] = requests
        return [DryRun(200, "notStarted", made_move_id=f"move {one.source_upn}") for one in made]


def test_a_service_that_takes_a_dry_run_for_a_start_is_asked_once(
    tenants: Practice, tmp_path: Path
) -> None:
    with watched(tenants, tenants.base_url, tmp_path) as one:
        service = _Taking(
            one.pair.tenants.source, target_host=TARGET_HOST, clock=SystemClock(), practice=True
        )
        service.asked = []
        one.preflight.connect(replace(one.pair, service=service), anew=False)
        one.preflight.set_rows(rows(100))
        one.run()
        summary = one.ended()
    assert service.asked == [1]
    assert summary.state is PreflightState.FAILED
    assert summary.reason is not None
    assert summary.reason.code == "DRY_RUN_MADE_A_MOVE"
    assert "it made the move move u" in summary.reason.detail
