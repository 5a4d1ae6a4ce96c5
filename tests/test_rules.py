"""The rules of the house hold everywhere, and each of them finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import rules
import rules_of_tests as of_tests
import rules_of_the_screen as of_screen
from rules import Source, sources

Rule = Callable[[Source], Iterator[str]]

EVERYWHERE = ("app", "installer", "ui", "resources", "tests", "dev.py")
PROGRAM = ("app", "ui")

RULES: dict[Rule, tuple[tuple[str, ...], tuple[str, ...]]] = {
    rules.too_long: (EVERYWHERE, ("pass\n" * 400,)),
    rules.without_purpose: (
        EVERYWHERE,
        ("", "import a", '"""No sentence"""', '"""One. And another."""'),
    ),
    rules.empty_name: (EVERYWHERE, ("utils.py",)),
    rules.unfinished: (
        EVERYWHERE,
        ("# TODO later", "a = 1  # FIXME", "# XXX", "raise NotImplementedError('yet')"),
    ),
    rules.unexplained: (
        EVERYWHERE,
        (
            "import a  # noqa",
            "import a  # noqa: F401",
            "import a  # noqa: F401 - ",
            "a()  # type: ignore",
            "a()  # type: ignore[misc]",
            "# ruff: noqa",
            "# mypy: ignore-errors",
            "a()  # pragma: no cover",
        ),
    ),
    rules.workaround_without_link: (EVERYWHERE, ("# WORKAROUND for a fault of Qt's",)),
    rules.prints: (PROGRAM, ("print(1)",)),
    rules.other_threads: (
        PROGRAM,
        (
            "import asyncio",
            "from concurrent.futures import ThreadPoolExecutor",
            "import multiprocessing.pool",
            "threading.Thread(target=work, name='work')",
            "Thread(target=work, daemon=True)",
        ),
    ),
    rules.asks_the_clock: (PROGRAM, ("datetime.now(UTC)", "import time", "from time import time")),
    of_screen.shows_a_literal: (
        ("ui",),
        (
            'button.setText("Press")',
            'QLabel(text="Press")',
            'label.setToolTip("Press" if on else "")',
            'box.setText(f"{number} rows")',
            'box.setText("{} rows".format(number))',
            'box.addItems(["One", "Two"])',
        ),
    ),
    of_screen.holds_a_sentence: (("ui",), ('TIP = "Press here"', 'count(3, "{} row")')),
    of_screen.not_in_ui: (
        ("ui",),
        ("from PySide6.QtCore import QThread", "Mode.ResizeToContents", "app.processEvents()"),
    ),
    of_screen.nested_loop: (
        ("ui",),
        ("dialog.exec()", "QMessageBox.question(self, a, b)", "QApplication.instance()"),
    ),
    of_screen.converting_signal: (("ui",), ("a = Signal(dict)", "a = Signal(str, int)")),
    of_screen.timer_without_parent: (("ui",), ("self.timer = QTimer()",)),
    of_tests.waits_blindly: (("tests",), ("time.sleep(1)", "sleep(1)", "qtbot.qWait(9)")),
    of_tests.patches_us: (
        ("tests",),
        (
            "import unittest.mock",
            "from unittest import mock",
            'monkeypatch.setattr(app.run, "X", 1)',
            'monkeypatch.setattr("app.run.X", 1)',
            "from app import run\nrun.X = 1",
            "from app.run import Run\nRun.x = 1",
            'from app import run\nsetattr(run, "X", 1)',
        ),
    ),
    of_tests.asserts_nothing: (("tests",), ("def test_x():\n    run()\n",)),
    of_tests.imports_a_conftest: (("tests",), ("from conftest import a", "import conftest")),
}
SNIPPETS = [(rule, text) for rule, (_, texts) in RULES.items() for text in texts]
ALLOWED: dict[Rule, tuple[str, ...]] = {
    rules.unfinished: ("'''Not a # TODO'''", "try: read()\nexcept NotImplementedError: pass"),
    rules.unexplained: (
        "import a  # noqa: F401 - for the plug-in",
        "import a  # noqa: F401, E402  for the plug-in",
        "a()  # type: ignore[misc, unused-ignore]  # on Windows only",
        "text = '# noqa'",
    ),
    rules.workaround_without_link: ("# WORKAROUND for Qt:\n# https://bugs.example/1",),
    rules.other_threads: ("threading.Thread(target=work, name=f'work {n}', daemon=True)",),
    rules.asks_the_clock: ("self._clock.now()",),
    of_screen.shows_a_literal: (
        "button.setText(strings.PRESS)",
        "button.setText(names['key'])",
        'box.setText("–" if on else strings.OFF)',
    ),
    of_screen.holds_a_sentence: (
        'log.exception("what went wrong")',
        'FORMAT = "yyyy-MM-dd HH:mm"',
        'def a():\n    """A sentence for the reader."""',
    ),
    of_screen.nested_loop: ("dialog.open()", "box = QMessageBox(self)"),
    of_screen.timer_without_parent: ("QTimer(self)",),
    of_tests.patches_us: ("self.x = 1", 'monkeypatch.setenv("HOME", "x")'),
}


def test_every_rule_of_the_modules_is_kept() -> None:
    there = {
        function
        for module in (rules, of_screen, of_tests)
        for function in vars(module).values()
        if getattr(function, "__annotations__", {}).get("return") == "Iterator[str]"
        and not function.__name__.startswith("_")
    }
    assert there == set(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds_everywhere(rule: Rule) -> None:
    broken = [place for source in sources(*RULES[rule][0]) for place in rule(source)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize(("rule", "text"), SNIPPETS)
def test_the_rule_finds_what_breaks_it(rule: Rule, text: str) -> None:
    path = "app/utils.py" if rule is rules.empty_name else "app/x.py"
    found = list(rule(Source(path, text)))
    assert found
    assert all(place.startswith(f"{path}:") for place in found)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in ALLOWED.items() for text in texts]
)
def test_the_rule_lets_the_rest_be(rule: Rule, text: str) -> None:
    assert list(rule(Source("app/x.py", text))) == []
