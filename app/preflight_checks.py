"""Judges what the services said of one row: facts in, findings out; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app import upn
from app.limits import Limits
from app.model import Finding, Level, Side, upn_key
from app.outcome import is_of_tenants
from app.preflight_facts import Drive, Person, RowFacts, Said
from app.preflight_questions import THERE_ALREADY, is_lock, was_accepted
from app.remedies import find as find_remedy

_QUIET_QUOTAS = frozenset({"", "normal", "nearing", "critical"})
_NOT_LICENSED = "MnAOdbUsersAreNotLicensed"
_NO_ENTRY = "MnAIdentityMapEntryDoesNotExistsForSourceUPN"
_OTHER_ENTRY = "MnAIdentityMapEntryDoesNotMatchRequest"
SAYS_THE_SAME = {
    "SOURCE_DRIVE_LOCKED": ("-102", "-161"),
    "TARGET_PLAN_MISSING": ("MnATargetUserIsNotSpoEnabled",),
    "TARGET_DRIVE_EXISTS": ("MnASiteMoveTargetUrlHasWriteConflict",),
}
"""What the engine calls the same thing; it is not said twice of one row."""
_USUAL_TYPES = frozenset({"", "regularuser"})
_GB = 10**9


@dataclass(frozen=True, slots=True)
class Measure:
    """What rows are measured by."""

    limits: Limits
    licences: frozenset[str] | None = None
    """Ids of the licences for moves that either tenant has; None: neither said."""
    sharepoint: frozenset[str] | None = None
    """Ids of the target's products that carry SharePoint; None: it did not say."""


def judge_row(facts: RowFacts, measure: Measure) -> tuple[Finding, ...]:
    """One finding for each check that could be made, also where it passed.

    What cannot be seen for any row (`app.tenant_checks`) is not repeated here.
    """
    found = [
        *_source_user(facts),
        *_source_drive(facts),
        *_size(facts.drive, facts, measure.limits),
        *_target_user(facts),
        *_target_plan(facts, measure),
        *_target_drive(facts),
        *_licence(facts, measure),
        *_entry(facts),
    ]
    said = {code for finding in found for code in SAYS_THE_SAME.get(finding.code, ())}
    found += [finding for finding in _dry_run(facts) if finding.code not in said]
    return tuple(found)


def _source_user(facts: RowFacts) -> Iterator[Finding]:
    say = _Sayer(facts, Side.SOURCE)
    yield from _user(facts.source, say, "SOURCE_USER")


def _target_user(facts: RowFacts) -> Iterator[Finding]:
    say = _Sayer(facts, Side.TARGET)
    if facts.target.said is Said.FOUND and facts.target.user_type.casefold() == "guest":
        yield say.that(Level.BLOCK, "TARGET_USER_GUEST")
        return
    yield from _user(facts.target, say, "TARGET_USER")


def _user(person: Person, say: _Sayer, name: str) -> Iterator[Finding]:
    match person.said:
        case Said.MISSING:
            yield say.that(Level.BLOCK, f"{name}_MISSING")
        case Said.REFUSED:
            yield say.that(Level.UNKNOWN, f"{name}_UNREADABLE", said=person.words)
        case Said.FOUND if person.enabled is False:
            yield say.that(Level.WARN, f"{name}_DISABLED")
        case Said.FOUND if person.enabled is None:
            yield say.that(Level.UNKNOWN, f"{name}_STATE_UNSAID")
        case Said.FOUND:
            yield say.that(Level.PASS, f"{name}_FOUND")
        case Said.NOT_ASKED | Said.NOT_LISTED:
            pass


def _source_drive(facts: RowFacts) -> Iterator[Finding]:
    say, drive = _Sayer(facts, Side.SOURCE), facts.drive
    if drive.said is Said.MISSING:
        yield say.that(Level.BLOCK, "SOURCE_DRIVE_MISSING")
    elif drive.said is Said.REFUSED:
        level, code = (
            (Level.BLOCK, "SOURCE_DRIVE_LOCKED")
            if is_lock(drive.words)
            else (Level.UNKNOWN, "SOURCE_DRIVE_UNREADABLE")
        )
        yield say.that(level, code, said=drive.words)
    elif drive.said is Said.FOUND and drive.quota_state.casefold() not in _QUIET_QUOTAS:
        yield say.that(Level.WARN, "SOURCE_DRIVE_QUOTA", state=drive.quota_state)
    elif drive.said is Said.FOUND or was_accepted(facts.dry_run):
        yield say.that(Level.PASS, "SOURCE_DRIVE_FOUND")


def _size(drive: Drive, facts: RowFacts, limits: Limits) -> Iterator[Finding]:
    if drive.said is not Said.FOUND:
        return
    say, used = _Sayer(facts, Side.SOURCE), drive.used_bytes
    as_of = limits.as_of.isoformat()
    if used is None or used < 0:
        yield say.that(Level.UNKNOWN, "SOURCE_SIZE_UNSAID")
    elif used > limits.block_bytes:
        size = {"size": _in_gb(used), "limit": _in_gb(limits.block_bytes)}
        yield say.that(Level.BLOCK, "SOURCE_SIZE_TOO_LARGE", **size, as_of=as_of)
    elif used >= limits.warn_bytes:
        size = {"size": _in_gb(used), "limit": _in_gb(limits.warn_bytes)}
        yield say.that(Level.WARN, "SOURCE_SIZE_LARGE", **size, as_of=as_of)
    else:
        yield say.that(Level.PASS, "SOURCE_SIZE_FITS")


