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
from app.events import (
    BookOpened,
    BookSaved,
    Event,
    MovesChanged,
    RunChanged,
    ServiceConnected,
    SettingsLoaded,
    Trouble,
)
from app.graph_moves import GraphMoves
from app.model import Move, MoveStatus, Window
from app.moves import MoveService
from app.projects import find_project, remember_workbook
from app.runner import MoveRunner
from app.tenants import Tenants

_PRACTICE_PAUSE = 3.0
"""Seconds between two writes of the workbook in a rehearsal; a real run takes half a minute."""
_LOCATE_SECONDS = 30.0


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
        self._session: _Session | None = None
        self._closing: list[threading.Thread] = []
        self._wants_practice = False

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
        session = self._session
        if session is not None and session.book == path:
            session.read_again(choice)
            return
        # The folder that was named is the first workbook's; another one gets its own in it.
        named = self._given_state_dir
        is_first = session is None

        def locate() -> Path:
            if named is None:
                return find_project(path)
            return named if is_first else named / "projects" / find_project(path).name

        if session is not None:
            self._let_go(session)
        self._session = _Session(self._post, path, locate, choice, self._clock, self._speed)
        self._session.begin()
        if self._wants_practice:
            self._session.connect_practice()

    def _let_go(self, session: _Session) -> None:
        session.silence()
        closing = threading.Thread(target=session.close, args=(5.0,), name="closing", daemon=True)
        closing.start()
        self._closing = [*(one for one in self._closing if one.is_alive()), closing]

    def ask_columns(self) -> None:
        """Let the admin choose sheet and columns anew; answered by ColumnsNeeded."""
        if self._session is not None:
            self._session.book_thread.open(Choice(ask=True))

    def accept_corrections(self, cells: frozenset[str]) -> None:
        """Use the safe corrections offered for these cells (`Sheet!B7`) in this project.

        The workbook's own cells stay as they are: they are the admin's.
        """
        if self._session is not None:
            self._session.book_thread.accept(cells)

    def connect_practice(self) -> None:
        """Reach the practice tenants, now or when a workbook is open.

        Answered by ServiceConnected or Trouble; a workbook opened later is connected too.
        """
        self._wants_practice = True
        if self._session is not None:
            self._session.connect_practice()

    def start(
        self,
        keys: tuple[str, ...] | None,
        window: Window,
        batch_size: int,
        by_column: bool,
        most_gb: float = 0.0,
    ) -> None:
        """Plan and start these people; None means everybody who may start.

        Batches are the workbook's own, or hold `batch_size` people and at most `most_gb` gigabytes
        (0: any) as far as the workbook says sizes.
        """
        if self._session is not None:
            wanted = None if keys is None else frozenset(keys)
            self._session.book_thread.start(wanted, window, batch_size, by_column, most_gb)

    def cancel(self, keys: tuple[str, ...]) -> None:
        """Wish these moves cancelled."""
        if self._session is not None:
            self._session.runner.cancel(keys)

    def retry(self, keys: tuple[str, ...]) -> None:
        """Make failed or stopped moves ready to be started again."""
        if self._session is not None:
            self._session.runner.retry(keys)

    def set_share(self, share: float) -> None:
        """Let the next batch follow when this share (0 to 1) of the present one has ended."""
        if self._session is not None:
            self._session.runner.set_share(share)

    def pause(self) -> None:
        """Send nothing new."""
        if self._session is not None:
            self._session.runner.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session is not None:
            self._session.runner.resume()

    def close(self, timeout: float) -> bool:
        """Write the status once more and end within `timeout` seconds; False: abandoned.

        Moves at the service go on. The practice tenants are ended when nothing moves there.
        """
        end = self._clock.monotonic() + timeout
        ended = self._session.close(timeout) if self._session is not None else True
        self._session = None
        for closing in self._closing:
            closing.join(max(end - self._clock.monotonic(), 0.0))
            ended &= not closing.is_alive()
        return ended


