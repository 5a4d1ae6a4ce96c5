"""After the move: what is left to do, each with its state, its command and its last day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app import powershell
from app.connection import Connection, kept_connection
from app.errors import AppError
from app.model import MoveStatus, Side

SETTING = "after the move"
"""Its name among the kept values of a project, and the kind of its events in the journal."""
SOON_DAYS = 14
"""So many days before the source licences end, removing the trust is urgent."""


class StepState(StrEnum):
    """How far a step is."""

    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not needed"


class Place(StrEnum):
    """Where a step is done."""

    SOURCE = "source tenant"
    TARGET = "target tenant"
    PEOPLE = "each person's devices"


class Urgency(StrEnum):
    """How pressing an open step is."""

    NONE = ""
    NOT_YET = "not yet"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do after the move ("Cross-tenant OneDrive migration, step 7")."""

    code: str
    title: str
    why: str
    place: Place
    command: str
    """PowerShell, or what to do by hand; `<...>` is to be filled in."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the admin said of a step; `at_utc` in ISO 8601."""

    state: StepState = StepState.OPEN
    note: str = ""
    at_utc: str = ""


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step as it stands today."""

    step: Step
    kept: Kept
    urgency: Urgency
    remark: str
    """Why it is urgent, or not to be done yet; "" otherwise."""


@dataclass(frozen=True, slots=True)
class AfterMove:
    """The page of all steps; `licences_end` is the last day of the source's licences."""

    licences_end: date | None
    steps: tuple[StepNow, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the moves are, as far as the steps depend on it."""

    moved: int = 0
    unfinished: int = 0
    """Moves that are planned or under way."""
    failed: int = 0


def progress_of(counts: Mapping[MoveStatus, int]) -> Progress:
    """How far the moves are, from how many have which status."""
    moved = counts.get(MoveStatus.SUCCESS, 0)
    ended = sum(count for status, count in counts.items() if status.is_final)
    resting = counts.get(MoveStatus.READY, 0)
    return Progress(moved, sum(counts.values()) - ended - resting, ended - moved)


def after_move(kept: str, connection: Connection, progress: Progress, today: date) -> AfterMove:
    """The page as it stands; `kept` is the setting `SETTING`, "" when there is none."""
    values = _read(kept)
    end = date.fromisoformat(values["licences_end"]) if values["licences_end"] else None
    steps = tuple(
        _now(step, Kept(**values["steps"].get(step.code, {})), end, progress, today)
        for step in steps_of(connection)
    )
    return AfterMove(end, steps)


def with_step(kept: str, code: str, state: StepState, note: str, now: datetime) -> str:
    """The setting after the admin said how far a step is. Raises AppError NO_SUCH_STEP."""
    if code not in CODES:
        raise AppError(
            "NO_SUCH_STEP",
            f"There is no step called {code}",
            f"There are: {', '.join(CODES)}.",
            "Name one of these.",
        )
    values = _read(kept)
    values["steps"][code] = asdict(Kept(state, note, now.isoformat(timespec="seconds")))
    return json.dumps(values)


def with_end(kept: str, end: date | None) -> str:
    """The setting after the admin said when the source's licences end."""
    return json.dumps({**_read(kept), "licences_end": end.isoformat() if end else ""})


def said_of(
    *, code: str = "", state: StepState | None = None, note: str = "", end: date | None = None
) -> str:
    """What the journal records of such an act."""
    if code:
        return f"{code}: {state}{f' ({note})' if note else ''}"
    return f"licences of the source end: {end.isoformat() if end else 'not known'}"


def page_of(
    settings: Mapping[str, str], counts: Mapping[MoveStatus, int], today: date
) -> AfterMove:
    """The page of a project from its kept values and how many moves have which status."""
    connection = kept_connection(settings)
    return after_move(settings.get(SETTING, ""), connection, progress_of(counts), today)


def steps_of(connection: Connection) -> tuple[Step, ...]:
    """The steps, with the addresses of these tenants in their commands."""
    source = connection.source_host or powershell.SOURCE_HOST
    target = connection.target_host or powershell.TARGET_HOST
    to_source = powershell.connect(powershell.admin_url(source, powershell.SOURCE_ADMIN))
    to_target = powershell.connect(powershell.admin_url(target, powershell.TARGET_ADMIN))
    return (
        Step(
            "CHECK",
            "Check the new OneDrives",
            "Everybody who moved has a OneDrive in the target, and only a redirect is left in the"
            " source.",
            Place.TARGET,
            "Use Check the moved people, and open a few OneDrives by hand.",
        ),
        Step(
            "SYNC",
            "New sign-in and sync client",
            "The sync client still looks at the old place. Each person signs in with the new"
            " account, unlinks the computer and links it again; the list for the help desk tells"
            " each of them how.",
            Place.PEOPLE,
            "# on a computer where unlinking does not help\n"
            '& "$env:LOCALAPPDATA\\Microsoft\\OneDrive\\OneDrive.exe" /reset',
        ),
        Step(
            "HOLDS",
            "Set holds and labels again",
            "A hold blocks a move, so it was removed before; it does not come back by itself. The"
            " same is true of retention and sensitivity labels.",
            Place.TARGET,
            "Connect-IPPSSession\n"
            "Set-CaseHoldPolicy -Identity '<policy>' -AddSharePointLocation '<new OneDrive URL>'\n"
            "Set-RetentionCompliancePolicy -Identity '<policy>'"
            " -AddOneDriveLocation '<new OneDrive URL>'",
        ),
        Step(
            "REDIRECTS",
            "Keep the redirects until the end",
            "Old links lead to the new place as long as the redirect sites are there. Remove them"
            " only when the project is over, one by one, and never by a guessed address.",
            Place.SOURCE,
            f"{to_source}\n{powershell.list_redirects()}\n"
            "# only when the project is over, for one address of that list:\n"
            "# Remove-SPOSite -Identity '<address of the redirect>'",
        ),
        Step(
            "TRUST_SOURCE",
            "Remove the trust on the source",
            "The command stops working on the source when its licences have ended.",
            Place.SOURCE,
            f"{to_source}\n{powershell.remove_trust(Side.SOURCE, target)}",
        ),
        Step(
            "TRUST_TARGET",
            "Remove the trust on the target",
            "Microsoft's example for this side names a wrong role; this command has the right one.",
            Place.TARGET,
            f"{to_target}\n{powershell.remove_trust(Side.TARGET, source)}",
        ),
    )


_TRUST = ("TRUST_SOURCE", "TRUST_TARGET")
CODES = tuple(step.code for step in steps_of(Connection()))


def _now(step: Step, kept: Kept, end: date | None, progress: Progress, today: date) -> StepNow:
    kept = replace(kept, state=StepState(kept.state))
    if kept.state is not StepState.OPEN:
        return StepNow(step, kept, Urgency.NONE, "")
    if step.code in _TRUST:
        return StepNow(step, kept, *_urgency_of_trust(end, progress, today))
    if not progress.moved:
        return StepNow(step, kept, Urgency.NOT_YET, "Nobody has moved yet.")
    return StepNow(step, kept, Urgency.NONE, "")


def _urgency_of_trust(end: date | None, progress: Progress, today: date) -> tuple[Urgency, str]:
    unfinished = f" {progress.unfinished:,} moves are not finished." if progress.unfinished else ""
    if end is not None and today >= end:
        return (
            Urgency.OVERDUE,
            f"The source's licences ended on {end:%Y-%m-%d}: try the command at once; if it is"
            f" refused, ask Microsoft's support.{unfinished}",
        )
    if end is not None and (end - today).days <= SOON_DAYS:
        days = (end - today).days
        left = "1 day is" if days == 1 else f"{days} days are"
        return (
            Urgency.SOON,
            f"{left} left until the source's licences end on {end:%Y-%m-%d}.{unfinished}",
        )
    if progress.unfinished:
        return Urgency.NOT_YET, f"Not yet:{unfinished} Without the trust they fail."
    if end is None:
        return Urgency.NONE, "Say when the source's licences end; it must be done before."
    return Urgency.NONE, f"Before {end:%Y-%m-%d}, when the source's licences end."


def _read(kept: str) -> dict[str, Any]:
    values = json.loads(kept) if kept else {}
    return {"licences_end": values.get("licences_end", ""), "steps": values.get("steps", {})}
