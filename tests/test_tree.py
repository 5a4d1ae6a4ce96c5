"""The rules for the tree as a whole hold, and each of them finds what breaks it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

import rules_of_the_tree as of_the_tree
from rules import ROOT, Source, sources

BAD_QT = {
    "6.10.1": "a connection to dataChanged ends the process",
    "6.12.0": "on Python 3.11 every emit drops a reference to True, until the process ends",
}


@pytest.mark.parametrize(
    ("package", "importing"),
    [
        ("httpx", {"app/client.py"}),
        ("msal", {"app/signin.py"}),
        ("msal_extensions", {"app/safe_place.py"}),
        ("platformdirs", {"app/paths.py"}),
        ("sqlite3", {"app/journal_file.py", "app/journal.py"}),
        ("python_calamine", {"app/workbook/grids.py", "app/workbook/beside.py"}),
    ],
)
def test_a_library_has_one_importing_place(package: str, importing: set[str]) -> None:
    ours = [one for one in sources("app", "ui") if not one.path.startswith("app/practice/")]
    assert of_the_tree.importers(package, ours) == importing


def test_an_import_inside_a_function_is_an_import() -> None:
    text = "def a():\n    from httpx._client import Client\n"
    assert of_the_tree.importers("httpx", [Source("app/x.py", text)]) == {"app/x.py"}


def test_every_sentence_of_the_window_is_used() -> None:
    ui = sources("ui")
    strings = [source for source in ui if source.path.startswith("ui/strings")]
    assert "ui/strings.py" in {source.path for source in strings}
    assert [name for source in strings for name in of_the_tree.unused(source, ui)] == []


def test_a_sentence_that_nobody_uses_is_found() -> None:
    strings = Source("ui/strings.py", "A = 'a'\nB = A\nC: str = 'c'\ndef d(): ...\nE = 'e'")
    user = Source("ui/x.py", "from ui import strings as words\nstrings.B + words.E")
    assert of_the_tree.unused(strings, [strings, user]) == ["C", "d"]


def test_the_lock_pins_what_the_project_needs_and_nothing_else() -> None:
    locked = of_the_tree.pinned((ROOT / "requirements.lock").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    needed = of_the_tree.closure(wanted, _needs)
    assert locked.keys() <= needed.keys()
    assert {one.partition("=")[0] for one in _names(wanted)} <= locked.keys()
    refused = [
        f"{name} {version} is not {limit}"
        for name, versions in locked.items()
        for version in versions
        for limit in needed[name]
        if not limit.contains(version, prereleases=True)
    ]
    assert refused == []


def _names(requirements: list[str]) -> set[str]:
    return set(of_the_tree.closure(requirements, lambda name: ()))


def _needs(name: str) -> list[str]:
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []  # for another system than this one


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    assert "--find-links" not in lock


@pytest.mark.parametrize(
    "lock", ["a==1", "a>=1 \\\n    --hash=sha256:0", "a==1 \\\n    --hash=md5:0", "--pre\n"]
)
def test_a_requirement_without_a_version_or_a_hash_is_found(lock: str) -> None:
    with pytest.raises(ValueError, match="not pinned"):
        of_the_tree.pinned(lock)


def test_the_closure_is_followed_and_leaves_extras_out() -> None:
    needs = {"a": ["B_b>=2; sys_platform == 'win32'", "c; extra == 'more'"], "b-b": ["a"]}
    found = of_the_tree.closure(["A>=1"], lambda name: needs.get(name, []))
    assert found.keys() == {"a", "b-b"}
    assert not found["b-b"][0].contains("1.9")


def test_no_qt_that_ends_the_process_is_let_in() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [limits] = of_the_tree.closure(project["dependencies"], lambda name: ())["pyside6-essentials"]
    assert [version for version in BAD_QT if limits.contains(version)] == []
    assert limits.contains("6.11.3")


def test_this_qt_leaves_true_alone() -> None:
    class Sender(QObject):
        said = Signal(int)

    sender, before = Sender(), sys.getrefcount(True)
    for number in range(50):
        sender.said.emit(number)
    assert sys.getrefcount(True) >= before - 2


def test_no_file_names_a_place_of_one_machine_or_of_a_registry() -> None:
    found = []
    for path in _files():
        content = path.read_bytes()
        for place in of_the_tree.FOREIGN_PLACES:
            before, there, _ = content.partition(place.encode())
            if there:
                line = before.count(b"\n") + 1
                found.append(f"{path.relative_to(ROOT).as_posix()}:{line} {place}")
    assert not found, "\n".join(found)


def _files() -> list[Path]:
    """What is committed, and what would be by adding all."""
    git = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(
        [*git, "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a work tree of git")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_modules_of_tests_have_names_of_their_own() -> None:
    names = Counter(Path(source.path).name for source in sources("tests"))
    assert [name for name, times in names.items() if times > 1] == []
