"""The commands for a machine with nothing but Python."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from rules import ROOT


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("-h",), 0),
        (("help",), 0),
        ((), 2),
        (("nonsense",), 2),
        (("demo", "more"), 2),
        (("setup", "more"), 2),
        (("soak", "more"), 2),
    ],
)
def test_anything_else_lists_the_commands_and_does_nothing(
    arguments: tuple[str, ...], code: int
) -> None:
    done = dev(*arguments)
    assert done.returncode == code
    assert done.stderr == ""
    for command in ("demo", "test", "setup", "bench", "soak"):
        assert f"python3 dev.py {command}" in done.stdout


def test_the_readme_begins_with_the_two_commands_and_the_picture() -> None:
    lines = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.strip()]
    assert lines[1].split("#")[0].strip() == "python3 dev.py demo"
    assert lines[2].split("#")[0].strip() == "python3 dev.py test"
    picture = lines[3].split("(")[1].rstrip(")")
    assert (ROOT / picture).is_file()


def test_it_needs_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text("utf-8"))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert modules <= sys.stdlib_module_names


@pytest.mark.parametrize("command", ["demo", "test", "setup", "--help", ""])
def test_an_old_python_gets_an_answer(command: str) -> None:
    # What an old Python cannot parse would be a traceback instead of the sentence.
    ast.parse((ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 7))
    code = f"import sys, dev; sys.exit(dev.main([{command!r}], (3, 10, 14)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == "Tenant Ferry needs Python 3.11 or newer; this is 3.10.14\n"


def test_the_ci_runs_the_one_test_command() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    commands = [line.strip() for line in script.splitlines() if "dev.py" in line]
    assert commands == ['exec "$python" dev.py test']


def test_the_test_command_has_every_check() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import dev; print(*dev.checks([]))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["lint", "format", "types", "contracts", "tests"]
