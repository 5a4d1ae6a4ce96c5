"""The identity map over Graph: changes, removals, look-ups, and what vanishes without a word."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.practice.identity_map import Entry, IdentityMap, Kind
from app.practice.store import Store
from wire import GROUP_MAP, USER_MAP, Wire, wired

ELSEWHERE = "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("map") / "state.db") as running:
        yield running


@pytest.fixture(scope="module")
def source_id(wire: Wire) -> str:
    """The tenant id of the source, as an admin would look it up."""
    return str(wire.get("/v1.0/organization?$select=id").json["value"][0]["id"])


def user(source_id: str, name: str, target: str = "", **change: Any) -> dict[str, Any]:
    target = target or f"{name.partition('@')[0]}@northwind.com"
    return {
        "@odata.type": "#microsoft.graph.sharePointUserIdentityMapping",
        "sourceOrganizationId": source_id,
        "userType": "regularUser",
        "sourceUserIdentity": {"userPrincipalName": name},
        "targetUserIdentity": {
            "userPrincipalName": target or f"{name.split('@')[0]}@northwind.com"
        },
        **change,
    }


def removal(name: str) -> dict[str, Any]:
    return {
        "@removed": {"reason": "deleted"},
        "sourceUserIdentity": {"userPrincipalName": name},
    }


def group(source_id: str, number: int, **change: Any) -> dict[str, Any]:
    return {
        "sourceOrganizationId": source_id,
        "groupType": "regularGroup",
        "sourceGroupIdentity": {"id": f"0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c{number:04}"},
        "targetGroupIdentity": {"id": f"1d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c{number:04}"},
        **change,
    }


def change(wire: Wire, *items: object, address: str = USER_MAP) -> Any:
    sent = {"@context": "#$delta", "value": list(items)}
    reply = wire.call("PATCH", address, sent, token=wire.target)
    assert reply.status == 200, reply.text
    return reply.json["value"]


def entry(wire: Wire, name: str) -> Any:
    key = name.replace("'", "''")
    return wire.get(f"{USER_MAP}(sourceUserPrincipalName='{key}')", token=wire.target)


def test_an_entry_is_added_and_read_back(wire: Wire, source_id: str) -> None:
    sent = user(source_id, "ana@tailspin.com", targetUserMigrationData={"email": "a@northwind.com"})
    (answered,) = change(wire, sent)
    assert answered.items() >= sent.items()
    assert answered["id"]
    read = entry(wire, "ANA@tailspin.com").json
    assert read.pop("@odata.context").endswith("crossOrganizationUserMappings/$entity")
    assert read == answered


def test_a_second_change_updates_and_keeps_the_others(wire: Wire, source_id: str) -> None:
    change(wire, user(source_id, "bob@tailspin.com"), user(source_id, "kim@tailspin.com"))
    first = entry(wire, "bob@tailspin.com").json
    change(wire, user(source_id, "Bob@Tailspin.com", "robert@northwind.com"))
    second = entry(wire, "bob@tailspin.com").json
    assert second["targetUserIdentity"] == {"userPrincipalName": "robert@northwind.com"}
    assert second["id"] == first["id"]
    assert entry(wire, "kim@tailspin.com").status == 200


def test_adds_updates_and_removals_go_together(wire: Wire, source_id: str) -> None:
    change(wire, user(source_id, "old@tailspin.com"))
    answered = change(
        wire,
        removal("old@tailspin.com"),
        user(source_id, "new@tailspin.com"),
        removal("never@tailspin.com"),
    )
    sources = [item["sourceUserIdentity"]["userPrincipalName"] for item in answered]
    assert sources == ["old@tailspin.com", "new@tailspin.com"]
    assert "targetUserIdentity" not in answered[0]
    gone = entry(wire, "old@tailspin.com")
    assert gone.status == 404
    assert "old@tailspin.com" in gone.error["message"]
    # An entry that was removed can come again.
    change(wire, user(source_id, "old@tailspin.com"))
    assert entry(wire, "old@tailspin.com").status == 200


@pytest.mark.parametrize(
    "bad",
    [
        {"sourceOrganizationId": ELSEWHERE},
        {"sourceUserIdentity": {"userPrincipalName": "nobody"}},
        {"sourceUserIdentity": {"userPrincipalName": "two@at@tailspin.com"}},
        {"targetUserIdentity": {"userPrincipalName": "josé@northwind.com"}},
        {"userType": "none"},
        {"userType": "guestUser"},
    ],
)
def test_what_does_not_fit_vanishes_in_silence(
    wire: Wire, source_id: str, bad: dict[str, Any]
) -> None:
    item = {**user(source_id, "bad@tailspin.com"), **bad}
    name = item["sourceUserIdentity"]["userPrincipalName"]
    answered = change(wire, item, user(source_id, "good@tailspin.com"))
    assert [each["sourceUserIdentity"]["userPrincipalName"] for each in answered] == [
        "good@tailspin.com"
    ]
    assert entry(wire, name).status == 404
    assert entry(wire, "good@tailspin.com").status == 200


def test_an_apostrophe_is_taken_and_doubled_in_the_key(wire: Wire, source_id: str) -> None:
    (answered,) = change(wire, user(source_id, "o'neil@tailspin.com", "oneil@northwind.com"))
    assert answered["sourceUserIdentity"]["userPrincipalName"] == "o'neil@tailspin.com"
    assert entry(wire, "o'neil@tailspin.com").json["id"] == answered["id"]
    encoded = f"{USER_MAP}%28sourceUserPrincipalName%3D%27o%27%27neil%40tailspin.com%27%29"
    assert wire.get(encoded, token=wire.target).status == 200
    single = wire.get(f"{USER_MAP}(sourceUserPrincipalName='o'neil@tailspin.com')",
                      token=wire.target)  # fmt: skip
    assert single.status == 400


def test_a_guest_keeps_the_guest_type(wire: Wire, source_id: str) -> None:
    guest = "eva_fabrikam.com#EXT#@tailspin.onmicrosoft.com"
    (answered,) = change(wire, user(source_id, guest, "eva@northwind.com", userType="guestUser"))
    assert answered["userType"] == "guestUser"


def test_fifty_at_most(wire: Wire, source_id: str) -> None:
    fifty = [user(source_id, f"many{number}@tailspin.com") for number in range(50)]
    assert len(change(wire, *fifty)) == 50
    sent = {"@context": "#$delta", "value": [*fifty, user(source_id, "more@tailspin.com")]}
    refused = wire.call("PATCH", USER_MAP, sent, token=wire.target)
    assert refused.status == 400
    assert refused.error["message"] == "value takes at most 50 items."
    assert entry(wire, "more@tailspin.com").status == 404


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, "@context, value"),
        ({"@odata.context": "#$delta", "value": [1]}, "@context"),
        ({"@context": "#$delta", "value": []}, "value"),
        ({"@context": "$delta", "value": [removal("a@b.com")]}, "@context"),
        ({"@context": "#$delta", "value": [removal("a@b.com")], "more": 1}, "more"),
        ({"@context": "#$delta", "value": [1]}, "value.0"),
        ({"@context": "#$delta", "value": [{}]}, "value.0.sourceOrganizationId"),
        ({"@context": "#$delta", "value": [{"@removed": {"reason": "deleted"}}]}, "value.0.source"),
        ({"@context": "#$delta",
          "value": [{**removal("a@b.com"), "@removed": {"reason": "moved"}}]},
         "value.0.@removed.reason"),
    ],
)  # fmt: skip
def test_a_malformed_change_is_refused_whole(wire: Wire, sent: object, named: str) -> None:
    reply = wire.call("PATCH", USER_MAP, sent, token=wire.target)
    assert reply.status == 400
    assert named in reply.error["target"]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"userType": "Member"}, "userType"),
        ({"sourceOrganizationId": "tailspin"}, "sourceOrganizationId"),
        ({"sourceUserIdentity": {}}, "sourceUserIdentity.userPrincipalName"),
        ({"sourceUserIdentity": {"upn": "a@b.com", "userPrincipalName": "a@b.com"}}, "upn"),
        ({"targetUserMigrationData": {"mail": "a@b.com"}}, "mail"),
        ({"groupType": "regularGroup"}, "groupType"),
        ({"@odata.type": "#microsoft.graph.sharePointIdentityMapping"}, "@odata.type"),
    ],
)
def test_a_malformed_entry_is_named_and_nothing_is_kept(
    wire: Wire, source_id: str, bad: dict[str, Any], named: str
) -> None:
    items = [user(source_id, "first@tailspin.com"), {**user(source_id, "x@tailspin.com"), **bad}]
    reply = wire.call("PATCH", USER_MAP, {"@context": "#$delta", "value": items}, token=wire.target)
    assert reply.status == 400
    assert reply.error["target"].startswith("value.1.")
    assert named in reply.error["target"]
    assert entry(wire, "first@tailspin.com").status == 404


def test_groups(wire: Wire, source_id: str) -> None:
    office = group(source_id, 2, groupType="m365Group",
                   targetGroupMigrationData={"mailNickname": "sales"})  # fmt: skip
    answered = change(
        wire,
        group(source_id, 1),
        office,
        group(source_id, 3, groupType="none"),
        group(ELSEWHERE, 4),
        address=GROUP_MAP,
    )
    assert [item["groupType"] for item in answered] == ["regularGroup", "m365Group"]
    key = office["sourceGroupIdentity"]["id"]
    read = wire.get(f"{GROUP_MAP}(sourceGroupObjectId='{key.upper()}')", token=wire.target).json
    assert read.items() >= office.items()
    gone = {"@removed": {"reason": "deleted"}, "sourceGroupIdentity": {"id": key}}
    (left,) = change(wire, gone, address=GROUP_MAP)
    assert left["id"] == read["id"]
    assert "targetGroupIdentity" not in left
    found = wire.get(f"{GROUP_MAP}(sourceGroupObjectId='{key}')", token=wire.target)
    assert found.status == 404


def test_a_user_and_a_group_do_not_mix(wire: Wire, source_id: str) -> None:
    sent = {"@context": "#$delta", "value": [user(source_id, "ana@tailspin.com")]}
    reply = wire.call("PATCH", GROUP_MAP, sent, token=wire.target)
    assert reply.status == 400
    bad = {"@context": "#$delta", "value": [group(source_id, 1, sourceGroupIdentity={"id": "x"})]}
    assert wire.call("PATCH", GROUP_MAP, bad, token=wire.target).status == 400


def test_chosen_properties(wire: Wire, source_id: str) -> None:
    change(wire, user(source_id, "sel@tailspin.com"))
    address = f"{USER_MAP}(sourceUserPrincipalName='sel@tailspin.com')"
    chosen = wire.get(f"{address}?$select=userType,id", token=wire.target).json
    assert set(chosen) == {"@odata.context", "userType", "id"}
    for query in ("$select=stage", "$expand=deleted", "$top=1"):
        assert wire.get(f"{address}?{query}", token=wire.target).status == 400


def test_the_source_tenant_has_no_map(wire: Wire, source_id: str) -> None:
    sent = {"@context": "#$delta", "value": [user(source_id, "side@tailspin.com")]}
    assert wire.call("PATCH", USER_MAP, sent, token=wire.source).status == 422
    address = f"{USER_MAP}(sourceUserPrincipalName='side@tailspin.com')"
    assert wire.get(address, token=wire.source).status == 422
    assert wire.get(address, token=wire.target).status == 404


def test_permissions(wire: Wire, source_id: str) -> None:
    read = wire.token("target", permissions=["SharePointCrossTenantMigration.Read.All"])
    manage = wire.token("target", permissions=["SharePointCrossTenantMigration.Manage.All"])
    sent = {"@context": "#$delta", "value": [user(source_id, "perm@tailspin.com")]}
    refused = wire.call("PATCH", USER_MAP, sent, token=read)
    assert refused.status == 403
    assert "Manage.All" in refused.error["message"]
    assert wire.call("PATCH", USER_MAP, sent, token=manage).status == 200
    address = f"{USER_MAP}(sourceUserPrincipalName='perm@tailspin.com')"
    assert wire.get(address, token=manage).status == 403
    assert wire.get(address, token=read).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", USER_MAP, 405),
        ("POST", USER_MAP, 405),
        ("PUT", GROUP_MAP, 405),
        ("DELETE", f"{USER_MAP}(sourceUserPrincipalName='a@b.com')", 405),
        ("GET", f"{USER_MAP}/AQAAAAEAAABhbmE", 404),
        ("GET", USER_MAP.replace("beta", "v1.0"), 404),
        ("GET", f"{USER_MAP}(sourcePrincipalName='a@b.com')", 400),
        ("GET", f"{USER_MAP}('a@b.com')", 400),
        ("GET", f"{GROUP_MAP}(sourceGroupObjectId=)", 400),
    ],
)
def test_calls_that_are_not_documented(wire: Wire, method: str, path: str, status: int) -> None:
    body = {"@context": "#$delta", "value": []} if method in ("POST", "PUT") else None
    assert wire.call(method, path, body, token=wire.target).status == status


def test_the_map_survives_a_restart(tmp_path: Path) -> None:
    with wired(tmp_path / "state.db") as first:
        source_id = first.get("/v1.0/organization").json["value"][0]["id"]
        change(first, user(source_id, "ana@tailspin.com"))
        first.service.process.kill()
        first.service.process.wait()
    with wired(tmp_path / "state.db") as second:
        assert entry(second, "ana@tailspin.com").status == 200


def test_an_upload_replaces_the_whole_map_and_keeps_several_of_one_source(tmp_path: Path) -> None:
    def row(source: str, target: str) -> Entry:
        return Entry(Kind.USER, ELSEWHERE, source, target, "regularUser", target)

    with contextlib.closing(Store(tmp_path / "state.db")) as store:
        held = IdentityMap(store)
        held.put(row("old@tailspin.com", "old@northwind.com"))
        twice = [row("Ana@tailspin.com", "a@northwind.com"), row("ana@TAILSPIN.com", "b@north.com")]
        held.replace_all(twice)
        assert held.of_source(Kind.USER, "ANA@tailspin.com") == twice
        assert held.of_source(Kind.USER, "old@tailspin.com") == []
        assert held.of_source(Kind.GROUP, "ana@tailspin.com") == []
        held.put(twice[1])
        assert held.of_source(Kind.USER, "ana@tailspin.com") == twice[1:]
