"""What tests of whole projects share: a screen for the events, and the way through the gates."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TypeVar

from app.events import Event, MovesChanged, PreflightChanged, RunChanged, RunState, Trouble
from app.gate_events import GatesJudged, MapChanged, MapState
from app.gate_values import GateCode
from app.model import Move, MoveStatus, Window
from app.preflight_values import PreflightState, Scope
from app.project import Project

Kind = TypeVar("Kind", bound=Event)
PATIENCE = 60.0


class Follower:
    """A screen that takes the project's events."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.moves: dict[str, Move] = {}
        self.state = RunState.IDLE

    def until(self, kind: type[Kind], good: Callable[[Kind], object] = lambda _: True) -> Kind:
        while True:
            event = self.events.get(timeout=PATIENCE)
            assert kind is Trouble or not isinstance(event, Trouble), event
            if isinstance(event, MovesChanged):
                self.moves.update((move.key, move) for move in event.moves)
            if isinstance(event, RunChanged):
                self.state = event.state
            if isinstance(event, kind) and good(event):
                return event

    def until_all(self, status: MoveStatus) -> None:
        self.until(MovesChanged, lambda _: {one.status for one in self.moves.values()} == {status})


def start_through_the_gates(project: Project, screen: Follower) -> None:
    plan = (None, Window(), 4000, False)
    gates = project.gates
    assert gates is not None
    project.start(*plan, only_check=True)
    screen.until(GatesJudged)
    gates.upload_map()
    screen.until(MapChanged, lambda e: e.state is MapState.IDLE and e.report is not None)
    project.preflight(Scope.ALL)
    screen.until(PreflightChanged, lambda e: e.summary.state is PreflightState.DONE)
    for code, words in (
        (GateCode.TRUST_SOURCE, "GoodToProceed"),
        (GateCode.TRUST_TARGET, "GoodToProceed"),
        (GateCode.COMPATIBILITY, "Compatible"),
    ):
        gates.confirm(code, words)
        screen.until(GatesJudged)
    project.start(*plan)
