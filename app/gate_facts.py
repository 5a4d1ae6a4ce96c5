"""Gathers what the gates are judged by, and reads again what has become too old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.checks import is_startable, worst
from app.clock import Clock
from app.errors import AppError, ServiceError
from app.events import BookOpened, CheckedRow
from app.gate_reading import count_pending, organization_of, read_side, reading, seats_of
from app.gate_values import Facts, MapCount, Reading, Seats
from app.identity_map import Difference, MapReport
from app.limits import read_limits
from app.model import Level, MapKind, Move, MoveStatus, Side, Window
from app.paths import data_dir
from app.preflight_ask import Pair
from app.preflight_facts import TenantFacts
from app.preflight_values import PreflightSummary
from app.queue_watch import RESERVE
from app.upn import domain_of
from app.workbook.atomic import fingerprint_of
from app.workbook.status import Fingerprint

_FRESH = timedelta(minutes=5)
_FRESH_AT_A_START = timedelta(minutes=1)
"""Of what changes from minute to minute: compatibility and the queue."""
MAP_FRESH = timedelta(minutes=15)


_T = TypeVar("_T")


class GateFacts:
    """Used by the thread of the gates only; `pause` as in `MapCalls`."""

    def __init__(self, clock: Clock, pause: Callable[[float], bool]) -> None:
        self._clock = clock
        self._pause = pause
        self._rows: dict[str, CheckedRow] = {}
        self._fingerprint: Fingerprint | None = None
        self._path: Path | None = None
        self._moves: dict[str, MoveStatus] = {}
        self._facts = Facts(0, is_connected=False)
        self._tenants: dict[Side, Reading[TenantFacts]] = {}
        self.connection: Pair | None = None

    # What comes in

    def take_book(self, book: BookOpened) -> None:
        """The workbook was read."""
        self._path = book.path
        self._rows = {}
        self._facts = replace(self._facts, book_read=self._clock.now())
        self.note_saved()
        self.take_rows(book.rows)

    def note_saved(self) -> None:
        """The file is as we know it: just read, or written by us."""
        self._fingerprint = self._seen()

    def take_rows(self, rows: tuple[CheckedRow, ...]) -> None:
        """Rows with what was found about them."""
        for row in rows:
            self._rows[row.mapping.key] = row

    def take_moves(self, moves: tuple[Move, ...]) -> None:
        """What became of these moves."""
        self._moves.update((move.key, move.status) for move in moves)

    def take_preflight(self, summary: PreflightSummary) -> None:
        """How the pre-flight stands."""
        self._facts = replace(self._facts, preflight=summary)

    def connect(self, connection: Pair | None) -> None:
        """Other tenants, or none: whatever was read before is of no use any more."""
        self.connection = connection
        self.forget()

    def forget(self) -> None:
        """Read everything anew the next time."""
        self._tenants.clear()
        self._facts = Facts(
            0,
            book_read=self._facts.book_read,
            preflight=self._facts.preflight,
            is_connected=self.connection is not None,
        )

    # What is asked

    @property
    def has_book(self) -> bool:
        """The workbook was read."""
        return self._path is not None

    def tenant(self) -> str:
        """The source tenant's id. Raises AppError NOT_CONNECTED, and why it cannot be read."""
        connection = self.connection
        if connection is None:
            raise AppError(
                "NOT_CONNECTED",
                "No tenants are connected",
                "",
                "Sign in to both tenants, or connect the practice tenants.",
            )
        self._read_tenants(connection)
        if self._facts.source.value is None:
            assert self._facts.source.error is not None
            raise self._facts.source.error
        return self._facts.source.value.id

    def pair(self) -> str:
        """The ids of both tenants, source first; "" when they do not say."""
        source, target = self._facts.source.value, self._facts.target.value
        return f"{source.id} {target.id}" if source is not None and target is not None else ""

    def read(self, *, is_start: bool) -> None:
        """Ask for what is too old; a start wants some of it newer than a look does."""
        connection, clock, pause = self.connection, self._clock, self._pause
        if connection is None:
            return
        self._read_tenants(connection)
        facts = self._facts
        brief = _FRESH_AT_A_START if is_start else _FRESH
        trust = connection.says
        if trust is not None:
            if self._is_old(facts.trust_source, _FRESH):
                said = reading(clock, lambda: trust.trust(Side.SOURCE), pause)
                facts = replace(facts, trust_source=said)
            if self._is_old(facts.trust_target, _FRESH):
                said = reading(clock, lambda: trust.trust(Side.TARGET), pause)
                facts = replace(facts, trust_target=said)
            if self._is_old(facts.compatibility, brief):
                facts = replace(facts, compatibility=reading(clock, trust.compatibility, pause))
        if self._is_old(facts.pending, brief):
            pending = reading(clock, lambda: count_pending(connection.service), pause)
            facts = replace(facts, pending=pending)
        self._facts = facts

    def read_for_chain(self) -> None:
        """Ask anew for what may have changed since the start; the queue is the runner's matter."""
        if (connection := self.connection) is None:
            return
        self._tenants.clear()
        self._read_tenants(connection)
        if (trust := connection.says) is not None:
            clock, pause = self._clock, self._pause
            self._facts = replace(
                self._facts,
                trust_source=reading(clock, lambda: trust.trust(Side.SOURCE), pause),
                trust_target=reading(clock, lambda: trust.trust(Side.TARGET), pause),
                compatibility=reading(clock, trust.compatibility, pause),
            )

    def could_not_read(self) -> ServiceError | None:
        """Why something could not be read just now that may well be read in a while, or None."""
        facts = self._facts
        read = (
            facts.source,
            facts.target,
            facts.trust_source,
            facts.trust_target,
            facts.compatibility,
        )
        errors = [one.error for one in read if isinstance(one.error, ServiceError)]
        return next((error for error in errors if error.is_transient), None)

    def of_the_workbook(self, keys: frozenset[str]) -> frozenset[str]:
        """Those whose row is in the workbook as it is now."""
        return keys & self._rows.keys()

    def of_start(
        self, keys: frozenset[str], window: Window, map_reading: Reading[MapReport], digest: str
    ) -> Facts:
        """Everything that is known, for a start of these people in this window.

        `digest` is that of the map as the workbook wants it now.
        """
        connection = self.connection
        rows = [self._rows[key] for key in keys if key in self._rows]
        capabilities = connection.service.capabilities if connection is not None else None
        left = sum(1 for row in self._rows.values() if not is_startable(row))
        return replace(
            self._facts,
            people=len(keys),
            practice=capabilities is not None and capabilities.practice,
            left_alone=left,
            warned=sum(1 for row in rows if worst(row.findings) is not Level.PASS),
            book_has_changed=self._fingerprint is not None and self._seen() != self._fingerprint,
            source_domains=_domains(row.mapping.source_upn for row in rows),
            target_domains=_domains(row.mapping.target_upn for row in rows),
            target_host=connection.target_host if connection is not None else "",
            says_trust=connection is not None and connection.says is not None,
            identity_map=_counted(map_reading, keys, digest),
            queue_limit=capabilities.queue_limit if capabilities is not None else 0,
            reserve=RESERVE,
            waiting=sum(1 for status in self._moves.values() if status is MoveStatus.WAITING),
            window=window,
        )

    def _read_tenants(self, connection: Pair) -> None:
        """Who the two are and what they bought, as far as it is too old: a call for each."""
        tenants = connection.tenants
        for side, client in ((Side.SOURCE, tenants.source), (Side.TARGET, tenants.target)):
            if self._is_old(said := self._tenants.get(side, Reading()), _FRESH) or _lacks(said):
                self._tenants[side] = reading(self._clock, partial(read_side, client), self._pause)
        source, target = self._tenants[Side.SOURCE], self._tenants[Side.TARGET]
        times = [one.at for one in (source, target) if one.at is not None]
        seats: Reading[Seats] = Reading(at=min(times, default=None))
        try:
            seats = replace(seats, value=seats_of((source, target), read_limits(data_dir())))
        except AppError as error:
            seats = replace(seats, error=error)
        self._facts = replace(
            self._facts,
            source=organization_of(source),
            target=organization_of(target),
            seats=seats,
        )

    def _is_old(self, reading: Reading[_T], fresh: timedelta) -> bool:
        """An error is never kept: whoever asks again wants another try."""
        if reading.at is None or reading.error is not None:
            return True
        return not timedelta(0) <= self._clock.now() - reading.at <= fresh

    def _seen(self) -> Fingerprint | None:
        try:
            return fingerprint_of(self._path) if self._path is not None else None
        except OSError:
            return None


