"""The head of the window: which workbook, which tenants, and the banner: rehearsal or real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.events import BookOpened, ServiceConnected
from ui import icons, strings, strings_rehearsal, strings_tenants
from ui.banner import Banner
from ui.surfaces import ElidedLabel, Hairline, Icon, embolden, label


class Header(QWidget):
    """Says what is open and connected; the buttons only tell what was asked for."""

    open_asked = Signal()
    reread_asked = Signal()
    rehearse_asked = Signal()
    connect_asked = Signal()
    recent_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = embolden(ElidedLabel(strings.NO_BOOK), 1.25)
        self.line = ElidedLabel("", quiet=True)
        self.line.hide()
        self.tenants = label(strings.NOT_CONNECTED)
        self.service_icon = Icon("people")
        self.rehearse_button = QPushButton(strings_rehearsal.REHEARSE)
        self.rehearse_button.setAccessibleName(strings_rehearsal.REHEARSE)
        self.rehearse_button.setToolTip(strings_rehearsal.REHEARSE_TIP)
        self.rehearse_button.setEnabled(False)
        icons.set_icon(self.rehearse_button, "practice", self.palette())
        self.rehearse_button.clicked.connect(self.rehearse_asked)
        self.connect_button = QPushButton(strings_tenants.CONNECT)
        self.connect_button.setAccessibleName(strings_tenants.CONNECT)
        self.connect_button.setToolTip(strings_tenants.CONNECT_TIP)
        self.connect_button.setEnabled(False)
        icons.set_icon(self.connect_button, "people", self.palette())
        self.connect_button.clicked.connect(self.connect_asked)
        self.shows_real = self.shows_practice = False
        """What is connected, if anything."""
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
        self.banner = Banner()
        self._lay_out()
        self.set_recent(())

    def set_recent(self, paths: Sequence[Path]) -> None:
        fill_recent(self.recent_menu, paths, self.recent_asked)

    def show_reading(self, path: Path) -> None:
        self.name.setText(path.name)
        self.line.setText(strings.READING.format(name=path.name))
        self.line.show()
        self._set_open(is_open=False)

    def show_nothing(self) -> None:
        self.name.setText(strings.NO_BOOK)
        self.line.setText("")
        self.line.hide()
        self._set_open(is_open=False)

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
        self.line.setToolTip(self.line.text())
        self._set_open(is_open=True)

    def _set_open(self, *, is_open: bool) -> None:
        self.reread_button.setEnabled(is_open)
        self.rehearse_button.setEnabled(is_open)
        self.connect_button.setEnabled(is_open)

    def show_connecting(self) -> None:
        self.tenants.setText(strings.CONNECTING)
        self.rehearse_button.setEnabled(False)

    def show_service(self, service: ServiceConnected | None) -> None:
        self.shows_practice = service is not None and service.capabilities.practice
        self.shows_real = service is not None and not self.shows_practice
        self.rehearse_button.setVisible(service is None)
        for button in (self.rehearse_button, self.connect_button):
            button.setEnabled(self.reread_button.isEnabled())
        self.connect_button.setVisible(not self.shows_practice)
        self.tenants.setToolTip("")
        self.banner.show_service(service)
        if service is None:
            self.tenants.setText(strings.NOT_CONNECTED)
            self.service_icon.show_icon("people")
            return
        self.tenants.setText(
            strings.TENANTS.format(source=service.source_name, target=service.target_name)
        )
        practice = service.capabilities.practice
        self.service_icon.show_icon(
            "practice" if practice else "people", "practice" if practice else "attention"
        )

    def show_tenants(self, text: str, tip: str) -> None:
        """Who is signed in to which tenant, and what they may."""
        self.tenants.setText(text)
        self.tenants.setToolTip(tip)

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
        head.addWidget(self.rehearse_button)
        head.addWidget(self.connect_button)
        head.addSpacing(8)
        head.addWidget(self.reread_button)
        head.addWidget(self.open_button)
        self.open_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.open_button.setSizePolicy(self.reread_button.sizePolicy())
        self.open_button.setMinimumHeight(self.reread_button.sizeHint().height())
        self.open_button.clicked.connect(self.open_asked)
        self.open_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
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
