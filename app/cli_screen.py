"""What the command line sees of a project: it follows the events and prints what matters."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Callable

from app import gate_texts
from app.console import columns_needed, complain, say
from app.errors import AppError
from app.events import (
    BookOpened,
    BookSaved,
    BookWaiting,
    Event,
    MovesChanged,
    RunChanged,
    RunState,
    Trouble,
)
from app.gate_events import ChainJudged, GatesJudged, MapChanged
from app.gate_values import Gate
from app.model import ColumnsNeeded, Move, MoveStatus
from app.texts import status_label


class Screen:
    """Follows a project's events and prints what a person wants to know."""

    def __init__(self, tell: Callable[[str], None] = say) -> None:
        """`tell` says how the moves go; `note` where the command itself puts out JSON."""
        self._tell = tell
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.moves: dict[str, Move] = {}
        self.opened: BookOpened | None = None
        self.state = RunState.IDLE
        self.trouble: list[AppError] = []
        self.saved: BookSaved | None = None
        self.judged: GatesJudged | None = None
        self.map: MapChanged | None = None
        self._holding: tuple[str, tuple[str, ...]] = ("", ())

    def wait(self, arrived: Callable[[Event], bool]) -> None:
        """Take events until one is what we wait for; AppError when it cannot come any more."""
        while True:
            event = self.events.get()
            if event is None:
                raise AppError(
                    "INTERRUPTED",
                    "Stopped by you",
                    "Moves that were sent go on at the service.",
                    "Give the same command again to go on watching.",
                )
            self._take(event)
            if arrived(event):
                return

    def _take(self, event: Event) -> None:
        match event:
            case MovesChanged(moves):
                self.moves.update((move.key, move) for move in moves)
                counts = Counter(move.status for move in self.moves.values())
                if counts:
                    self._tell(
                        "  ".join(f"{status_label(s)} {counts[s]}" for s in MoveStatus if counts[s])
                    )
            case BookOpened():
                self.opened = event
            case ColumnsNeeded():
                raise columns_needed(event)
            case BookSaved():
                self.saved = event
            case GatesJudged():
                self.judged = event
            case MapChanged():
                self.map = event
            case ChainJudged(batch, _, holding):
                self._show_chain(batch, holding)
            case BookWaiting(_, error):
                complain(error)
            case RunChanged(state, because):
                if self.state is RunState.HELD and state is RunState.RUNNING:
                    self._tell("No gate holds the next batch back any more: it follows.")
                self.state = state
                if because is not None:
                    complain(because)
                if because is not None and state is not RunState.HELD:
                    self.trouble.append(because)
            case Trouble(error):
                if self.opened is None:
                    raise error
                complain(error)
                self.trouble.append(error)
            case _:
                pass

    def _show_chain(self, batch: str, holding: tuple[Gate, ...]) -> None:
        """The commands of the gates that hold a batch back, once as long as they are the same."""
        before, self._holding = self._holding, (batch, tuple(gate.finding for gate in holding))
        if self._holding == before:
            return
        for gate in holding:
            self._tell(f"{batch} waits. {gate_texts.title(gate)}: {gate_texts.state(gate)}")
            for command in gate.commands:
                self._tell(f"    {gate_texts.on_side(command.side)}: {command.text}")

    def drain(self) -> None:
        """See what was still said at the end."""
        while True:
            try:
                event = self.events.get_nowait()
            except queue.Empty:
                return
            if isinstance(event, BookSaved):
                self.saved = event
