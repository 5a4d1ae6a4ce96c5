"""A point in time as the admin thinks of it: local in a named zone, with the UTC beside it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QComboBox, QDateTimeEdit, QHBoxLayout, QWidget

from app import plan
from app.errors import PlanError
from ui import strings
from ui.surfaces import MutedLabel

FORMAT = "yyyy-MM-dd HH:mm"


class TimeField(QWidget):
    """Either nothing (the first choice) or a local time; `changed` tells of any change.

    The value has no zone of its own: `moment` reads it in the zone it is given, so that Qt's idea
    of the local zone never matters.
    """

    changed = Signal()
    switched_on = Signal()
    """A time is to be chosen; comes before `changed`."""

    def __init__(
        self, none_text: str, at_text: str, mode_name: str, time_name: str, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.mode = QComboBox()
        self.mode.addItems([none_text, at_text])
        self.mode.setAccessibleName(mode_name)
        self.edit = QDateTimeEdit()
        self.edit.setDisplayFormat(FORMAT)
        self.edit.setCalendarPopup(True)
        self.edit.setAccessibleName(time_name)
        self.fold = QComboBox()
        self.fold.addItems(
            [strings.PLAN_FOLD_ASK, strings.PLAN_FOLD_FIRST, strings.PLAN_FOLD_SECOND]
        )
        self.fold.setAccessibleName(strings.PLAN_FOLD_NAME)
        self.utc = MutedLabel("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.mode, self.edit, self.fold, self.utc):
            row.addWidget(widget)
        self.fold.hide()
        self.mode.currentIndexChanged.connect(self._tell)
        self.edit.dateTimeChanged.connect(self._ask_anew)
        self.fold.currentIndexChanged.connect(self.changed)
        self._show_parts()

    @property
    def is_set(self) -> bool:
        return self.mode.currentIndex() == 1

    def set_local(self, local: datetime) -> None:
        """Show this wall-clock time, without choosing it."""
        whole = local.replace(second=0, microsecond=0)
        self.edit.setDateTime(
            QDateTime(QDate(whole.year, whole.month, whole.day), QTime(whole.hour, whole.minute))
        )

    def local(self) -> datetime:
        """The wall-clock time in the field, naive."""
        date, time = self.edit.date(), self.edit.time()
        day = (date.year(), date.month(), date.day())
        return datetime(*day, time.hour(), time.minute())  # noqa: DTZ001 - a wall-clock reading

    def moment(self, zone: str) -> datetime | None:
        """The time in UTC, or None when nothing is chosen; shows the UTC beside the field.

        Raises PlanError for an hour that does not exist, or that comes twice and is not chosen.
        """
        self._show_parts()
        if not self.is_set:
            return None
        chosen = self.fold.currentIndex() - 1
        try:
            utc = plan.to_utc(self.local(), zone, fold=chosen if chosen >= 0 else None)
        except PlanError as error:
            self.utc.setText("")
            self.fold.setVisible(error.code == "HOUR_TWICE")
            raise
        self.utc.setText(strings.PLAN_UTC.format(utc=plan.both_times(utc, zone)[1]))
        return utc

    def ask_anew(self) -> None:
        """The zone or the time changed: an answer about a repeated hour counts no more."""
        self.fold.blockSignals(True)
        self.fold.setCurrentIndex(0)
        self.fold.blockSignals(False)
        self.fold.hide()

    def _ask_anew(self) -> None:
        self.ask_anew()
        self.changed.emit()

    def _tell(self) -> None:
        self._show_parts()
        if self.is_set:
            self.switched_on.emit()
        self.changed.emit()

    def _show_parts(self) -> None:
        self.edit.setVisible(self.is_set)
        self.utc.setVisible(self.is_set)
        if not self.is_set:
            self.fold.hide()
