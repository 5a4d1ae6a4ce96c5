"""Plain building blocks of the window: quiet labels, tinted areas, chips, hairlines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from ui import colours, icons
from ui.delegate import paint_chip

GAP = 8
_FEWEST_LETTERS = 12
_PALETTE_EVENTS = {QEvent.Type.PaletteChange, QEvent.Type.ParentChange, QEvent.Type.Polish}


def label(text: str = "", parent: QWidget | None = None, *, wrap: bool = False) -> QLabel:
    """A label that shows text as it is: names from a workbook or a service are never markup."""
    result = QLabel(parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    result.setText(text)
    return result


def heading(text: str = "", parent: QWidget | None = None, *, steps: float = 1.15) -> QLabel:
    """A bold label, `steps` times as large as the text."""
    return embolden(label(text, parent), steps)


def embolden(what: QLabel, steps: float) -> QLabel:
    """Make a label a heading, `steps` times as large as the text."""
    font = what.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * steps)
    what.setFont(font)
    return what


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit ends in dots, and the tip has all of it."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, quiet: bool = False
    ) -> None:
        super().__init__(parent)
        self._quiet = quiet
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _FEWEST_LETTERS, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        palette = self.palette()
        ink = palette.color(self.foregroundRole())
        painter.setPen(colours.muted(palette) if self._quiet else ink)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, self.width()
        )
        painter.drawText(self.rect(), self.alignment(), text)
        painter.end()


def fit_to_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, or what the screen has room for with a frame around it."""
    room = window.screen().availableSize()
    window.resize(min(width, room.width() - 32), min(height, room.height() - 64))


class MutedLabel(QLabel):
    """Text of second rank."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self._busy = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._recolour(event)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        self._recolour(event)
        return handled

    def _recolour(self, event: QEvent) -> None:
        parent = self.parentWidget()
        if self._busy or parent is None or event.type() not in _PALETTE_EVENTS:
            return
        colour = colours.muted(parent.palette())
        if self.palette().color(QPalette.ColorRole.WindowText) == colour:
            return
        self._busy = True
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.setPalette(palette)
        self._busy = False


class TintedFrame(QFrame):
    """An area on the light tint of a kind, with a bar of its strong colour at the left."""

    def __init__(self, kind: str, parent: QWidget | None = None, *, rounded: bool = True) -> None:
        super().__init__(parent)
        self.kind = kind
        self._rounded = rounded

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tint = colours.tint(self.palette(), self.kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = 6.0 if self._rounded else 0.0
        area = QRectF(self.rect())
        painter.setBrush(tint.fill)
        painter.drawRoundedRect(area, radius, radius)
        painter.setBrush(tint.strong)
        painter.drawRoundedRect(QRectF(0, 0, 4, area.height()), radius / 3, radius / 3)
        painter.end()


class Icon(QLabel):
    """One of our icons in the colour of a kind, or of the text when the kind is empty."""

    def __init__(self, name: str, kind: str = "", size: int = 18, parent: QWidget | None = None):
        super().__init__(parent)
        self._name, self._kind, self._size = name, kind, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, kind: str = "") -> None:
        self._name, self._kind = name, kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        palette = self.palette()
        colour = colours.tint(palette, self._kind).text if self._kind else colours.muted(palette)
        painter = QPainter(self)
        icons.paint(painter, self._name, colour, QRectF(0, 0, self._size, self._size))
        painter.end()


class Chip(QWidget):
    """A status as in the table: icon, word and colour."""

    def __init__(self, kind: str, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._icon, self._text = kind, icon, text
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_chip(self, kind: str, icon: str, text: str) -> None:
        """Show another status."""
        self._kind, self._icon, self._text = kind, icon, text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.ascent() + 1 + metrics.horizontalAdvance(self._text) + 24
        return QSize(width, metrics.height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_chip(
            painter,
            self.rect(),
            self.palette(),
            self._kind,
            self._icon,
            self._text,
            self.fontMetrics(),
        )
        painter.end()


class Hairline(QWidget):
    """A line between two areas."""

    def __init__(self, parent: QWidget | None = None, *, upright: bool = False) -> None:
        super().__init__(parent)
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colours.line(self.palette()))
        painter.end()


class PrimaryButton(QPushButton):
    """The one button of the window that does the main thing, in the accent colour."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 40, metrics.height() + 16)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        palette = self.palette()
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        fill = colours.accent(palette)
        ink = QColor("white")
        if not self.isEnabled():
            fill = colours.line(palette)
            ink = palette.color(group, QPalette.ColorRole.ButtonText)
        elif self.isDown():
            fill = fill.darker(125)
        elif self.underMouse():
            fill = fill.lighter(112)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(area, 5, 5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink)
            painter.drawRoundedRect(area.adjusted(2.5, 2.5, -2.5, -2.5), 3, 3)
        painter.setPen(ink)
        painter.drawText(
            self.rect(),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic,
            self.text(),
        )
        painter.end()
