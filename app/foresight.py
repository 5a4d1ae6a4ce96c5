"""Which causes of a failed move are found before a start, by which question, and which not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """The question that finds a cause."""

    WORKBOOK = "the workbook’s own checks"
    USERS = "reading both users"
    DRIVE = "reading the source OneDrive"
    TARGET_DRIVE = "reading the target OneDrive (an application only)"
    MAP = "reading the identity map"
    HOSTS = "the two addresses"
    DRY_RUN = "the service’s dry run"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A cause by the engine's code, and the findings that tell of it before a start."""

    code: str
    by: tuple[By, ...]
    findings: tuple[str, ...]
    """Any one of them; the engine's own code where the dry run gives it."""


_RUN = (By.DRY_RUN,)

FORESEEN: tuple[Foreseen, ...] = (
    Foreseen("FeatureIsNotEnabled", _RUN, ("FeatureIsNotEnabled",)),
    Foreseen("MnATrustNoSetupForPartner", _RUN, ("MnATrustNoSetupForPartner",)),
    Foreseen("MnATrustWrongCmdletUsage", _RUN, ("MnATrustWrongCmdletUsage",)),
    Foreseen(
        "MnAOdbFailedToGetUrlForSourceUPN",
        (By.WORKBOOK, By.USERS, By.DRY_RUN),
        ("SOURCE_USER_MISSING", "MnAOdbFailedToGetUrlForSourceUPN", "UPN_DOT_BEFORE_AT"),
    ),
    Foreseen(
        "MnAOdbForSourceUPNDoesNotExist",
        (By.WORKBOOK, By.DRY_RUN, By.DRIVE),
        ("SOURCE_DRIVE_MISSING", "MnAOdbForSourceUPNDoesNotExist", "UPN_GUEST"),
    ),
    Foreseen("MnAOdbForSourceUPNDoesNotExistYet", _RUN, ("MnAOdbForSourceUPNDoesNotExistYet",)),
    Foreseen(
        "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
        (By.DRY_RUN, By.MAP),
        ("MnAIdentityMapEntryDoesNotExistsForSourceUPN",),
    ),
    Foreseen(
        "MnAIdentityMapEntryTooManyForSourceUPN",
        (By.WORKBOOK, By.DRY_RUN),
        ("MnAIdentityMapEntryTooManyForSourceUPN", "DUPLICATE_SOURCE"),
    ),
    Foreseen(
        "MnAIdentityMapEntryDoesNotMatchRequest",
        (By.DRY_RUN, By.MAP),
        ("MnAIdentityMapEntryDoesNotMatchRequest",),
    ),
    Foreseen(
        "MnAOdbUsersAreNotLicensed",
        (By.USERS, By.DRY_RUN),
        ("MnAOdbUsersAreNotLicensed", "LICENCE_NOT_ASSIGNED"),
    ),
    Foreseen(
        "MnATargetUpnIsInvalid",
        (By.WORKBOOK, By.USERS, By.DRY_RUN),
        (
            "MnATargetUpnIsInvalid",
            "TARGET_USER_MISSING",
            "TARGET_USER_GUEST",
            "UPN_DOT_BEFORE_AT",
            "UPN_GUEST",
        ),
    ),
    Foreseen(
        "MnATargetDomainIsAlreadyInSourceSiteUsers",
        _RUN,
        ("MnATargetDomainIsAlreadyInSourceSiteUsers",),
    ),
    Foreseen(
        "MnATargetUserDoesNotExist",
        (By.USERS, By.DRY_RUN),
        ("TARGET_USER_MISSING", "MnATargetUserDoesNotExist"),
    ),
    Foreseen(
        "MnATargetUserIsNotSpoEnabled",
        (By.USERS, By.DRY_RUN),
        ("TARGET_PLAN_MISSING", "MnATargetUserIsNotSpoEnabled"),
    ),
    Foreseen(
        "MnAMoveJobCreationFailed",
        (By.DRIVE, By.DRY_RUN),
        ("MnAMoveJobCreationFailed", "SOURCE_SIZE_TOO_LARGE"),
    ),
    Foreseen(
        "MnASiteMoveTargetUrlHasWriteConflict",
        (By.WORKBOOK, By.TARGET_DRIVE, By.DRY_RUN),
        ("MnASiteMoveTargetUrlHasWriteConflict", "TARGET_DRIVE_EXISTS", "DUPLICATE_TARGET"),
    ),
    Foreseen("MnAOdbOwnerUrlMismatch", _RUN, ("MnAOdbOwnerUrlMismatch",)),
    Foreseen("MnATargetUrlNotValidForRename", _RUN, ("MnATargetUrlNotValidForRename",)),
    Foreseen(
        "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost",
        (By.HOSTS, By.DRY_RUN),
        ("HOST_ADMIN", "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost"),
    ),
    Foreseen("MnABYOKEnabledOnSourceTenant", _RUN, ("MnABYOKEnabledOnSourceTenant",)),
    Foreseen("MnAPartnersOnTheSameFarm", _RUN, ("MnAPartnersOnTheSameFarm",)),
    Foreseen(
        "MnATargetSideEnvironmentHasConditionsThatBlockTheMove",
        _RUN,
        ("MnATargetSideEnvironmentHasConditionsThatBlockTheMove",),
    ),
    Foreseen("MnASiteMoveIsInprogressOrFinished", _RUN, ("DRY_RUN_THERE_ALREADY",)),
    Foreseen("MnAPartnersFarmsAreIncompatible", _RUN, ("MnAPartnersFarmsAreIncompatible",)),
    Foreseen("invalidCharacter", (By.WORKBOOK,), ("UPN_APOSTROPHE",)),
    Foreseen("-161", _RUN, ("-161",)),
    Foreseen("-102", (By.DRIVE, By.DRY_RUN), ("-102", "SOURCE_DRIVE_LOCKED")),
)

