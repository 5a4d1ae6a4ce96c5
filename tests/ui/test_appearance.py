"""Light and dark follow the system until the admin chooses, and the choice is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fake_project import QUIET, kept, shown_window
from ui import colours
from ui.appearance import dark_palette, use

pytestmark = pytest.mark.qt_log_ignore(QUIET)

Role = QPalette.ColorRole


@pytest.fixture(autouse=True)
def _as_before(qapp: QApplication) -> Iterator[None]:
    before = qapp.palette()
    yield
    use("system")
    qapp.setPalette(before)


def test_the_choice_is_used_at_once_and_kept(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = shown_window(qtbot, tmp_path)
    assert window.appearance.entries.actions()[0].isChecked()
    window.appearance.entries.actions()[2].trigger()
    assert colours.is_dark(QApplication.palette())
    assert kept(tmp_path).appearance == "dark"
    window.appearance.entries.actions()[1].trigger()
    assert not colours.is_dark(QApplication.palette())
    assert kept(tmp_path).appearance == "light"


def test_a_kept_choice_is_used_from_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    kept(tmp_path).appearance = "dark"
    window, _ = shown_window(qtbot, tmp_path)
    assert colours.is_dark(QApplication.palette())
    assert window.appearance.entries.actions()[2].isChecked()


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (Role.WindowText, Role.Window),
        (Role.Text, Role.Base),
        (Role.ButtonText, Role.Button),
        (Role.PlaceholderText, Role.Base),
        (Role.ToolTipText, Role.ToolTipBase),
        (Role.HighlightedText, Role.Highlight),
        (Role.Link, Role.Base),
    ],
)
def test_what_is_dark_can_be_read(ink: Role, ground: Role) -> None:
    palette = dark_palette()
    assert colours.contrast(palette.color(ink), palette.color(ground)) >= colours.MIN_CONTRAST
