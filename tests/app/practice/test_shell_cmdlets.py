"""The cmdlets on both sides of one engine: trust, map and moves, beside Graph."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from practice_process import TASKS, Service, serving
from shell_process import (
    READ_BACK,
    SOURCE_MY,
    START,
    STATE,
    STOP,
    TARGET_MY,
    UPLOAD,
    CmdletFailed,
    Worker,
    working,
)

DAY = 86_400
ON_SOURCE = {
    "Scenario": "MnA",
    "PartnerRole": "Target",
    "PartnerCrossTenantHostUrl": TARGET_MY,
}
ON_TARGET = {
    "Scenario": "MnA",
    "PartnerRole": "Source",
    "PartnerCrossTenantHostUrl": f"{SOURCE_MY}/",
}
COMPATIBILITY = "Get-SPOCrossTenantCompatibilityStatus"
SET, VERIFY = "Set-SPOCrossTenantRelationship", "Verify-SPOCrossTenantRelationship"
TEST, REMOVE = "Test-SPOCrossTenantRelationship", "Remove-SPOCrossTenantRelationship"
NOBODY_S_ID = "11111111-2222-4333-8444-555555555555"
GROUP = "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c000"
WRONG_SIDE = "can’t use this cmdlet with a partner with"


@dataclass
class Both:
    """Two workers and a Graph client of one engine, whose clock stands still."""

    service: Service
    source: Worker
    target: Worker

    @property
    def source_id(self) -> str:
        (found,) = self.service.client.get("/v1.0/organization").json()["value"]
        return str(found["id"])

    def upload(self, folder: Path, *rows: str) -> list[Any]:
        """Returns the lines on the console; `ID` in a row stands for the source tenant's id."""
        file = folder / "map.csv"
        file.write_text("\n".join(rows).replace("ID", self.source_id), "utf-8-sig")
        told = self.target.answer(UPLOAD, IdentityMapPath=str(file))
        assert told["ok"], told
        return list(told["console"])


@pytest.fixture
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    """With the scenario that the test is given, if any."""
    state = tmp_path / "state.db"
    scenario = tmp_path / "scenario.toml"
    text: str = getattr(request, "param", '[tenants]\ntrust = "established"')
    scenario.write_text(f'title = "T"\ndescription = "D."\n{text}\n', "utf-8")
    with (
        serving(state, "--scenario", str(scenario)) as service,
        working(state, "source") as source,
        working(state, "target") as target,
    ):
        yield Both(service, source, target)


def failed(worker: Worker, command: str, **parameters: Any) -> str:
    with pytest.raises(CmdletFailed) as refused:
        worker.run(command, **parameters)
    return refused.value.message


@pytest.mark.parametrize(
    "both", ['[tenants]\ntrust = "none"\nnew_trust_waits = true'], indirect=True
)
def test_trust_from_the_first_command_to_the_last(both: Both) -> None:
    source, target = both.source, both.target
    assert source.run(VERIFY, **ON_SOURCE) == ["NotEstablished"]
    assert source.run(COMPATIBILITY, PartnerCrossTenantHostUrl=TARGET_MY) == ["Incompatible"]
    no_trust = "no Cross-Tenant relationship established for partner"
    assert no_trust in failed(source, STATE, PartnerCrossTenantHostUrl=TARGET_MY)
    assert no_trust in failed(source, REMOVE, **ON_SOURCE)
    assert source.run(SET, **ON_SOURCE) == []
    assert source.run(VERIFY, **ON_SOURCE) == ["NotEstablishedByPartner"]
    assert target.run(SET, **ON_TARGET) == []
    both.service.step(7 * DAY - 1)
    assert source.run(VERIFY, **ON_SOURCE) == target.run(TEST, **ON_TARGET) == ["DormantByPartner"]
    with pytest.raises(CmdletFailed, match=no_trust):
        source.start("ana@tailspin.com")
    both.service.step(1)
    assert source.run(TEST, **ON_SOURCE) == target.run(VERIFY, **ON_TARGET) == ["GoodToProceed"]
    assert source.run(COMPATIBILITY, PartnerCrossTenantHostUrl=TARGET_MY) == ["Compatible"]
    source.start("ana@tailspin.com")
    # The article's example names the target's own URL and role; the trust is with the source.
    own = {**ON_TARGET, "PartnerRole": "Target", "PartnerCrossTenantHostUrl": TARGET_MY}
    assert no_trust in failed(target, REMOVE, **own)
    assert target.run(REMOVE, **ON_TARGET) == []
    assert source.run(VERIFY, **ON_SOURCE) == ["NotEstablishedByPartner"]
    assert target.run(VERIFY, **ON_TARGET) == ["NotEstablished"]


