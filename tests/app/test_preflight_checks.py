"""What is found of one row, judged from what the services said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import remedies, texts
from app.model import Finding, Level, Mapping
from app.moves import DryRun
from app.outcome import OF_TENANTS
from app.preflight_checks import Measure, judge_row
from app.preflight_facts import Drive, MapEntry, Person, RowFacts, Said
from app.preflight_texts import PREFLIGHT_TEXTS
from preflight_cases import ANA, GOOD, LIMITS, MEASURE, MIGRATION, OFFICE, PERSON

B, W, U = Level.BLOCK, Level.WARN, Level.UNKNOWN
SIZE = GOOD.drive
NO_PLANS = replace(PERSON, plans=None)


def spoilt(**changes: object) -> RowFacts:
    return replace(GOOD, **changes)  # type: ignore[arg-type]  # the names are those of the facts


def told(facts: RowFacts, measure: Measure = MEASURE) -> list[tuple[Level, str]]:
    found = judge_row(facts, measure)
    return [(one.level, one.code) for one in found if one.level is not Level.PASS]


def test_all_well_passes_every_check_and_says_so() -> None:
    found = judge_row(GOOD, MEASURE)
    assert {finding.level for finding in found} == {Level.PASS}
    assert [finding.code for finding in found] == [
        "SOURCE_USER_FOUND",
        "SOURCE_DRIVE_FOUND",
        "SOURCE_SIZE_FITS",
        "TARGET_USER_FOUND",
        "TARGET_PLAN_FOUND",
        "TARGET_DRIVE_ABSENT",
        "LICENCE_ASSIGNED",
        "MAP_ENTRY_FITS",
        "DRY_RUN_PASSED",
    ]


CASES: list[tuple[RowFacts, list[tuple[Level, str]]]] = [
    (spoilt(source=Person(Said.MISSING)), [(B, "SOURCE_USER_MISSING")]),
    (spoilt(source=Person(Said.REFUSED, "X: y")), [(U, "SOURCE_USER_UNREADABLE")]),
    (spoilt(source=replace(PERSON, enabled=False)), [(W, "SOURCE_USER_DISABLED")]),
    (spoilt(source=replace(PERSON, enabled=None)), [(U, "SOURCE_USER_STATE_UNSAID")]),
    (spoilt(drive=Drive(Said.MISSING)), [(B, "SOURCE_DRIVE_MISSING")]),
    (spoilt(drive=Drive(Said.REFUSED, "accessDenied: NoAccess.")), [(B, "SOURCE_DRIVE_LOCKED")]),
    (spoilt(drive=Drive(Said.REFUSED, "accessDenied: no")), [(U, "SOURCE_DRIVE_UNREADABLE")]),
    (spoilt(drive=replace(SIZE, quota_state="exceeded")), [(W, "SOURCE_DRIVE_QUOTA")]),
    (spoilt(drive=replace(SIZE, used_bytes=None)), [(U, "SOURCE_SIZE_UNSAID")]),
    (spoilt(drive=replace(SIZE, used_bytes=2 * 10**12)), [(W, "SOURCE_SIZE_LARGE")]),
    (spoilt(drive=replace(SIZE, used_bytes=5 * 10**12)), [(W, "SOURCE_SIZE_LARGE")]),
    (spoilt(drive=replace(SIZE, used_bytes=5 * 10**12 + 1)), [(B, "SOURCE_SIZE_TOO_LARGE")]),
    (spoilt(target=Person(Said.MISSING)), [(B, "TARGET_USER_MISSING")]),
    (spoilt(target=Person(Said.REFUSED, "X: y")), [(U, "TARGET_USER_UNREADABLE")]),
    (spoilt(target=replace(PERSON, user_type="Guest")), [(B, "TARGET_USER_GUEST")]),
    (spoilt(target=replace(PERSON, enabled=False)), [(W, "TARGET_USER_DISABLED")]),
    (spoilt(target=replace(PERSON, enabled=None)), [(U, "TARGET_USER_STATE_UNSAID")]),
    (spoilt(target=replace(PERSON, plans=())), [(B, "TARGET_PLAN_MISSING")]),
    (
        spoilt(target=replace(PERSON, plans=(("SharePoint", "Suspended"),))),
        [(B, "TARGET_PLAN_MISSING")],
    ),
    (
        spoilt(target=replace(PERSON, plans=(("sharepoint", "Resting"),))),
        [(U, "TARGET_PLAN_STATE")],
    ),
    (
        spoilt(target=replace(NO_PLANS, licences=frozenset({MIGRATION}))),
        [(B, "TARGET_PLAN_MISSING")],
    ),
    (spoilt(target=replace(NO_PLANS, licences=None)), [(U, "TARGET_PLAN_UNSAID")]),
    (spoilt(target_drive=Drive(Said.FOUND)), [(B, "TARGET_DRIVE_EXISTS")]),
    (spoilt(target_drive=Drive(Said.REFUSED, "X: y")), [(U, "TARGET_DRIVE_UNREADABLE")]),
    (spoilt(entry=MapEntry(Said.REFUSED, "X: y")), [(U, "MAP_UNREADABLE")]),
    (
        spoilt(entry=MapEntry(Said.MISSING)),
        [(B, "MnAIdentityMapEntryDoesNotExistsForSourceUPN")],
    ),
    (
        spoilt(entry=MapEntry(Said.FOUND, "", "ben@northwind.com")),
        [(B, "MnAIdentityMapEntryDoesNotMatchRequest")],
    ),
    (
        spoilt(entry=replace(GOOD.entry, user_type="guestUser")),
        [(W, "MAP_USER_TYPE")],
    ),
    (spoilt(dry_run=DryRun(200, "failed", "", "a new reason")), [(B, "DRY_RUN_REFUSED")]),
    (spoilt(dry_run=DryRun(403, "", "accessDenied", "no")), [(U, "DRY_RUN_REFUSED")]),
    (spoilt(dry_run=DryRun(200, "failed")), [(B, "DRY_RUN_WORD")]),
    (spoilt(dry_run=DryRun(200, "pondering")), [(U, "DRY_RUN_WORD")]),
    (
        spoilt(dry_run=DryRun(422, "", "MnATrustNoSetupForPartner", "no")),
        [(U, "DRY_RUN_TENANTS")],
    ),
    (
        spoilt(dry_run=DryRun(409, "", "MnASiteMoveIsInprogressOrFinished", "there")),
        [(W, "DRY_RUN_THERE_ALREADY")],
    ),
    (
        spoilt(dry_run=DryRun(200, "failed", "MnAOdbOwnerUrlMismatch", "other")),
        [(B, "MnAOdbOwnerUrlMismatch")],
    ),
]


@pytest.mark.parametrize(("facts", "expected"), CASES, ids=[str(case[1]) for case in CASES])
def test_each_fault_is_found(facts: RowFacts, expected: list[tuple[Level, str]]) -> None:
    assert told(facts) == expected


def test_nobody_with_the_licence_is_a_warning_only() -> None:
    bare = replace(PERSON, licences=frozenset({OFFICE}))
    facts = spoilt(source=bare, target=bare)
    assert told(facts) == [(W, "LICENCE_NOT_ASSIGNED")]
    assert told(spoilt(source=bare)) == []
    # Nothing that is known as the licence, or somebody's are not told: no word on it.
    assert told(facts, Measure(LIMITS, frozenset(), MEASURE.sharepoint)) == []
    assert told(spoilt(source=bare, target=replace(bare, licences=None))) == []
    # The engine has said it already, and with more weight.
    refused = replace(facts, dry_run=DryRun(200, "failed", "MnAOdbUsersAreNotLicensed", "no"))
    assert told(refused) == [(B, "MnAOdbUsersAreNotLicensed")]


def test_the_products_stand_in_for_plans_that_are_not_told() -> None:
    assert told(spoilt(target=NO_PLANS)) == []
    assert told(spoilt(target=NO_PLANS), replace(MEASURE, sharepoint=None)) == [
        (U, "TARGET_PLAN_UNSAID")
    ]
    nothing = replace(NO_PLANS, licences=frozenset())
    assert told(spoilt(target=nothing), replace(MEASURE, sharepoint=None)) == [
        (B, "TARGET_PLAN_MISSING")
    ]


@pytest.mark.parametrize(
    ("change", "own", "engine"),
    [
        (
            {"target": replace(PERSON, plans=())},
            "TARGET_PLAN_MISSING",
            "MnATargetUserIsNotSpoEnabled",
        ),
        (
            {"target_drive": Drive(Said.FOUND)},
            "TARGET_DRIVE_EXISTS",
            "MnASiteMoveTargetUrlHasWriteConflict",
        ),
        ({"drive": Drive(Said.REFUSED, "NoAccess")}, "SOURCE_DRIVE_LOCKED", "-102"),
    ],
)
def test_the_same_thing_is_not_said_twice(change: dict[str, object], own: str, engine: str) -> None:
    facts = spoilt(**change, dry_run=DryRun(200, "failed", engine, "words"))
    assert told(facts) == [(B, own)]


def test_what_was_not_asked_is_not_spoken_of() -> None:
    assert judge_row(RowFacts(ANA), MEASURE) == ()


def test_an_accepted_dry_run_vouches_for_the_onedrive_and_the_map() -> None:
    facts = RowFacts(ANA, dry_run=GOOD.dry_run)
    assert [one.code for one in judge_row(facts, MEASURE)] == [
        "SOURCE_DRIVE_FOUND",
        "MAP_ENTRY_FITS",
        "DRY_RUN_PASSED",
    ]


words = st.sampled_from(["", "NoAccess", "Enabled", "failed", "completed", "{x}", "a\nb", "é"])
saids = st.sampled_from(list(Said))
codes = st.sampled_from(
    ["", "strange", "-161", *sorted(OF_TENANTS), *(known.code for known in remedies.ALL)]
)
people = st.builds(
    Person,
    saids,
    words,
    st.sampled_from([True, False, None]),
    st.sampled_from(["", "Member", "guest", "Robot"]),
    st.none() | st.frozensets(st.sampled_from([OFFICE, MIGRATION, "other"])),
    st.none() | st.lists(st.tuples(st.just("SharePoint"), words), max_size=2).map(tuple),
)
drives = st.builds(
    Drive, saids, words, st.none() | st.integers(-1, 10**13), words, st.just("https://x")
)
entries = st.builds(MapEntry, saids, words, words, words)
runs = st.none() | st.builds(
    DryRun, st.sampled_from([200, 403, 409, 422, 501]), words, codes, words, st.booleans()
)
rows = st.builds(RowFacts, st.just(ANA), people, drives, people, drives, entries, runs)
measures = st.builds(
    Measure,
    st.just(LIMITS),
    st.none() | st.frozensets(st.sampled_from([MIGRATION, "other"])),
    st.none() | st.frozensets(st.sampled_from([OFFICE])),
)


@given(rows, measures)
def test_whatever_is_said_every_finding_is_a_whole_sentence(
    facts: RowFacts, measure: Measure
) -> None:
    for finding in judge_row(facts, measure):
        known = finding.code in PREFLIGHT_TEXTS or remedies.find(finding.code, "") is not None
        assert known, finding
        if finding.level is Level.PASS:
            assert finding == Finding(Level.PASS, finding.code)
        else:
            assert finding.cell in ("S!A2", "S!B2")
            assert "…" not in texts.reason(finding), finding
            assert texts.remedy(finding), finding


@given(rows, measures)
def test_a_finding_says_less_than_it_knows_never_more(facts: RowFacts, measure: Measure) -> None:
    """No BLOCK without a definite word of a service, no PASS of the dry run that did not pass."""
    found = {finding.code: finding.level for finding in judge_row(facts, measure)}
    assert ("DRY_RUN_PASSED" in found) == (facts.dry_run is not None and facts.dry_run.passed)
    quiet = {Said.REFUSED, Said.NOT_ASKED}
    if (
        facts.dry_run is None
        and {facts.source.said, facts.target.said, facts.entry.said} <= quiet
        and {facts.drive.said, facts.target_drive.said} == {Said.NOT_ASKED}
    ):
        assert Level.BLOCK not in found.values()


@given(rows, measures)
def test_no_check_speaks_twice_of_a_row(facts: RowFacts, measure: Measure) -> None:
    codes = [finding.code for finding in judge_row(facts, measure)]
    assert len(codes) == len(set(codes))


def test_a_row_is_named_with_the_people_as_the_cells_hold_them() -> None:
    mapping = Mapping(7, "ana\u00a0@a.com", "ana@b.com", "S!A7", "S!B7")
    (finding,) = judge_row(RowFacts(mapping, source=Person(Said.MISSING)), MEASURE)
    assert (finding.cell, dict(finding.values)["upn"]) == ("S!A7", "ana<U+00A0>@a.com")
