"""What was found of somebody who moved, as plain values for the window and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the check found of a side."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MovedCheck:
    """What was found of one person who moved, in sentences for people."""

    key: str
    row: int
    source_upn: str
    target_upn: str
    source: Verdict
    target: Verdict
    source_said: str
    target_said: str

    @property
    def verdict(self) -> Verdict:
        """The worse of the two sides; unknown is worse than good."""
        both = (self.source, self.target)
        if Verdict.BAD in both:
            return Verdict.BAD
        return Verdict.UNKNOWN if Verdict.UNKNOWN in both else Verdict.GOOD
