"""The service is killed again and again while a client starts moves: what it said stays true."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import httpx
import pytest

from practice_process import TASKS, Service, serving

KILLS = 4
STARTS_BETWEEN = 12

ROUGH = """
title = "Rough"
description = "Few slots, and a restart that puts moves back."

[queue]
slots = 7

[[incidents]]
what = "restart"
at_minute = 60
lasts_minutes = 10
"""


class Client(threading.Thread):
    """Starts one move after the other until the service is gone."""

    def __init__(self, service: Service, first: int) -> None:
        super().__init__(name="client", daemon=True)
        self.service = service
        self.number = first
        self.said: dict[str, str] = {}
        self.enough = threading.Event()

    def run(self) -> None:
        while True:
            upn = f"person{self.number}@tailspin.com"
            try:
                response = self.service.create(upn)
            except httpx.HTTPError:
                return
            assert response.status_code in (200, 409), response.text
            self.number += 1
            if response.status_code == 200:
                self.said[upn] = response.json()["id"]
            if len(self.said) >= STARTS_BETWEEN:
                self.enough.set()


def kept(service: Service) -> list[tuple[str, str, str]]:
    tasks = service.client.get(TASKS, params={"$top": "999"}).json()["value"]
    return [
        (t["parameters"]["sourceUserIdentity"]["userPrincipalName"], t["id"], t["status"])
        for t in tasks
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; Windows has its own way")
def test_killed_in_the_middle_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    rough = tmp_path / "rough.toml"
    rough.write_text(ROUGH, "utf-8")
    said: dict[str, str] = {}
    over: dict[str, str] = {}
    first = 0
    for _ in range(KILLS):
        # At this speed moves start and end while others are asked for, and while nobody serves.
        with serving(state, "--scenario", str(rough), speed="4000") as run:
            over = assert_kept(run, said, over)
            client = Client(run, first)
            client.start()
            assert client.enough.wait(30)
            run.process.send_signal(signal.SIGKILL)
            client.join(30)
            assert not client.is_alive()
        said |= client.said
        # The call that was under way may have been taken without an answer.
        first = client.number
    assert len(said) >= KILLS * STARTS_BETWEEN
    with serving(state, speed="0") as last:
        assert_kept(last, said, over)
        last.step(86_400 * 3)
        everybody = kept(last)
        assert {status for _, _, status in everybody} == {"completed"}
        assert len({upn for upn, _, _ in everybody}) == len(everybody)
        # Without an answer, but there: at most one for each kill.
        assert len(everybody) - len(said) <= KILLS


def assert_kept(service: Service, said: dict[str, str], over: dict[str, str]) -> dict[str, str]:
    """Everything that was said is there, and what was over still is; returns what is over now."""
    tasks = kept(service)
    assert said.items() <= {upn: task_id for upn, task_id, _ in tasks}.items()
    ended = {upn: status for upn, _, status in tasks if status in ("completed", "failed")}
    assert over.items() <= ended.items()
    return ended
