"""The screen's part of the self-test: icons, plug-ins and fonts load and can be drawn."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QRectF, QSize, qVersion
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QImage,
    QImageReader,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.console import say
from app.paths import data_dir
from app.self_test import STEPS, SelfTestFailed, Step, run_self_test
from ui import icons, strings_self_test

_SIZE = 32
_FORMATS = {"ico", "png", "svg"}
"""What the program's own pictures and those of dialogs come in."""


def main(arguments: Sequence[str]) -> int:
    """Try everything, the screen first; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="tenant-ferry --self-test", description=strings_self_test.ABOUT
    )
    parser.add_argument(
        "--state-dir", type=Path, metavar="D", help=strings_self_test.ARGUMENT_STATE
    )
    options = parser.parse_args(list(arguments))
    application = QApplication([])
    try:
        return run_self_test((*SCREEN_STEPS, *STEPS), say, options.state_dir or data_dir())
    finally:
        application.quit()


def _screen(_scratch: Path) -> str:
    screens = QGuiApplication.screens()
    styles = QStyleFactory.keys()
    if not screens or not styles:
        raise SelfTestFailed(strings_self_test.NO_SCREEN)
    families = QFontDatabase.families()
    if not families:
        raise SelfTestFailed(strings_self_test.NO_FONTS)
    return strings_self_test.SCREEN.format(
        qt=qVersion(),
        platform=QGuiApplication.platformName(),
        styles=", ".join(styles),
        fonts=len(families),
    )


def _pictures(_scratch: Path) -> str:
    formats = {bytes(one.data()).decode("ascii") for one in QImageReader.supportedImageFormats()}
    if missing := sorted(_FORMATS - formats):
        where = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
        raise SelfTestFailed(
            strings_self_test.NO_FORMATS.format(names=", ".join(missing), folder=where)
        )
    names = sorted(one.name for one in files("resources").joinpath("icons").iterdir())
    empty = [name for name in names if not _is_drawn(name.removesuffix(".svg"))]
    if empty or not names:
        raise SelfTestFailed(strings_self_test.NOT_DRAWN.format(names=", ".join(empty)))
    picture = files("resources").joinpath("icons", names[0])
    if QIcon(str(picture)).pixmap(QSize(_SIZE, _SIZE)).isNull():
        raise SelfTestFailed(strings_self_test.NO_ICON_ENGINE)
    return strings_self_test.PICTURES.format(icons=len(names), formats=", ".join(sorted(formats)))


def _is_drawn(name: str) -> bool:
    """The icon leaves a mark on an empty picture."""
    image = QImage(_SIZE, _SIZE, QImage.Format.Format_ARGB32)
    image.fill(0)
    blank = image.copy()
    painter = QPainter(image)
    try:
        icons.paint(painter, name, QColor("black"), QRectF(0, 0, _SIZE, _SIZE))
    finally:
        painter.end()  # a picture that goes while it is painted takes the program along
    return image != blank


SCREEN_STEPS = (
    Step(strings_self_test.STEP_SCREEN, _screen),
    Step(strings_self_test.STEP_PICTURES, _pictures),
)
