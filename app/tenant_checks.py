"""Judges what is known of the two tenants as a whole: facts in, findings out; pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks import check_hosts
from app.limits import Limits
from app.model import Finding, Level, Side
from app.outcome import is_of_tenants
from app.preflight_facts import Kind, PairFacts, Product, TenantFacts

_HOST_KNOWN_ONLY_BY_DRIVES = "HOST_EMPTY"
_INCOMPATIBLE = "MnAPartnersFarmsAreIncompatible"
_NAMED_AT_MOST = 5
TRUST_WORDS = {
    "goodtoproceed": Level.PASS,
    "notestablished": Level.BLOCK,
    "notestablishedbypartner": Level.BLOCK,
    "dormantbypartner": Level.BLOCK,
    "couldnotcontactpartner": Level.BLOCK,
}
"""Answers of Verify-SPOCrossTenantRelationship ("Step 3" of the cross-tenant articles)."""
COMPATIBILITY_WORDS = {
    "compatible": Level.PASS,
    "warning": Level.WARN,
    "incompatible": Level.BLOCK,
}
"""Answers of Get-SPOCrossTenantCompatibilityStatus ("Step 5"), as whole words."""
_REFUSED = {
    Kind.SOURCE_USER: "SOURCE_USERS_REFUSED",
    Kind.SOURCE_USER_ALONE: "SOURCE_USERS_REFUSED",
    Kind.TARGET_USER: "TARGET_USERS_REFUSED",
    Kind.TARGET_USER_ALONE: "TARGET_USERS_REFUSED",
    Kind.TARGET_DRIVE: "TARGET_DRIVES_REFUSED",
    Kind.SOURCE_DRIVE: "SOURCE_DRIVES_REFUSED",
    Kind.MAP: "MAP_REFUSED",
    Kind.DRY_RUN: "DRY_RUNS_REFUSED",
}


def judge_pair(facts: PairFacts, limits: Limits, *, rows: int, unlicensed: int) -> list[Finding]:
    """One finding for each check of the tenants, also where it passed.

    `rows` are to be moved; `unlicensed` of them have no licence for moves on either side.
    """
    return [
        *_tenants(facts),
        *_hosts(facts),
        *_trust(facts),
        *_compatibility(facts),
        *_licences(facts, limits, unlicensed),
        *_queue(facts, rows),
        *_target_drives(facts),
        *_unseen(facts),
        *_stopped(facts),
    ]


def migration_licences(facts: PairFacts, limits: Limits) -> frozenset[str] | None:
    """Ids of the licences for moves that either tenant has; None when neither said."""
    said = [tenant.products for tenant in (facts.source, facts.target)]
    if all(products is None for products in said):
        return None
    both: tuple[TenantFacts, ...] = (facts.source, facts.target)
    return frozenset(product.sku_id for tenant in both for product in move_products(tenant, limits))


def move_products(tenant: TenantFacts, limits: Limits) -> list[Product]:
    """What the tenant bought that is a licence for moves; what is suspended does not count."""
    return [
        product
        for product in tenant.products or ()
        if product.is_usable and limits.is_migration_licence(product.part_number, product.plans)
    ]


def sharepoint_products(facts: PairFacts, limits: Limits) -> frozenset[str] | None:
    """Ids of the target's products that carry SharePoint; None when it did not say."""
    products = facts.target.products
    if products is None:
        return None
    return frozenset(
        product.sku_id
        for product in products
        if any(limits.carries_sharepoint(plan) for plan in product.plans)
    )


def compatibility(word: str) -> Level:
    """What the whole word means; `Incompatible` is not `Compatible`, others are UNKNOWN."""
    return COMPATIBILITY_WORDS.get(word.strip().casefold(), Level.UNKNOWN)


def trust(word: str) -> Level:
    """What the whole word means; a word that is not in the table is UNKNOWN."""
    return TRUST_WORDS.get(word.strip().casefold(), Level.UNKNOWN)


def _tenants(facts: PairFacts) -> Iterator[Finding]:
    source, target = facts.source, facts.target
    if source.tenant_id and source.tenant_id == target.tenant_id:
        yield Finding(Level.BLOCK, "TENANTS_SAME", values=(("tenant", source.name),))
    elif source.tenant_id and target.tenant_id:
        yield Finding(Level.PASS, "TENANTS_DIFFER")
    for side, tenant in ((Side.SOURCE, source), (Side.TARGET, target)):
        if tenant.words:
            said = ("said", " / ".join(tenant.words))
            yield Finding(Level.UNKNOWN, "TENANT_UNREADABLE", "", side, (said,))


