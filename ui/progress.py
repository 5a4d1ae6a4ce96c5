"""How far the moves are: one bar split by kind of status, and the totals in words."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import texts
from app.events import RunState
from app.model import MoveStatus
from ui import colours, strings, strings_acts, strings_gates
from ui.surfaces import MutedLabel, label

_KIND_ORDER = ("good", "bad", "attention", "running", "waiting")
RUN_WORDS = {
    RunState.IDLE: strings.RUN_IDLE,
    RunState.RUNNING: strings.RUN_RUNNING,
    RunState.HELD: strings_gates.RUN_HELD,
    RunState.PAUSED: strings.RUN_PAUSED,
    RunState.NEEDS_SIGN_IN: strings.RUN_SIGN_IN,
    RunState.OFFLINE: strings.RUN_OFFLINE,
    RunState.DONE: strings.RUN_DONE,
}


class ProgressStrip(QWidget):
    """The painted bar; what it shows is said in words beside it and in its accessible name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: dict[str, int] = {}
        self.setAccessibleName(strings.PROGRESS_NAME)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 10)

    def set_parts(self, parts: dict[str, int]) -> None:
        if parts != self._parts:
            self._parts = parts
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, 5, 5)
        painter.setClipPath(shape)
        painter.fillRect(area, colours.line(self.palette()))
        total = sum(self._parts.values())
        left = area.left()
        for kind in _KIND_ORDER:
            number = self._parts.get(kind, 0)
            if not number or kind == "waiting":
                continue
            width = area.width() * number / total
            painter.fillRect(
                QRectF(left, area.top(), width, area.height()),
                colours.tint(self.palette(), kind).strong,
            )
            left += width
        painter.end()


class Progress(QWidget):
    """State of the run, the strip, how many are finished, and the totals by status."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = label(RUN_WORDS[RunState.IDLE])
        self.done = MutedLabel(strings.PROGRESS_NONE)
        self.totals = MutedLabel("", wrap=True)
        self.hint = MutedLabel("", wrap=True)
        self.strip = ProgressStrip()
        head = QHBoxLayout()
        head.addWidget(self.state)
        head.addStretch(1)
        head.addWidget(self.done)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addWidget(self.totals)
        column.addWidget(self.hint)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def set_run(self, state: RunState) -> None:
        self.state.setText(RUN_WORDS[state])

    def set_counts(self, counts: Counter[MoveStatus]) -> None:
        present = [status for status in MoveStatus if counts[status] > 0]
        total = sum(counts[status] for status in present)
        if not total:
            self.done.setText(strings.PROGRESS_NONE)
            self.totals.setText("")
            self.hint.setText("")
            self.strip.set_parts({})
            return
        finished = sum(counts[status] for status in present if status.is_final)
        self.done.setText(strings.PROGRESS_TEXT.format(done=f"{finished:,}", all=f"{total:,}"))
        unsent = counts[MoveStatus.WAITING] + counts[MoveStatus.STARTING]
        at_service = sum(counts[status] for status in present if status.is_at_service)
        if unsent:
            self.hint.setText(strings_acts.HINT_OPEN.format(strings.moves(unsent)))
        else:
            self.hint.setText(strings_acts.HINT_CLOSE if at_service else "")
        words = (
            strings.TOTAL_TEXT.format(
                status=texts.status_label(status), number=f"{counts[status]:,}"
            ).replace(" ", "\u00a0")
            for status in present
        )
        self.totals.setText("  ·  ".join(words))
        parts: dict[str, int] = {}
        for status in present:
            kind = str(texts.status_kind(status))
            parts[kind] = parts.get(kind, 0) + counts[status]
        self.strip.set_parts(parts)
        self.strip.setAccessibleDescription(self.totals.text())
