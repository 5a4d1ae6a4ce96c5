"""What the window shows when nothing is open: where to drop a workbook, and a way to try."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui import colours, icons, strings
from ui.surfaces import Icon, MutedLabel, PrimaryButton, heading, label

RECENT_SHOWN = 4


class DropArea(QWidget):
    """The dashed area; brighter while a workbook hovers over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = False

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent = palette.highlight().color()
        edge = accent if self.hovered else colours.mix(colours.line(palette), accent, 0.3)
        painter.setPen(QPen(edge, 2 if self.hovered else 1.5, Qt.PenStyle.DashLine))
        ground = palette.base().color()
        painter.setBrush(colours.mix(ground, accent, 0.12) if self.hovered else ground)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(2, 2, -2, -2), 14, 14)
        painter.end()


class EmptyState(QWidget):
    """Buttons only tell what was asked for."""

    open_asked = Signal()
    sample_asked = Signal()
    recent_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area = DropArea(self)
        self.area.setMinimumWidth(560)
        self.area.setMaximumWidth(760)
        self.title = heading(strings.EMPTY_TITLE, steps=1.7)
        self.text = MutedLabel(strings.EMPTY_TEXT, wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.open_button = PrimaryButton(strings.OPEN.replace("&", ""))
        self.open_button.setAccessibleName(strings.OPEN.replace("&", ""))
        self.open_button.clicked.connect(self.open_asked)
        self.sample_button = QPushButton(strings.EMPTY_SAMPLE)
        self.sample_button.setToolTip(strings.EMPTY_SAMPLE_TIP)
        self.sample_button.setAccessibleName(strings.EMPTY_SAMPLE)
        icons.set_icon(self.sample_button, "practice", self.palette())
        self.sample_button.clicked.connect(self.sample_asked)
        for button in (self.open_button, self.sample_button):
            button.setMinimumHeight(self.fontMetrics().height() + 20)
            button.setMinimumWidth(self.fontMetrics().averageCharWidth() * 30)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(strings.EMPTY_BUSY)
        self.busy_text = label("")
        self.recent_box = QVBoxLayout()
        self.recent_box.setSpacing(0)
        self.recent_title = MutedLabel(strings.EMPTY_RECENT)
        self._recent: list[QPushButton] = []
        self._lay_out()
        self.set_busy("")
        self.set_recent(())

    def set_busy(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done, and how far it is where that is known; "" when nothing is."""
        self.busy.setRange(0, total)
        self.busy.setValue(done)
        self.busy.setVisible(bool(text))
        self.busy_text.setVisible(bool(text))
        self.busy_text.setText(text)
        for button in (self.open_button, self.sample_button, *self._recent):
            button.setEnabled(not text)

    def set_hovered(self, hovered: bool) -> None:
        self.area.hovered = hovered
        self.area.update()

    def set_recent(self, paths: Sequence[Path]) -> None:
        for button in self._recent:
            self.recent_box.removeWidget(button)
            button.deleteLater()
        self._recent = []
        for path in paths[:RECENT_SHOWN]:
            button = QPushButton(path.name.replace("&", "&&"))
            button.setFlat(True)
            button.setToolTip(str(path))
            button.setAccessibleName(str(path))
            icons.set_icon(button, "sheet", self.palette())
            button.clicked.connect(lambda _checked=False, p=path: self.recent_asked.emit(p))
            self.recent_box.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self._recent.append(button)
        self.recent_title.setVisible(bool(paths))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.sample_button)
        buttons.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        inner = QVBoxLayout(self.area)
        inner.setContentsMargins(48, 40, 48, 36)
        inner.setSpacing(14)
        inner.addWidget(Icon("sheet", "good", 56), 0, middle)
        inner.addWidget(self.title, 0, middle)
        inner.addWidget(self.text)
        inner.addSpacing(8)
        inner.addLayout(buttons)
        inner.addWidget(self.busy_text, 0, middle)
        inner.addWidget(self.busy)
        inner.addSpacing(6)
        inner.addWidget(self.recent_title, 0, middle)
        inner.addLayout(self.recent_box)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.area, 4)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
