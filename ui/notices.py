"""Calm messages at the place of work: what happened, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.errors import AppError
from ui import icons, strings
from ui.surfaces import Icon, TintedFrame, heading, label

KIND_ICONS = {
    "good": "check",
    "bad": "fail",
    "attention": "warn",
    "running": "info",
    "waiting": "info",
}


class Notice(TintedFrame):
    """One message."""

    dismissed = Signal(str)

    def __init__(
        self,
        key: str,
        kind: str,
        title: str,
        detail: str,
        remedy: str,
        actions: Sequence[tuple[str, Callable[[], object]]] = (),
    ) -> None:
        super().__init__(kind)
        self._key = key
        self.title = heading(title, steps=1.0)
        self.title.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        self.texts = [label(text, wrap=True) for text in (detail, remedy) if text]
        for text in self.texts:
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(text)
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName(strings.DISMISS)
        self.close_button.setToolTip(strings.DISMISS)
        icons.set_icon(self.close_button, "close", self.palette())
        self.close_button.clicked.connect(self._dismiss)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        sign = Icon(KIND_ICONS.get(kind, "info"), kind)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.buttons: list[QPushButton] = []
        for name, what in actions:
            self.add_button(name, what)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(" ".join(part for part in (title, detail, remedy) if part))

    def add_button(self, text: str, what: Callable[[], object]) -> None:
        """Let the message be answered with one press."""
        button = QPushButton(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked=False: what())
        self._row.insertWidget(2 + len(self.buttons), button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.buttons.append(button)

    def _dismiss(self) -> None:
        self.dismissed.emit(self._key)


class NoticeBar(QWidget):
    """The messages now shown, one for each matter; a newer one replaces the older."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: dict[str, Notice] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 12, 0)
        self._column.setSpacing(6)
        self.hide()

    def notice(self, key: str) -> Notice | None:
        return self._notices.get(key)

    def show_error(self, key: str, error: AppError, kind: str = "bad") -> None:
        self.show_text(key, kind, error.title, error.detail, error.remedy)

    def show_text(
        self,
        key: str,
        kind: str,
        title: str,
        detail: str = "",
        remedy: str = "",
        *,
        actions: Sequence[tuple[str, Callable[[], object]]] = (),
    ) -> None:
        """`actions` are buttons at the right: their words, and what they do."""
        self.dismiss(key)
        notice = Notice(key, kind, title, detail, remedy, actions)
        notice.dismissed.connect(self.dismiss)
        self._notices[key] = notice
        self._column.addWidget(notice)
        self.show()
        announce(self, notice.accessibleName())

    def add_button(self, key: str, text: str, what: Callable[[], object]) -> None:
        """Let this message be answered with one press."""
        notice = self._notices.get(key)
        if notice is not None:
            notice.add_button(text, what)

    def dismiss(self, key: str) -> None:
        notice = self._notices.pop(key, None)
        if notice is not None:
            self._column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self._notices))

    def clear(self) -> None:
        for key in list(self._notices):
            self.dismiss(key)


def announce(widget: QWidget, text: str) -> None:
    """Say it through a screen reader, when one listens."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
