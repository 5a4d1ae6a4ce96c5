"""The questions asked before something that cannot be undone; they never block the program."""

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

from app import plan
from app.events import ServiceConnected
from ui import strings
from ui.plan_bar import PlanAsked

_Role = QMessageBox.ButtonRole


def ask(
    parent: QWidget, title: str, text: str, yes: str, no: str, on_yes: Callable[[], None]
) -> QMessageBox:
    """Show a question; the safe answer is the default. `on_yes` is called on the other one."""
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


def tell(parent: QWidget, title: str, text: str) -> QMessageBox:
    """Show something to read."""
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


def plan_in_words(asked: PlanAsked, service: ServiceConnected, warned: int) -> str:
    """What will be started, where, when, and what is special about it."""
    window = asked.window
    lines = [
        strings.CONFIRM_FROM_TO.format(source=service.source_name, target=service.target_name),
        strings.CONFIRM_BATCHES.format(
            moves=strings.moves(len(asked.keys)),
            batches=strings.batches(asked.batches),
        ),
        strings.CONFIRM_BEGIN_NOW,
    ]
    if window.begin_utc is not None:
        local, utc = plan.both_times(window.begin_utc, window.zone)
        lines[-1] = strings.CONFIRM_BEGIN.format(local=local, utc=utc)
        lines.append(strings.CONFIRM_HELD)
    elif asked.batches > 1:
        lines.append(strings.CONFIRM_CHAIN)
    if window.end_utc is not None:
        local, utc = plan.both_times(window.end_utc, window.zone)
        lines.append(strings.CONFIRM_END.format(local=local, utc=utc))
        if not service.capabilities.keeps_end:
            lines.append(strings.PLAN_END_NOTE)
    if warned:
        lines.append(strings.CONFIRM_WARN.format(strings.moves(warned)))
    if asked.left_out:
        rows = strings.rows(asked.left_out)
        lines.append(strings.CONFIRM_LEFT_OUT.format(rows))
    if asked.hidden:
        lines.append(strings.CONFIRM_HIDDEN.format(asked.hidden))
    lines += ["", strings.CONFIRM_START_TEXT]
    if service.capabilities.practice:
        lines.append(strings.CONFIRM_PRACTICE)
    return "\n".join(lines)
