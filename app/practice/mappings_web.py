"""The calls on the identity map: changes of up to 50 entries, and one entry by its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.practice import contract
from app.practice.access import Side
from app.practice.calls import Answer, Call, read_json, text_argument
from app.practice.faults import not_found
from app.practice.identity_map import Entry, IdentityMap, Kind, is_kept
from app.practice.odata import Query, selected
from app.practice.store import Store
from app.practice.tenancy import Tenancy

USERS = "/solutions/sharePoint/migrations/crossOrganizationUserMappings"
GROUPS = "/solutions/sharePoint/migrations/crossOrganizationGroupMappings"
USER_PROPERTIES = (
    "id",
    "sourceOrganizationId",
    "deleted",
    "sourceUserIdentity",
    "targetUserIdentity",
    "targetUserMigrationData",
    "userType",
)
GROUP_PROPERTIES = (
    "id",
    "sourceOrganizationId",
    "deleted",
    "sourceGroupIdentity",
    "targetGroupIdentity",
    "targetGroupMigrationData",
    "groupType",
)
_GROUP_TYPES = {"adminGroup": "unknownFutureValue"}
"""What the shell knows and Graph has no word for."""
_ADDRESSES = {Kind.USER: USERS, Kind.GROUP: GROUPS}


class Mappings:
    """Answers the calls; the map belongs to the target tenant and names the source tenant."""

    def __init__(self, store: Store, identity_map: IdentityMap, tenancy: Tenancy) -> None:
        self._store = store
        self._map = identity_map
        self._tenancy = tenancy

    def change_users(self, call: Call, _query: Query) -> Answer:
        return self._change(call, Kind.USER)

    def change_groups(self, call: Call, _query: Query) -> Answer:
        return self._change(call, Kind.GROUP)

    def user(self, call: Call, query: Query, argument: str) -> Answer:
        upn = text_argument(argument, "sourceUserPrincipalName")
        return self._one(call, query, Kind.USER, upn)

    def group(self, call: Call, query: Query, argument: str) -> Answer:
        object_id = text_argument(argument, "sourceGroupObjectId")
        return self._one(call, query, Kind.GROUP, object_id)

    def _change(self, call: Call, kind: Kind) -> Answer:
        """All that can be done is done; what cannot is missing from the answer, without a word."""
        items = contract.read_mappings(read_json(call), kind)
        partner = self._tenancy.tenant(Side.SOURCE).id
        done: list[dict[str, Any]] = []
        with self._store.transaction():
            for item in items:
                entry = _entry(kind, item)
                if "@removed" in item:
                    gone = self._map.remove(kind, entry.source)
                    done += [_removed_json(each) for each in gone]
                elif is_kept(entry, partner):
                    self._map.put(entry)
                    done.append(mapping_json(entry))
        return Answer({"@odata.context": call.about(_ADDRESSES[kind][1:]), "value": done})

    def _one(self, call: Call, query: Query, kind: Kind, source: str) -> Answer:
        found = self._map.of_source(kind, source)
        if not found:
            raise not_found(f"The identity map has no entry of the source {kind} {source[:200]}.")
        about = call.about(f"{_ADDRESSES[kind][1:]}/$entity")
        whole = mapping_json(found[0])
        return Answer({"@odata.context": about, **selected(whole, query.select)})


def _entry(kind: Kind, item: Mapping[str, Any]) -> Entry:
    if kind is Kind.USER:
        data = item.get("targetUserMigrationData") or {}
        return Entry(
            kind,
            item.get("sourceOrganizationId") or "",
            item["sourceUserIdentity"]["userPrincipalName"],
            (item.get("targetUserIdentity") or {}).get("userPrincipalName") or "",
            item.get("userType") or "",
            data.get("email") or "",
        )
    data = item.get("targetGroupMigrationData") or {}
    return Entry(
        kind,
        item.get("sourceOrganizationId") or "",
        item["sourceGroupIdentity"]["id"],
        (item.get("targetGroupIdentity") or {}).get("id") or "",
        item.get("groupType") or "",
        data.get("mailNickname") or "",
    )


def mapping_json(entry: Entry) -> dict[str, Any]:
    """A `sharePointUserIdentityMapping` or `sharePointGroupIdentityMapping`."""
    if entry.kind is Kind.USER:
        return {
            "@odata.type": "#microsoft.graph.sharePointUserIdentityMapping",
            "id": entry.id,
            "sourceOrganizationId": entry.source_organization,
            "userType": entry.type,
            "sourceUserIdentity": {"userPrincipalName": entry.source},
            "targetUserIdentity": {"userPrincipalName": entry.target},
            "targetUserMigrationData": {"email": entry.address} if entry.address else None,
        }
    data = {"mailNickname": entry.address} if entry.address else None
    return {
        "@odata.type": "#microsoft.graph.sharePointGroupIdentityMapping",
        "id": entry.id,
        "sourceOrganizationId": entry.source_organization,
        "groupType": _GROUP_TYPES.get(entry.type, entry.type),
        "sourceGroupIdentity": {"id": entry.source},
        "targetGroupIdentity": {"id": entry.target},
        "targetGroupMigrationData": data,
    }


def _removed_json(entry: Entry) -> dict[str, Any]:
    """What is left of an entry that was taken out: no target any more."""
    whole = mapping_json(entry)
    kept = ("@odata.type", "id", "sourceUserIdentity", "sourceGroupIdentity")
    return {name: whole[name] for name in kept if name in whole}
