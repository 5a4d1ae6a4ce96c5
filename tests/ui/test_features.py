"""A feature with a module of its own finds its place in the window."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.events import BookOpened, Trouble
from fake_project import QUIET, opened, shown_window
from ui import strings

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def titles(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_its_menu_entry_is_there_while_a_workbook_is_open(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    done: list[str] = []
    entry = window.commands.add(
        "&Tools", "Sharpen", lambda: done.append("sharpened"), keys="Ctrl+7", needs_book=True
    )
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus[-2:] == ["&Tools", strings.MENU_HELP]
    assert not entry.isEnabled()
    window.take([opened()])
    assert entry.isEnabled()
    entry.trigger()
    assert done == ["sharpened"]


def test_its_entry_in_the_file_menu_stands_before_quit(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    entry = window.commands.add(strings.MENU_FILE, "Print", lambda: None)
    [menu] = [one for one in window.menuBar().findChildren(QMenu) if entry in one.actions()]
    assert titles(menu)[-2:] == ["Print", strings.QUIT]


def test_it_hears_of_the_events_it_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    heard: list[object] = []
    window.listeners.on(BookOpened, heard.append)
    window.listeners.on(Trouble, heard.append)
    event = opened()
    window.take([event])
    assert heard == [event]
    assert window.table.isVisible()


def test_no_key_is_taken_twice(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    keys = Counter(
        key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()
    )
    assert [key for key, times in keys.items() if times > 1] == []
    assert keys["F5"] == 1
