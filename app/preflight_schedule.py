"""Which rows are asked what next, so that batches are full and few; no thread, no call."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.model import Mapping
from app.outcome import is_of_tenants
from app.preflight_ask import given_up, most_rows, refusal_of
from app.preflight_facts import Kind, RowFacts
from app.preflight_questions import Policy, next_question

_TRIES = 3
"""So often is a question asked that the service answers with a fault of its own."""
_ENOUGH_TO_STOP = 5
"""So many refusals in one call, and never another answer, are not about the people."""


class Schedule:
    """The rows of one run and what is still to be asked about them; used by one thread.

    A call carries as many rows as it can (`most_rows`) wherever that many wait for the same
    question; a smaller one goes out only when no call is under way that could fill it. The very
    first dry run is made for one person alone, so that a service that took it for a start would
    start one move, not twenty.
    """

    def __init__(self, mappings: Iterable[Mapping], policy: Policy) -> None:
        self._policy = policy
        self._facts: dict[str, RowFacts] = {}
        self._waiting: dict[Kind, deque[str]] = {kind: deque() for kind in Kind}
        self._tries: Counter[tuple[str, Kind]] = Counter()
        self._in_flight: Counter[Kind] = Counter()
        self._dry_run_is_proven = False
        self._has_answers: set[Kind] = set()
        self._stopped: list[tuple[Kind, str, str]] = []
        self._ended: list[RowFacts] = []
        for mapping in mappings:
            self._put(mapping.key, RowFacts(mapping))

    @property
    def is_over(self) -> bool:
        """Every row is answered and taken."""
        return not self._facts and not self._ended

    @property
    def stopped(self) -> tuple[tuple[Kind, str, str], ...]:
        """What is not asked any more: kind, code, words."""
        return tuple(self._stopped)

    def next_call(self) -> tuple[Kind, list[RowFacts]] | None:
        """The next call to make now; None: wait for an answer, or nothing is left."""
        kind = self._next_kind()
        if kind is None:
            return None
        most = most_rows(kind)
        if kind is Kind.DRY_RUN and not self._dry_run_is_proven:
            most = 1
        keys = [self._waiting[kind].popleft() for _ in range(min(most, len(self._waiting[kind])))]
        self._in_flight[kind] += 1
        return kind, [self._facts[key] for key in keys]

    def take(
        self, kind: Kind, asked: Sequence[RowFacts], said: Sequence[RowFacts | None], *, held: bool
    ) -> None:
        """The answers to a call; `held`: the service asked for a pause, so none is a failure."""
        self._in_flight[kind] -= 1
        answered = [one for one in said if one is not None]
        for before, after in zip(asked, said, strict=True):
            key = before.mapping.key
            if after is not None:
                self._put(key, after)
                continue
            self._tries[key, kind] += not held
            if self._tries[key, kind] < _TRIES:
                self._waiting[kind].append(key)
            else:
                words = "The service met a fault of its own."
                self._put(key, given_up(before, kind, words))
        if kind is Kind.DRY_RUN and answered:
            self._dry_run_is_proven = True
        self._notice_refusals(kind, answered)

    def ask_again(self, kind: Kind, asked: Sequence[RowFacts]) -> None:
        """The call brought nothing: its rows wait again, before the others."""
        self._in_flight[kind] -= 1
        self._waiting[kind].extendleft(row.mapping.key for row in reversed(asked))

    def stop(self, kind: Kind, code: str, words: str) -> None:
        """Do not ask this any more: it is refused for everybody."""
        if kind in self._policy.stopped:
            return
        self._stopped.append((kind, code, words))
        self._policy = replace(self._policy, stopped=self._policy.stopped | {kind})
        waiting, self._waiting[kind] = self._waiting[kind], deque()
        for key in waiting:
            self._put(key, self._facts[key])

    def ended(self) -> list[RowFacts]:
        """The rows of which everything was asked since the last time."""
        ended, self._ended = self._ended, []
        return ended

    def _put(self, key: str, facts: RowFacts) -> None:
        kind = next_question(facts, self._policy)
        if kind is None:
            self._facts.pop(key, None)
            self._ended.append(facts)
        else:
            self._facts[key] = facts
            self._waiting[kind].append(key)

    def _next_kind(self) -> Kind | None:
        probing = not self._dry_run_is_proven
        askable = [
            kind
            for kind in Kind
            if self._waiting[kind]
            and not (kind is Kind.DRY_RUN and probing and self._in_flight[kind])
        ]
        full = [kind for kind in askable if len(self._waiting[kind]) >= most_rows(kind)]
        if full:
            return full[-1]
        # A part of a batch: the earliest kind, since its rows may fill the later ones.
        return askable[0] if askable and not self._in_flight.total() else None

    def _notice_refusals(self, kind: Kind, answered: Sequence[RowFacts]) -> None:
        if kind is Kind.DRY_RUN:
            for row in answered:
                if row.dry_run is not None and is_of_tenants(row.dry_run.code):
                    self.stop(kind, row.dry_run.code, row.dry_run.message)
                    return
        refused = Counter(refusal_of(row, kind).partition(":")[0] for row in answered)
        if "" in refused:
            self._has_answers.add(kind)
        if len(answered) < _ENOUGH_TO_STOP or kind in self._has_answers:
            return
        if len(refused) == 1:
            code = next(iter(refused))
            self.stop(kind, code, refusal_of(answered[0], kind))
