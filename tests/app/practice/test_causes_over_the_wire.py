"""The table of causes: each published code, what raises it, and the way on which a client meets it.

The words are the stable ones of the published messages ("Errors of orchestrated migration",
Microsoft, December 2025; -161 and -102 were seen in the field). The management shell tells the
words alone, so our own remedies must know each cause by them.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app import remedies
from app.practice.causes import CATALOGUE
from practice_process import TASKS, body
from shell_process import SOURCE_MY, STATE, TARGET_MY, UPLOAD, CmdletFailed, Worker, working
from wire import USER_MAP, Reply, Wire, wired

WELL = '[tenants]\ntrust = "established"'
DAY = 86_400
FAR_MS = 4_000_000_000_000


@dataclass
class Place:
    """One pair of practice tenants with both ways in."""

    folder: Path
    wire: Wire
    source: Worker
    target: Worker

    @property
    def source_id(self) -> str:
        return str(self.wire.get("/v1.0/organization").json["value"][0]["id"])


def nothing(_place: Place, _case: Case) -> None:
    """The facts are the cause."""


@dataclass
class Case:
    """One row of the table."""

    code: str
    cause: str
    words: str
    status: int = 0
    """Of the refused start; 0: the move is taken, and fails."""
    scenario: str = WELL
    facts: dict[str, Any] = field(default_factory=dict)
    """True of the source user."""
    of_target: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    host: str = TARGET_MY
    before: Callable[[Place, Case], object] = nothing
    told: Callable[[Place, Case], tuple[str, str]] | None = None
    """Another way than a start over Graph; returns code, where there is one, and message."""
    is_passing: bool = False
    """It has an hour in which it happens: a dry run does not see it."""

    @property
    def source(self) -> str:
        return f"p{TABLE.index(self)}@practice-source.onmicrosoft.com"

    @property
    def target_upn(self) -> str:
        return self.target or f"p{TABLE.index(self)}@practice-target.onmicrosoft.com"

    @property
    def asked(self) -> dict[str, Any]:
        return body(self.source, self.target_upn, targetOrganizationHost=self.host)


def taken_before(place: Place, case: Case) -> None:
    assert place.wire.call("POST", TASKS, case.asked).status == 200


def mapped_elsewhere(place: Place, case: Case) -> None:
    entry = {
        "sourceOrganizationId": place.source_id,
        "userType": "regularUser",
        "sourceUserIdentity": {"userPrincipalName": case.source},
        "targetUserIdentity": {"userPrincipalName": "other@practice-target.onmicrosoft.com"},
    }
    sent = {"@context": "#$delta", "value": [entry]}
    assert place.wire.call("PATCH", USER_MAP, sent, token=place.wire.target).status == 200


def mapped_twice(place: Place, case: Case) -> None:
    row = f"User,{place.source_id},{case.source},{case.target_upn},{case.target_upn},RegularUser"
    file = place.folder / "twice.csv"
    file.write_text(f"{row}\n{row}\n", "utf-8")
    assert place.target.run(UPLOAD, IdentityMapPath=str(file)) == []


def drive_opened_on_the_target(place: Place, case: Case) -> None:
    """As the user does who opens OneDrive too early, or a tool with a delegated token."""
    address = f"/v1.0/users/{case.target_upn}/drive"
    assert place.wire.get(address, token=place.wire.target_app).status == 404
    assert place.wire.get(address, token=place.wire.target).status == 200


def on_the_target(place: Place, case: Case) -> tuple[str, str]:
    asked = body(case.source, case.target_upn, targetOrganizationHost=SOURCE_MY)
    reply = place.wire.call("POST", TASKS, asked, token=place.wire.target)
    assert reply.status == case.status
    return reply.error["code"], reply.error["message"]


def state_without_a_role(place: Place, _case: Case) -> tuple[str, str]:
    with pytest.raises(CmdletFailed) as refused:
        place.source.run(STATE, PartnerCrossTenantHostUrl=TARGET_MY)
    assert place.source.states(PartnerRole="Target") == []
    return "", refused.value.message


def start_with_the_admin_url(place: Place, case: Case) -> tuple[str, str]:
    """Graph takes a root, admin or my-site host; the cmdlet's parameter takes the last alone."""
    admin = TARGET_MY.replace("-my.", "-admin.")
    with pytest.raises(CmdletFailed) as refused:
        place.source.start(case.source, case.target_upn, TargetCrossTenantHostUrl=admin)
    asked = body("by.graph@tailspin.com", "by.graph@northwind.com", targetOrganizationHost=admin)
    assert place.wire.call("POST", TASKS, asked).status == 200
    return "", refused.value.message


