"""The rules of the house hold everywhere, and each of them finds what breaks it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator

import pytest

import rules
from rules import ROOT, Source, sources

Rule = Callable[[Source], Iterator[str]]

RULES: dict[Rule, tuple[tuple[str, ...], str, str]] = {
    rules.too_long: (("app", "ui", "resources", "tests"), "app/x.py", "pass\n" * 400),
    rules.without_purpose: (("app", "ui", "resources", "tests"), "app/x.py", '"""No sentence"""'),
    rules.empty_name: (("app", "ui", "resources", "tests"), "app/utils.py", ""),
    rules.unfinished: (("app", "ui", "resources", "tests"), "app/x.py", "# TO" + "DO later"),
    rules.unexplained: (("app", "ui", "resources", "tests"), "app/x.py", "import a  # no" + "qa"),
    rules.workaround_without_link: (("app", "ui", "tests"), "ui/x.py", "# WORK" + "AROUND for it"),
    rules.prints: (("app", "ui"), "app/x.py", "print(1)"),
    rules.shows_a_literal: (("ui",), "ui/x.py", 'button.setText("Press me")'),
    rules.not_in_ui: (("ui",), "ui/x.py", "from PySide6.QtCore import QThread"),
    rules.waits_blindly: (("tests",), "tests/x.py", "import time\ntime.sleep(1)"),
    rules.patches_us: (("tests",), "tests/x.py", 'monkeypatch.setattr(app.run, "X", 1)'),
    rules.asserts_nothing: (("tests",), "tests/x.py", "def test_x():\n    run()\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds_everywhere(rule: Rule) -> None:
    folders = RULES[rule][0]
    broken = [place for source in sources(*folders) for place in rule(source)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_what_breaks_it(rule: Rule) -> None:
    _, path, text = RULES[rule]
    assert list(rule(Source(path, text)))


@pytest.mark.parametrize(
    ("package", "importer"),
    [
        ("httpx", "app/client.py"),
        ("sqlite3", "app/journal_file.py app/journal.py"),
        ("python_calamine", "app/workbook/grids.py app/workbook/beside.py"),
    ],
)
def test_a_library_has_one_importing_place(package: str, importer: str) -> None:
    found = {
        source.path
        for source in sources("app", "ui")
        if re.search(rf"^\s*(import|from) {package}\b", source.text, re.MULTILINE)
        and not source.path.startswith("app/practice/")
    }
    assert found <= set(importer.split())


def test_every_sentence_of_the_window_is_used() -> None:
    text = "\n".join(source.text for source in sources("ui", "tests"))
    names = re.findall(r"^([A-Z][A-Z_0-9]+) =", (ROOT / "ui/strings.py").read_text("utf-8"), re.M)
    assert names
    unused = [name for name in names if not re.search(rf"strings\.{name}\b", text)]
    own = (ROOT / "ui/strings.py").read_text("utf-8")
    assert [name for name in unused if len(re.findall(rf"\b{name}\b", own)) < 2] == []


def test_the_lock_pins_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    pinned = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    without = [one.split()[0] for one in pinned if "--hash=sha256:" not in one]
    assert [name for name in without if not name.startswith("#")] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=!~\[; ]", one)[0].lower().replace("_", "-") for one in wanted}
    there = {one.split("==")[0].lower().replace("_", "-") for one in pinned}
    assert names <= there


def test_no_committed_file_names_a_place_of_one_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    places = ["/" + "work/", "/root" + "/", "files.pythonhosted" + ".org", "/home" + "/us"]
    found = []
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            found += [f"{name}: {place}" for place in places if place.encode() in content]
    assert not found
