"""The sentences of the connection test: what was found, and what to do."""

from __future__ import annotations

_CONSENT = (
    "In Microsoft Entra, under API permissions of the app registration, add it and grant admin"
    " consent; then sign in again."
)
_SENTENCES: dict[str, tuple[str, str]] = {
    "GOOD": ("The sign-in may do all that a move needs here.", ""),
    "PERMISSION_MISSING": (
        "The {way} permission {permission} is missing: without it the program cannot {purpose}.",
        _CONSENT,
    ),
    "PERMISSION_USEFUL": (
        "The {way} permission {permission} is missing: the program will not {purpose}.",
        f"Moves work without it. {_CONSENT}",
    ),
    "ROLE_MISSING": (
        "{account} is no SharePoint administrator of this tenant (roles: {roles}).",
        "Give the account that role in Microsoft Entra, or sign in with one that has it.",
    ),
    "ROLE_UNKNOWN": (
        "The sign-in does not tell which roles {account} has.",
        "Look it up in Microsoft Entra: the account needs to be SharePoint administrator. With"
        " groupMembershipClaims set to DirectoryRole in the manifest, the program sees it itself.",
    ),
    "ORGANIZATION_REFUSED": (
        "The tenant does not tell its name and domains: {permission} is missing.",
        _CONSENT,
    ),
    "OTHER_TENANT": (
        "The tenant that answers is {found}, but the sign-in is for {wanted}.",
        "Sign out and sign in again.",
    ),
    "MOVES_REFUSED": (
        "The service does not let this sign-in ask about moves: {said}",
        "The account needs to be SharePoint administrator, and both"
        " SharePointCrossTenantMigration permissions need admin consent.",
    ),
    "MOVES_ODD": (
        "The service answers a question about moves with: {said}",
        "The sign-in is not to blame. Look at the trust between the two tenants, and whether source"
        " and target are swapped.",
    ),
    "SAME_TENANT": (
        "Source and target are the same tenant: {tenant}.",
        "Sign in to the other tenant on one of the two sides.",
    ),
    "SWAPPED": (
        "Source and target are swapped: the workbook's domains belong to the other side"
        " ({domains}).",
        "Swap the two sides, or choose the columns of the workbook again.",
    ),
    "SOME_CROSSED": (
        "Some of the workbook's domains belong to the other side: {domains}.",
        "Look at those rows: in them source and target seem to be swapped.",
    ),
    "DOMAIN_UNKNOWN": (
        "The {column} column has domains that {tenant} has not verified: {domains}.",
        "Correct those rows, or verify the domain in the tenant.",
    ),
    "BOTH_SIDES": (
        "Nobody is signed in on both sides",
        "Sign in to the source and to the target tenant, then connect.",
    ),
    "SIGN_IN_TO_GO_ON": (
        "Sign in to go on with the moves of this workbook",
        "Choose Connect tenants. Moves that the service already has go on meanwhile.",
    ),
    "CONNECTED_ALREADY": (
        "This workbook is connected to two tenants already",
        "Close the program, or open another workbook, before you connect it to others.",
    ),
    "NOT_FOR_REAL": (
        "This workbook was rehearsed itself, and real moves would mix with that",
        "Copy the workbook and open the copy for the real moves. Choose Rehearse the next time:"
        " it works on a copy.",
    ),
    "TARGET_HOST": (
        "This is no address of a tenant's OneDrives",
        "It looks like https://northwind-my.sharepoint.com: open any OneDrive of the target tenant"
        " and copy the beginning of its address.",
    ),
}


def sentence(code: str, **values: str) -> tuple[str, str]:
    """What was found, and what to do."""
    text, remedy = _SENTENCES[code]
    return text.format(**values), remedy
