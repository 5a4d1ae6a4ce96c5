"""Every known error has a remedy, and is recognised by its code or its words."""

from __future__ import annotations

import re

import pytest

from app.remedies import ALL, FixOn, Retry, find

SAID = {
    "FeatureIsNotEnabled": "The [MnASiteMove] feature is not enabled for this tenant.",
    "MnATrustNoSetupForPartner": "There is no cross-tenant relationship established for partner"
    " https://northwind-my.sharepoint.com.",
    "MnAReverseTrustNeedsRequiredPartnerRole": "Give the RequiredPartnerRole parameter, please.",
    "MnATrustWrongCmdletUsage": "You can’t use this cmdlet with a partner with role Source.",
    "MnAOdbFailedToGetUrlForSourceUPN": "Unable to get a OneDrive URL for source user UPN a@b.com.",
    "MnAOdbForSourceUPNDoesNotExist": "OneDrive site for source user UPN a@b.com does not exist.",
    "MnAOdbForSourceUPNDoesNotExistYet": "The OneDrive site for source user UPN a@b.com does not"
    " yet exist.",
    "MnAIdentityMapEntryDoesNotExistsForSourceUPN": "An identity map entry for source UPN a@b.com"
    " does not exist on the target tenant.",
    "MnAIdentityMapEntryTooManyForSourceUPN": "There is more than one identity map entry for it.",
    "MnAIdentityMapEntryDoesNotMatchRequest": "The entry does not correspond to the requested"
    " target UPN c@d.com.",
    "MnAOdbUsersAreNotLicensed": "Neither of the users are licensed for Cross-tenant OneDrive"
    " migration.",
    "MnATargetUpnIsInvalid": "The target UPN c@@d.com is invalid.",
    "MnATargetDomainIsAlreadyInSourceSiteUsers": "The source site contains users with the target"
    " tenant domain.",
    "MnATargetUserDoesNotExist": "The target user c@d.com does not exist on the target side.",
    "MnATargetUserIsNotSpoEnabled": "c@d.com is not allowed to have any SharePoint resources.",
    "MnAMoveJobWasNotCreated": "A content move job was not created for the site.",
    "MnAMoveJobCreationFailed": "The job creation for the source object id 7 failed.",
    "MnASiteMoveTargetUrlHasWriteConflict": "The URL on the target tenant has a conflict.",
    "MnAOdbOwnerUrlMismatch": "The site owner doesn’t match the owner of the OneDrive.",
    "MnATargetUrlNotValidForRename": "A path exceeds the character limit of the destination.",
    "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost": "The TargetCrossTenantHostUrl parameter"
    " https://x-admin.sharepoint.com is incorrect.",
    "MnABYOKEnabledOnSourceTenant": "The source tenant uses Bring Your Own Key.",
    "MnAPartnersOnTheSameFarm": "The partners reside in the same SPO location.",
    "MnATargetSideEnvironmentHasConditionsThatBlockTheMove": "The target environment has conditions"
    " that prevent the move.",
    "MnASiteMoveIsInprogressOrFinished": "There is another move job for the same source URL.",
    "MnAPartnersFarmsAreIncompatible": "Please verify the compatibility status before running the"
    " migration.",
    "-161": "Error -161 while reading the site.",
    "-102": "Error -102 while reading the site.",
    "InvalidCharacter": "The name has an invalid character.",
    "AccessDenied": "Access denied.",
    "PowerShellArray": "Cannot convert 'System.Object[]' to System.String. Specified method is not"
    " supported.",
    "IM-003": "Failed with IM-003.",
    "CTM-001": "(CTM-001)",
    "CTM-002": "CTM-002: active",
    "CTM-100": "CTM-100.",
    "CTM-101": "CTM-101.",
    "CTM-102": "ctm-102",
    "CTM-103": "[CTM-103]",
    "CTM-104": "CTM-104",
    "MIGR-001": "MIGR-001",
    "MIGR-002": "MIGR-002",
    "MIGR-003": "MIGR-003",
    "MIGR-004": "MIGR-004",
}


def found(code: str, message: str) -> str | None:
    remedy = find(code, message)
    return None if remedy is None else remedy.code


def test_the_catalogue_is_the_published_list_and_the_other_texts() -> None:
    codes = [remedy.code for remedy in ALL]
    assert sorted(codes) == sorted(SAID)
    assert len(set(codes)) == len(codes)
    assert sum(code.startswith("MnA") for code in codes) == 25  # and FeatureIsNotEnabled


@pytest.mark.parametrize("code", SAID)
def test_found_by_code(code: str) -> None:
    assert found(code, "") == code
    assert found(f" {code.swapcase()} ", "other words") == code


