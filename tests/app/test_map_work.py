"""The identity map at the practice target: compared, uploaded, read back, and what goes wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import rehearsal
from app.client import GraphClient
from app.errors import AppError, Refused, SignInRequired
from app.gate_reading import read_side
from app.identity_map import Difference, MapReport, WantedMap, make_map
from app.map_calls import GivenUp
from app.map_work import MapWork
from app.model import MapKind, Mapping, MapRow
from proxy import Fault, Proxy

EMPTY = "empty-identity-map"


class Hands:
    """Moves the clock where a real one would be waited for, and keeps what was recorded."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.notes: list[tuple[str, str]] = []
        self.kept: dict[str, str] = {}
        self.ends_at = float("inf")

    def now(self) -> datetime:
        return datetime(2026, 12, 5, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> bool:
        self.seconds += seconds
        return self.seconds < self.ends_at

    def note(self, kind: str, detail: str) -> None:
        self.notes.append((kind, detail))

    def work(self, wanted: WantedMap) -> MapWork:
        made = MapWork(self, self.pause, self.note, self.kept.__setitem__)
        made.wanted = wanted
        return made

    def count(self, kind: str) -> int:
        return sum(1 for one, _ in self.notes if one == kind)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.Practice]:
    reached = rehearsal.reach(tmp_path_factory.mktemp("map"), speed=0.0, scenario=EMPTY)
    yield reached
    rehearsal.stop(reached)


@pytest.fixture(scope="module")
def tenant(practice: rehearsal.Practice) -> str:
    with contextlib.closing(rehearsal.client(practice)) as source:
        return read_side(source).tenant_id


@pytest.fixture
def target(practice: rehearsal.Practice) -> Iterator[GraphClient]:
    with contextlib.closing(rehearsal.tenants(practice)) as tenants:
        yield tenants.target


Spoil = Callable[[str, str], Fault | None]
Through = Callable[..., tuple[GraphClient, Proxy]]


@pytest.fixture
def through(practice: rehearsal.Practice) -> Iterator[Through]:
    """A client of the target whose calls are spoiled."""
    made: list[tuple[GraphClient, Proxy]] = []

    def make(spoil: Spoil, clock: Hands | None = None) -> tuple[GraphClient, Proxy]:
        proxy = Proxy(practice.base_url, spoil)
        client = GraphClient(
            proxy.base_url, lambda: practice.target_token, timeout_seconds=5, clock=clock
        )
        made.append((client, proxy))
        return made[-1]

    yield make
    for client, proxy in made:
        client.close()
        proxy.close()


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def wanted_of(name: str, count: int, target: str = "northwind.com") -> WantedMap:
    """A map of people of a domain of their own, so that tests do not meet in the one target."""
    return make_map(
        Mapping(n, f"p{n}@{name}.com", f"p{n}.{name}@{target}", f"S!A{n}", f"S!B{n}")
        for n in range(2, count + 2)
    )


def counts(report: MapReport) -> dict[Difference, int]:
    return {what: report.count(what) for what in Difference if report.count(what)}


def test_a_whole_map_is_uploaded_fifty_a_call_and_read_back(
    target: GraphClient, tenant: str
) -> None:
    hands = Hands()
    groups = [
        MapRow(
            MapKind.GROUP,
            "",
            f"0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c000{n}",
            f"1d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c000{n}",
            "sales" if n else "",
            "O365Group" if n else "RegularGroup",
        )
        for n in range(2)
    ]
    people = [Mapping(n, f"p{n}@whole.com", f"p{n}.whole@northwind.com") for n in range(120)]
    work = hands.work(make_map(people, groups))
    assert counts(work.read(target, tenant, quiet)) == {Difference.ADD: 122}
    assert not hands.notes
    done = work.upload(target, tenant, frozenset(), quiet)
    assert counts(done) == {Difference.SAME: 122}
    assert done.is_complete
    assert not done.findings
    assert done.uploaded_utc is not None
    assert hands.count("identity map upload") == 4
    assert hands.notes[-1] == (
        "identity map read back",
        "122 of 122 are there as sent, 0 of 0 removed",
    )
    assert hands.seconds == 0
    # A second upload finds nothing to send.
    again = hands.work(work.wanted).upload(target, tenant, frozenset(), quiet)
    assert counts(again) == {Difference.SAME: 122}
    assert hands.count("identity map upload") == 4


