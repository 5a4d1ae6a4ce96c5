"""Makes up calls from an OpenAPI document: nearly right ones, quite wrong ones and garbage."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

JSON = "application/json"
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ODD_TIMES = ["2026-02-30T18:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
_ODD_SIGN_INS = ["", "Bearer", "Basic x", "Bearer \xff", "Bearer unknown"]
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["2026-02-30T18:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.just("@odata.type"), inner, max_size=3)
    ),
    max_leaves=6,
)
_NAMES = st.one_of(
    st.sampled_from(
        [
            "ana@tailspin.onmicrosoft.com",
            "o'neil@tailspin.com",
            "o''neil@tailspin.com",
            "eva_x.com#EXT#@practice-source.onmicrosoft.com",
            "kim@practice-target.onmicrosoft.com",
            "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11",
            "https://tailspin.sharepoint.com/sites/a",
            "$count",
            "..",
            "%",
            "a" * 3000,
        ]
    ),
    _TEXTS,
)
_OPTION_VALUES = st.one_of(
    _TEXTS,
    st.sampled_from(
        ["", "1", "0", "-1", "999", "true", "*", "id", "id,status", "s1", "o3", "status desc"]
    ),
    st.sampled_from(
        [
            "status eq 'failed'",
            "not (status in ('failed','completed'))",
            "status eq 'x' or",
            "((((",
        ]
    ),
)
_UNKNOWN_OPTIONS = ("$expand", "$search", "$format", "$skiptoken", "$", "top", "$deltatoken")
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class RandomCall:
    """One made-up request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True)
class _Operation:
    method: str
    path: str
    parameters: list[Any]
    example: Any
    side: str = ""


class RandomCalls:
    """Draws calls on the operations of one document, with these tokens."""

    def __init__(
        self,
        document: Any,
        tokens: Mapping[str, Sequence[str]],
        ids: Sequence[str],
        more: dict[str, Any],
    ) -> None:
        """`tokens` are those of `source`, of `target` and of `any`, `ids` those of tasks; `more`
        has further addresses that take a POST, each with an example of a body.
        """
        self._operations = [
            _Operation(
                method.upper(),
                path,
                operation["parameters"],
                operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example"),
                operation["x-side"].replace("either", ""),
            )
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self._operations += [_Operation("POST", path, [], value) for path, value in more.items()]
        self._by_side = tokens
        self._ids = ids

    def strategies(self) -> list[st.SearchStrategy[RandomCall]]:
        """One for each operation: left to draw among them, Hypothesis leaves some out."""
        return [st.composite(self._draw)(each) for each in self._operations]

    def _draw(self, draw: st.DrawFn, operation: _Operation) -> RandomCall:
        is_odd = _one_in(draw, 10)
        method = draw(st.sampled_from(_METHODS)) if is_odd else operation.method
        target = self._target(draw, operation)
        headers = {"Authorization": self._sign_in(draw, operation)}
        if draw(st.booleans()):
            headers["client-request-id"] = draw(st.text("abc-01 \xe9", max_size=40)).strip()
        body = self._body(draw, operation)
        if body is not None:
            kinds = [JSON] * 12 + ["text/plain", "", "application/json; charset=utf-16"]
            headers["Content-Type"] = draw(st.sampled_from(kinds))
        return RandomCall(method, target, headers, body)

    def _sign_in(self, draw: st.DrawFn, operation: _Operation) -> str:
        """Mostly the right tenant's, sometimes any, seldom none at all."""
        if _one_in(draw, 20):
            return draw(st.sampled_from(_ODD_SIGN_INS))
        if _one_in(draw, 6) or not operation.side:
            return f"Bearer {draw(st.sampled_from(self._by_side['any']))}"
        return f"Bearer {draw(st.sampled_from(self._by_side[operation.side]))}"

    def _target(self, draw: st.DrawFn, operation: _Operation) -> str:
        if _one_in(draw, 20):
            segments = draw(st.lists(_TEXTS, max_size=4))
            return "/" + "/".join(quote(each, safe="'()=,$") for each in ["beta", *segments])
        path = operation.path
        options: list[str] = []
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                known = self._ids if parameter["name"] == "id" else [parameter["example"]]
                name = draw(_NAMES if _one_in(draw, 2) else st.sampled_from(known))
                path = path.replace("{" + parameter["name"] + "}", quote(name, safe="@'"))
            elif _one_in(draw, 5):
                value = draw(_OPTION_VALUES | st.just(str(parameter.get("example", "1"))))
                options.append(f"{parameter['name']}={quote(value)}")
        if _one_in(draw, 10):
            options.append(f"{draw(st.sampled_from(_UNKNOWN_OPTIONS))}={quote(draw(_TEXTS))}")
        return path + ("?" + "&".join(options) if options else "")

    def _body(self, draw: st.DrawFn, operation: _Operation) -> bytes | None:
        if operation.example is None:
            return draw(st.none() | st.just(b"{}"))
        if _one_in(draw, 20):
            return draw(st.binary(max_size=40))
        if _one_in(draw, 20):
            return json.dumps(draw(_VALUES)).encode()
        value = copy.deepcopy(operation.example)
        if operation.path.endswith("/$batch"):
            value = {"requests": self._inner(draw, operation.path.removesuffix("/$batch"))}
        else:
            _rename(draw, value)
        for _ in range(draw(st.integers(0, 2))):
            _spoil(draw, value)
        return json.dumps(value).encode()

    def _inner(self, draw: st.DrawFn, version: str) -> list[Any]:
        """The requests of a batch, on the addresses of its version."""
        here = [each for each in self._operations if each.path.startswith(version + "/")]
        requests: list[Any] = []
        for number in range(draw(st.integers(1, 4))):
            operation = draw(st.sampled_from(here))
            url = self._target(draw, operation).removeprefix(version)
            request: dict[str, Any] = {"id": str(number), "method": operation.method, "url": url}
            if operation.example is not None:
                request["headers"] = {"Content-Type": JSON}
                request["body"] = copy.deepcopy(operation.example)
                _rename(draw, request["body"])
            if number and draw(st.booleans()):
                request["dependsOn"] = [str(draw(st.integers(0, number)))]
            requests.append(request)
        return requests


def _one_in(draw: st.DrawFn, number: int) -> bool:
    """Seldom; plain integers would be small more often than not."""
    return draw(st.sampled_from(range(number))) == number - 1


def _rename(draw: st.DrawFn, value: Any) -> None:
    """Other people than those of the example, so that not every start meets the same task."""
    number = draw(st.sampled_from(range(40)))
    name = f"o'p{number}" if number % 8 == 0 else f"p{number}"
    for holder, key in _places(value):
        if key == "userPrincipalName":
            holder[key] = f"{name}@{holder[key].rpartition('@')[2]}"


def _spoil(draw: st.DrawFn, value: Any) -> None:
    """Change, remove or add one thing somewhere inside."""
    places = _places(value)
    if not places:
        return
    holder, key = draw(st.sampled_from(places))
    act = draw(st.integers(0, 3))
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, dict):
        holder[draw(st.text(max_size=10))] = draw(_VALUES)
    else:
        holder[key] = draw(_VALUES)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every member of every object and list, as its holder and its key."""
    found: list[tuple[Any, Any]] = []
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += _places(value[key])
    return found
