"""The people: the same from the same seed, of realistic size, or made known by name."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.practice import drives
from app.practice.access import Side
from app.practice.crowd import groups, invent, settle
from app.practice.directory import Directory, home_domain, is_guest, is_upn, read_people
from app.practice.mishaps import Mishaps
from app.practice.store import Store
from app.practice.tenancy import Tenancy

HUNDREDS = [f"person{n}@tailspin.com" for n in range(800)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "state.db")) as opened:
        yield opened


def test_the_same_seed_makes_the_same_people(store: Store) -> None:
    first = [Directory(store, 7).person(upn) for upn in HUNDREDS]
    assert first == [Directory(store, 7).person(upn) for upn in HUNDREDS]
    assert first != [Directory(store, 8).person(upn) for upn in HUNDREDS]
    assert Directory(store, 7).person("PERSON1@Tailspin.com").object_id == first[1].object_id


def test_sizes_are_as_in_life(store: Store) -> None:
    people = [Directory(store, 7).person(upn) for upn in HUNDREDS]
    sizes = sorted(person.drive_bytes for person in people)
    median = statistics.median(sizes)
    assert 3 * 10**9 < median < 12 * 10**9
    # Most are small, and the largest twentieth holds most of everything.
    assert statistics.mean(sizes) > 3 * median
    assert sum(sizes[-40:]) > 0.4 * sum(sizes)
    assert drives.SMALLEST_BYTES <= sizes[0] < sizes[-1] <= drives.LARGEST_BYTES
    assert all(0 < person.items <= drives.MOST_ITEMS for person in people)
    assert all(30 <= person.longest_path <= 200 for person in people)
    large = sorted(people, key=lambda person: person.drive_bytes)[-80:]
    small = sorted(people, key=lambda person: person.drive_bytes)[:80]
    assert min(p.move_ms for p in large) > max(p.move_ms for p in small)
    assert statistics.mean(p.items for p in large) > 10 * statistics.mean(p.items for p in small)


def test_mishaps_hit_their_share_and_always_the_same_people(store: Store) -> None:
    mishaps = Mishaps(without_licence=0.5, on_hold=0.1)
    people = [Directory(store, 7, mishaps=mishaps).person(upn) for upn in HUNDREDS]
    unlicensed = [person.upn for person in people if person.no_licence]
    assert 340 < len(unlicensed) < 460
    assert 50 < sum(person.on_hold for person in people) < 115
    again = Directory(store, 7, mishaps=Mishaps(without_licence=0.5))
    assert [upn for upn in HUNDREDS if again.person(upn).no_licence] == unlicensed
    assert not any(Directory(store, 7).person(upn).no_licence for upn in HUNDREDS)


def test_what_was_said_of_somebody_goes_before_the_dice(store: Store) -> None:
    directory = Directory(store, 7, mishaps=Mishaps(without_licence=1.0))
    directory.add({"ana@tailspin.com": {"no_licence": False, "drive_bytes": 0}})
    ana = directory.person("Ana@tailspin.com")
    assert not ana.no_licence
    assert (ana.drive_bytes, ana.items) == (0, 0)


def test_people_of_a_workbook(store: Store) -> None:
    directory = Directory(store, 7, everybody_exists=False)
    assert not directory.person("ana@tailspin.com").exists
    sources = ["Ana@tailspin.com", "bo@tailspin.com", "cy@both.com"]
    targets = ["ana@northwind.com", "bo@northwind.com", "cy@both.com", "dee@nw.com"]
    assert directory.make_known(sources, targets) == 6
    assert directory.make_known(sources, targets) == 0
    assert directory.person("ana@TAILSPIN.com").exists
    assert directory.person("ana@tailspin.com").side == "source"
    assert directory.person("cy@both.com").side == ""
    tenancy = Tenancy(store, directory)
    assert tenancy.tenant(Side.SOURCE).other_domains == ("tailspin.com",)
    assert tenancy.tenant(Side.TARGET).other_domains == ("northwind.com", "nw.com")
    assert tenancy.find(Side.SOURCE, "ana@tailspin.com") is not None
    assert tenancy.find(Side.TARGET, "ana@tailspin.com") is None
    assert tenancy.find(Side.TARGET, "nobody@northwind.com") is None
    # The object id that a caller learns leads back to the same person.
    assert directory.upn_of(directory.object_id("bo@northwind.com").upper()) == "bo@northwind.com"


def test_what_happened_to_somebody_outlives_a_second_reading(store: Store) -> None:
    directory = Directory(store, 7)
    directory.make_known(["ana@tailspin.com"], ["ana@northwind.com"])
    directory.add({"ana@northwind.com": {"target_drive_exists": True}})
    directory.make_known(["ana@tailspin.com"], ["ana@northwind.com"])
    assert directory.person("ana@northwind.com").target_drive_exists


def test_a_crowd_is_a_company(store: Store) -> None:
    crowd = invent(3, 2000, "tailspin.com")
    assert crowd == invent(3, 2000, "tailspin.com")
    assert crowd != invent(4, 2000, "tailspin.com")
    assert len(crowd.people) == 2000
    assert all(is_upn(upn) for upn in crowd.people)
    guests = [upn for upn in crowd.people if is_guest(upn)]
    leavers = [upn for upn, facts in crowd.people.items() if facts.get("left")]
    assert 50 < len(guests) < 170
    assert 25 < len(leavers) < 110
    assert {home_domain(upn) for upn in guests} <= {"fabrikam.com", "adatum.com", "litware.com"}
    shared = [facts["site_users"] for facts in crowd.people.values() if "site_users" in facts]
    assert shared
    directory = Directory(store, 3, everybody_exists=False)
    settle(store, directory, crowd)
    settle(store, directory, crowd)
    assert groups(store) == list(crowd.groups)
    assert {group.kind for group in crowd.groups} == {"m365Group", "regularGroup"}
    for group in crowd.groups:
        assert bool(group.nickname) == (group.kind == "m365Group")
        assert set(group.members) <= crowd.people.keys()
    leaver = directory.person(leavers[0])
    assert leaver.drive_lock == "NoAccess"
    assert leaver.owner == "archive@tailspin.com"


def test_a_small_crowd() -> None:
    assert len(invent(1, 1, "tailspin.com").people) == 1


def test_every_fact_of_a_file_is_checked(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "people.json"
    file.write_text(
        '{"ana@tailspin.com": {"site_users": ["bo@northwind.com"], "lock_state": "ReadOnly",'
        ' "items": 5, "longest_path": 9, "side": "source", "owner": "x@y.com", "left": true,'
        ' "id": "6B1C2F0E-8F3D-4A54-9D0B-2F6F6F0A9C11", "drive_ready_at": 17}}',
        "utf-8",
    )
    directory = Directory(store, 7)
    directory.add(read_people(file))
    ana = directory.person("ana@tailspin.com")
    assert ana.site_users == ("bo@northwind.com",)
    assert (ana.items, ana.longest_path, ana.drive_ready_at) == (5, 9, 17)
    assert (ana.drive_lock, ana.owner, ana.side) == ("ReadOnly", "x@y.com", "source")
    assert ana.object_id == "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"


@pytest.mark.parametrize(
    ("upn", "domain"),
    [
        ("ana@Tailspin.com", "tailspin.com"),
        ("bo_northwind.com#EXT#@tailspin.onmicrosoft.com", "northwind.com"),
        ("b_o_nw.com#ext#@tailspin.com", "nw.com"),
    ],
)
def test_where_somebody_comes_from(upn: str, domain: str) -> None:
    assert home_domain(upn) == domain
