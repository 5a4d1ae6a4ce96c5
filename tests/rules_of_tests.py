"""The rules for `tests`, each a function from a module to the places that break it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rules import Source, calls, imports, name

_OURS = frozenset({"app", "resources", "ui"})
_SLEEPS = frozenset({"qSleep", "qWait", "sleep"})
_CHECKS = frozenset({"raises", "until", "until_state", "until_status", "waitSignal", "waitUntil"})


def waits_blindly(source: Source) -> Iterator[str]:
    """A test waits for what it expects, never for time to pass."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and name(node) in _SLEEPS:
            yield source.at(node.lineno, name(node))


def patches_us(source: Source) -> Iterator[str]:
    """A test uses our own code as it is."""
    for node, module in imports(source):
        if module.split(".")[0] in ("mock", "unittest"):
            yield source.at(node.lineno, module)
    for call in calls(source):
        # The places that cut the network off patch the standard library.
        if name(call.func) in ("setattr", "delattr") and call.args:
            first = ast.unparse(call.args[0])
            if first.split(".")[0] != "socket":
                yield source.at(call.lineno, f"patches {first}")
    modules = _our_modules(source)
    for place in source.nodes:
        if not (isinstance(place, ast.Attribute) and isinstance(place.ctx, ast.Store | ast.Del)):
            continue
        if ast.unparse(place.value) in modules:
            yield source.at(place.lineno, f"patches {ast.unparse(place)}")


def _our_modules(source: Source) -> set[str]:
    """What stands for a module or a class of ours here."""
    found = set()
    for node, module in imports(source):
        if module.split(".")[0] in _OURS:
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def asserts_nothing(source: Source) -> Iterator[str]:
    """A test can fail."""
    functions = [node for node in source.nodes if isinstance(node, ast.FunctionDef)]
    checking = {function.name for function in functions if _checks(function, _CHECKS)}
    for function in functions:
        if function.name.startswith("test_") and not _checks(function, _CHECKS | checking):
            yield source.at(function.lineno, function.name)


def _checks(function: ast.FunctionDef, checking: frozenset[str] | set[str]) -> bool:
    inside = list(ast.walk(function))
    called = {name(node.func) for node in inside if isinstance(node, ast.Call)}
    return (
        any(isinstance(node, ast.Assert) for node in inside)
        or bool(called & checking)
        or any(one.startswith(("assert_", "check_", "expect")) for one in called)
    )


def imports_a_conftest(source: Source) -> Iterator[str]:
    """Fixtures come by their names; what tests share otherwise has a module with a name."""
    for node, module in imports(source):
        if module.split(".")[-1] == "conftest":
            yield source.at(node.lineno, module)
