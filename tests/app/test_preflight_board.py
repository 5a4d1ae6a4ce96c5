"""Which rows the pre-flight asks about, and how its results are summed up as they grow old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.events import CheckedRow
from app.model import Finding, Level, Mapping, Move, MoveStatus
from app.preflight_board import Board, row_check, unlicensed
from app.preflight_facts import Kind, RowFacts
from app.preflight_questions import Policy
from app.preflight_schedule import Schedule
from app.preflight_values import PreflightSummary, RowCheck, Scope
from preflight_cases import PERSON

NOW = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
BLOCK = Finding(Level.BLOCK, "TARGET_USER_MISSING")
PASS = Finding(Level.PASS, "TRUST_GOOD")
WARN = Finding(Level.WARN, "LICENCE_NOT_ASSIGNED")
NAMES = ["ana", "ben", "carla", "dmitri"]


def row(
    name: str, *own: Finding, online: tuple[Finding, ...] = (), include: bool = True
) -> CheckedRow:
    place = NAMES.index(name) + 2
    mapping = Mapping(place, f"{name}@a.com", f"{name}@b.com", include=include)
    return CheckedRow(mapping, (*own, *online), online)


def check(name: str, *findings: Finding, at: datetime = NOW, whole: bool = True) -> RowCheck:
    key = f"{name}@a.com"
    return RowCheck(key, key, f"{name}@b.com", at, findings, whole=whole)


def board(*checks: RowCheck) -> Board:
    made = Board()
    made.set_rows(map(row, NAMES))
    for one in checks:
        made.put(one)
    return made


def wanted(board: Board, scope: Scope = Scope.NEEDED, now: datetime = NOW) -> str:
    return " ".join(one.key.partition("@")[0] for one in board.wanted(scope, None, now))


def test_who_is_asked_about() -> None:
    made = board(
        check("ana"), check("ben", BLOCK), check("carla", WARN), check("dmitri", whole=False)
    )
    assert wanted(made) == "ben dmitri"
    assert wanted(made, Scope.ALL) == "ana ben carla dmitri"
    assert wanted(made, now=NOW + DAY) == "ben dmitri"
    assert wanted(made, now=NOW + DAY + timedelta(seconds=1)) == "ana ben carla dmitri"
    made.set_moves([Move("ben@a.com", 3, "ben@a.com", "ben@b.com", MoveStatus.STARTING)])
    assert wanted(made, Scope.ALL) == "ana carla dmitri"
    made.set_moves([Move("ben@a.com", 3, "ben@a.com", "ben@b.com", MoveStatus.FAILED)])
    assert wanted(made, Scope.ALL) == "ana ben carla dmitri"


def test_rows_that_the_workbook_blocks_are_not_asked_about_others_are_again() -> None:
    made = Board()
    own = Finding(Level.BLOCK, "UPN_NO_AT")
    made.set_rows(
        [row("ana", own), row("ben", include=False), row("carla", online=(BLOCK,)), row("dmitri")]
    )
    assert wanted(made, Scope.ALL) == "carla dmitri"
    assert made.row_count() == 2


def test_the_sum_counts_each_row_once_and_only_while_its_result_counts() -> None:
    old = NOW - timedelta(hours=20)
    made = board(check("ana", at=old), check("ben", BLOCK, WARN), check("carla", WARN))
    summary = made.summary(NOW, PreflightSummary())
    assert (summary.passed, summary.warned, summary.blocked, summary.unchecked) == (1, 1, 1, 1)
    assert (summary.oldest_utc, summary.newest_utc) == (old, NOW)
    assert unlicensed(made.counting(NOW)) == 2
    later = made.summary(old + DAY + timedelta(seconds=1), PreflightSummary())
    assert (later.passed, later.unchecked, later.oldest_utc) == (0, 2, NOW)
    other = replace(check("ana"), target_upn="else@b.com")
    made.put(other)
    assert made.summary(NOW, PreflightSummary()).unchecked == 2


def test_what_is_recalled_gives_way_to_what_is_known() -> None:
    made = board(check("ana", BLOCK))
    made.tenant_results = (WARN, PASS)
    kept = made.tenants_to_keep()
    made.recall([check("ana"), check("ben")], '[["PASS", "X", "", null, []]]')
    assert made.summary(NOW, PreflightSummary()).blocked == 1
    assert made.summary(NOW, PreflightSummary()).passed == 1
    assert made.tenant_results == (WARN, PASS)
    fresh = Board()
    fresh.recall([], kept)
    assert fresh.tenant_results == (WARN, PASS)
    summary = fresh.summary(NOW, PreflightSummary())
    assert (summary.tenant_findings, summary.tenant_passed) == ((WARN,), ("TRUST_GOOD",))


def test_a_row_that_was_not_asked_everything_never_looks_well() -> None:
    mapping = row("ana").mapping
    schedule = Schedule([mapping], Policy())
    schedule.stop(Kind.DRY_RUN, "accessDenied", "accessDenied: no")
    found = row_check(RowFacts(mapping, source=PERSON, target=PERSON), (PASS,), schedule, NOW)
    assert (found.whole, found.worst, found.passed) == (False, Level.UNKNOWN, ("TRUST_GOOD",))
    assert [finding.code for finding in found.findings] == ["ROW_NOT_WHOLE"]
    # A graver finding needs no such word.
    found = row_check(RowFacts(mapping, source=PERSON), (BLOCK,), schedule, NOW)
    assert (found.whole, found.findings) == (False, (BLOCK,))
