"""The foot of the window: what is selected, and whether the status is in the workbook."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.events import BookSaved, BookWaiting
from ui import strings, strings_acts
from ui.surfaces import Hairline, Icon, MutedLabel, label


class Footer(QWidget):
    """Shows facts; the only button clears the selection."""

    clear_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._backup = ""
        self.sign = Icon("saved", "", 15)
        self.saved = label(strings.NOT_SAVED_YET)
        self.asked = MutedLabel("")
        self.asked.setToolTip(strings_acts.ASKED_TIP)
        self.selected = MutedLabel("")
        self.clear_button = QToolButton()
        self.clear_button.setAutoRaise(True)
        self.clear_button.setText(strings.CLEAR_SELECTION)
        self.clear_button.setAccessibleName(strings.CLEAR_SELECTION)
        self.clear_button.clicked.connect(self.clear_asked)
        row = QHBoxLayout()
        row.setContentsMargins(14, 4, 14, 5)
        row.setSpacing(8)
        row.addWidget(self.sign)
        row.addWidget(self.saved, 1)
        row.addWidget(self.asked)
        row.addSpacing(8)
        row.addWidget(self.selected)
        row.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Hairline())
        column.addLayout(row)
        self.setMinimumHeight(self.sizeHint().height())
        self.set_selected(0, 0)

    def set_selected(self, number: int, hidden: int) -> None:
        text = strings.SELECTED.format(f"{number:,}") if number else ""
        if hidden:
            text = strings.SELECTED_HIDDEN.format(selected=f"{number:,}", hidden=f"{hidden:,}")
        self.selected.setText(text)
        self.clear_button.setVisible(number > 0)

    def show_nothing_saved(self) -> None:
        self.sign.show_icon("saved")
        self.saved.setText(strings.NOT_SAVED_YET)
        self.saved.setToolTip("")
        self._backup = ""
        self.asked.setText("")

    def show_asked(self, local: datetime) -> None:
        """`local` is when the service last told the states, on the admin's clock."""
        self.asked.setText(strings_acts.ASKED.format(time=f"{local:%H:%M:%S}"))

    def show_saved(self, saved: BookSaved, local: datetime) -> None:
        """`local` is the time of the save on the admin's clock."""
        self.sign.show_icon("saved", "attention" if saved.beside else "good")
        time = f"{local:%H:%M}"
        form = strings.SAVED_BESIDE if saved.beside else strings.SAVED
        self.saved.setText(form.format(time=time, name=saved.path.name))
        if saved.backup is not None:
            self._backup = strings.SAVED_BACKUP_TIP.format(path=saved.backup)
        rows = strings.rows(saved.rows)
        tip = strings.SAVED_TIP.format(rows=rows, path=saved.path)
        self.saved.setToolTip("\n".join(part for part in (tip, self._backup) if part))

    def show_waiting(self, waiting: BookWaiting) -> None:
        self.sign.show_icon("wait", "attention")
        error = waiting.error
        if error.code == "OPEN_ELSEWHERE":
            self.saved.setText(strings.WAITING_EXCEL)
        else:
            self.saved.setText(strings.WAITING_OTHER.format(title=error.title.rstrip(".")))
        self.saved.setToolTip("\n".join(part for part in (error.detail, error.remedy) if part))
