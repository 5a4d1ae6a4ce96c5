"""Asks when reports are made by themselves, and where they go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.report_timer import LEAST_MINUTES, MOST_MINUTES, ReportTimer
from ui import strings_reports as words
from ui.path_field import PathField
from ui.surfaces import MutedLabel, heading, label

_Role = QDialogButtonBox.ButtonRole
_USUAL_MINUTES = 30


class TimerDialog(QDialog):
    """`chosen` is emitted with a ReportTimer."""

    chosen = Signal(object)

    def __init__(self, timer: ReportTimer, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self.setWindowTitle(words.TIMER_TITLE)
        self.folder = PathField(words.FOLDER, words.FOLDER_TITLE, path=timer.folder)
        self.every = QCheckBox(words.EVERY)
        self.every.setChecked(timer.minutes > 0)
        self.minutes = QSpinBox()
        self.minutes.setRange(LEAST_MINUTES, MOST_MINUTES)
        self.minutes.setSuffix(words.MINUTES)
        self.minutes.setAccessibleName(words.EVERY.replace("&", ""))
        self.minutes.setValue(timer.minutes or _USUAL_MINUTES)
        self.batch_end = QCheckBox(words.BATCH_END)
        self.batch_end.setChecked(timer.at_batch_end)
        self.problem = MutedLabel(words.NEEDS_FOLDER)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton(words.KEEP, _Role.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for changed in (self.every.toggled, self.batch_end.toggled, self.folder.line.textChanged):
            changed.connect(self._update)
        self.buttons.accepted.connect(self._answer)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._update()

    @property
    def timer(self) -> ReportTimer:
        minutes = self.minutes.value() if self.every.isChecked() else 0
        return ReportTimer(self.folder.text, minutes, self.batch_end.isChecked(), self._zone)

    def _update(self) -> None:
        self.minutes.setEnabled(self.every.isChecked())
        wants = self.every.isChecked() or self.batch_end.isChecked()
        self.problem.setVisible(wants and not self.folder.text)
        self.go.setEnabled(not wants or bool(self.folder.text))

    def _answer(self) -> None:
        self.accept()
        self.chosen.emit(self.timer)

    def _lay_out(self) -> None:
        every = QHBoxLayout()
        every.addWidget(self.every)
        every.addWidget(self.minutes)
        every.addStretch(1)
        form = QFormLayout()
        form.addRow(words.FOLDER, self.folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(heading(words.TIMER_TITLE, steps=1.25))
        column.addWidget(label(words.TIMER_TEXT, wrap=True))
        column.addLayout(every)
        column.addWidget(self.batch_end)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 76)
