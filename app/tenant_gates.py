"""The gates of the two tenants: sign-in, sides, host, trust and compatibility; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.checks import check_hosts
from app.errors import SignInRequired
from app.gate_values import (
    Command,
    Facts,
    Gate,
    GateCode,
    Organization,
    Reading,
    Remedy,
    still_counts,
    values_of,
    why_of,
)
from app.model import Level, Side
from app.texts import reason
from app.trust_commands import compatibility_commands, likely_host, trust_commands

TRUST_WORDS = {
    "goodtoproceed": (Level.PASS, "TRUST_GOOD"),
    "notestablished": (Level.BLOCK, "TRUST_MISSING"),
    "notestablishedbypartner": (Level.BLOCK, "TRUST_MISSING_AT_PARTNER"),
    "dormantbypartner": (Level.BLOCK, "TRUST_DORMANT"),
    "couldnotcontactpartner": (Level.BLOCK, "TRUST_NO_CONTACT"),
}
"""What `Verify-SPOCrossTenantRelationship` prints, case-folded ("step 3")."""
COMPATIBILITY_WORDS = {
    "compatible": (Level.PASS, "COMPATIBLE"),
    "warning": (Level.WARN, "COMPATIBLE_WITH_WARNING"),
    "incompatible": (Level.BLOCK, "INCOMPATIBLE"),
}
"""What `Get-SPOCrossTenantCompatibilityStatus` prints; whole words, as the one is in the other."""
ANSWERS = {
    GateCode.TRUST_SOURCE: (
        "GoodToProceed",
        "NotEstablished",
        "NotEstablishedByPartner",
        "DormantByPartner",
        "CouldNotContactPartner",
    ),
    GateCode.COMPATIBILITY: ("Compatible", "Warning", "Incompatible"),
}
ANSWERS[GateCode.TRUST_TARGET] = ANSWERS[GateCode.TRUST_SOURCE]
"""What an admin can have read in the shell; other gates are confirmed in words of one's own."""


def sign_in(facts: Facts, now: datetime) -> Gate:
    """Somebody is signed in to both tenants."""
    code, again = GateCode.SIGN_IN, (Remedy.READ_AGAIN,)
    if not facts.is_connected:
        return Gate(code, Level.BLOCK, "SIGN_IN_NOBODY", remedies=again)
    for side, reading in ((Side.SOURCE, facts.source), (Side.TARGET, facts.target)):
        if reading.error is not None:
            level, finding = Level.UNKNOWN, "SIGN_IN_NOT_READ"
            if isinstance(reading.error, SignInRequired):
                level, finding = Level.BLOCK, "SIGN_IN_EXPIRED"
            values = values_of(side=side.value, why=why_of(reading.error))
            return Gate(code, level, finding, values, reading.at, again)
        if reading.value is None:
            return Gate(code, Level.UNKNOWN, "NOT_READ", (), None, again)
    source, target = facts.source.value, facts.target.value
    assert source is not None
    assert target is not None
    values = values_of(source=source.name, target=target.name)
    return Gate(code, Level.PASS, "SIGN_IN_GOOD", values, _older(facts.source, facts.target), again)


def sides(facts: Facts, now: datetime) -> Gate:
    """Source and target are not exchanged: by tenant id, and by the domains of the workbook."""
    code, again = GateCode.SIDES, (Remedy.READ_AGAIN,)
    source, target = facts.source.value, facts.target.value
    if source is None or target is None:
        return Gate(code, Level.UNKNOWN, "NOT_READ", (), None, again)
    at = _older(facts.source, facts.target)
    values = values_of(source=source.name, target=target.name)
    if source.id == target.id:
        return Gate(code, Level.BLOCK, "SIDES_SAME", values, at, again)
    right = _known(facts.source_domains, source.domains) + _known(
        facts.target_domains, target.domains
    )
    wrong = _known(facts.source_domains, target.domains) + _known(
        facts.target_domains, source.domains
    )
    if wrong > right:
        return Gate(code, Level.BLOCK, "SIDES_SWAPPED", values, at, again)
    foreign = [one for one in facts.source_domains if one not in source.domains]
    foreign += [one for one in facts.target_domains if one not in target.domains]
    if foreign:
        values += values_of(domains=", ".join(foreign[:3]))
        return Gate(code, Level.WARN, "SIDES_FOREIGN", values, at, again)
    return Gate(code, Level.PASS, "SIDES_RIGHT", values, at, again)


