"""What the admin can do with moves: cancel, pause, make ready again, ask the service now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from app.events import RunChanged, RunState, ServiceAsked, ServiceConnected, SettingsLoaded
from app.model import MoveStatus
from ui import icons, strings
from ui import strings_acts as words
from ui.choices import cancellable_batches, cancellable_keys, retryable_keys
from ui.confirmations import Confirmations
from ui.panels import PanelsWindow
from ui.ports import ProjectPort

_CHAIN = "chain"
"""The kept value that says at which share of a batch the next one follows."""


class MoveActs:
    """The same acts in the menu, on the buttons and where a row is clicked with the right button.

    Each concerns the selected rows; when none is selected, all rows.
    """

    def __init__(
        self, window: PanelsWindow, project: ProjectPort, confirmations: Confirmations
    ) -> None:
        self._window = window
        self._project = project
        self._confirmations = confirmations
        self._retry_after: frozenset[MoveStatus] = frozenset()
        self._is_paused = False
        add = window.commands.add
        self.batch_menu = window.commands.add_menu(strings.MENU_MOVES, words.CANCEL_BATCH)
        self.batch_menu.aboutToShow.connect(self._list_batches)
        self.pause = add(
            strings.MENU_MOVES,
            words.PAUSE_ACTION,
            self._pause_or_resume,
            icon="pause",
            keys="Ctrl+P",
        )
        self.retry = add(
            strings.MENU_MOVES, words.RETRY_ACTION, self.ask_retry, icon="reread", needs_book=True
        )
        self.ask_now = add(strings.MENU_MOVES, words.ASK_NOW, project.ask_now, keys="Shift+F5")
        self.ask_now.setEnabled(False)
        window.commands.on(window.commands.cancel, self.ask_cancel)
        window.plan.cancel_asked.connect(self.ask_cancel)
        window.plan.pause_asked.connect(project.pause)
        window.plan.resume_asked.connect(project.resume)
        window.plan.batches.share_changed.connect(project.set_share)
        window.details.retry_asked.connect(lambda key: project.retry((key,)))
        window.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        window.table.customContextMenuRequested.connect(self._show_menu)
        hear = window.listeners.on
        hear(RunChanged, lambda changed: self.show_run(changed.state))
        hear(ServiceConnected, self._connected)
        hear(ServiceAsked, lambda asked: window.footer.show_asked(asked.at_utc.astimezone()))
        hear(SettingsLoaded, self._settings)
        self.show_run(RunState.IDLE)

    def show_run(self, state: RunState) -> None:
        """Offer what can be done in this state."""
        self._is_paused = state is RunState.PAUSED
        self.pause.setText(words.RESUME_ACTION if self._is_paused else words.PAUSE_ACTION)
        self.pause.setEnabled(state not in {RunState.IDLE, RunState.DONE})
        sign = "start" if self._is_paused else "pause"
        icons.set_icon(self.pause, sign, self._window.palette())

    def show_connected(self, *, connected: bool) -> None:
        """Offer what needs a service."""
        self.ask_now.setEnabled(connected)

    def ask_cancel(self) -> None:
        """Cancel what still waits."""
        self._confirmations.cancel(
            cancellable_keys(self._window.model.row_set, self._window.table.selected_numbers())
        )

    def ask_retry(self) -> None:
        """Make ready what failed or was stopped, where the service allows it."""
        self._confirmations.retry(self._retryable())

    # Events

    def _connected(self, service: ServiceConnected) -> None:
        self._retry_after = service.capabilities.second_start_after - {MoveStatus.SUCCESS}
        self._window.details.set_retry_after(self._retry_after)
        self.show_connected(connected=True)

    def _settings(self, loaded: SettingsLoaded) -> None:
        kept = dict(loaded.values)
        if _CHAIN in kept:
            self._window.plan.batches.show_share(float(kept[_CHAIN]))

    # What the admin does

    def _pause_or_resume(self) -> None:
        if self._is_paused:
            self._project.resume()
        else:
            self._project.pause()

    def _retryable(self) -> tuple[str, ...]:
        numbers = self._window.table.selected_numbers()
        return retryable_keys(self._window.model.rows, numbers, self._retry_after)

    def _list_batches(self) -> None:
        self.batch_menu.clear()
        for name, keys in cancellable_batches(self._window.model.row_set).items():
            text = words.BATCH_ENTRY.format(name=name.replace("&", "&&"), number=f"{len(keys):,}")
            self.batch_menu.addAction(text).triggered.connect(self._canceller(keys, name))
        if self.batch_menu.isEmpty():
            self.batch_menu.addAction(words.NO_BATCH_WAITS).setEnabled(False)

    def _canceller(self, keys: tuple[str, ...], name: str) -> Callable[[], None]:
        return lambda: self._confirmations.cancel(keys, name)

    def _show_menu(self, at: QPoint) -> None:
        self.row_menu().popup(self._window.table.viewport().mapToGlobal(at))

    def row_menu(self) -> QMenu:
        """What can be done with the selected rows; deleted when it is closed."""
        window, commands = self._window, self._window.commands
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        numbers = window.table.selected_numbers()
        waiting = cancellable_keys(window.model.row_set, numbers)
        for text, none, icon, keys, what in (
            (words.CANCEL_ROWS, strings.CANCEL, "cancel", waiting, self.ask_cancel),
            (words.RETRY_ROWS, words.RETRY_NONE, "reread", self._retryable(), self.ask_retry),
        ):
            number = len(keys) if numbers else 0
            entry = menu.addAction(text.format(strings.moves(number)) if number else none)
            icons.set_icon(entry, icon, window.palette())
            entry.setEnabled(number > 0)
            commands.on(entry, what)
        menu.addAction(self.ask_now)
        menu.addSeparator()
        current = window.table.current()
        batch = current.mapping.batch if current is not None else ""
        if batch:
            entry = menu.addAction(words.ONLY_BATCH.format(name=batch.replace("&", "&&")))
            commands.on(entry, lambda: window.filters.show_batch(batch))
        menu.addAction(commands.copy)
        return menu
