"""The directory calls on either tenant: people, their OneDrives, licences and the organization."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from app.practice.access import READ_DIRECTORY, READ_USERS, Side
from app.practice.calls import Answer, Call
from app.practice.clock import PracticeClock
from app.practice.directory import Directory, Person, is_guest
from app.practice.faults import Fault, not_found
from app.practice.filters import chosen_upns
from app.practice.licences import MIGRATION, OFFICE, Sku
from app.practice.odata import Query, selected
from app.practice.store import Store
from app.practice.tenancy import Tenancy

USER_USUAL = (
    "id",
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "jobTitle",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "businessPhones",
)
"""What a user is answered with unless something else is selected ("Get a user")."""
USER_ON_REQUEST = (
    "accountEnabled",
    "userType",
    "usageLocation",
    "assignedLicenses",
    "assignedPlans",
    "mySite",
)
USER_PROPERTIES = USER_USUAL + USER_ON_REQUEST
DRIVE_PROPERTIES = ("id", "driveType", "name", "webUrl", "owner", "quota")
SKU_PROPERTIES = (
    "id",
    "skuId",
    "skuPartNumber",
    "capabilityStatus",
    "appliesTo",
    "consumedUnits",
    "prepaidUnits",
    "servicePlans",
)
LICENCE_PROPERTIES = ("id", "skuId", "skuPartNumber", "servicePlans")
ORGANIZATION_PROPERTIES = ("id", "displayName", "verifiedDomains")
_TEBIBYTE = 2**40


class DirectoryCalls:
    """Answers the calls; each method is one address of the contract."""

    def __init__(
        self, store: Store, directory: Directory, tenancy: Tenancy, clock: PracticeClock
    ) -> None:
        self._clock = clock
        self._store = store
        self._directory = directory
        self._tenancy = tenancy

    def user(self, call: Call, query: Query, name: str) -> Answer:
        person = self._person(call, name)
        chosen = query.select or USER_USUAL
        _check_may_read(call, chosen)
        whole = selected(self._user_json(call.caller.side, person), chosen)
        return Answer({"@odata.context": call.about("users/$entity"), **whole})

    def users(self, call: Call, query: Query) -> Answer:
        """Those of the people asked for by UPN who are here; the others are left out."""
        chosen = query.select or USER_USUAL
        _check_may_read(call, chosen)
        named = chosen_upns(query.options.get("$filter", ""))
        people = [self._tenancy.find(call.caller.side, upn) for upn in named]
        value = [
            selected(self._user_json(call.caller.side, person), chosen)
            for person in people
            if person is not None
        ]
        return Answer({"@odata.context": call.about("users"), "value": value})

    def drive(self, call: Call, query: Query, name: str) -> Answer:
        """A delegated call makes the missing OneDrive of a licensed user ("Get drive")."""
        side = call.caller.side
        person = self._person(call, name)
        if not self._has_drive(side, person):
            if not call.caller.delegated or not self._may_have_drive(side, person):
                raise not_found(f"{person.upn} has no OneDrive.")
            self._provision(side, person)
            person = self._directory.person(person.upn)
        if side is Side.SOURCE and person.drive_lock == "NoAccess":
            raise Fault(403, "accessDenied", f"The OneDrive of {person.upn} is locked: NoAccess.")
        whole = selected(self._drive_json(side, person), query.select)
        return Answer({"@odata.context": call.about("drives/$entity"), **whole})

    def licences(self, call: Call, query: Query, name: str) -> Answer:
        skus = self._skus_of(call.caller.side, self._person(call, name))
        value = [selected(_licence_json(sku), query.select) for sku in skus]
        about = call.about(f"users('{name.replace(chr(39), chr(39) * 2)}')/licenseDetails")
        return Answer({"@odata.context": about, "value": value})

    def skus(self, call: Call, query: Query) -> Answer:
        side = call.caller.side
        tenant_id = self._tenancy.tenant(side).id
        value = [
            selected(_sku_json(sku, tenant_id, *self._seats(side, sku)), query.select)
            for sku in (OFFICE, MIGRATION)
        ]
        return Answer({"@odata.context": call.about("subscribedSkus"), "value": value})

    def organization(self, call: Call, query: Query) -> Answer:
        tenant = self._tenancy.tenant(call.caller.side)
        domains = [
            {
                "name": domain,
                "isDefault": domain == tenant.domains[0],
                "isInitial": domain == tenant.initial_domain,
                "type": "Managed",
                "capabilities": "Email, OfficeCommunicationsOnline",
            }
            for domain in tenant.domains
        ]
        whole = {"id": tenant.id, "displayName": tenant.display_name, "verifiedDomains": domains}
        value = [selected(whole, query.select)]
        return Answer({"@odata.context": call.about("organization"), "value": value})

    def _person(self, call: Call, name: str) -> Person:
        name = name.replace("''", "'")
        person = self._tenancy.find(call.caller.side, name)
        if person is None:
            raise Fault(
                404,
                "Request_ResourceNotFound",
                f"Resource '{name[:200]}' does not exist or one of its queried reference-property "
                "objects are not present.",
            )
        return person

    def _has_drive(self, side: Side, person: Person) -> bool:
        if side is Side.TARGET:
            return person.target_drive_exists or self._store.drive_is_made(person.upn.casefold())
        if person.no_drive or is_guest(person.upn) or self._moved_away(person):
            return False
        return person.drive_ready_at <= self._clock.now_ms()

    def _may_have_drive(self, side: Side, person: Person) -> bool:
        """Whether one can be made: for a licensed member, at an address that is free."""
        if is_guest(person.upn) or OFFICE not in self._skus_of(side, person):
            return False
        if side is Side.TARGET:
            return not (person.target_drive_deleted or person.target_redirect)
        return person.no_drive and not self._moved_away(person)

    def _moved_away(self, person: Person) -> bool:
        """Only the redirect of a move is left at the address."""
        return self._store.has_moved(person.upn.casefold())

    def _provision(self, side: Side, person: Person) -> None:
        facts: dict[str, Any] = dict(self._store.person(person.upn.casefold()) or {})
        if side is Side.TARGET:
            facts["target_drive_exists"] = True
        else:
            facts |= {"no_drive": False, "drive_bytes": 0}
        self._directory.add({person.upn: facts})

    def _skus_of(self, side: Side, person: Person) -> Sequence[Sku]:
        """One migration licence is enough for a move; usually it is the source user's."""
        if is_guest(person.upn) or person.left:
            return ()
        with_plan = not (side is Side.TARGET and person.no_target_plan)
        with_move = person.move_licence or (side is Side.SOURCE and not person.no_licence)
        return (*((OFFICE,) if with_plan else ()), *((MIGRATION,) if with_move else ()))

    def _seats(self, side: Side, sku: Sku) -> tuple[int, int]:
        """Bought and used; where licences for moves are short, none is left."""
        people = self._store.count_people(side)
        if sku is OFFICE:
            return max(sku.bought, people), people
        share = self._directory.licensed_share
        used = round(people * share) if side is Side.SOURCE else 0
        return (max(sku.bought, used) if share == 1 else used), used

    def _user_json(self, side: Side, person: Person) -> dict[str, Any]:
        local = person.upn.partition("@")[0]
        names = [part.capitalize() for part in local.replace("_", ".").split(".") if part]
        url = self._tenancy.drive_url(side, person.upn)
        return {
            "id": person.object_id,
            "userPrincipalName": person.upn,
            "displayName": " ".join(names) or local,
            "givenName": names[0] if len(names) > 1 else None,
            "surname": names[-1] if len(names) > 1 else None,
            "mail": person.upn,
            "jobTitle": None,
            "mobilePhone": None,
            "officeLocation": None,
            "preferredLanguage": None,
            "businessPhones": [],
            "accountEnabled": not person.left,
            "userType": "Guest" if is_guest(person.upn) else "Member",
            "usageLocation": "US",
            "assignedLicenses": [
                {"skuId": sku.id, "disabledPlans": []} for sku in self._skus_of(side, person)
            ],
            "assignedPlans": [
                {
                    "assignedDateTime": "2026-01-05T08:00:00Z",
                    "capabilityStatus": "Enabled",
                    "service": "SharePoint",
                    "servicePlanId": plan_id,
                }
                for sku in self._skus_of(side, person)
                for _, plan_id in sku.plans
                if plan_id is not None
            ],
            "mySite": f"{url}/" if self._has_drive(side, person) else None,
        }

    def _drive_json(self, side: Side, person: Person) -> dict[str, Any]:
        digest = self._directory.digest(f"drive|{side}|{person.upn.casefold()}")
        used = person.drive_bytes
        total = _TEBIBYTE if used < _TEBIBYTE else 5 * _TEBIBYTE
        share = used / total
        state = "normal" if share < 0.75 else "nearing" if share < 0.9 else "critical"
        return {
            "id": "b!" + base64.urlsafe_b64encode(digest).decode("ascii").rstrip("="),
            "driveType": "business",
            "name": "OneDrive",
            "webUrl": f"{self._tenancy.drive_url(side, person.upn)}/Documents",
            "owner": {"user": {"id": person.object_id, "displayName": person.upn}},
            "quota": {
                "deleted": 0,
                "remaining": max(total - used, 0),
                "state": state if used <= total else "exceeded",
                "total": total,
                "used": used,
            },
        }


def _check_may_read(call: Call, chosen: Sequence[str]) -> None:
    """More than the usual properties takes more than User.ReadBasic.All. Raises Fault."""
    opened = call.caller.permissions.intersection((READ_USERS, READ_DIRECTORY))
    if not opened and set(chosen) & set(USER_ON_REQUEST):
        raise Fault(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation: it takes User.Read.All.",
        )


def _plans_json(sku: Sku) -> list[dict[str, Any]]:
    return [
        {
            "servicePlanId": plan_id,
            "servicePlanName": name,
            "provisioningStatus": "Success",
            "appliesTo": "User",
        }
        for name, plan_id in sku.plans
    ]


def _licence_json(sku: Sku) -> dict[str, Any]:
    return {
        "id": base64.urlsafe_b64encode(sku.id.encode()).decode("ascii").rstrip("="),
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "servicePlans": _plans_json(sku),
    }


def _sku_json(sku: Sku, tenant_id: str, bought: int, used: int) -> dict[str, Any]:
    return {
        "id": f"{tenant_id}_{sku.id}",
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "capabilityStatus": "Enabled",
        "appliesTo": "User",
        "consumedUnits": used,
        "prepaidUnits": {"enabled": bought, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": _plans_json(sku),
    }
