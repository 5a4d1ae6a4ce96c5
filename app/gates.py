"""The gates before a start, judged from what is known; pure.

One gate says one thing: what it found, how old that is, and what to do. A start is refused while
one holds. `BLOCK` cannot be passed over, `WARN` can with a reason, `UNKNOWN` needs somebody who
looked by other means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from app import tenant_gates as tenants
from app.gate_values import Facts, Gate, GateCode, Remedy, still_counts, values_of, why_of
from app.model import Level
from app.plan import both_times
from app.preflight_values import PreflightState
from app.tenant_gates import ANSWERS
from app.texts import reason


def judge(facts: Facts, now: datetime) -> tuple[Gate, ...]:
    """Every gate, in the order in which they are shown."""
    parts: tuple[Callable[[Facts, datetime], Gate], ...] = (
        _workbook,
        tenants.sign_in,
        tenants.sides,
        tenants.target_host,
        tenants.trust_source,
        tenants.trust_target,
        tenants.compatibility,
        _identity_map,
        _licences,
        _preflight,
        _queue,
        _window,
    )
    return tuple(_with_the_admin(part(facts, now), facts, now) for part in parts)


def is_open(gates: Iterable[Gate]) -> bool:
    """A start may be made."""
    return not any(gate.holds for gate in gates)


def holding_the_chain(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """The gates that hold back a batch which is to follow: what is against a start of anybody.

    Only what blocks holds it: nobody may be there to say why a warning is passed over, and what
    an admin has seen by other means grows old in a long chain.
    """
    return tuple(gate for gate in gates if gate.code in _OF_THE_CHAIN and gate.level is Level.BLOCK)


_OF_THE_CHAIN = frozenset(
    {
        GateCode.SIGN_IN,
        GateCode.SIDES,
        GateCode.TARGET_HOST,
        GateCode.TRUST_SOURCE,
        GateCode.TRUST_TARGET,
        GateCode.COMPATIBILITY,
        GateCode.IDENTITY_MAP,
    }
)


def _with_the_admin(gate: Gate, facts: Facts, now: datetime) -> Gate:
    """The gate with what the admin may do about it, or has said of it, as long as that counts."""
    code = gate.code
    if gate.level is Level.WARN:
        gate = replace(gate, remedies=(*gate.remedies, Remedy.OVERRIDE))
        why = facts.overridden.get(code)
        if why is not None and why.finding == gate.finding and still_counts(code, why, now):
            return replace(gate, overridden=why)
    if gate.level is Level.UNKNOWN:
        gate = replace(gate, remedies=(*gate.remedies, Remedy.CONFIRM))
        seen = facts.confirmed.get(code)
        if code in ANSWERS or seen is None or seen.finding != gate.finding:
            return gate
        return replace(gate, confirmed=seen) if still_counts(code, seen, now) else gate
    return gate


# Gate by gate


def _workbook(facts: Facts, now: datetime) -> Gate:
    code, values = (
        GateCode.WORKBOOK,
        values_of(people=facts.people, left_alone=facts.left_alone, warned=facts.warned),
    )
    reread = (Remedy.REREAD_BOOK,)
    if facts.book_has_changed:
        return Gate(code, Level.BLOCK, "BOOK_CHANGED", values, facts.book_read, reread)
    if not facts.people:
        return Gate(code, Level.BLOCK, "BOOK_NOBODY", values, facts.book_read, reread)
    finding = "BOOK_GOOD"
    if facts.left_alone or facts.warned:
        finding = "BOOK_GOOD_IN_PART"
    return Gate(code, Level.PASS, finding, values, facts.book_read, reread)


def _identity_map(facts: Facts, now: datetime) -> Gate:
    code, read = GateCode.IDENTITY_MAP, facts.identity_map
    again, upload = (Remedy.READ_AGAIN,), (Remedy.UPLOAD_MAP, Remedy.READ_AGAIN)
    count = read.value
    if count is None:
        if read.error is None:
            return Gate(code, Level.UNKNOWN, "NOT_READ", (), None, again)
        values = values_of(why=why_of(read.error))
        return Gate(code, Level.UNKNOWN, "MAP_NOT_READ", values, read.at, again)
    values = values_of(
        people=facts.people,
        entries=count.entries,
        missing=count.missing,
        different=count.different,
        unread=count.unread,
        others=count.missing_others + count.different_others,
        left_out=count.left_out,
    )
    if not count.is_of_this_workbook:
        return Gate(code, Level.UNKNOWN, "MAP_OF_EARLIER", values, read.at, again)
    if count.missing or count.different:
        return Gate(code, Level.BLOCK, "MAP_INCOMPLETE", values, read.at, upload)
    if count.unread:
        return Gate(code, Level.UNKNOWN, "MAP_PARTLY_READ", values, read.at, again)
    if count.missing_others or count.different_others:
        return Gate(code, Level.WARN, "MAP_WITHOUT_OTHERS", values, read.at, upload)
    return Gate(code, Level.PASS, "MAP_GOOD", values, read.at, again)


def _licences(facts: Facts, now: datetime) -> Gate:
    code, again = GateCode.LICENCES, (Remedy.READ_AGAIN,)
    seats = facts.seats.value
    if seats is None:
        if facts.seats.error is None:
            return Gate(code, Level.UNKNOWN, "NOT_READ", (), None, again)
        values = values_of(why=why_of(facts.seats.error))
        return Gate(code, Level.UNKNOWN, "LICENCES_NOT_READ", values, facts.seats.at, again)
    values = values_of(people=facts.people, bought=seats.bought, used=seats.used)
    finding, level = "LICENCES_GOOD", Level.PASS
    if not seats.products:
        # Part numbers have changed more than once: not found is not the same as not there.
        finding, level = "LICENCES_NOT_FOUND", Level.WARN
    elif seats.bought < facts.people:
        finding, level = "LICENCES_TOO_FEW", Level.WARN
    return Gate(code, level, finding, values, facts.seats.at, again)


def _preflight(facts: Facts, now: datetime) -> Gate:
    code, said = GateCode.PREFLIGHT, facts.preflight
    run = (Remedy.RUN_PREFLIGHT,)
    values = values_of(
        checked=said.checked,
        passed=said.passed,
        warned=said.warned,
        blocked=said.blocked,
        unknown=said.unknown,
        unchecked=said.unchecked,
        done=said.done,
        total=said.total,
    )
    # A rehearsal may begin without it; what it would find is met by the moves themselves.
    binds = not facts.practice
    if said.state in (PreflightState.RUNNING, PreflightState.WAITING):
        level, finding = Level.UNKNOWN, "PREFLIGHT_RUNNING"
    elif not said.checked:
        level, finding = Level.UNKNOWN, "PREFLIGHT_NOT_RUN"
    elif any(one.level is Level.BLOCK for one in said.tenant_findings):
        level, finding, binds = Level.BLOCK, "PREFLIGHT_TENANT", True
        first = next(one for one in said.tenant_findings if one.level is Level.BLOCK)
        values += values_of(why=reason(first))
    elif said.unchecked or said.unknown:
        level, finding = Level.UNKNOWN, "PREFLIGHT_IN_PART"
    elif said.warned:
        level, finding = Level.WARN, "PREFLIGHT_WARNED"
    else:
        level, finding = Level.PASS, "PREFLIGHT_GOOD"
    return Gate(code, level, finding, values, said.oldest_utc, run, binds=binds)


def _queue(facts: Facts, now: datetime) -> Gate:
    code, again = GateCode.QUEUE, (Remedy.READ_AGAIN,)
    pending = facts.pending.value
    if pending is None:
        if facts.pending.error is None:
            return Gate(code, Level.UNKNOWN, "NOT_READ", (), None, again)
        values = values_of(why=why_of(facts.pending.error))
        return Gate(code, Level.UNKNOWN, "QUEUE_NOT_READ", values, facts.pending.at, again)
    room = max(facts.queue_limit - facts.reserve - pending, 0)
    values = values_of(
        pending=pending,
        limit=facts.queue_limit,
        reserve=facts.reserve,
        room=room,
        people=facts.people,
        waiting=facts.waiting,
    )
    finding, level = "QUEUE_GOOD", Level.PASS
    if not room:
        finding, level = "QUEUE_FULL", Level.WARN
    elif facts.people + facts.waiting > room:
        finding = "QUEUE_IN_TURNS"
    return Gate(code, level, finding, values, facts.pending.at, again)


def _window(facts: Facts, now: datetime) -> Gate:
    code, window = GateCode.WINDOW, facts.window
    begin, end, latest = window.begin_utc, window.end_utc, window.latest_utc
    if begin is None:
        finding, level = "WINDOW_AT_ONCE", Level.PASS
    else:
        finding, level = "WINDOW_GOOD", Level.PASS
    if latest is not None:
        finding += "_ELSE_CANCELLED"
    if begin is not None and begin < now:
        finding, level = "WINDOW_PAST", Level.BLOCK
    elif end is not None and end <= now:
        finding, level = "WINDOW_OVER", Level.BLOCK
    elif begin is not None and end is not None and end <= begin:
        finding, level = "WINDOW_BACKWARDS", Level.BLOCK
    elif latest is not None and latest <= now:
        finding, level = "WINDOW_LATEST_OVER", Level.BLOCK
    values = tuple(
        pair
        for name, moment in (("begin", begin), ("end", end), ("latest", latest))
        for pair in _times(name, moment, window.zone)
    )
    return Gate(code, level, finding, values)


def _times(name: str, moment: datetime | None, zone: str) -> tuple[tuple[str, str], ...]:
    if moment is None:
        return ()
    local, utc = both_times(moment, zone)
    return ((name, f"{local} = {utc}"),)
