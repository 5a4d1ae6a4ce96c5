"""Which question about a row comes next, and when there is none left; pure.

A passed dry run says what two other questions would: it was accepted, so the identity map has the
row (the documented refusals of "sharePointMigrationTask: create" are trust, the source OneDrive
and the map), and the source has a OneDrive. So the map is asked for the other rows only, and with
a delegated token the source OneDrive, which that call could make, for these rows only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.moves import DryRun
from app.preflight_facts import Kind, RowFacts, Said
from app.remedies import find as find_remedy

MAP_CODES = frozenset(
    {
        "MnAIdentityMapEntryDoesNotExistsForSourceUPN",
        "MnAIdentityMapEntryTooManyForSourceUPN",
        "MnAIdentityMapEntryDoesNotMatchRequest",
    }
)
THERE_ALREADY = "MnASiteMoveIsInprogressOrFinished"
NOTHING_TO_MOVE = frozenset(
    {
        "MnAOdbFailedToGetUrlForSourceUPN",
        "MnAOdbForSourceUPNDoesNotExist",
        "MnAOdbForSourceUPNDoesNotExistYet",
    }
)
_LOCKS = frozenset({"-102", "-161"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be asked at all."""

    source_is_application: bool = False
    target_is_application: bool = False
    can_dry_run: bool = True
    stopped: frozenset[Kind] = frozenset()
    """Refused for everybody; not asked any more."""


def next_question(facts: RowFacts, policy: Policy) -> Kind | None:
    """What to ask about this row now; None when nothing more can or need be asked."""
    for kind in Kind:
        if kind not in policy.stopped and _is_open(kind, facts, policy):
            return kind
    return None


def is_whole(facts: RowFacts, stopped: Collection[Kind]) -> bool:
    """Nothing was left out because a question was refused for everybody."""
    policy = Policy(target_is_application=True, source_is_application=True)
    left_out = {kind for kind in stopped if _is_open(kind, facts, policy)}
    return not left_out


def is_lock(words: str) -> bool:
    """A refusal that speaks of one locked OneDrive, not of a right that is missing for all."""
    said = words.casefold()
    known = find_remedy("", words)
    return (
        "noaccess" in said
        or "resourcelocked" in said
        or (known is not None and known.code in _LOCKS)
    )


def was_accepted(dry_run: DryRun | None) -> bool:
    """The service took the start as such, whatever its check then found."""
    return dry_run is not None and 200 <= dry_run.status < 300


def _is_open(kind: Kind, facts: RowFacts, policy: Policy) -> bool:
    match kind:
        case Kind.SOURCE_USER:
            return facts.source.said is Said.NOT_ASKED
        case Kind.SOURCE_USER_ALONE:
            return facts.source.said is Said.NOT_LISTED
        case Kind.TARGET_USER:
            return facts.target.said is Said.NOT_ASKED
        case Kind.TARGET_USER_ALONE:
            return facts.target.said is Said.NOT_LISTED
        case Kind.TARGET_DRIVE:
            return (
                policy.target_is_application
                and facts.target.said is Said.FOUND
                and facts.target_drive.said is Said.NOT_ASKED
            )
        case Kind.DRY_RUN:
            return policy.can_dry_run and facts.dry_run is None and not _is_hopeless(facts)
        case Kind.SOURCE_DRIVE:
            return (
                facts.drive.said is Said.NOT_ASKED
                and facts.source.said is Said.FOUND
                and (policy.source_is_application or was_accepted(facts.dry_run))
            )
        case Kind.MAP:
            wanted = not (_is_hopeless(facts) or _says_of_map(facts.dry_run))
            return facts.entry.said is Said.NOT_ASKED and wanted


def _is_hopeless(facts: RowFacts) -> bool:
    """The service would only repeat what is known already."""
    return (
        facts.source.said is Said.MISSING
        or facts.target.said is Said.MISSING
        or facts.target_drive.said is Said.FOUND
    )


def _says_of_map(dry_run: DryRun | None) -> bool:
    """It says that the map has the row, or what is wrong with it, or that nothing is to move."""
    if dry_run is None:
        return False
    return was_accepted(dry_run) or dry_run.code in MAP_CODES | NOTHING_TO_MOVE | {THERE_ALREADY}
