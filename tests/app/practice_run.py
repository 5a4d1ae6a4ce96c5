"""What the tests of whole runs share: the practice tenants in a process of their own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import rehearsal
from app.client import GraphClient
from app.clock import SystemClock
from app.events import Event, MovesChanged, RunChanged, RunState
from app.graph_moves import TASKS, GraphMoves
from app.model import Batch, Move, MoveStatus, Window
from app.orders import Planned
from app.runner import MoveRunner

PATIENCE = float(os.environ.get("FERRY_PATIENCE", "30"))
"""Seconds without any event after which a wait in a test has failed; long forms need more."""


@dataclass
class Tenants:
    """The practice tenants, on a clock that the test steps."""

    base_url: str
    source_token: str
    process: subprocess.Popen[bytes]
    target_token: str = ""

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.source_token}"}
        return httpx.request(method, self.base_url + path, headers=headers, timeout=10, **more)

    def advance(self, seconds: float) -> None:
        answer = self.call("POST", "/practice/clock", json={"advance_seconds": seconds})
        assert answer.status_code == 200, answer.text

    def token(self, side: str, *, delegated: bool, **more: Any) -> str:
        asked = {"side": side, "delegated": delegated, **more}
        return str(self.call("POST", "/practice/tokens", json=asked).json()["token"])

    def tasks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        path: str | None = f"{TASKS}?$top=500"
        while path:
            answer = self.call("GET", path).json()
            found += answer["value"]
            path = (answer.get("@odata.nextLink") or "").removeprefix(self.base_url) or None
        return found

    def create(self, source: str, target: str) -> httpx.Response:
        parameters = {
            "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
            "targetOrganizationHost": "https://practice-target-my.sharepoint.com",
            "sourceUserIdentity": {"userPrincipalName": source},
            "targetUserIdentity": {"userPrincipalName": target},
        }
        return self.call("POST", TASKS, json={"parameters": parameters})


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Where a project lies; the practice tenants that it starts are ended with the test."""
    folder = tmp_path / "state"
    yield folder
    note = rehearsal.last_reached(folder)
    if note is not None:
        rehearsal.stop(note)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Tenants]]:
    """Starts the practice tenants on a state file; may be called again after a kill."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, state: Path = tmp_path / "tenants.db") -> Tenants:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.practice.serve", "--state", str(state), *arguments],
            stdout=subprocess.PIPE,
        )
        processes.append(process)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        return Tenants(said["base_url"], said["source_token"], process, said["target_token"])

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def tenants(serve: Callable[..., Tenants]) -> Tenants:
    return serve("--speed", "0")


@dataclass
class Watcher:
    """Takes a runner's events as a screen would, and waits for what a test expects."""

    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    moves: dict[str, Move] = field(default_factory=dict)
    states: list[RunState] = field(default_factory=list)
    all: list[Event] = field(default_factory=list)

    def until(self, arrived: Callable[[], object]) -> None:
        while not arrived():
            event = self.events.get(timeout=PATIENCE)
            self.all.append(event)
            if isinstance(event, MovesChanged):
                self.moves.update((move.key, move) for move in event.moves)
            elif isinstance(event, RunChanged):
                self.states.append(event.state)

    def until_status(self, status: MoveStatus, *keys: str) -> None:
        wanted = keys or tuple(self.moves)
        self.until(lambda: all(k in self.moves and self.moves[k].status is status for k in wanted))

    def until_state(self, state: RunState) -> None:
        self.until(lambda: self.states and self.states[-1] is state)


@dataclass
class Runs:
    """Makes runners on one state folder, and ends them with the test."""

    state_dir: Path
    running: list[tuple[MoveRunner, GraphMoves]] = field(default_factory=list)

    def start(
        self, base_url: str, token: str, timeout_seconds: float = 5
    ) -> tuple[MoveRunner, Watcher]:
        watcher = Watcher()
        runner = MoveRunner(lambda: self.state_dir, SystemClock(), watcher.events.put)
        client = GraphClient(base_url, lambda: token, timeout_seconds=timeout_seconds)
        service = GraphMoves(
            client,
            target_host="https://practice-target-my.sharepoint.com",
            clock=SystemClock(),
            practice=True,
        )
        runner.start()
        runner.connect(service)
        self.running.append((runner, service))
        return runner, watcher

    def stop(self) -> None:
        for runner, service in self.running:
            assert runner.stop(10.0)
            service.close()
        self.running.clear()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path / "state")
    yield runs
    runs.stop()


AT_ONCE = Window()


def people(count: int, window: Window = AT_ONCE, batch: str = "Wave 1") -> Planned:
    """A batch of invented people."""
    moves = tuple(
        Move(f"p{n}@contoso.com", n + 2, f"p{n}@contoso.com", f"p{n}@northwind.com")
        for n in range(count)
    )
    return Planned(Batch(batch, tuple(move.key for move in moves), window), moves)
