"""The choice of a time zone by its name, found by any part of it."""

from __future__ import annotations

import zoneinfo

from PySide6.QtCore import Qt, QTimeZone
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from ui import strings


class ZoneBox(QComboBox):
    """Cities and UTC; what is typed may be a name that is not there."""

    def __init__(self, zone: str = "", parent: QWidget | None = None) -> None:
        """`zone` is chosen when it is known, otherwise the one of this machine."""
        super().__init__(parent)
        self._zones = zones()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(self._zones)
        self.setAccessibleName(strings.PLAN_ZONE)
        self.setMinimumContentsLength(18)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        completer = QCompleter(self._zones, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.setCurrentText(zone if zone in self._zones else system_zone(self._zones))

    @property
    def name(self) -> str:
        return self.currentText().strip()

    def is_known(self, name: str) -> bool:
        return name in self._zones


def zones() -> list[str]:
    """The IANA zones an admin may mean: cities and UTC, without the historical short names."""
    names = zoneinfo.available_timezones()
    cities = (n for n in names if "/" in n and not n.startswith(("Etc/", "SystemV/", "posix/")))
    return ["UTC", *sorted(cities)]


def system_zone(known: list[str]) -> str:
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return name if name in known else "UTC"
