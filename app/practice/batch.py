"""`$batch`: up to twenty calls in one ("Combine multiple HTTP requests using JSON batching")."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote

from app.practice import contract
from app.practice.calls import Answer, Call, printable, read_json
from app.practice.faults import bad_request
from app.practice.odata import Query

MOST_REQUESTS = 20
_FAILED_DEPENDENCY = 424


class Batch:
    """Answers `$batch` by giving each inner call to whoever answers single calls."""

    def __init__(
        self,
        answer: Callable[[Call], Answer],
        together: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`answer` never raises: it turns every refusal into an answer.

        What is done in `together` is on disk at its end, or none of it is: one write for all.
        """
        self._answer = answer
        self._together = together

    def __call__(self, call: Call, _query: Query) -> Answer:
        """200 whatever becomes of the inner calls. Raises Fault 400 when the batch is malformed."""
        items = contract.read_batch(read_json(call))
        ordered = _in_order(items)
        answers: dict[str, Answer] = {}
        with self._together():
            for item in ordered:
                needed = item.get("dependsOn") or ()
                failed = [each for each in needed if answers[each].status >= 400]
                if failed:
                    answers[item["id"]] = _not_tried(failed[0])
                else:
                    answers[item["id"]] = self._answer(_inner(call, item))
        # In any order, says the page: a client that counts on one is found out here.
        return Answer({"responses": [_response(key, answers[key]) for key in reversed(answers)]})


def _in_order(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The calls so that each comes after those that it depends on. Raises Fault 400."""
    waiting = {item["id"]: item for item in items}
    if len(waiting) != len(items):
        raise bad_request("The id of each request in a batch must be unique.", "requests.id")
    for item in items:
        for other in item.get("dependsOn") or ():
            if other not in waiting:
                raise bad_request(f"dependsOn names no request: {printable(other)}.", "dependsOn")
    ordered: list[Mapping[str, Any]] = []
    done: set[str] = set()
    while waiting:
        ready = [item for item in waiting.values() if done.issuperset(item.get("dependsOn") or ())]
        if not ready:
            raise bad_request("The requests depend on each other in a circle.", "dependsOn")
        for item in ready:
            del waiting[item["id"]]
            done.add(item["id"])
        ordered += ready
    return ordered


def _inner(outer: Call, item: Mapping[str, Any]) -> Call:
    path, _, query = item["url"].partition("?")
    headers = {name.casefold(): value for name, value in (item.get("headers") or {}).items()}
    return Call(
        item["method"],
        outer.version,
        "/" + unquote(path.removeprefix("/")),
        query.encode("utf-8"),
        headers,
        _body(item, headers),
        outer.origin,
        # One token opens the whole batch; what an inner call says of it does not count.
        outer.caller,
    )


def _body(item: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    body = item.get("body")
    if body is None:
        return b""
    if "json" not in headers.get("content-type", "").casefold() and isinstance(body, str):
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error:
            return body.encode("utf-8")
    return json.dumps(body, ensure_ascii=False).encode("utf-8")


def _not_tried(dependency: str) -> Answer:
    fault = {
        "code": "FailedDependency",
        "message": f"The request {printable(dependency)} that this one depends on failed.",
    }
    return Answer({"error": fault}, _FAILED_DEPENDENCY, {"Content-Type": "application/json"})


def _response(key: str, answer: Answer) -> dict[str, Any]:
    headers = dict(answer.headers)
    if answer.body is None:
        return {"id": key, "status": answer.status, "headers": headers}
    kind = "text/plain" if isinstance(answer.body, str) else "application/json"
    headers["Content-Type"] = kind
    return {"id": key, "status": answer.status, "headers": headers, "body": answer.body}
