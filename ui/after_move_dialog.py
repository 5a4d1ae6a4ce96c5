"""The page of what is left after the move: each step with its state, its note and its command."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from PySide6.QtCore import QDate, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.after_move import AfterMove, StepNow, StepState, Urgency
from app.moved_values import Verdict
from app.report_events import MovedChecked
from app.report_wishes import CheckMoved, SetLicencesEnd, SetStep
from ui import strings_reports as words
from ui.surfaces import MutedLabel, TintedFrame, heading, label

_NAMED = 8
"""People named below a check; the rest is counted."""
_DAYS_AHEAD = 90


class StepCard(TintedFrame):
    """One step; `wished` is emitted with a SetStep when the admin says how far it is."""

    wished = Signal(object)

    def __init__(self, now: StepNow) -> None:
        super().__init__(_kind(now))
        self._code = now.step.code
        title = heading(now.step.title, steps=1.05)
        self.state = QComboBox()
        self.state.setAccessibleName(words.STATE_OF.format(title=now.step.title))
        for state, text in words.STATES:
            self.state.addItem(text, state)
        self.state.setCurrentIndex(self.state.findData(str(now.kept.state)))
        self.note = QLineEdit(now.kept.note)
        self.note.setPlaceholderText(words.NOTE_PLACEHOLDER)
        self.note.setAccessibleName(words.NOTE_OF.format(title=now.step.title))
        self.command = label(now.step.command)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.command.setWordWrap(True)
        self.copy = QPushButton(words.COPY_COMMAND)
        self.copy.setAccessibleName(words.COPY_OF.format(title=now.step.title))
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(MutedLabel(words.PLACES[str(now.step.place)]))
        top.addWidget(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addLayout(top)
        if now.remark:
            column.addWidget(heading(now.remark, steps=1.0))
        column.addWidget(label(now.step.why, wrap=True))
        below = QHBoxLayout()
        below.addWidget(self.command, 1)
        below.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(below)
        last = QHBoxLayout()
        last.addWidget(self.note, 1)
        if now.kept.at_utc:
            time = datetime.fromisoformat(now.kept.at_utc).astimezone()
            last.addWidget(MutedLabel(words.KEPT_AT.format(time=f"{time:%Y-%m-%d %H:%M}")))
        column.addLayout(last)
        self._kept_note = now.kept.note
        self.state.activated.connect(self._wish)
        self.note.editingFinished.connect(self._note_changed)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(now.step.command))

    def _note_changed(self) -> None:
        if self.note.text().strip() != self._kept_note:
            self._wish()

    def _wish(self) -> None:
        self._kept_note = self.note.text().strip()
        state = StepState(str(self.state.currentData()))
        self.wished.emit(SetStep(self._code, state, self._kept_note))


class AfterMoveDialog(QDialog):
    """`wished` is emitted with what the admin says or asks; the answers come through `show_…`."""

    wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.AFTER_TITLE)
        self.cards: list[StepCard] = []
        self.knows_end = QCheckBox(words.LICENCES)
        self.end = QDateEdit()
        self.end.setCalendarPopup(True)
        self.end.setDisplayFormat("yyyy-MM-dd")
        self.end.setAccessibleName(words.LICENCES_NAME)
        self.end.setDate(QDate.currentDate().addDays(_DAYS_AHEAD))
        self.end.setEnabled(False)
        self.check = QPushButton(words.CHECK_MOVED)
        self.checked = label("", wrap=True)
        self.checked.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.checked.hide()
        self.close_button = QPushButton(words.CLOSE)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self.knows_end.toggled.connect(self._end_changed)
        self.end.dateChanged.connect(self._end_changed)
        self.check.clicked.connect(lambda: self.wished.emit(CheckMoved()))
        self.close_button.clicked.connect(self.accept)

    def show_page(self, page: AfterMove) -> None:
        """Show how it stands; the place that is looked at stays in view."""
        with QSignalBlocker(self.knows_end), QSignalBlocker(self.end):
            self.knows_end.setChecked(page.licences_end is not None)
            self.end.setEnabled(page.licences_end is not None)
            if page.licences_end is not None:
                end = page.licences_end
                self.end.setDate(QDate(end.year, end.month, end.day))
        place = self._area.verticalScrollBar().value()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        self.cards = [StepCard(one) for one in page.steps]
        for card in self.cards:
            card.wished.connect(self.wished)
            column.addWidget(card)
        column.addStretch(1)
        self._area.setWidget(inside)
        self._area.verticalScrollBar().setValue(place)

    def show_check(self, checked: MovedChecked) -> None:
        """Show what the check of the moved people found so far."""
        self.check.setEnabled(checked.is_last)
        self.checked.show()
        if not checked.is_last:
            done = f"{len(checked.found):,}"
            self.checked.setText(words.CHECK_RUNNING.format(done=done, all=f"{checked.total:,}"))
            return
        if not checked.found:
            self.checked.setText(words.CHECK_NOBODY)
            return
        counts = Counter(one.verdict for one in checked.found)
        lines = [
            words.CHECK_DONE.format(
                all=f"{len(checked.found):,}",
                good=f"{counts[Verdict.GOOD]:,}",
                bad=f"{counts[Verdict.BAD]:,}",
                unknown=f"{counts[Verdict.UNKNOWN]:,}",
            )
        ]
        if counts[Verdict.UNKNOWN]:
            lines.append(words.CHECK_UNKNOWN)
        wrong = [one for one in checked.found if one.verdict is Verdict.BAD]
        unknown = [one for one in checked.found if one.verdict is Verdict.UNKNOWN][:2]
        for one in [*wrong[:_NAMED], *unknown]:
            said = one.source_said if one.source is one.verdict else one.target_said
            lines.append(words.CHECK_LINE.format(row=one.row, upn=one.source_upn, said=said))
        if len(wrong) > _NAMED:
            lines.append(words.CHECK_MORE.format(f"{len(wrong) - _NAMED:,}"))
        self.checked.setText("\n".join(lines))

    def _end_changed(self) -> None:
        knows = self.knows_end.isChecked()
        self.end.setEnabled(knows)
        day = self.end.date().toPython() if knows else None
        self.wished.emit(SetLicencesEnd(day))  # type: ignore[arg-type]  # toPython says object

    def _lay_out(self) -> None:
        end = QHBoxLayout()
        end.addWidget(self.knows_end)
        end.addWidget(self.end)
        end.addStretch(1)
        end.addWidget(self.check)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(heading(words.AFTER_TITLE, steps=1.25))
        column.addWidget(MutedLabel(words.AFTER_TEXT, wrap=True))
        column.addLayout(end)
        column.addWidget(self.checked)
        column.addWidget(self._area, 1)
        column.addLayout(foot)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 130, metrics.height() * 42)


def _kind(now: StepNow) -> str:
    if now.kept.state is StepState.DONE:
        return "good"
    if now.kept.state is StepState.NOT_NEEDED:
        return "waiting"
    return {
        Urgency.OVERDUE: "bad",
        Urgency.SOON: "attention",
        Urgency.NOT_YET: "waiting",
    }.get(now.urgency, "running")
