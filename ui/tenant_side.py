"""One of the two tenants in the dialog: its app registration, who is signed in, what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model import Side
from app.signed_in import Registration, SideState, SignedIn, TenantCheck, Way
from ui import strings_tenants as strings
from ui.surfaces import Icon, MutedLabel, TintedFrame, heading, label

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class TenantSide(QWidget):
    """Tells what the admin asks for; nothing is done here."""

    sign_in_asked = Signal(object)
    """With a Registration and a Way."""
    sign_out_asked = Signal()
    cancel_asked = Signal()
    changed = Signal()

    def __init__(self, side: Side, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        title, where = strings.SIDES[side]
        self.tenant = QLineEdit()
        self.tenant.setPlaceholderText(strings.TENANT_HINT)
        self.tenant.setAccessibleName(strings.TENANT_NAME.format(side=title))
        self.client = QLineEdit()
        self.client.setPlaceholderText(strings.CLIENT_HINT)
        self.client.setAccessibleName(strings.CLIENT_NAME.format(side=title))
        self.sign_in = QPushButton(strings.SIGN_IN)
        self.sign_in.setAccessibleName(strings.SIGN_IN_NAME.format(side=title))
        self.use_code = QPushButton(strings.USE_CODE)
        self.use_code.setToolTip(strings.USE_CODE_TIP)
        self.sign_out = QPushButton(strings.SIGN_OUT)
        self.cancel = QPushButton(strings.CANCEL)
        self.sign = Icon("people")
        self.state = heading(strings.NOBODY, steps=1.0)
        self.state.setWordWrap(True)
        self.facts = MutedLabel("", wrap=True)
        self.facts.setTextInteractionFlags(_SELECTABLE)
        self.code = heading("", steps=1.8)
        self.code.setTextInteractionFlags(_SELECTABLE)
        self.findings = Findings()
        self._is_waiting = self._is_connected = False
        self._lay_out(title, where)
        for edit in (self.tenant, self.client):
            edit.textChanged.connect(self._typed)
        self.sign_in.clicked.connect(lambda: self._ask(Way.BROWSER))
        self.use_code.clicked.connect(lambda: self._ask(Way.DEVICE_CODE))
        self.sign_out.clicked.connect(self.sign_out_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        self.show_state(SideState(), is_connected=False)

    @property
    def registration(self) -> Registration | None:
        """What is entered; None while something is missing."""
        tenant, client = self.tenant.text().strip(), self.client.text().strip()
        return Registration(tenant, client) if tenant and client else None

    def show_registration(self, registration: Registration | None) -> None:
        """Fill in what is kept, unless the admin is writing there."""
        if registration is not None and not (self.tenant.hasFocus() or self.client.hasFocus()):
            self.tenant.setText(registration.tenant)
            self.client.setText(registration.client_id)

    def show_state(self, state: SideState, *, is_connected: bool) -> None:
        """Who is signed in here, and what was found."""
        who = state.who
        self._is_waiting, self._is_connected = state.is_waiting, is_connected
        self.code.setText(state.code.code if state.code is not None else "")
        self.code.setVisible(state.code is not None)
        if state.code is not None:
            self._say("wait", "running", strings.CODE.format(page=state.code.page))
        elif state.is_waiting:
            self._say("wait", "running", strings.WAITING)
        elif who is None:
            self._say("people", "", strings.NOBODY)
        else:
            kind = "good" if state.seen.is_good else "bad"
            self._say("check" if state.seen.is_good else "warn", kind, _account(who))
        self.facts.setText("\n".join(_facts(state)) if who is not None else "")
        self.facts.setVisible(who is not None)
        self.findings.show_checks(state.seen.checks if who is not None else ())
        if state.error is not None and not state.is_waiting:
            error = state.error
            words = ". ".join(part for part in (error.title, error.detail) if part)
            self.findings.add("fail", "bad", words, error.remedy)
        again = who is not None
        self.sign_in.setText(strings.SIGN_IN_AGAIN if again else strings.SIGN_IN)
        self.sign_out.setVisible(again and not state.is_waiting)
        self.cancel.setVisible(state.is_waiting)
        self._typed()

    def _say(self, icon: str, kind: str, text: str) -> None:
        self.sign.show_icon(icon, kind)
        self.state.setText(text)

    def _typed(self) -> None:
        can = self.registration is not None and not self._is_waiting
        for button in (self.sign_in, self.use_code):
            button.setEnabled(can)
            button.setVisible(not self._is_waiting)
        for edit in (self.tenant, self.client):
            edit.setReadOnly(self._is_waiting or self._is_connected)
        self.changed.emit()

    def _ask(self, way: Way) -> None:
        if self.registration is not None:
            self.sign_in_asked.emit((self.registration, way))

    def _lay_out(self, title: str, where: str) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(strings.TENANT, self.tenant)
        form.addRow(strings.CLIENT, self.client)
        buttons = QHBoxLayout()
        for button in (self.sign_in, self.use_code, self.sign_out, self.cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        says = QHBoxLayout()
        says.setSpacing(8)
        says.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        says.addWidget(self.state, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(heading(title))
        column.addWidget(MutedLabel(where))
        column.addLayout(form)
        column.addLayout(buttons)
        column.addSpacing(4)
        column.addLayout(says)
        column.addWidget(self.code)
        column.addWidget(self.facts)
        column.addWidget(self.findings)
        column.addStretch(1)


class Findings(QWidget):
    """What the connection test found: one line each, with what to do under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.texts: list[str] = []
        self._frames: list[QWidget] = []

    def show_checks(self, checks: Sequence[TenantCheck]) -> None:
        """These, in the place of what stood here."""
        for frame in self._frames:
            self._column.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self._frames, self.texts = [], []
        for check in checks:
            icon, kind = strings.LEVELS[check.level]
            self.add(icon, kind, check.text, check.remedy, strings.LEVEL_WORDS[check.level])

    def add(self, icon: str, kind: str, text: str, remedy: str, level: str = "") -> None:
        """One more."""
        frame = TintedFrame(kind)
        words = QVBoxLayout()
        words.setSpacing(1)
        for each in (text, remedy):
            if each:
                line = label(each, wrap=True)
                line.setTextInteractionFlags(_SELECTABLE)
                words.addWidget(line)
        row = QHBoxLayout(frame)
        row.setContentsMargins(10, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(Icon(icon, kind), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        frame.setAccessibleName(" ".join(part for part in (level, text, remedy) if part))
        self._column.addWidget(frame)
        self._frames.append(frame)
        self.texts.append(text)
        self.show()


def _account(who: SignedIn) -> str:
    if who.is_application:
        return strings.APP_SIGNED_IN
    return strings.SIGNED_IN.format(account=who.account)


def _facts(state: SideState) -> list[str]:
    who, seen = state.who, state.seen
    assert who is not None
    lines = [strings.IN_TENANT.format(name=seen.name, id=who.tenant_id)] if seen.name else []
    if not who.is_application:
        lines += [strings.ROLES.format(roles=roles_of(who)), strings.KEPT[state.kept]]
    return lines


def roles_of(who: SignedIn) -> str:
    """The roles in words."""
    if who.roles is None:
        return strings.UNKNOWN_ROLES
    return ", ".join(who.role_names) or strings.NO_ROLES
