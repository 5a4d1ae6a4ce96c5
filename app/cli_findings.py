"""How the command line shows a finding: as JSON for programs, as two lines for people."""

from __future__ import annotations

from app.console import say
from app.model import Finding
from app.texts import reason, remedy


def finding_json(finding: Finding) -> dict[str, str]:
    """A finding as the JSON of `check` and `preflight` has it."""
    return {
        "level": str(finding.level),
        "code": finding.code,
        "cell": finding.cell,
        "reason": reason(finding),
        "remedy": remedy(finding),
    }


def print_finding(finding: Finding) -> None:
    """What was found and what to do."""
    say(f"{finding.level:<7} {finding.cell:<14} {finding.code}: {reason(finding)}")
    say(f"        {remedy(finding)}")
