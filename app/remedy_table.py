"""The engine's 26 OneDrive error codes in plain words: what each means, who fixes it and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Retry(StrEnum):
    """When the same move may be started again."""

    AT_ONCE = "at once"
    AFTER_FIX = "after the fix"
    LATER = "later"
    NO = "no"
    SUPPORT = "after Microsoft has acted"


class FixOn(StrEnum):
    """Where the cause is put right."""

    SOURCE = "source"
    TARGET = "target"
    BOTH = "both"
    WORKBOOK = "workbook"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What an error of the service means and what to do about it.

    `command` is PowerShell to copy, with `<...>` to fill in; "" when there is none. It never
    deletes anything. `fragments` are what stays the same in the published message, with `…`
    standing for anything; `aliases` are other codes for the same.
    """

    code: str
    title: str
    meaning: str
    remedy: str
    fix_on: FixOn
    retry: Retry
    command: str = ""
    fragments: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


_TARGET_HOST = "-PartnerCrossTenantHostUrl https://<target>-my.sharepoint.com"
_SOURCE_HOST = "-PartnerCrossTenantHostUrl https://<source>-my.sharepoint.com"
_STATE = (
    f"Get-SPOCrossTenantUserContentMoveState {_TARGET_HOST} -SourceUserPrincipalName <source UPN>"
)
_UPLOAD = "Add-SPOTenantIdentityMap -IdentityMapPath <full path of the map>"
_READ_BACK = "Get-SPOTenantIdentityMappingUser -Field SourceUserKey -Value <source UPN>"
_TRUST = f"""\
# on the source tenant
Set-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Target {_TARGET_HOST}
Verify-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Target {_TARGET_HOST}
# on the target tenant
Set-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Source {_SOURCE_HOST}
Verify-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Source {_SOURCE_HOST}"""

