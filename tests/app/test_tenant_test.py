"""The connection test names what is missing, and notices when the two sides are swapped."""

from __future__ import annotations

import pytest

from app.client import GraphClient
from app.errors import AppError
from app.model import Level, Side
from app.permissions import needs
from app.signed_in import GLOBAL_ADMINISTRATOR, SignedIn, TenantSeen, Way
from app.tenant_test import check_host, look_at_pair, look_at_tenant
from practice_run import Tenants

ALL = frozenset(
    need.permission for target in (True, False) for need in needs(target=target, application=True)
)


def who(tenant_id: str, permissions: frozenset[str] = ALL, way: Way = Way.BROWSER) -> SignedIn:
    roles = None if way is Way.CERTIFICATE else frozenset({GLOBAL_ADMINISTRATOR})
    return SignedIn(tenant_id, "admin@practice-source.onmicrosoft.com", way, permissions, roles)


@pytest.fixture
def tenant_ids(tenants: Tenants) -> dict[str, str]:
    found = {}
    for side in ("source", "target"):
        token = tenants.call("POST", "/practice/tokens", json={"side": side, "delegated": True})
        client = GraphClient(tenants.base_url, lambda: token.json()["token"])  # noqa: B023 - used at once
        rows = client.get("/v1.0/organization")["value"]
        client.close()
        assert isinstance(rows, list)
        found[side] = str(rows[0]["id"])
    return found


def look(
    tenants: Tenants, side: Side, permissions: frozenset[str], signed_in: SignedIn
) -> TenantSeen:
    asked = {"side": side, "delegated": True, "permissions": sorted(permissions)}
    token = tenants.call("POST", "/practice/tokens", json=asked).json()["token"]
    client = GraphClient(tenants.base_url, lambda: token)
    try:
        return look_at_tenant(client, signed_in, side)
    finally:
        client.close()


def codes(seen: TenantSeen) -> list[str]:
    return [check.code for check in seen.checks]


@pytest.mark.parametrize("side", Side)
def test_a_good_sign_in_is_found_good(
    tenants: Tenants, tenant_ids: dict[str, str], side: Side
) -> None:
    seen = look(tenants, side, ALL, who(tenant_ids[side]))
    assert (codes(seen), seen.is_good) == (["GOOD"], True)
    assert seen.name == f"Practice {side}"
    assert seen.domains == (f"practice-{side}.onmicrosoft.com",)
    assert seen.onedrive_host == f"https://practice-{side}-my.sharepoint.com"


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("way", [Way.BROWSER, Way.CERTIFICATE])
def test_each_missing_permission_is_named(
    tenants: Tenants, tenant_ids: dict[str, str], side: Side, way: Way
) -> None:
    for need in needs(target=side is Side.TARGET, application=way is Way.CERTIFICATE):
        fewer = ALL - {need.permission}
        seen = look(tenants, side, fewer, who(tenant_ids[side], fewer, way))
        named = [check for check in seen.checks if need.permission in check.text]
        assert named[0].level is (Level.BLOCK if need.required else Level.WARN)
        assert "consent" in named[0].remedy
        assert seen.is_good is not need.required


def test_a_target_drive_is_nothing_that_a_person_needs() -> None:
    personal = {need.permission for need in needs(target=True, application=False)}
    assert "Files.Read.All" not in personal


def test_a_refusal_of_the_service_itself_is_told_with_its_words(
    tenants: Tenants, tenant_ids: dict[str, str]
) -> None:
    lacking = ALL - {"SharePointCrossTenantMigration.Read.All"}
    seen = look(tenants, Side.SOURCE, lacking, who(tenant_ids["source"]))
    [refused] = seen.checks
    assert refused.code == "MOVES_REFUSED"
    assert "accessDenied" in refused.text


def test_the_role_is_looked_at_where_the_sign_in_tells_it(
    tenants: Tenants, tenant_ids: dict[str, str]
) -> None:
    ordinary = SignedIn(tenant_ids["source"], "a@b.c", Way.BROWSER, ALL, frozenset())
    assert codes(look(tenants, Side.SOURCE, ALL, ordinary)) == ["ROLE_MISSING"]
    silent = SignedIn(tenant_ids["source"], "a@b.c", Way.BROWSER, ALL, None)
    seen = look(tenants, Side.SOURCE, ALL, silent)
    assert (codes(seen), seen.is_good) == (["GOOD", "ROLE_UNKNOWN"], True)


def test_another_tenant_than_the_sign_in_says_blocks(
    tenants: Tenants, tenant_ids: dict[str, str]
) -> None:
    seen = look(tenants, Side.SOURCE, ALL, who(tenant_ids["target"]))
    assert codes(seen) == ["OTHER_TENANT"]


SOURCE = TenantSeen("1", "Contoso", ("contoso.com", "contoso.onmicrosoft.com"))
TARGET = TenantSeen("2", "Northwind", ("northwind.com",))


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        ({"contoso.com"}, {"northwind.com"}, []),
        ({"northwind.com"}, {"contoso.com"}, [(Level.BLOCK, "SWAPPED")]),
        ({"northwind.com"}, {"elsewhere.com"}, [(Level.BLOCK, "SWAPPED")]),
        (
            {"contoso.com", "northwind.com"},
            {"northwind.com"},
            [(Level.WARN, "SOME_CROSSED")],
        ),
        ({"contoso.com"}, {"elsewhere.com"}, [(Level.WARN, "DOMAIN_UNKNOWN")]),
        (set(), set(), []),
    ],
)
def test_swapped_sides_are_noticed(
    source: set[str], target: set[str], found: list[tuple[Level, str]]
) -> None:
    checks = look_at_pair(SOURCE, TARGET, source, target)
    assert [(check.level, check.code) for check in checks] == found
    assert all(check.text and check.remedy for check in checks)


def test_one_tenant_on_both_sides_is_noticed() -> None:
    [check] = look_at_pair(SOURCE, SOURCE, {"contoso.com"}, {"contoso.com"})
    assert (check.level, check.code) == (Level.BLOCK, "SAME_TENANT")


@pytest.mark.parametrize(
    "host",
    [
        "northwind-my.sharepoint.com",
        "https://Northwind-my.sharepoint.com/",
        " https://a-b-my.sharepoint.com",
    ],
)
def test_a_host_is_sent_in_one_form(host: str) -> None:
    assert check_host(host).startswith("https://")
    assert not check_host(host).endswith("/")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("", "TARGET_HOST"),
        ("https://northwind.sharepoint.com", "TARGET_HOST"),
        ("https://northwind-admin.sharepoint.com", "TARGET_HOST"),
        ("http://northwind-my.sharepoint.com", "TARGET_HOST"),
        ("https://northwind-my.sharepoint.com/personal/a", "TARGET_HOST"),
        ("https://evil.example/-my.sharepoint.com", "TARGET_HOST"),
        ("northwind-my.sharepoint.us", "WRONG_CLOUD"),
        ("northwind-my.sharepoint-mil.us", "WRONG_CLOUD"),
        ("northwind-my.sharepoint.cn", "WRONG_CLOUD"),
    ],
)
def test_a_host_that_cannot_be_is_refused(host: str, code: str) -> None:
    with pytest.raises(AppError) as caught:
        check_host(host)
    assert caught.value.code == code