def _lacks(said: Reading[TenantFacts]) -> bool:
    """A part was refused; whoever asks again may have got the permission meanwhile."""
    facts = said.value
    return facts is not None and bool(facts.organization_error or facts.products_error)


def _domains(upns: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({domain for upn in upns if (domain := domain_of(upn))}))


def _counted(reading: Reading[MapReport], keys: Collection[str], digest: str) -> Reading[MapCount]:
    report = reading.value
    if report is None:
        return Reading(None, reading.at, reading.error)
    counts: Counter[tuple[Difference, bool]] = Counter()
    for line in report.lines:
        kind, source = line.entry.key
        counts[line.what, kind is MapKind.USER and source in keys] += 1
    there = {line.entry.key[1] for line in report.lines if line.entry.kind is MapKind.USER}
    # Somebody who is to be started and has no place in the map at all cannot be moved either.
    without = sum(1 for key in keys if key not in there)
    return Reading(
        MapCount(
            is_of_this_workbook=report.digest == digest,
            missing=counts[Difference.ADD, True] + without,
            different=counts[Difference.CHANGE, True],
            unread=counts[Difference.UNKNOWN, True],
            missing_others=counts[Difference.ADD, False],
            different_others=counts[Difference.CHANGE, False],
            left_out=len({f.cell for f in report.findings if f.level is Level.BLOCK}),
            entries=counts.total() - counts[Difference.REMOVE, False],
        ),
        report.read_utc,
        reading.error,
    )
