"""The dialog that connects real tenants: source and target side by side, and what is in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.events import SignInsChanged
from app.model import Level, Side
from ui import icons
from ui import strings_tenants as strings
from ui.surfaces import Hairline, Icon, MutedLabel, PrimaryButton, TintedFrame, heading, label
from ui.tenant_side import Findings, TenantSide

_Role = QDialogButtonBox.ButtonRole


class SignInDialog(QDialog):
    """Shows what it is told and tells what is asked for; nothing is done here."""

    connect_asked = Signal(str)
    """With the OneDrive address of the target."""
    help_asked = Signal()
    swap_asked = Signal()
    look_again_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.TITLE)
        self.sides = {side: TenantSide(side) for side in Side}
        self.together = Findings()
        self.help = QPushButton(strings.HELP)
        icons.set_icon(self.help, "question", self.palette())
        self.swap = QPushButton(strings.SWAP)
        self.look_again = QPushButton(strings.LOOK_AGAIN)
        self.host = QLineEdit()
        self.host.setPlaceholderText(strings.HOST_HINT)
        self.host.setAccessibleName(strings.HOST)
        self.hint = MutedLabel(strings.GO_NOT_YET, wrap=True)
        self.go = PrimaryButton(strings.GO)
        self.go.setAccessibleName(strings.GO)
        self.close_button = QPushButton(strings.CLOSE)
        self._shown: SignInsChanged | None = None
        self._lay_out()
        self.go.clicked.connect(lambda: self.connect_asked.emit(self.host.text().strip()))
        self.swap.clicked.connect(self.swap_asked)
        self.look_again.clicked.connect(self.look_again_asked)
        self.close_button.clicked.connect(self.close)
        self.help.clicked.connect(self.help_asked)
        self.together.hide()
        self._show_buttons()

    def show_sign_ins(self, state: SignInsChanged) -> None:
        """How it stands now."""
        is_first, self._shown = self._shown is None, state
        for side, one in ((Side.SOURCE, state.source), (Side.TARGET, state.target)):
            if is_first or one.registration != self.sides[side].registration:
                self.sides[side].show_registration(one.registration)
            self.sides[side].show_state(one, is_connected=state.is_connected)
        self.together.show_checks(state.checks)
        self.together.setVisible(bool(state.checks))
        if state.target_host and not self.host.hasFocus():
            self.host.setText(state.target_host)
        self._show_buttons()

    def show_trouble(self, error: AppError) -> None:
        """What was asked for did not happen."""
        words = ". ".join(part for part in (error.title, error.detail) if part)
        self.together.add("fail", "bad", words, error.remedy)

    def _show_buttons(self) -> None:
        state = self._shown
        if state is None:
            ready = connected = False
        else:
            both = (state.source, state.target)
            ready = all(one.who is not None and one.seen.is_good for one in both) and all(
                check.level is not Level.BLOCK for check in state.checks
            )
            connected = state.is_connected
        waits = state is not None and (state.source.is_waiting or state.target.is_waiting)
        self.go.setEnabled(ready and not connected and not waits)
        self.hint.setText(strings.CONNECTED if connected else "" if ready else strings.GO_NOT_YET)
        self.swap.setEnabled(state is not None and not connected and not waits)
        self.look_again.setEnabled(state is not None and not waits)
        self.host.setReadOnly(connected)
        self.go.setDefault(self.go.isEnabled())

    def _lay_out(self) -> None:
        beta = TintedFrame("attention")
        strip = QHBoxLayout(beta)
        strip.setContentsMargins(10, 6, 8, 6)
        strip.addWidget(Icon("warn", "attention"), 0, Qt.AlignmentFlag.AlignTop)
        strip.addWidget(label(strings.BETA, wrap=True), 1)
        pair = QHBoxLayout()
        pair.setSpacing(20)
        pair.addWidget(self.sides[Side.SOURCE], 1)
        pair.addWidget(Hairline(upright=True))
        pair.addWidget(self.sides[Side.TARGET], 1)
        host = QHBoxLayout()
        host.addWidget(label(strings.HOST))
        host.addWidget(self.host, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 18, 20, 8)
        column.setSpacing(8)
        column.addWidget(heading(strings.TITLE, steps=1.25))
        column.addWidget(label(strings.TEXT, wrap=True))
        column.addWidget(self.help, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(beta)
        column.addSpacing(6)
        column.addLayout(pair, 1)
        column.addWidget(self.together)
        column.addLayout(host)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 6, 20, 14)
        buttons.addWidget(self.swap)
        buttons.addWidget(self.look_again)
        buttons.addWidget(self.hint, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.go)
        for button in (self.help, self.swap, self.look_again, self.close_button, self.go):
            button.setAutoDefault(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area, 1)
        whole.addLayout(buttons)
        room = self.screen().availableSize()
        self.resize(min(960, room.width() - 80), min(720, room.height() - 80))
