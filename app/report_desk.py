"""The thread that has reports made: those that are asked for, and those of the timer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from app.clock import Clock
from app.errors import AppError
from app.events import Event, MovesChanged
from app.plan import both_times
from app.report_child import ReportChild
from app.report_events import ReportFailed, ReportMade
from app.report_file import dated, safe_name, told_when_not_written
from app.report_order import EvidenceOrder, ReportKind, ReportOrder
from app.report_timer import BatchEnds, ReportTimer

Order = ReportOrder | EvidenceOrder


class _Quit: ...


class ReportDesk:
    """One report after the other, each in a process of its own."""

    def __init__(self, book: Path, clock: Clock, post: Callable[[Event], None]) -> None:
        self._book = book
        self._clock = clock
        self._post = post
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._state_dir: Path | None = None
        self._timer = ReportTimer()
        self._due: float | None = None
        self._ends = BatchEnds()
        self._is_stale = True
        """Something changed since the timer made its last report."""
        self._lock = threading.Lock()
        self._child: ReportChild | None = None
        self._is_ending = False

    def begin(self, state_dir: Path, timer: ReportTimer) -> None:
        """Start the thread: the journal of the project lies in this folder."""
        self._state_dir = state_dir
        self.set_timer(timer)
        self._thread.start()

    def make(self, order: Order) -> None:
        """Make this; answered by ReportMade or ReportFailed."""
        self._inbox.put(order)

    def set_timer(self, timer: ReportTimer) -> None:
        """Make reports by itself like this from now on."""
        self._inbox.put(timer)

    def take(self, event: MovesChanged) -> None:
        """What the runner says."""
        self._inbox.put(event)

    def stop(self, timeout: float) -> bool:
        """End now; a report that is being made is left. False when it had to be abandoned."""
        if not self._thread.is_alive():
            return True
        with self._lock:
            self._is_ending = True
            if self._child is not None:
                self._child.kill()
        self._inbox.put(_Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The thread

    def _run(self) -> None:
        while True:
            try:
                message = self._inbox.get(timeout=self._pause())
            except queue.Empty:
                self._by_the_clock()
                continue
            match message:
                case _Quit():
                    return
                case ReportOrder() | EvidenceOrder():
                    self._make(message, by_itself=False)
                case ReportTimer():
                    self._set_timer(message)
                case MovesChanged(moves):
                    self._is_stale = True
                    for batch in self._ends.take(moves):
                        self._at_the_end_of(batch)

    def _set_timer(self, timer: ReportTimer) -> None:
        self._timer, self._due = timer, None
        if timer.is_on and timer.minutes:
            self._due = self._clock.monotonic() + timer.minutes * 60

    def _pause(self) -> float | None:
        return None if self._due is None else max(self._due - self._clock.monotonic(), 0.0)

    def _by_the_clock(self) -> None:
        self._due = self._clock.monotonic() + self._timer.minutes * 60
        if self._is_stale:
            self._is_stale = False
            name = f"{safe_name(self._book.stem)} status.xlsx"
            self._timed(lambda: self._timer.place / name, replaces=True)

    def _at_the_end_of(self, batch: str) -> None:
        if self._timer.is_on and self._timer.at_batch_end:
            stem = f"{safe_name(self._book.stem)} status after {safe_name(batch)}"
            self._timed(lambda: self._dated(stem), replaces=False)

    def _dated(self, stem: str) -> Path:
        local, _ = both_times(self._clock.now(), self._timer.zone)
        return dated(self._timer.place, f"{stem} {local[:16].replace(':', '')}", ".xlsx")

    def _timed(self, target: Callable[[], Path], *, replaces: bool) -> None:
        assert self._state_dir is not None
        name, zone = self._book.name, self._timer.zone
        try:
            with told_when_not_written(self._timer.place):
                place = target()
        except AppError as error:
            self._post(ReportFailed(error, by_itself=True))
            return
        order = ReportOrder(
            ReportKind.STATUS, self._state_dir, name, place, zone, replaces=replaces
        )
        self._make(order, by_itself=True)

    def _make(self, order: Order, *, by_itself: bool) -> None:
        try:
            with self._lock:
                if self._is_ending:
                    return
                child = self._child = ReportChild(order)
            made = child.wait()
        except AppError as error:
            if not self._is_ending:
                self._post(ReportFailed(error, by_itself))
            return
        finally:
            with self._lock:
                self._child = None
        note = str(made.get("manifest_sha256", ""))
        people = int(made.get("people", 0))
        self._post(ReportMade(order.target, people, note, by_itself))
