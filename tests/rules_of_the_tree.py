"""The rules for the tree as a whole: single importers, sentences, the lock, what is committed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from rules import Source, imports

# In pieces, so that this file does not name them itself.
FOREIGN_PLACES = tuple(
    "".join(pieces)
    for pieces in (
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/ho", "me/us"),
        ("/tm", "p/brief"),
        ("py", "pi.org"),
        ("pythonhos", "ted.org"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
    )
)


def importers(package: str, sources: Iterable[Source]) -> set[str]:
    """The modules that import the package or a part of it, wherever in them."""
    return {
        source.path
        for source in sources
        if any(module.split(".")[0] == package for _, module in imports(source))
    }


def unused(strings: Source, users: Iterable[Source]) -> list[str]:
    """Names of the module of sentences that neither it nor a user uses."""
    used = {
        node.id
        for node in strings.nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    module = strings.path.rpartition("/")[2].removesuffix(".py")
    for source in users:
        if source.path == strings.path:
            continue
        names = _called(module, source)
        for node in source.nodes:
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in names:
                used.add(node.attr)
    return [one for one in _names_at_the_top(strings.tree) if one not in used]


def _called(module: str, source: Source) -> set[str]:
    """What a module of ours is called in another one: `from ui import strings_plan as words`."""
    return {module} | {
        alias.asname
        for node, _ in imports(source)
        for alias in node.names
        if alias.name == module and alias.asname
    }


def _names_at_the_top(tree: ast.Module) -> list[str]:
    found = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.append(node.target.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
    return found


def pinned(lock: str) -> dict[str, list[str]]:
    """Versions of each requirement, which may be one for each Python.

    Raises ValueError for what is not pinned by a hash.
    """
    found: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=\S)", lock.replace("\\\n", " ").strip()):
        if entry.startswith("#"):
            continue
        line = entry.splitlines()[0]
        match = re.match(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)[ ;]", line)
        if match is None or "--hash=sha256:" not in line:
            raise ValueError(f"not pinned by a hash: {line[:60]}")
        found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


def closure(
    wanted: Iterable[str], needs: Callable[[str], Iterable[str]]
) -> dict[str, list[SpecifierSet]]:
    """What these requirements need on any system, and how each is limited.

    `needs(name)` gives the requirements of a package, or none where it is not known.
    """
    found: dict[str, list[SpecifierSet]] = {}
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        is_new = name not in found
        found.setdefault(name, []).append(requirement.specifier)
        if is_new:
            there = [Requirement(one) for one in needs(name)]
            waiting += [one for one in there if "extra" not in str(one.marker or "")]
    return found
