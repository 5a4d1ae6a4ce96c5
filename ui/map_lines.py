"""The lines of the identity map's page: every finding and every difference, told when looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.identity_map import Difference, Line
from app.model import Finding, Level
from app.texts import finding_title, reason, remedy
from ui import strings_gates as words
from ui.painted_table import Cell, Look, PaintedTable

_KINDS = {
    Difference.ADD: ("attention", "warn"),
    Difference.CHANGE: ("attention", "warn"),
    Difference.SAME: ("good", "check"),
    Difference.REMOVE: ("waiting", "info"),
    Difference.UNKNOWN: ("waiting", "question"),
}
_ORDER = (
    Difference.CHANGE,
    Difference.ADD,
    Difference.UNKNOWN,
    Difference.REMOVE,
    Difference.SAME,
)
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class MapLines(QAbstractTableModel):
    """What asks for the admin first: the findings, then the differences by kind.

    A cell gets its words when it comes into view, so that a hundred thousand lines cost no more
    than a hundred.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._findings: Sequence[Finding] = ()
        self._lines: Sequence[Line] = ()

    def show_all(self, findings: Sequence[Finding], lines: Sequence[Line]) -> None:
        """These, in the place of what was there."""
        by_kind: dict[Difference, list[Line]] = {what: [] for what in _ORDER}
        for line in lines:
            by_kind[line.what].append(line)
        self.beginResetModel()
        self._findings = findings
        self._lines = [line for part in by_kind.values() for line in part]
        self.endResetModel()

    def detail(self, number: int) -> str:
        """The whole of a finding with what to do; "" for a line that says everything itself."""
        if not 0 <= number < len(self._findings):
            return ""
        finding = self._findings[number]
        return f"{finding.cell}: {reason(finding)} {remedy(finding)}"

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._findings) + len(self._lines)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(words.MAP_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return words.MAP_COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        number, column = index.row(), index.column()
        if not index.isValid() or number >= self.rowCount():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.texts(number)[column]
        return None

    def texts(self, number: int) -> tuple[str, ...]:
        """What stands in the cells of a line."""
        if number < len(self._findings):
            finding = self._findings[number]
            word = words.MAP_LEFT_OUT if finding.level is Level.BLOCK else words.MAP_FINDING
            return word, finding.cell, finding_title(finding.code), "", ""
        line = self._lines[number - len(self._findings)]
        entry, there = line.entry, line.theirs
        held = f"{there.target} ({there.type})" if there is not None else line.why or "–"
        target = entry.target if line.what is not Difference.REMOVE else "–"
        return words.MAP_WORDS[line.what], entry.source, target, entry.type, held

    def sign(self, number: int) -> tuple[str, str]:
        """The kind of a line, and the name of its sign."""
        if number < len(self._findings):
            is_out = self._findings[number].level is Level.BLOCK
            return ("bad", "block") if is_out else ("attention", "warn")
        return _KINDS[self._lines[number - len(self._findings)].what]


class MapTable(PaintedTable):
    """Shows the lines, the first column with a sign."""

    def __init__(self, lines: MapLines, parent: QWidget | None = None) -> None:
        super().__init__(self._painter, parent)
        self._lines = lines
        self.setModel(lines)

    def _painter(self, look: Look) -> Callable[[Cell], None]:
        def paint(cell: Cell) -> None:
            text = self._lines.texts(cell.place)[cell.column]
            if cell.column == 0:
                kind, name = self._lines.sign(cell.place)
                look.signed(cell.area, name, text, kind)
            else:
                look.words(cell.area, text, look.text)

        return paint
