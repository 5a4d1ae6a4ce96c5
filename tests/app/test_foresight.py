"""Every cause of the practice engine is found before a start, or the documentation says why not."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from app import remedies
from app.checks import check_list
from app.finding_table import TEXTS
from app.foresight import FORESEEN, LATER, UNFORESEEN, By, Foreseen
from app.handbook import pages
from app.model import Finding, Level, Mapping
from app.practice import causes
from app.practice.identity_map import Entry, IdentityMap, Kind
from app.practice.incidents import What
from app.practice.mishaps import Mishaps
from app.practice.scenario import Tenants as ScenarioTenants
from app.practice.store import Store
from app.preflight_texts import PREFLIGHT_TEXTS
from practice_run import Tenants as Practice
from preflight_watch import watched

DOCS = Path(__file__).resolve().parents[2] / "docs"
FINDINGS_OF = {one.code: one.findings for one in FORESEEN}
Found = dict[str, list[Finding]]


def said_of(people: list[tuple[str, str]], practice: Practice, folder: Path, **more: Any) -> Found:
    """What the workbook's checks and the pre-flight find of these rows; "" stands for tenants."""
    mappings = [Mapping(n, *pair, f"S!A{n}", f"S!B{n}") for n, pair in enumerate(people, 2)]
    checked, _ = check_list(mappings)
    found: Found = {row.mapping.source_upn: list(row.findings) for row in checked}
    with watched(practice, practice.base_url, folder, **more) as one:
        one.preflight.set_rows(checked)
        one.run()
        found[""] = list(one.ended().tenant_findings)
    for check in one.checks.values():
        found[check.source_upn] += check.findings
    return found


def assert_found(cause: str, findings: list[Finding]) -> None:
    level = Level.WARN if cause == causes.ANOTHER_JOB.code else Level.BLOCK
    seen = {finding.code for finding in findings if finding.level is level}
    assert seen & set(FINDINGS_OF[cause]), (cause, findings)


@dataclass(frozen=True)
class Of:
    """Somebody with something wrong, and the cause that it is."""

    cause: causes.Cause
    source: dict[str, Any] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)
    source_upn: str = ""
    target_upn: str = ""


PEOPLE = [
    Of(causes.NO_URL, {"side": "target"}),
    Of(causes.NO_URL, source_upn="ana.@contoso.com"),
    Of(causes.NO_DRIVE, {"no_drive": True}),
    Of(causes.NO_DRIVE, source_upn="a_x.com#EXT#@contoso.com"),
    Of(causes.NO_DRIVE_YET, {"drive_ready_at": 2**50}),
    Of(causes.MAPPED_TWICE),
    Of(causes.MAPPED_OTHERWISE),
    Of(causes.TARGET_UPN_INVALID, target_upn="ana.@northwind.com"),
    Of(causes.TARGET_UPN_INVALID, target_upn="a_x.com#EXT#@northwind.com"),
    Of(causes.ANOTHER_JOB),
    Of(causes.INVALID_CHARACTER, source_upn="o'neil@contoso.com"),
    Of(causes.INVALID_CHARACTER, target_upn="o'neil@northwind.com"),
    Of(causes.LOCKED_READ_ONLY, {"lock_state": "ReadOnly"}),
    Of(causes.LOCKED_NO_ACCESS, {"lock_state": "NoAccess"}),
    Of(causes.LOCKED_NO_ACCESS, {"left": True}),
    Of(causes.OTHER_OWNER, {"owner": "boss@contoso.com"}),
    Of(causes.JOB_FAILED, {"on_hold": True}),
    Of(causes.JOB_FAILED, {"drive_bytes": 5 * 10**12 + 1}),
    Of(causes.JOB_FAILED, {"items": 1_000_001}),
    Of(causes.NOT_LICENSED, {"no_licence": True}),
    Of(causes.TARGET_PEOPLE_INSIDE, {"site_users": ["bo@northwind.com"]}),
    Of(causes.NO_TARGET_USER, target={"missing_on_target": True}),
    Of(causes.NO_TARGET_USER, target={"side": "source"}),
    Of(causes.TARGET_NOT_ENABLED, target={"no_target_plan": True}),
    Of(causes.TARGET_CONFLICT, target={"target_drive_exists": True}),
    Of(causes.TARGET_CONFLICT, target={"target_drive_deleted": True}),
    Of(causes.TARGET_CONFLICT, target={"target_redirect": True}),
    Of(causes.PATH_TOO_LONG, {"longest_path": 350}),
]


