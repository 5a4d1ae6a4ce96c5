"""The page of the gates: how each stands, how old that is, and what to do, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import gate_texts
from app.clock import Clock
from app.gate_values import Gate, GateCode, Remedy
from app.gates import is_open
from app.tenant_gates import ANSWERS
from ui import colours, icons
from ui import strings_gates as words
from ui.delegate import LEVEL_ICONS, LEVEL_KINDS
from ui.surfaces import Chip, MutedLabel, PrimaryButton, fit_to_screen, heading, label

_AGE_MS = 20_000
_BUTTONS = (
    (Remedy.REREAD_BOOK, words.REREAD_BOOK, "reread"),
    (Remedy.UPLOAD_MAP, words.UPLOAD_MAP, "people"),
    (Remedy.RUN_PREFLIGHT, words.RUN_PREFLIGHT, "check"),
)


@dataclass(frozen=True, slots=True)
class GateAct:
    """What the admin wishes to do about a gate; `words` for what is recorded."""

    remedy: Remedy
    code: GateCode
    words: str = ""


class GatesDialog(QDialog):
    """Shows gates and emits wishes; nothing is done here."""

    act_asked = Signal(object)
    """A GateAct."""
    start_asked = Signal()

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._zone = "UTC"
        self._gates: dict[GateCode, Gate] = {}
        self._items: dict[GateCode, QTreeWidgetItem] = {}
        self.setWindowTitle(words.GATES_TITLE)
        self.title = heading(words.GATES_NOT_YET)
        self.note = MutedLabel("", wrap=True)
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels(list(words.GATES_COLUMNS))
        self.list.setAccessibleName(words.GATES_LIST)
        self.list.setUniformRowHeights(True)
        self.name = heading("")
        self.chip = Chip("waiting", "question", "")
        self.age = MutedLabel("")
        self.state = label("", wrap=True)
        self.to_do = label("", wrap=True)
        self.said = MutedLabel("", wrap=True)
        for text in (self.state, self.to_do, self.said):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.commands = QPlainTextEdit()
        self.commands.setReadOnly(True)
        self.commands.setTabChangesFocus(True)
        self.commands.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.commands.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.commands.setAccessibleName(words.COMMANDS)
        self.commands_title = MutedLabel(words.COMMANDS)
        self.copy = QPushButton(words.COPY)
        self.copied = MutedLabel("")
        self.ask = label("")
        self.answer = QComboBox()
        self.reason = QLineEdit()
        self.record = QPushButton("")
        self.recorded = MutedLabel(words.RECORDED, wrap=True)
        self.buttons = {remedy: self._button(text, icon, remedy) for remedy, text, icon in _BUTTONS}
        self.again = self._button(words.READ_AGAIN, "reread", Remedy.READ_AGAIN)
        self.start = PrimaryButton(words.START)
        self.start.setEnabled(False)
        self.close_button = QPushButton(words.CLOSE)
        for button in (self.again, self.start, self.close_button, self.copy, self.record):
            button.setAutoDefault(False)
        self._lay_out()
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_current())
        self.copy.clicked.connect(self._copy)
        self.record.clicked.connect(self._record)
        self.answer.currentIndexChanged.connect(lambda _index: self._allow_record())
        self.reason.textChanged.connect(lambda _text: self._allow_record())
        self.reason.returnPressed.connect(self._record)
        self.start.clicked.connect(self.start_asked)
        self.close_button.clicked.connect(self.close)
        self._aging = QTimer(self)
        self._aging.setInterval(_AGE_MS)
        self._aging.timeout.connect(self._show_ages)
        self._aging.start()
        fit_to_screen(self, 1060, 640)

    # What is shown

    def set_zone(self, zone: str) -> None:
        """The time zone of the times that are shown beside UTC."""
        self._zone = zone

    def show_busy(self) -> None:
        """The tenants are being asked."""
        self._show_text(self.note, words.GATES_READING)
        self.again.setEnabled(False)

    def show_trouble(self, text: str) -> None:
        """The gates could not be judged, or a wish was refused."""
        self._show_text(self.note, text)
        self.again.setEnabled(True)

    def show_gates(self, gates: Sequence[Gate], *, refused: bool, anew: bool = False) -> None:
        """How the gates stand now; the one that was looked at stays, unless it is all `anew`."""
        former = None if anew else self._current()
        held = [gate for gate in gates if gate.holds]
        self._gates = {gate.code: gate for gate in gates}
        self.title.setText(words.held(len(held)))
        self._show_text(self.note, words.GATES_REFUSED if refused else "")
        self.again.setEnabled(True)
        self.start.setEnabled(is_open(gates))
        self.list.clear()
        self._items.clear()
        for gate in gates:
            item = QTreeWidgetItem([gate_texts.title(gate), gate_texts.LEVELS[gate.level], ""])
            item.setData(0, Qt.ItemDataRole.UserRole, gate.code)
            tint = colours.tint(self.palette(), LEVEL_KINDS[gate.level])
            item.setIcon(1, icons.icon(LEVEL_ICONS[gate.level], tint.text))
            if gate.holds:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
            self.list.addTopLevelItem(item)
            self._items[gate.code] = item
        self._show_ages()
        for column in range(2):
            self.list.resizeColumnToContents(column)
        wanted = former.code if former is not None else held[0].code if held else gates[0].code
        self.list.setCurrentItem(self._items[wanted])

    def _show_ages(self) -> None:
        now = self._clock.now()
        for code, gate in self._gates.items():
            self._items[code].setText(2, gate_texts.age(gate, now))

    def _show_current(self) -> None:
        gate = self._current()
        if gate is None:
            return
        self.name.setText(gate_texts.title(gate))
        kind, sign = LEVEL_KINDS[gate.level], LEVEL_ICONS[gate.level]
        self.chip.show_chip(kind, sign, gate_texts.LEVELS[gate.level])
        self.age.setText(gate_texts.age(gate, self._clock.now()))
        self.state.setText(gate_texts.state(gate))
        self._show_text(self.to_do, gate_texts.what_to_do(gate))
        said = gate_texts.said_by_admin(gate, self._zone)
        self._show_text(self.said, said or ("" if gate.binds else words.NOT_BINDING))
        lines = []
        for command in gate.commands:
            comment = f"# {gate_texts.on_side(command.side)}"
            lines += [comment] if comment not in lines else []
            lines.append(command.text)
        self.commands.setPlainText("\n".join(lines))
        for widget in (self.commands, self.commands_title, self.copy, self.copied):
            widget.setVisible(bool(lines))
        self.copied.setText("")
        for remedy, button in self.buttons.items():
            button.setVisible(remedy in gate.remedies)
        self._show_record(gate)

    def _show_record(self, gate: Gate) -> None:
        answers = ANSWERS.get(gate.code, ())
        overrides = Remedy.OVERRIDE in gate.remedies
        confirms = Remedy.CONFIRM in gate.remedies and not overrides
        by_word = confirms and bool(answers)
        self.ask.setText(
            words.OVERRIDE_WORDS
            if overrides
            else words.CONFIRM_ANSWER
            if by_word
            else words.CONFIRM_WORDS
        )
        self.record.setText(words.OVERRIDE_DO if overrides else words.CONFIRM_DO)
        self.answer.clear()
        self.answer.addItems(["", *answers])
        self.answer.setAccessibleName(self.ask.text())
        self.reason.setText("")
        self.reason.setAccessibleName(self.ask.text())
        for widget in (self.ask, self.record, self.recorded):
            widget.setVisible(overrides or confirms)
        self.answer.setVisible(by_word)
        self.reason.setVisible((overrides or confirms) and not by_word)
        self._allow_record()

    # What the admin wishes

    def _record(self) -> None:
        gate, said = self._current(), self._words()
        if gate is not None and said and self.record.isVisible():
            overrides = Remedy.OVERRIDE in gate.remedies
            remedy = Remedy.OVERRIDE if overrides else Remedy.CONFIRM
            self.act_asked.emit(GateAct(remedy, gate.code, said))

    def _words(self) -> str:
        by_word = self.answer.isVisibleTo(self)
        return (self.answer.currentText() if by_word else self.reason.text()).strip()

    def _allow_record(self) -> None:
        self.record.setEnabled(bool(self._words()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.commands.toPlainText())
        self.copied.setText(words.COPIED)

    # Upkeep

    def _current(self) -> Gate | None:
        item = self.list.currentItem()
        code = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return self._gates.get(code) if code is not None else None

    @staticmethod
    def _show_text(where: QLabel, text: str) -> None:
        where.setText(text)
        where.setVisible(bool(text))

    def _button(self, text: str, icon: str, remedy: Remedy) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        icons.set_icon(button, icon, self.palette())
        button.clicked.connect(lambda _checked=False: self._act(remedy))
        return button

    def _act(self, remedy: Remedy) -> None:
        gate = self._current()
        code = gate.code if gate is not None else GateCode.WORKBOOK
        self.act_asked.emit(GateAct(remedy, code))

    def _lay_out(self) -> None:
        detail = QWidget()
        column = QVBoxLayout(detail)
        column.setContentsMargins(12, 0, 0, 0)
        standing = QHBoxLayout()
        standing.addWidget(self.chip)
        standing.addWidget(self.age)
        standing.addStretch(1)
        column.addWidget(self.name)
        column.addLayout(standing)
        for part in (self.state, self.to_do, self.said):
            column.addWidget(part)
        remedies = QHBoxLayout()
        for button in self.buttons.values():
            remedies.addWidget(button)
        remedies.addStretch(1)
        column.addLayout(remedies)
        column.addWidget(self.commands_title)
        column.addWidget(self.commands, 1)
        copying = QHBoxLayout()
        copying.addWidget(self.copy)
        copying.addWidget(self.copied)
        copying.addStretch(1)
        column.addLayout(copying)
        column.addWidget(self.ask)
        recording = QHBoxLayout()
        recording.addWidget(self.answer, 1)
        recording.addWidget(self.reason, 1)
        recording.addWidget(self.record)
        column.addLayout(recording)
        column.addWidget(self.recorded)
        column.addStretch(1)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.list)
        both.addWidget(detail)
        both.setSizes([480, 560])
        both.setChildrenCollapsible(False)
        bottom = QHBoxLayout()
        bottom.addWidget(self.again)
        bottom.addStretch(1)
        bottom.addWidget(self.close_button)
        bottom.addWidget(self.start)
        whole = QVBoxLayout(self)
        whole.addWidget(self.title)
        whole.addWidget(self.note)
        whole.addWidget(both, 1)
        whole.addLayout(bottom)