@pytest.mark.parametrize("code", SAID)
def test_found_by_message(code: str) -> None:
    message = SAID[code]
    assert found("", message) == code
    assert found("unprocessableEntity", message.upper()) == code
    assert found("HTTP_422", message.replace(" ", "\u00a0\n ")) == code


@pytest.mark.parametrize("code", [remedy.code for remedy in ALL if remedy.code.startswith("MnA")])
def test_found_by_a_code_inside_the_message(code: str) -> None:
    assert found("unprocessableEntity", f"[{code}] the target tenant has a conflict") == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (
            "OneDrive site for source user UPN a@b.com: entry does not exist on the target tenant",
            "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
        ),
        (
            "OneDrive site for source user UPN a@b.com: c@d.com does not exist on the target side",
            "MnATargetUserDoesNotExist",
        ),
        (
            "OneDrive site for source user UPN a@b.com does not yet exist",
            "MnAOdbForSourceUPNDoesNotExistYet",
        ),
        ("The target UPN o'neil@d.com is invalid: invalid character", "MnATargetUpnIsInvalid"),
        (
            "The target UPN x@d.com does not exist on the target side. The request is invalid.",
            "MnATargetUserDoesNotExist",
        ),
        ("Names have invalid characters", "InvalidCharacter"),
        ("error: -102", "-102"),
        ("Attempted to perform an unauthorized operation.", "AccessDenied"),
    ],
)
def test_alike_messages_are_told_apart(message: str, code: str) -> None:
    assert found("", message) == code


@pytest.mark.parametrize(
    "message",
    [
        "",
        "does not exist",
        "does not exist on the target tenants",
        "does not exist on the target sidewalk",
        "Error -1610",
        "Error 161",
        "RequiredPartnerRoles",
        "MnAOdbOwnerUrlMismatchX",
        "CTM-1000",
        "It was invalid characterisation",
        "The target UPN was taken",
    ],
)
def test_words_are_matched_whole(message: str) -> None:
    assert find("", message) is None


def test_words_that_name_the_cause_win_over_a_general_code() -> None:
    assert found("accessDenied", "more than one identity map entry") == (
        "MnAIdentityMapEntryTooManyForSourceUPN"
    )
    assert found("accessDenied", "no") == "AccessDenied"
    assert found("Authorization_RequestDenied", "Insufficient privileges") == "AccessDenied"


def test_a_new_code_is_not_guessed() -> None:
    assert find("MnASomethingNew", "Something new happened.") is None


@pytest.mark.parametrize("remedy", ALL, ids=lambda remedy: remedy.code)
def test_every_remedy_says_all_it_should(remedy: object) -> None:
    entry = next(one for one in ALL if one is remedy)
    assert entry.title
    assert not entry.title.endswith(".")
    assert len(entry.title) <= 70
    assert entry.meaning.endswith(".")
    assert entry.remedy.endswith(".")
    assert "  " not in entry.meaning + entry.remedy
    assert entry.fix_on in FixOn
    assert entry.retry in Retry


COMMANDS = {
    "Set-SPOCrossTenantRelationship": {"Scenario", "PartnerRole", "PartnerCrossTenantHostUrl"},
    "Verify-SPOCrossTenantRelationship": {"Scenario", "PartnerRole", "PartnerCrossTenantHostUrl"},
    "Get-SPOCrossTenantUserContentMoveState": {
        "PartnerCrossTenantHostUrl",
        "SourceUserPrincipalName",
        "PartnerRole",
    },
    "Get-SPOCrossTenantHostUrl": set(),
    "Get-SPOCrossTenantCompatibilityStatus": {"PartnerCrossTenantHostUrl"},
    "Add-SPOTenantIdentityMap": {"IdentityMapPath"},
    "Get-SPOTenantIdentityMappingUser": {"Field", "Value"},
    "Find-SPOCrossTenantLongFilePathsForSiteRename": {"OldSiteUrl", "NewSiteUrl"},
    "Get-SPOSite": {"Template"},
    "Set-SPOSite": {"Identity", "LockState"},
}
"""Commands and parameters as the SharePoint Online module has them."""


@pytest.mark.parametrize("line", [line for one in ALL for line in one.command.splitlines()])
def test_commands_use_only_parameters_that_exist_and_delete_nothing(line: str) -> None:
    if line.startswith("#"):
        assert "tenant" in line
        return
    command, *rest = line.split(" ", 1)
    used = re.findall(r"(?:^| )-([A-Za-z]+)", "".join(rest))
    assert set(used) <= COMMANDS[command]
    assert line.isascii()
    assert not re.search(r"remove|delete", line, re.IGNORECASE)