def test_a_change_in_the_workbook_is_a_change_in_the_map(target: GraphClient, tenant: str) -> None:
    hands = Hands()
    hands.work(wanted_of("change", 3)).upload(target, tenant, frozenset(), quiet)
    work = hands.work(wanted_of("change", 4, "other.com"))
    assert counts(work.read(target, tenant, quiet)) == {Difference.CHANGE: 3, Difference.ADD: 1}
    assert counts(work.upload(target, tenant, frozenset(), quiet)) == {Difference.SAME: 4}


def test_only_what_we_uploaded_and_the_admin_names_is_removed(
    target: GraphClient, tenant: str
) -> None:
    hands = Hands()
    hands.work(wanted_of("remove", 3)).upload(target, tenant, frozenset(), quiet)
    # Later, in another session, two rows are gone from the workbook.
    work = hands.work(wanted_of("remove", 1))
    work.recall(hands.kept["identity_map"])
    found = work.read(target, tenant, quiet)
    assert counts(found) == {Difference.SAME: 1, Difference.REMOVE: 2}
    assert found.is_complete
    stays = work.upload(target, tenant, frozenset(), quiet)
    assert stays.count(Difference.REMOVE) == 2
    gone = [line.entry.key for line in found.lines if line.what is Difference.REMOVE][:1]
    left = work.upload(target, tenant, frozenset(gone), quiet)
    assert counts(left) == {Difference.SAME: 1, Difference.REMOVE: 1}
    assert "removed: p3@remove.com" in hands.notes[-2][1]
    assert hands.notes[-1][1].endswith("1 of 1 removed")
    # What somebody else uploaded is never offered for removal.
    stranger = Hands().work(wanted_of("remove", 1))
    assert counts(stranger.read(target, tenant, quiet)) == {Difference.SAME: 1}


def test_a_row_that_is_dropped_in_silence_becomes_a_finding(
    target: GraphClient, tenant: str
) -> None:
    hands = Hands()
    good = wanted_of("drop", 2)
    # The practice map drops this type without a word, as the real one does with others.
    unfit = replace(good.entries[1], type="guestUser")
    work = hands.work(replace(good, entries=(good.entries[0], unfit)))
    report = work.upload(target, tenant, frozenset(), quiet)
    assert [(one.code, one.cell) for one in report.findings] == [("MAP_DROPPED", "S!A3")]
    assert counts(report) == {Difference.SAME: 1, Difference.ADD: 1}
    assert hands.seconds == 30, "looked three times, 15 seconds apart"
    assert "not there: p3@drop.com" in hands.notes[-1][1]
    # In a later session the row still says so, before anything is read and after a look.
    later = hands.work(work.wanted)
    later.recall(hands.kept["identity_map"])
    assert [one.cell for one in later.vanished()] == ["S!A3"]
    assert later.read(target, tenant, quiet).findings == later.vanished() != ()
    # It is said no more when the entry is there after all, or the row asks for another.
    other = replace(unfit, target="somebody@else.com")
    later.wanted = replace(good, entries=(good.entries[0], other))
    assert later.vanished() == ()
    later.wanted = good
    later.upload(target, tenant, frozenset(), quiet)
    assert later.vanished() == ()
    again = hands.work(good)
    again.recall(hands.kept["identity_map"])
    assert again.vanished() == ()


def test_an_upload_without_an_answer_is_read_back_and_never_repeated(
    through: Through, tenant: str
) -> None:
    lost = iter([Fault.RESET_AFTER])
    client, proxy = through(lambda method, path: next(lost, None) if method == "PATCH" else None)
    hands = Hands()
    report = hands.work(wanted_of("unanswered", 5)).upload(client, tenant, frozenset(), quiet)
    assert counts(report) == {Difference.SAME: 5}
    assert [method for method, _ in proxy.seen].count("PATCH") == 1
    assert hands.seconds == 15