class _Session:
    """One open workbook: its runner, its thread, its service."""

    def __init__(
        self,
        post: Callable[[Event], None],
        book: Path,
        locate: Callable[[], Path],
        choice: Choice,
        clock: Clock,
        speed: float | None,
    ) -> None:
        self.book = book
        self._post = post
        self._state_dir: Path | None = None
        self._located = threading.Event()
        self._choice = choice
        self._clock = clock
        self._speed = speed
        self._is_silent = False
        self._connector: threading.Thread | None = None
        self._service: MoveService | None = None
        self._tenants: Tenants | None = None
        self._practice: rehearsal.Practice | None = None
        self._moves: dict[str, Move] = {}
        self.runner = MoveRunner(locate, clock, self._from_runner)
        self.book_thread = BookThread(
            book, clock, self._from_book, self.runner.plan, self.runner.set_rows, self.runner.keep
        )

    def begin(self) -> None:
        """Start both threads; the workbook is read when the journal is open."""
        self.book_thread.begin()
        self.runner.start()

    def read_again(self, choice: Choice) -> None:
        """Read the workbook anew; a choice that is left out stays as it was."""
        if choice != Choice():
            self._choice = choice
        self.book_thread.open(self._choice)

    def silence(self) -> None:
        """Tell nothing any more: another workbook is open."""
        self._is_silent = True

    def connect_practice(self) -> None:
        """Reach the practice tenants, on a thread of its own."""
        if self._connector is None or not self._connector.is_alive():
            self._connector = threading.Thread(
                target=self._connect_practice, name="connect", daemon=True
            )
            self._connector.start()

    def close(self, timeout: float) -> bool:
        """End both threads, after a last write."""
        end = self._clock.monotonic() + timeout
        ended = True
        if self._connector is not None:
            self._connector.join(max(end - self._clock.monotonic(), 0.0) / 2)
            ended = not self._connector.is_alive()
        ended &= self.runner.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self.book_thread.stop(max(end - self._clock.monotonic(), 0.1))
        if self._service is not None:
            self._service.close()
        if self._tenants is not None:
            self._tenants.close()
        if self._practice is not None and self._at_rest():
            rehearsal.stop(self._practice)
        return ended

    # On other threads

    def _tell(self, event: Event) -> None:
        if not self._is_silent:
            self._post(event)

    def _from_book(self, event: Event) -> None:
        if isinstance(event, BookOpened | BookSaved) and self._state_dir is not None:
            remember_workbook(self._state_dir, self.book)
        self._tell(event)

    def _from_runner(self, event: Event) -> None:
        if isinstance(event, MovesChanged):
            self._moves.update((move.key, move) for move in event.moves)
        if isinstance(event, MovesChanged | RunChanged):
            self.book_thread.tell(event)
        if isinstance(event, SettingsLoaded):
            self._state_dir = event.state_dir
            kept = dict(event.values)
            self.book_thread.recall(frozenset(json.loads(kept.get("corrections", "[]"))))
            self.book_thread.open(self._choice)
        # The first event says where the journal is, or why there is none.
        self._located.set()
        self._tell(event)

    def _connect_practice(self) -> None:
        self._located.wait(_LOCATE_SECONDS)
        if self._state_dir is None:
            return  # the runner has told why
        try:
            practice = rehearsal.reach(self._state_dir, self._speed)
        except AppError as error:
            self._tell(Trouble(error))
            return
        tenants = rehearsal.tenants(practice)
        service = GraphMoves(
            tenants.source,
            target_host=rehearsal.TARGET_HOST,
            clock=self._clock,
            practice=True,
        )
        self._practice, self._service, self._tenants = practice, service, tenants
        self.book_thread.shortest_pause = _PRACTICE_PAUSE
        self.runner.connect(service)
        self._tell(ServiceConnected(service.capabilities, "Practice source", "Practice target"))

    def _at_rest(self) -> bool:
        return not any(
            move.status.is_at_service or move.status in (MoveStatus.WAITING, MoveStatus.STARTING)
            for move in self._moves.values()
        )
