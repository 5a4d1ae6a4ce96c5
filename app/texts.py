"""The sentences for findings and statuses: what happened and what to do, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from app import remedies
from app.finding_table import TEXTS
from app.map_texts import MAP_TEXTS
from app.model import Finding, Level, MoveStatus, Side
from app.preflight_texts import PREFLIGHT_TEXTS

StatusKind = Literal["good", "bad", "running", "waiting", "attention"]
"""What a status means to the eye; every screen has its colour for it."""


FINDING_CODES = frozenset(TEXTS)
"""Every code that the checks, the plan and the reading of a workbook can give."""
_TEXTS = {**TEXTS, **PREFLIGHT_TEXTS, **MAP_TEXTS}

_SIDES = {Side.SOURCE: "source", Side.TARGET: "target"}
_SERVICE_SAID = "The service said: “{}”"
_OFFER = "Accept the offered correction: “{after}”."


def finding_title(code: str) -> str:
    """A few words for a code; the code itself when it is not one of ours."""
    text = _TEXTS.get(code)
    known = None if text else remedies.find(code, "")
    return text.title if text else known.title if known else code


def reason(finding: Finding) -> str:
    """What was found, with the values. Codes of the service get the words of `app.remedies`."""
    text = _TEXTS.get(finding.code)
    if text:
        return _filled(text.reason, finding)
    known = remedies.find(finding.code, "")
    if known is not None:
        words = dict(finding.values).get("said", "")
        return f"{known.meaning} {_SERVICE_SAID.format(words)}" if words else known.meaning
    said = ", ".join(f"{name}: {value}" for name, value in finding.values)
    return f"{finding.code} ({said})" if said else finding.code


def remedy(finding: Finding) -> str:
    """What to do; "" when the code is not known. A correction that is offered comes first."""
    text = _TEXTS.get(finding.code)
    if text is None:
        known = remedies.find(finding.code, "")
        return known.remedy if known else ""
    own = _filled(text.remedy, finding)
    return f"{_filled(_OFFER, finding)} {own}" if finding.correction else own


def first_remedy(findings: Iterable[Finding]) -> str:
    """The remedy of the finding that matters most, "" when there is none."""
    most = min(findings, key=_importance, default=None)
    return remedy(most) if most is not None and most.level is not Level.PASS else ""


def status_label(status: MoveStatus) -> str:
    """A status in plain words."""
    return _LABELS.get(status, str(status))


def status_meaning(status: MoveStatus) -> str:
    """What a status means, in a sentence."""
    return STATUS_MEANING.get(status, str(status))


def status_kind(status: MoveStatus) -> StatusKind:
    """What a status means to the eye; a status without a kind asks for attention."""
    return _KINDS.get(status, "attention")


_IMPORTANCE = {Level.BLOCK: 1, Level.UNKNOWN: 3, Level.WARN: 4, Level.PASS: 5}


def _importance(finding: Finding) -> int:
    # A formula without a value looks like an empty cell, and a row held back has no other need.
    special = {"FORMULA_NO_VALUE": 0, "HELD_BACK": 2}
    return special.get(finding.code, _IMPORTANCE[finding.level])


class _Values(dict[str, str]):
    """The values of a sentence; one that is missing leaves a mark, not an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def _filled(sentence: str, finding: Finding) -> str:
    values = _Values(finding.values)
    values.setdefault("cell", finding.cell)
    if finding.side is not None:
        values["side"] = _SIDES[finding.side]
    if finding.correction is not None:
        values["after"] = finding.correction.after
    return sentence.format_map(values)


_LABELS = {
    MoveStatus.INVALID: "Cannot start",
    MoveStatus.READY: "Ready",
    MoveStatus.WAITING: "Waiting to be sent",
    MoveStatus.STARTING: "Being sent",
    MoveStatus.NOT_STARTED: "Not begun",
    MoveStatus.SCHEDULED: "Scheduled",
    MoveStatus.READY_TO_TRIGGER: "About to begin",
    MoveStatus.IN_PROGRESS: "In progress",
    MoveStatus.RESCHEDULED: "Rescheduled by the service",
    MoveStatus.SUCCESS: "Moved",
    MoveStatus.FAILED: "Failed",
    MoveStatus.STOPPED: "Cancelled",
    MoveStatus.NOT_SUPPORTED: "Not supported",
    MoveStatus.UNKNOWN: "Unknown",
}

STATUS_MEANING = {
    MoveStatus.INVALID: "Something in the row must be put right before the move can start.",
    MoveStatus.READY: "The checks found nothing in the way; the move may be started.",
    MoveStatus.WAITING: "The move is planned and not sent to the service yet.",
    MoveStatus.STARTING: "The move is being sent; the service has not answered yet.",
    MoveStatus.NOT_STARTED: "The service has the move and has not begun it.",
    MoveStatus.SCHEDULED: "The service has the move; it waits for its time or for a free place.",
    MoveStatus.READY_TO_TRIGGER: "The service makes its last checks before the move.",
    MoveStatus.IN_PROGRESS: "The service is moving the files. It can no longer be cancelled.",
    MoveStatus.RESCHEDULED: (
        "The service put the move off and will try it again by itself. This is not a failure."
    ),
    MoveStatus.SUCCESS: "The OneDrive is in the target tenant.",
    MoveStatus.FAILED: "The service ended the move with an error; see what to do.",
    MoveStatus.STOPPED: "The move was cancelled before it began. The OneDrive stays where it was.",
    MoveStatus.NOT_SUPPORTED: "The service cannot move this OneDrive.",
    MoveStatus.UNKNOWN: (
        "The service used a word that this program does not know. It is shown as it came, and the"
        " move is watched on."
    ),
}

_KINDS: dict[MoveStatus, StatusKind] = {
    MoveStatus.INVALID: "bad",
    MoveStatus.READY: "waiting",
    MoveStatus.WAITING: "waiting",
    MoveStatus.STARTING: "running",
    MoveStatus.NOT_STARTED: "waiting",
    MoveStatus.SCHEDULED: "waiting",
    MoveStatus.READY_TO_TRIGGER: "running",
    MoveStatus.IN_PROGRESS: "running",
    MoveStatus.RESCHEDULED: "waiting",
    MoveStatus.SUCCESS: "good",
    MoveStatus.FAILED: "bad",
    MoveStatus.STOPPED: "attention",
    MoveStatus.NOT_SUPPORTED: "bad",
    MoveStatus.UNKNOWN: "attention",
}


def beside_reason(code: str) -> str:
    """Why the status goes into a workbook beside the admin's, in a sentence; "" for ""."""
    sentences = {
        "": "",
        "NO_HEADER": "The list has no header row, so there is no place for columns of ours.",
        "SIGNED": "The workbook is signed; a change would break its signature.",
        "CSV": "A CSV file holds plain text only.",
        "TXT": "A text file holds plain text only.",
    }
    return sentences.get(code, f"A file of the kind .{code.lower()} is read, but not written.")
