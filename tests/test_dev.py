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


@pytest.mark.parametrize("arguments", [(), ("help",), ("demo", "more"), ("nonsense",)])
def test_anything_else_lists_the_commands_and_does_nothing(arguments: tuple[str, ...]) -> None:
    done = dev(*arguments)
    assert done.returncode == 2
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


def test_an_old_python_gets_an_answer() -> None:
    # What an old Python cannot parse would be a traceback instead of the sentence.
    ast.parse((ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 7))
    assert "needs Python 3.11" in (ROOT / "dev.py").read_text("utf-8")
