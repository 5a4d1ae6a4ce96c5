"""Rehearsals in the window: begun with two clicks, changed, left, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer

from app import plan
from app.clock import Clock
from app.events import BookOpened, Rehearsal, ServiceConnected, Trouble
from app.rehearsal import Choice
from ui import strings
from ui import strings_rehearsal as words
from ui.confirmations import Confirmations
from ui.panels import PanelsWindow
from ui.ports import ProjectPort
from ui.rehearsal_dialog import RehearsalAsked, RehearsalDialog
from ui.rows import Group

_TICK_MS = 1_000


class Rehearsals:
    """Keeps the workbook that a rehearsal is of, and starts what was asked to start with it."""

    def __init__(
        self,
        window: PanelsWindow,
        project: ProjectPort,
        clock: Clock,
        confirmations: Confirmations,
        leave: Callable[[str], None],
        go_back: Callable[[Path], None],
    ) -> None:
        """`leave` makes the window ready for a copy that is read; `go_back` opens a workbook."""
        self._window = window
        self._project = project
        self._clock = clock
        self._confirmations = confirmations
        self._leave = leave
        self._go_back = go_back
        self._choices: tuple[Choice, ...] = ()
        self._book: BookOpened | None = None
        self._original: Path | None = None
        self._begun = False
        self._start_too = False
        self.playing: Rehearsal | None = None
        self.dialog: RehearsalDialog | None = None
        self._tick = QTimer(window)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._show_clock)
        window.commands.add(
            strings.MENU_MOVES,
            words.REHEARSE_ACTION,
            self.ask,
            icon="practice",
            keys="Ctrl+R",
            needs_book=True,
        )
        window.header.rehearse_asked.connect(self.ask)
        window.header.banner.change_asked.connect(self.ask)
        window.header.banner.back_asked.connect(self._end)
        hear = window.listeners.on
        hear(BookOpened, self._opened)
        hear(ServiceConnected, self._connected)
        hear(Trouble, lambda _: self._forget_start())

    def offer(self, choices: Sequence[Choice]) -> None:
        """The scenarios to choose from."""
        self._choices = tuple(choices)

    def ask(self) -> None:
        """Show the dialog: for a new rehearsal, or for another way of the present one."""
        if self._book is None or self._window.header.shows_real:
            return
        self.close()
        dialog = RehearsalDialog(self._choices, self._window)
        if self.playing is None:
            ready = self._window.model.group_counts[Group.READY]
            dialog.propose(self._book.path.name, ready)
        else:
            dialog.propose_change(
                self.playing.scenario,
                self.playing.speed,
                can_begin_anew=self._original is not None,
            )
        dialog.asked.connect(self._chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def close(self) -> None:
        """Take the dialog away."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog = None

    def left(self) -> None:
        """The window shows another workbook, or none."""
        self._tick.stop()
        self.playing = None
        self._book = None
        if not self._begun:
            self._original = None
        self._window.plan.set_now(self._clock.now)

    # What the admin does

    def _chosen(self, asked: RehearsalAsked) -> None:
        self.dialog = None
        if self.playing is not None and not asked.anew:
            self._project.change_rehearsal(asked.scenario, asked.speed)
            return
        assert self._book is not None
        original = self._original or self._book.path
        self._begun, self._start_too = True, asked.start_too
        self._leave(words.COPYING.format(name=original.name))
        self._original = original
        self._project.rehearse(asked.scenario, asked.speed)

    def _end(self) -> None:
        if self._original is not None:
            self._go_back(self._original)

    # Events

    def _opened(self, book: BookOpened) -> None:
        self._book = book
        copy = self._original is not None and book.path != self._original
        original = self._original.name if copy and self._original is not None else ""
        self._window.header.banner.set_way_back(original, str(book.path))
        self._show_title()
        if self._begun:
            self._begun = False
        elif self.playing is None:
            self._project.go_on_rehearsing()

    def _connected(self, service: ServiceConnected) -> None:
        self.playing = service.rehearsal
        if self.playing is None:
            return
        self._show_title()
        self._window.plan.set_now(self._practice_now)
        self._show_clock()
        self._tick.start()
        if self._start_too and self._book is not None:
            self._start_too = False
            self._window.show_counts(self._book.batch_column)
            asked = self._window.plan.refresh()
            if asked is not None and asked.keys:
                self._window.plan.set_starting(True)
                self._confirmations.start_at_once(asked)

    def _show_title(self) -> None:
        if self.playing is not None and self._book is not None:
            title = words.WINDOW_TITLE.format(name=self._book.path.name)
            self._window.setWindowTitle(f"{title} — {strings.APP_NAME}")

    def _forget_start(self) -> None:
        self._start_too = self._begun = False

    def _practice_now(self) -> datetime:
        now = self._clock.now()
        return self.playing.clock(now) if self.playing is not None else now

    def _show_clock(self) -> None:
        playing = self.playing
        if playing is None:
            return
        pace = words.PACE_REAL if playing.speed == 1 else words.PACE.format(speed=playing.speed)
        local, utc = plan.both_times(self._practice_now(), self._window.plan.known_zone)
        self._window.header.banner.show_playing(
            words.BANNER_PLAYS.format(
                title=playing.title or words.NO_SCENARIO,
                time=local if local.endswith(" UTC") else f"{local} = {utc}",
                pace=pace,
            )
        )
