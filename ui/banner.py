"""The strip across the window that says what is connected: a rehearsal, or real tenants."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.events import ServiceConnected
from ui import icons, strings, strings_rehearsal
from ui.surfaces import Icon, MutedLabel, TintedFrame, label


class Banner(TintedFrame):
    """Always in sight while something is connected."""

    change_asked = Signal()
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("practice", parent, rounded=False)
        self.sign = Icon("practice", "practice")
        self.text = label("", wrap=True)
        self.plays = MutedLabel("", wrap=True)
        self.change_button = QPushButton(strings_rehearsal.CHANGE)
        self.change_button.setAccessibleName(strings_rehearsal.CHANGE_TITLE)
        self.change_button.clicked.connect(self.change_asked)
        self.back_button = QPushButton(strings_rehearsal.BACK)
        self.back_button.setAccessibleName(strings_rehearsal.BACK)
        icons.set_icon(self.back_button, "close", self.palette())
        self.back_button.clicked.connect(self.back_asked)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.text)
        words.addWidget(self.plays)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(self.sign)
        row.addLayout(words, 1)
        row.addWidget(self.change_button)
        row.addWidget(self.back_button)
        self.set_way_back("", "")
        self.show_service(None)

    def show_service(self, service: ServiceConnected | None) -> None:
        self.setVisible(service is not None)
        if service is None:
            return
        practice, beta = service.capabilities.practice, service.capabilities.beta
        self.kind = "practice" if practice else "attention"
        text = strings.BANNER_BETA if beta else strings.BANNER_REAL
        self.text.setText(strings_rehearsal.BANNER if practice else text)
        self.sign.show_icon("practice" if practice else "warn", self.kind)
        self.show_playing("")
        self.update()

    def show_playing(self, text: str) -> None:
        """What the practice tenants play and what their clock shows; "" hides it."""
        self.plays.setText(text)
        self.plays.setVisible(bool(text))
        self.change_button.setVisible(bool(text))

    def set_way_back(self, name: str, path: str) -> None:
        """The workbook that a rehearsal is of, and where its copy is; "" when there is none."""
        self.back_button.setVisible(bool(name))
        self.back_button.setToolTip(strings_rehearsal.BACK_TIP.format(name=name, path=path))
