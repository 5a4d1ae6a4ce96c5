"""Project: one workbook's whole job held together, for the window and the command line alike."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from app import rehearsal
from app.book_thread import BookThread, Choice
from app.clock import Clock, SystemClock
from app.errors import AppError
from app.events import Event, MovesChanged, RunChanged, ServiceConnected, SettingsLoaded, Trouble
from app.graph_moves import GraphMoves
from app.model import Move, MoveStatus, Window
from app.moves import MoveService
from app.paths import project_dir
from app.runner import MoveRunner

_PRACTICE_PAUSE = 3.0
"""Seconds between two writes of the workbook in a rehearsal; a real run takes half a minute."""


class Project:
    """Opens a workbook, checks it, plans, runs and writes back.

    Every method returns at once; what happens comes through `post`, called on worker threads.
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        state_dir: Path | None = None,
        *,
        clock: Clock | None = None,
        speed: float | None = None,
    ) -> None:
        self._post = post
        self._given_state_dir = state_dir
        self._clock = clock or SystemClock()
        self._speed = speed
        self._book: Path | None = None
        self._runner: MoveRunner | None = None
        self._book_thread: BookThread | None = None
        self._choice = Choice()
        self._connector: threading.Thread | None = None
        self._service: MoveService | None = None
        self._practice: rehearsal.Practice | None = None
        self._moves: dict[str, Move] = {}

    @property
    def state_dir(self) -> Path | None:
        """Where the project's journal lies, once a workbook was named."""
        if self._given_state_dir is not None or self._book is None:
            return self._given_state_dir
        return project_dir(self._book)

    def open(
        self,
        path: Path,
        *,
        sheet: str = "",
        source_column: str = "",
        target_column: str = "",
        batch_column: str = "",
    ) -> None:
        """Open a workbook, or read the open one again; the answer is an event."""
        choice = Choice(sheet, source_column, target_column, batch_column)
        if self._book_thread is not None and path == self._book:
            self._choice = choice
            self._book_thread.open(choice)
            return
        self._end(5.0)
        self._book, self._choice = path, choice
        assert self.state_dir is not None
        runner = MoveRunner(self.state_dir, self._clock, self._from_runner)
        self._book_thread = BookThread(
            path, self._clock, self._from_book, runner.plan, runner.set_rows, runner.keep
        )
        self._runner = runner
        self._book_thread.begin()
        runner.start()

    def accept_corrections(self, cells: frozenset[str]) -> None:
        """Use the safe corrections offered for these cells (`Sheet!B7`) in this project.

        The workbook's own cells stay as they are: they are the admin's.
        """
        if self._book_thread is not None:
            self._book_thread.accept(cells)

    def connect_practice(self) -> None:
        """Reach the practice tenants; answered by ServiceConnected or Trouble."""
        if self._runner is None or (self._connector and self._connector.is_alive()):
            return
        self._connector = threading.Thread(
            target=self._connect_practice, args=(self._runner,), name="connect", daemon=True
        )
        self._connector.start()

    def start(
        self, keys: tuple[str, ...] | None, window: Window, batch_size: int, by_column: bool
    ) -> None:
        """Plan and start these people; None means everybody who may start."""
        if self._book_thread is not None:
            wanted = None if keys is None else frozenset(keys)
            self._book_thread.start(wanted, window, batch_size, by_column)

    def cancel(self, keys: tuple[str, ...]) -> None:
        """Wish these moves cancelled."""
        if self._runner is not None:
            self._runner.cancel(keys)

    def retry(self, keys: tuple[str, ...]) -> None:
        """Make failed or stopped moves ready to be started again."""
        if self._runner is not None:
            self._runner.retry(keys)

    def pause(self) -> None:
        """Send nothing new."""
        if self._runner is not None:
            self._runner.pause()

    def resume(self) -> None:
        """Go on."""
        if self._runner is not None:
            self._runner.resume()

    def close(self, timeout: float) -> bool:
        """Write the status once more and end within `timeout` seconds; False: abandoned.

        Moves at the service go on. The practice tenants are ended when nothing moves there.
        """
        ended = self._end(timeout)
        if self._practice is not None and self._at_rest():
            rehearsal.stop(self._practice)
        return ended

    # On other threads

    def _from_runner(self, event: Event) -> None:
        book_thread = self._book_thread
        if isinstance(event, MovesChanged):
            self._moves.update((move.key, move) for move in event.moves)
        if book_thread is not None and isinstance(event, MovesChanged | RunChanged):
            book_thread.tell(event)
        if book_thread is not None and isinstance(event, SettingsLoaded):
            kept = dict(event.values)
            book_thread.recall(frozenset(json.loads(kept.get("corrections", "[]"))))
            book_thread.open(self._choice)
        self._post(event)

    def _from_book(self, event: Event) -> None:
        self._post(event)

    def _connect_practice(self, runner: MoveRunner) -> None:
        state_dir = self.state_dir
        assert state_dir is not None
        try:
            practice = rehearsal.reach(state_dir, self._speed)
        except AppError as error:
            self._post(Trouble(error))
            return
        service = GraphMoves(
            rehearsal.client(practice),
            target_host=rehearsal.TARGET_HOST,
            clock=self._clock,
            practice=True,
        )
        self._practice, self._service = practice, service
        if self._book_thread is not None:
            self._book_thread.shortest_pause = _PRACTICE_PAUSE
        runner.connect(service)
        self._post(ServiceConnected(service.capabilities, "Practice source", "Practice target"))

    def _end(self, timeout: float) -> bool:
        end = self._clock.monotonic() + timeout
        ended = True
        if self._connector is not None:
            self._connector.join(max(end - self._clock.monotonic(), 0.0) / 2)
            ended = not self._connector.is_alive()
        if self._runner is not None:
            ended &= self._runner.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        if self._book_thread is not None:
            ended &= self._book_thread.stop(max(end - self._clock.monotonic(), 0.1))
        if self._service is not None:
            self._service.close()
            self._service = None
        self._runner = self._book_thread = None
        self._moves = {}
        return ended

    def _at_rest(self) -> bool:
        return not any(
            move.status.is_at_service or move.status in (MoveStatus.WAITING, MoveStatus.STARTING)
            for move in self._moves.values()
        )
