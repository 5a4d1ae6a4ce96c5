"""Session: one open workbook with its runner, its threads and the services it is connected to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from app import rehearsal
from app.book_thread import BookThread, Choice
from app.clock import Clock
from app.clouds import Cloud
from app.connection import SETTING, Connection
from app.errors import AppError
from app.events import (
    BookOpened,
    BookSaved,
    Event,
    MovesChanged,
    RunChanged,
    RunState,
    SettingsLoaded,
)
from app.gate_events import MapChanged, MapState
from app.gatekeeper import Gatekeeper
from app.model import Move, MoveStatus
from app.moves import MoveService
from app.paths import data_dir
from app.practice_link import PracticeLink
from app.preflight_ask import Pair
from app.preflight_link import PreflightLink
from app.projects import remember_workbook
from app.reports_link import ReportsLink
from app.runner import MoveRunner
from app.tenant_link import SERVICE as REAL
from app.tenant_link import Link, TenantLink
from app.tenant_test_texts import sentence
from app.tenants import Tenants

_PRACTICE_PAUSE = 3.0
"""Seconds between two writes of the workbook in a rehearsal; a real run takes half a minute."""
_LOCATE_SECONDS = 30.0
_SERVICE, _PRACTICE, _CORRECTIONS = "service", "practice", "corrections"
"""Kept values of a project, and what the first is for practice tenants."""


class Session:
    """One open workbook: its runner, its thread, its service."""

    def __init__(
        self,
        post: Callable[[Event], None],
        book: Path,
        locate: Callable[[], Path],
        choice: Choice,
        clock: Clock,
        cloud: Cloud,
        open_page: Callable[[str], bool],
    ) -> None:
        """`cloud` is where the real tenants are; `open_page` shows an address in the browser."""
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
        self._may_go_on_signed_in = False
        self.runner = MoveRunner(locate, clock, self._from_runner, self._ask_gates)
        self._practice = PracticeLink(clock, self._place_of_practice, self._connected, self._tell)
        self.gates = Gatekeeper(
            clock,
            self._from_gates,
            self.runner.plan,
            self.runner.note_act,
            self._keep,
            self._practice.settle,
            self.runner.follow,
            self.runner.note,
        )
        self.book_thread = BookThread(
            book,
            clock,
            self._from_book,
            self.gates.plan,
            self.gates.check,
            self.runner.set_rows,
            self._keep,
        )
        self.reports = ReportsLink(book, clock, self._keep, self._tell)
        self._checking = PreflightLink(
            clock, self.runner, self.book_thread, self._keep, self._from_preflight
        )
        self.preflight = self._checking.preflight
        real = Link(
            self._connected_for_real,
            self._check_for_real,
            self._signed_in_again,
            self._keep,
            self._tell,
        )
        self.sign_ins = TenantLink(clock, real, data_dir() / "sign-in", open_page, cloud)

    def begin(self) -> None:
        """Start all threads; the workbook is read when the journal is open."""
        self._practice.begin()
        self.sign_ins.begin()
        self.preflight.begin()
        self.gates.begin()
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
        ended &= self.reports.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self._practice.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self.sign_ins.stop(max(end - self._clock.monotonic(), 0.0) / 2)
        ended &= self.gates.stop(max(end - self._clock.monotonic(), 0.0) / 2)
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

    def _keep(self, name: str, value: str, said: str = "") -> None:
        self._kept[name] = value
        if name == _CORRECTIONS:
            self.corrections = frozenset(json.loads(value))
        self.runner.keep(name, value, said)

    def _from_book(self, event: Event) -> None:
        if isinstance(event, BookOpened | BookSaved) and self._state_dir is not None:
            remember_workbook(self._state_dir, self.book)
        if isinstance(event, BookOpened):
            self._practice.know(event)
            self.sign_ins.know(event.rows)
        self._checking.take(event)
        self.gates.tell(event)
        self._tell(event)

    def _from_gates(self, event: Event) -> None:
        if isinstance(event, MapChanged) and event.state is MapState.IDLE:
            self.book_thread.tell(event)
        self._tell(event)

    def _from_preflight(self, event: Event) -> None:
        self.gates.tell(event)
        self._tell(event)

    def _ask_gates(self, batch: str, keys: frozenset[str]) -> None:
        self.gates.may_follow(batch, keys)

    def _from_runner(self, event: Event) -> None:
        if isinstance(event, MovesChanged):
            self._moves.update((move.key, move) for move in event.moves)
            self.reports.take(event)
        if isinstance(event, MovesChanged | RunChanged):
            self.book_thread.tell(event)
            self._checking.take(event)
            self.gates.tell(event)
        if isinstance(event, RunChanged):
            self._may_go_on_signed_in = event.state in (RunState.NEEDS_SIGN_IN, RunState.HELD)
        if isinstance(event, SettingsLoaded):
            self._state_dir = event.state_dir
            self._kept |= dict(event.values)
            self.corrections |= frozenset(json.loads(self._kept.get(_CORRECTIONS, "[]")))
            self._checking.loaded(event)
            self.reports.loaded(event)
            self.gates.recall(self._kept)
            self.sign_ins.recall(self._kept, was_connected=self._kept.get(_SERVICE) == REAL)
            self.book_thread.recall(self.corrections)
            self.book_thread.open(self.choice)
        # The first event says where the journal is, or why there is none.
        self._located.set()
        self._tell(event)

    def _place_of_practice(self) -> Path | None:
        """None where there is no journal: the runner has told why. Raises AppError."""
        self._located.wait(_LOCATE_SECONDS)
        real = self._kept.get(_SERVICE, _PRACTICE) != _PRACTICE
        if real and (self._service is not None or not self._is_unused()):
            raise AppError(
                "NOT_FOR_PRACTICE",
                "This workbook has real moves, and a rehearsal would mix with them",
                f"{self.book.name} was started at the real tenants.",
                "Choose Rehearse: it works on a copy and leaves this workbook alone.",
            )
        return self._state_dir

    def _connected(self, service: MoveService, tenants: Tenants) -> None:
        self.book_thread.shortest_pause = _PRACTICE_PAUSE
        trust = rehearsal.PracticeTrust(tenants.source)
        pair = Pair(service, tenants, rehearsal.TARGET_HOST, trust)
        self._take_over(pair, _PRACTICE, rehearsal.CONNECTION)

    def _check_for_real(self) -> None:
        self._located.wait(_LOCATE_SECONDS)
        rehearsed = self._kept.get(_SERVICE) == _PRACTICE and not self._is_unused()
        if rehearsed or self._service is not None:
            title, remedy = sentence("NOT_FOR_REAL")
            raise AppError("NOT_FOR_REAL", title, self.book.name, remedy)

    def _connected_for_real(
        self, service: MoveService, tenants: Tenants, connection: Connection
    ) -> None:
        self._take_over(Pair(service, tenants, connection.target_host), REAL, connection)

    def _signed_in_again(self) -> None:
        if self._may_go_on_signed_in:
            self.runner.go_on()
        self.preflight.resume()

    def _take_over(self, pair: Pair, kind: str, connection: Connection) -> None:
        before = self._service, self._tenants
        self._service, self._tenants = pair.service, pair.tenants
        self._keep(_SERVICE, kind)
        self._keep(SETTING, connection.as_setting())
        self.reports.connected(connection.as_setting(), pair.tenants)
        self.gates.connect(pair)
        self.runner.connect(pair.service)
        scenario = self._practice.scenario if kind == _PRACTICE else ""
        self._checking.connected(pair, scenario=scenario)
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
