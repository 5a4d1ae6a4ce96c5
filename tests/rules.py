"""The small rules of the house, each a function from source text to the places that break it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 400
_SHOWN = re.compile(r"[A-Za-z]{2}")
_SAYS = frozenset(
    {
        "addAction",
        "addMenu",
        "addRow",
        "addTab",
        "setAccessibleDescription",
        "setAccessibleName",
        "setInformativeText",
        "setPlaceholderText",
        "setStatusTip",
        "setText",
        "setTitle",
        "setToolTip",
        "setWindowTitle",
        "QAction",
        "QCheckBox",
        "QGroupBox",
        "QLabel",
        "QPushButton",
        "QRadioButton",
        "label",
        "heading",
    }
)
_NOT_IN_UI = {
    "QThread": "the threads are the program's, in app",
    "QThreadPool": "the threads are the program's, in app",
    "QSortFilterProxyModel": "too slow from Python for 100,000 rows",
    "ResizeToContents": "looks at every row",
    "processEvents": "lets things happen in the middle of others",
}
_EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "base"})


@dataclass(frozen=True, slots=True)
class Source:
    """A module: where it is and what it holds."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def sources(*folders: str) -> list[Source]:
    """Our modules in these folders."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.append(Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")))
    return found


def too_long(source: Source) -> Iterator[str]:
    """Modules earn a folder before they reach 400 lines; those of tests may have 500."""
    lines = source.text.count("\n")
    most = MOST_LINES + 100 if source.path.startswith("tests/") else MOST_LINES
    if lines >= most:
        yield f"{source.path}: {lines} lines"


def without_purpose(source: Source) -> Iterator[str]:
    """A module opens with one sentence that says what it is for."""
    said = ast.get_docstring(source.tree) or ""
    first = said.split("\n\n")[0].strip()
    if source.text.strip() and not first.endswith((".", "?", "!")):
        yield f"{source.path}:1 opens without a sentence that says what it is for"


def empty_name(source: Source) -> Iterator[str]:
    """A name says what is inside."""
    if Path(source.path).stem in _EMPTY_NAMES:
        yield f"{source.path} has a name that says nothing"


def unfinished(source: Source) -> Iterator[str]:
    """Nothing is left for later in the code."""
    words = "TO" + "DO", "FIX" + "ME", "X" * 3, "raise NotImplemented" + "Error"
    for number, line in enumerate(source.text.splitlines(), 1):
        if any(re.search(rf"\b{word}\b", line) for word in words):
            yield f"{source.path}:{number} {line.strip()}"


def unexplained(source: Source) -> Iterator[str]:
    """An exception from a check names the check and gives its reason on the line."""
    pattern = re.compile(r"#\s*(noqa|type:\s*ignore)(.*)")
    for number, line in enumerate(source.text.splitlines(), 1):
        found = pattern.search(line)
        if found and not re.match(r"(: [A-Z0-9, ]+ - \S|\[[a-z-]+\]\s+# \S)", found[2]):
            yield f"{source.path}:{number} {line.strip()}"


def workaround_without_link(source: Source) -> Iterator[str]:
    """A workaround has a public link, so that somebody can see when it is not needed any more."""
    lines = source.text.splitlines()
    for number, line in enumerate(lines, 1):
        if re.search(r"#\s*WORK" + "AROUND", line):
            comment = " ".join(lines[number - 1 : number + 4])
            if "https://" not in comment:
                yield f"{source.path}:{number} {line.strip()}"


def prints(source: Source) -> Iterator[str]:
    """Only the console, the practice service and the child write to the terminal."""
    if source.path in ("app/console.py", "app/practice/serve.py", "app/workbook/child.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _name(node.func) == "print":
            yield f"{source.path}:{node.lineno} prints"


def shows_a_literal(source: Source) -> Iterator[str]:
    """Every sentence of the window is in `ui/strings.py`."""
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and _name(node.func) in _SAYS):
            continue
        for argument in node.args:
            for part in ast.walk(argument) if isinstance(argument, _TEXT) else ():
                if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
                    continue
                if _SHOWN.search(part.value):
                    yield f"{source.path}:{node.lineno} shows {part.value!r}"


_TEXT = (ast.Constant, ast.JoinedStr, ast.BinOp)


def not_in_ui(source: Source) -> Iterator[str]:
    """Some of Qt's ways do not fit this program."""
    for node in ast.walk(source.tree):
        names: list[str] = []
        line = 0
        if isinstance(node, ast.Name | ast.Attribute):
            names, line = [_name(node)], node.lineno
        elif isinstance(node, ast.ImportFrom):
            names, line = [alias.name for alias in node.names], node.lineno
        for name in names:
            if name in _NOT_IN_UI:
                yield f"{source.path}:{line} {name}: {_NOT_IN_UI[name]}"


_WAITS = frozenset({"sleep", "qWait", "qSleep"})


def waits_blindly(source: Source) -> Iterator[str]:
    """A test waits for what it expects, never for time to pass."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name) and _name(node) in (
            "sleep",
            "qWait",
            "qSleep",
        ):
            yield f"{source.path}:{node.lineno} {_name(node)}"


def patches_us(source: Source) -> Iterator[str]:
    """A test uses our own code as it is."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest"):
            yield f"{source.path}:{node.lineno} unittest"
        if isinstance(node, ast.Call) and _name(node.func) == "setattr" and _is_method(node.func):
            first = ast.unparse(node.args[0]) if node.args else ""
            if not first.startswith("socket."):
                yield f"{source.path}:{node.lineno} patches {first}"


_CHECKS = frozenset({"raises", "waitUntil", "waitSignal", "until", "until_state", "until_status"})


def asserts_nothing(source: Source) -> Iterator[str]:
    """A test can fail."""
    functions = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
    checking = {function.name for function in functions if _checks(function, _CHECKS)}
    for function in functions:
        if function.name.startswith("test_") and not _checks(function, _CHECKS | checking):
            yield f"{source.path}:{function.lineno} {function.name}"


def _checks(function: ast.FunctionDef, checking: frozenset[str] | set[str]) -> bool:
    inside = list(ast.walk(function))
    calls = {_name(node.func) for node in inside if isinstance(node, ast.Call)}
    return (
        any(isinstance(node, ast.Assert) for node in inside)
        or bool(calls & checking)
        or any(name.startswith(("assert_", "check_", "expect")) for name in calls)
    )


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute)