TABLE = [
    Case("FeatureIsNotEnabled", "the tenant does not have the feature",
         "feature is not enabled for this tenant", 422,
         scenario="[tenants]\nfeature_is_enabled = false"),
    Case("MnATrustNoSetupForPartner", "no relation with the partner that the start names",
         "no Cross-Tenant relationship established for partner", 422,
         host="https://fabrikam-my.sharepoint.com"),
    Case("MnAReverseTrustNeedsRequiredPartnerRole", "trust both ways, and a question without role",
         "RequiredPartnerRole", scenario='[tenants]\ntrust = "both ways"',
         told=state_without_a_role),
    Case("MnATrustWrongCmdletUsage", "a start on the target tenant",
         "can't use this cmdlet with a partner with", 422, told=on_the_target),
    Case("MnAOdbFailedToGetUrlForSourceUPN", "the source user is a person of the target tenant",
         "Unable to get a OneDrive URL for source user UPN", 422, facts={"side": "target"}),
    Case("MnAOdbForSourceUPNDoesNotExist", "the source user never opened OneDrive",
         "OneDrive site for source user UPN…does not exist", 422, facts={"no_drive": True}),
    Case("MnAOdbForSourceUPNDoesNotExistYet", "the source OneDrive is still being made",
         "does not yet exist", 422, facts={"drive_ready_at": FAR_MS}),
    Case("MnAIdentityMapEntryDoesNotExistsForSourceUPN", "nothing was uploaded for the source user",
         "does not exist on the target tenant", 422, scenario="[tenants]\nmap_is_complete = false"),
    Case("MnAIdentityMapEntryTooManyForSourceUPN", "the uploaded file has the source user twice",
         "more than one identity map entry", 422, before=mapped_twice),
    Case("MnAIdentityMapEntryDoesNotMatchRequest", "the map names another target than the start",
         "correspond to the requested target UPN", 422, before=mapped_elsewhere),
    Case("MnAOdbUsersAreNotLicensed", "neither of the two users has the licence",
         "are licensed for Cross-tenant OneDrive migration", facts={"no_licence": True}),
    Case("MnATargetUpnIsInvalid", "the target UPN cannot be one",
         "The target UPN…is invalid", 422, target="p.@practice-target.onmicrosoft.com"),
    Case("MnATargetDomainIsAlreadyInSourceSiteUsers", "a guest from the target in the OneDrive",
         "contains users with the target tenant domain",
         facts={"site_users": ["bo_practice-target.onmicrosoft.com#EXT#@tailspin.com"]}),
    Case("MnATargetUserDoesNotExist", "nobody made the target user",
         "does not exist on the target side", of_target={"missing_on_target": True}),
    Case("MnATargetUserIsNotSpoEnabled", "the target user has no plan with SharePoint",
         "not allowed to have any SharePoint resources", of_target={"no_target_plan": True}),
    Case("MnAMoveJobWasNotCreated", "the service fails when it makes the job",
         "content move job was not created", is_passing=True,
         scenario='[[incidents]]\nwhat = "jobs not created"\nlasts_minutes = 60'),
    Case("MnAMoveJobCreationFailed", "a hold is on the source OneDrive",
         "job creation for the source object id", facts={"on_hold": True}),
    Case("MnASiteMoveTargetUrlHasWriteConflict", "somebody opened OneDrive on the target",
         "target tenant has a conflict", before=drive_opened_on_the_target),
    Case("MnAOdbOwnerUrlMismatch", "the source OneDrive has another owner",
         "doesn't match the owner of the OneDrive", facts={"owner": "boss@tailspin.com"}),
    Case("MnATargetUrlNotValidForRename", "a path of more than 400 characters on the target",
         "exceeds the character limit of the destination", facts={"longest_path": 380}),
    Case("MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost", "the admin URL in place of the -my",
         "TargetCrossTenantHostUrl…incorrect", told=start_with_the_admin_url),
    Case("MnABYOKEnabledOnSourceTenant", "Customer Key on the source tenant",
         "Bring Your Own Key", scenario="[tenants]\ncustomer_key = true"),
    Case("MnAPartnersOnTheSameFarm", "both tenants lie in one farm",
         "partners reside in the same SPO location", 501, scenario="[tenants]\nsame_farm = true"),
    Case("MnATargetSideEnvironmentHasConditionsThatBlockTheMove", "the target's environment",
         "target environment has conditions that prevent the move",
         scenario="[tenants]\ntarget_is_blocked = true"),
    Case("MnASiteMoveIsInprogressOrFinished", "the source has a move already",
         "another move job for the same source URL", 409, before=taken_before),
    Case("MnAPartnersFarmsAreIncompatible", "the pair is incompatible",
         "verify the compatibility status before running the migration", 422,
         scenario='[tenants]\ncompatibility = "Incompatible"'),
    Case("-161", "the source OneDrive is locked as ReadOnly",
         "Error -161", facts={"lock_state": "ReadOnly"}),
    Case("-102", "the source user left, and the licence with them",
         "Error -102", facts={"left": True}),
]  # fmt: skip


