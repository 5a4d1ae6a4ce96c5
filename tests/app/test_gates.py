"""The gates before a start, judged from facts: what holds it back, and what the admin may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import pytest

from app import gate_texts
from app.errors import Refused, SignInRequired, Unreachable
from app.gate_values import (
    Facts,
    Gate,
    GateCode,
    MapCount,
    Organization,
    Reading,
    Remedy,
    Seats,
    Settled,
)
from app.gates import is_open, judge
from app.model import Finding, Level, Side, Window
from app.preflight_values import PreflightState, PreflightSummary
from app.tenant_gates import ANSWERS
from app.trust_commands import compatibility_commands, likely_host, trust_commands

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Organization("s", "Contoso", ("contoso.com", "contoso.onmicrosoft.com"))
SOURCE = replace(SOURCE, initial_domain="contoso.onmicrosoft.com")
TARGET = Organization("t", "Northwind", ("northwind.com",), "northwind.onmicrosoft.com")


def said(value: Any, minutes: float = 1) -> Reading[Any]:
    return Reading(value, NOW - timedelta(minutes=minutes))


def failed(error: Any) -> Reading[Any]:
    return Reading(None, NOW, error)


GOOD = Facts(
    people=10,
    book_read=NOW - HOUR,
    source=said(SOURCE, 2),
    target=said(TARGET, 3),
    source_domains=("contoso.com",),
    target_domains=("northwind.com",),
    target_host="https://northwind-my.sharepoint.com",
    says_trust=True,
    trust_source=said("GoodToProceed"),
    trust_target=said("goodtoproceed "),
    compatibility=said("Compatible"),
    identity_map=said(MapCount(True, entries=12)),
    seats=said(Seats(100, 5, ("X",))),
    preflight=PreflightSummary(passed=10, oldest_utc=NOW - HOUR),
    pending=said(7),
    reserve=50,
)
DARK = Refused("HTTP_403", "The signed-in account may not do this", "no right", status=403)


def gate(code: GateCode, facts: Facts) -> Gate:
    return {one.code: one for one in judge(facts, NOW)}[code]


def test_where_all_is_well_every_gate_passes_and_the_start_is_open() -> None:
    gates = judge(GOOD, NOW)
    assert [one.code for one in gates] == list(GateCode)
    assert {one.level for one in gates} == {Level.PASS}
    assert is_open(gates)


CASES: list[tuple[GateCode, dict[str, Any], Level, str]] = [
    (GateCode.WORKBOOK, {"people": 0}, Level.BLOCK, "BOOK_NOBODY"),
    (GateCode.WORKBOOK, {"book_has_changed": True}, Level.BLOCK, "BOOK_CHANGED"),
    (GateCode.WORKBOOK, {"left_alone": 2, "warned": 1}, Level.PASS, "BOOK_GOOD_IN_PART"),
    (GateCode.SIGN_IN, {"is_connected": False}, Level.BLOCK, "SIGN_IN_NOBODY"),
    (GateCode.SIGN_IN, {"source": Reading()}, Level.UNKNOWN, "NOT_READ"),
    (GateCode.SIGN_IN, {"target": failed(DARK)}, Level.UNKNOWN, "SIGN_IN_NOT_READ"),
    (
        GateCode.SIGN_IN,
        {"target": failed(SignInRequired("X", "Sign in again"))},
        Level.BLOCK,
        "SIGN_IN_EXPIRED",
    ),
    (GateCode.SIDES, {"target": said(SOURCE)}, Level.BLOCK, "SIDES_SAME"),
    (
        GateCode.SIDES,
        {"source": said(TARGET), "target": said(SOURCE)},
        Level.BLOCK,
        "SIDES_SWAPPED",
    ),
    (
        GateCode.SIDES,
        {"source_domains": ("contoso.com", "fabrikam.com")},
        Level.WARN,
        "SIDES_FOREIGN",
    ),
    (GateCode.SIDES, {"source": failed(DARK)}, Level.UNKNOWN, "NOT_READ"),
    (
        GateCode.TARGET_HOST,
        {"target_host": "https://northwind-admin.sharepoint.com"},
        Level.BLOCK,
        "HOST_BAD",
    ),
    (
        GateCode.TARGET_HOST,
        {"target_host": "https://contoso-my.sharepoint.com"},
        Level.BLOCK,
        "HOST_BAD",
    ),
    (
        GateCode.TARGET_HOST,
        {"target_host": "https://nw-my.sharepoint.com"},
        Level.WARN,
        "HOST_OTHER_NAME",
    ),
    (GateCode.TRUST_SOURCE, {"trust_source": said("NotEstablished")}, Level.BLOCK, "TRUST_MISSING"),
    (
        GateCode.TRUST_TARGET,
        {"trust_target": said("NotEstablishedByPartner")},
        Level.BLOCK,
        "TRUST_MISSING_AT_PARTNER",
    ),
    (
        GateCode.TRUST_SOURCE,
        {"trust_source": said("DormantByPartner")},
        Level.BLOCK,
        "TRUST_DORMANT",
    ),
    (
        GateCode.TRUST_SOURCE,
        {"trust_source": said("CouldNotContactPartner")},
        Level.BLOCK,
        "TRUST_NO_CONTACT",
    ),
    (GateCode.TRUST_SOURCE, {"trust_source": said("Splendid")}, Level.UNKNOWN, "WORD_UNKNOWN"),
    (GateCode.TRUST_SOURCE, {"trust_source": failed(DARK)}, Level.UNKNOWN, "WORD_NOT_READ"),
    (GateCode.TRUST_SOURCE, {"trust_source": Reading()}, Level.UNKNOWN, "NOT_READ"),
    (
        GateCode.TRUST_SOURCE,
        {"says_trust": False, "trust_source": Reading()},
        Level.UNKNOWN,
        "CANNOT_BE_READ",
    ),
    (GateCode.COMPATIBILITY, {"compatibility": said("Incompatible")}, Level.BLOCK, "INCOMPATIBLE"),
    (
        GateCode.COMPATIBILITY,
        {"compatibility": said("Warning")},
        Level.WARN,
        "COMPATIBLE_WITH_WARNING",
    ),
    (
        GateCode.COMPATIBILITY,
        {"compatibility": said("Not Compatible")},
        Level.UNKNOWN,
        "WORD_UNKNOWN",
    ),
    (GateCode.IDENTITY_MAP, {"identity_map": Reading()}, Level.UNKNOWN, "NOT_READ"),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": failed(Unreachable("X", "Gone"))},
        Level.UNKNOWN,
        "MAP_NOT_READ",
    ),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": said(MapCount(False, missing=1))},
        Level.UNKNOWN,
        "MAP_OF_EARLIER",
    ),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": said(MapCount(True, missing=1, unread=1))},
        Level.BLOCK,
        "MAP_INCOMPLETE",
    ),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": said(MapCount(True, different=1))},
        Level.BLOCK,
        "MAP_INCOMPLETE",
    ),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": said(MapCount(True, unread=1))},
        Level.UNKNOWN,
        "MAP_PARTLY_READ",
    ),
    (
        GateCode.IDENTITY_MAP,
        {"identity_map": said(MapCount(True, missing_others=1))},
        Level.WARN,
        "MAP_WITHOUT_OTHERS",
    ),
    (GateCode.LICENCES, {"seats": Reading()}, Level.UNKNOWN, "NOT_READ"),
    (GateCode.LICENCES, {"seats": failed(DARK)}, Level.UNKNOWN, "LICENCES_NOT_READ"),
    (GateCode.LICENCES, {"seats": said(Seats(0, 0))}, Level.WARN, "LICENCES_NOT_FOUND"),
    (GateCode.LICENCES, {"seats": said(Seats(9, 9, ("X",)))}, Level.WARN, "LICENCES_TOO_FEW"),
    (GateCode.PREFLIGHT, {"preflight": PreflightSummary()}, Level.UNKNOWN, "PREFLIGHT_NOT_RUN"),
    (
        GateCode.PREFLIGHT,
        {"preflight": PreflightSummary(PreflightState.RUNNING, passed=3)},
        Level.UNKNOWN,
        "PREFLIGHT_RUNNING",
    ),
    (
        GateCode.PREFLIGHT,
        {"preflight": PreflightSummary(passed=9, unchecked=1)},
        Level.UNKNOWN,
        "PREFLIGHT_IN_PART",
    ),
    (
        GateCode.PREFLIGHT,
        {"preflight": PreflightSummary(passed=9, warned=1, blocked=4)},
        Level.WARN,
        "PREFLIGHT_WARNED",
    ),
    (
        GateCode.PREFLIGHT,
        {
            "preflight": PreflightSummary(
                passed=9, tenant_findings=(Finding(Level.BLOCK, "MnABYOKEnabledOnSourceTenant"),)
            )
        },
        Level.BLOCK,
        "PREFLIGHT_TENANT",
    ),
    (GateCode.QUEUE, {"pending": Reading()}, Level.UNKNOWN, "NOT_READ"),
    (GateCode.QUEUE, {"pending": failed(DARK)}, Level.UNKNOWN, "QUEUE_NOT_READ"),
    (GateCode.QUEUE, {"pending": said(3950)}, Level.WARN, "QUEUE_FULL"),
    (GateCode.QUEUE, {"pending": said(3949)}, Level.PASS, "QUEUE_IN_TURNS"),
    (GateCode.QUEUE, {"pending": said(3900), "waiting": 45}, Level.PASS, "QUEUE_IN_TURNS"),
    (GateCode.WINDOW, {"window": Window(NOW + HOUR, NOW + 2 * HOUR)}, Level.PASS, "WINDOW_GOOD"),
    (GateCode.WINDOW, {"window": Window(NOW - HOUR)}, Level.BLOCK, "WINDOW_PAST"),
    (
        GateCode.WINDOW,
        {"window": Window(None, None, latest_utc=NOW + HOUR)},
        Level.PASS,
        "WINDOW_AT_ONCE_ELSE_CANCELLED",
    ),
    (
        GateCode.WINDOW,
        {"window": Window(NOW + HOUR, None, latest_utc=NOW + 2 * HOUR)},
        Level.PASS,
        "WINDOW_GOOD_ELSE_CANCELLED",
    ),
    (
        GateCode.WINDOW,
        {"window": Window(None, None, latest_utc=NOW)},
        Level.BLOCK,
        "WINDOW_LATEST_OVER",
    ),
    (GateCode.WINDOW, {"window": Window(None, NOW)}, Level.BLOCK, "WINDOW_OVER"),
    (
        GateCode.WINDOW,
        {"window": Window(NOW + 2 * HOUR, NOW + HOUR)},
        Level.BLOCK,
        "WINDOW_BACKWARDS",
    ),
]


@pytest.mark.parametrize(("code", "change", "level", "finding"), CASES)
def test_a_gate_stands_as_the_facts_say(
    code: GateCode, change: dict[str, Any], level: Level, finding: str
) -> None:
    found = gate(code, replace(GOOD, **change))
    assert (found.level, found.finding) == (level, finding)
    assert found.holds is (level is not Level.PASS)


@pytest.mark.parametrize(("code", "change", "level", "finding"), CASES)
def test_its_sentences_have_all_their_values_and_say_what_to_do(
    code: GateCode, change: dict[str, Any], level: Level, finding: str
) -> None:
    found = gate(code, replace(GOOD, **change))
    state, to_do = gate_texts.state(found), gate_texts.what_to_do(found)
    assert state.endswith((".", "UTC"))
    assert "…" not in state + to_do
    assert gate_texts.title(found)
    if level is not Level.PASS:
        assert to_do.endswith(".")


def test_every_sentence_belongs_to_a_finding_that_is_given() -> None:
    given = {finding for _, _, _, finding in CASES} | {one.finding for one in judge(GOOD, NOW)}
    assert set(gate_texts.STATES) == given | {"CONFIRMED_LONG_AGO"}
    for state, to_do in gate_texts.STATES.values():
        names = {name for _, name, _, _ in Formatter().parse(state + to_do) if name is not None}
        assert "" not in names


def test_a_rehearsal_needs_no_pre_flight_and_is_told_of_it_all_the_same() -> None:
    facts = replace(GOOD, practice=True, preflight=PreflightSummary())
    found = gate(GateCode.PREFLIGHT, facts)
    assert (found.level, found.holds) == (Level.UNKNOWN, False)
    assert is_open(judge(facts, NOW))
    blocked = PreflightSummary(passed=1, tenant_findings=(Finding(Level.BLOCK, "X"),))
    assert gate(GateCode.PREFLIGHT, replace(facts, preflight=blocked)).holds


# What the admin says


def settled(words: str, finding: str, age: timedelta = HOUR) -> Settled:
    return Settled(words, "anna@desk", NOW - age, finding)


WARNED = replace(GOOD, compatibility=said("Warning"))


@pytest.mark.parametrize(
    ("why", "is_passed_over"),
    [
        (settled("agreed", "COMPATIBLE_WITH_WARNING"), True),
        (settled("agreed", "COMPATIBLE_WITH_WARNING", timedelta(hours=5)), False),
        (settled("agreed", "COMPATIBLE_WITH_WARNING", -HOUR), False),
        (settled("agreed", "SOMETHING_ELSE"), False),
    ],
)
def test_a_warning_is_passed_over_for_its_own_reason_and_for_a_while(
    why: Settled, is_passed_over: bool
) -> None:
    facts = replace(WARNED, overridden={GateCode.COMPATIBILITY: why})
    found = gate(GateCode.COMPATIBILITY, facts)
    assert found.level is Level.WARN
    assert Remedy.OVERRIDE in found.remedies
    assert is_open(judge(facts, NOW)) is is_passed_over
    assert bool(gate_texts.said_by_admin(found, "Europe/Berlin")) is is_passed_over


def test_what_blocks_is_never_passed_over() -> None:
    why = settled("please", "INCOMPATIBLE")
    facts = replace(
        GOOD,
        compatibility=said("Incompatible"),
        overridden={GateCode.COMPATIBILITY: why},
        confirmed={GateCode.COMPATIBILITY: settled("Compatible", "CANNOT_BE_READ")},
    )
    found = gate(GateCode.COMPATIBILITY, facts)
    assert found.holds
    assert Remedy.OVERRIDE not in found.remedies
    assert Remedy.CONFIRM not in found.remedies


BLIND = replace(
    GOOD,
    says_trust=False,
    trust_source=Reading(),
    trust_target=Reading(),
    compatibility=Reading(),
)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("GoodToProceed", Level.PASS),
        (" goodtoproceed", Level.PASS),
        ("NotEstablished", Level.BLOCK),
        ("DormantByPartner", Level.BLOCK),
        ("looks good", Level.UNKNOWN),
    ],
)
def test_the_word_that_the_admin_read_in_the_shell_is_judged_as_the_services_own(
    word: str, level: Level
) -> None:
    seen = {GateCode.TRUST_SOURCE: settled(word, "CANNOT_BE_READ")}
    found = gate(GateCode.TRUST_SOURCE, replace(BLIND, confirmed=seen))
    assert found.level is level
    assert Remedy.CONFIRM in found.remedies
    assert found.holds is (level is not Level.PASS)
    if level is not Level.UNKNOWN:
        assert found.as_of == NOW - HOUR
        assert "anna@desk" in gate_texts.said_by_admin(found, "UTC")


def test_what_was_seen_too_long_ago_is_asked_for_again() -> None:
    old = settled("GoodToProceed", "CANNOT_BE_READ", timedelta(hours=25))
    found = gate(GateCode.TRUST_SOURCE, replace(BLIND, confirmed={GateCode.TRUST_SOURCE: old}))
    assert (found.level, found.finding) == (Level.UNKNOWN, "CONFIRMED_LONG_AGO")
    assert "anna@desk saw “GoodToProceed”" in gate_texts.state(found)
    assert found.holds


def test_the_services_word_goes_before_what_was_seen() -> None:
    seen = {GateCode.TRUST_SOURCE: settled("GoodToProceed", "CANNOT_BE_READ")}
    facts = replace(GOOD, trust_source=said("NotEstablished"), confirmed=seen)
    assert gate(GateCode.TRUST_SOURCE, facts).level is Level.BLOCK


def test_something_that_could_not_be_read_is_confirmed_in_words() -> None:
    facts = replace(GOOD, seats=failed(DARK))
    seen = {GateCode.LICENCES: settled("200 free in the admin center", "LICENCES_NOT_READ")}
    assert is_open(judge(replace(facts, confirmed=seen), NOW))
    other = {GateCode.LICENCES: settled("200 free", "NOT_READ")}
    assert not is_open(judge(replace(facts, confirmed=other), NOW))


def test_over_graph_alone_nine_gates_can_be_read_and_three_are_for_the_admin() -> None:
    held = [one for one in judge(BLIND, NOW) if one.holds]
    assert {one.code for one in held} == set(ANSWERS)
    assert all(one.commands for one in held)


# Commands and ages


def test_the_commands_can_be_pasted_as_they_stand() -> None:
    source, target = "https://contoso-my.sharepoint.com/", "https://northwind-my.sharepoint.com"
    relation = "-Scenario MnA -PartnerRole Target -PartnerCrossTenantHostUrl"
    assert [one.text for one in trust_commands(Side.SOURCE, source, target)] == [
        "Connect-SPOService -Url 'https://contoso-admin.sharepoint.com'",
        "Get-SPOCrossTenantHostUrl",
        f"Set-SPOCrossTenantRelationship {relation} '{target}'",
        f"Verify-SPOCrossTenantRelationship {relation} '{target}'",
    ]
    there = [one.text for one in trust_commands(Side.TARGET, source, target)]
    assert there[0] == "Connect-SPOService -Url 'https://northwind-admin.sharepoint.com'"
    assert there[3] == (
        "Verify-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Source"
        " -PartnerCrossTenantHostUrl 'https://contoso-my.sharepoint.com'"
    )
    [_, asked] = compatibility_commands(source, target)
    assert asked.side is Side.SOURCE
    assert asked.text == (
        f"Get-SPOCrossTenantCompatibilityStatus -PartnerCrossTenantHostUrl '{target}'"
    )
    every = [*trust_commands(Side.SOURCE, "", ""), *trust_commands(Side.TARGET, "", ""), asked]
    assert all(one.text.isascii() and "- " not in one.text for one in every)


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("contoso.onmicrosoft.com", "https://contoso-my.sharepoint.com"),
        ("contoso.com", ""),
        ("", ""),
    ],
)
def test_a_likely_host_comes_from_the_first_domain_only(domain: str, host: str) -> None:
    assert likely_host(domain) == host


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_an_age_is_said_in_words(passed: timedelta, words: str) -> None:
    assert gate_texts.ago(passed) == words
    aged = replace(gate(GateCode.QUEUE, GOOD), as_of=NOW - passed)
    assert gate_texts.age(aged, NOW) == words
