"""Measures how long the window stands still while a run writes into a large workbook.

The real window with the real program behind it: the workbook is opened, some of its people are
started at the practice tenants, the table is scrolled all the time, and the status is written back
by the child process. A timer on the window's own thread ticks every few milliseconds; the longest
time between two ticks is how long nothing could be drawn or clicked.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app import rehearsal
from app.clock import SystemClock
from app.events import (
    BookOpened,
    BookSaved,
    BookWaiting,
    Event,
    MovesChanged,
    ServiceConnected,
    Trouble,
)
from app.gate_events import GatesJudged
from app.model import Window
from app.project import Project
from books import make_book
from ui import smooth
from ui.bridge import Bridge
from ui.kept import Kept
from ui.window import MainWindow
from window_stacks import Stacks

_TICK_MS = 4
_SCROLL_MS = 16
_BATCH = 500
_LATE_SECONDS = 0.05
PHASES = ("open", "start and first write", "run with writes")


class Watch:
    """The gaps between two ticks of the window's thread, by what the program was doing."""

    def __init__(self, stacks: Stacks | None) -> None:
        self.phase = PHASES[0]
        self._stacks = stacks
        self.gaps: dict[str, list[float]] = defaultdict(list)
        self.worked: dict[str, list[float]] = defaultdict(list)
        """Of each gap, how long the program itself can have made it at most: its threads' time on
        the processor, which others on a busy machine do not lengthen."""
        self._last, self._spent = time.perf_counter(), time.process_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        gap = now - self._last
        spent = time.process_time()
        self.gaps[self.phase].append(gap)
        self.worked[self.phase].append(min(gap, spent - self._spent))
        self._last, self._spent = now, spent
        if self._stacks is not None:
            self._stacks.ticked(now, gap, self.phase)

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()


class Drive:
    """Opens the workbook, starts people, scrolls, and ends when there were enough writes."""

    def __init__(self, window: MainWindow, project: Project, watch: Watch, started: int) -> None:
        self._window, self._project, self._watch, self._started = window, project, watch, started
        self.writes: list[tuple[float, int]] = []
        """When each write had ended, and how many rows it held."""
        self.changes = 0
        self.troubles: list[str] = []
        self._wanted_writes = 0
        self._patience = 0.0
        self._is_asked = False
        self._book: BookOpened | None = None
        self._scroll = QTimer()
        self._scroll.setInterval(_SCROLL_MS)
        self._scroll.timeout.connect(self._scroll_on)

    def begin(self, book: Path, writes: int, patience: float) -> None:
        """Open the workbook; `writes` of the status are waited for after the first one.

        After `patience` seconds it ends in any case.
        """
        self._wanted_writes = writes + 1
        self._window.connect_practice()
        self._window.open_book(book)
        self._scroll.start()
        self._patience = patience
        QTimer.singleShot(int(patience * 1000), self._give_up)

    def take(self, events: Sequence[Event]) -> None:
        """What the program told, after the window has taken it."""
        for event in events:
            match event:
                case BookOpened():
                    self._book = event
                    self._start()
                case ServiceConnected():
                    self._is_asked = True
                    self._start()
                case BookSaved(rows=rows):
                    self._saved(rows)
                case MovesChanged(moves=moves):
                    self.changes += len(moves)
                case BookWaiting(error=error) | Trouble(error=error):
                    self.troubles.append(f"{error.title}: {error.detail}")
                case GatesJudged():
                    self.troubles += [
                        f"held by a gate: {one}" for one in getattr(event, "holding", ())
                    ]
                case _:
                    pass

    def _start(self) -> None:
        if self._book is None or not self._is_asked or self._watch.phase != PHASES[0]:
            return
        self._watch.phase = PHASES[1]
        keys = tuple(row.mapping.key for row in self._book.rows[: self._started])
        self._project.start(keys, Window(), _BATCH, by_column=False)

    def _saved(self, rows: int) -> None:
        self.writes.append((time.perf_counter(), rows))
        self._watch.phase = PHASES[2]
        if len(self.writes) >= self._wanted_writes:
            self._end()

    def _scroll_on(self) -> None:
        bar = self._window.table.verticalScrollBar()
        bar.setValue(0 if bar.value() >= bar.maximum() else bar.value() + 3)

    def _give_up(self) -> None:
        self.troubles.append(f"not done after {self._patience:g} seconds")
        self._end()

    def _end(self) -> None:
        self._scroll.stop()
        self._watch.stop()
        # Not quit(), which asks the window, which asks the admin.
        QApplication.exit(0)


def run(
    folder: Path,
    people: int,
    started: int,
    writes: int,
    speed: float,
    patience: float,
    stacks_of: int,
) -> int:
    """Measure once and print the table; 1 when something went wrong."""
    book = folder / "plan.xlsx"
    make_book(book, people)
    smooth.begin()
    application = QApplication(sys.argv[:1])
    bridge = Bridge()
    project = Project(bridge.post, folder / "state", speed=speed)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(project, SystemClock(), Kept(settings), sample=lambda: book)
    stacks = Stacks(_LATE_SECONDS) if stacks_of else None
    watch = Watch(stacks)
    drive = Drive(window, project, watch, started)
    bridge.events.connect(window.take)
    bridge.events.connect(drive.take)
    window.show()
    drive.begin(book, writes, patience)
    application.exec()
    bridge.stop()
    project.close(30.0)
    _end_tenants(folder)
    _print(people, watch, drive, application.platformName())
    if stacks is not None:
        stacks.stop()
        stacks.print(stacks_of)
    return 1 if drive.troubles else 0


def _end_tenants(folder: Path) -> None:
    """Moves that are under way there would go on, and be in the way of the next measurement."""
    for note in folder.rglob("practice.json"):
        if (practice := rehearsal.last_reached(note.parent)) is not None:
            rehearsal.stop(practice)


def _print(people: int, watch: Watch, drive: Drive, screen: str) -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    print(f"Qt on {screen}; {people:,} rows, {drive.changes:,} changes of moves,")
    print(f"writes of {', '.join(f'{rows:,}' for _, rows in drive.writes)} rows,")
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"at most {kib / 1024:,.0f} MiB of memory\n")
    head = "phase | seconds | longest gap ms | 99.9 % ms | 99 % ms | gaps over 100 ms"
    print(f"| {head} | longest of its own work ms | over 100 ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for phase in PHASES:
        gaps = sorted(watch.gaps[phase])
        if len(gaps) < 2:
            continue
        parts = statistics.quantiles(gaps, n=1000)
        said = [1000 * one for one in (gaps[-1], parts[998], parts[989])]
        long = sum(1 for gap in gaps if gap > 0.1)
        numbers = " | ".join(f"{one:.0f}" for one in said)
        worked = watch.worked[phase]
        own = f"{1000 * max(worked):.0f} | {sum(1 for one in worked if one > 0.1)}"
        print(f"| {phase} | {sum(gaps):.1f} | {numbers} | {long} | {own} |")
    for trouble in drive.troubles:
        print(trouble)


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--started", type=int, default=2_000)
    parser.add_argument("--writes", type=int, default=5)
    parser.add_argument("--speed", type=float, default=2_000.0)
    parser.add_argument("--patience", type=float, default=300.0, help="seconds until it ends")
    parser.add_argument("--stacks", type=int, default=0, help="tell the causes of so many gaps")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="window-") as folder:
        return run(
            Path(folder),
            asked.people,
            asked.started,
            asked.writes,
            asked.speed,
            asked.patience,
            asked.stacks,
        )


if __name__ == "__main__":
    sys.exit(main())
