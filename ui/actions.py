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
        self.fit = self._make(strings.FIT_COLUMNS)
        self.keys = self._make(strings.KEYS)
        self.about = self._make(strings.ABOUT)
        self.recent_menu = QMenu(strings.RECENT, window)
        self._needs_book = [self.reread, self.columns, self.start, self.find, self.copy]
        bar = window.menuBar()
        self._menus = {
            name: bar.addMenu(name)
            for name in (
                strings.MENU_FILE,
                strings.MENU_MOVES,
                strings.MENU_VIEW,
                strings.MENU_HELP,
            )
        }
        file_menu = self._menus[strings.MENU_FILE]
        file_menu.addAction(self.open)
        file_menu.addMenu(self.recent_menu)
        file_menu.addAction(self.reread)
        file_menu.addAction(self.columns)
        self._quit_line = file_menu.addSeparator()
        file_menu.addAction(self.quit)
        moves_menu = self._menus[strings.MENU_MOVES]
        moves_menu.addAction(self.start)
        moves_menu.addAction(self.cancel)
        view_menu = self._menus[strings.MENU_VIEW]
        view_menu.addActions([self.find, self.next_problem, self.previous_problem])
        view_menu.addSeparator()
        view_menu.addActions([self.copy, self.details, self.fit])
        help_menu = self._menus[strings.MENU_HELP]
        help_menu.addActions([self.keys, self.about])

    def add(
        self,
        menu: str,
        text: str,
        what: Callable[[], object],
        *,
        icon: str = "",
        keys: QKeySequence.StandardKey | str | None = None,
        needs_book: bool = False,
    ) -> QAction:
        """An entry of a feature, at the end of this menu; a menu that is not there is made.

        With `needs_book` it is enabled while a workbook is open.
        """
        action = self._make(text, icon, keys)
        self.on(action, what)
        if menu not in self._menus:
            added = QMenu(menu, self._window)
            self._window.menuBar().insertMenu(self._menus[strings.MENU_HELP].menuAction(), added)
            self._menus[menu] = added
        if menu == strings.MENU_FILE:
            self._menus[menu].insertAction(self._quit_line, action)
        else:
            self._menus[menu].addAction(action)
        if needs_book:
            action.setEnabled(self.start.isEnabled())
            self._needs_book.append(action)
        return action

    def add_line(self, menu: str) -> None:
        """A line between the entries of features."""
        self._menus[menu].addSeparator()

    def add_menu(self, menu: str, text: str) -> QMenu:
        """A menu of a feature, at the end of this one."""
        added = QMenu(text, self._window)
        self._menus[menu].addMenu(added)
        return added

    def set_book_open(self, is_open: bool) -> None:
        """Enable what can be done only with a workbook."""
        for action in self._needs_book:
            action.setEnabled(is_open)

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
