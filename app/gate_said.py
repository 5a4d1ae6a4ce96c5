"""What an admin says of gates: seen by other means, or passed over with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from app.errors import AppError
from app.gate_texts import title
from app.gate_values import Gate, GateCode, Settled
from app.journal import actor
from app.model import Level
from app.tenant_gates import ANSWERS

_SHORTEST = 3
"""Letters of a reason."""


class SaidByAdmin:
    """What was said in this project, each with who and when."""

    def __init__(self) -> None:
        self.confirmed: dict[GateCode, Settled] = {}
        self.overridden: dict[GateCode, Settled] = {}
        self._pair = ""

    def belongs_to(self, pair: str) -> None:
        """These two tenants are connected; what was said of others says nothing of them."""
        if self._pair and self._pair != pair:
            self.confirmed, self.overridden = {}, {}
        self._pair = pair

    def of(self, gate: Gate, words: str, *, is_override: bool, now: datetime) -> Settled:
        """What is said of this gate now.

        Raises AppError: NOT_A_WARNING for passing over anything else, NO_REASON, and
        NO_SUCH_ANSWER when it is none of the words that the shell can have printed.
        """
        words = " ".join(words.split())
        answers = ANSWERS.get(gate.code)
        if is_override and gate.level is not Level.WARN:
            raise _not_a_warning(gate)
        if not is_override and answers is not None:
            known = {answer.casefold(): answer for answer in answers}
            if words.casefold() not in known:
                raise _no_answer(gate, words, answers)
            words = known[words.casefold()]
        elif len(words) < _SHORTEST:
            raise _no_words(gate)
        return Settled(words, actor(), now, gate.finding)

    def take(self, code: GateCode, said: Settled, *, is_override: bool) -> None:
        """It is recorded: from now on it counts."""
        (self.overridden if is_override else self.confirmed)[code] = said

    def kept(self) -> str:
        """All of it, to be kept in the journal."""
        return json.dumps(
            {
                "pair": self._pair,
                "confirmed": _packed(self.confirmed),
                "overridden": _packed(self.overridden),
            }
        )

    def recall(self, kept: str) -> None:
        """What the journal kept; what cannot be read was not said, and the admin is asked again."""
        try:
            said = json.loads(kept)
            self._pair = str(said["pair"])
            self.confirmed = _unpacked(said["confirmed"])
            self.overridden = _unpacked(said["overridden"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self.confirmed, self.overridden = {}, {}


def in_words(gates: Iterable[Gate]) -> str:
    """How gates stand, for the record."""
    parts = []
    for gate in gates:
        said = gate.overridden or gate.confirmed
        words = f" ({said.words})" if said else ""
        parts.append(f"{gate.code} {gate.level} {gate.finding}{words}")
    return "; ".join(parts)


def _packed(said: Mapping[GateCode, Settled]) -> dict[str, object]:
    return {code: {**asdict(one), "at": one.at.isoformat()} for code, one in said.items()}


def _unpacked(kept: Mapping[str, Mapping[str, str]]) -> dict[GateCode, Settled]:
    return {
        GateCode(code): Settled(
            one["words"], one["who"], datetime.fromisoformat(one["at"]), one["finding"]
        )
        for code, one in kept.items()
    }


def _not_a_warning(gate: Gate) -> AppError:
    return AppError(
        "NOT_A_WARNING",
        f"“{title(gate)}” cannot be passed over",
        f"It stands at {gate.level}; only a warning can be passed over.",
        "Do what it asks for.",
    )


def _no_words(gate: Gate) -> AppError:
    return AppError(
        "NO_REASON",
        "A reason is needed",
        f"Nothing was recorded for “{title(gate)}”.",
        "Say in a few words why, or what you saw and where.",
    )


def _no_answer(gate: Gate, words: str, answers: Sequence[str]) -> AppError:
    return AppError(
        "NO_SUCH_ANSWER",
        f"“{words}” is none of the answers",
        f"For “{title(gate)}” the shell prints one of {', '.join(answers)}.",
        "Enter the word that it printed, whole.",
    )
