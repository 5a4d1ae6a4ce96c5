"""The parts of the details panel: a finding, the service's error, a pair of times."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import plan, remedies, texts
from app.error_pages import find_page
from app.model import Correction, Finding, Level, Move
from ui import colours, icons, strings
from ui import strings_preflight as words
from ui.delegate import LEVEL_ICONS, LEVEL_KINDS
from ui.surfaces import Icon, MutedLabel, TintedFrame, heading, label
from ui.table_model import LEVEL_WORDS
from ui.visible import visible

_LEFT = Qt.AlignmentFlag.AlignLeft
_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


def selectable(text: str, name: str, *, fixed: bool = False) -> QWidget:
    """Text that can be marked and copied by mouse and keyboard."""
    result = label(text, wrap=True)
    result.setTextInteractionFlags(_SELECTABLE)
    result.setAccessibleName(f"{name}: {text}" if name else text)
    if fixed:
        result.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return result


class FindingCard(TintedFrame):
    """One finding: level, reason, cell, remedy, and the correction when one is offered."""

    accepted = Signal(str)
    help_asked = Signal(str)

    def __init__(self, finding: Finding) -> None:
        super().__init__(LEVEL_KINDS[finding.level])
        self.finding = finding
        kind = LEVEL_KINDS[finding.level]
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Icon(LEVEL_ICONS[finding.level], kind), 0, Qt.AlignmentFlag.AlignTop)
        title = heading(
            f"{LEVEL_WORDS[finding.level]}  {texts.finding_title(finding.code)}", steps=1.0
        )
        title.setWordWrap(True)
        head.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 10)
        column.setSpacing(5)
        column.addLayout(head)
        self.reason = label(texts.reason(finding), wrap=True)
        column.addWidget(self.reason)
        if finding.cell:
            column.addWidget(MutedLabel(strings.IN_CELL.format(cell=finding.cell), wrap=True))
        remedy = texts.remedy(finding)
        if remedy:
            self.remedy = label(strings.REMEDY_LINE.format(text=remedy), wrap=True)
            column.addWidget(self.remedy)
        if find_page(finding.code) is not None:
            column.addWidget(_help_button(finding.code, self.help_asked), 0, _LEFT)
        self.accept_button: QPushButton | None = None
        if finding.correction is not None and finding.cell:
            column.addSpacing(2)
            column.addLayout(self._correction(finding.correction))
            self.accept_button = QPushButton(strings.ACCEPT)
            self.accept_button.setAccessibleName(strings.ACCEPT_NAME.format(cell=finding.cell))
            icons.set_icon(self.accept_button, "check", self.palette())
            self.accept_button.clicked.connect(self._accept)
            column.addWidget(self.accept_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _accept(self) -> None:
        self.accepted.emit(self.finding.cell)

    @staticmethod
    def _correction(correction: Correction) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(10)
        pairs = ((strings.BEFORE, correction.before), (strings.AFTER, correction.after))
        for place, (name, text) in enumerate(pairs):
            grid.addWidget(MutedLabel(name), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(selectable(breakable(visible(text)), name, fixed=True), place, 1)
        return grid


class CodeLine(QPushButton):
    """A finding of the overview with its number of rows; a click shows the rows."""

    def __init__(self, code: str, level: Level, number: int) -> None:
        super().__init__()
        self._level, self._number = level, f"{number:,}"
        self._title = texts.finding_title(code)
        self.setFlat(True)
        self.setToolTip(self._title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(
            strings.OVERVIEW_COUNT.format(title=self._title, rows=strings.rows(number))
        )

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        palette, metrics = self.palette(), self.fontMetrics()
        tint = colours.tint(palette, LEVEL_KINDS[self._level])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(
            palette.highlight().color() if self.hasFocus() else Qt.GlobalColor.transparent
        )
        painter.setBrush(palette.base() if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 5, 5)
        side = metrics.ascent() + 3
        top = area.center().y() - side / 2
        icons.paint(painter, LEVEL_ICONS[self._level], tint.text, QRectF(6, top, side, side))
        width = metrics.horizontalAdvance(self._number)
        middle = Qt.AlignmentFlag.AlignVCenter
        words = area.adjusted(side + 16, 0, -width - 16, 0)
        painter.setPen(palette.windowText().color())
        shown = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.setPen(tint.text)
        painter.drawText(
            area.adjusted(0, 0, -8, 0), middle | Qt.AlignmentFlag.AlignRight, self._number
        )
        painter.end()


class ErrorCard(TintedFrame):
    """Why a move failed: what it means, what to do and where, and the service's own words."""

    help_asked = Signal(str)

    def __init__(self, move: Move) -> None:
        super().__init__("bad")
        self._words = "\n".join(part for part in (move.error_code, move.error_message) if part)
        known = remedies.find(move.error_code, move.error_message)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 10)
        column.setSpacing(5)
        head = QHBoxLayout()
        head.addWidget(Icon("fail", "bad"), 0, Qt.AlignmentFlag.AlignTop)
        title = heading(known.title if known else move.error_code or strings.SECTION_ERROR, steps=1)
        title.setWordWrap(True)
        head.addWidget(title, 1)
        column.addLayout(head)
        if known is not None:
            column.addWidget(label(known.meaning, wrap=True))
            column.addWidget(label(strings.REMEDY_LINE.format(text=known.remedy), wrap=True))
            if known.command:
                column.addWidget(selectable(known.command, strings.COMMAND, fixed=True))
            column.addWidget(_help_button(known.code, self.help_asked), 0, _LEFT)
        words = QHBoxLayout()
        words.addWidget(MutedLabel(strings.SERVICE_WORDS), 1)
        copy = QPushButton(strings.COPY)
        copy.setAccessibleName(strings.COPY_WORDS_NAME)
        copy.clicked.connect(self._copy)
        words.addWidget(copy)
        column.addLayout(words)
        self.words = selectable(self._words, strings.SERVICE_WORDS, fixed=True)
        column.addWidget(self.words)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._words)


def _help_button(code: str, asked: SignalInstance) -> QPushButton:
    """Opens the page of an error code."""
    button = QPushButton(words.HELP_BUTTON)
    button.setAccessibleName(words.HELP_BUTTON_NAME.format(code))
    icons.set_icon(button, "question", button.palette())
    button.clicked.connect(lambda: asked.emit(code))
    return button


class Times(QWidget):
    """Names and moments, each local and UTC."""

    def __init__(self, moments: tuple[tuple[str, datetime], ...], zone: str) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        for place, (name, moment) in enumerate(moments):
            local, utc = plan.both_times(moment, zone)
            grid.addWidget(MutedLabel(name), place, 0, Qt.AlignmentFlag.AlignTop)
            both = QVBoxLayout()
            both.setSpacing(0)
            both.addWidget(selectable(local, name))
            if utc != local:
                both.addWidget(MutedLabel(utc))
            grid.addLayout(both, place, 1)


def breakable(text: str) -> str:
    """A long account name may break after @ and dots, so that a narrow panel can show all of it."""
    return text.replace("@", "@\u200b").replace(".", ".\u200b")
