"""People, OneDrives, licences and the organization, as either tenant tells of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from practice_process import TASKS, body
from wire import Wire, wired

MIGRATION_SKU = "946ce899-873d-44bb-9d8b-671870cbfdbf"
ANA = "ana.banks@tailspin.com"
PEOPLE = {
    "none@tailspin.com": {"no_drive": True},
    "unlicensed@tailspin.com": {"no_licence": True},
    "full@tailspin.com": {"drive_bytes": 6 * 2**40},
    "small@tailspin.com": {"drive_bytes": 5000, "id": "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb"},
    "there@northwind.com": {"target_drive_exists": True},
    "eva_fabrikam.com#EXT#@practice-source.onmicrosoft.com": {},
}


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder = tmp_path_factory.mktemp("users")
    people = folder / "people.json"
    people.write_text(json.dumps(PEOPLE), "utf-8")
    with wired(folder / "state.db", "--people", str(people)) as running:
        yield running


def user(wire: Wire, name: str, query: str = "", *, token: str = "") -> Any:
    reply = wire.get(f"/v1.0/users/{name}{query}", token=token)
    assert reply.status == 200, reply.text
    return reply.json


def start(wire: Wire, source: str, target: str, **parameters: Any) -> Any:
    reply = wire.call("POST", TASKS, body(source, target, **parameters))
    assert reply.status == 200, reply.text
    return reply.json


def test_a_user_by_upn_and_by_id(wire: Wire) -> None:
    ana = user(wire, ANA)
    assert ana["userPrincipalName"] == ANA
    assert ana["displayName"] == "Ana Banks"
    # What is not selected and not usual is left out, even what matters most.
    assert not {"accountEnabled", "userType", "assignedLicenses", "mySite"} & set(ana)
    for spelling in (ana["id"], ana["id"].upper(), "ANA.Banks%40tailspin.com"):
        assert user(wire, spelling)["id"] == ana["id"]
    quoted = wire.raw(
        "GET", f"/v1.0/users('{ANA}')", headers={"Authorization": f"Bearer {wire.source}"}
    )
    assert quoted.json["id"] == ana["id"]
    assert wire.get(f"/beta/users/{ANA}").json["id"] == ana["id"]


def test_people_by_their_upns_and_nobody_else(wire: Wire) -> None:
    names = "('Ana.Banks@tailspin.com','o''neil@tailspin.com', 'josé@tailspin.com')"
    found = wire.get(f"/v1.0/users?$filter={quote(f'userPrincipalName in {names}')}&$select=id")
    assert found.status == 200, found.text
    ids = [user(wire, name)["id"] for name in (ANA, "o%27neil@tailspin.com")]
    assert found.json["value"] == [{"id": each} for each in ids]
    one = wire.get(f"/v1.0/users?$filter=userPrincipalName eq '{ANA}'".replace(" ", "%20"))
    assert [each["userPrincipalName"] for each in one.json["value"]] == [ANA]
    many = ",".join(f"'u{number}@tailspin.com'" for number in range(16))
    for wrong in ("", f"?$filter=userPrincipalName in ({many})", "?$filter=id eq '1'"):
        assert wire.get(f"/v1.0/users{wrong}".replace(" ", "%20")).status == 400


def test_chosen_properties_of_a_user(wire: Wire) -> None:
    query = "?$select=id,userPrincipalName,accountEnabled,userType,usageLocation,assignedLicenses"
    ana = user(wire, ANA, query)
    assert set(ana) == {"@odata.context", *query.removeprefix("?$select=").split(",")}
    assert ana["accountEnabled"] is True
    assert ana["userType"] == "Member"
    assert MIGRATION_SKU in {licence["skuId"] for licence in ana["assignedLicenses"]}
    plans = user(wire, ANA, "?$select=assignedPlans")["assignedPlans"]
    assert [(plan["service"], plan["capabilityStatus"]) for plan in plans] == [
        ("SharePoint", "Enabled")
    ]
    for wrong in ("?$select=shoeSize", "?$expand=manager", "?$top=1", "?$select="):
        assert wire.get(f"/v1.0/users/{ANA}{wrong}").status == 400


@pytest.mark.parametrize(
    "name",
    ["nobody", "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11", "jos%C3%A9@tailspin.com", "a%20b@c.com"],
)
def test_nobody_of_that_name(wire: Wire, name: str) -> None:
    for more in ("", "/drive", "/licenseDetails"):
        reply = wire.get(f"/v1.0/users/{name}{more}")
        assert reply.status == 404
        assert reply.error["code"] == "Request_ResourceNotFound"


def test_a_guest_has_a_hash_in_the_name_and_no_onedrive(wire: Wire) -> None:
    guest = "eva_fabrikam.com%23EXT%23@practice-source.onmicrosoft.com"
    read = user(wire, guest, "?$select=userType,assignedLicenses,userPrincipalName")
    assert (read["userType"], read["assignedLicenses"]) == ("Guest", [])
    assert "#EXT#" in read["userPrincipalName"]
    assert wire.get(f"/v1.0/users/{guest}/drive").status == 404
    assert wire.get(f"/v1.0/users/{guest}").status == 200
    assert wire.get(f"/v1.0/users/{guest}", token=wire.target).status == 404


def test_a_domain_belongs_to_one_tenant(wire: Wire) -> None:
    for token, there, elsewhere in (
        (wire.source, "practice-source", "practice-target"),
        (wire.target, "practice-target", "practice-source"),
    ):
        at_home = wire.get(f"/v1.0/users/kim@{there}.onmicrosoft.com", token=token)
        abroad = wire.get(f"/v1.0/users/kim@{elsewhere}.onmicrosoft.com", token=token)
        assert (at_home.status, abroad.status) == (200, 404)


def test_an_id_that_was_read_starts_a_move(wire: Wire) -> None:
    source = user(wire, "byid@tailspin.com")["id"]
    target = user(wire, "byid@northwind.com", token=wire.target)["id"]
    task = start(wire, "x@tailspin.com", "x@northwind.com",
                 sourceUserIdentity={"id": source}, targetUserIdentity={"id": target})  # fmt: skip
    address = f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='byid@tailspin.com')"
    assert wire.get(address).json["id"] == task["id"]


def test_a_drive_and_its_size(wire: Wire) -> None:
    drive = wire.get("/v1.0/users/small@tailspin.com/drive").json
    assert drive["driveType"] == "business"
    assert drive["webUrl"] == (
        "https://practice-source-my.sharepoint.com/personal/small_tailspin_com/Documents"
    )
    quota = drive["quota"]
    assert (quota["used"], quota["deleted"], quota["state"]) == (5000, 0, "normal")
    assert quota["remaining"] == quota["total"] - 5000
    full = wire.get("/v1.0/users/full@tailspin.com/drive?$select=quota").json
    assert set(full) == {"@odata.context", "quota"}
    assert (full["quota"]["state"], full["quota"]["remaining"]) == ("exceeded", 0)
    again = wire.get("/beta/users/AAAAAAAA-1111-4222-8333-bbbbbbbbbbbb/drive").json
    assert again["id"] == drive["id"]


def test_a_missing_drive_is_not_made_by_an_application(wire: Wire) -> None:
    for name, token in (
        ("none@tailspin.com", wire.source_app),
        ("app@northwind.com", wire.target_app),
    ):
        for _ in range(2):
            reply = wire.get(f"/v1.0/users/{name}/drive", token=token)
            assert reply.status == 404
            assert reply.error["code"] == "ResourceNotFound"
        side = wire.source if token == wire.source_app else wire.target
        assert user(wire, name, "?$select=mySite", token=side)["mySite"] is None
    # Nothing was made, so the move goes through.
    assert start(wire, "app@tailspin.com", "app@northwind.com", validateOnly=True)["status"] == (
        "completed"
    )


def test_a_delegated_look_makes_the_target_drive_and_spoils_the_move(wire: Wire) -> None:
    address = "/v1.0/users/spoilt@northwind.com/drive"
    assert wire.get(address, token=wire.target_app).status == 404
    made = wire.get(address, token=wire.target)
    assert made.status == 200
    assert wire.get(address, token=wire.target_app).json["id"] == made.json["id"]
    checked = start(wire, "spoilt@tailspin.com", "spoilt@northwind.com", validateOnly=True)
    assert checked["status"] == "failed"
    assert checked["error"]["code"] == "MnASiteMoveTargetUrlHasWriteConflict"


def test_a_delegated_look_makes_a_missing_source_drive(wire: Wire) -> None:
    address = "/v1.0/users/none@tailspin.com/drive"
    assert wire.get(address, token=wire.source_app).status == 404
    refused = wire.call("POST", TASKS, body("none@tailspin.com"))
    assert refused.error["code"] == "MnAOdbForSourceUPNDoesNotExist"
    assert wire.get(address).json["quota"]["used"] == 0
    assert start(wire, "none@tailspin.com", "none@northwind.com", validateOnly=True)


def test_the_drive_goes_with_the_move(tmp_path: Path) -> None:
    with wired(tmp_path / "state.db") as wire:
        start(wire, "moved@tailspin.com", "moved@northwind.com")
        source, target = (
            "/v1.0/users/moved@tailspin.com/drive",
            "/v1.0/users/moved@northwind.com/drive",
        )
        assert wire.get(source).status == 200
        assert wire.get(target, token=wire.target_app).status == 404
        wire.service.step(6 * 3600)
        assert wire.get(f"{TASKS}?$select=status").json["value"] == [{"status": "completed"}]
        # A redirect is left, where not even a delegated call can make a new one.
        assert wire.get(source).status == 404
        assert wire.get(target, token=wire.target_app).status == 200


def test_licences_of_a_person(wire: Wire) -> None:
    licences = wire.get(f"/v1.0/users/{ANA}/licenseDetails").json["value"]
    plans = [plan["servicePlanName"] for each in licences for plan in each["servicePlans"]]
    assert "SHAREPOINTONLINE_T2TODMOVE" in plans
    without = wire.get("/v1.0/users/unlicensed@tailspin.com/licenseDetails").json["value"]
    assert [each["skuPartNumber"] for each in without] == ["SPE_E3"]
    chosen = wire.get(f"/v1.0/users/{ANA}/licenseDetails?$select=skuId").json["value"]
    assert {"skuId": MIGRATION_SKU} in chosen


def test_licences_of_the_tenant(wire: Wire) -> None:
    skus = {sku["skuId"]: sku for sku in wire.get("/v1.0/subscribedSkus").json["value"]}
    sku = skus[MIGRATION_SKU]
    assert sku["skuPartNumber"] == "Cross_tenant_user_data_migration"
    assert sku["capabilityStatus"] == "Enabled"
    assert sku["prepaidUnits"]["enabled"] >= sku["consumedUnits"] >= 0
    query = "$select=skuId,skuPartNumber,capabilityStatus,consumedUnits,prepaidUnits,servicePlans"
    chosen = wire.get(f"/beta/subscribedSkus?{query}", token=wire.target).json["value"]
    assert all(set(each) == set(query.removeprefix("$select=").split(",")) for each in chosen)


def test_seats_are_short_where_the_scenario_says_so(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    head = 'title = "T"\ndescription = "D"\n'
    file.write_text(f"{head}[people]\nwithout_licence = 0.5\n", "utf-8")
    people = tmp_path / "people.json"
    everybody = {f"p{number}@tailspin.com": {"side": "source"} for number in range(40)}
    people.write_text(json.dumps(everybody), "utf-8")
    options = ("--people", str(people), "--scenario", str(file))
    with wired(tmp_path / "state.db", *options) as wire:
        skus = {sku["skuId"]: sku for sku in wire.get("/v1.0/subscribedSkus").json["value"]}
        assert skus[MIGRATION_SKU]["consumedUnits"] == 20
        assert skus[MIGRATION_SKU]["prepaidUnits"]["enabled"] == 20
        held = [
            MIGRATION_SKU in {each["skuId"] for each in user["value"]}
            for number in range(40)
            for user in [wire.get(f"/v1.0/users/p{number}@tailspin.com/licenseDetails").json]
        ]
        assert 5 < sum(held) < 35
        assert wire.get("/v1.0/users/p1@tailspin.com", token=wire.target).status == 404


LEAVER, GONE = "left@tailspin.com", "gone@northwind.com"


def test_leavers_and_people_who_are_not_there_yet(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    facts = {
        LEAVER: {"left": True},
        GONE: {"missing_on_target": True},
        "plan@northwind.com": {"no_target_plan": True},
        "bin@northwind.com": {"target_drive_deleted": True},
        "soon@tailspin.com": {"drive_ready_at": 2**50},
        "own@northwind.com": {"move_licence": True},
    }
    people.write_text(json.dumps(facts), "utf-8")
    with wired(tmp_path / "state.db", "--people", str(people)) as wire:
        plan = "/v1.0/users/plan@northwind.com?$select=assignedPlans"
        assert wire.get(plan, token=wire.target).json["assignedPlans"] == []
        query = "?$select=accountEnabled,assignedLicenses"
        leaver = user(wire, LEAVER, query)
        assert (leaver["accountEnabled"], leaver["assignedLicenses"]) == (False, [])
        assert wire.get(f"/v1.0/users/{LEAVER}/drive").status == 403
        assert wire.get(f"/v1.0/users/{GONE}", token=wire.target).status == 404
        assert wire.get(f"/v1.0/users/{GONE}").status == 200
        # Nothing is made for somebody without a plan, nor where the address is not free.
        for name in ("plan@northwind.com", "bin@northwind.com"):
            reply = wire.get(f"/v1.0/users/{name}/drive", token=wire.target)
            assert (reply.status, reply.error["code"]) == (404, "ResourceNotFound")
        assert wire.get("/v1.0/users/soon@tailspin.com/drive").status == 404
        own = wire.get("/v1.0/users/own@northwind.com/licenseDetails", token=wire.target)
        assert MIGRATION_SKU in {each["skuId"] for each in own.json["value"]}


def test_the_organizations_are_two(wire: Wire) -> None:
    address = "/v1.0/organization?$select=id,displayName,verifiedDomains"
    (source,) = wire.get(address).json["value"]
    (target,) = wire.get(address, token=wire.target).json["value"]
    assert source["id"] != target["id"]
    (initial,) = [each for each in source["verifiedDomains"] if each["isInitial"]]
    assert initial["name"] == "practice-source.onmicrosoft.com"
    assert sum(each["isDefault"] for each in target["verifiedDomains"]) == 1


@pytest.mark.parametrize(
    ("permissions", "address", "status"),
    [
        (["User.ReadBasic.All"], f"/users/{ANA}", 200),
        (["User.ReadBasic.All"], f"/users/{ANA}?$select=id,assignedLicenses", 403),
        (["User.Read.All"], f"/users/{ANA}?$select=id,assignedLicenses", 200),
        (["User.Read"], f"/users/{ANA}", 403),
        (["User.Read"], "/organization", 200),
        (["User.Read.All"], f"/users/{ANA}/drive", 403),
        (["Sites.Read.All"], f"/users/{ANA}/drive", 200),
        (["LicenseAssignment.Read.All"], f"/users/{ANA}/licenseDetails", 200),
        (["Files.Read.All"], f"/users/{ANA}/licenseDetails", 403),
        (["LicenseAssignment.Read.All"], "/subscribedSkus", 200),
        (["User.Read.All"], "/subscribedSkus", 403),
        ([], "/organization", 403),
    ],
)
def test_each_permission_opens_its_own_calls(
    wire: Wire, permissions: list[str], address: str, status: int
) -> None:
    token = wire.token("source", permissions=permissions)
    assert wire.get(f"/v1.0{address}", token=token).status == status


def test_a_token_expires(wire: Wire) -> None:
    token = wire.token("source", seconds=60)
    assert wire.get("/v1.0/organization", token=token).status == 200
    wire.service.step(60)
    reply = wire.get("/v1.0/organization", token=token)
    assert reply.status == 401
    assert "expired" in reply.error["message"]


def test_a_token_holds_after_a_restart(tmp_path: Path) -> None:
    with wired(tmp_path / "state.db") as first:
        token = first.token("target", delegated=False)
        first.service.process.kill()
        first.service.process.wait()
    with wired(tmp_path / "state.db") as second:
        assert second.get("/v1.0/users/a@northwind.com/drive", token=token).status == 404
        assert second.get("/v1.0/organization", token=token).status == 200
    # Only its digest was written down.
    assert token.encode() not in (tmp_path / "state.db").read_bytes()
