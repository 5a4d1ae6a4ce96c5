"""Gives the table's columns the widths that their content needs, within the room there is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QTableView

from ui import strings
from ui.rows import Column
from ui.table_model import HEADERS, MappingModel

_SAMPLES = 400
"""Rows that are measured."""
_NEARLY_ALL = 0.95
"""So large a share of the names is shown whole, where there is room."""
_WORDS = {
    Column.CHECK: "UNKNOWN---",
    Column.STATUS: strings.WIDE_STATUS,
    Column.UPDATED: "2026-12-05 18:00",
    Column.BEGIN: "2026-12-05 18:00",
}
_PAD = 18
_CHIP = 35
"""Around the word of a status, beside its sign: the rounded ends, and the cell's margins."""
_SORT_SIGN = 16
_BATCH_LETTERS = 15
_FEWEST_LETTERS = 14
_MOST_LETTERS = 46
_REMEDY_LETTERS = 24


class ColumnWidths(QObject):
    """Fits the columns anew whenever the room changes, until the admin sets one by hand."""

    def __init__(self, table: QTableView, model: MappingModel) -> None:
        super().__init__(table)
        self.by_hand = False
        self._table = table
        self._model = model
        self._is_fitting = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.fit)
        table.horizontalHeader().sectionResized.connect(self._resized)
        table.viewport().installEventFilter(self)
        model.columns_changed.connect(self._soon.start)
        self._hide_empty()

    def fit(self) -> None:
        """Fit them now, unless they were set by hand."""
        self._is_fitting = True
        self._hide_empty()
        if not self.by_hand:
            for column, width in self._wanted(self._table.fontMetrics()).items():
                self._table.setColumnWidth(column, width)
        self._is_fitting = False

    def fit_anew(self) -> None:
        """Forget what was set by hand."""
        self.by_hand = False
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _resized(self, _section: int, before: int, after: int) -> None:
        if not self._is_fitting and before > 0 and after > 0:
            self.by_hand = True

    def _hide_empty(self) -> None:
        """Columns that say nothing yet take no room."""
        self._table.setColumnHidden(Column.UPDATED, not self._model.has_moves)
        self._table.setColumnHidden(Column.BEGIN, not self._model.has_begins)

    def _wanted(self, metrics: QFontMetrics) -> dict[Column, int]:
        letter = metrics.averageCharWidth()
        head = {c: metrics.horizontalAdvance(HEADERS[c]) + _PAD + _SORT_SIGN for c in Column}
        rows = self._model.rows
        sample = [row.mapping for row in rows[:: max(len(rows) // _SAMPLES, 1)]]
        last = rows[-1].mapping.row if rows else 0
        widths = {
            column: max(metrics.horizontalAdvance(word) + _PAD, head[column])
            for column, word in _WORDS.items()
            if not self._table.isColumnHidden(column)
        }
        widths[Column.STATUS] += metrics.ascent() + _CHIP - _PAD
        widths[Column.ROW] = max(metrics.horizontalAdvance(str(last)) + _PAD, head[Column.ROW])
        batch = _nearly_all([metrics.horizontalAdvance(one.batch) for one in sample])
        widths[Column.BATCH] = max(min(batch, letter * _BATCH_LETTERS) + _PAD, head[Column.BATCH])
        names = {
            Column.SOURCE: [metrics.horizontalAdvance(one.source_upn) for one in sample],
            Column.TARGET: [metrics.horizontalAdvance(one.target_upn) for one in sample],
        }
        most, fewest = letter * _MOST_LETTERS, letter * _FEWEST_LETTERS
        wished = {c: max(min(_nearly_all(w), most), fewest) + _PAD for c, w in names.items()}
        remedies = any(row.remedy for row in rows[:: max(len(rows) // _SAMPLES, 1)])
        remedy = letter * _REMEDY_LETTERS if remedies else head[Column.REMEDY]
        room = self._table.viewport().width() - sum(widths.values()) - remedy
        total = sum(wished.values())
        if total > room:
            wished = {c: max(width * room // total, fewest) for c, width in wished.items()}
        widths |= wished
        rest = self._table.viewport().width() - sum(widths.values())
        return {**widths, Column.REMEDY: max(rest, head[Column.REMEDY])}


def _nearly_all(widths: list[int]) -> int:
    """A width in which nearly all of these find room."""
    return sorted(widths)[int((len(widths) - 1) * _NEARLY_ALL)] if widths else 0
