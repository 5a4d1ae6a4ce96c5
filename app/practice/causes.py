"""What can go wrong with a move: the engine's published codes, and when each is raised.

The codes are those of "Errors of orchestrated migration" (Microsoft, December 2025). The
sentences are ours around the stable words of theirs; the curly apostrophes are meant.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that goes wrong."""

    code: str
    text: str
    """A sentence with {source}, {target}, {host} and {object_id}."""
    status: int = 0
    """The HTTP status when the start itself is refused; 0 when the move fails in Validation."""

    def message(self, *, source: str, target: str, host: str, object_id: str) -> str:
        return self.text.format(source=source, target=target, host=host, object_id=object_id)


INVALID_CHARACTER = Cause(
    "invalidCharacter", "The URL made from {source} and {target} has an invalid character.", 422
)
NO_URL = Cause(
    "MnAOdbFailedToGetUrlForSourceUPN",
    "Unable to get a OneDrive URL for source user UPN {source}.",
    422,
)
NO_DRIVE = Cause(
    "MnAOdbForSourceUPNDoesNotExist",
    "The OneDrive site for source user UPN {source} does not exist.",
    422,
)
NOT_LICENSED = Cause(
    "MnAOdbUsersAreNotLicensed",
    "Neither source user {source} nor target user {target} are licensed for Cross-tenant OneDrive "
    "migration.",
)
TARGET_UPN_INVALID = Cause("MnATargetUpnIsInvalid", "The target UPN {target} is invalid.", 422)
TARGET_CONFLICT = Cause(
    "MnASiteMoveTargetUrlHasWriteConflict",
    "The OneDrive URL of {target} in the target tenant has a conflict with a site that exists.",
)
ADMIN_HOST = Cause(
    "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost",
    "The TargetCrossTenantHostUrl {host} is incorrect: it is an admin site.",
    422,
)
ANOTHER_JOB = Cause(
    "MnASiteMoveIsInprogressOrFinished",
    "There is another move job for the same source URL, of {source}, in progress or finished.",
    409,
)
ON_HOLD = Cause(
    "MnAMoveJobCreationFailed",
    "The move job creation for the source object id {object_id} failed: a hold is on the site.",
)

CATALOGUE = (
    Cause("FeatureIsNotEnabled", "The feature is not enabled for this tenant.", 422),
    Cause(
        "MnATrustNoSetupForPartner",
        "There is no Cross-Tenant relationship established for partner {host}.",
        422,
    ),
    Cause(
        "MnAReverseTrustNeedsRequiredPartnerRole",
        "The trust with {host} runs both ways: RequiredPartnerRole must be given.",
        422,
    ),
    Cause(
        "MnATrustWrongCmdletUsage",
        "You can’t use this cmdlet with a partner with the role that {host} has.",
        422,
    ),
    NO_URL,
    NO_DRIVE,
    Cause(
        "MnAOdbForSourceUPNDoesNotExistYet",
        "The OneDrive site for source user UPN {source} does not yet exist.",
        422,
    ),
    Cause(
        "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
        "The identity map entry for source user UPN {source} does not exist on the target tenant.",
        422,
    ),
    Cause(
        "MnAIdentityMapEntryTooManyForSourceUPN",
        "There is more than one identity map entry for source user UPN {source}.",
        422,
    ),
    Cause(
        "MnAIdentityMapEntryDoesNotMatchRequest",
        "The identity map entry of {source} doesn’t correspond to the requested target UPN "
        "{target}.",
        422,
    ),
    NOT_LICENSED,
    TARGET_UPN_INVALID,
    Cause(
        "MnATargetDomainIsAlreadyInSourceSiteUsers",
        "The OneDrive of {source} contains users with the target tenant domain.",
    ),
    Cause("MnATargetUserDoesNotExist", "The user {target} does not exist on the target side."),
    Cause(
        "MnATargetUserIsNotSpoEnabled",
        "The user {target} is not allowed to have any SharePoint resources.",
    ),
    Cause("MnAMoveJobWasNotCreated", "The content move job was not created for {source}."),
    ON_HOLD,
    TARGET_CONFLICT,
    Cause(
        "MnAOdbOwnerUrlMismatch",
        "The user {source} doesn’t match the owner of the OneDrive with that URL.",
    ),
    Cause(
        "MnATargetUrlNotValidForRename",
        "A path in the OneDrive of {source} exceeds the character limit of the destination.",
    ),
    ADMIN_HOST,
    Cause("MnABYOKEnabledOnSourceTenant", "Bring Your Own Key is on in the source tenant."),
    Cause(
        "MnAPartnersOnTheSameFarm",
        "The two partners reside in the same SPO location, which this tool can’t move between.",
        501,
    ),
    Cause(
        "MnATargetSideEnvironmentHasConditionsThatBlockTheMove",
        "The target environment has conditions that prevent the move.",
    ),
    ANOTHER_JOB,
    Cause(
        "MnAPartnersFarmsAreIncompatible",
        "Please verify the compatibility status before running the migration with {host}.",
        422,
    ),
)
BY_CODE = {cause.code: cause for cause in CATALOGUE}
