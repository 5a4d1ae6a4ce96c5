"""Every error of the catalogue comes from its real cause, at its moment, as code and message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.practice import causes
from app.practice.access import Side
from app.practice.causes import ALL, CATALOGUE, Cause
from app.practice.faults import Fault
from app.practice.scenario import OPEN, Scenario
from app.practice.trust import Arrangement, Compatibility, Role
from practice_engine import ANA, DAY, HOST, NOW, TAKEN_UP, TARGET_ANA, World, request, tenants


@dataclass
class Case:
    """What is so, and what comes of it."""

    cause: Cause
    scenario: Scenario = OPEN
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    before: Callable[[World], object] = lambda _world: None
    words: str = ""


def of_ana(cause: Cause, words: str = "", **facts: Any) -> Case:
    return Case(cause, facts={ANA: facts}, words=words)


def of_target(cause: Cause, words: str = "", **facts: Any) -> Case:
    return Case(cause, facts={TARGET_ANA: facts}, words=words)


LONG = "a" * 60 + "@northwind.com"
AT_SUBMIT = [
    Case(causes.FEATURE_OFF, tenants(feature_is_enabled=False), words="feature is not enabled"),
    Case(causes.SAME_FARM, tenants(same_farm=True), words="same SPO location"),
    Case(causes.NO_TRUST, tenants(trust=Arrangement.NONE), words=HOST),
    Case(causes.NO_TRUST, tenants(trust=Arrangement.SOURCE_ONLY)),
    Case(causes.NO_TRUST, tenants(trust=Arrangement.TARGET_ONLY)),
    Case(causes.NO_TRUST, tenants(trust=Arrangement.DORMANT)),
    Case(
        causes.NO_TRUST,
        tenants(trust=Arrangement.ESTABLISHED),
        asked={"host": "https://fabrikam-my.sharepoint.com"},
        words="fabrikam",
    ),
    Case(causes.WRONG_SIDE, tenants(trust=Arrangement.WRONG_WAY), words="can’t use this cmdlet"),
    Case(causes.INCOMPATIBLE, tenants(compatibility=Compatibility.INCOMPATIBLE)),
    Case(causes.NO_URL, asked={"source": "no upn"}, words="source user UPN no upn"),
    Case(causes.NO_URL, tenants(everybody_exists=False)),
    Case(causes.NO_URL, facts={ANA: {"side": "target"}}),
    of_ana(causes.NO_DRIVE, "OneDrive site for source user UPN", no_drive=True),
    Case(causes.NO_DRIVE, asked={"source": "a_x.com#EXT#@tailspin.com", "target": TARGET_ANA}),
    of_ana(causes.NO_DRIVE_YET, "does not yet exist", drive_ready_at=NOW + 1),
    Case(causes.NOT_MAPPED, tenants(map_is_complete=False), words="on the target tenant"),
    Case(
        causes.MAPPED_TWICE,
        before=lambda world: world.put_mapping((ANA, TARGET_ANA), ("ANA@tailspin.com", TARGET_ANA)),
        words="more than one identity map entry",
    ),
    Case(
        causes.MAPPED_OTHERWISE,
        before=lambda world: world.put_mapping((ANA, "anna@northwind.com")),
        words="correspond to the requested target UPN",
    ),
    Case(causes.TARGET_UPN_INVALID, asked={"target": "ana.@northwind.com"}),
    Case(causes.TARGET_UPN_INVALID, asked={"target": "a_x.com#EXT#@northwind.com"}),
    Case(
        causes.ANOTHER_JOB,
        before=lambda world: world.make(NOW, request()),
        words="another move job for the same source URL",
    ),
]
IN_VALIDATION = [
    Case(
        causes.INVALID_CHARACTER,
        asked={"source": "o'neil@tailspin.com"},
        words="invalid character",
    ),
    Case(causes.INVALID_CHARACTER, asked={"target": "o'neil@northwind.com"}),
    Case(causes.CUSTOMER_KEY, tenants(customer_key=True), words="Bring Your Own Key"),
    of_ana(causes.LOCKED_READ_ONLY, "Error -161", lock_state="ReadOnly"),
    of_ana(causes.LOCKED_NO_ACCESS, "Error -102", lock_state="NoAccess"),
    of_ana(causes.LOCKED_NO_ACCESS, left=True),
    of_ana(causes.OTHER_OWNER, "owner of the OneDrive", owner="boss@tailspin.com"),
    of_ana(causes.JOB_FAILED, "a hold is on the site", on_hold=True),
    of_ana(causes.JOB_FAILED, "bytes", drive_bytes=5 * 10**12 + 1),
    of_ana(causes.JOB_FAILED, "items", items=1_000_001),
    of_ana(causes.NOT_LICENSED, "are licensed for Cross-tenant OneDrive", no_licence=True),
    of_ana(causes.TARGET_PEOPLE_INSIDE, site_users=["bo@NorthWind.com"]),
    of_ana(causes.TARGET_PEOPLE_INSIDE, site_users=["bo_northwind.com#EXT#@tailspin.com"]),
    of_ana(causes.TARGET_PEOPLE_INSIDE, "users with the target", target_people_inside=True),
    Case(causes.TARGET_BLOCKED, tenants(target_is_blocked=True)),
    of_target(causes.NO_TARGET_USER, "on the target side", missing_on_target=True),
    of_target(causes.NO_TARGET_USER, side="source"),
    of_target(causes.TARGET_NOT_ENABLED, "SharePoint resources", no_target_plan=True),
    of_target(causes.TARGET_CONFLICT, "target tenant has a conflict", target_drive_exists=True),
    of_target(causes.TARGET_CONFLICT, "recycle bin", target_drive_deleted=True),
    of_target(causes.TARGET_CONFLICT, "redirect", target_redirect=True),
    of_ana(causes.PATH_TOO_LONG, "character limit of the destination", longest_path=333),
    # What fits below a short name is too long below a long one.
    Case(causes.PATH_TOO_LONG, facts={ANA: {"longest_path": 280}}, asked={"target": LONG}),
]


def names(case: Case) -> str:
    return f"{case.cause.code}-{case.words}".replace(" ", "_")


@pytest.mark.parametrize("case", AT_SUBMIT, ids=names)
def test_a_start_is_refused(tmp_path: Path, case: Case) -> None:
    with closing(World(tmp_path, case.scenario, case.facts)) as world:
        case.before(world)
        before = world.store.count_tasks()
        for dry in (False, True):
            with pytest.raises(Fault) as refused:
                world.engine.create(NOW, request(**case.asked, dry=dry))
            assert (refused.value.status, refused.value.code) == (
                case.cause.status,
                case.cause.code,
            )
            assert case.words in refused.value.message
        assert world.store.count_tasks() == before


@pytest.mark.parametrize("case", IN_VALIDATION, ids=names)
def test_a_move_fails_in_validation(tmp_path: Path, case: Case) -> None:
    with closing(World(tmp_path, case.scenario, case.facts)) as world:
        dry = world.engine.create(NOW, request(**case.asked, dry=True))
        assert isinstance(dry, tuple)
        assert dry[0] == case.cause.code
        task = world.make(NOW, request(**case.asked))
        failed = world.engine.by_id(NOW + DAY, task.id)
        assert (failed.status, failed.stage) == ("failed", "Validation")
        assert (failed.error_code, failed.error_message) == dry
        assert failed.finished == TAKEN_UP + task.duration // 10
        assert case.words in failed.error_message
        # Once the cause is gone, a failed source may be started anew.
        assert world.make(NOW + DAY, request(**case.asked)).id != task.id


def test_every_cause_is_raised_somewhere() -> None:
    raised = {case.cause.code for case in (*AT_SUBMIT, *IN_VALIDATION)}
    # The first has an incident as its cause, the other two only the management shell can raise.
    elsewhere = {each.code for each in (causes.JOB_NOT_CREATED, causes.ROLE_NEEDED)}
    elsewhere.add(causes.ADMIN_HOST.code)
    assert raised | elsewhere == {cause.code for cause in ALL}
    assert len({cause.code for cause in CATALOGUE}) == len(CATALOGUE) == 26


def test_reading_with_trust_both_ways_needs_the_role(tmp_path: Path) -> None:
    with closing(World(tmp_path, tenants(trust=Arrangement.BOTH_WAYS))) as world:
        trust = world.engine.trust
        assert trust.reading_obstacle(Side.SOURCE, HOST, None) is causes.ROLE_NEEDED
        assert trust.reading_obstacle(Side.SOURCE, HOST, Role.TARGET) is None
        # The start itself has no such parameter, and goes through.
        assert world.make(NOW, request()).status == "notStarted"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda world: world.change(ANA, no_drive=True), causes.NO_DRIVE),
        (lambda world: world.put_mapping((ANA, "x@northwind.com")), causes.MAPPED_OTHERWISE),
        (
            lambda world: world.engine.trust.arrange(Arrangement.NONE, NOW),
            causes.NO_TRUST,
        ),
        (lambda world: world.change(TARGET_ANA, target_drive_exists=True), causes.TARGET_CONFLICT),
    ],
)
def test_what_became_true_after_the_start(
    tmp_path: Path, change: Callable[[World], object], cause: Cause
) -> None:
    with closing(World(tmp_path)) as world:
        task = world.make(NOW, request(begin=NOW + DAY))
        change(world)
        failed = world.engine.by_id(NOW + 2 * DAY, task.id)
        assert (failed.status, failed.error_code) == ("failed", cause.code)


def test_a_target_drive_made_during_the_move(tmp_path: Path) -> None:
    with closing(World(tmp_path)) as world:
        task = world.make(NOW, request())
        assert world.engine.by_id(TAKEN_UP + task.duration * 3 // 10, task.id).stage == "Backup"
        world.change(TARGET_ANA, target_drive_exists=True)
        failed = world.engine.by_id(NOW + DAY, task.id)
        assert (failed.status, failed.stage) == ("failed", "Backup")
        assert failed.error_code == causes.TARGET_CONFLICT.code


def test_a_licence_on_either_side_is_enough(tmp_path: Path) -> None:
    facts = {ANA: {"no_licence": True}, TARGET_ANA: {"move_licence": True}}
    with closing(World(tmp_path, people=facts)) as world:
        task = world.make(NOW, request())
        assert world.engine.by_id(NOW + DAY, task.id).status == "completed"


def test_an_incompatible_pair_is_told_to_wait(tmp_path: Path) -> None:
    scenario = tenants(compatibility=Compatibility.INCOMPATIBLE)
    with closing(World(tmp_path, scenario)) as world:
        with pytest.raises(Fault):
            world.engine.create(NOW + 2 * DAY - 1, request())
        assert world.make(NOW + 2 * DAY, request()).status == "notStarted"


def test_the_partner_by_its_tenant_id(tmp_path: Path) -> None:
    with closing(World(tmp_path, tenants(trust=Arrangement.ESTABLISHED))) as world:
        known = world.tenancy.tenant(Side.TARGET).id
        by_id = request("bo@tailspin.com", host="")
        by_id.parameters.clear()
        by_id.parameters["targetOrganizationId"] = known.upper()
        assert world.make(NOW, by_id).status == "notStarted"
        other = request("cy@tailspin.com", host="")
        other.parameters.clear()
        other.parameters["targetOrganizationId"] = known[::-1]
        with pytest.raises(Fault) as refused:
            world.engine.create(NOW, other)
        assert refused.value.code == causes.NO_TRUST.code
