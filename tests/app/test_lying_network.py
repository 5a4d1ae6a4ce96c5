"""A run through a network on which a third of all calls go wrong, in every way there is."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter

from app import audit
from app.events import RunChanged, RunState
from app.model import MoveStatus
from practice_run import Runs, Tenants, people
from proxy import Fault, Proxy

PEOPLE = int(os.environ.get("FERRY_LIES", "25"))
"""The long form sets more."""


def test_a_third_of_all_calls_going_wrong_costs_nobody_a_second_start(
    tenants: Tenants, runs: Runs
) -> None:
    chance = random.Random(7)
    lock = threading.Lock()
    lies: Counter[Fault] = Counter()

    def spoil(method: str, path: str) -> Fault | None:
        with lock:
            if chance.random() >= 0.3:
                return None
            # Waiting for a time limit takes long, so it is the rarest.
            fault = chance.choices(list(Fault), [4, 4, 4, 4, 4, 1, 0.5])[0]
            lies[fault] += 1
            return fault

    proxy = Proxy(tenants.base_url, spoil)
    try:
        runner, watcher = runs.start(proxy.base_url, tenants.source_token, timeout_seconds=0.5)
        runner.plan([people(PEOPLE)])

        def signed_in_again_and(done: bool) -> bool:
            # An expired sign-in pauses the run; the admin signs in and goes on.
            stopped = (RunState.NEEDS_SIGN_IN, RunState.PAUSED)
            if watcher.states and watcher.states[-1] in stopped:
                watcher.states.append(RunState.RUNNING)
                runner.resume()
            return done

        watcher.until(
            lambda: signed_in_again_and(
                len(watcher.moves) == PEOPLE
                and all(move.status.is_at_service for move in watcher.moves.values())
            )
        )
        tenants.advance(7 * 24 * 3600.0)
        watcher.until(
            lambda: signed_in_again_and(
                all(move.status is MoveStatus.SUCCESS for move in watcher.moves.values())
            )
        )
        runs.stop()
    finally:
        proxy.close()
    by_source = Counter(
        task["parameters"]["sourceUserIdentity"]["userPrincipalName"] for task in tenants.tasks()
    )
    assert by_source == {f"p{n}@contoso.com": 1 for n in range(PEOPLE)}
    assert len(lies) >= 5
    assert any(isinstance(event, RunChanged) for event in watcher.all)
    assert audit.verify(runs.state_dir).events > 2 * PEOPLE