def test_every_cause_in_a_person_is_found(serve: Callable[..., Practice], tmp_path: Path) -> None:
    names = [
        (one.source_upn or f"s{n}@contoso.com", one.target_upn or f"t{n}@northwind.com")
        for n, one in enumerate(PEOPLE)
    ]
    facts = {name[0]: one.source for name, one in zip(names, PEOPLE, strict=True) if one.source}
    facts |= {name[1]: one.target for name, one in zip(names, PEOPLE, strict=True) if one.target}
    by_cause = {one.cause: name for name, one in zip(names, PEOPLE, strict=True)}
    _put_into_the_map(
        tmp_path / "tenants.db",
        [
            (by_cause[causes.MAPPED_TWICE][0], "x@northwind.com"),
            (by_cause[causes.MAPPED_TWICE][0].upper(), "y@northwind.com"),
            (by_cause[causes.MAPPED_OTHERWISE][0], "z@northwind.com"),
        ],
    )
    practice = serve("--speed", "0", "--people", _written(tmp_path, facts))
    assert practice.create(*by_cause[causes.ANOTHER_JOB]).status_code == 200
    found = said_of([*names, ("well@contoso.com", "well@northwind.com")], practice, tmp_path)
    for name, one in zip(names, PEOPLE, strict=True):
        assert_found(one.cause.code, found[name[0]])
    assert found["well@contoso.com"] == []


TENANTS: list[tuple[causes.Cause, dict[str, str]]] = [
    (causes.FEATURE_OFF, {"feature_is_enabled": "false"}),
    (causes.SAME_FARM, {"same_farm": "true"}),
    (causes.NO_TRUST, {"trust": '"none"'}),
    (causes.NO_TRUST, {"trust": '"dormant"'}),
    (causes.WRONG_SIDE, {"trust": '"wrong way"'}),
    (causes.INCOMPATIBLE, {"compatibility": '"Incompatible"'}),
    (causes.CUSTOMER_KEY, {"customer_key": "true"}),
    (causes.TARGET_BLOCKED, {"target_is_blocked": "true"}),
    (causes.NOT_MAPPED, {"map_is_complete": "false"}),
    (causes.NO_URL, {"everybody_exists": "false"}),
]


@pytest.mark.parametrize(
    ("cause", "tenants_are"), TENANTS, ids=[f"{c.code}-{next(iter(t))}" for c, t in TENANTS]
)
def test_every_cause_in_the_tenants_is_found(
    serve: Callable[..., Practice],
    tmp_path: Path,
    cause: causes.Cause,
    tenants_are: dict[str, str],
) -> None:
    lines = ['title = "Test"', 'description = "One thing wrong."', "[tenants]"]
    lines += [f"{name} = {value}" for name, value in tenants_are.items()]
    (tmp_path / "test.toml").write_text("\n".join(lines), "utf-8")
    practice = serve("--speed", "0", "--scenario", str(tmp_path / "test.toml"))
    found = said_of([("ana@contoso.com", "ana@northwind.com")], practice, tmp_path)
    assert_found(cause.code, found[""] + found["ana@contoso.com"])
    # Nobody looks as if all were well.
    assert {finding.level for finding in found["ana@contoso.com"]} & {Level.BLOCK, Level.UNKNOWN}


def test_the_move_of_somebody_else_to_the_same_target_is_found(
    tenants: Practice, tmp_path: Path
) -> None:
    assert tenants.create("other@contoso.com", "ana@northwind.com").status_code == 200
    tenants.advance(3600)
    found = said_of([("ana@contoso.com", "ana@northwind.com")], tenants, tmp_path)
    assert_found(causes.TARGET_CONFLICT.code, found["ana@contoso.com"])


