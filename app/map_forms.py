"""The two forms in which an identity map leaves the program: Graph's delta, and six columns of CSV.

Sources: "crossOrganizationUserMappings: delta" (Microsoft Graph beta) and "Cross-tenant OneDrive
migration, step 5" for `Add-SPOTenantIdentityMap`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from app.answers import odd_answer
from app.identity_map import M365_GROUP, Entry
from app.model import MapKind
from app.odata import Json, as_object, text

_MAPPINGS = "/solutions/sharePoint/migrations/crossOrganization"
ADDRESSES = {MapKind.USER: f"{_MAPPINGS}UserMappings", MapKind.GROUP: f"{_MAPPINGS}GroupMappings"}
MOST_ITEMS = 50
"""Items in one call ("crossOrganizationUserMappings: delta")."""
_TYPES = {
    MapKind.USER: "#microsoft.graph.sharePointUserIdentityMapping",
    MapKind.GROUP: "#microsoft.graph.sharePointGroupIdentityMapping",
}
_CMDLET_TYPES = {
    "regularUser": "RegularUser",
    "adminUser": "AdminUser",
    "guestUser": "GuestUser",
    "regularGroup": "RegularGroup",
    M365_GROUP: "O365Group",
}
"""As `Microsoft.SharePoint.Client.Administration` spells them; any other word is dropped."""


def look_up_path(kind: MapKind, source: str) -> str:
    """The address of one entry by its alternate key, without the version.

    An apostrophe is doubled, everything else percent-encoded, as OData asks.
    """
    name = "sourceUserPrincipalName" if kind is MapKind.USER else "sourceGroupObjectId"
    key = quote(source.replace("'", "''"), safe="", errors="surrogatepass")
    return f"{ADDRESSES[kind]}({name}='{key}')"


def delta(put: Iterable[Entry], removed: Iterable[Entry], tenant: str) -> Json:
    """The body of one call; `tenant` is the source tenant's id. At most MOST_ITEMS entries."""
    value = [_put_json(entry, tenant) for entry in put]
    value += [_removed_json(entry) for entry in removed]
    # The documented request says @context, where answers say @odata.context.
    return {"@context": "#$delta", "value": value}


def _put_json(entry: Entry, tenant: str) -> Json:
    start: Json = {"@odata.type": _TYPES[entry.kind], "sourceOrganizationId": tenant}
    if entry.kind is MapKind.USER:
        return {
            **start,
            "userType": entry.type,
            "sourceUserIdentity": {"userPrincipalName": entry.source},
            "targetUserIdentity": {"userPrincipalName": entry.target},
            "targetUserMigrationData": {"email": entry.address},
        }
    whole: Json = {
        **start,
        "groupType": entry.type,
        "sourceGroupIdentity": {"id": entry.source},
        "targetGroupIdentity": {"id": entry.target},
    }
    if entry.address:
        whole["targetGroupMigrationData"] = {"mailNickname": entry.address}
    return whole


def _removed_json(entry: Entry) -> Json:
    is_user = entry.kind is MapKind.USER
    name = "sourceUserIdentity" if is_user else "sourceGroupIdentity"
    return {
        "@odata.type": _TYPES[entry.kind],
        "@removed": {"reason": "deleted"},
        name: {"userPrincipalName" if is_user else "id": entry.source},
    }


def read_entry(kind: MapKind, answer: Json) -> Entry:
    """An entry as the target holds it. Raises Unreachable ODD_ANSWER when it cannot be read."""
    what = "User" if kind is MapKind.USER else "Group"
    name = "userPrincipalName" if kind is MapKind.USER else "id"
    source = text(as_object(answer.get(f"source{what}Identity")).get(name))
    if not source:
        raise odd_answer("an entry of the identity map names no source")
    address = "email" if kind is MapKind.USER else "mailNickname"
    return Entry(
        kind,
        source,
        text(as_object(answer.get(f"target{what}Identity")).get(name)),
        text(answer.get(f"{what.lower()}Type")),
        text(as_object(answer.get(f"target{what}MigrationData")).get(address)),
        tenant=text(answer.get("sourceOrganizationId")),
    )


def csv_text(entries: Sequence[Entry], tenant: str) -> str:
    """The six columns without a header, for `Add-SPOTenantIdentityMap`; lines end in CR LF.

    No cell can be a formula: `make_map` leaves out what begins like one, and the rest is ids,
    words of ours and addresses. To be written as UTF-8 without a byte order mark.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    for entry in entries:
        is_user = entry.kind is MapKind.USER
        writer.writerow(
            (
                "User" if is_user else "Group",
                tenant,
                entry.source,
                entry.target,
                entry.address or entry.target,
                _CMDLET_TYPES[entry.type],
            )
        )
    return made.getvalue()