def _target_plan(facts: RowFacts, measure: Measure) -> Iterator[Finding]:
    """Whether the target user may have SharePoint, by the plans, else by the products assigned."""
    target = facts.target
    if target.said is not Said.FOUND or target.user_type.casefold() == "guest":
        return
    say = _Sayer(facts, Side.TARGET)
    if target.plans is not None:
        states = [state for service, state in target.plans if service.casefold() == "sharepoint"]
        if any(state.casefold() in ("enabled", "warning") for state in states):
            yield say.that(Level.PASS, "TARGET_PLAN_FOUND")
        elif odd := [s for s in states if s.casefold() not in _PLAN_IS_OFF]:
            yield say.that(Level.UNKNOWN, "TARGET_PLAN_STATE", state=odd[0])
        else:
            yield say.that(Level.BLOCK, "TARGET_PLAN_MISSING")
    elif target.licences is None or (target.licences and measure.sharepoint is None):
        yield say.that(Level.UNKNOWN, "TARGET_PLAN_UNSAID")
    elif measure.sharepoint is not None and target.licences & measure.sharepoint:
        yield say.that(Level.PASS, "TARGET_PLAN_FOUND")
    else:
        yield say.that(Level.BLOCK, "TARGET_PLAN_MISSING")


_PLAN_IS_OFF = frozenset({"deleted", "suspended", "lockedout"})
"""States of a plan that gives no service; every other unknown word is kept and shown."""


def _target_drive(facts: RowFacts) -> Iterator[Finding]:
    say, drive = _Sayer(facts, Side.TARGET), facts.target_drive
    if drive.said is Said.FOUND:
        yield say.that(Level.BLOCK, "TARGET_DRIVE_EXISTS")
    elif drive.said is Said.MISSING:
        yield say.that(Level.PASS, "TARGET_DRIVE_ABSENT")
    elif drive.said is Said.REFUSED:
        yield say.that(Level.UNKNOWN, "TARGET_DRIVE_UNREADABLE", said=drive.words)


def _licence(facts: RowFacts, measure: Measure) -> Iterator[Finding]:
    """One of the two needs the licence for moves; a product that is not recognised may be it."""
    if not measure.licences or (facts.dry_run and facts.dry_run.code == _NOT_LICENSED):
        return
    both = [facts.source.licences, facts.target.licences]
    if any(one and one & measure.licences for one in both):
        yield _Sayer(facts, None).that(Level.PASS, "LICENCE_ASSIGNED")
    elif None not in both:
        yield _Sayer(facts, None).that(Level.WARN, "LICENCE_NOT_ASSIGNED")


def _entry(facts: RowFacts) -> Iterator[Finding]:
    say, entry = _Sayer(facts, Side.TARGET), facts.entry
    wanted = facts.mapping.target_upn
    if entry.said is Said.MISSING:
        yield say.that(Level.BLOCK, _NO_ENTRY)
    elif entry.said is Said.REFUSED:
        yield say.that(Level.UNKNOWN, "MAP_UNREADABLE", said=entry.words)
    elif entry.said is Said.FOUND and upn_key(entry.target_upn) != upn_key(wanted):
        yield say.that(Level.BLOCK, _OTHER_ENTRY, other=entry.target_upn)
    elif entry.said is Said.FOUND and entry.user_type.casefold() not in _USUAL_TYPES:
        yield say.that(Level.WARN, "MAP_USER_TYPE", type=entry.user_type)
    elif entry.said is Said.FOUND or was_accepted(facts.dry_run):
        yield say.that(Level.PASS, "MAP_ENTRY_FITS")


def _dry_run(facts: RowFacts) -> Iterator[Finding]:
    said = facts.dry_run
    if said is None:
        return
    say = _Sayer(facts, None)
    words = ": ".join(part for part in (said.code, said.message) if part)
    if said.passed:
        yield say.that(Level.PASS, "DRY_RUN_PASSED")
    elif said.code == THERE_ALREADY:
        yield say.that(Level.WARN, "DRY_RUN_THERE_ALREADY")
    elif is_of_tenants(said.code):
        yield say.that(Level.UNKNOWN, "DRY_RUN_TENANTS", said=words)
    elif said.code and find_remedy(said.code, said.message) is not None and said.status != 403:
        yield say.that(Level.BLOCK, said.code, said=said.message)
    elif said.code or said.message:
        level = Level.UNKNOWN if said.status == 403 else Level.BLOCK
        yield say.that(level, "DRY_RUN_REFUSED", said=words)
    else:
        state = said.state or f"HTTP {said.status}"
        level = Level.BLOCK if state.casefold() == "failed" else Level.UNKNOWN
        yield say.that(level, "DRY_RUN_WORD", state=state)


class _Sayer:
    """Makes findings on one row that name the person and the cell of one side."""

    __slots__ = ("_facts", "_side")

    def __init__(self, facts: RowFacts, side: Side | None) -> None:
        self._facts = facts
        self._side = side

    def that(self, level: Level, code: str, **values: str) -> Finding:
        if level is Level.PASS:
            return Finding(level, code)
        mapping = self._facts.mapping
        is_target = self._side is Side.TARGET
        cell = mapping.target_cell if is_target else mapping.source_cell
        named = {
            "upn": upn.shown(mapping.target_upn if is_target else mapping.source_upn),
            "source": upn.shown(mapping.source_upn),
            "target": upn.shown(mapping.target_upn),
            # The service's words are shown whole; they hold no line breaks of ours.
            **{name: " ".join(value.split()) for name, value in values.items()},
        }
        return Finding(level, code, cell, self._side, tuple(named.items()))


def _in_gb(size: int) -> str:
    return f"{size / _GB:,.0f} GB"
