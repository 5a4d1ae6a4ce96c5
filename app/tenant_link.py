"""The real tenants of one project: who is signed in on each side, and their connection.

Works on a thread of its own. Only what the screen asks for opens a page; all else is silent.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from app.client import GraphClient
from app.clock import Clock
from app.clouds import WORLDWIDE, Cloud
from app.connection import Connection
from app.errors import AppError, SignInRequired
from app.events import CheckedRow, Event, ServiceConnected, SignInsChanged, Trouble
from app.graph_moves import GraphMoves
from app.model import Level, Side
from app.safe_place import safe_place
from app.signed_in import DeviceCode, Registration, SideState, TenantCheck, Way
from app.tenant_test import check_host, look_at_pair, look_at_tenant
from app.tenant_test_texts import sentence
from app.tenants import Tenants
from app.token_holder import SignIn
from app.upn import domain_of

Kind = TypeVar("Kind")
SETTING = "tenants"
"""The kept value of a project with both registrations; nothing in it is a secret."""
SERVICE = "graph"
"""What the project's kept service is called."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the link needs of its project; everything is called on the link's thread."""

    connected: Callable[[GraphMoves, Tenants, Connection], None]
    """Given the service with both clients."""
    may_connect: Callable[[], None]
    """Raises AppError when this project must not meet real tenants."""
    signed_in: Callable[[], None]
    """Somebody signed in again: what waited for it goes on."""
    keep: Callable[[str, str], None]
    tell: Callable[[Event], None]


class TenantLink:
    """Holds both sign-ins; every method but `stop` returns at once, the answer is an event."""

    def __init__(
        self,
        clock: Clock,
        link: Link,
        folder: Path,
        open_page: Callable[[str], bool],
        cloud: Cloud = WORLDWIDE,
    ) -> None:
        """`folder` holds kept sign-ins; `open_page` shows an address in the browser."""
        self._clock = clock
        self._link = link
        self._folder = folder
        self._open_page = open_page
        self._cloud = cloud
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sign-in", daemon=True)
        self._sides = {side: SideState() for side in Side}
        self._sign_ins: dict[Side, SignIn] = {}
        self._clients: dict[Side, GraphClient] = {}
        self._domains: dict[Side, frozenset[str]] = dict.fromkeys(Side, frozenset())
        self._host = ""
        self._is_connected = self._was_connected = False

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def recall(self, settings: Mapping[str, str], *, was_connected: bool) -> None:
        """Take the registrations kept with the project, and whether its moves are real ones."""
        text = settings.get(SETTING, "{}")
        self._orders.put(lambda: self._recall(text, was_connected=was_connected))

    def go_on(self) -> None:
        """Sign in silently as in an earlier session, and connect; said when that cannot be."""
        self._orders.put(self._go_on)

    def know(self, rows: Iterable[CheckedRow]) -> None:
        """The workbook's UPNs: their domains tell whether the sides are swapped."""
        found = {side: set[str]() for side in Side}
        for row in rows:
            found[Side.SOURCE].add(domain_of(row.mapping.source_upn).casefold())
            found[Side.TARGET].add(domain_of(row.mapping.target_upn).casefold())
        domains = {side: frozenset(names - {""}) for side, names in found.items()}
        self._orders.put(lambda: self._know(domains))

    def set_up(self, side: Side, registration: Registration) -> None:
        """Use this app registration on this side; whoever was signed in there is left."""
        self._orders.put(lambda: self._set_up(side, registration))

    def sign_in(self, side: Side, way: Way) -> None:
        """Let a person sign in; an attempt under way is given up."""
        self.cancel()
        self._orders.put(lambda: self._sign_in(side, way))

    def cancel(self) -> None:
        """Give up the attempt under way."""
        self._cancelled.set()

    def sign_out(self, side: Side) -> None:
        """Forget the tokens of this side, also where they are kept."""
        self.cancel()
        self._orders.put(lambda: self._sign_out(side))

    def swap(self) -> None:
        """Source becomes target and the other way round; only before anything is connected."""
        self._orders.put(self._swap)

    def look_again(self) -> None:
        """Test both connections again, after something was set up."""
        self._orders.put(self._look_again)

    def connect(self, target_host: str = "") -> None:
        """Connect both; "": the host that the target's own domain suggests."""
        self._orders.put(lambda: self._connect(target_host))

    def use(self, sign_ins: Mapping[Side, SignIn], target_host: str = "") -> None:
        """Connect with these sign-ins, for a run without a screen."""
        self._orders.put(lambda: self._use(sign_ins, target_host))

    def stop(self, timeout: float) -> bool:
        """End the thread within `timeout` seconds; False when it had to be abandoned."""
        self.cancel()
        self._orders.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # On its thread

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                order()
            except AppError as error:
                self._link.tell(Trouble(error))
        for client in self._clients.values():
            if not self._is_connected:
                client.close()
        for sign_in in self._sign_ins.values():
            sign_in.close()

    def _recall(self, text: str, *, was_connected: bool) -> None:
        self._was_connected = was_connected
        try:
            kept = json.loads(text)
            sides = {side: Registration(**kept[side]) for side in Side if side in kept}
            self._host = str(kept.get("target_host", ""))
        except (ValueError, TypeError, AttributeError):
            return
        for side, registration in sides.items():
            self._place(side, registration)
        if sides:
            self._tell()

    def _go_on(self) -> None:
        if self._is_connected or not self._was_connected or not self._sign_ins:
            return
        for side, sign_in in self._sign_ins.items():
            try:
                sign_in.reconnect()
                self._look(side)
            except AppError as error:
                self._show(side, error=error)
        self._tell()
        if self._is_ready():
            self._connect(self._host)
        else:
            title, remedy = sentence("SIGN_IN_TO_GO_ON")
            raise SignInRequired("SIGN_IN_REQUIRED", title, "", remedy)

    def _know(self, domains: dict[Side, frozenset[str]]) -> None:
        if domains != self._domains:
            self._domains = domains
            self._tell()

    def _set_up(self, side: Side, registration: Registration) -> None:
        if self._sides[side].registration == registration:
            return
        self._refuse_while_connected()
        self._place(side, registration)
        self._keep()
        self._tell()

    def _place(self, side: Side, registration: Registration) -> None:
        # Late: the library of the sign-in takes a third of a second to load.
        from app.signin import PersonSignIn

        place = safe_place(self._folder, registration)
        made = PersonSignIn(registration, place=place, cloud=self._cloud, clock=self._clock)
        self._take_over(side, made)

    def _take_over(self, side: Side, sign_in: SignIn) -> None:
        former, client = self._sign_ins.get(side), self._clients.pop(side, None)
        if client is not None:
            client.close()
        if former is not None:
            former.close()
        self._sign_ins[side] = sign_in
        self._sides[side] = SideState(sign_in.registration, kept=sign_in.kept)
        self._clients[side] = GraphClient(
            self._cloud.graph, sign_in.token, renew=sign_in.renew, clock=self._clock
        )

    def _sign_in(self, side: Side, way: Way) -> None:
        from app.signin import PersonSignIn

        sign_in = self._sign_ins.get(side)
        if not isinstance(sign_in, PersonSignIn):
            return
        self._cancelled.clear()
        self._show(side, is_waiting=True, error=None)
        before = sign_in.who
        try:
            if way is Way.DEVICE_CODE:
                who = sign_in.by_device_code(
                    lambda code: self._show_code(side, code), self._cancelled
                )
            else:
                hint = before.account if before is not None else ""
                who = sign_in.by_browser(self._open_page, self._cancelled, hint)
            self._look(side)
        except AppError as error:
            self._show(side, is_waiting=False, code=None, who=sign_in.who, error=error)
            return
        if self._is_connected:
            # The tokens are the same objects: calls go on with the new ones.
            self._link.signed_in()
        self._show(side, is_waiting=False, code=None, who=who, error=None)

    def _show_code(self, side: Side, code: DeviceCode) -> None:
        self._show(side, code=code)

    def _sign_out(self, side: Side) -> None:
        sign_in = self._sign_ins.get(side)
        if sign_in is not None:
            sign_in.sign_out()
            registration = sign_in.registration
            self._sides[side] = SideState(registration, kept=sign_in.kept)
            self._tell()

    def _swap(self) -> None:
        self._refuse_while_connected()
        _cross(self._sides)
        _cross(self._sign_ins)
        _cross(self._clients)
        self._host = ""
        self._keep()
        self._look_again()

    def _look_again(self) -> None:
        for side in Side:
            if self._sides[side].who is not None:
                try:
                    self._look(side)
                except AppError as error:
                    self._show(side, error=error)
        self._tell()

    def _look(self, side: Side) -> None:
        sign_in = self._sign_ins[side]
        who = sign_in.who
        assert who is not None
        seen = look_at_tenant(self._clients[side], who, side)
        self._sides[side] = replace(
            self._sides[side], who=who, kept=sign_in.kept, seen=seen, error=None
        )

    def _use(self, sign_ins: Mapping[Side, SignIn], target_host: str) -> None:
        for side, sign_in in sign_ins.items():
            self._take_over(side, sign_in)
            if sign_in.who is None:
                sign_in.reconnect()
            self._look(side)
        self._tell()
        self._connect(target_host)

    def _connect(self, target_host: str) -> None:
        if self._is_connected:
            return
        self._link.may_connect()
        bad = [one for one in self._all_checks() if one.level is Level.BLOCK]
        if bad:
            raise AppError("NOT_CONNECTABLE", bad[0].text, "", bad[0].remedy)
        source, target = self._sides[Side.SOURCE], self._sides[Side.TARGET]
        if not self._is_ready() or source.who is None or target.who is None:
            title, remedy = sentence("BOTH_SIDES")
            raise AppError("NOT_SIGNED_IN", title, "", remedy)
        host = check_host(target_host or self._host or target.seen.onedrive_host)
        self._host = host
        self._keep()
        tenants = Tenants(
            self._clients[Side.SOURCE],
            self._clients[Side.TARGET],
            target_is_application=target.who.is_application,
            source_is_application=source.who.is_application,
        )
        service = GraphMoves(tenants.source, target_host=host, clock=self._clock, practice=False)
        self._is_connected = True
        connection = Connection(
            SERVICE, source.seen.name, target.seen.name, source.seen.onedrive_host, host
        )
        self._link.connected(service, tenants, connection)
        self._tell()
        self._link.tell(ServiceConnected(service.capabilities, source.seen.name, target.seen.name))

    def _refuse_while_connected(self) -> None:
        if self._is_connected:
            title, remedy = sentence("CONNECTED_ALREADY")
            raise AppError("CONNECTED_ALREADY", title, "", remedy)

    def _is_ready(self) -> bool:
        return all(state.who is not None and state.seen.is_good for state in self._sides.values())

    def _pair(self) -> tuple[TenantCheck, ...]:
        source, target = self._sides[Side.SOURCE].seen, self._sides[Side.TARGET].seen
        if not source.tenant_id or not target.tenant_id:
            return ()
        return look_at_pair(source, target, self._domains[Side.SOURCE], self._domains[Side.TARGET])

    def _all_checks(self) -> list[TenantCheck]:
        """The pair first: swapped sides explain most of what is wrong with each."""
        source, target = self._sides[Side.SOURCE].seen, self._sides[Side.TARGET].seen
        return [*self._pair(), *source.checks, *target.checks]

    def _keep(self) -> None:
        kept: dict[str, object] = {
            side: {"tenant": one.registration.tenant, "client_id": one.registration.client_id}
            for side, one in self._sides.items()
            if one.registration is not None
        }
        self._link.keep(SETTING, json.dumps({**kept, "target_host": self._host}))

    def _show(self, side: Side, **changes: object) -> None:
        self._sides[side] = replace(self._sides[side], **changes)  # type: ignore[arg-type]  # checked by the class
        self._tell()

    def _tell(self) -> None:
        source, target = self._sides[Side.SOURCE], self._sides[Side.TARGET]
        host = self._host or target.seen.onedrive_host
        self._link.tell(SignInsChanged(source, target, self._pair(), host, self._is_connected))


def _cross(held: dict[Side, Kind]) -> None:
    """What was held of one side is held of the other."""
    other = {Side.SOURCE: Side.TARGET, Side.TARGET: Side.SOURCE}
    crossed = {other[side]: value for side, value in held.items()}
    held.clear()
    held.update(crossed)
