"""Draws the program's picture in the forms that each system wants, from the one SVG."""

from __future__ import annotations

import os
import struct
from pathlib import Path

# Drawing needs no screen, and a build has none.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QImageWriter,
    QLinearGradient,
    QPainter,
)
from PySide6.QtSvg import QSvgRenderer

from installer.version import ROOT

SVG = ROOT / "resources" / "icons" / "app.svg"
_ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
_GROUND_TOP, _GROUND_BOTTOM = (225, 236, 246), (158, 190, 219)
_AS_PNG_FROM = 256
"""Smaller ones are bitmaps: not every part of Windows reads a small PNG in an icon."""


def draw(size: int) -> QImage:
    """The picture with so many pixels on a side, on nothing."""
    if QGuiApplication.instance() is None:
        QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(SVG)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def png(size: int) -> bytes:
    """The picture as a PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(draw(size))
    return bytes(buffer.data().data())


def write_ico(target: Path) -> None:
    """All sizes in one icon of Windows."""
    pictures = [png(size) if size >= _AS_PNG_FROM else _bitmap(size) for size in _ICO_SIZES]
    at = 6 + 16 * len(pictures)
    entries = b""
    for size, picture in zip(_ICO_SIZES, pictures, strict=True):
        side = size % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    target.write_bytes(struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures))


def write_banner(target: Path, width: int, height: int) -> None:
    """A bitmap for the installer's pages: the picture on a calm ground, without any words."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ground = QLinearGradient(0, 0, 0, height)
    ground.setColorAt(0, QColor(*_GROUND_TOP))
    ground.setColorAt(1, QColor(*_GROUND_BOTTOM))
    painter.fillRect(image.rect(), ground if height > width else QColor("white"))
    side = min(width, height) * (0.6 if height > width else 0.8)
    left = (width - side) / 2 if height > width else width - side - height * 0.1
    top = height * 0.12 if height > width else height * 0.1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(SVG)).render(painter, QRectF(left, top, side, side))
    painter.end()
    pixels = bytes(image.constBits())
    padding = bytes(-3 * width % 4)
    rows = [
        b"".join(pixels[at : at + 3] for at in range(line * width * 4, (line + 1) * width * 4, 4))
        + padding
        for line in reversed(range(height))
    ]
    body = b"".join(rows)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(body), 2835, 2835, 0, 0)
    target.write_bytes(b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + header + body)


def _bitmap(size: int) -> bytes:
    image = draw(size)
    pixels = bytes(image.constBits())
    rows = [pixels[line * size * 4 : (line + 1) * size * 4] for line in range(size)]
    mask = bytes((size + 31) // 32 * 4 * size)
    header = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0)
    return header + b"".join(reversed(rows)) + mask
