"""Paints the cells: statuses as chips with icon and word, everything else as plain text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.model import Level, MoveStatus
from ui import colours, icons
from ui.rows import Column, Row
from ui.table_model import LEVEL_WORDS, RowRole

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
MARGIN = 5
_State = QStyle.StateFlag


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


class CellDelegate(QStyledItemDelegate):
    """One look for all columns; colour is never the only sign."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Measured from the text, for the double click on a header's edge."""
        del index
        return QSize(0, option.fontMetrics.height() + 14)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: Row = index.data(RowRole)
        column = Column(index.column())
        palette = option.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & _State.State_Selected)
        self._ground(painter, option, selected)
        area = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        if column is Column.CHECK:
            word, level = LEVEL_WORDS[row.worst], row.worst
            self._level(painter, area, palette, level, word, option.fontMetrics, selected)
        elif column is Column.STATUS:
            kind = row.status_kind
            sign = status_icon(row.status, kind)
            paint_chip(painter, area, palette, kind, sign, row.status_text, option.fontMetrics)
        else:
            self._text(painter, area, option, index, column, selected)
        painter.restore()

    @staticmethod
    def _ground(painter: QPainter, option: QStyleOptionViewItem, selected: bool) -> None:
        palette = option.palette
        if selected:
            base = palette.color(QPalette.ColorRole.Base)
            accent = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
            painter.fillRect(option.rect, colours.mix(base, accent, 0.22))
        painter.setPen(QPen(colours.mix(palette.base().color(), palette.text().color(), 0.08), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if option.state & _State.State_HasFocus:
            accent = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -2.5))

    @staticmethod
    def _level(
        painter: QPainter,
        area: QRect,
        palette: QPalette,
        level: Level,
        word: str,
        metrics: QFontMetrics,
        selected: bool,
    ) -> None:
        del selected
        colour = colours.tint(palette, LEVEL_KINDS[level]).text
        side = metrics.ascent() + 2
        icons.paint(
            painter,
            LEVEL_ICONS[level],
            colour,
            QRectF(area.left(), area.center().y() - side / 2 + 0.5, side, side),
        )
        painter.setPen(colour)
        painter.drawText(
            area.adjusted(side + 6, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            word,
        )

    @staticmethod
    def _text(
        painter: QPainter,
        area: QRect,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        column: Column,
        selected: bool,
    ) -> None:
        del selected
        palette = option.palette
        quiet = column in {Column.ROW, Column.BEGIN, Column.UPDATED, Column.REMEDY}
        colour: QColor = colours.muted(palette) if quiet else palette.color(QPalette.ColorRole.Text)
        painter.setPen(colour)
        align = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignRight if column is Column.ROW else Qt.AlignmentFlag.AlignLeft
        )
        text = option.fontMetrics.elidedText(
            str(index.data() or "").replace("\n", " "),
            Qt.TextElideMode.ElideRight,
            area.width(),
        )
        painter.drawText(area, align, text)