def _hosts(facts: PairFacts) -> Iterator[Finding]:
    """The target host as it will be sent; the source hosts as the OneDrives themselves say."""
    found: dict[Finding, None] = {}
    for host in facts.source_hosts or ("",):
        found.update(dict.fromkeys(check_hosts(host, facts.target_host)))
    found = {
        finding: None
        for finding in found
        if (finding.code, finding.side) != (_HOST_KNOWN_ONLY_BY_DRIVES, Side.SOURCE)
    }
    yield from found
    if len(facts.source_hosts) > 1:
        names = ", ".join(facts.source_hosts[:_NAMED_AT_MOST])
        yield Finding(Level.WARN, "HOSTS_SEVERAL", "", Side.SOURCE, (("hosts", names),))
    elif not found and facts.source_hosts:
        yield Finding(Level.PASS, "HOSTS_FIT")


def _trust(facts: PairFacts) -> Iterator[Finding]:
    refused = _refusal_of_tenants(facts)
    if refused is not None:
        yield refused
        return
    words = {Side.SOURCE: facts.trust_source, Side.TARGET: facts.trust_target}
    for side, word in words.items():
        if word:
            level, value = trust(word), (("word", word.strip()),)
            code = "TRUST_WORD" if level is Level.UNKNOWN else "TRUST_NOT_GOOD"
            yield (
                Finding(Level.PASS, "TRUST_GOOD", "", side)
                if level is Level.PASS
                else Finding(level, code, "", side, value)
            )
    if not all(words.values()):
        yield (
            Finding(Level.PASS, "TRUST_GOOD")
            if facts.dry_runs_passed
            else Finding(Level.UNKNOWN, "TRUST_UNSEEN")
        )


def _compatibility(facts: PairFacts) -> Iterator[Finding]:
    word = facts.compatibility.strip()
    refused = _refusal_of_tenants(facts)
    if not word and refused is not None and refused.code == _INCOMPATIBLE:
        return  # said already
    if not word:
        yield Finding(Level.UNKNOWN, "COMPATIBILITY_UNSEEN")
        return
    codes = {
        Level.PASS: "COMPATIBILITY_GOOD",
        Level.WARN: "COMPATIBILITY_WARNING",
        Level.BLOCK: _INCOMPATIBLE,
        Level.UNKNOWN: "COMPATIBILITY_WORD",
    }
    level = compatibility(word)
    yield Finding(level, codes[level], values=(("word", word),))


def _licences(facts: PairFacts, limits: Limits, unlicensed: int) -> Iterator[Finding]:
    wanted = migration_licences(facts, limits)
    if wanted is None:
        yield Finding(Level.UNKNOWN, "LICENCES_UNREADABLE")
        return
    if not wanted:
        yield Finding(Level.WARN, "LICENCE_NOT_FOUND")
        return
    tenants: tuple[TenantFacts, ...] = (facts.source, facts.target)
    bought = [product for tenant in tenants for product in move_products(tenant, limits)]
    if any(product.bought is None or product.used is None for product in bought):
        yield Finding(Level.UNKNOWN, "LICENCE_SEATS_UNSAID")
        return
    free = sum(max((one.bought or 0) - (one.used or 0), 0) for one in bought)
    values = (("free", f"{free:,}"), ("needed", f"{unlicensed:,}"))
    if free < unlicensed:
        yield Finding(Level.WARN, "LICENCE_SEATS_SHORT", values=values)
    else:
        yield Finding(Level.PASS, "LICENCE_SEATS_ENOUGH", values=values)


def _queue(facts: PairFacts, rows: int) -> Iterator[Finding]:
    if facts.pending is None:
        yield Finding(Level.UNKNOWN, "QUEUE_UNSEEN")
        return
    room = max(facts.queue_limit - facts.pending, 0)
    values = (
        ("pending", f"{facts.pending:,}"),
        ("limit", f"{facts.queue_limit:,}"),
        ("room", f"{room:,}"),
        ("rows", f"{rows:,}"),
    )
    level, code = (Level.WARN, "QUEUE_SHORT") if room < rows else (Level.PASS, "QUEUE_HAS_ROOM")
    yield Finding(level, code, values=values)


def _target_drives(facts: PairFacts) -> Iterator[Finding]:
    if not facts.target_is_application:
        yield Finding(Level.UNKNOWN, "TARGET_DRIVES_UNSEEN", "", Side.TARGET)


def _unseen(facts: PairFacts) -> Iterator[Finding]:
    """What no call of the connected services reads; a dry run may have looked at it."""
    yield Finding(Level.UNKNOWN, "CONTENT_UNSEEN", "", Side.SOURCE)
    if not facts.can_dry_run:
        yield Finding(Level.UNKNOWN, "DRY_RUN_NOT_OFFERED")


def _stopped(facts: PairFacts) -> Iterator[Finding]:
    for kind, code, words in facts.stopped:
        if not (kind is Kind.DRY_RUN and is_of_tenants(code)):
            said = " ".join(words.split()) or code
            yield Finding(Level.UNKNOWN, _REFUSED[kind], values=(("said", said),))


def _refusal_of_tenants(facts: PairFacts) -> Finding | None:
    for kind, code, words in facts.stopped:
        if kind is Kind.DRY_RUN and is_of_tenants(code):
            return Finding(Level.BLOCK, code, values=(("said", " ".join(words.split())),))
    return None
