"""Real tenants in the window: the dialog that connects them, and who is signed in."""

from __future__ import annotations

from functools import partial

from app.events import (
    BookOpened,
    RunChanged,
    RunState,
    ServiceConnected,
    SignInsChanged,
    Trouble,
)
from app.model import Side
from app.signed_in import Registration, SideState, Way
from ui import strings
from ui import strings_tenants as words
from ui.panels import PanelsWindow
from ui.ports import ProjectPort, SignInsPort
from ui.registration_help import RegistrationHelp
from ui.sign_in_dialog import SignInDialog
from ui.tenant_side import roles_of


class RealTenants:
    """Only here a page for a sign-in is ever opened, and only when the admin asks for it."""

    def __init__(self, window: PanelsWindow, project: ProjectPort) -> None:
        self._window = window
        self._project = project
        self._state: SignInsChanged | None = None
        self.dialog: SignInDialog | None = None
        self.help = RegistrationHelp(window)
        self._action = window.commands.add(
            strings.MENU_MOVES, words.CONNECT_ACTION, self.ask, icon="people", needs_book=True
        )
        window.header.connect_asked.connect(self.ask)
        hear = window.listeners.on
        hear(BookOpened, lambda _: self._opened())
        hear(SignInsChanged, self._changed)
        hear(ServiceConnected, self._connected)
        hear(RunChanged, self._run_changed)
        hear(Trouble, self._trouble)

    def ask(self) -> None:
        """Show the dialog."""
        if self._port is None or self._window.header.shows_practice:
            return
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        dialog = SignInDialog(self._window)
        for side, panel in dialog.sides.items():
            panel.sign_in_asked.connect(partial(self._sign_in, side))
            panel.sign_out_asked.connect(partial(self._sign_out, side))
            panel.cancel_asked.connect(self._cancel)
        dialog.connect_asked.connect(self._connect)
        dialog.help_asked.connect(lambda: self.help.show(dialog))
        dialog.swap_asked.connect(self._swap)
        dialog.look_again_asked.connect(self._look_again)
        dialog.finished.connect(self._closed)
        if self._state is not None:
            dialog.show_sign_ins(self._state)
        dialog.open()
        self.dialog = dialog

    def left(self) -> None:
        """The window shows another workbook, or none."""
        self._state = None
        if self.dialog is not None:
            self.dialog.close()

    @property
    def _port(self) -> SignInsPort | None:
        return self._project.sign_ins

    # What the admin does

    def _sign_in(self, side: Side, asked: tuple[Registration, Way]) -> None:
        registration, way = asked
        port = self._port
        if port is not None:
            port.set_up(side, registration)
            port.sign_in(side, way)

    def _sign_out(self, side: Side) -> None:
        if self._port is not None:
            self._port.sign_out(side)

    def _cancel(self) -> None:
        if self._port is not None:
            self._port.cancel()

    def _connect(self, target_host: str) -> None:
        if self._port is not None:
            self._port.connect(target_host)

    def _swap(self) -> None:
        if self._port is not None:
            self._port.swap()

    def _look_again(self) -> None:
        if self._port is not None:
            self._port.look_again()

    def _closed(self) -> None:
        self._cancel()
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    # Events

    def _opened(self) -> None:
        port = self._port
        if port is not None and self._state is None and not self._window.header.shows_practice:
            port.go_on()

    def _changed(self, state: SignInsChanged) -> None:
        self._state = state
        if self.dialog is not None:
            self.dialog.show_sign_ins(state)
        self._show_in_header()

    def _connected(self, service: ServiceConnected) -> None:
        practice = service.capabilities.practice
        self._action.setEnabled(not practice)
        if not practice:
            self._show_in_header()
            if self.dialog is not None:
                self.dialog.accept()

    def _show_in_header(self) -> None:
        state = self._state
        if state is None or self._window.header.shows_practice:
            return
        sides = ((Side.SOURCE, state.source), (Side.TARGET, state.target))
        if any(one.who is not None for _, one in sides):
            source, target = (_short(one) for _, one in sides)
            tip = "\n\n".join(_long(side, one) for side, one in sides if one.who is not None)
            self._window.header.show_tenants(words.HEADER.format(source=source, target=target), tip)

    def _trouble(self, trouble: Trouble) -> None:
        self._show_in_header()
        if self.dialog is not None:
            self.dialog.show_trouble(trouble.error)

    def _run_changed(self, event: RunChanged) -> None:
        if event.state is RunState.NEEDS_SIGN_IN and not self._window.header.shows_practice:
            self._window.notices.add_button("run", words.NOTICE_BUTTON, self.ask)


def _short(state: SideState) -> str:
    if state.who is None:
        return words.HEADER_NOBODY
    account = words.HEADER_APP if state.who.is_application else state.who.account
    return words.HEADER_SIDE.format(name=state.seen.name or state.who.tenant_id, account=account)


def _long(side: Side, state: SideState) -> str:
    who = state.who
    assert who is not None
    shown = sorted(one for one in who.permissions if "." in one.strip("."))
    return words.HEADER_TIP.format(
        side=words.SIDES[side][0],
        name=state.seen.name,
        id=who.tenant_id,
        account=f"{who.account} ({words.WAYS[who.way]})",
        roles=roles_of(who),
        permissions=", ".join(shown),
    )
