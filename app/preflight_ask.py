"""Makes the calls of the pre-flight: one kind of question about at most twenty rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from app.directory_reader import (
    MOST_LISTED,
    list_users,
    read_drives,
    read_map,
    read_tenant,
    read_users,
)
from app.errors import Refused
from app.graph_batch import MOST_REQUESTS
from app.model import Side
from app.moves import ChecksStarts, DryRun, MoveService, StartRequest
from app.preflight_facts import (
    Drive,
    Kind,
    MapEntry,
    PairFacts,
    Person,
    RowFacts,
    Said,
    TenantFacts,
)
from app.preflight_questions import is_lock
from app.tenants import Tenants

_T = TypeVar("_T")


class SaysOfPair(Protocol):
    """A service that can say what Microsoft Graph has no call for; words verbatim, "" if unsaid.

    Raises as a MoveService does.
    """

    def trust(self, side: Side) -> str:
        """What Verify-SPOCrossTenantRelationship says on this side."""

    def compatibility(self) -> str:
        """What Get-SPOCrossTenantCompatibilityStatus says on the source."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The connected services of two tenants, as far as the pre-flight asks them."""

    service: MoveService
    tenants: Tenants
    target_host: str
    says: SaysOfPair | None = None


def ask_pair(pair: Pair) -> PairFacts | None:
    """What the tenants and the service say of themselves; None: could not be said now.

    Three calls, beside those of `pair.says`. A refusal is a fact, other ServiceErrors are raised.
    """
    source, target = (_tenant(pair, side) for side in (Side.SOURCE, Side.TARGET))
    if source is None or target is None:
        return None
    can_dry_run = isinstance(pair.service, ChecksStarts)
    says = pair.says
    return PairFacts(
        source,
        target,
        (),
        pair.target_host,
        _or_none(pair.service.pending) if isinstance(pair.service, ChecksStarts) else None,
        pair.service.capabilities.queue_limit,
        pair.tenants.target_is_application,
        can_dry_run,
        "" if says is None else _or_none(lambda: says.trust(Side.SOURCE)) or "",
        "" if says is None else _or_none(lambda: says.trust(Side.TARGET)) or "",
        "" if says is None else _or_none(says.compatibility) or "",
    )


def most_rows(kind: Kind) -> int:
    """About so many rows one call may ask this."""
    return MOST_LISTED if kind in (Kind.SOURCE_USER, Kind.TARGET_USER) else MOST_REQUESTS


def ask_rows(pair: Pair, kind: Kind, rows: Sequence[RowFacts]) -> list[RowFacts | None]:
    """These rows (at most `most_rows(kind)`) with the answers to one kind of question; one call.

    None for a row of which it could not be said now. Raises ServiceError kinds.
    """
    sources = [row.mapping.source_upn.strip() for row in rows]
    targets = [row.mapping.target_upn.strip() for row in rows]
    tenants = pair.tenants
    match kind:
        case Kind.SOURCE_USER | Kind.SOURCE_USER_ALONE:
            read = list_users if kind is Kind.SOURCE_USER else read_users
            people = read(tenants, Side.SOURCE, sources)
            return _merged(rows, people, lambda row, said: replace(row, source=said))
        case Kind.TARGET_USER | Kind.TARGET_USER_ALONE:
            read = list_users if kind is Kind.TARGET_USER else read_users
            people = read(tenants, Side.TARGET, targets)
            return _merged(rows, people, lambda row, said: replace(row, target=said))
        case Kind.TARGET_DRIVE:
            drives = read_drives(tenants, Side.TARGET, targets)
            return _merged(rows, drives, lambda row, said: replace(row, target_drive=said))
        case Kind.SOURCE_DRIVE:
            drives = read_drives(tenants, Side.SOURCE, sources)
            return _merged(rows, drives, lambda row, said: replace(row, drive=said))
        case Kind.MAP:
            entries = read_map(tenants, sources)
            return _merged(rows, entries, lambda row, said: replace(row, entry=said))
        case Kind.DRY_RUN:
            assert isinstance(pair.service, ChecksStarts)
            requests = [StartRequest(*pair_) for pair_ in zip(sources, targets, strict=True)]
            said = pair.service.dry_run(requests)
            return _merged(rows, said, lambda row, one: replace(row, dry_run=one))


def given_up(facts: RowFacts, kind: Kind, words: str) -> RowFacts:
    """The row when a question was not answered however often it was asked."""
    match kind:
        case Kind.SOURCE_USER | Kind.SOURCE_USER_ALONE:
            return replace(facts, source=Person(Said.REFUSED, words))
        case Kind.TARGET_USER | Kind.TARGET_USER_ALONE:
            return replace(facts, target=Person(Said.REFUSED, words))
        case Kind.TARGET_DRIVE:
            return replace(facts, target_drive=Drive(Said.REFUSED, words))
        case Kind.SOURCE_DRIVE:
            return replace(facts, drive=Drive(Said.REFUSED, words))
        case Kind.MAP:
            return replace(facts, entry=MapEntry(Said.REFUSED, words))
        case Kind.DRY_RUN:
            return replace(facts, dry_run=DryRun(0, words))


def refusal_of(facts: RowFacts, kind: Kind) -> str:
    """The words with which this question was refused, "" when it was not, or for this row alone."""
    told: dict[Kind, Person | Drive | MapEntry] = {
        Kind.SOURCE_USER: facts.source,
        Kind.SOURCE_USER_ALONE: facts.source,
        Kind.TARGET_USER: facts.target,
        Kind.TARGET_USER_ALONE: facts.target,
        Kind.TARGET_DRIVE: facts.target_drive,
        Kind.SOURCE_DRIVE: facts.drive,
        Kind.MAP: facts.entry,
    }
    if kind is Kind.DRY_RUN:
        said = facts.dry_run
        return f"{said.code}: {said.message}" if said is not None and said.status == 403 else ""
    one = told[kind]
    refused = one.said is Said.REFUSED and not is_lock(one.words)
    return one.words if refused else ""


def _tenant(pair: Pair, side: Side) -> TenantFacts | None:
    client = pair.tenants.source if side is Side.SOURCE else pair.tenants.target
    try:
        return read_tenant(client)
    except Refused as error:
        return TenantFacts(words=(f"{error.code}: {error.detail}",))


def _or_none(ask: Callable[[], _T]) -> _T | None:
    try:
        return ask()
    except Refused:
        return None


def _merged(
    rows: Sequence[RowFacts],
    answers: Sequence[_T | None],
    put: Callable[[RowFacts, _T], RowFacts],
) -> list[RowFacts | None]:
    return [
        None if answer is None else put(row, answer)
        for row, answer in zip(rows, answers, strict=True)
    ]
