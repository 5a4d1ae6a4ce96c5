"""Project: one workbook's whole job held together, for the window and the command line alike."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from app import rehearsal
from app.book_thread import BookThread, Choice
from app.clock import Clock, SystemClock
from app.connection import SETTING
from app.errors import AppError
from app.events import (
    BookOpened,
    BookSaved,
    Event,
    MovesChanged,
    RunChanged,
    SettingsLoaded,
)
from app.model import Move, MoveStatus, Window
from app.moves import MoveService
from app.plan import BatchRule
from app.practice_link import PracticeLink
from app.preflight_link import PreflightLink
from app.preflight_values import Scope
from app.projects import find_project, remember_workbook
from app.runner import MoveRunner
from app.tenants import Tenants

_PRACTICE_PAUSE = 3.0
"""Seconds between two writes of the workbook in a rehearsal; a real run takes half a minute."""
_LOCATE_SECONDS = 30.0
_SERVICE, _PRACTICE, _CORRECTIONS = "service", "practice", "corrections"
"""Kept values of a project, and what the first is for practice tenants."""


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
        scenario: str | None = None,
    ) -> None:
        """`speed` and `scenario` are those of the practice tenants; None: as they were."""
        self._post = post
        self._given_state_dir = state_dir
        self._clock = clock or SystemClock()
        self._practice_wish = (scenario, speed)
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
        named = self._given_state_dir if session is None else None

        def locate() -> Path:
            return named or self._project_of(path)

        if session is not None:
            self._let_go(session)
        self._session = _Session(self._post, path, locate, choice, self._clock)
        self._session.begin()
        if self._wants_practice:
            self._session.connect_practice(*self._practice_wish)

    def _project_of(self, book: Path) -> Path:
        found, named = find_project(book), self._given_state_dir
        return found if named is None else named / "projects" / found.name

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
            self._session.connect_practice(*self._practice_wish)

    def rehearse(self, scenario: str, speed: float) -> None:
        """Open a copy of the open workbook for a rehearsal, and the practice tenants with it.

        The workbook itself and its journal stay as they are. `speed` is practice seconds in a
        second. Answered as `open` and `connect_practice` are, with the path of the copy.
        """
        former = self._session
        if former is None:
            return
        book = former.book
        copy = rehearsal.place_of_copy(book, self._clock.now())

        def locate() -> Path:
            rehearsal.copy_workbook(book, copy)
            return self._project_of(copy)

        self._let_go(former)
        self._session = _Session(self._post, copy, locate, former.choice, self._clock)
        self._session.corrections = former.corrections
        self._session.begin()
        self._session.connect_practice(scenario, speed)

    def go_on_rehearsing(self) -> None:
        """Reach the practice tenants again, if this workbook was started there and not finished."""
        if self._session is not None:
            self._session.go_on_rehearsing()

    def change_rehearsal(self, scenario: str, speed: float) -> None:
        """Play another scenario, or at another speed, from now on; answered by ServiceConnected."""
        if self._session is not None:
            self._session.connect_practice(scenario, speed)

    def start(
        self,
        keys: tuple[str, ...] | None,
        window: Window,
        batch_size: int,
        by_column: bool,
        most_gb: float = 0.0,
        pilot: int = 0,
    ) -> None:
        """Plan and start these people; None means everybody who may start.

        Batches are the workbook's own, or hold `batch_size` people and at most `most_gb` gigabytes
        (0: any) as far as the workbook says sizes, after a first one of `pilot` people (0: none).
        """
        if self._session is not None:
            wanted = None if keys is None else frozenset(keys)
            rule = BatchRule(batch_size, most_gb, pilot, by_column)
            self._session.book_thread.start(wanted, window, rule)

    def preflight(self, scope: Scope, keys: tuple[str, ...] | None = None) -> None:
        """Ask both tenants about these people, or about all in the scope, in the background.

        Nothing is changed anywhere. Answered by PreflightChanged and RowsChecked.
        """
        if self._session is not None:
            self._session.preflight.run(scope, keys)

    def cancel_preflight(self) -> None:
        """Ask nothing more; what was found stays."""
        if self._session is not None:
            self._session.preflight.cancel()

    def resume_preflight(self) -> None:
        """Go on after a sign-in."""
        if self._session is not None:
            self._session.preflight.resume()

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

    def ask_now(self) -> None:
        """Ask the service for the states of all moves, without waiting for the next poll."""
        if self._session is not None:
            self._session.runner.ask_now()

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
    ) -> None:
        self.book = book
        self.choice = choice
        self.corrections: frozenset[str] = frozenset()
        """The texts whose safe correction the admin accepted."""
        self._post = post
        self._state_dir: Path | None = None
        self._located = threading.Event()
        self._kept: dict[str, str] = {}
        self._clock = clock
        self._is_silent = False
        self._service: MoveService | None = None
        self._tenants: Tenants | None = None
        self._moves: dict[str, Move] = {}
        self.runner = MoveRunner(locate, clock, self._from_runner)
        self._practice = PracticeLink(clock, self._place_of_practice, self._connected, self._tell)
        self.book_thread = BookThread(
            book, clock, self._from_book, self.runner.plan, self.runner.set_rows, self._keep
        )
        self._checking = PreflightLink(clock, self.runner, self.book_thread, self._keep, self._tell)
        self.preflight = self._checking.preflight

    def begin(self) -> None:
        """Start all threads; the workbook is read when the journal is open."""
        self._practice.begin()
        self.preflight.begin()
        self.book_thread.begin()
        self.runner.start()

    def read_again(self, choice: Choice) -> None:
        """Read the workbook anew; a choice that is left out stays as it was."""
        if choice != Choice():
            self.choice = choice
        self.book_thread.open(self.choice)

    def silence(self) -> None:
        """Tell nothing any more: another workbook is open."""
        self._is_silent = True

    def connect_practice(self, scenario: str | None, speed: float | None) -> None:
        """Reach the practice tenants; None leaves what they play, and how fast, as it was."""
        self._practice.connect(scenario, speed)

    def go_on_rehearsing(self) -> None:
        """Reach the practice tenants if moves are under way there."""
        if self._kept.get(_SERVICE) == _PRACTICE and self._service is None and not self._at_rest():
            self.connect_practice(None, None)

    def close(self, timeout: float) -> bool:
        """End all threads, after a last write."""
        end = self._clock.monotonic() + timeout
        ended = self.preflight.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self._practice.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self.runner.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self.book_thread.stop(max(end - self._clock.monotonic(), 0.1))
        if self._service is not None:
            self._service.close()
        if self._tenants is not None:
            self._tenants.close()
        if self._at_rest():
            self._practice.end_tenants()
        return ended

    # On other threads

    def _tell(self, event: Event) -> None:
        if not self._is_silent:
            self._post(event)

    def _keep(self, name: str, value: str) -> None:
        self._kept[name] = value
        if name == _CORRECTIONS:
            self.corrections = frozenset(json.loads(value))
        self.runner.keep(name, value)

    def _from_book(self, event: Event) -> None:
        if isinstance(event, BookOpened | BookSaved) and self._state_dir is not None:
            remember_workbook(self._state_dir, self.book)
        if isinstance(event, BookOpened):
            self._practice.know(event.rows)
        self._checking.take(event)
        self._tell(event)

    def _from_runner(self, event: Event) -> None:
        if isinstance(event, MovesChanged):
            self._moves.update((move.key, move) for move in event.moves)
        if isinstance(event, MovesChanged | RunChanged):
            self.book_thread.tell(event)
            self._checking.take(event)
        if isinstance(event, SettingsLoaded):
            self._state_dir = event.state_dir
            self._kept |= dict(event.values)
            self.corrections |= frozenset(json.loads(self._kept.get(_CORRECTIONS, "[]")))
            self._checking.loaded(event)
            self.book_thread.recall(self.corrections)
            self.book_thread.open(self.choice)
        # The first event says where the journal is, or why there is none.
        self._located.set()
        self._tell(event)

    def _place_of_practice(self) -> Path | None:
        """None where there is no journal: the runner has told why. Raises AppError."""
        self._located.wait(_LOCATE_SECONDS)
        if self._kept.get(_SERVICE, _PRACTICE) != _PRACTICE and not self._is_unused():
            raise AppError(
                "NOT_FOR_PRACTICE",
                "This workbook has real moves, and a rehearsal would mix with them",
                f"{self.book.name} was started at the real tenants.",
                "Choose Rehearse: it works on a copy and leaves this workbook alone.",
            )
        return self._state_dir

    def _connected(self, service: MoveService, tenants: Tenants) -> None:
        before = self._service, self._tenants
        self._service, self._tenants = service, tenants
        self.book_thread.shortest_pause = _PRACTICE_PAUSE
        self._keep(_SERVICE, _PRACTICE)
        self._keep(SETTING, rehearsal.CONNECTION.as_setting())
        self.runner.connect(service)
        host, scenario = rehearsal.TARGET_HOST, self._practice.scenario
        self._checking.connected(service, tenants, host, scenario=scenario)
        for former in before:
            if former is not None:
                former.close()

    def _is_unused(self) -> bool:
        """Nothing of this workbook was started yet."""
        return not any(move.move_id or move.attempts for move in self._moves.values())

    def _at_rest(self) -> bool:
        return not any(
            move.status.is_at_service or move.status in (MoveStatus.WAITING, MoveStatus.STARTING)
            for move in self._moves.values()
        )
