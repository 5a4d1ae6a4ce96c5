"""Our own icons, drawn in the colour of the text they stand beside."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

_PROPERTY = "iconName"
_PIXELS = (16, 20, 24, 32, 48, 64)


@lru_cache(maxsize=64)
def _source(name: str) -> bytes:
    return files("resources").joinpath("icons", f"{name}.svg").read_bytes()


@lru_cache(maxsize=256)
def renderer(name: str, colour: str) -> QSvgRenderer:
    """An icon ready to be painted at any size."""
    return QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", colour.encode("ascii"))))


def paint(painter: QPainter, name: str, colour: QColor, rect: QRectF) -> None:
    """Kept as pixels: a table shows the same few signs again and again."""
    ratio = painter.device().devicePixelRatioF()
    left, top = (round(part * ratio) / ratio for part in (rect.left(), rect.top()))
    painter.drawPixmap(QPointF(left, top), pixmap(name, colour, round(rect.width()), ratio))


@lru_cache(maxsize=256)
def _pixmap(name: str, colour: str, pixels: int) -> QPixmap:
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer(name, colour).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap


def icon(name: str, normal: QColor, disabled: QColor | None = None) -> QIcon:
    result = QIcon()
    for pixels in _PIXELS:
        result.addPixmap(_pixmap(name, normal.name(), pixels), QIcon.Mode.Normal)
        if disabled is not None:
            result.addPixmap(_pixmap(name, disabled.name(), pixels), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, colour: QColor, size: int, ratio: float) -> QPixmap:
    """For a label: `size` in logical pixels at the screen's `ratio`."""
    result = QPixmap(_pixmap(name, colour.name(), round(size * ratio)))
    result.setDevicePixelRatio(ratio)
    return result


def set_icon(target: QAbstractButton | QAction, name: str, palette: QPalette) -> None:
    """Give a button or action an icon that `refresh` can colour again."""
    target.setProperty(_PROPERTY, name)
    target.setIcon(_themed(name, palette))


def refresh(root: QWidget) -> None:
    """Colour all icons below `root` again, after the palette changed."""
    targets: list[QAbstractButton | QAction] = [
        *root.findChildren(QAbstractButton),
        *root.findChildren(QAction),
    ]
    for target in targets:
        name = target.property(_PROPERTY)
        if isinstance(name, str) and name:
            target.setIcon(_themed(name, root.palette()))


def app_icon() -> QIcon:
    """The program's own picture."""
    return icon("app", QColor("black"))


def _themed(name: str, palette: QPalette) -> QIcon:
    return icon(
        name,
        palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText),
        palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText),
    )
