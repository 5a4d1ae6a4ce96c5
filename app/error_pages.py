"""The page of each error code: what it means, who can fix it, how, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass

from app import remedies
from app.remedies import FixOn, Remedy, Retry

_WHO = {
    FixOn.SOURCE: "An administrator of the source tenant.",
    FixOn.TARGET: "An administrator of the target tenant.",
    FixOn.BOTH: "An administrator of each of the two tenants.",
    FixOn.WORKBOOK: "You, in the mapping workbook.",
    FixOn.SERVICE: "Microsoft. Nothing in either tenant is at fault.",
}
_SUPPORT = "Microsoft’s support, with a case opened by an administrator."
_RETRY = {
    Retry.AT_ONCE: "Yes, at once.",
    Retry.AFTER_FIX: "Yes, once it is put right. Run the pre-flight for the row before you start"
    " it again.",
    Retry.LATER: "Yes, later, without changing anything.",
    Retry.NO: "No. Another start would end in the same way.",
    Retry.SUPPORT: "Not before Microsoft has acted.",
}
_WHEN = {
    "MnAOdbFailedToGetUrlForSourceUPN": "After a rename, wait some hours first.",
    "MnAOdbForSourceUPNDoesNotExistYet": "Some hours from now.",
    "MnATrustNoSetupForPartner": "A new trust may rest for seven days first.",
    "MnAIdentityMapEntryDoesNotExistsForSourceUPN": "When the entry has been read back.",
    "MnAIdentityMapEntryTooManyForSourceUPN": "When the entry has been read back.",
    "MnAIdentityMapEntryDoesNotMatchRequest": "When the entry has been read back.",
    "MnAMoveJobWasNotCreated": "An hour from now.",
    "MnAMoveJobCreationFailed": "An hour from now, if its text names nothing to put right.",
    "MnASiteMoveIsInprogressOrFinished": "The program takes over the move that is there.",
    "MnAPartnersFarmsAreIncompatible": "48 hours from now; check the compatibility first.",
    "InvalidCharacter": "After a rename, wait some hours first.",
    "MIGR-002": "An hour after the person was added.",
    "CTM-102": "An hour from now, in another batch.",
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What is told of one code, each part a sentence or more."""

    code: str
    title: str
    meaning: str
    who: str
    how: str
    retry: str
    """Whether to retry, and when."""
    command: str
    """PowerShell to copy; "" when there is none. It never deletes anything."""


def page_of(remedy: Remedy) -> ErrorPage:
    """The page of a code of the catalogue."""
    by_support = remedy.retry is Retry.SUPPORT
    when = _WHEN.get(remedy.code, "")
    return ErrorPage(
        remedy.code,
        remedy.title,
        remedy.meaning,
        _SUPPORT if by_support else _WHO[remedy.fix_on],
        remedy.remedy,
        f"{_RETRY[remedy.retry]} {when}".rstrip(),
        remedy.command,
    )


def find_page(code: str, message: str = "") -> ErrorPage | None:
    """The page for an error of the service, by its code or its words; None if unknown."""
    known = remedies.find(code, message)
    return None if known is None else page_of(known)


def all_pages() -> tuple[ErrorPage, ...]:
    """Every page: the engine's codes first, as in the catalogue."""
    return tuple(page_of(remedy) for remedy in remedies.ALL)