@contextlib.contextmanager
def place_of(folder: Path, scenario: str) -> Iterator[Place]:
    """Practice tenants with this scenario and the people of the whole table."""
    people: dict[str, Any] = {}
    for case in TABLE:
        people |= {case.source: case.facts, case.target_upn: case.of_target}
    known = folder / "people.json"
    known.write_text(json.dumps({upn: facts for upn, facts in people.items() if facts}), "utf-8")
    file = folder / "scenario.toml"
    file.write_text(f'title = "T"\ndescription = "D."\n{scenario}\n', "utf-8")
    state = folder / "state.db"
    with (
        wired(state, "--scenario", str(file), "--people", str(known)) as wire,
        working(state, "source") as source,
        working(state, "target") as target,
    ):
        yield Place(folder, wire, source, target)


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_of(tmp_path_factory.mktemp("well"), WELL) as place:
        yield place


@pytest.fixture
def place(case: Case, well: Place, tmp_path: Path) -> Iterator[Place]:
    """One for all whose cause lies in the people, one of its own for each other scenario."""
    if case.scenario == WELL:
        yield well
        return
    with place_of(tmp_path, case.scenario) as other:
        yield other


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.code}: {case.cause}")
def test_each_code_is_met_by_its_real_cause(place: Place, case: Case) -> None:
    case.before(place, case)
    code, message = (case.told or _over_graph)(place, case)
    assert code in ("", case.code)
    pattern = ".*".join(re.escape(part) for part in case.words.split("…"))
    assert re.search(pattern, message.replace("’", "'"), re.IGNORECASE), message
    found = remedies.find("", message)
    assert found is not None
    assert found.code == case.code
    if case.told is None and not case.is_passing:
        # The shell has the same engine behind it, and says the same without the code.
        with pytest.raises(CmdletFailed) as refused:
            place.source.start(
                case.source,
                case.target_upn,
                TargetCrossTenantHostUrl=case.host,
                ValidationOnly=True,
            )
        assert refused.value.message == message
        assert case.code.startswith("-") or case.code not in refused.value.message


def _over_graph(place: Place, case: Case) -> tuple[str, str]:
    """Code and message of the refused start, or of the move that failed of it."""
    reply = place.wire.call("POST", TASKS, case.asked)
    if case.status:
        assert reply.status == case.status, reply.text
        return reply.error["code"], reply.error["message"]
    assert reply.status == 200, reply.text
    place.wire.service.step(DAY)
    task: Reply = place.wire.get(f"{TASKS}/{reply.json['id']}")
    assert task.json["status"] == "failed", task.text
    return task.json["error"]["code"], task.json["error"]["message"]


def test_the_table_is_whole() -> None:
    assert [case.code for case in TABLE] == [*(each.code for each in CATALOGUE), "-161", "-102"]
    assert len({case.cause for case in TABLE}) == len(TABLE) == 28
