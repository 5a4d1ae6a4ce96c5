"""The small rules of the house, each a function from a module to the places that break it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 400
_EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "base"})


@dataclass(frozen=True)
class Source:
    """A module: where it is and what it holds."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def comments(self) -> tuple[tuple[int, str], ...]:
        """Line number and text of each; a comment inside a string is none."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return tuple(
            (token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT
        )

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line} {what}"


def sources(*places: str) -> list[Source]:
    """Our modules in these folders and files."""
    found = []
    for place in places:
        whole = ROOT / place
        paths = sorted(whole.rglob("*.py")) if whole.is_dir() else [whole]
        found += [_read(path) for path in paths]
    return found


@cache
def _read(path: Path) -> Source:
    return Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))


def too_long(source: Source) -> Iterator[str]:
    """Modules earn a folder before they reach 400 lines; those of tests may have 500."""
    lines = source.text.count("\n")
    most = MOST_LINES + 100 if source.path.startswith("tests/") else MOST_LINES
    if lines >= most:
        yield source.at(most, f"of {lines} lines")


def without_purpose(source: Source) -> Iterator[str]:
    """A module opens with one sentence that says what it is for."""
    first = (ast.get_docstring(source.tree) or "").split("\n\n")[0].strip()
    if not first.endswith((".", "?", "!")) or re.search(r"[.?!] [A-Z]", first):
        yield source.at(1, f"opens with {first!r}")


def empty_name(source: Source) -> Iterator[str]:
    """A name says what is inside."""
    if Path(source.path).stem in _EMPTY_NAMES:
        yield source.at(1, "has a name that says nothing")


def unfinished(source: Source) -> Iterator[str]:
    """Nothing is left for later in the code."""
    for line, comment in source.comments:
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment):
            yield source.at(line, comment)
    for node in source.nodes:
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if name(raised) == "NotImplementedError":
                yield source.at(node.lineno, "raise NotImplementedError")


def unexplained(source: Source) -> Iterator[str]:
    """An exception from a check is for one line, names the check and gives its reason there."""
    for line, comment in source.comments:
        found = re.match(r"#\s*(noqa|type:\s*ignore|ruff:|mypy:|pragma:)(.*)", comment)
        if found and not re.match(
            r": [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*( - |  )\S|\[[a-z, -]+\]\s+# \S", found[2]
        ):
            yield source.at(line, comment)


def workaround_without_link(source: Source) -> Iterator[str]:
    """A workaround has a public link, so that somebody can see when it is not needed any more."""
    lines = source.text.splitlines()
    for line, comment in source.comments:
        if "WORKAROUND" in comment and "https://" not in " ".join(lines[line - 1 : line + 4]):
            yield source.at(line, comment)


def prints(source: Source) -> Iterator[str]:
    """Only the console, the practice service and the child write to the terminal."""
    if source.path in ("app/console.py", "app/practice/serve.py", "app/workbook/child.py"):
        return
    for call in calls(source):
        if name(call.func) == "print":
            yield source.at(call.lineno, "prints")


def other_threads(source: Source) -> Iterator[str]:
    """The program has plain threads with names, which end with it, and no other concurrency.

    The practice tenants are another program, and a workbook's child may use all of its process.
    """
    in_child = ("app/workbook/grids.py", "app/workbook/zip_copy.py")
    if source.path.startswith("app/practice/") or source.path in in_child:
        return
    for node, module in imports(source):
        if module.split(".")[0] in ("asyncio", "concurrent", "multiprocessing"):
            yield source.at(node.lineno, module)
    for call in calls(source):
        if name(call.func) == "Thread":
            given = {word.arg: ast.unparse(word.value) for word in call.keywords}
            if given.get("daemon") != "True" or "name" not in given:
                yield source.at(call.lineno, "starts a thread that has no name or holds the exit")


def asks_the_clock(source: Source) -> Iterator[str]:
    """Clocks are passed in, so that a test can hold them.

    A workbook's child and the practice tenants are processes of their own: theirs is real.
    """
    if source.path.startswith(("app/clock.py", "app/workbook/", "app/practice/")):
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node) in _CLOCKS:
            yield source.at(node.lineno, ast.unparse(node))
    for node, module in imports(source):
        if module == "time":
            yield source.at(node.lineno, "import of time")


_CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})


def calls(source: Source) -> Iterator[ast.Call]:
    for node in source.nodes:
        if isinstance(node, ast.Call):
            yield node


def imports(source: Source) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Each import with the whole name of its module."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
