"""A table that paints all its visible cells in one go, so that other threads cannot hold it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView, QWidget

from ui import colours, icons

MARGIN = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One visible cell, in the view's coordinates."""

    place: int
    column: int
    area: QRect
    """Without the margins at both sides."""


class Look:
    """What is the same for all cells of one screen: worked out once, not for each of them."""

    def __init__(self, painter: QPainter, palette: QPalette, metrics: QFontMetrics) -> None:
        self.painter = painter
        self.palette = palette
        self.metrics = metrics
        base = palette.color(QPalette.ColorRole.Base)
        self.text = palette.color(QPalette.ColorRole.Text)
        self.muted = colours.muted(palette)
        accent = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
        self._selected = colours.mix(base, accent, 0.22)
        self._line = QPen(colours.mix(base, self.text, 0.08), 1)
        self._focus = QPen(accent, 1, Qt.PenStyle.DotLine)

    def ground(self, rect: QRect, *, selected: bool, current: bool) -> None:
        """What is behind the words of a cell."""
        painter = self.painter
        if selected:
            painter.fillRect(rect, self._selected)
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if current:
            painter.setPen(self._focus)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -2.5))

    def words(self, area: QRect, text: str, colour: QColor, *, right: bool = False) -> None:
        """One line of text, with dots where there is no room for all of it."""
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        one_line = text.replace("\n", " ")
        shown = self.metrics.elidedText(one_line, Qt.TextElideMode.ElideRight, area.width())
        self.painter.setPen(colour)
        self.painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, shown)

    def signed(self, area: QRect, sign: str, text: str, kind: str) -> None:
        """A sign with words beside it, both in the colour of their kind."""
        colour, side = colours.tint(self.palette, kind).text, self.metrics.ascent() + 2
        top = area.center().y() - side / 2 + 0.5
        icons.paint(self.painter, sign, colour, QRectF(area.left(), top, side, side))
        self.words(area.adjusted(side + 6, 0, 0, 0), text, colour)


class PaintedTable(QTableView):
    """Rows of one height, whole rows selected.

    Qt asks a model and a delegate several times for each cell. Each time it has to get Python's
    interpreter, and waits when another thread has it: that came to 0.4 s for one screen while the
    status of 100,000 rows was put together. Here Python is asked once for a whole screen.
    """

    def __init__(
        self, cell_painter: Callable[[Look], Callable[[Cell], None]], parent: QWidget | None = None
    ) -> None:
        """`cell_painter` gives, anew for each screen, what paints the words and signs of a cell."""
        super().__init__(parent)
        self._cell_painter = cell_painter
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        look = Look(painter, option.palette, option.fontMetrics)
        paint = self._cell_painter(look)
        region = event.region()
        columns = self._columns()
        current = self.currentIndex() if self.hasFocus() else None
        for place in self._places(event.rect()):
            top, height = self.rowViewportPosition(place), self.rowHeight(place)
            selected = self._is_selected(place)
            for column, left, width in columns:
                rect = QRect(left, top, width, height)
                if not region.intersects(rect):
                    continue
                is_current = current is not None and (place, column) == (
                    current.row(),
                    current.column(),
                )
                look.ground(rect, selected=selected, current=is_current)
                paint(Cell(place, column, rect.adjusted(MARGIN, 0, -MARGIN, 0)))
        painter.end()

    def _columns(self) -> list[tuple[int, int, int]]:
        header = self.horizontalHeader()
        return [
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in range(header.count())
            if not header.isSectionHidden(column)
        ]

    def _places(self, area: QRect) -> range:
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        count = self.verticalHeader().count()
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else count - 1) + 1)

    def _is_selected(self, place: int) -> bool:
        parts = self.selectionModel().selection()
        return any(
            parts.at(number).top() <= place <= parts.at(number).bottom()
            for number in range(parts.count())
        )
