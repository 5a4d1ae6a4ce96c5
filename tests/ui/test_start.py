"""The start of the installed program: its children, and the screen's part of the self-test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.paths import RUN_MODULE, child_command, is_installed
from ui.self_test_screen import SCREEN_STEPS

AS_CHILD = """
import sys
from ui.start import main
try:
    main(["--run-module", "app.practice.serve", "--help"])
finally:
    print([name for name in sys.modules if name.startswith("PySide6")])
"""


def python(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_program_that_is_not_installed_starts_its_children_with_python() -> None:
    assert not is_installed()
    assert child_command("app.workbook.child") == [sys.executable, "-m", "app.workbook.child"]


def test_an_installed_program_starts_itself_as_a_child() -> None:
    ask = "from app.paths import child_command as of; import json; print(json.dumps(of('app.x')))"
    done = python("-X", "installed", "-c", ask)
    assert json.loads(done.stdout) == [sys.executable, RUN_MODULE, "app.x"], done.stderr


def test_a_child_runs_its_module_and_loads_nothing_of_qt() -> None:
    done = python("-c", AS_CHILD)
    assert done.returncode == 0, done.stderr
    assert "practice serve" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["json.tool"], [], ["ui.main"]])
@pytest.mark.parametrize("program", ["ui", "app"])
def test_no_other_module_can_be_run(program: str, words: list[str]) -> None:
    done = python("-m", program, RUN_MODULE, *words)
    assert done.returncode != 0
    assert "our own modules only" in done.stderr


def test_the_screen_passes_its_part(qtbot: QtBot, tmp_path: Path) -> None:
    found = [step.run(tmp_path) for step in SCREEN_STEPS]
    assert "offscreen" in found[0]
    assert "icons drawn" in found[1]


def test_the_window_begins_with_other_words() -> None:
    done = python("-m", "ui", "--help")
    assert done.returncode == 0
    assert "BOOK" in done.stdout