def test_a_partner_that_is_not_there(both: Both) -> None:
    nobody = {**ON_SOURCE, "PartnerCrossTenantHostUrl": "https://fabrikam-my.sharepoint.com"}
    assert both.source.run(SET, **nobody) == []
    assert both.source.run(VERIFY, **nobody) == ["CouldNotContactPartner"]


@pytest.mark.parametrize(
    "both", ['[tenants]\ntrust = "established"\ncompatibility = "Incompatible"'], indirect=True
)
def test_an_incompatible_pair_waits_48_hours(both: Both) -> None:
    partner = {"PartnerCrossTenantHostUrl": TARGET_MY}
    both.service.step(2 * DAY - 60)
    assert both.source.run(COMPATIBILITY, **partner) == ["Incompatible"]
    with pytest.raises(CmdletFailed, match="verify the compatibility status before"):
        both.source.start("ana@tailspin.com")
    both.service.step(60)
    assert both.source.run(COMPATIBILITY, **partner) == ["Compatible"]
    both.source.start("ana@tailspin.com")
    assert WRONG_SIDE in failed(both.target, COMPATIBILITY, PartnerCrossTenantHostUrl=SOURCE_MY)


@pytest.mark.parametrize("both", ["[tenants]\nmap_is_complete = false"], indirect=True)
def test_the_map_is_replaced_whole_and_drops_in_silence(both: Both, tmp_path: Path) -> None:
    rows = [
        "Type,Tenant,Source,Target,Mail,Kind",
        "User,ID,ana@tailspin.com,ana@northwind.com,ana@northwind.com,RegularUser",
        "User,ID,bo@tailspin.com,bo@northwind.com,bo@northwind.com,Member",
        "User,ID,cy@tailspin.com,cy@northwind.com,,RegularUser",
        "User;ID;di@tailspin.com;di@northwind.com;di@northwind.com;RegularUser",
        f"User,{NOBODY_S_ID},eva@tailspin.com,eva@northwind.com,eva@northwind.com,RegularUser",
        "",
        f"Group,ID,{GROUP}1,{GROUP}2,{GROUP}2,RegularGroup",
        f"Group,ID,{GROUP}3,{GROUP}4,sales,O365Group",
        "User,ID,o'neil@tailspin.com,oneil@northwind.com,oneil@northwind.com,RegularUser",
    ]
    console = both.upload(tmp_path, *rows)
    assert [line.partition(" '")[0] for line in console] == [f"Row {n}" for n in (1, 3, 4, 5, 6)]
    assert all("can't be added. Check the format" in line for line in console)
    (ana,) = both.target.run(READ_BACK, Field="SourceUserKey", Value="ANA@tailspin.com")
    assert (ana["TargetUserUpn"], ana["UserType"]) == ("ana@northwind.com", "RegularUser")
    for field in ("TargetUserUpn", "TargetUserEmail", "TargetUserPuid"):
        assert both.target.run(READ_BACK, Field=field, Value=ana[field]) == [ana]
    assert both.target.run(READ_BACK, Field="SourceUserKey", Value="bo@tailspin.com") == []
    # Graph reads the same map.
    headers = {"Authorization": f"Bearer {both.service.target_token}"}
    migrations = TASKS.rpartition("/")[0]
    for key in (
        "UserMappings(sourceUserPrincipalName='o''neil@tailspin.com')",
        f"GroupMappings(sourceGroupObjectId='{GROUP}3')",
    ):
        address = f"{migrations}/crossOrganization{key}"
        assert both.service.client.get(address, headers=headers).status_code == 200
    with pytest.raises(CmdletFailed, match="does not exist on the target tenant"):
        both.source.start("bo@tailspin.com")
    both.source.start("ana@tailspin.com")
    # The next batch alone: whoever was in the map before is not any more.
    row = "User,ID,bo@tailspin.com,bo@northwind.com,bo@northwind.com,RegularUser"
    assert both.upload(tmp_path, row) == []
    assert both.target.run(READ_BACK, Field="SourceUserKey", Value="ana@tailspin.com") == []
    both.service.step(DAY)
    (ana,) = both.source.states(SourceUserPrincipalName="ana@tailspin.com", Verbose=True)
    assert ana["MoveState"] == "Failed"
    assert "does not exist on the target tenant" in ana["ErrorMessage"]


