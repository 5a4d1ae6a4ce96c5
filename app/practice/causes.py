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
    """A sentence with {source}, {target}, {host}, {object_id} and {why}."""
    status: int = 0
    """The HTTP status when the start itself is refused; 0 when only the move can fail of it."""

    def message(
        self,
        *,
        source: str = "",
        target: str = "",
        host: str = "",
        object_id: str = "",
        why: str = "",
    ) -> str:
        return self.text.format(
            source=source, target=target, host=host, object_id=object_id, why=why
        )


INVALID_CHARACTER = Cause(
    "invalidCharacter", "The URL made from {source} and {target} has an invalid character."
)
LOCKED_READ_ONLY = Cause(
    "-161", "Error -161: the LockState of the OneDrive of {source} is ReadOnly."
)
LOCKED_NO_ACCESS = Cause(
    "-102", "Error -102: the LockState of the OneDrive of {source} is NoAccess."
)

FEATURE_OFF = Cause(
    "FeatureIsNotEnabled", "The feature is not enabled for this tenant: cross-tenant moves.", 422
)
NO_TRUST = Cause(
    "MnATrustNoSetupForPartner",
    "There is no Cross-Tenant relationship established for partner {host}.",
    422,
)
ROLE_NEEDED = Cause(
    "MnAReverseTrustNeedsRequiredPartnerRole",
    "The trust with {host} runs both ways: RequiredPartnerRole must be given.",
    422,
)
WRONG_SIDE = Cause(
    "MnATrustWrongCmdletUsage",
    "You can’t use this cmdlet with a partner with the role that {host} has.",
    422,
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
NO_DRIVE_YET = Cause(
    "MnAOdbForSourceUPNDoesNotExistYet",
    "The OneDrive site for source user UPN {source} does not yet exist.",
    422,
)
NOT_MAPPED = Cause(
    "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
    "The identity map entry for source user UPN {source} does not exist on the target tenant.",
    422,
)
MAPPED_TWICE = Cause(
    "MnAIdentityMapEntryTooManyForSourceUPN",
    "There is more than one identity map entry for source user UPN {source}.",
    422,
)
MAPPED_OTHERWISE = Cause(
    "MnAIdentityMapEntryDoesNotMatchRequest",
    "The identity map entry of {source} doesn’t correspond to the requested target UPN {target}.",
    422,
)
NOT_LICENSED = Cause(
    "MnAOdbUsersAreNotLicensed",
    "Neither source user {source} nor target user {target} are licensed for Cross-tenant OneDrive "
    "migration.",
)
TARGET_UPN_INVALID = Cause("MnATargetUpnIsInvalid", "The target UPN {target} is invalid.", 422)
TARGET_PEOPLE_INSIDE = Cause(
    "MnATargetDomainIsAlreadyInSourceSiteUsers",
    "The OneDrive of {source} contains users with the target tenant domain: {why}.",
)
NO_TARGET_USER = Cause(
    "MnATargetUserDoesNotExist", "The user {target} does not exist on the target side."
)
TARGET_NOT_ENABLED = Cause(
    "MnATargetUserIsNotSpoEnabled",
    "The user {target} is not allowed to have any SharePoint resources.",
)
JOB_NOT_CREATED = Cause(
    "MnAMoveJobWasNotCreated", "The content move job was not created for {source}."
)
JOB_FAILED = Cause(
    "MnAMoveJobCreationFailed",
    "The move job creation for the source object id {object_id} failed: {why}.",
)
TARGET_CONFLICT = Cause(
    "MnASiteMoveTargetUrlHasWriteConflict",
    "The OneDrive URL of {target} in the target tenant has a conflict: {why}.",
)
OTHER_OWNER = Cause(
    "MnAOdbOwnerUrlMismatch",
    "The user {source} doesn’t match the owner of the OneDrive with that URL, {why}.",
)
PATH_TOO_LONG = Cause(
    "MnATargetUrlNotValidForRename",
    "A path in the OneDrive of {source} exceeds the character limit of the destination: {why}.",
)
ADMIN_HOST = Cause(
    "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost",
    "The TargetCrossTenantHostUrl {host} is incorrect: it is an admin site.",
    422,
)
CUSTOMER_KEY = Cause(
    "MnABYOKEnabledOnSourceTenant", "Bring Your Own Key is on in the source tenant."
)
SAME_FARM = Cause(
    "MnAPartnersOnTheSameFarm",
    "The two partners reside in the same SPO location, which this tool can’t move between.",
    501,
)
TARGET_BLOCKED = Cause(
    "MnATargetSideEnvironmentHasConditionsThatBlockTheMove",
    "The target environment has conditions that prevent the move.",
)
ANOTHER_JOB = Cause(
    "MnASiteMoveIsInprogressOrFinished",
    "There is another move job for the same source URL, of {source}, in progress or finished.",
    409,
)
INCOMPATIBLE = Cause(
    "MnAPartnersFarmsAreIncompatible",
    "Please verify the compatibility status before running the migration with {host}.",
    422,
)

CATALOGUE = (
    FEATURE_OFF,
    NO_TRUST,
    ROLE_NEEDED,
    WRONG_SIDE,
    NO_URL,
    NO_DRIVE,
    NO_DRIVE_YET,
    NOT_MAPPED,
    MAPPED_TWICE,
    MAPPED_OTHERWISE,
    NOT_LICENSED,
    TARGET_UPN_INVALID,
    TARGET_PEOPLE_INSIDE,
    NO_TARGET_USER,
    TARGET_NOT_ENABLED,
    JOB_NOT_CREATED,
    JOB_FAILED,
    TARGET_CONFLICT,
    OTHER_OWNER,
    PATH_TOO_LONG,
    ADMIN_HOST,
    CUSTOMER_KEY,
    SAME_FARM,
    TARGET_BLOCKED,
    ANOTHER_JOB,
    INCOMPATIBLE,
)
"""The 26 published codes."""
ALL = (*CATALOGUE, INVALID_CHARACTER, LOCKED_READ_ONLY, LOCKED_NO_ACCESS)
BY_CODE = {cause.code: cause for cause in ALL}
