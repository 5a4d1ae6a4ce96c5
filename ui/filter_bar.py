"""Filter chips with counts, and the search field."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui import colours, icons, strings
from ui.rows import Group
from ui.surfaces import MutedLabel

LABELS = {
    Group.ALL: strings.FILTER_ALL,
    Group.READY: strings.FILTER_READY,
    Group.ATTENTION: strings.FILTER_ATTENTION,
    Group.BLOCKED: strings.FILTER_BLOCKED,
    Group.RUNNING: strings.FILTER_RUNNING,
    Group.DONE: strings.FILTER_DONE,
    Group.FAILED: strings.FILTER_FAILED,
}
KINDS = {
    Group.ALL: "running",
    Group.READY: "running",
    Group.ATTENTION: "attention",
    Group.BLOCKED: "bad",
    Group.RUNNING: "running",
    Group.DONE: "good",
    Group.FAILED: "bad",
}
_CALLING = frozenset({Group.ATTENTION, Group.BLOCKED, Group.FAILED})
"""Groups that somebody must look at; their number has the colour of its kind."""
_SEARCH_PAUSE_MS = 120


class FilterChip(QPushButton):
    """A filter that can be on; its colour is that of the rows it shows."""

    def __init__(self, group: Group, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shows = group
        self._number = 0
        self.setCheckable(True)
        self.setToolTip(strings.FILTER_TIPS[LABELS[group]])
        self.setShortcut(f"Alt+{place}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_number(0)

    def set_number(self, number: int) -> None:
        self._number = number
        text = strings.FILTER_TEXT.format(label=LABELS[self.shows], number=f"{number:,}")
        if text != self.text():
            shortcut = self.shortcut()
            self.setText(text)
            self.setShortcut(shortcut)
            self.setAccessibleName(
                strings.FILTER_ACCESSIBLE.format(label=LABELS[self.shows], number=number)
            )
            metrics = self.fontMetrics()
            self.setFixedSize(metrics.horizontalAdvance(text) + 26, metrics.height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        palette = self.palette()
        tint = colours.tint(palette, KINDS[self.shows])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().toRectF().adjusted(0.75, 0.75, -0.75, -0.75)
        radius = area.height() / 2
        on = self.isChecked()
        quiet = not self._number and self.shows is not Group.ALL
        painter.setPen(tint.strong if on else colours.line(palette))
        painter.setBrush(tint.fill if on or self.underMouse() else palette.base())
        painter.drawRoundedRect(area, radius, radius)
        if self.hasFocus():
            painter.setPen(palette.highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), radius - 2, radius - 2)
        ink = palette.text().color()
        if on or (self._number and self.shows in _CALLING):
            ink = tint.text
        elif quiet:
            ink = colours.muted(palette)
        painter.setPen(ink)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class SearchField(QLineEdit):
    """Esc clears it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


class FilterBar(QWidget):
    """`changed` is emitted when another filter is chosen or the search rests."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = Group.ALL
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.chips: dict[Group, FilterChip] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(6)
        buttons = QButtonGroup(self)
        for place, group in enumerate(LABELS, start=1):
            chip = FilterChip(group, place, self)
            buttons.addButton(chip)
            row.addWidget(chip)
            self.chips[group] = chip
        self.chips[Group.ALL].setChecked(True)
        buttons.buttonClicked.connect(self._choose)
        row.addStretch(1)
        self.shown = MutedLabel("")
        row.addWidget(self.shown)
        self.search = SearchField()
        self.search.setPlaceholderText(strings.SEARCH_PLACEHOLDER)
        self.search.setAccessibleName(strings.SEARCH_NAME)
        self.search.setToolTip(strings.SEARCH_TIP)
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(self.fontMetrics().averageCharWidth() * 30)
        self.search.setMaximumWidth(self.fontMetrics().averageCharWidth() * 48)
        self._search_sign = self.search.addAction(
            icons.icon("search", self.palette().text().color()),
            QLineEdit.ActionPosition.LeadingPosition,
        )
        icons.set_icon(self._search_sign, "search", self.palette())
        self.search.textChanged.connect(self._pause.start)
        row.addWidget(self.search, 2)

    @property
    def group(self) -> Group:
        return self._group

    @property
    def text(self) -> str:
        return self.search.text()

    def show_only(self, group: Group, text: str = "") -> None:
        """Choose a filter and a search at once."""
        self.chips[group].setChecked(True)
        self._group = group
        self.search.setText(text)
        self._pause.stop()
        self.changed.emit()

    def show_batch(self, name: str) -> None:
        """Show the rows of one batch of the workbook."""
        self.show_only(Group.ALL, f'batch:"{name}"')

    def set_counts(self, counts: Counter[Group]) -> None:
        for group, chip in self.chips.items():
            chip.set_number(counts[group])

    def set_shown(self, text: str) -> None:
        self.shown.setText(text)

    def _choose(self, chip: FilterChip) -> None:
        self._group = chip.shows
        self._pause.stop()
        self.changed.emit()