def test_an_upload_that_did_not_arrive_is_sent_again_after_a_look(
    through: Through, tenant: str
) -> None:
    lost = iter([Fault.RESET_BEFORE, Fault.BUSY])
    client, proxy = through(lambda method, path: next(lost, None) if method == "PATCH" else None)
    report = Hands().work(wanted_of("lost", 5)).upload(client, tenant, frozenset(), quiet)
    assert counts(report) == {Difference.SAME: 5}
    methods = [method for method, _ in proxy.seen]
    assert methods.count("PATCH") == 3
    first = methods.index("PATCH")
    assert methods[first : first + 2] == ["PATCH", "POST"], "read between two submissions"


def test_being_asked_for_fewer_calls_is_waited_for(through: Through, tenant: str) -> None:
    busy = iter([Fault.THROTTLED] * 8)
    hands = Hands()
    client, _ = through(lambda method, path: next(busy, None), hands)
    report = hands.work(wanted_of("slow", 5)).upload(client, tenant, frozenset(), quiet)
    assert counts(report) == {Difference.SAME: 5}
    assert hands.seconds >= 8 * 0.05


def test_an_expired_sign_in_ends_it_and_is_recorded(through: Through, tenant: str) -> None:
    client, _ = through(lambda method, path: Fault.EXPIRED if method == "PATCH" else None)
    hands = Hands()
    with pytest.raises(SignInRequired):
        hands.work(wanted_of("expired", 2)).upload(client, tenant, frozenset(), quiet)
    assert hands.notes[-1][0] == "identity map upload broken off"
    assert "0 of 2 sent" in hands.notes[-1][1]


def test_the_source_tenant_is_no_place_for_it(practice: rehearsal.Practice, tenant: str) -> None:
    with (
        contextlib.closing(rehearsal.client(practice)) as source,
        pytest.raises(Refused),
    ):
        source.patch(
            "/beta/solutions/sharePoint/migrations/crossOrganizationUserMappings",
            {"@context": "#$delta", "value": []},
        )


def test_what_the_target_cannot_say_is_unknown_and_not_sent(through: Through, tenant: str) -> None:
    client, proxy = through(lambda method, path: Fault.RESET_BEFORE if method == "POST" else None)
    hands = Hands()
    with pytest.raises(AppError):
        hands.work(wanted_of("deaf", 2)).upload(client, tenant, frozenset(), quiet)
    assert "PATCH" not in [method for method, _ in proxy.seen]


def test_a_program_that_quits_gives_the_work_up(through: Through, tenant: str) -> None:
    client, _ = through(lambda method, path: Fault.RESET_BEFORE if method == "PATCH" else None)
    hands = Hands()
    hands.ends_at = 10
    with pytest.raises(GivenUp):
        hands.work(wanted_of("quit", 2)).upload(client, tenant, frozenset(), quiet)
    assert hands.notes[-1][0] == "identity map upload broken off"


def test_a_workbook_of_another_source_tenant_is_refused(target: GraphClient, tenant: str) -> None:
    named = replace(wanted_of("elsewhere", 1), tenant="6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11")
    with pytest.raises(AppError, match="MAP_OTHER_TENANT") as caught:
        Hands().work(named).read(target, tenant, quiet)
    assert tenant in caught.value.detail


def test_the_export_is_a_new_file_of_the_whole_project(tmp_path: Path, tenant: str) -> None:
    hands = Hands()
    work = hands.work(wanted_of("export", 3))
    path = tmp_path / "map.csv"
    with pytest.raises(AppError, match="NO_TENANT_ID"):
        work.export(path, "")
    assert work.export(path, tenant) == 3
    raw = path.read_bytes()
    assert raw.startswith(f"User,{tenant},p2@export.com,".encode())
    assert raw.count(b"\r\n") == 3
    with pytest.raises(AppError, match="EXISTS"):
        work.export(path, tenant)
    assert path.read_bytes() == raw
    with pytest.raises(AppError, match="CANNOT_WRITE"):
        work.export(tmp_path / "no folder" / "map.csv", tenant)
    assert hands.count("identity map export") == 1


@pytest.mark.parametrize("kept", ["", "{}", "[]", '{"uploaded": [["x", 1]], "at": "soon"}'])
def test_what_the_journal_cannot_tell_is_forgotten(
    kept: str, target: GraphClient, tenant: str
) -> None:
    work = Hands().work(wanted_of("forgotten", 1))
    work.recall(kept)
    assert counts(work.read(target, tenant, quiet)) == {Difference.ADD: 1}