def test_a_file_that_cannot_be_read(both: Both, tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    assert f"Could not find file '{missing}'" in failed(
        both.target, UPLOAD, IdentityMapPath=str(missing)
    )
    assert "is denied" in failed(both.target, UPLOAD, IdentityMapPath=str(tmp_path))
    file = tmp_path / "open.csv"
    file.write_text("User", "utf-8")
    in_use = f"cannot access the file '{file}' because it is being used by another process"
    if sys.platform != "win32":
        import fcntl  # Windows has none

        with file.open("r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            assert in_use in failed(both.target, UPLOAD, IdentityMapPath=str(file))
    mark = tmp_path / ".~lock.open.csv#"
    mark.touch()
    assert in_use in failed(both.target, UPLOAD, IdentityMapPath=str(file))
    mark.unlink()
    assert len(both.target.answer(UPLOAD, IdentityMapPath=str(file))["console"]) == 1
    assert WRONG_SIDE in failed(both.source, UPLOAD, IdentityMapPath=str(file))
    assert WRONG_SIDE in failed(both.source, READ_BACK, Field="SourceUserKey", Value="x")


@pytest.mark.parametrize("both", ["[queue]\nslots = 1"], indirect=True)
def test_a_move_through_its_states_on_both_sides(both: Both) -> None:
    source, service = both.source, both.service
    source.start("ana@tailspin.com")
    service.made("bo@tailspin.com", "bo@northwind.com", targetOrganizationHost=TARGET_MY)
    source.start("cy@tailspin.com", PreferredMoveBeginDate="2040-01-01T00:00:00Z")
    seen: dict[str, list[str]] = {"ana": [], "bo": [], "cy": []}
    for _ in range(400):
        for name, states in seen.items():
            state = source.state_of(f"{name}@tailspin.com")
            if states[-1:] != [state]:
                states.append(state)
        if seen["bo"][-1] == "Success":
            break
        service.step(20)
    assert seen["ana"] == ["NotStarted", "ReadytoTrigger", "InProgress", "Success"]
    assert seen["bo"] == ["NotStarted", "Scheduled", "InProgress", "Success"]
    assert seen["cy"] == ["NotStarted", "Scheduled"]
    # The target sees the same jobs, coming in; neither list has a UPN in it.
    ours = source.states()
    theirs = both.target.run(STATE, PartnerCrossTenantHostUrl=SOURCE_MY)
    assert theirs == ours
    assert len(ours) == 3
    assert "@" not in str(ours)
    assert {each["SourceSiteUrl"].rpartition("/")[2] for each in ours} == {
        "ana_tailspin_com", "bo_tailspin_com", "cy_tailspin_com"
    }  # fmt: skip


def test_the_list_is_filtered_limited_and_newest_first(both: Both) -> None:
    source = both.source
    for number in range(6):
        both.service.step(1)
        source.start(f"p{number}@tailspin.com")
    both.service.step(70)
    source.start("late@tailspin.com", PreferredMoveBeginDate="2030-01-01T00:00:00Z")
    both.service.step(40)
    between = both.service.now()
    both.service.step(DAY)
    source.start("next@tailspin.com")
    source.run(STOP, SourceUserPrincipalName="late@tailspin.com")
    counts = {
        word: len(source.states(MoveState=word))
        for word in ("All", "Success", "Stopped", "NotStarted", "Queued", "Failed", "NotSupported")
    }
    assert counts == {
        "All": 8, "Success": 6, "Stopped": 1, "NotStarted": 1, "Queued": 0, "Failed": 0,
        "NotSupported": 0,
    }  # fmt: skip
    stamps = [each["TimeStamp"] for each in source.states()]
    assert stamps == sorted(stamps, reverse=True)
    assert len(source.states(Limit=3)) == 3
    assert source.states(Limit=3) == source.states()[:3]
    assert source.states(MoveDirection="MoveIn") == []
    assert len(source.states(MoveDirection="MoveOut")) == 8
    partner = {"PartnerCrossTenantHostUrl": SOURCE_MY}
    assert len(both.target.run(STATE, **partner, MoveDirection="MoveIn")) == 8
    assert source.states(MoveEndTime=between) == []
    assert len(source.states(MoveStartTime=between)) == 8
    one = source.states()[4]
    assert source.states(SiteMoveId=one["MoveJobId"]) == [one]
    assert source.states(SiteMoveId="6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11") == []
    assert source.states(SourceUserPrincipalName="nobody@tailspin.com") == []


@pytest.mark.parametrize(
    "both",
    ['[queue]\nslots = 2\n[[incidents]]\nwhat = "restart"\nat_minute = 5\nlasts_minutes = 30'],
    indirect=True,
)
def test_stop_is_refused_once_it_is_too_late(both: Both) -> None:
    source, service = both.source, both.service

    def stopped(name: str) -> str:
        return failed(source, STOP, SourceUserPrincipalName=f"{name}@tailspin.com")

    source.start("ana@tailspin.com")
    source.start("new@tailspin.com", PreferredMoveBeginDate="2030-01-01T00:00:00Z")
    assert "no content move job for source user UPN" in stopped("nobody")
    assert source.run(STOP, SourceUserPrincipalName="new@tailspin.com") == []
    assert source.state_of("new@tailspin.com") == "Stopped"
    assert "its state is Stopped" in stopped("new")
    service.step(120)
    assert "its state is InProgress" in stopped("ana")
    service.step(200)
    assert source.state_of("ana@tailspin.com") == "Rescheduled"
    assert len(source.states(MoveState="Rescheduled")) == 1
    assert "its state is Rescheduled" in stopped("ana")
    service.step(DAY)
    assert source.state_of("ana@tailspin.com") == "Success"
    assert "its state is Success" in stopped("ana")
    # A failed one: its target belongs to another by now.
    source.start("bo@tailspin.com", "ana@northwind.com")
    service.step(DAY)
    assert source.state_of("bo@tailspin.com") == "Failed"
    assert "its state is Failed" in stopped("bo")
    assert WRONG_SIDE in failed(both.target, STOP, SourceUserPrincipalName="bo@tailspin.com")


def test_what_one_side_starts_the_other_sees(both: Both) -> None:
    source, service = both.source, both.service
    source.start("ana@tailspin.com", PreferredMoveBeginDate="2030-01-01T00:00:00Z")
    by_graph = service.of_source("ana@tailspin.com").json()
    assert by_graph["status"] == "notStarted"
    assert by_graph["parameters"]["preferredStartDateTime"] == "2030-01-01T00:00:00Z"
    assert by_graph["id"] == source.states()[0]["MoveJobId"]
    assert service.create("ana@tailspin.com", targetOrganizationHost=TARGET_MY).status_code == 409
    with pytest.raises(CmdletFailed, match="another move job for the same source URL"):
        source.start("ana@tailspin.com")
    assert service.cancel(by_graph["id"]).status_code == 204
    assert source.state_of("ana@tailspin.com") == "Stopped"
    source.start("ana@tailspin.com")  # a stopped one may be started anew


def test_a_dry_run_starts_nothing(both: Both) -> None:
    both.source.start("ana@tailspin.com", ValidationOnly=True, Force=True)
    with pytest.raises(CmdletFailed, match="target UPN"):
        both.source.start("bo@tailspin.com", "b o@northwind.com", ValidationOnly=True)
    with pytest.raises(CmdletFailed, match="invalid character"):
        both.source.start("o'neil@tailspin.com", ValidationOnly=True)
    assert both.source.states() == []
    people = {"SourceUserPrincipalName": "a@x.com", "TargetUserPrincipalName": "a@y.com"}
    assert WRONG_SIDE in failed(both.target, START, **people, TargetCrossTenantHostUrl=TARGET_MY)


@pytest.mark.parametrize(
    "both",
    ['[[incidents]]\nwhat = "throttled"\nat_minute = 60\nlasts_minutes = 60\n'
     '[[incidents]]\nwhat = "sign-in expired"\nat_minute = 120\nlasts_minutes = 60\n'
     '[[incidents]]\nwhat = "unavailable"\nat_minute = 180\nlasts_minutes = 60'],
    indirect=True,
)  # fmt: skip
def test_troubles_come_as_sentences_of_net(both: Both) -> None:
    both.source.start("ana@tailspin.com")
    for sentence in ("(429) Too Many Requests", "(401) Unauthorized", "(503) Server Unavailable"):
        both.service.step(3601)
        told = failed(both.source, STATE, PartnerCrossTenantHostUrl=TARGET_MY)
        assert told == f"The remote server returned an error: {sentence}."
    both.service.step(3600)
    assert both.source.state_of("ana@tailspin.com") == "Success"
