"""The `$filter` of the task list: which statuses a condition on `status` lets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from app.practice.faults import bad_request

_TOKEN = re.compile(r"\s*(\(|\)|,|'(?:[^']|'')*'|[^\s()',]+)")
_MOST_TOKENS = 200
_MOST_DEPTH = 20


def chosen_statuses(text: str, statuses: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `statuses` for which the condition holds; may be none of them.

    Understands `eq`, `ne`, `in`, `not`, `and`, `or` and parentheses, the logical operators of "Use
    the $filter query parameter". Raises Fault 400 for everything else.
    """
    found = _Condition(text, statuses).whole()
    return tuple(status for status in statuses if status in found)


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
