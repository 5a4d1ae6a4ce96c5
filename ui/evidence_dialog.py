"""Asks whether an evidence pack is to be signed, and with which key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ui import strings_reports as words
from ui.path_field import PathField
from ui.surfaces import heading, label

_Role = QDialogButtonBox.ButtonRole


@dataclass(frozen=True, slots=True)
class EvidenceAsked:
    """What the admin chose; without a key the pack is not signed."""

    key_file: Path | None = None
    certificate: Path | None = None
    password: str = field(default="", repr=False)


class EvidenceDialog(QDialog):
    """`asked` is emitted with an EvidenceAsked; nothing is done here, and nothing kept."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.EVIDENCE_TITLE)
        self.sign = QCheckBox(words.SIGN)
        self.key = PathField(words.KEY, words.KEY_TITLE, words.KEY_FILTER)
        self.certificate = PathField(
            words.CERTIFICATE, words.CERTIFICATE_TITLE, words.CERTIFICATE_FILTER
        )
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAccessibleName(words.PASSWORD)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton(words.CHOOSE_PLACE, _Role.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.sign.toggled.connect(self._update)
        self.key.line.textChanged.connect(self._update)
        self.buttons.accepted.connect(self._answer)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._update()

    def _update(self) -> None:
        signs = self.sign.isChecked()
        for widget in (self.key, self.certificate, self.password):
            widget.setEnabled(signs)
        self.go.setEnabled(not signs or bool(self.key.text))

    def _answer(self) -> None:
        asked = EvidenceAsked()
        if self.sign.isChecked():
            asked = EvidenceAsked(self.key.path, self.certificate.path, self.password.text())
        self.password.clear()
        self.accept()
        self.asked.emit(asked)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(words.KEY, self.key)
        form.addRow(words.PASSWORD, self.password)
        form.addRow(words.CERTIFICATE, self.certificate)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(heading(words.EVIDENCE_TITLE, steps=1.25))
        column.addWidget(label(words.EVIDENCE_TEXT, wrap=True))
        column.addWidget(self.sign)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 84)
