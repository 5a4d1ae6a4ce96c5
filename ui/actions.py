"""The menus: every action of the window, reachable by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from ui import icons, strings

_Keys = QKeySequence.StandardKey


class Actions(QObject):
    """Builds the menu bar of a window; the window connects the actions."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.open = self._make(strings.OPEN, "open", _Keys.Open)
        self.reread = self._make(strings.REREAD, "reread", "F5")
        self.columns = self._make(strings.CHOOSE_COLUMNS)
        self.connect_practice = self._make(strings.CONNECT_PRACTICE, "practice")
        self.quit = self._make(strings.QUIT, "", _Keys.Quit)
        self.start = self._make(strings.START_ACTION, "start", "Ctrl+Return")
        self.cancel = self._make(strings.CANCEL_ACTION, "cancel")
        self.find = self._make(strings.FIND, "search", _Keys.Find)
        self.next_problem = self._make(strings.NEXT_PROBLEM, "", "F8")
        self.previous_problem = self._make(strings.PREVIOUS_PROBLEM, "", "Shift+F8")
        self.copy = self._make(strings.COPY_ROWS, "", _Keys.Copy)
        self.details = self._make(strings.DETAILS, "details", "F9")
        self.details.setCheckable(True)
        self.details.setChecked(True)
        self.keys = self._make(strings.KEYS)
        self.about = self._make(strings.ABOUT)
        self.recent_menu = QMenu(strings.RECENT, window)
        bar = window.menuBar()
        file_menu = bar.addMenu(strings.MENU_FILE)
        file_menu.addAction(self.open)
        file_menu.addMenu(self.recent_menu)
        file_menu.addAction(self.reread)
        file_menu.addAction(self.columns)
        file_menu.addSeparator()
        file_menu.addAction(self.quit)
        moves_menu = bar.addMenu(strings.MENU_MOVES)
        moves_menu.addAction(self.connect_practice)
        moves_menu.addSeparator()
        moves_menu.addAction(self.start)
        moves_menu.addAction(self.cancel)
        view_menu = bar.addMenu(strings.MENU_VIEW)
        view_menu.addActions([self.find, self.next_problem, self.previous_problem])
        view_menu.addSeparator()
        view_menu.addActions([self.copy, self.details])
        help_menu = bar.addMenu(strings.MENU_HELP)
        help_menu.addActions([self.keys, self.about])

    def on(self, action: QAction, what: Callable[[], object]) -> None:
        """Call `what` without Qt's `checked` argument."""
        action.triggered.connect(lambda _checked=False: what())

    def _make(
        self, text: str, icon: str = "", keys: QKeySequence.StandardKey | str | None = None
    ) -> QAction:
        action = QAction(text, self._window)
        if icon:
            icons.set_icon(action, icon, self._window.palette())
        if isinstance(keys, str):
            action.setShortcut(QKeySequence(keys))
        elif keys is not None:
            action.setShortcuts(keys)
        return action
