"""The gates before a batch that is to follow another one; used by the thread of the gates only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.clock import Clock
from app.errors import AppError
from app.gate_events import ChainJudged
from app.gate_facts import GateFacts
from app.gate_said import in_words
from app.gate_texts import chain_held, chain_not_judged
from app.gate_values import Gate
from app.gates import holding_the_chain


@dataclass(frozen=True, slots=True)
class NextBatch:
    """A batch of these people that is to follow."""

    batch: str
    keys: frozenset[str]


class ChainGates:
    """Judges a batch when the runner asks, and the one that is held back whenever something new
    may be known; each other answer than before is recorded.
    """

    def __init__(
        self,
        clock: Clock,
        facts: GateFacts,
        read_gates: Callable[[frozenset[str]], tuple[Gate, ...]],
        note: Callable[[str, str], None],
        post: Callable[[ChainJudged], None],
        follow: Callable[[str, AppError | None], None],
    ) -> None:
        """`read_gates` reads anew how they stand for these people; `follow` takes the answer."""
        self._clock = clock
        self._facts = facts
        self._read_gates = read_gates
        self._note = note
        self._post = post
        self._follow = follow
        self._waiting: dict[str, NextBatch] = {}
        self._noted: dict[str, str] = {}
        """By batch: what was last recorded of it."""

    def ask(self, asked: NextBatch) -> None:
        """Judge before this batch; when no workbook is read yet, as soon as one is."""
        self._waiting[asked.batch] = asked
        if self._facts.has_book:
            self._judge(asked)

    def judge_waiting(self) -> None:
        """Judge again what is held back, if anything is."""
        for asked in tuple(self._waiting.values()):
            self.ask(asked)

    def _judge(self, asked: NextBatch) -> None:
        """Whatever goes wrong is an answer too."""
        try:
            objection = self._objection(asked)
        except AppError as error:
            objection = error
        if objection is None:
            del self._waiting[asked.batch]
        self._follow(asked.batch, objection)

    def _objection(self, asked: NextBatch) -> AppError | None:
        gates = self._read_gates(self._facts.of_the_workbook(asked.keys))
        holding = holding_the_chain(gates)
        unread = None if holding else self._facts.could_not_read()
        follows = not holding and unread is None
        words = str(unread) if unread is not None else in_words(holding or gates)
        if follows or words != self._noted.get(asked.batch):
            kind = "batch follows" if follows else "batch held back"
            self._note(kind, f"{asked.batch}: {words}")
            self._noted[asked.batch] = words
        self._post(ChainJudged(asked.batch, gates, holding, self._clock.now()))
        if holding:
            return chain_held(asked.batch, holding[0])
        return None if unread is None else chain_not_judged(asked.batch, unread)
