"""The table: fixed row heights, a selection that survives the filter, copy and next problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.model import Level, MoveStatus
from ui import colours, strings
from ui.column_widths import ColumnWidths
from ui.delegate import CellPainter, HeightDelegate
from ui.painted_table import PaintedTable
from ui.rows import Column, Group, Row
from ui.table_model import HEADERS, MappingModel

_Flag = QItemSelectionModel.SelectionFlag
_ROOT = QModelIndex()
_FORMULA_SIGNS = ("=", "+", "-", "@")


class KeepingSelection(QItemSelectionModel):
    """Selected rows that the filter hides stay selected until the admin selects anew."""

    def __init__(self, model: QAbstractItemModel, parent: QWidget) -> None:
        super().__init__(model, parent)
        self.hidden: set[int] = set()

    def select(
        self,
        selection: QModelIndex | QPersistentModelIndex | QItemSelection,
        command: QItemSelectionModel.SelectionFlag,
    ) -> None:
        if command & _Flag.Clear:
            self.hidden.clear()
        super().select(selection, command)


class MappingTable(PaintedTable):
    """Shows a MappingModel; `picked` tells of a changed selection, `current_row` of the current."""

    picked = Signal()
    current_row = Signal(object)
    sort_asked = Signal(object)
    """With a pair: the column, and a Qt.SortOrder."""

    def __init__(self, model: MappingModel, parent: QWidget | None = None) -> None:
        super().__init__(lambda look: CellPainter(look, model).paint, parent)
        self._model = model
        self.setModel(model)
        self._selection = KeepingSelection(model, self)
        self.setSelectionModel(self._selection)
        self.setAccessibleName(strings.TABLE_NAME)
        self.setItemDelegate(HeightDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(False)
        self.setFrameShape(PaintedTable.Shape.NoFrame)
        self._lay_out_headers()
        self.widths = ColumnWidths(self, model)
        self._selection.selectionChanged.connect(self.picked)
        self._selection.currentRowChanged.connect(self._tell_current)

    # Selection

    def selected_numbers(self) -> set[int]:
        """The numbers of all selected rows, also of those that the filter hides."""
        shown = self._model.shown
        numbers = set(self._selection.hidden)
        for part in self._parts():
            numbers.update(shown[part.top() : part.bottom() + 1])
        return numbers

    @property
    def hidden_numbers(self) -> frozenset[int]:
        """The selected rows that the filter hides."""
        return frozenset(self._selection.hidden)

    def selected_rows(self) -> list[Row]:
        rows = self._model.rows
        return [rows[number] for number in sorted(self.selected_numbers())]

    def current(self) -> Row | None:
        number = self._current_number()
        return self._model.rows[number] if number >= 0 else None

    def set_filter(self, group: Group, text: str) -> None:
        """Filter the model and keep what was selected, current and in view."""
        self._keep(lambda: self._model.set_filter(group, text))

    def filtering(self, group: Group, text: str) -> Iterator[None]:
        """The same slice by slice, for many rows."""
        yield from self._model.preparing_filter(group, text)
        self.set_filter(group, text)

    def sorting(self, column: int, order: Qt.SortOrder) -> Iterator[None]:
        """Sort slice by slice; selection and current row go with their rows."""
        yield from self._model.preparing_sort(column, order)
        self._model.sort(column, order)

    def refilter(self) -> None:
        self._keep(self._model.refilter)

    def clear_selection(self) -> None:
        """Also of the rows that the filter hides."""
        self._selection.hidden.clear()
        self._selection.clear()
        self.picked.emit()

    def show_row(self, number: int) -> None:
        """Make one row the current and only selected one, if it is shown."""
        place = self._model.place(number)
        if place >= 0:
            self.selectRow(place)
            self.scrollTo(self._model.index(place, Column.SOURCE))

    def go_to_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) shown row that blocks, warns or failed."""
        shown, rows = self._model.shown, self._model.rows
        place = self.currentIndex().row()
        if place < 0 and step < 0:
            place = 0
        for offset in range(1, len(shown) + 1):
            there = (place + step * offset) % len(shown)
            row = rows[shown[there]]
            done = row.status is MoveStatus.SUCCESS
            if row.groups & Group.FAILED or (row.worst is not Level.PASS and not done):
                self.show_row(shown[there])
                return

    def selection_as_text(self) -> str:
        """The selected rows for the clipboard: headers, tabs, and never a live formula."""
        lines = ["\t".join(HEADERS[column] for column in Column)]
        shown = self._model.shown
        places = sorted(
            place
            for part in self._parts()
            for place in range(part.top(), min(part.bottom() + 1, len(shown)))
        )
        for place in places:
            cells = (self._model.index(place, column).data() for column in Column)
            lines.append("\t".join(_as_text(str(cell or "")) for cell in cells))
        return "\n".join(lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model.rows and not self._model.shown:
            painter = QPainter(self.viewport())
            painter.setPen(colours.muted(self.palette()))
            painter.drawText(
                self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, strings.NO_ROWS_MATCH
            )
            painter.end()

    def keep_through(self, change: Callable[[], None]) -> None:
        """Let other rows be shown; selection, current row and scroll stay.

        They are kept by row and person, so they also survive reading the workbook again.
        """
        picked = [row.mapping for row in self.selected_rows()]
        now = self.current()

        def found_again() -> tuple[set[int], int]:
            current = self._model.number_of(now.mapping) if now is not None else -1
            return {n for n in map(self._model.number_of, picked) if n >= 0}, current

        self._keep(change, found_again)

    def _keep(
        self, change: Callable[[], None], after: Callable[[], tuple[set[int], int]] | None = None
    ) -> None:
        """`after` finds the numbers of the selected and the current row, where they change."""
        selected, current = self.selected_numbers(), self._current_number()
        scroll = self.verticalScrollBar().value()
        self._selection.blockSignals(True)
        change()
        if after is not None:
            selected, current = after()
        places = [place for place in map(self._model.place, selected) if place >= 0]
        self._selection.select(self._spans(places), _Flag.Select | _Flag.Rows)
        self._selection.hidden = {n for n in selected if self._model.place(n) < 0}
        place = self._model.place(current) if current >= 0 else -1
        if place >= 0:
            self._selection.setCurrentIndex(self._model.index(place, Column.SOURCE), _Flag.NoUpdate)
        self._selection.blockSignals(False)
        self.verticalScrollBar().setValue(scroll)
        self.viewport().update()
        self.picked.emit()
        self.current_row.emit(self.current())

    def _current_number(self) -> int:
        index = self.currentIndex()
        return self._model.shown[index.row()] if index.isValid() else -1

    def _parts(self) -> list[QItemSelectionRange]:
        selection = self._selection.selection()
        return [selection.at(place) for place in range(selection.count())]

    def _spans(self, places: Iterable[int]) -> QItemSelection:
        selection = QItemSelection()
        first = last = -2
        for place in [*sorted(places), -2]:
            if place == last + 1:
                last = place
                continue
            if first >= 0:
                selection.select(
                    self._model.index(first, 0), self._model.index(last, len(Column) - 1)
                )
            first = last = place
        return selection

    def _tell_current(self) -> None:
        self.current_row.emit(self.current())

    def _lay_out_headers(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 14)
        header = self.horizontalHeader()
        header.setAccessibleName(strings.TABLE_NAME)
        header.setSectionsMovable(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(metrics.averageCharWidth() * 6)
        header.setFixedHeight(metrics.height() + 14)
        header.setSortIndicator(Column.ROW, Qt.SortOrder.AscendingOrder)
        # Sorting is asked for, and done in turns: Qt's own way would do it in one.
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.sortIndicatorChanged.connect(self.ask_sort)

    def ask_sort(self) -> None:
        """Ask for the order that the header shows, which may be that of an earlier session."""
        header = self.horizontalHeader()
        self.sort_asked.emit((header.sortIndicatorSection(), header.sortIndicatorOrder()))


def _as_text(cell: str) -> str:
    """Excel would take `=…` from the clipboard as a formula; a quote in front keeps it a text."""
    clean = cell.replace("\t", " ").replace("\n", " ")
    return f"'{clean}" if clean.startswith(_FORMULA_SIGNS) else clean
