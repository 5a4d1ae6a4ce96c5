"""Boxes that ask before something is done, or tell something; they never block the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QSpacerItem,
    QWidget,
)

from ui import strings

_Role = QMessageBox.ButtonRole


class Questions:
    """The questions and messages of one window, shown over it."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self.shown: QMessageBox | None = None
        """The box now shown; the newest when there were several."""

    def ask(self, title: str, text: str, yes: str, no: str, on_yes: Callable[[], object]) -> None:
        """Ask; the safe answer `no` is the default. `on_yes` is called on the other one."""
        self.shown = _ask(self._parent, title, text, yes, no, on_yes)

    def tell(self, title: str, text: str) -> None:
        """Show something to read."""
        self.shown = _tell(self._parent, title, text)


def _ask(
    parent: QWidget, title: str, text: str, yes: str, no: str, on_yes: Callable[[], object]
) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(strings.APP_NAME)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    _shape(box)
    yes_button = box.addButton(yes, _Role.AcceptRole)
    no_button = box.addButton(no, _Role.RejectRole)
    box.setDefaultButton(no_button)
    box.setEscapeButton(no_button)
    for button in (yes_button, no_button):
        button.setAccessibleName(button.text())

    def answered() -> None:
        if box.clickedButton() is yes_button:
            on_yes()

    box.finished.connect(answered)
    box.open()
    return box


def _tell(parent: QWidget, title: str, text: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    _shape(box)
    button = box.addButton(QMessageBox.StandardButton.Ok)
    button.setAccessibleName(button.text())
    box.open()
    return box


def _shape(box: QMessageBox) -> None:
    """A bold first line, and wide enough for a local time with its UTC on one line."""
    title = box.findChild(QLabel, "qt_msgbox_label")
    if isinstance(title, QLabel):
        font = title.font()
        font.setBold(True)
        title.setFont(font)
    grid = box.layout()
    if isinstance(grid, QGridLayout):
        width = box.fontMetrics().averageCharWidth() * 84
        spacer = QSpacerItem(width, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        grid.addItem(spacer, grid.rowCount(), 0, 1, grid.columnCount())
