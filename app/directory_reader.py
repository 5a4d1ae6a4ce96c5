"""Questions to the two directories and the identity map, and what their answers say."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from app.client import GraphClient
from app.graph_batch import Ask, Reply, ask_many
from app.model import Side, upn_key
from app.odata import Json, as_object, number, objects, text
from app.preflight_facts import Drive, MapEntry, Person, Product, Said, TenantFacts
from app.tenants import Tenants

_USER = "id,userPrincipalName,accountEnabled,userType,assignedLicenses,assignedPlans"
_ORGANIZATION = "/organization?$select=id,displayName,verifiedDomains"
_PRODUCTS = (
    "/subscribedSkus?$select=skuId,skuPartNumber,capabilityStatus,consumedUnits,prepaidUnits,"
    "servicePlans"
)
_USABLE = frozenset({"enabled", "warning"})
"""A product that is suspended, locked out or deleted gives nobody a licence."""
_NAMES_IN_A_LIST = 15
_LISTS_IN_A_CALL = 4
"""More would fit into a batch; but a user may have a hundred plans, and answers become large."""
MOST_LISTED = _LISTS_IN_A_CALL * _NAMES_IN_A_LIST
_FORBIDDEN = 403
_USER_MAPPINGS = "/solutions/sharePoint/migrations/crossOrganizationUserMappings"


def list_users(tenants: Tenants, side: Side, upns: Sequence[str]) -> list[Person | None]:
    """At most MOST_LISTED users of one tenant, in one call; None: could not be said now.

    "List users" (Microsoft Graph v1.0), of which `in` takes fifteen names ("Known issues with
    Microsoft Graph", query parameters); takes User.Read.All. A list does not say why it leaves
    somebody out, and may not be taken at all: then the Person is `Said.NOT_LISTED`, and
    `read_users` tells. Raises as `ask_many`.
    """
    parts = [upns[at : at + _NAMES_IN_A_LIST] for at in range(0, len(upns), _NAMES_IN_A_LIST)]
    replies = ask_many(_client(tenants, side), "v1.0", [Ask(_list_path(part)) for part in parts])
    return [
        person
        for part, reply in zip(parts, replies, strict=True)
        for person in _listed(reply, part)
    ]


def read_users(tenants: Tenants, side: Side, upns: Sequence[str]) -> list[Person | None]:
    """At most twenty users of one tenant, in one call; None: could not be said now.

    "Get a user" (Microsoft Graph v1.0); takes User.Read.All. Raises as `ask_many`.
    """
    asks = [Ask(f"/users/{_encoded(upn)}?$select={_USER}") for upn in upns]
    return [_person(reply) for reply in ask_many(_client(tenants, side), "v1.0", asks)]


def read_drives(tenants: Tenants, side: Side, upns: Sequence[str]) -> list[Drive | None]:
    """The OneDrives of at most twenty users, in one call; None: could not be said now.

    Of target users only with an application token: asked with a delegated one, "Get drive"
    makes the OneDrive that must not be there. Without it nothing is asked, and each is a Drive
    with `Said.NOT_ASKED`. This is the one place that asks for a drive. Raises as `ask_many`.

    A delegated call makes the missing OneDrive of a source user too: `app.preflight_questions`
    asks only for those whom the service has just found to have one.
    """
    if side is Side.TARGET and not tenants.target_is_application:
        return [Drive() for _ in upns]
    asks = [Ask(f"/users/{_encoded(u)}/drive?$select=id,driveType,webUrl,quota") for u in upns]
    return [_drive(reply) for reply in ask_many(_client(tenants, side), "v1.0", asks)]


def read_map(tenants: Tenants, source_upns: Sequence[str]) -> list[MapEntry | None]:
    """The identity map's entries of at most twenty source users; None: could not be said now.

    "Get sharePointUserIdentityMapping" (Microsoft Graph beta), on the target tenant. Raises as
    `ask_many`.
    """
    asks = [
        Ask(f"{_USER_MAPPINGS}(sourceUserPrincipalName='{_encoded(upn.replace(_ONE, _TWO))}')")
        for upn in source_upns
    ]
    return [_entry(reply) for reply in ask_many(tenants.target, "beta", asks)]


def read_tenant(client: GraphClient) -> TenantFacts | None:
    """What the tenant says of itself, in one call; None: could not be said now.

    "List organizations", "List subscribedSkus"; takes Organization.Read.All and
    LicenseAssignment.Read.All. Raises as `ask_many`.
    """
    organization, products = ask_many(client, "v1.0", [Ask(_ORGANIZATION), Ask(_PRODUCTS)])
    if organization.is_transient or products.is_transient:
        return None
    one = next(iter(objects(organization.body.get("value"))), {})
    domains = objects(one.get("verifiedDomains"))
    initial = [text(each.get("name")) for each in domains if each.get("isInitial") is True]
    return TenantFacts(
        text(one.get("id")).casefold(),
        text(one.get("displayName")),
        tuple(map(_product, objects(products.body.get("value")))) if products.is_good else None,
        tuple(words(reply) for reply in (organization, products) if not reply.is_good),
        tuple(text(each.get("name")).casefold() for each in domains),
        initial[0].casefold() if initial else "",
        organization.error(),
        products.error(),
    )


def words(reply: Reply) -> str:
    """What a refusal says, verbatim: code and message, or the status when it says nothing."""
    error = reply.body.get("error")
    if not isinstance(error, dict):
        return f"HTTP {reply.status}"
    said = ": ".join(filter(None, (text(error.get("code")), text(error.get("message")))))
    return said or f"HTTP {reply.status}"


_ONE, _TWO = "'", "''"


def _client(tenants: Tenants, side: Side) -> GraphClient:
    return tenants.source if side is Side.SOURCE else tenants.target


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def _said(reply: Reply) -> tuple[Said, str]:
    if reply.is_good:
        return Said.FOUND, ""
    # A 404 without the service's own words may come from something between us.
    is_own = isinstance(reply.body.get("error"), dict)
    return Said.MISSING if reply.status == 404 and is_own else Said.REFUSED, words(reply)


def _list_path(upns: Sequence[str]) -> str:
    names = ",".join(f"'{upn.replace(_ONE, _TWO)}'" for upn in upns)
    return f"/users?$filter={_encoded(f'userPrincipalName in ({names})')}&$select={_USER}"


def _listed(reply: Reply, upns: Sequence[str]) -> list[Person | None]:
    if reply.is_transient:
        return [None] * len(upns)
    if reply.status == _FORBIDDEN:
        return [Person(Said.REFUSED, words(reply))] * len(upns)
    people = objects(reply.body.get("value")) if reply.is_good else []
    found = {upn_key(text(one.get("userPrincipalName"))): one for one in people}
    return [
        _user(found[key]) if (key := upn_key(upn)) in found else Person(Said.NOT_LISTED)
        for upn in upns
    ]


def _person(reply: Reply) -> Person | None:
    if reply.is_transient:
        return None
    said, refusal = _said(reply)
    return _user(reply.body) if said is Said.FOUND else Person(said, refusal)


def _user(user: Json) -> Person:
    enabled, licences, plans = (
        user.get(name) for name in ("accountEnabled", "assignedLicenses", "assignedPlans")
    )
    return Person(
        Said.FOUND,
        enabled=enabled if isinstance(enabled, bool) else None,
        user_type=text(user.get("userType")),
        licences=None
        if not isinstance(licences, list)
        else frozenset(text(one.get("skuId")).casefold() for one in objects(licences)),
        plans=None
        if not isinstance(plans, list)
        else tuple(
            (text(one.get("service")), text(one.get("capabilityStatus"))) for one in objects(plans)
        ),
    )


def _drive(reply: Reply) -> Drive | None:
    if reply.is_transient:
        return None
    said, refusal = _said(reply)
    if said is not Said.FOUND:
        return Drive(said, refusal)
    of = as_object(reply.body.get("quota"))
    return Drive(
        said,
        used_bytes=number(of.get("used")),
        quota_state=text(of.get("state")),
        host=_host(text(reply.body.get("webUrl"))),
    )


def _entry(reply: Reply) -> MapEntry | None:
    if reply.is_transient:
        return None
    said, refusal = _said(reply)
    if said is not Said.FOUND:
        return MapEntry(said, refusal)
    target = as_object(reply.body.get("targetUserIdentity")).get("userPrincipalName")
    return MapEntry(said, "", text(target), text(reply.body.get("userType")))


def _product(sku: Json) -> Product:
    prepaid = as_object(sku.get("prepaidUnits"))
    return Product(
        text(sku.get("skuId")).casefold(),
        text(sku.get("skuPartNumber")),
        tuple(text(plan.get("servicePlanName")) for plan in objects(sku.get("servicePlans"))),
        number(prepaid.get("enabled")),
        number(sku.get("consumedUnits")),
        text(sku.get("capabilityStatus")).casefold() in _USABLE,
    )


def _host(url: str) -> str:
    """`https://contoso-my.sharepoint.com` of a longer address; "" when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".casefold() if parts.scheme and parts.netloc else ""
