"""What the pre-flight says as a whole, and for how long a result counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.model import Finding, Level
from app.preflight_values import FRESH_FOR, PreflightSummary, RowCheck

NOW = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
CHECK = RowCheck("ana@a.com", "Ana@a.com", "ana@b.com", NOW)


def test_a_result_belongs_to_the_two_people_whatever_the_case() -> None:
    assert CHECK.is_of("ANA@a.com", "ana@B.com ")
    assert not CHECK.is_of("ana@a.com", "ana@c.com")
    assert not CHECK.is_of("ben@a.com", "ana@b.com")


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(0), True),
        (FRESH_FOR, True),
        (FRESH_FOR + timedelta(seconds=1), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_a_result_counts_for_a_day(age: timedelta, counts: bool) -> None:
    assert CHECK.is_fresh(NOW + age) is counts


@pytest.mark.parametrize(
    ("summary", "worst"),
    [
        (PreflightSummary(), Level.UNKNOWN),
        (PreflightSummary(passed=3), Level.PASS),
        (PreflightSummary(passed=3, unchecked=1), Level.UNKNOWN),
        (PreflightSummary(passed=3, warned=1), Level.WARN),
        (PreflightSummary(warned=1, unknown=1), Level.UNKNOWN),
        (PreflightSummary(passed=1, unknown=1, blocked=1), Level.BLOCK),
        (PreflightSummary(passed=1, tenant_findings=(Finding(Level.WARN, "X"),)), Level.WARN),
        (PreflightSummary(passed=1, tenant_findings=(Finding(Level.BLOCK, "X"),)), Level.BLOCK),
    ],
)
def test_the_gravest_stands_for_all(summary: PreflightSummary, worst: Level) -> None:
    assert summary.worst is worst


def test_the_age_is_that_of_the_oldest_result() -> None:
    assert PreflightSummary().age(NOW) is None
    summary = PreflightSummary(oldest_utc=NOW - timedelta(hours=2), newest_utc=NOW)
    assert summary.age(NOW) == timedelta(hours=2)
