"""Trust between the tenants: every answer of Verify, the two waits, and host names as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.practice import causes
from app.practice.access import Side
from app.practice.directory import Directory
from app.practice.store import Store
from app.practice.tenancy import Tenancy
from app.practice.trust import (
    Arrangement,
    Compatibility,
    Role,
    Trust,
    Verification,
    host_name,
    is_admin_host,
)
from practice_engine import DAY, HOST, NOW, SOURCE_HOST, World, request, tenants


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "state.db")) as opened:
        yield opened


def trust_of(store: Store, *, waits: bool = False) -> Trust:
    return Trust(store, Tenancy(store, Directory(store, 7)), new_trust_waits=waits)


def on_source(trust: Trust, now: int = NOW) -> Verification:
    return trust.verify(Side.SOURCE, Role.TARGET, HOST, now)


def on_target(trust: Trust, now: int = NOW) -> Verification:
    return trust.verify(Side.TARGET, Role.SOURCE, SOURCE_HOST, now)


def test_trust_takes_both_sides(store: Store) -> None:
    trust = trust_of(store)
    assert on_source(trust) is Verification.NOT_ESTABLISHED
    trust.relate(Side.SOURCE, Role.TARGET, HOST, NOW)
    assert on_source(trust) is Verification.NOT_BY_PARTNER
    assert on_target(trust) is Verification.NOT_ESTABLISHED
    trust.relate(Side.TARGET, Role.SOURCE, f"{SOURCE_HOST}/", NOW)
    assert on_source(trust) is on_target(trust) is Verification.GOOD
    assert trust.obstacle(HOST, NOW) is None
    # Another process reads the same from the file.
    assert on_source(trust_of(store)) is Verification.GOOD


def test_a_role_that_is_one_s_own_is_not_the_partner_s(store: Store) -> None:
    trust = trust_of(store)
    trust.relate(Side.SOURCE, Role.SOURCE, HOST, NOW)
    trust.relate(Side.TARGET, Role.TARGET, SOURCE_HOST, NOW)
    assert on_source(trust) is Verification.NOT_ESTABLISHED
    assert trust.obstacle(HOST, NOW) is causes.WRONG_SIDE
    assert trust.reading_obstacle(Side.SOURCE, HOST, Role.TARGET) is causes.WRONG_SIDE


def test_a_new_trust_can_rest_for_seven_days(store: Store) -> None:
    trust = trust_of(store, waits=True)
    trust.relate(Side.SOURCE, Role.TARGET, HOST, NOW)
    trust.relate(Side.TARGET, Role.SOURCE, SOURCE_HOST, NOW)
    assert on_source(trust, NOW + 7 * DAY - 1) is Verification.DORMANT
    assert trust.compatibility(HOST, NOW + DAY) is Compatibility.INCOMPATIBLE
    # Setting it again does not begin the wait anew.
    trust.relate(Side.TARGET, Role.SOURCE, SOURCE_HOST, NOW + 3 * DAY)
    assert on_source(trust, NOW + 7 * DAY) is Verification.GOOD
    assert trust.compatibility(HOST, NOW + 7 * DAY) is Compatibility.COMPATIBLE


def test_a_partner_that_is_not_there(store: Store) -> None:
    trust = trust_of(store)
    trust.relate(Side.SOURCE, Role.TARGET, "https://nobody-my.sharepoint.com", NOW)
    found = trust.verify(Side.SOURCE, Role.TARGET, "https://nobody-my.sharepoint.com", NOW)
    assert found is Verification.NO_CONTACT
    assert on_source(trust) is Verification.NOT_ESTABLISHED


def test_removal_is_one_sided(store: Store) -> None:
    trust = trust_of(store)
    trust.arrange(Arrangement.ESTABLISHED, NOW)
    trust.remove(Side.TARGET, Role.TARGET, SOURCE_HOST)  # the role that it does not have
    assert on_source(trust) is Verification.GOOD
    trust.remove(Side.TARGET, Role.SOURCE, SOURCE_HOST)
    assert on_source(trust) is Verification.NOT_BY_PARTNER
    assert on_target(trust) is Verification.NOT_ESTABLISHED
    assert trust.reading_obstacle(Side.TARGET, SOURCE_HOST, None) is causes.NO_TRUST


def test_without_trust_the_pair_counts_as_incompatible(store: Store) -> None:
    trust = trust_of(store)
    assert trust.compatibility(HOST, NOW) is Compatibility.INCOMPATIBLE
    trust.arrange(Arrangement.ESTABLISHED, NOW)
    assert trust.compatibility(HOST, NOW) is Compatibility.COMPATIBLE


def test_a_warning_may_go_on(tmp_path: Path) -> None:
    with closing(World(tmp_path, tenants(compatibility=Compatibility.WARNING))) as world:
        assert world.engine.trust.compatibility(HOST, NOW) is Compatibility.WARNING
        assert world.make(NOW, request()).status == "notStarted"


def test_a_dormant_trust_wakes_up(tmp_path: Path) -> None:
    with closing(World(tmp_path, tenants(trust=Arrangement.DORMANT))) as world:
        trust = world.engine.trust
        assert on_source(trust, NOW) is on_target(trust, NOW) is Verification.DORMANT
        assert world.make(NOW + 7 * DAY, request()).status == "notStarted"


def test_the_host_url_comes_in_a_block_of_text(store: Store) -> None:
    text = trust_of(store).host_text(Side.TARGET)
    assert len(text.strip().splitlines()) > 1
    assert re.findall(r"https://\S+", text) == [f"{HOST}/"]


@pytest.mark.parametrize(
    ("url", "name", "admin"),
    [
        ("https://practice-target-my.sharepoint.com/", "practice-target", False),
        ("https://Practice-Target.sharepoint.com", "practice-target", False),
        ("https://practice-target-admin.sharepoint.com", "practice-target", True),
        ("practice-target-my.sharepoint.com", "practice-target", False),
        ("https://my.sharepoint.com", "my", False),
    ],
)
def test_host_names(url: str, name: str, admin: bool) -> None:
    assert host_name(url) == name
    assert is_admin_host(url) is admin