ENGINE: tuple[Remedy, ...] = (
    Remedy(
        "FeatureIsNotEnabled",
        "Cross-tenant moves are not switched on",
        "One of the two tenants does not have the cross-tenant move feature.",
        "Buy and assign the licence Cross Tenant User Data Migration. If the text names"
        " [MnASiteMove], only Microsoft's support can switch it on.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        fragments=("feature is not enabled for this tenant",),
    ),
    Remedy(
        "MnATrustNoSetupForPartner",
        "The two tenants do not trust each other yet",
        "This tenant has no relationship with the partner address that was given.",
        "Set up the trust on both tenants, with the partner's own role and address, and verify it"
        " on both.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        _TRUST,
        ("no Cross-Tenant relationship established for partner",),
    ),
    Remedy(
        "MnAReverseTrustNeedsRequiredPartnerRole",
        "The partner's role must be named",
        "The two tenants trust each other in both directions, so the service cannot tell which"
        " direction is meant.",
        "Ask again and name the partner's role; seen from the source tenant it is Target.",
        FixOn.SOURCE,
        Retry.AT_ONCE,
        f"{_STATE} -PartnerRole Target",
        ("RequiredPartnerRole",),
    ),
    Remedy(
        "MnATrustWrongCmdletUsage",
        "The command ran on the wrong tenant",
        "The partner has a role that this command does not work with.",
        "Sign in to the other tenant of the pair and run it there: moves are started on the source"
        " tenant, the identity map is uploaded on the target tenant.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        fragments=("can't use this cmdlet with a partner with",),
    ),
    Remedy(
        "MnAOdbFailedToGetUrlForSourceUPN",
        "The source OneDrive was not found",
        "The service found no OneDrive address for the source UPN. The UPN may be wrong or renamed"
        " a short while ago, or the person has no licence or no OneDrive.",
        "Check the person in the source tenant. After a rename wait some hours.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        fragments=("Unable to get a OneDrive URL for source user UPN",),
    ),
    Remedy(
        "MnAOdbForSourceUPNDoesNotExistYet",
        "The source OneDrive is not ready yet",
        "The OneDrive of the source user is still being made or renamed.",
        "Wait some hours, then start this move again.",
        FixOn.SOURCE,
        Retry.LATER,
        fragments=("does not yet exist",),
    ),
    Remedy(
        "MnAOdbForSourceUPNDoesNotExist",
        "The source user has no OneDrive",
        "The person never opened OneDrive, so there is nothing to move.",
        "Leave the person out, or correct the source UPN if it is the wrong one.",
        FixOn.SOURCE,
        Retry.NO,
        fragments=("OneDrive site for source user UPN…does not exist",),
    ),
    Remedy(
        "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
        "The person is missing from the identity map",
        "The identity map on the target tenant has no row for the source UPN.",
        "Add the row, upload the whole map on the target tenant (an upload replaces all of it), and"
        " read the row back: a rejected row gives no error.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        f"{_UPLOAD}\n{_READ_BACK}",
        ("does not exist on the target tenant",),
    ),
    Remedy(
        "MnAIdentityMapEntryTooManyForSourceUPN",
        "The person is in the identity map more than once",
        "The identity map names the source UPN in several rows; only one is allowed.",
        "Take the repeated rows out and upload the whole map on the target tenant again.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        f"{_UPLOAD}\n{_READ_BACK}",
        ("more than one identity map entry",),
    ),
    Remedy(
        "MnAIdentityMapEntryDoesNotMatchRequest",
        "Workbook and identity map name different targets",
        "The uploaded identity map sends this person to another target UPN than the workbook.",
        "Decide which one is right, correct the workbook or the map, and upload the whole map on"
        " the target tenant again.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        f"{_READ_BACK}\n{_UPLOAD}",
        ("correspond to the requested target UPN",),
    ),
    Remedy(
        "MnAOdbUsersAreNotLicensed",
        "The migration licence is missing",
        "Neither the source user nor the target user has the cross-tenant migration licence.",
        "Assign the licence Cross Tenant User Data Migration to one of the two.",
        FixOn.BOTH,
        Retry.AFTER_FIX,
        fragments=("are licensed for Cross-tenant OneDrive migration",),
    ),
    Remedy(
        "MnATargetUserDoesNotExist",
        "The target user does not exist",
        "The target tenant has no user with the target UPN.",
        "Create the user in the target tenant, or correct the target UPN in the workbook.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        fragments=("does not exist on the target side",),
    ),
    Remedy(
        "MnATargetUserIsNotSpoEnabled",
        "The target user may not use SharePoint",
        "The target user has no plan that includes SharePoint and OneDrive.",
        "Assign a SharePoint or OneDrive plan in the target tenant. The person must not open"
        " OneDrive there before the move is done.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        fragments=("not allowed to have any SharePoint resources",),
    ),
    Remedy(
        "MnATargetUpnIsInvalid",
        "The target UPN is not valid",
        "The target UPN has a typing error, a guest form or characters that are not allowed.",
        "Correct the target UPN in the workbook.",
        FixOn.WORKBOOK,
        Retry.AFTER_FIX,
        fragments=("The target UPN…is invalid",),
    ),
    Remedy(
        "MnATargetDomainIsAlreadyInSourceSiteUsers",
        "People of the target tenant are in the source OneDrive",
        "Somebody with an address of the target tenant has access to the source OneDrive as a"
        " guest; the move cannot start while that is so.",
        "Remove these people from the source OneDrive and share with them again after the move.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        fragments=("contains users with the target tenant domain",),
    ),
    Remedy(
        "MnAMoveJobWasNotCreated",
        "The service did not make the move",
        "The service accepted the call but made no move of it.",
        "Start it again later. If it happens again, open a case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.LATER,
        fragments=("content move job was not created",),
    ),
    Remedy(
        "MnAMoveJobCreationFailed",
        "The service failed to make the move",
        "The service met an error of its own; its text may carry the inner cause.",
        "Read the service's text and fix what it names. If it names nothing, start the move again"
        " later, then open a case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.LATER,
        fragments=("job creation for the source object id",),
    ),
    Remedy(
        "MnASiteMoveTargetUrlHasWriteConflict",
        "Something is already there on the target",
        "The target has a OneDrive at this address, perhaps in its recycle bin, or the redirect of"
        " an earlier move.",
        "Look up what is there and whether anybody needs it. Only the target's administrator can"
        " decide to remove it, for good and by its real address; this program never does. The"
        " command lists redirects.",
        FixOn.TARGET,
        Retry.AFTER_FIX,
        "Get-SPOSite -Template 'RedirectSite#0'",
        ("target tenant has a conflict",),
    ),
    Remedy(
        "MnAOdbOwnerUrlMismatch",
        "The source OneDrive has another owner",
        "The owner of the site is not the person the OneDrive belongs to, as happens when an"
        " administrator takes over from somebody who leaves.",
        "Make the person the owner of the source OneDrive again.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        fragments=("doesn't match the owner of the OneDrive",),
    ),
    Remedy(
        "MnATargetUrlNotValidForRename",
        "Paths become too long on the target",
        "At least one path would pass 400 characters; the address of the target OneDrive counts.",
        "Shorten these folders and files in the source OneDrive, or choose a shorter target UPN."
        " The command lists them.",
        FixOn.SOURCE,
        Retry.AFTER_FIX,
        "Find-SPOCrossTenantLongFilePathsForSiteRename -OldSiteUrl <source OneDrive URL>"
        " -NewSiteUrl <target OneDrive URL>",
        ("exceeds the character limit of the destination",),
    ),
    Remedy(
        "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost",
        "The target address is the wrong one",
        "The address that was given is not the target's OneDrive host; often it is the admin"
        " centre's.",
        "Give the address that ends in -my.sharepoint.com. On the target tenant the command prints"
        " it.",
        FixOn.WORKBOOK,
        Retry.AFTER_FIX,
        "Get-SPOCrossTenantHostUrl",
        ("TargetCrossTenantHostUrl…incorrect",),
    ),
    Remedy(
        "MnABYOKEnabledOnSourceTenant",
        "The source tenant uses its own encryption key",
        "Customer Key (Bring Your Own Key) is on in the source tenant, which rules moves out.",
        "Microsoft documents no way round it. Plan another way for these people.",
        FixOn.SOURCE,
        Retry.NO,
        fragments=("Bring Your Own Key",),
    ),
    Remedy(
        "MnAPartnersOnTheSameFarm",
        "Both tenants lie in the same SharePoint farm",
        "The service cannot move between tenants that Microsoft keeps in the same place.",
        "Nothing can be done in either tenant: open a case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.SUPPORT,
        fragments=("partners reside in the same SPO location",),
    ),
    Remedy(
        "MnATargetSideEnvironmentHasConditionsThatBlockTheMove",
        "The target tenant blocks the move",
        "Something in the target tenant prevents the move; the service does not say what.",
        "Open a case with Microsoft's support and give them the service's text.",
        FixOn.TARGET,
        Retry.SUPPORT,
        fragments=("target environment has conditions that prevent the move",),
    ),
    Remedy(
        "MnASiteMoveIsInprogressOrFinished",
        "The service already has this move",
        "A move of this OneDrive was submitted before; it is running or done.",
        "Do not start it again. Read the state of the move that is there.",
        FixOn.SERVICE,
        Retry.NO,
        _STATE,
        ("another move job for the same source URL",),
    ),
    Remedy(
        "MnAPartnersFarmsAreIncompatible",
        "The two tenants are not compatible at the moment",
        "Microsoft's systems behind the two tenants have different versions for now.",
        "Wait 48 hours and check the compatibility on the source tenant again. If it stays, open a"
        " case with Microsoft's support.",
        FixOn.SERVICE,
        Retry.LATER,
        f"Get-SPOCrossTenantCompatibilityStatus {_TARGET_HOST}",
        ("verify the compatibility status before running the migration",),
    ),
)
"""Codes, fragments and causes: "Errors in orchestrated cross-tenant migration" of Microsoft's
support articles (December 2025), which gives no remedies; these are ours."""
