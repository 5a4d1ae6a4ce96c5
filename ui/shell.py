"""What the bare window does: takes dropped workbooks and follows the palette."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from ui import icons

_BOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt")


class ShellWindow(QMainWindow):
    """Tells of a dropped workbook and of one that hovers."""

    book_dropped = Signal(object)
    book_hovers = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_book(event.mimeData().urls()) is not None:
            event.acceptProposedAction()
            self.book_hovers.emit(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.book_hovers.emit(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.book_hovers.emit(False)
        path = dropped_book(event.mimeData().urls())
        if path is not None:
            event.acceptProposedAction()
            self.book_dropped.emit(path)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            icons.refresh(self)


def dropped_book(urls: list[QUrl]) -> Path | None:
    """The one workbook among what is dropped, or None."""
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.casefold() in _BOOK_ENDINGS else None
