"""The gates on the command line: how they stand, and what the admin says of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial

from app import gate_texts
from app.cli_screen import Screen
from app.clock import SystemClock
from app.console import say
from app.errors import AppError
from app.events import Event, Trouble
from app.gate_events import GatesJudged, Judgement
from app.gate_values import Gate, GateCode
from app.gates import is_open
from app.model import Level
from app.project import Project


def add_gate_options(parser: argparse.ArgumentParser) -> None:
    """The options with which an admin says something of a gate."""
    parser.add_argument(
        "--override",
        action="append",
        default=[],
        metavar="GATE=REASON",
        help='go on in spite of a warning; recorded, such as "LICENCES=ordered, here on Monday"',
    )
    parser.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="GATE=WORDS",
        help='what you saw by other means; recorded, such as "TRUST_SOURCE=GoodToProceed"',
    )


def read_words(options: argparse.Namespace) -> None:
    """Make pairs of gate and words of the options. Raises AppError NO_SUCH_GATE, NO_REASON."""
    options.override = [_pair(text, "--override") for text in options.override]
    options.confirm = [_pair(text, "--confirm") for text in options.confirm]


def _pair(text: str, option: str) -> tuple[GateCode, str]:
    name, _, words = text.partition("=")
    try:
        code = GateCode(name.strip().upper())
    except ValueError:
        raise AppError(
            "NO_SUCH_GATE",
            f"There is no gate {name.strip() or text}",
            f"The gates are {', '.join(GateCode)}.",
            f"Give {option} one of these names, then = and your words.",
        ) from None
    if not words.strip():
        raise AppError(
            "NO_REASON",
            f"{option} {code} says nothing",
            "What is recorded needs words.",
            f'Write {option} "{code}=why, or what you saw".',
        )
    return code, words.strip()


def pass_gates(options: argparse.Namespace, project: Project, screen: Screen) -> bool:
    """Wait for the judgement that was asked for, add what the admin says, and print how it stands.

    False when a gate holds, or when the gates could not be judged.
    """
    gates = project.gates
    assert gates is not None
    if not _wait(screen):
        return False
    # What is confirmed first may turn out a warning, which can then be passed over.
    said = [partial(gates.confirm, *pair) for pair in options.confirm]
    said += [partial(gates.override, *pair) for pair in options.override]
    for say_it in said:
        say_it()
        if not _wait(screen):
            say_gates(screen.judged)
            return False
    say_gates(screen.judged)
    return screen.judged is not None and is_open(screen.judged.gates)


def _wait(screen: Screen) -> bool:
    seen: list[bool] = []

    def arrived(event: Event) -> bool:
        if isinstance(event, GatesJudged | Trouble):
            seen.append(isinstance(event, GatesJudged))
        return bool(seen)

    screen.wait(arrived)
    return seen[0]


def is_refused(event: Event) -> bool:
    """The start was asked for, and a gate held it back."""
    return isinstance(event, GatesJudged) and event.judgement is Judgement.REFUSED


def say_gates(judged: GatesJudged | None) -> None:
    """One line for all that passed, and some for each gate that did not."""
    if judged is None:
        return
    passed = sum(1 for gate in judged.gates if gate.level is Level.PASS)
    say(f"Before the start: {passed} of {len(judged.gates)} gates pass.")
    for gate in judged.gates:
        if gate.level is not Level.PASS and gate.binds:
            _say_gate(gate)
    held = [gate.code for gate in judged.gates if gate.holds]
    if held:
        say(f"Nothing is started because of {_listed(held)}.")


def _say_gate(gate: Gate) -> None:
    now = SystemClock().now()
    age = gate_texts.age(gate, now)
    say(f"{gate.level:<8}{gate.code}: {gate_texts.state(gate)}" + (f" ({age})" if age else ""))
    said = gate_texts.said_by_admin(gate, "UTC")
    for line in (said, gate_texts.what_to_do(gate) if gate.holds else ""):
        if line:
            say(f"        {line}")
    if gate.holds:
        for command in gate.commands:
            say(f"        {gate_texts.on_side(command.side)}: {command.text}")
        if gate.level is Level.WARN:
            say(f'        To go on: --override "{gate.code}=your reason"')
        elif gate.level is Level.UNKNOWN:
            say(f'        When you have looked: --confirm "{gate.code}=what you saw"')


def _listed(codes: Iterable[GateCode]) -> str:
    return ", ".join(codes)
