"""One run of the pre-flight: the calls it has out, and what their answers said so far."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from app.callers import Answer, Callers
from app.errors import AppError, Refused, ServiceError
from app.gate import Gate
from app.limits import Limits
from app.model import Mapping
from app.moves import ChecksStarts
from app.preflight_ask import Pair, ask_pair, ask_rows
from app.preflight_checks import Measure
from app.preflight_facts import Kind, PairFacts, RowFacts, TenantFacts
from app.preflight_questions import Policy
from app.preflight_schedule import Schedule
from app.tenant_checks import migration_licences, sharepoint_products

CALLERS = 4
_PAIR_TRIES = 3
_CALLS_OF_PAIR = 3
_HELD_BACK = "HELD_BACK"
_numbers = itertools.count(1)


class PreflightRun:
    """Used by the pre-flight's thread; its callers make the calls."""

    def __init__(
        self,
        pair: Pair,
        limits: Limits,
        wanted: Sequence[Mapping],
        hand_back: Callable[[Answer], None],
    ) -> None:
        self.name = f"preflight {next(_numbers)}"
        """In the key of every answer, so that those of an earlier run are known."""
        self.limits = limits
        self.callers = Callers(CALLERS, hand_back)
        self.gate = Gate()
        self.calls = 0
        self.facts: PairFacts | None = None
        self.found: list[RowFacts] = []
        """Rows of which everything was asked, not handed over yet."""
        self.alarm: AppError | None = None
        """Something that must end the run at once."""
        self._pair = pair
        self._pair_tries = 0
        self._asks_pair = False
        self._asked = 0
        self._hosts: dict[str, None] = {}
        self._out: dict[str, tuple[Kind, list[RowFacts]]] = {}
        tenants = pair.tenants
        policy = Policy(
            tenants.source_is_application,
            tenants.target_is_application,
            isinstance(pair.service, ChecksStarts),
        )
        self.schedule = Schedule(wanted, policy)

    @property
    def is_over(self) -> bool:
        """Everything was asked and answered."""
        return self.facts is not None and not self._out and self.schedule.is_over

    @property
    def measure(self) -> Measure:
        """What its rows are measured by, as far as the tenants said."""
        facts = self.facts or PairFacts()
        return Measure(
            self.limits,
            migration_licences(facts, self.limits),
            sharepoint_products(facts, self.limits),
        )

    def pair_facts(self, dry_runs_passed: int) -> PairFacts | None:
        """What is known of the tenants; None: nothing yet."""
        if self.facts is None:
            return None
        return replace(
            self.facts,
            source_hosts=tuple(self._hosts),
            stopped=self.schedule.stopped,
            dry_runs_passed=dry_runs_passed,
        )

    def call(self) -> None:
        """Make the calls that can be made now: first the tenants, then the rows."""
        if self.facts is None:
            if not self._asks_pair:
                self._asks_pair = True
                self.calls += _CALLS_OF_PAIR
                self.callers.call("pair", self.name, partial(ask_pair, self._pair))
            return
        while self.callers.free and (coming := self.schedule.next_call()) is not None:
            kind, rows = coming
            self.calls += 1
            self._asked += 1
            name = str(self._asked)
            self._out[name] = (kind, rows)
            self.callers.call(name, self.name, partial(ask_rows, self._pair, kind, rows))

    def take(self, answer: Answer, now: float) -> None:
        """What the answer says, with the pause that the service may have asked for in it."""
        clients = (self._pair.tenants.source, self._pair.tenants.target)
        held = max(client.throttle.remaining() for client in clients)
        if held:
            self.gate.hold(now, held)
        if answer.kind == "pair":
            self._take_pair(answer.result)
            return
        kind, asked = self._out.pop(answer.kind)
        said: list[RowFacts | None] = answer.result
        self.schedule.take(kind, asked, said, held=held > 0)
        for row in said:
            if row is not None and row.drive.host:
                self._hosts.setdefault(row.drive.host)
            if row is not None and row.dry_run is not None and row.dry_run.made_move_id:
                self.alarm = _made_a_move(row)
        self.found += self.schedule.ended()

    def not_answered(self, answer: Answer, error: ServiceError) -> None:
        """The call failed: it is made again later, unless it was refused for everybody."""
        if answer.kind == "pair":
            self._asks_pair = False
            return
        if error.code == _HELD_BACK:
            self.calls -= 1  # by ourselves: no call was made
        kind, asked = self._out.pop(answer.kind)
        self.schedule.ask_again(kind, asked)
        if isinstance(error, Refused):
            self.schedule.stop(kind, error.code, f"{error.code}: {error.detail}".strip(": "))
            self.found += self.schedule.ended()

    def _take_pair(self, facts: PairFacts | None) -> None:
        self._asks_pair = False
        self._pair_tries += 1
        if facts is None and self._pair_tries >= _PAIR_TRIES:
            unsaid = TenantFacts(words=("The service met a fault of its own.",))
            facts = PairFacts(
                unsaid,
                unsaid,
                target_host=self._pair.target_host,
                target_is_application=self._pair.tenants.target_is_application,
                can_dry_run=isinstance(self._pair.service, ChecksStarts),
            )
        self.facts = facts
        if facts is not None:
            self.found += self.schedule.ended()


def _made_a_move(row: RowFacts) -> AppError:
    mapping = row.mapping
    assert row.dry_run is not None
    return AppError(
        "DRY_RUN_MADE_A_MOVE",
        "The service took a dry run for a start",
        f"Row {mapping.row}, {mapping.source_upn}: it made the move {row.dry_run.made_move_id}."
        " No other dry run was sent.",
        "Cancel this move at the service if it is not wanted yet, and do not use the dry run of"
        " this service again.",
    )