def _known(ours: Iterable[str], theirs: Iterable[str]) -> int:
    return len(set(ours) & set(theirs))


def target_host(facts: Facts, now: datetime) -> Gate:
    """The address that every start names is the OneDrive host of the target."""
    code, host = GateCode.TARGET_HOST, facts.target_host
    own = facts.source.value.initial_domain if facts.source.value else ""
    own_host = likely_host(own) or "https://source-my.sharepoint.com"
    commands = (Command(Side.TARGET, "Get-SPOCrossTenantHostUrl"),)
    for finding in check_hosts(own_host, host):
        if finding.side is Side.TARGET:
            values = values_of(host=host, why=reason(finding))
            return Gate(code, Level.BLOCK, "HOST_BAD", values, None, (), commands)
    expected = likely_host(facts.target.value.initial_domain) if facts.target.value else ""
    if expected and expected != host.rstrip("/").casefold():
        values = values_of(host=host, expected=expected)
        return Gate(code, Level.WARN, "HOST_OTHER_NAME", values, facts.target.at, (), commands)
    return Gate(code, Level.PASS, "HOST_GOOD", values_of(host=host), facts.target.at)


def trust_source(facts: Facts, now: datetime) -> Gate:
    """The source trusts the target."""
    return _trust(facts, now, GateCode.TRUST_SOURCE, Side.SOURCE, facts.trust_source)


def trust_target(facts: Facts, now: datetime) -> Gate:
    """The target trusts the source."""
    return _trust(facts, now, GateCode.TRUST_TARGET, Side.TARGET, facts.trust_target)


def _trust(facts: Facts, now: datetime, code: GateCode, side: Side, said: Reading[str]) -> Gate:
    commands = trust_commands(side, *_hosts(facts))
    return _by_word(facts, now, code, said, TRUST_WORDS, commands, values_of(side=side.value))


def compatibility(facts: Facts, now: datetime) -> Gate:
    """The two tenants fit together; asked on the source."""
    commands = compatibility_commands(*_hosts(facts))
    code = GateCode.COMPATIBILITY
    return _by_word(facts, now, code, facts.compatibility, COMPATIBILITY_WORDS, commands, ())


def _by_word(
    facts: Facts,
    now: datetime,
    code: GateCode,
    said: Reading[str],
    words: dict[str, tuple[Level, str]],
    commands: tuple[Command, ...],
    values: tuple[tuple[str, str], ...],
) -> Gate:
    """A gate that is judged by one word: of the service, or read in the shell by the admin."""
    remedies = (Remedy.READ_AGAIN,) if facts.says_trust else ()
    known = words.get((said.value or "").strip().casefold())
    if known is not None:
        level, finding = known
        values += values_of(word=said.value)
        return Gate(code, level, finding, values, said.at, remedies, commands)
    seen = facts.confirmed.get(code)
    by_hand = words.get(seen.words.strip().casefold()) if seen is not None else None
    if seen is not None and by_hand is not None:
        values += values_of(word=seen.words, who=seen.who)
        if not still_counts(code, seen, now):
            finding = "CONFIRMED_LONG_AGO"
            return Gate(code, Level.UNKNOWN, finding, values, seen.at, remedies, commands)
        level, finding = by_hand
        # What was seen once may be looked at again, whatever it was.
        remedies = (*remedies, Remedy.CONFIRM)
        return Gate(code, level, finding, values, seen.at, remedies, commands, confirmed=seen)
    finding = "NOT_READ" if facts.says_trust else "CANNOT_BE_READ"
    if said.value is not None:
        finding, values = "WORD_UNKNOWN", values + values_of(word=said.value)
    elif said.error is not None:
        finding, values = "WORD_NOT_READ", values + values_of(why=why_of(said.error))
    return Gate(code, Level.UNKNOWN, finding, values, said.at, remedies, commands)


def _hosts(facts: Facts) -> tuple[str, str]:
    own = likely_host(facts.source.value.initial_domain) if facts.source.value else ""
    return own, facts.target_host


def _older(one: Reading[Organization], other: Reading[Organization]) -> datetime | None:
    known = [reading.at for reading in (one, other) if reading.at is not None]
    return min(known, default=None)
