"""The people list for the help desk: who moves when, by the local clock, and what they do then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.report import CANNOT_START, HELD_BACK, MOVED, NEEDS_SOMEBODY, Person, Value, local

BEFORE = (
    "Until the move begins: work as always. Save and close Office files that lie in OneDrive"
    " shortly before it."
)
DURING = (
    "While the move runs: your OneDrive can be read but not changed. Do not open OneDrive with your"
    " new account before you are told that the move is done."
)
AFTERWARDS = (
    "1. Sign in at office.com with your new account ({target}). "
    "2. On each computer: OneDrive icon, Settings, Account, Unlink this PC; then sign in to"
    " OneDrive with the new account and let the files sync again. "
    "3. When all files are there and show a green check, delete the old local folder; it is not"
    " synced any more. "
    "4. On phones and tablets: add the new account in the OneDrive app. "
    "Links that you shared keep working by a redirect, for people who have access in the new"
    " organisation."
)
"""After "Cross-tenant OneDrive migration, step 7": a new sign-in, and the sync client reset."""
_NOTHING = "Nothing: this OneDrive stays where it is. {problem}"
HEADERS = (
    "Batch",
    "SourceUPN",
    "TargetUPN",
    "MoveState",
    "DayLocal",
    "TimeLocal",
    "Zone",
    "BeginUTC",
    "EndUTC",
    "MovedLocal",
    "MovedUTC",
    "BeforeTheMove",
    "AfterTheMove",
)
"""Plain words without blanks: names of fields in a mail merge."""


@dataclass(frozen=True, slots=True)
class Moving:
    """One person as the help desk needs to know; times are UTC."""

    batch: str
    source_upn: str
    target_upn: str
    state: str
    begin: datetime | None
    end: datetime | None
    moved: datetime | None
    before: str
    afterwards: str


def help_desk_list(people: Iterable[Person]) -> tuple[Moving, ...]:
    """The people batch by batch, the batch that begins first in front; without one they come last.

    Who is held back or cannot start is in the list too, with the word that nothing happens: the
    help desk is asked by them as well.
    """
    everybody = tuple(_all(people))
    first: dict[str, float] = {}
    for one in everybody:
        first[one.batch] = min(first.get(one.batch, _NEVER), _begin(one))

    def order(one: Moving) -> tuple[bool, float, str, float, str]:
        batch = one.batch.casefold()
        return (one.batch == "", first[one.batch], batch, _begin(one), one.source_upn)

    return tuple(sorted(everybody, key=order))


_NEVER = float("inf")


def _begin(one: Moving) -> float:
    return one.begin.timestamp() if one.begin else _NEVER


def _all(people: Iterable[Person]) -> Iterator[Moving]:
    for person in people:
        stays = person.stage in (CANNOT_START, HELD_BACK, NEEDS_SOMEBODY)
        problem = f"{person.status}: {person.problem}." if person.problem else f"{person.status}."
        begin = None if stays else person.started or person.planned_begin
        yield Moving(
            batch=person.batch,
            source_upn=person.source_upn,
            target_upn=person.target_upn,
            state=person.status,
            begin=begin,
            end=None if stays else person.planned_end,
            moved=person.finished if person.stage == MOVED else None,
            before="" if stays or person.stage == MOVED else f"{BEFORE} {DURING}",
            afterwards=(_NOTHING if stays else AFTERWARDS).format(
                target=person.target_upn, problem=problem
            ),
        )


def help_desk_lines(people: Sequence[Moving], zone: str) -> Iterator[tuple[Value, ...]]:
    """The values of `HEADERS` for each person; days and hours are text, as a letter
    needs them: Word shows a date of a workbook as American.
    """
    there = ZoneInfo(zone)
    for one in people:
        begin = local(one.begin, there)
        yield (
            one.batch,
            one.source_upn,
            one.target_upn,
            one.state,
            f"{begin:%Y-%m-%d}" if begin else "",
            f"{begin:%H:%M}" if begin else "",
            zone if begin else "",
            one.begin,
            one.end,
            local(one.moved, there),
            one.moved,
            one.before,
            one.afterwards,
        )
