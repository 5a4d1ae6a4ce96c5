"""Which rows are asked what next: few and full calls, and never what must not be asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.model import Mapping
from app.moves import DryRun
from app.preflight_facts import Drive, Kind, MapEntry, Person, RowFacts, Said
from app.preflight_questions import Policy, is_whole, next_question
from app.preflight_schedule import Schedule
from preflight_cases import ANA, GOOD, PASSED, PERSON

NO_MAP = DryRun(422, "", "MnAIdentityMapEntryDoesNotExistsForSourceUPN", "no")
NO_DRIVE = DryRun(422, "", "MnAOdbForSourceUPNDoesNotExist", "no")
ODD = DryRun(422, "", "strange", "no")
NO_TRUST = DryRun(422, "", "MnATrustNoSetupForPartner", "no")
FORBIDDEN = Person(Said.REFUSED, "accessDenied: no")


def mappings(count: int) -> list[Mapping]:
    return [Mapping(n + 2, f"u{n}@a.com", f"u{n}@b.com") for n in range(count)]


def answered(facts: RowFacts, kind: Kind, dry_run: DryRun = PASSED) -> RowFacts:
    match kind:
        case Kind.SOURCE_USER | Kind.SOURCE_USER_ALONE:
            return replace(facts, source=PERSON)
        case Kind.TARGET_USER | Kind.TARGET_USER_ALONE:
            return replace(facts, target=PERSON)
        case Kind.TARGET_DRIVE:
            return replace(facts, target_drive=Drive(Said.MISSING))
        case Kind.SOURCE_DRIVE:
            return replace(facts, drive=GOOD.drive)
        case Kind.MAP:
            return replace(facts, entry=MapEntry(Said.MISSING))
        case Kind.DRY_RUN:
            return replace(facts, dry_run=dry_run)


def play(
    schedule: Schedule,
    *,
    most_in_flight: int = 4,
    dry_run: DryRun = PASSED,
    answer: Callable[[RowFacts, Kind], RowFacts] | None = None,
) -> tuple[Counter[Kind], list[RowFacts], list[int]]:
    """Every call is answered well; gives the calls by kind, the rows at their end, the sizes."""
    dice = random.Random(1)
    calls: Counter[Kind] = Counter()
    ended: list[RowFacts] = []
    sizes: list[int] = []
    out: list[tuple[Kind, list[RowFacts]]] = []
    while not schedule.is_over:
        while len(out) < most_in_flight and (call := schedule.next_call()) is not None:
            calls[call[0]] += 1
            sizes.append(len(call[1]))
            out.append(call)
        if out:
            kind, rows = out.pop(dice.randrange(len(out)))
            said = [answer(row, kind) if answer else answered(row, kind, dry_run) for row in rows]
            schedule.take(kind, rows, said, held=False)
        ended += schedule.ended()
    return calls, ended, sizes


def test_four_thousand_rows_cost_less_than_a_thousand_calls() -> None:
    calls, ended, sizes = play(Schedule(mappings(4000), Policy()))
    assert len(ended) == 4000
    assert max(sizes) == 60
    assert calls.total() <= 540
    assert calls[Kind.TARGET_DRIVE] == calls[Kind.MAP] == 0


def test_an_application_on_the_target_costs_a_fifth_call_for_twenty_rows() -> None:
    calls, ended, _ = play(Schedule(mappings(4000), Policy(target_is_application=True)))
    assert len(ended) == 4000
    assert calls[Kind.TARGET_DRIVE] == 200
    assert calls.total() <= 740


def test_where_no_list_is_taken_everybody_is_asked_for_alone() -> None:
    def unlisted(facts: RowFacts, kind: Kind) -> RowFacts:
        match kind:
            case Kind.SOURCE_USER:
                return replace(facts, source=Person(Said.NOT_LISTED))
            case Kind.TARGET_USER:
                return replace(facts, target=Person(Said.NOT_LISTED))
        return answered(facts, kind)

    schedule = Schedule(mappings(600), Policy())
    calls, ended, _ = play(schedule, answer=unlisted)
    assert not schedule.stopped
    assert calls[Kind.SOURCE_USER_ALONE] == calls[Kind.TARGET_USER_ALONE] == 30
    assert {facts.source for facts in ended} == {facts.target for facts in ended} == {PERSON}


def test_a_dry_run_that_says_nothing_of_the_map_lets_the_map_be_asked_instead() -> None:
    calls, _, _ = play(Schedule(mappings(4000), Policy()), dry_run=ODD)
    assert calls[Kind.SOURCE_DRIVE] == 0
    assert calls.total() <= 540


def test_without_a_dry_run_the_map_is_asked_and_no_onedrive_is_made() -> None:
    calls, _, _ = play(Schedule(mappings(100), Policy(can_dry_run=False)))
    assert calls == {Kind.SOURCE_USER: 2, Kind.TARGET_USER: 2, Kind.MAP: 5}


def test_the_first_dry_run_is_made_for_one_person_alone() -> None:
    schedule = Schedule(mappings(60), Policy())
    sizes: list[int] = []
    out: list[tuple[Kind, list[RowFacts]]] = []
    while not schedule.is_over:
        while (call := schedule.next_call()) is not None:
            out.append(call)
            if call[0] is Kind.DRY_RUN:
                sizes.append(len(call[1]))
        # The dry runs are answered last: none may follow the first before its answer is there.
        out.sort(key=lambda one: one[0] is Kind.DRY_RUN)
        kind, rows = out.pop(0)
        assert kind is not Kind.DRY_RUN or len(sizes) > 1 or sizes == [1]
        schedule.take(kind, rows, [answered(row, kind) for row in rows], held=False)
        schedule.ended()
    assert sizes[0] == 1
    assert sum(sizes) == 60


def test_what_the_tenants_lack_is_asked_of_one_person_and_no_more() -> None:
    schedule = Schedule(mappings(200), Policy())
    calls, ended, _ = play(schedule, dry_run=NO_TRUST)
    assert calls[Kind.DRY_RUN] == 1
    assert schedule.stopped == ((Kind.DRY_RUN, "MnATrustNoSetupForPartner", "no"),)
    assert calls[Kind.MAP] == 10
    assert len(ended) == 200
    assert not any(is_whole(facts, {Kind.DRY_RUN}) for facts in ended if facts.dry_run is None)


def test_refusals_of_a_whole_call_end_the_question_a_few_do_not() -> None:
    schedule = Schedule(mappings(120), Policy())
    call = schedule.next_call()
    assert call is not None
    kind, rows = call
    refused = [replace(row, source=FORBIDDEN) for row in rows]
    schedule.take(kind, rows, [*refused[:-1], answered(rows[-1], kind)], held=False)
    assert not schedule.stopped
    call = schedule.next_call()
    assert call is not None
    kind, rows = call
    said = [
        replace(row, source=FORBIDDEN)
        if kind is Kind.SOURCE_USER
        else replace(row, target=FORBIDDEN)
        for row in rows
    ]
    schedule.take(kind, rows, said, held=False)
    assert [(one, code) for one, code, _ in schedule.stopped] == [(kind, "accessDenied")]


def test_once_answered_refusals_are_about_the_people_however_many_come() -> None:
    schedule = Schedule(mappings(120), Policy())
    first, second = schedule.next_call(), schedule.next_call()
    assert first is not None
    assert second is not None
    assert first[0] is second[0] is Kind.SOURCE_USER
    schedule.take(first[0], first[1], [answered(row, first[0]) for row in first[1]], held=False)
    refused = [replace(row, source=FORBIDDEN) for row in second[1]]
    schedule.take(second[0], second[1], refused, held=False)
    assert not schedule.stopped


def test_a_list_of_leavers_with_locked_onedrives_ends_no_question() -> None:
    schedule = Schedule(mappings(40), Policy(source_is_application=True, can_dry_run=False))
    locked = Drive(Said.REFUSED, "accessDenied: The OneDrive is locked: NoAccess.")
    ended: list[RowFacts] = []
    while not schedule.is_over:
        call = schedule.next_call()
        assert call is not None
        kind, rows = call
        said: list[RowFacts | None] = [
            replace(row, drive=locked) if kind is Kind.SOURCE_DRIVE else answered(row, kind)
            for row in rows
        ]
        schedule.take(kind, rows, said, held=False)
        ended += schedule.ended()
    assert not schedule.stopped
    assert [facts.drive for facts in ended] == [locked] * 40


def test_a_fault_of_the_service_is_asked_three_times_a_pause_does_not_count() -> None:
    schedule = Schedule(mappings(1), Policy())
    for _ in range(5):
        call = schedule.next_call()
        assert call is not None
        schedule.take(*call, [None], held=True)
    for _ in range(3):
        call = schedule.next_call()
        assert call is not None
        kind, rows = call
        assert kind is Kind.SOURCE_USER
        schedule.take(kind, rows, [None], held=False)
    call = schedule.next_call()
    assert call is not None
    assert call[0] is Kind.TARGET_USER
    assert call[1][0].source.said is Said.REFUSED


def test_a_call_that_brought_nothing_is_made_again_in_the_same_order() -> None:
    schedule = Schedule(mappings(3), Policy())
    first = schedule.next_call()
    assert first is not None
    schedule.ask_again(*first)
    assert schedule.next_call() == first


people = st.sampled_from([Person(), PERSON, Person(Said.MISSING), FORBIDDEN])
drives = st.sampled_from([Drive(), GOOD.drive, Drive(Said.MISSING)])
entries = st.sampled_from([MapEntry(), GOOD.entry])
dry_runs = st.sampled_from([None, PASSED, NO_MAP, NO_DRIVE, ODD, NO_TRUST])
rows = st.builds(RowFacts, st.just(ANA), people, drives, people, drives, entries, dry_runs)
policies = st.builds(
    Policy, st.booleans(), st.booleans(), st.booleans(), st.frozensets(st.sampled_from(Kind))
)


@given(rows, policies)
def test_what_must_not_be_asked_never_is(facts: RowFacts, policy: Policy) -> None:
    kind = next_question(facts, policy)
    assert kind not in policy.stopped
    if kind is Kind.TARGET_DRIVE:
        assert policy.target_is_application
    if kind is Kind.SOURCE_DRIVE and not policy.source_is_application:
        assert facts.dry_run == PASSED
    if kind is Kind.DRY_RUN:
        assert policy.can_dry_run
        assert Said.MISSING not in (facts.source.said, facts.target.said)


@given(rows, policies)
def test_every_question_is_asked_once(facts: RowFacts, policy: Policy) -> None:
    asked: list[Kind] = []
    while (kind := next_question(facts, policy)) is not None:
        assert kind not in asked
        asked.append(kind)
        facts = answered(facts, kind)


@given(st.integers(0, 90), st.integers(1, 5), policies, dry_runs.filter(bool))
def test_every_row_comes_to_its_end(count: int, most: int, policy: Policy, dry_run: DryRun) -> None:
    schedule = Schedule(mappings(count), policy)
    _, ended, sizes = play(schedule, most_in_flight=most, dry_run=dry_run)
    assert sorted(facts.mapping.row for facts in ended) == list(range(2, count + 2))
    assert all(size <= 60 for size in sizes)
