"""Paints the cells: statuses as chips with icon and word, everything else as plain text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.model import Level, MoveStatus
from ui import colours, icons
from ui.painted_table import Cell, Look
from ui.rows import Column
from ui.table_model import LEVEL_WORDS, MappingModel

LEVEL_KINDS = {
    Level.PASS: "good",
    Level.WARN: "attention",
    Level.BLOCK: "bad",
    Level.UNKNOWN: "waiting",
}
LEVEL_ICONS = {
    Level.PASS: "check",
    Level.WARN: "warn",
    Level.BLOCK: "block",
    Level.UNKNOWN: "question",
}
KIND_ICONS = {
    "good": "check",
    "bad": "fail",
    "running": "run",
    "waiting": "wait",
    "attention": "warn",
}
STATUS_ICONS = {MoveStatus.READY: "ready", MoveStatus.INVALID: "block"}
_QUIET = frozenset({Column.ROW, Column.BEGIN, Column.UPDATED, Column.REMEDY})


def status_icon(status: MoveStatus, kind: str) -> str:
    return STATUS_ICONS.get(status, KIND_ICONS.get(kind, "question"))


def paint_chip(
    painter: QPainter,
    rect: QRect,
    palette: QPalette,
    kind: str,
    icon: str,
    text: str,
    metrics: QFontMetrics,
) -> None:
    """A rounded chip at the left of `rect`, as wide as its word needs."""
    tint = colours.tint(palette, kind)
    height = metrics.height() + 6
    side = metrics.ascent() + 1
    width = min(rect.width(), side + metrics.horizontalAdvance(text) + 22)
    chip = QRectF(rect.left(), rect.center().y() - height / 2 + 0.5, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint.fill)
    painter.drawRoundedRect(chip, height / 2, height / 2)
    icons.paint(
        painter,
        icon,
        tint.text,
        QRectF(chip.left() + 7, chip.center().y() - side / 2, side, side),
    )
    words = chip.adjusted(side + 12, 0, -8, 0)
    painter.setPen(tint.text)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(words.width()) + 1)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class HeightDelegate(QStyledItemDelegate):
    """Says how high a cell is, for the double click on a header's edge; it paints nothing."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del index
        return QSize(0, option.fontMetrics.height() + 14)


class CellPainter:
    """One look for all columns; colour is never the only sign."""

    def __init__(self, look: Look, model: MappingModel) -> None:
        self._look = look
        self._model = model

    def paint(self, cell: Cell) -> None:
        """The words and signs of a cell."""
        look, column = self._look, Column(cell.column)
        row = self._model.row_at(cell.place)
        if column is Column.CHECK:
            level = row.worst
            look.signed(cell.area, LEVEL_ICONS[level], LEVEL_WORDS[level], LEVEL_KINDS[level])
        elif column is Column.STATUS:
            kind = row.status_kind
            sign = status_icon(row.status, kind)
            paint_chip(
                look.painter, cell.area, look.palette, kind, sign, row.status_text, look.metrics
            )
        else:
            colour = look.muted if column in _QUIET else look.text
            text = self._model.text(row, column)
            look.words(cell.area, text, colour, right=column is Column.ROW)
