"""What is found of the two tenants, judged from what they and the service said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import remedies, texts
from app.model import Level
from app.preflight_board import NOT_WHOLE
from app.preflight_checks import judge_row
from app.preflight_facts import Kind, PairFacts, RowFacts, TenantFacts
from app.preflight_texts import PREFLIGHT_TEXTS
from app.tenant_checks import (
    compatibility,
    judge_pair,
    migration_licences,
    sharepoint_products,
    trust,
)
from preflight_cases import E3, GOOD, GOOD_PAIR, LIMITS, MEASURE, MOVES
from test_preflight_checks import CASES

B, W, U = Level.BLOCK, Level.WARN, Level.UNKNOWN
ALWAYS = (U, "CONTENT_UNSEEN")
UNSAID = replace(GOOD_PAIR, trust_source="", trust_target="", compatibility="")


def pair(**changes: object) -> PairFacts:
    return replace(GOOD_PAIR, **changes)  # type: ignore[arg-type]  # the names are those of the facts


def told(facts: PairFacts, *, rows: int = 10, unlicensed: int = 0) -> list[tuple[Level, str]]:
    found = judge_pair(facts, LIMITS, rows=rows, unlicensed=unlicensed)
    return [(one.level, one.code) for one in found if one.level is not Level.PASS]


def without(products: object) -> PairFacts:
    bare = [replace(one, products=products) for one in (GOOD_PAIR.source, GOOD_PAIR.target)]  # type: ignore[arg-type]  # None or a tuple
    return pair(source=bare[0], target=bare[1])


def test_all_well_leaves_only_what_nobody_can_see() -> None:
    assert told(GOOD_PAIR) == [ALWAYS]


CASES_OF_PAIRS: list[tuple[PairFacts, list[tuple[Level, str]]]] = [
    (pair(target=replace(GOOD_PAIR.target, tenant_id="id-1")), [(B, "TENANTS_SAME")]),
    (pair(source=replace(GOOD_PAIR.source, words=("X: no",))), [(U, "TENANT_UNREADABLE")]),
    (pair(target_host="https://northwind-my.sharepoint.us"), [(B, "HOST_OTHER_CLOUD")]),
    (pair(target_host="https://northwind-admin.sharepoint.com"), [(B, "HOST_ADMIN")]),
    (pair(source_hosts=("https://contoso-my.sharepoint.cn",)), [(B, "HOST_OTHER_CLOUD")]),
    (pair(target_host="https://contoso-my.sharepoint.com"), [(B, "HOST_SAME")]),
    (
        pair(source_hosts=("https://a-my.sharepoint.com", "https://aeur-my.sharepoint.com")),
        [(W, "HOSTS_SEVERAL")],
    ),
    (pair(trust_source="DormantByPartner"), [(B, "TRUST_NOT_GOOD")]),
    (pair(trust_target="Perhaps"), [(U, "TRUST_WORD")]),
    (pair(compatibility="Warning"), [(W, "COMPATIBILITY_WARNING")]),
    (pair(compatibility="Incompatible"), [(B, "MnAPartnersFarmsAreIncompatible")]),
    (pair(compatibility="Nearly"), [(U, "COMPATIBILITY_WORD")]),
    (UNSAID, [(U, "COMPATIBILITY_UNSEEN")]),
    (
        replace(UNSAID, dry_runs_passed=0),
        [(U, "TRUST_UNSEEN"), (U, "COMPATIBILITY_UNSEEN")],
    ),
    (
        replace(UNSAID, stopped=((Kind.DRY_RUN, "MnATrustNoSetupForPartner", "no"),)),
        [(B, "MnATrustNoSetupForPartner"), (U, "COMPATIBILITY_UNSEEN")],
    ),
    (
        replace(UNSAID, stopped=((Kind.DRY_RUN, "MnAPartnersFarmsAreIncompatible", "wait"),)),
        [(B, "MnAPartnersFarmsAreIncompatible")],
    ),
    (without(None), [(U, "LICENCES_UNREADABLE")]),
    (without((E3,)), [(W, "LICENCE_NOT_FOUND")]),
    (without((replace(MOVES, bought=None),)), [(U, "LICENCE_SEATS_UNSAID")]),
    (pair(pending=None), [(U, "QUEUE_UNSEEN")]),
    (pair(pending=3995), [(W, "QUEUE_SHORT")]),
    (pair(target_is_application=False), [(U, "TARGET_DRIVES_UNSEEN")]),
    (pair(can_dry_run=False), [(U, "DRY_RUN_NOT_OFFERED")]),
]


@pytest.mark.parametrize(
    ("facts", "expected"), CASES_OF_PAIRS, ids=[str(case[1]) for case in CASES_OF_PAIRS]
)
def test_each_fault_is_found(facts: PairFacts, expected: list[tuple[Level, str]]) -> None:
    assert sorted(told(facts)) == sorted([*expected, ALWAYS])


@pytest.mark.parametrize("kind", list(Kind))
def test_a_question_refused_for_everybody_is_told_once(kind: Kind) -> None:
    facts = pair(stopped=((kind, "accessDenied", "accessDenied: no"),))
    found = judge_pair(facts, LIMITS, rows=10, unlicensed=0)
    (told_of,) = [one for one in found if one.code.endswith("_REFUSED")]
    assert told_of.level is U
    assert "accessDenied: no" in texts.reason(told_of)


def test_seats_are_compared_with_those_who_need_one() -> None:
    assert told(GOOD_PAIR, unlicensed=60) == [ALWAYS]
    assert told(GOOD_PAIR, unlicensed=61) == [(W, "LICENCE_SEATS_SHORT"), ALWAYS]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("Compatible", Level.PASS),
        (" compatible \n", Level.PASS),
        ("Warning", W),
        ("Incompatible", B),
        ("INCOMPATIBLE", B),
        ("Not Compatible", U),
        ("CompatibleSoon", U),
        ("", U),
    ],
)
def test_compatibility_is_a_whole_word(word: str, level: Level) -> None:
    assert compatibility(word) is level


@given(st.text())
def test_only_the_words_of_the_articles_let_pass(word: str) -> None:
    is_good = word.strip().casefold()
    assert (compatibility(word) is Level.PASS) == (is_good == "compatible")
    assert (trust(word) is Level.PASS) == (is_good == "goodtoproceed")


def test_products_are_told_by_name_and_plan() -> None:
    assert migration_licences(GOOD_PAIR, LIMITS) == frozenset({"sku-move"})
    assert migration_licences(without(None), LIMITS) is None
    assert sharepoint_products(GOOD_PAIR, LIMITS) == frozenset({"sku-e3"})
    assert sharepoint_products(without(None), LIMITS) is None


texts_of = st.sampled_from(["", "GoodToProceed", "Compatible", "Warning", "x y", "{y}"])
hosts = st.sampled_from(["", "https://a-my.sharepoint.com", "https://b-my.sharepoint.us", "ftp://"])
tenants = st.builds(
    TenantFacts,
    st.sampled_from(["", "id-1", "id-2"]),
    st.just("Contoso"),
    st.sampled_from([None, (), (MOVES,), (E3, MOVES)]),
    st.sampled_from([(), ("X: y",)]),
)
stops = st.lists(
    st.tuples(
        st.sampled_from(list(Kind)),
        st.sampled_from(["accessDenied", "MnATrustNoSetupForPartner"]),
        st.sampled_from(["", "no"]),
    ),
    max_size=3,
).map(tuple)
pairs = st.builds(
    PairFacts,
    tenants,
    tenants,
    st.lists(hosts.filter(bool), max_size=2, unique=True).map(tuple),
    hosts,
    st.none() | st.integers(0, 5000),
    st.just(4000),
    st.booleans(),
    st.booleans(),
    texts_of,
    texts_of,
    texts_of,
    st.integers(0, 3),
    stops,
)


@given(pairs, st.integers(0, 5000), st.integers(0, 5000))
def test_whatever_is_said_every_finding_is_a_whole_sentence(
    facts: PairFacts, rows: int, unlicensed: int
) -> None:
    for finding in judge_pair(facts, LIMITS, rows=rows, unlicensed=unlicensed):
        assert texts.finding_title(finding.code) != finding.code
        if finding.level is not Level.PASS:
            assert "…" not in texts.reason(finding), finding
            assert texts.remedy(finding), finding


def test_every_text_of_the_pre_flight_is_really_given() -> None:
    given_codes = {finding.code for finding in judge_row(GOOD, MEASURE)}
    for row, _ in CASES:
        given_codes |= {finding.code for finding in judge_row(row, MEASURE)}
    everything = [GOOD_PAIR, *(facts for facts, _ in CASES_OF_PAIRS)]
    everything += [pair(stopped=((kind, "x", "no"),)) for kind in Kind]
    for facts in everything:
        for unlicensed in (0, 61):
            found = judge_pair(facts, LIMITS, rows=10, unlicensed=unlicensed)
            given_codes |= {finding.code for finding in found}
    bare: RowFacts = replace(
        GOOD,
        source=replace(GOOD.source, licences=frozenset()),
        target=replace(GOOD.target, licences=frozenset()),
    )
    given_codes |= {finding.code for finding in judge_row(bare, MEASURE)}
    given_codes.add(NOT_WHOLE)
    assert set(PREFLIGHT_TEXTS) <= given_codes
    own = {code for code in given_codes if remedies.find(code, "") is None}
    assert {code for code in own if not code.startswith("HOST_")} == set(PREFLIGHT_TEXTS)


@pytest.mark.parametrize("code", sorted(PREFLIGHT_TEXTS))
def test_a_text_says_what_happened_and_what_to_do(code: str) -> None:
    text = PREFLIGHT_TEXTS[code]
    assert not text.title.endswith(".")
    assert text.reason.rstrip("}").endswith((".", ": {said"))
