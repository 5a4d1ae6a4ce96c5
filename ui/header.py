"""The head of the window: which workbook, which tenants, and the banner: practice or real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.events import BookOpened, ServiceConnected
from ui import icons, strings
from ui.surfaces import Hairline, Icon, MutedLabel, TintedFrame, heading, label


class Header(QWidget):
    """Says what is open and connected; the buttons only tell what was asked for."""

    open_asked = Signal()
    reread_asked = Signal()
    connect_asked = Signal()
    recent_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = heading(strings.NO_BOOK, steps=1.25)
        self.line = MutedLabel("")
        self.line.hide()
        self.tenants = label(strings.NOT_CONNECTED)
        self.service_icon = Icon("people")
        self.connect_button = QPushButton(strings.CONNECT_PRACTICE_SHORT)
        self.connect_button.setAccessibleName(strings.CONNECT_PRACTICE_SHORT)
        icons.set_icon(self.connect_button, "practice", self.palette())
        self.connect_button.clicked.connect(self.connect_asked)
        self.reread_button = QPushButton(strings.REREAD_SHORT)
        self.reread_button.setAccessibleName(strings.REREAD_SHORT)
        self.reread_button.setEnabled(False)
        icons.set_icon(self.reread_button, "reread", self.palette())
        self.reread_button.clicked.connect(self.reread_asked)
        self.open_button = QToolButton()
        self.open_button.setText(strings.OPEN_SHORT)
        self.open_button.setAccessibleName(strings.OPEN_SHORT)
        icons.set_icon(self.open_button, "open", self.palette())
        self.recent_menu = QMenu(self.open_button)
        self.open_button.setMenu(self.recent_menu)
        self._lay_out()
        self.set_recent(())

    def set_recent(self, paths: Sequence[Path]) -> None:
        fill_recent(self.recent_menu, paths, self.recent_asked)

    def show_reading(self, path: Path) -> None:
        self.name.setText(path.name)
        self.line.setText(strings.READING.format(name=path.name))
        self.line.show()
        self.reread_button.setEnabled(False)

    def show_nothing(self) -> None:
        self.name.setText(strings.NO_BOOK)
        self.line.setText("")
        self.line.hide()
        self.reread_button.setEnabled(False)

    def show_book(self, book: BookOpened) -> None:
        self.name.setText(book.path.name)
        self.name.setToolTip(str(book.path))
        self.line.show()
        self.line.setText(
            strings.BOOK_LINE.format(
                sheet=book.sheet,
                people=strings.people(len(book.rows)),
                source=book.source_column,
                target=book.target_column,
            )
        )
        self.reread_button.setEnabled(True)

    def show_connecting(self) -> None:
        self.tenants.setText(strings.CONNECTING)
        self.connect_button.setEnabled(False)

    def show_service(self, service: ServiceConnected | None) -> None:
        self.connect_button.setEnabled(True)
        self.connect_button.setVisible(service is None)
        if service is None:
            self.tenants.setText(strings.NOT_CONNECTED)
            self.service_icon.show_icon("people")
            self.banner.hide()
            return
        self.tenants.setText(
            strings.TENANTS.format(source=service.source_name, target=service.target_name)
        )
        practice, beta = service.capabilities.practice, service.capabilities.beta
        kind = "practice" if practice else "attention"
        self.service_icon.show_icon("practice" if practice else "people", kind)
        text = strings.BANNER_REAL
        if practice:
            text = strings.BANNER_PRACTICE
        elif beta:
            text = strings.BANNER_BETA
        self.banner.kind = kind
        self.banner_text.setText(text)
        self.banner_icon.show_icon("practice" if practice else "warn", kind)
        self.banner.show()
        self.banner.update()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.name)
        texts.addWidget(self.line)
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 10)
        head.setSpacing(10)
        head.addWidget(Icon("sheet", "good", 30))
        head.addLayout(texts, 1)
        head.addWidget(self.service_icon)
        head.addWidget(self.tenants)
        head.addWidget(self.connect_button)
        head.addSpacing(8)
        head.addWidget(self.reread_button)
        head.addWidget(self.open_button)
        self.open_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.open_button.setSizePolicy(self.reread_button.sizePolicy())
        self.open_button.setMinimumHeight(self.reread_button.sizeHint().height())
        self.open_button.clicked.connect(self.open_asked)
        self.open_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.banner = TintedFrame("practice", rounded=False)
        self.banner_icon = Icon("practice", "practice")
        self.banner_text = label("", wrap=True)
        strip = QHBoxLayout(self.banner)
        strip.setContentsMargins(16, 6, 16, 6)
        strip.addWidget(self.banner_icon)
        strip.addWidget(self.banner_text, 1)
        self.banner.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Hairline())
        column.addWidget(self.banner)


def fill_recent(menu: QMenu, paths: Sequence[Path], asked: SignalInstance) -> None:
    """One entry for each path; `asked` is the signal that takes the chosen one."""
    menu.clear()
    for path in paths:
        action = menu.addAction(path.name.replace("&", "&&"))
        action.setToolTip(str(path))
        action.setStatusTip(str(path))
        action.setData(path)
        action.triggered.connect(lambda _checked=False, p=path: asked.emit(p))
    menu.setToolTipsVisible(True)
    if not paths:
        menu.addAction(strings.RECENT_NONE).setEnabled(False)
