"""The connection test: what a sign-in may do in its tenant, and what is missing, by name.

It only reads, and asks for nothing that a question could make.
"""

from __future__ import annotations

from collections.abc import Collection

from app.answers import odd_answer
from app.client import GraphClient
from app.clouds import other_cloud, wrong_cloud
from app.errors import AppError, Refused, ServiceError
from app.model import Level, Side
from app.odata import Json, objects, text
from app.permissions import READ_ORGANIZATION, missing
from app.signed_in import SignedIn, TenantCheck, TenantSeen
from app.tenant_test_texts import sentence

_MIGRATIONS = "/beta/solutions/sharePoint/migrations"
_NOBODY = "tenant-ferry-connection-test%40nowhere.invalid"
"""Nobody's name: the identity map answers that it does not know it, which is an answer."""


def look_at_tenant(client: GraphClient, who: SignedIn, side: Side) -> TenantSeen:
    """Ask the tenant. Raises ServiceError only when it cannot be asked at all."""
    target = side is Side.TARGET
    checks: list[TenantCheck] = []
    for need in missing(who.permissions, target=target, application=who.is_application):
        level = Level.BLOCK if need.required else Level.WARN
        way = "application" if who.is_application else "delegated"
        code = "PERMISSION_MISSING" if need.required else "PERMISSION_USEFUL"
        checks.append(
            _check(level, code, permission=need.permission, purpose=need.purpose, way=way)
        )
    if who.lacks_role:
        held = ", ".join(who.role_names) or "none"
        checks.append(_check(Level.BLOCK, "ROLE_MISSING", account=who.account, roles=held))
    elif who.roles is None and not who.is_application:
        checks.append(_check(Level.UNKNOWN, "ROLE_UNKNOWN", account=who.account))
    organization, refusal = _organization(client)
    checks += [refusal] if refusal is not None else []
    tenant_id = text(organization.get("id")).casefold()
    if tenant_id and tenant_id != who.tenant_id.casefold():
        checks.append(_check(Level.BLOCK, "OTHER_TENANT", found=tenant_id, wanted=who.tenant_id))
    domains = _domains(organization)
    try:
        _may_move(client, side)
    except Refused as error:
        said = f"{error.code}: {error.detail}".strip(": ")
        # Only a 403 is about the sign-in; another refusal is about the tenants, such as the trust.
        is_ours = error.status == 403
        level, code = (Level.BLOCK, "MOVES_REFUSED") if is_ours else (Level.WARN, "MOVES_ODD")
        checks.append(_check(level, code, said=said))
    if not any(one.level is Level.BLOCK for one in checks):
        checks.insert(0, _check(Level.PASS, "GOOD"))
    return TenantSeen(
        tenant_id or who.tenant_id.casefold(),
        text(organization.get("displayName")),
        tuple(name for name, _ in domains),
        next((name for name, is_initial in domains if is_initial), ""),
        tuple(checks),
    )


def look_at_pair(
    source: TenantSeen,
    target: TenantSeen,
    source_domains: Collection[str],
    target_domains: Collection[str],
) -> tuple[TenantCheck, ...]:
    """Whether the two are the right way round for a workbook with UPNs of these domains."""
    if source.tenant_id == target.tenant_id:
        return (_check(Level.BLOCK, "SAME_TENANT", tenant=source.name or source.tenant_id),)
    ours, theirs = set(source_domains), set(target_domains)
    crossed = (ours & set(target.domains)) | (theirs & set(source.domains))
    straight = (ours & set(source.domains)) | (theirs & set(target.domains))
    if crossed and not straight:
        return (_check(Level.BLOCK, "SWAPPED", domains=_listed(crossed)),)
    found = []
    if crossed:
        found.append(_check(Level.WARN, "SOME_CROSSED", domains=_listed(crossed)))
    for seen, wanted, column in ((source, ours, "source"), (target, theirs, "target")):
        strange = wanted - set(seen.domains) - crossed
        if seen.domains and strange:
            name = seen.name or seen.tenant_id
            found.append(
                _check(
                    Level.WARN,
                    "DOMAIN_UNKNOWN",
                    domains=_listed(strange),
                    column=column,
                    tenant=name,
                )
            )
    return tuple(found)


def check_host(host: str) -> str:
    """The address of a tenant's OneDrives as it is sent. Raises AppError TARGET_HOST.

    `https`, a name that ends in `-my.sharepoint.com`, nothing after it.
    """
    name = host.strip().casefold().removeprefix("https://").rstrip("/")
    cloud = other_cloud(name)
    if cloud:
        raise wrong_cloud(name, cloud)
    letters = name.removesuffix("-my.sharepoint.com")
    is_good = letters != name and letters.replace("-", "").isalnum() and letters.isascii()
    if not is_good or "://" in name:
        text, remedy = sentence("TARGET_HOST")
        raise AppError("TARGET_HOST", text, host, remedy)
    return f"https://{name}"


def _organization(client: GraphClient) -> tuple[Json, TenantCheck | None]:
    try:
        rows = client.get("/v1.0/organization", {"$select": "id,displayName,verifiedDomains"}).get(
            "value"
        )
    except Refused:
        return {}, _check(Level.BLOCK, "ORGANIZATION_REFUSED", permission=READ_ORGANIZATION)
    if not objects(rows):
        raise odd_answer("the tenant does not say who it is")
    return objects(rows)[0], None


def _domains(organization: Json) -> list[tuple[str, bool]]:
    return [
        (text(one.get("name")).casefold(), one.get("isInitial") is True)
        for one in objects(organization.get("verifiedDomains"))
    ]


def _may_move(client: GraphClient, side: Side) -> None:
    """A question about moves that has no effect; raises Refused when it is not answered."""
    if side is Side.SOURCE:
        client.get(f"{_MIGRATIONS}/crossOrganizationMigrationTasks", {"$top": "1"})
        return
    asked = f"crossOrganizationUserMappings(sourceUserPrincipalName='{_NOBODY}')"
    try:
        client.get(f"{_MIGRATIONS}/{asked}")
    except ServiceError as error:
        if not isinstance(error, Refused) or error.status != 404:
            raise


def _listed(domains: Collection[str]) -> str:
    names = sorted(domains)
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _check(level: Level, code: str, **values: str) -> TenantCheck:
    text, remedy = sentence(code, **values)
    return TenantCheck(level, code, text, remedy)
