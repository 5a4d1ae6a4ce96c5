"""The files that an admin imports ask for what the program needs, and for nothing more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.help_page import registration_page
from app.permissions import needs
from rules import ROOT

FOLDER = ROOT / "resources" / "help" / "app-registration"
GRAPH = "00000003-0000-0000-c000-000000000000"
IDS = {
    "SharePointCrossTenantMigration.Read.All": (
        "00dcb678-f9af-4e73-acb1-4f1657364629",
        "f5fa52a5-b9ab-4dc3-885e-9e5b4a67068e",
    ),
    "SharePointCrossTenantMigration.Manage.All": (
        "c608c170-08b5-466b-a8fe-0b4074b01613",
        "a0521574-fcd8-4742-b29c-f796df57ea70",
    ),
    "User.Read.All": (
        "a154be20-db9c-4678-8ab7-66f6cc099a59",
        "df021288-bdef-4463-88db-98f22de89214",
    ),
    "Organization.Read.All": (
        "4908d5b9-3fb2-4b1e-9336-1888b7937185",
        "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    ),
    "LicenseAssignment.Read.All": (
        "f395577a-0960-456b-979f-7228de0c5996",
        "e2f98668-2877-4f38-a2f4-8202e0717aa1",
    ),
    "Files.Read.All": (
        "df85f4d6-205c-4ac5-a5ea-6bf408dba283",
        "01d4889c-1287-42c6-ac1f-5d1e02578ef6",
    ),
}
"""Delegated and application ids: "Microsoft Graph permissions reference"."""


def manifest(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("target", [False, True], ids=["source", "target"])
@pytest.mark.parametrize("application", [False, True], ids=["person", "unattended"])
def test_a_manifest_asks_for_the_least(*, target: bool, application: bool) -> None:
    side = "target" if target else "source"
    made = manifest(f"{side}-unattended" if application else side)
    [asked] = made["requiredResourceAccess"]
    kind = "Role" if application else "Scope"
    wanted = {
        (IDS[need.permission][application], kind)
        for need in needs(target=target, application=application)
    }
    assert asked["resourceAppId"] == GRAPH
    assert {(one["id"], one["type"]) for one in asked["resourceAccess"]} == wanted
    assert len(asked["resourceAccess"]) == len(wanted)
    assert made["signInAudience"] == "AzureADMyOrg"
    assert ("publicClient" in made) is not application
    if not application:
        assert made["publicClient"]["redirectUris"] == ["http://localhost"]
        assert made["isFallbackPublicClient"] is True
        assert made["groupMembershipClaims"] == "DirectoryRole"


def test_the_page_names_every_permission_and_every_file() -> None:
    page = registration_page()
    for permission in IDS:
        assert f"`{permission}`" in page
    for path in FOLDER.glob("*.json"):
        assert f"(app-registration/{path.name})" in page


def test_no_delegated_permission_reads_a_target_users_drive() -> None:
    [asked] = manifest("target")["requiredResourceAccess"]
    assert IDS["Files.Read.All"][0] not in {one["id"] for one in asked["resourceAccess"]}
