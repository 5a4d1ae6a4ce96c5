"""The practice tenants of one project: reached, told who is in the workbook, and let go of."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app import rehearsal
from app.checks import is_blocked
from app.clock import Clock
from app.errors import AppError
from app.events import BookOpened, Event, ServiceConnected, Trouble
from app.graph_moves import GraphMoves
from app.identity_map import Entry, make_map
from app.tenants import Tenants

SOURCE_NAME, TARGET_NAME = rehearsal.CONNECTION.source_name, rehearsal.CONNECTION.target_name
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Connect:
    scenario: str | None
    speed: float | None


@dataclass(frozen=True, slots=True)
class _Settle:
    done: threading.Event


_Order = _Connect | _Settle | BookOpened


class PracticeLink:
    """Works on a thread of its own.

    `place` gives the project's state folder, None when there is none; `connected` is given the
    service with both clients when they are new; `tell` whatever the screen should know. All are
    called on that thread.
    """

    def __init__(
        self,
        clock: Clock,
        place: Callable[[], Path | None],
        connected: Callable[[GraphMoves, Tenants], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._clock = clock
        self._place = place
        self._connected = connected
        self._tell = tell
        self._orders: queue.SimpleQueue[_Connect | _Settle | BookOpened | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="practice", daemon=True)
        self._practice: rehearsal.Practice | None = None
        self._service: GraphMoves | None = None
        self._people: dict[tuple[str, str], None] = {}
        self._told: set[tuple[str, str]] = set()
        self._entries: tuple[Entry, ...] = ()
        self._mapped: tuple[Entry, ...] = ()

    @property
    def scenario(self) -> str:
        """What the practice tenants play; "" for nothing, or when they are not reached yet."""
        return self._practice.scenario if self._practice is not None else ""

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def connect(self, scenario: str | None = None, speed: float | None = None) -> None:
        """Reach them, started when they do not run; None leaves scenario and speed as they were."""
        self._orders.put(_Connect(scenario, speed))

    def know(self, book: BookOpened) -> None:
        """The practice tenants are made of the people of this workbook, and hold its identity map
        unless the scenario leaves that to the admin.

        The names go to the process on this machine and nowhere else. A row that is blocked is no
        pair of people: its domain may be a slip, and would belong to neither tenant then.
        """
        self._orders.put(book)

    def settle(self) -> None:
        """Wait until they know the workbook; returns at once when they are not reached."""
        done = threading.Event()
        self._orders.put(_Settle(done))
        while self._thread.is_alive() and not done.wait(_LOOK_SECONDS):
            pass

    def stop(self, timeout: float) -> bool:
        """End the thread within `timeout` seconds; False when it had to be abandoned."""
        self._orders.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def end_tenants(self) -> None:
        """End the practice tenants, where nothing moves any more; otherwise they go on."""
        if self._practice is not None:
            rehearsal.stop(self._practice)

    # On its thread

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                if isinstance(order, _Connect):
                    self._reach(order)
                elif isinstance(order, _Settle):
                    order.done.set()
                else:
                    self._take(order)
            except AppError as error:
                self._tell(Trouble(error))

    def _reach(self, order: _Connect) -> None:
        state_dir = self._place()
        if state_dir is None:
            return
        practice = rehearsal.reach(state_dir, order.speed, order.scenario)
        former, self._practice = self._practice, practice
        self._mapped = ()  # another scenario may leave the map to the admin
        self._tell_people()
        if practice != former:  # otherwise whoever asked again is told, and no call is disturbed
            tenants = rehearsal.tenants(practice)
            self._service = GraphMoves(
                tenants.source,
                target_host=rehearsal.TARGET_HOST,
                clock=self._clock,
                practice=True,
            )
            self._connected(self._service, tenants)
        assert self._service is not None
        self._tell(
            ServiceConnected(
                self._service.capabilities, SOURCE_NAME, TARGET_NAME, rehearsal.playing(practice)
            )
        )

    def _take(self, book: BookOpened) -> None:
        for row in book.rows:
            if not is_blocked(row.findings):
                self._people[row.mapping.source_upn, row.mapping.target_upn] = None
        self._entries = make_map([row.mapping for row in book.rows], book.map_rows).entries
        self._tell_people()

    def _tell_people(self) -> None:
        """Before the first start, so that nobody is sent who is not known there."""
        if self._practice is None:
            return
        new = [pair for pair in self._people if pair not in self._told]
        if new:
            rehearsal.make_known(self._practice, new)
            self._told.update(new)
        if self._entries != self._mapped:
            rehearsal.make_mapped(self._practice, self._entries)
            self._mapped = self._entries
