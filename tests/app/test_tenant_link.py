"""Both real tenants of a project: signed in side by side, tested, connected, and gone on with."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from app.clock import SystemClock
from app.connection import Connection
from app.errors import AppError, SignInRequired
from app.events import CheckedRow, Event, ServiceConnected, SignInsChanged, Trouble
from app.graph_moves import GraphMoves
from app.model import Mapping, Side
from app.signed_in import Registration, SideState, Way
from app.tenant_link import SETTING, Link, TenantLink
from app.tenants import Tenants
from desk import Desk, desk_at
from sign_in_service import Known, app_certificate

Kind = TypeVar("Kind", bound=Event)
PATIENCE = 30.0


@dataclass
class Watched:
    """A link with what it told."""

    desk: Desk
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    kept: dict[str, str] = field(default_factory=dict)
    connected: list[tuple[GraphMoves, Tenants, Connection]] = field(default_factory=list)
    resumed: list[bool] = field(default_factory=list)
    refusal: AppError | None = None
    page: Callable[[str], bool] = lambda _address: False

    def __post_init__(self) -> None:
        self.link = TenantLink(
            SystemClock(),
            Link(
                connected=lambda *all_of_it: self.connected.append(all_of_it),
                may_connect=self._may_connect,
                signed_in=lambda: self.resumed.append(True),
                keep=self.kept.__setitem__,
                tell=self.events.put,
            ),
            Path("nowhere"),
            lambda address: self.page(address),
            self.desk.cloud,
        )
        self.link.begin()

    def _may_connect(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def until(self, kind: type[Kind], good: Callable[[Kind], object] = lambda _: True) -> Kind:
        while True:
            event = self.events.get(timeout=PATIENCE)
            if isinstance(event, kind) and good(event):
                return event
            assert kind is Trouble or not isinstance(event, Trouble), event

    def sign_in(self, side: Side, known: Known, name: str = "admin") -> SideState:
        self.page = self.desk.browser(known.upn(name), known.word)
        self.link.set_up(side, Registration(known.domain, known.client_id))
        self.link.sign_in(side, Way.BROWSER)
        found = self.until(
            SignInsChanged, lambda e: _of(e, side).who and not _of(e, side).is_waiting
        )
        return _of(found, side)

    def close(self) -> None:
        assert self.link.stop(10.0)
        for service, tenants, _ in self.connected:
            service.close()
            tenants.close()


def _of(event: SignInsChanged, side: Side) -> SideState:
    return event.source if side is Side.SOURCE else event.target


def rows(source: str, target: str) -> list[CheckedRow]:
    return [CheckedRow(Mapping(2, f"ana@{source}", f"ana@{target}"))]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_at(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def watched(desk: Desk) -> Iterator[Watched]:
    made = Watched(desk)
    yield made
    made.close()


def test_both_sides_sign_in_and_are_connected(desk: Desk, watched: Watched) -> None:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    watched.link.know(rows(ours.domain, theirs.domain))
    source = watched.sign_in(Side.SOURCE, ours)
    assert source.seen.name == "Practice source"
    target = watched.sign_in(Side.TARGET, theirs)
    assert target.who is not None
    assert target.who.account == theirs.upn("admin")
    watched.link.connect()
    said = watched.until(ServiceConnected)
    assert (said.source_name, said.target_name) == ("Practice source", "Practice target")
    assert said.capabilities.beta
    [(service, tenants, connection)] = watched.connected
    assert connection.target_host == "https://practice-target-my.sharepoint.com"
    assert service.list_moves() == []
    assert not tenants.target_is_application
    assert tenants.target.get("/v1.0/organization")["value"]
    assert theirs.client_id in watched.kept[SETTING]


def test_nothing_is_connected_before_both_are_signed_in(desk: Desk, watched: Watched) -> None:
    watched.sign_in(Side.SOURCE, desk.service.decide())
    watched.link.connect()
    assert watched.until(Trouble).error.code == "NOT_SIGNED_IN"
    assert watched.connected == []


def test_swapped_sides_are_refused_until_they_are_swapped_back(
    desk: Desk, watched: Watched
) -> None:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    watched.link.know(rows(ours.domain, theirs.domain))
    watched.sign_in(Side.SOURCE, theirs)
    watched.sign_in(Side.TARGET, ours)
    watched.link.connect()
    error = watched.until(Trouble).error
    assert error.code == "NOT_CONNECTABLE"
    assert "swapped" in error.title
    watched.link.swap()
    watched.link.connect()
    assert watched.until(ServiceConnected).source_name == "Practice source"


def test_what_is_missing_is_in_the_way_and_named(desk: Desk, watched: Watched) -> None:
    ours = desk.service.decide(delegated=["User.Read.All", "Organization.Read.All"])
    seen = watched.sign_in(Side.SOURCE, ours).seen
    assert not seen.is_good
    assert any("Manage.All" in check.text for check in seen.checks)
    reader = watched.sign_in(Side.TARGET, desk.service.decide("target"), "reader").seen
    assert [check.code for check in reader.checks][:1] == ["ROLE_MISSING"]


def test_a_sign_in_is_shown_while_it_waits_and_may_be_given_up(
    desk: Desk, watched: Watched
) -> None:
    known = desk.service.decide()
    watched.page = lambda _address: True
    watched.link.set_up(Side.SOURCE, Registration(known.domain, known.client_id))
    watched.link.sign_in(Side.SOURCE, Way.BROWSER)
    watched.until(SignInsChanged, lambda e: e.source.is_waiting)
    watched.link.cancel()
    over = watched.until(SignInsChanged, lambda e: e.source.error)
    assert not over.source.is_waiting
    watched.link.sign_in(Side.SOURCE, Way.DEVICE_CODE)
    shown = watched.until(SignInsChanged, lambda e: e.source.code).source.code
    assert shown is not None
    desk.service.enter_code(shown.code, known.upn("admin"), known.word)
    assert watched.until(SignInsChanged, lambda e: e.source.who).source.error is None


def test_calls_go_on_with_a_new_sign_in(desk: Desk, watched: Watched) -> None:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    watched.sign_in(Side.SOURCE, ours)
    watched.sign_in(Side.TARGET, theirs)
    watched.link.connect()
    watched.until(ServiceConnected)
    [(service, _, _)] = watched.connected
    desk.service.decide(revoke=ours.upn("admin"))
    with pytest.raises(SignInRequired):
        service.list_moves()
    assert watched.resumed == []
    watched.sign_in(Side.SOURCE, ours)
    assert watched.resumed == [True]
    assert service.list_moves() == []


def test_a_project_that_must_not_meet_real_tenants_does_not(desk: Desk, watched: Watched) -> None:
    watched.refusal = AppError("NOT_FOR_REAL", "no")
    watched.link.connect()
    assert watched.until(Trouble).error.code == "NOT_FOR_REAL"


def test_an_earlier_session_is_told_to_sign_in_again(desk: Desk, watched: Watched) -> None:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    watched.sign_in(Side.SOURCE, ours)
    watched.sign_in(Side.TARGET, theirs)
    again = Watched(desk)
    again.link.recall(watched.kept, was_connected=True)
    found = again.until(SignInsChanged)
    assert found.source.registration == Registration(ours.domain, ours.client_id)
    again.link.go_on()
    assert isinstance(again.until(Trouble).error, SignInRequired)
    again.close()


def test_settings_that_make_no_sense_are_as_good_as_none(watched: Watched) -> None:
    for text in ("no json", "[]", '{"source": 1}', '{"source": {"x": "y"}}'):
        watched.link.recall({SETTING: text}, was_connected=True)
    watched.link.connect()
    assert watched.until(Trouble).error.code == "NOT_SIGNED_IN"


def test_sign_out_forgets_who_was_there(desk: Desk, watched: Watched) -> None:
    watched.sign_in(Side.SOURCE, desk.service.decide())
    watched.link.sign_out(Side.SOURCE)
    assert watched.until(SignInsChanged).source.who is None


def test_two_certificates_connect_without_anybody(
    desk: Desk, watched: Watched, tmp_path: Path
) -> None:
    made = app_certificate()
    path = tmp_path / "app.pem"
    path.write_text(made.whole, "ascii")
    sides = {
        side: desk.app(desk.service.decide(side, certificates=[made.certificate]), path)
        for side in Side
    }
    watched.link.use(sides, "https://northwind-my.sharepoint.com")
    watched.until(ServiceConnected)
    [(_, tenants, connection)] = watched.connected
    assert tenants.target_is_application
    assert connection.target_host == "https://northwind-my.sharepoint.com"