UNFORESEEN: tuple[tuple[str, str], ...] = (
    (
        "MnAMoveJobWasNotCreated",
        "It comes about when the service makes the job, after the start, and has nothing to do with"
        " the person. The program says so and lets you start again later.",
    ),
    (
        "MnAReverseTrustNeedsRequiredPartnerRole",
        "Only the management shell’s reading of states meets it, when the tenants trust each other"
        " both ways and no role is named. A start over Graph names none and does not need it.",
    ),
)
"""Codes of the engine that nothing shows before a start, and why."""

LATER: tuple[tuple[str, str], ...] = (
    ("throttled", "The service asks for fewer calls. Everybody waits as long as it says."),
    ("unavailable", "The service does not answer for a while. It is asked again by itself."),
    ("sign-in expired", "The sign-in ends in the middle. The run pauses until you sign in again."),
    ("starts held", "The service starts no move for a while. The moves wait in its queue."),
    ("restart", "The service puts running moves back into its queue. It tries them again itself."),
    ("jobs not created", "The service fails to make some jobs: MnAMoveJobWasNotCreated."),
)
"""What happens to moves afterwards, as the scenarios of the practice tenants name it."""

BY_HAND: tuple[tuple[str, str], ...] = (
    (
        "Something changes between the pre-flight and the start",
        "Each result has its age. After a day it counts no more; run the pre-flight again shortly"
        " before the start.",
    ),
    (
        "The trust, where no dry run has passed",
        "Graph has no call for it. Run Verify-SPOCrossTenantRelationship on both sides.",
    ),
    (
        "The compatibility of the two tenants",
        "Graph has no call for it. Run Get-SPOCrossTenantCompatibilityStatus on the source.",
    ),
    (
        "A target OneDrive, when a person is signed in to the target",
        "Asked in a person’s name, Graph makes the OneDrive that must not be there. It is never"
        " asked. A dry run that passes has looked; an application may look.",
    ),
    (
        "Items, holds, lock state, ownership, subsites, long paths",
        "No call of the connected services reads them. A dry run finds them in the practice"
        " tenants; how far Microsoft’s own looks is not documented.",
    ),
)
"""What may go wrong all the same, and how to look for it."""
