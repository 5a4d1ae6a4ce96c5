"""Asks which report is wanted: of whom, in which form, with the clock of which zone."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ui import strings_reports as words
from ui.strings import people
from ui.surfaces import MutedLabel, heading, label
from ui.zone_box import ZoneBox

_Role = QDialogButtonBox.ButtonRole
_WORKBOOK, _LIST = ".xlsx", ".csv"


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """What the admin chose."""

    is_help_desk: bool
    suffix: str
    only_shown: bool
    zone: str


class ReportDialog(QDialog):
    """`asked` is emitted with a ReportAsked; nothing is done here."""

    asked = Signal(object)

    def __init__(
        self, everybody: int, shown: int, zone: str, *, help_desk: bool, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._is_help_desk = help_desk
        title = words.HELP_DESK_TITLE if help_desk else words.REPORT_TITLE
        self.setWindowTitle(title)
        self.everybody = QRadioButton(words.EVERYBODY.format(people(everybody)))
        self.only_shown = QRadioButton(words.SHOWN.format(people(shown)))
        self.everybody.setChecked(shown == everybody)
        self.only_shown.setChecked(shown != everybody)
        self.only_shown.setEnabled(shown != everybody)
        self.form = QComboBox()
        self.form.setAccessibleName(words.FORM)
        self.form.addItem(words.WORKBOOK, _WORKBOOK)
        self.form.addItem(words.LIST, _LIST)
        self.zone = ZoneBox(zone)
        self.zone.setAccessibleName(words.ZONE)
        self.problem = MutedLabel("", wrap=True)
        self.problem.hide()
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton(words.CHOOSE_PLACE, _Role.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._answer)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(title, words.HELP_DESK_TEXT if help_desk else words.REPORT_TEXT)

    def _answer(self) -> None:
        zone = self.zone.name
        if not self.zone.is_known(zone):
            self.problem.setText(words.BAD_ZONE)
            self.problem.show()
            self.zone.setFocus()
            return
        suffix = str(self.form.currentData())
        asked = ReportAsked(self._is_help_desk, suffix, self.only_shown.isChecked(), zone)
        self.accept()
        self.asked.emit(asked)

    def _lay_out(self, title: str, text: str) -> None:
        whom = QVBoxLayout()
        whom.addWidget(self.everybody)
        whom.addWidget(self.only_shown)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(words.WHOM, whom)
        form.addRow(words.FORM, self.form)
        form.addRow(words.ZONE, self.zone)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(heading(title, steps=1.25))
        column.addWidget(label(text, wrap=True))
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 72)
