"""The `$filter` of the lists: which statuses, or which people, a condition lets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from app.practice.faults import bad_request

_TOKEN = re.compile(r"\s*(\(|\)|,|'(?:[^']|'')*'|[^\s()',]+)")
_MOST_TOKENS = 200
_MOST_DEPTH = 20
_QUOTED = r"'(?:[^']|'')*'"
_UPNS = re.compile(
    rf"userPrincipalName\s+(?:eq\s+({_QUOTED})|in\s*\(\s*({_QUOTED}(?:\s*,\s*{_QUOTED})*)\s*\))"
)
MOST_NAMES = 15
"""In one `in`: "Known issues with Microsoft Graph", query parameters."""


def chosen_statuses(text: str, statuses: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `statuses` for which the condition holds; may be none of them.

    Understands `eq`, `ne`, `in`, `not`, `and`, `or` and parentheses, the logical operators of "Use
    the $filter query parameter". Raises Fault 400 for everything else.
    """
    found = _Condition(text, statuses).whole()
    return tuple(status for status in statuses if status in found)


def chosen_upns(text: str) -> tuple[str, ...]:
    """The UPNs of `userPrincipalName in ('a@b.com', ...)` or `eq`, each once, as they are written.

    Raises Fault 400 for everything else: these tenants have as many people as are asked for, so
    that there is no list of all. Of names there are at most MOST_NAMES.
    """
    found = _UPNS.fullmatch(text.strip())
    if found is None:
        raise bad_request(
            "$filter: people are listed by userPrincipalName only: eq, in.", "$filter"
        )
    quoted = re.findall(_QUOTED, found[1] or found[2])
    if len(quoted) > MOST_NAMES:
        raise bad_request(
            "Too many child clauses specified in search filter expression containing 'OR' "
            f"operators: {len(quoted)}. Max allowed: {MOST_NAMES}.",
            "$filter",
        )
    names = {name[1:-1].replace("''", "'").casefold(): name[1:-1] for name in reversed(quoted)}
    return tuple(name.replace("''", "'") for name in reversed(names.values()))


class _Condition:
    """Works out a condition as the set of statuses for which it holds."""

    def __init__(self, text: str, statuses: tuple[str, ...]) -> None:
        self._all = frozenset(statuses)
        self._tokens = self._read(text.strip())
        self._at = 0
        self._depth = 0

    def _read(self, text: str) -> list[str]:
        tokens: list[str] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or len(tokens) == _MOST_TOKENS:
                self._refuse()
            tokens.append(found[1])
            at = found.end()
        return tokens

    def whole(self) -> frozenset[str]:
        found = self._either()
        if self._at != len(self._tokens):
            self._refuse()
        return found

    def _either(self) -> frozenset[str]:
        found = self._both()
        while self._take("or"):
            found |= self._both()
        return found

    def _both(self) -> frozenset[str]:
        found = self._one()
        while self._take("and"):
            found &= self._one()
        return found

    def _one(self) -> frozenset[str]:
        if self._take("not"):
            return self._all - self._nested(self._one)
        if self._take("("):
            found = self._nested(self._either)
            self._need(")")
            return found
        self._need("status")
        if self._take("eq"):
            return self._status()
        if self._take("ne"):
            return self._all - self._status()
        self._need("in")
        self._need("(")
        found = self._status()
        while self._take(","):
            found |= self._status()
        self._need(")")
        return found

    def _nested(self, part: Callable[[], frozenset[str]]) -> frozenset[str]:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            self._refuse()
        found = part()
        self._depth -= 1
        return found

    def _status(self) -> frozenset[str]:
        word = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if not word.startswith("'"):
            self._refuse()
        if word[1:-1] not in self._all:
            raise bad_request(f"$filter: there is no status {word[:60]}.", "$filter")
        self._at += 1
        return frozenset((word[1:-1],))

    def _take(self, token: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == token
        self._at += found
        return found

    def _need(self, token: str) -> None:
        if not self._take(token):
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise bad_request(
            "$filter takes conditions on status only: eq, ne, in, not, and, or.", "$filter"
        )
