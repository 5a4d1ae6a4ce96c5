"""How the journal writes down what the pre-flight found, and reads it again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from app.model import Finding, Level, Side
from app.preflight_values import RowCheck


def check_to_json(check: RowCheck) -> str:
    """One result as the journal keeps it."""
    return json.dumps(
        {
            "source_upn": check.source_upn,
            "target_upn": check.target_upn,
            "checked_utc": check.checked_utc.isoformat(),
            "findings": [finding_to_json(finding) for finding in check.findings],
            "passed": check.passed,
            "whole": check.whole,
        },
        ensure_ascii=True,
    )


def check_from_json(key: str, text: str) -> RowCheck:
    """The result that `check_to_json` wrote."""
    data = json.loads(text)
    return RowCheck(
        key,
        data["source_upn"],
        data["target_upn"],
        datetime.fromisoformat(data["checked_utc"]),
        tuple(map(finding_from_json, data["findings"])),
        tuple(data["passed"]),
        data["whole"],
    )


def finding_to_json(finding: Finding) -> list[Any]:
    """A finding of the pre-flight; it never offers a correction."""
    return [finding.level, finding.code, finding.cell, finding.side, finding.values]


def finding_from_json(data: list[Any]) -> Finding:
    level, code, cell, side, values = data
    return Finding(
        Level(level),
        code,
        cell,
        Side(side) if side else None,
        tuple((name, value) for name, value in values),
    )