def test_an_application_on_the_target_finds_what_is_in_the_way_by_looking(
    serve: Callable[..., Practice], tmp_path: Path
) -> None:
    there = _written(tmp_path, {"ana@northwind.com": {"target_drive_exists": True}})
    practice = serve("--speed", "0", "--people", there)
    token = practice.token("target", delegated=False)
    pair = ("ana@contoso.com", "ana@northwind.com")
    found = said_of([pair], practice, tmp_path, target_token=token, application=True)
    assert [finding.code for finding in found[pair[0]]] == ["TARGET_DRIVE_EXISTS"]


ASKED = {
    By.USERS: ("SOURCE_USER_", "TARGET_USER_", "TARGET_PLAN_", "LICENCE_"),
    By.DRIVE: ("SOURCE_DRIVE_", "SOURCE_SIZE_"),
    By.TARGET_DRIVE: ("TARGET_DRIVE_",),
    By.HOSTS: ("HOST_",),
}
"""How the findings of each question begin; those of the workbook's checks are named in a table."""


@pytest.mark.parametrize("one", FORESEEN, ids=[one.code for one in FORESEEN])
def test_each_question_of_the_table_has_its_finding_and_each_finding_its_question(
    one: Foreseen,
) -> None:
    for by, begins in ASKED.items():
        assert (by in one.by) == any(code.startswith(begins) for code in one.findings), by
    own = {code for code in one.findings if code in TEXTS and not code.startswith("HOST_")}
    assert (By.WORKBOOK in one.by) == bool(own)


def test_an_admin_address_is_found(tenants: Practice, tmp_path: Path) -> None:
    people = [("ana@contoso.com", "ana@northwind.com")]
    host = "https://practice-target-admin.sharepoint.com"
    found = said_of(people, tenants, tmp_path, target_host=host)
    assert_found(causes.ADMIN_HOST.code, found[""])


def test_every_mishap_of_a_scenario_is_found(
    serve: Callable[..., Practice], tmp_path: Path
) -> None:
    """What the scenarios deal out to people, each to somebody of their own."""
    names = {
        each.name: (f"{each.name}@contoso.com", f"t.{each.name}@northwind.com")
        for each in fields(Mishaps)
    }
    facts = {
        upn: Mishaps(**{name: 1.0}).facts(upn, lambda _: 0.0)
        for name, pair in names.items()
        for upn in pair
    }
    practice = serve("--speed", "0", "--people", _written(tmp_path, facts))
    found = said_of(list(names.values()), practice, tmp_path)
    for name, (source, _) in names.items():
        assert any(finding.level is Level.BLOCK for finding in found[source]), name


def test_every_cause_is_in_one_of_the_two_tables() -> None:
    foreseen = [one.code for one in FORESEEN]
    unforeseen = [code for code, _ in UNFORESEEN]
    assert len(foreseen + unforeseen) == len({*foreseen, *unforeseen})
    assert {*foreseen, *unforeseen} == {cause.code for cause in causes.ALL}
    tried = {one.cause.code for one in PEOPLE} | {cause.code for cause, _ in TENANTS}
    assert {*tried, causes.ADMIN_HOST.code} == set(foreseen)
    assert {name for name, _ in LATER} == {str(what) for what in What}
    for one in FORESEEN:
        assert one.by
        for code in one.findings:
            known = code in PREFLIGHT_TEXTS or code in TEXTS or remedies.find(code, "")
            assert known, code
            is_engine = code not in PREFLIGHT_TEXTS and code not in TEXTS
            assert not is_engine or {By.DRY_RUN, By.MAP} & set(one.by), one


def test_every_setting_of_a_scenarios_tenants_is_tried() -> None:
    harmless = {"new_trust_waits", "incompatible_hours"}  # say when, not whether
    tried = {name for _, settings in TENANTS for name in settings}
    assert tried | harmless == {each.name for each in fields(ScenarioTenants)}


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_documentation_says_what_the_tables_say(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == pages()[name], "python -m app.handbook docs"


def _written(folder: Path, facts: dict[str, dict[str, Any]]) -> str:
    path = folder / "people.json"
    path.write_text(json.dumps(facts), "utf-8")
    return str(path)


def _put_into_the_map(state: Path, pairs: list[tuple[str, str]]) -> None:
    with contextlib.closing(Store(state)) as store:
        entries = [Entry(Kind.USER, "any", *pair, "regularUser") for pair in pairs]
        IdentityMap(store).replace_all(entries)
