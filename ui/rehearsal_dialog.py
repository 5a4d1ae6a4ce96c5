"""Asks what a rehearsal should play and how fast, and says that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.rehearsal import Choice
from ui import strings_rehearsal as strings
from ui.surfaces import Icon, MutedLabel, heading, label

_Role = QDialogButtonBox.ButtonRole
_DEFAULT_SPEED = 240.0


@dataclass(frozen=True, slots=True)
class RehearsalAsked:
    """What the admin chose."""

    scenario: str
    speed: float
    start_too: bool
    anew: bool = False
    """In a rehearsal: begin again with a fresh copy."""


class RehearsalDialog(QDialog):
    """`asked` is emitted with a RehearsalAsked; nothing is done here."""

    asked = Signal(object)

    def __init__(self, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = tuple(choices)
        self.title = heading("", steps=1.25)
        self.text = label("", wrap=True)
        self.scenarios = QListWidget()
        self.scenarios.setAccessibleName(strings.WHAT_NAME)
        self.scenarios.setUniformItemSizes(True)
        self.scenarios.addItems([choice.title for choice in self._choices])
        self.description = MutedLabel("", wrap=True)
        self.speed = QComboBox()
        self.speed.setAccessibleName(strings.SPEED_NAME)
        for speed, text in strings.SPEEDS:
            self.speed.addItem(text, speed)
        self.start_too = QCheckBox(strings.START_TOO)
        self.nothing = MutedLabel(strings.NOTHING_READY, wrap=True)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton(strings.GO, _Role.AcceptRole)
        self.anew = QPushButton(strings.ANEW)
        self.anew.setToolTip(strings.ANEW_TIP)
        self.buttons.addButton(self.anew, _Role.ActionRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self.scenarios.currentRowChanged.connect(self._describe)
        self.scenarios.itemActivated.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.anew.clicked.connect(lambda: self._answer(anew=True))
        self.accepted.connect(lambda: self._answer(anew=False))
        self._choose("", _DEFAULT_SPEED)

    def propose(self, book_name: str, ready: int) -> None:
        """Offer a new rehearsal of this workbook, of which so many rows can be started."""
        self.setWindowTitle(strings.TITLE)
        self.title.setText(strings.TITLE)
        self.text.setText(strings.TEXT.format(name=book_name))
        self.start_too.setText(strings.START_N_TOO.format(number=f"{ready:,}"))
        self.start_too.setChecked(ready > 0)
        self.start_too.setVisible(ready > 0)
        self.nothing.setVisible(not ready)
        self.go.setText(strings.GO)
        self.anew.hide()
        self._fit()

    def propose_change(self, scenario: str, speed: float, *, can_begin_anew: bool) -> None:
        """Offer to play something else from now on, or from the beginning."""
        self.setWindowTitle(strings.CHANGE_TITLE)
        self.title.setText(strings.CHANGE_TITLE)
        self.text.setText(strings.CHANGE_TEXT)
        self.start_too.hide()
        self.nothing.hide()
        self.go.setText(strings.CHANGE_GO)
        self.anew.setVisible(can_begin_anew)
        self._choose(scenario, speed)
        self._fit()

    def _fit(self) -> None:
        """As high as the wrapped texts need at this width; Qt reckons with one line of each."""
        layout = self.layout()
        assert layout is not None
        width = max(self.width(), self.minimumWidth())
        self.setMinimumHeight(layout.heightForWidth(width))

    def _choose(self, scenario: str, speed: float) -> None:
        names = [choice.name for choice in self._choices]
        self.scenarios.setCurrentRow(names.index(scenario) if scenario in names else 0)
        place = self.speed.findData(speed)
        if place < 0:
            self.speed.addItem(strings.SPEED_OTHER.format(speed=speed), speed)
            place = self.speed.count() - 1
        self.speed.setCurrentIndex(place)

    def _describe(self, place: int) -> None:
        self.description.setText(self._choices[place].description if place >= 0 else "")

    def _answer(self, *, anew: bool) -> None:
        place = self.scenarios.currentRow()
        scenario = self._choices[place].name if place >= 0 else ""
        speed = float(self.speed.currentData())
        if anew:
            self.close()
        # From the beginning means what it meant the first time: everybody goes at once.
        self.asked.emit(RehearsalAsked(scenario, speed, anew or self.start_too.isChecked(), anew))

    def _lay_out(self) -> None:
        metrics = self.fontMetrics()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Icon("practice", "practice", 34))
        head.addWidget(self.title, 1)
        what, fast = heading(strings.WHAT, steps=1.0), heading(strings.SPEED, steps=1.0)
        self.description.setMinimumHeight(metrics.height() * 2)
        self.description.setAlignment(Qt.AlignmentFlag.AlignTop)
        height = metrics.height() + 8
        for place in range(self.scenarios.count()):
            self.scenarios.item(place).setSizeHint(QSize(0, height))
        self.scenarios.setMinimumHeight(height * max(len(self._choices), 1) + 4)
        speed = QHBoxLayout()
        speed.addWidget(self.speed)
        speed.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addSpacing(6)
        column.addWidget(what)
        column.addWidget(self.scenarios, 1)
        column.addWidget(self.description)
        column.addWidget(fast)
        column.addLayout(speed)
        column.addSpacing(4)
        column.addWidget(self.start_too)
        column.addWidget(self.nothing)
        column.addSpacing(6)
        column.addWidget(self.buttons)
        self.setMinimumWidth(metrics.averageCharWidth() * 78)
