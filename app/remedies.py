"""What an error of the service means and what to do, found by its code or by its words."""

from __future__ import annotations

import re
from functools import lru_cache

from app.remedy_table import ENGINE, FixOn, Remedy, Retry

__all__ = ["ALL", "FixOn", "Remedy", "Retry", "find"]

_UNLOCK = "Set-SPOSite -Identity <real URL of the source OneDrive> -LockState Unlock"
_MAP = "Complete the mapping of the person on the target tenant, then start again."

_OTHER: tuple[Remedy, ...] = (
    Remedy(
        "-161",
        "The source OneDrive is locked as read-only",
        "The lock state of the source OneDrive is ReadOnly; a move needs it unlocked.",
        "Unlock it by its real address on the source tenant, then start again.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        _UNLOCK,
        ("Error -161", "Error: -161", "Error code -161"),
        ("Error -161",),
    ),
    Remedy(
        "-102",
        "The source OneDrive is locked against all access",
        "The lock state of the source OneDrive is NoAccess, mostly because the licence that"
        " carried OneDrive is gone.",
        "Give the source user a SharePoint Plan 1 or Plan 2 licence again, then start again.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        fragments=("Error -102", "Error: -102", "Error code -102"),
        aliases=("Error -102",),
    ),
    Remedy(
        "InvalidCharacter",
        "A name has a character that the move cannot carry",
        "A UPN or an address has a character that the service does not take; mostly it is an"
        " apostrophe, which Entra ID allows and the move does not.",
        "Rename the user without that character, wait some hours, and correct the workbook and the"
        " identity map.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        fragments=("invalid character", "invalid characters"),
    ),
    Remedy(
        "AccessDenied",
        "The service denies access",
        "The account or the application that signed in does not have the rights it needs.",
        "Sign in as SharePoint administrator. With an app-only sign-in, give the application its"
        " roles on both tenants: Sites.FullControl.All, User.ReadWrite.All,"
        " SharePointCrossTenantMigration.Manage.All and Migration.ReadWrite.All.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        fragments=("access denied", "access is denied", "unauthorized"),
        aliases=("Unauthorized", "Forbidden", "Authorization_RequestDenied"),
    ),
    Remedy(
        "PowerShellArray",
        "Windows PowerShell misread a list",
        "Windows PowerShell 5.1 mishandles a list in JSON; the service did not refuse anything.",
        "Run the same again in PowerShell 7, or give the values one at a time.",
        FixOn.SOURCE,
        Retry.AT_ONCE,
        fragments=("Cannot convert…to System.String. Specified method is not supported",),
    ),
)
"""Errors outside the engine's list, as administrators report them."""

_ORCHESTRATOR: tuple[Remedy, ...] = (
    Remedy(
        "IM-003",
        "The person is not identity-mapped",
        "The migration orchestrator found no identity mapping of the person.",
        _MAP,
        FixOn.TARGET,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "CTM-001",
        "The person is in this batch already",
        "The same person was submitted twice in one batch.",
        "Nothing to do: the first one counts.",
        FixOn.WORKBOOK,
        Retry.NO,
    ),
    Remedy(
        "CTM-002",
        "The person is in another batch that runs",
        "A person can be in one active batch at a time.",
        "Wait until the other batch is done, or take the person out of it.",
        FixOn.WORKBOOK,
        Retry.LATER,
    ),
    Remedy(
        "CTM-100",
        "The identity mapping was not found",
        "The migration orchestrator found no mapping from the source to the target person.",
        _MAP,
        FixOn.TARGET,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "CTM-101",
        "The identity mapping is not finished",
        "The mapping of the person has begun and is not complete.",
        _MAP,
        FixOn.TARGET,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "CTM-102",
        "The service is busy",
        "The migration orchestrator has no room at the moment.",
        "Submit the person later, in another batch.",
        FixOn.SERVICE,
        Retry.LATER,
    ),
    Remedy(
        "CTM-103",
        "The service met a fault while checking",
        "The check failed inside the service, not because of the person.",
        "Start again later. If it happens again, open a case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.LATER,
    ),
    Remedy(
        "CTM-104",
        "The migration application is missing",
        "The service application for cross-tenant migration is absent or disabled in a tenant.",
        "Have it set up and enabled in the tenant that the text names.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "MIGR-001",
        "The tenants are not authorised for migration",
        "The organization relationship between the two tenants does not allow it.",
        "Correct the organization relationship on both tenants.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "MIGR-002",
        "The person is not in the group that may be migrated",
        "On the source tenant a security group says who may be migrated.",
        "Add the person to that group and wait an hour.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
    ),
    Remedy(
        "MIGR-003",
        "The move of this person failed",
        "The service gives no cause.",
        "Start again later. If it happens again, open a case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.LATER,
    ),
    Remedy(
        "MIGR-004",
        "Relationship or group are set up wrongly",
        "The organization relationship or the group that scopes it does not fit.",
        "Check the relationship on both tenants and the group on the source tenant.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
    ),
)
"""Codes that only the migration orchestrator says ("Errors in orchestrated cross-tenant
migration" of Microsoft's support articles)."""

ALL: tuple[Remedy, ...] = ENGINE + _OTHER + _ORCHESTRATOR

_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "“": '"', "”": '"'})
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-\d+)?", re.ASCII)


@lru_cache(maxsize=4096)
def find(code: str, message: str) -> Remedy | None:
    """The remedy for an error, by its code, else by what its message says; None if unknown.

    Case and the shape of apostrophes do not matter. A code that stands as a word of its own in
    the message counts, because some answers carry it there.
    """
    known = _BY_CODE.get(code.strip().casefold())
    if known is not None and known.code not in _GENERAL:
        return known
    text = message.translate(_STRAIGHT).casefold()
    for word in _WORD.findall(text):
        if word in _OWN_CODES:
            return _OWN_CODES[word]
    for pattern, remedy in _PATTERNS:
        if pattern.search(text):
            return remedy
    return known


def _pattern(fragment: str) -> re.Pattern[str]:
    """Whole words only, any white space between them, anything in place of `…`."""
    parts = [
        r"\s+".join(re.escape(word) for word in part.casefold().split())
        for part in fragment.split("…")
    ]
    return re.compile(r"(?<!\w)" + r"\b.{0,500}?\b".join(parts) + r"(?!\w)", re.DOTALL)


_BY_CODE = {name.casefold(): remedy for remedy in ALL for name in (remedy.code, *remedy.aliases)}
_OWN_CODES = {remedy.code.casefold(): remedy for remedy in ENGINE + _ORCHESTRATOR}
_GENERAL = frozenset({"AccessDenied"})
"""Codes that say less than words in the message that name the cause."""
_PATTERNS = [
    (_pattern(fragment), remedy)
    for remedies in (ENGINE, _OTHER)
    # Fragments with a gap last: they could reach into words that another one names exactly.
    for gap in (False, True)
    for remedy in remedies
    for fragment in remedy.fragments
    if ("…" in fragment) is gap
]
