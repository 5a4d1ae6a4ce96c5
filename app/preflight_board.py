"""The rows that may be started, with what the pre-flight found of each, and the sum of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.checks import is_blocked
from app.events import CheckedRow
from app.model import Finding, Level, Mapping, Move, MoveStatus
from app.preflight_facts import RowFacts
from app.preflight_json import finding_from_json, finding_to_json
from app.preflight_questions import is_whole
from app.preflight_schedule import Schedule
from app.preflight_values import PreflightSummary, RowCheck, Scope

SETTING = "preflight"
"""Under which the journal keeps what was found on the tenants."""
NOT_WHOLE = "ROW_NOT_WHOLE"
_MAY_START = frozenset({MoveStatus.READY, MoveStatus.FAILED, MoveStatus.STOPPED})
_UNLICENSED = frozenset({"LICENCE_NOT_ASSIGNED", "MnAOdbUsersAreNotLicensed"})


class Board:
    """What is known, in memory; used by the pre-flight's thread only."""

    def __init__(self) -> None:
        self._rows: dict[str, Mapping] = {}
        self._under_way: set[str] = set()
        """Moves that may not be started now."""
        self._checks: dict[str, RowCheck] = {}
        self.tenant_results: tuple[Finding, ...] = ()
        """What was found on the tenants, also what passed."""

    def set_rows(self, rows: Iterable[CheckedRow]) -> None:
        """What the workbook holds now; only rows that its own checks let pass are asked about."""
        self._rows = {}
        for row in rows:
            own = [finding for finding in row.findings if finding not in row.online]
            if row.mapping.include and not is_blocked(own):
                self._rows.setdefault(row.mapping.key, row.mapping)

    def set_moves(self, moves: Iterable[Move]) -> None:
        """What is under way or done needs no check before a start."""
        for move in moves:
            if move.status in _MAY_START:
                self._under_way.discard(move.key)
            else:
                self._under_way.add(move.key)

    def put(self, check: RowCheck) -> None:
        self._checks[check.key] = check

    def recall(self, checks: Iterable[RowCheck], tenants: str) -> None:
        """What the journal kept of an earlier session; what is known already is newer."""
        for check in checks:
            self._checks.setdefault(check.key, check)
        if tenants and not self.tenant_results:
            self.tenant_results = tuple(map(finding_from_json, json.loads(tenants)))

    def forget(self) -> None:
        """Other tenants are connected: what was found counts no more."""
        self._checks.clear()
        self.tenant_results = ()

    def tenants_to_keep(self) -> str:
        return json.dumps([finding_to_json(finding) for finding in self.tenant_results])

    def wanted(self, scope: Scope, keys: frozenset[str] | None, now: datetime) -> list[Mapping]:
        """The rows to ask about; `keys` names some of them, None: whoever is in the scope."""
        under_way = self._under_way
        rows = {key: row for key, row in self._rows.items() if key not in under_way}
        if keys is not None:
            return [row for key, row in rows.items() if key in keys]
        if scope is Scope.ALL:
            return list(rows.values())
        return [row for key, row in rows.items() if self._is_needed(key, row, now)]

    def counting(self, now: datetime) -> list[RowCheck]:
        """The results that count: of the row as it stands, and not too old."""
        found = []
        for key in self._checks.keys() & self._rows.keys():
            check = self._counts(key, self._rows[key], now)
            if check is not None and key not in self._under_way:
                found.append(check)
        return found

    def row_count(self) -> int:
        """Rows that may be started and are not under way."""
        return len(self._rows) - len(self._rows.keys() & self._under_way)

    def summary(self, now: datetime, base: PreflightSummary) -> PreflightSummary:
        """`base` with the counts of now."""
        checks = self.counting(now)
        levels = Counter(check.worst for check in checks)
        times = [check.checked_utc for check in checks]
        return replace(
            base,
            passed=levels[Level.PASS],
            warned=levels[Level.WARN],
            blocked=levels[Level.BLOCK],
            unknown=levels[Level.UNKNOWN],
            unchecked=self.row_count() - len(checks),
            oldest_utc=min(times, default=None),
            newest_utc=max(times, default=None),
            tenant_findings=_not_passed(self.tenant_results),
            tenant_passed=_passed(self.tenant_results),
        )

    def _counts(self, key: str, row: Mapping, now: datetime) -> RowCheck | None:
        check = self._checks.get(key)
        if check is None or not check.is_of(row.source_upn, row.target_upn):
            return None
        return check if check.is_fresh(now) else None

    def _is_needed(self, key: str, row: Mapping, now: datetime) -> bool:
        check = self._counts(key, row, now)
        return check is None or check.worst in (Level.BLOCK, Level.UNKNOWN)


def unlicensed(checks: Iterable[RowCheck]) -> int:
    """Of these results, those without a licence for moves on either side, as far as seen."""
    return sum(any(finding.code in _UNLICENSED for finding in check.findings) for check in checks)


def row_check(
    facts: RowFacts, findings: Iterable[Finding], schedule: Schedule, now: datetime
) -> RowCheck:
    """The result of a row from what was judged of it."""
    found = tuple(findings)
    whole = is_whole(facts, [kind for kind, _, _ in schedule.stopped])
    if not whole and all(finding.level in (Level.PASS, Level.WARN) for finding in found):
        cell = facts.mapping.source_cell
        found += (Finding(Level.UNKNOWN, NOT_WHOLE, cell),)
    return RowCheck(
        facts.mapping.key,
        facts.mapping.source_upn,
        facts.mapping.target_upn,
        now,
        _not_passed(found),
        _passed(found),
        whole,
    )


def _not_passed(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in found if finding.level is not Level.PASS)


def _passed(found: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(finding.code for finding in found if finding.level is Level.PASS)
