"""A pre-flight on real HTTP, and what it tells, for the tests to wait on."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.client import GraphClient
from app.clock import SystemClock
from app.events import PreflightChanged
from app.graph_moves import GraphMoves
from app.preflight import Preflight
from app.preflight_ask import Pair
from app.preflight_values import PreflightState, PreflightSummary, RowCheck, Scope
from app.rehearsal import TARGET_HOST
from app.tenants import Tenants
from practice_run import PATIENCE
from practice_run import Tenants as Practice

ENDED = (PreflightState.DONE, PreflightState.CANCELLED, PreflightState.FAILED)


@dataclass
class Watched:
    """A pre-flight, and what it has told."""

    preflight: Preflight
    pair: Pair
    events: queue.SimpleQueue[PreflightSummary]
    checks: dict[str, RowCheck] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)
    summary: PreflightSummary = field(default_factory=PreflightSummary)

    def until(self, arrived: Callable[[PreflightSummary], bool]) -> PreflightSummary:
        while not arrived(self.summary):
            self.summary = self.events.get(timeout=PATIENCE)
        return self.summary

    def run(self, scope: Scope = Scope.NEEDED, keys: tuple[str, ...] | None = None) -> None:
        self.summary = PreflightSummary()
        self.preflight.run(scope, keys)

    def ended(self) -> PreflightSummary:
        return self.until(lambda summary: summary.state in ENDED)


@contextmanager
def watched(
    practice: Practice,
    base_url: str,
    folder: Path,
    *,
    target_token: str = "",
    application: bool = False,
    token: Callable[[], str] | None = None,
    target_host: str = TARGET_HOST,
) -> Iterator[Watched]:
    events: queue.SimpleQueue[PreflightSummary] = queue.SimpleQueue()
    source = GraphClient(base_url, token or (lambda: practice.source_token))
    target = GraphClient(base_url, lambda: target_token or practice.target_token)
    tenants = Tenants(source, target, application, False)
    service = GraphMoves(source, target_host=target_host, clock=SystemClock(), practice=True)
    checks: dict[str, RowCheck] = {}
    parts: list[int] = []

    def deliver(found: tuple[RowCheck, ...], _tenants: str, _is_last: bool) -> None:
        checks.update((check.key, check) for check in found)
        parts.append(len(found))

    def post(event: PreflightChanged) -> None:
        events.put(event.summary)

    preflight = Preflight(SystemClock(), post, deliver, folder)
    pair = Pair(service, tenants, target_host)
    preflight.begin()
    preflight.connect(pair, anew=False)
    try:
        yield Watched(preflight, pair, events, checks, parts)
    finally:
        assert preflight.stop(10.0)
        tenants.close()
