"""The page on the app registrations in the window, with its pictures and the files to import."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app import help_page
from app.errors import AppError
from ui import strings
from ui import strings_registration as words
from ui.panels import PanelsWindow
from ui.surfaces import MutedLabel

_WIDEST_PICTURE = 720
_SHARP = 2
"""Drawings are painted so many times larger than they are shown, for screens with small pixels."""


class RegistrationHelp:
    """Opens the page from the menu, and from the dialog that connects tenants."""

    def __init__(self, window: PanelsWindow) -> None:
        self._window = window
        self.dialog: RegistrationDialog | None = None
        window.commands.add(strings.MENU_HELP, words.ACTION, self.show)

    def show(self, parent: QWidget | None = None) -> None:
        """Show the page, above the dialog that asked for it."""
        self.dialog = RegistrationDialog(parent or self._window)
        self.dialog.open()


class _Page(QTextBrowser):
    """Shows the page; what it needs comes from the program itself and never from elsewhere."""

    file_asked = Signal(str)
    """A file to be saved, by the name that the page gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setAccessibleName(words.PAGE)
        self.anchorClicked.connect(self._follow)
        self.document().setDocumentMargin(16)
        self.setMarkdown(help_page.registration_page())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        text = name.toString() if isinstance(name, QUrl) else name
        content = help_page.picture(text)
        if kind != QTextDocument.ResourceType.ImageResource.value or content is None:
            return None
        return _drawn(content) if text.endswith(".svg") else _scaled(QImage.fromData(content))

    def _follow(self, link: QUrl) -> None:
        if help_page.is_manifest(link.toString()):
            self.file_asked.emit(link.toString())


class RegistrationDialog(QDialog):
    """The page, and a line that says what was saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.TITLE)
        self.page = _Page()
        self.said = MutedLabel("", wrap=True)
        self.close_button = QPushButton(words.CLOSE)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(self.said, 1)
        row.addWidget(self.close_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.page, 1)
        whole.addLayout(row)
        self.close_button.clicked.connect(self.accept)
        self.page.file_asked.connect(self._choose_place)
        room = self.screen().availableSize()
        self.resize(min(860, room.width() - 80), min(760, room.height() - 80))

    def _choose_place(self, name: str) -> None:
        dialog = QFileDialog(self, words.SAVE, Path(name).name, words.FILTER)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(Path(name).name)
        dialog.fileSelected.connect(lambda place: self.save(name, place))
        dialog.open()

    def save(self, name: str, place: str) -> None:
        """Save this file of the page, and say where it is."""
        try:
            help_page.save_manifest(name, Path(place))
        except AppError as error:
            self.said.setText(" ".join((f"{error.title}.", error.detail, error.remedy)))
        else:
            self.said.setText(words.SAVED.format(place))


def _drawn(content: bytes) -> QImage:
    """A drawing on white, as it was made for paper."""
    renderer = QSvgRenderer(QByteArray(content))
    size = renderer.defaultSize()
    size = size.scaled(_WIDEST_PICTURE, size.height(), Qt.AspectRatioMode.KeepAspectRatio)
    image = QImage(size * _SHARP, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(_SHARP)
    return image


def _scaled(image: QImage) -> QImage:
    if image.width() <= _WIDEST_PICTURE:
        return image
    wide = image.scaledToWidth(_WIDEST_PICTURE * _SHARP, Qt.TransformationMode.SmoothTransformation)
    wide.setDevicePixelRatio(_SHARP)
    return wide
