"""The practice tenants over HTTP: paths, sign-in, request ids and answers in the OData shape."""

from __future__ import annotations

import hmac
import json
import logging
import os
import re
import sqlite3
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app.practice import contract, odata
from app.practice.clock import LONGEST_STEP_SECONDS, Anchor, PracticeClock, wire_time
from app.practice.engine import Engine
from app.practice.faults import Fault, bad_request, not_found
from app.practice.store import Store

TASKS = "/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
LARGEST_BODY = 1024 * 1024
_MOST_DRAINED = 64 * 1024 * 1024
_LIST_OPTIONS = ("$top", "$skip", "$filter", "$select", "$count", "$orderby", "$skiptoken")
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_BY_SOURCE = re.compile(
    r"(?:microsoft\.graph\.)?getBySourceUserPrincipalName"
    r"\(\s*sourcePrincipalName\s*=\s*'((?:[^']|'')*)'\s*\)",
    re.DOTALL,
)
_BY_SOURCE_NAME = re.compile(r"(?:microsoft\.graph\.)?getBySourceUserPrincipalName")
_LONGEST_RETRY_SECONDS = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens the two tenants; good for nothing else."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, read."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    origin: str
    """`http://127.0.0.1:PORT`, as the caller spelt it."""


class PracticeWeb:
    """The ASGI application. Everything runs in the event loop's one thread, call after call."""

    def __init__(
        self, store: Store, engine: Engine, clock: PracticeClock, tokens: Tokens, port: int
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._tokens = tokens
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.last_request = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.last_request = time.monotonic()
        request = Request(scope, receive)
        request_id = str(uuid.uuid4())
        wished = request.headers.get("client-request-id", "")
        client_request_id = wished if _REQUEST_ID.fullmatch(wished) else request_id
        try:
            body = await _read_body(request)
            call = _Call(
                request.method,
                scope["path"],
                scope["query_string"],
                request.headers,
                body,
                f"http://{request.headers.get('host', '')}",
            )
            response = self._answer(call)
        except ClientDisconnect:
            return
        except Fault as fault:
            response = _refusal(fault, request_id, client_request_id)
        except sqlite3.Error:
            _log.exception("the state file")
            response = _refusal(_no_state(), request_id, client_request_id)
        except Exception:  # noqa: BLE001 - a caller always gets an answer; the log has the cause
            _log.exception("a fault of our own")
            response = _refusal(_own_fault(), request_id, client_request_id)
        response.headers["request-id"] = request_id
        response.headers["client-request-id"] = client_request_id
        await response(scope, receive, send)

    def _answer(self, call: _Call) -> Response:
        # A web page that resolves its own name to this machine must not get in.
        if call.headers.get("host", "").casefold() not in self._hosts:
            raise bad_request("The practice tenants answer on this machine only.", "Host")
        if call.path.startswith("/practice/"):
            return self._practice(call)
        is_source = self._side(call) == "source"
        version, slash, rest = call.path.removeprefix("/").partition("/")
        rest = slash + rest
        if version not in ("beta", "v1.0"):
            raise bad_request(f"There is no version {version[:60]!r} of this interface.")
        if version != "beta" or not (rest == TASKS or rest.startswith((TASKS + "/", TASKS + "("))):
            raise not_found(f"Nothing was found at the address {call.path[:200]}.")
        if not is_source:
            raise Fault(403, "accessDenied", "Tasks are a matter of the source tenant.")
        return self._tasks(call, rest.removeprefix(TASKS))

    def _side(self, call: _Call) -> str:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        given = token.strip().encode("utf-8", "surrogatepass")
        if scheme.casefold() == "bearer":
            if hmac.compare_digest(given, self._tokens.source.encode()):
                return "source"
            if hmac.compare_digest(given, self._tokens.target.encode()):
                return "target"
        raise Fault(
            401,
            "InvalidAuthenticationToken",
            "The access token is missing or is not one of these tenants.",
            headers={"WWW-Authenticate": 'Bearer realm=""'},
        )

    def _tasks(self, call: _Call, rest: str) -> Response:
        """`rest` is what follows the name of the collection."""
        if rest in ("", "/"):
            _only(call, "GET", "POST")
            return self._list(call) if call.method == "GET" else self._create(call)
        if rest == "/$count":
            _only(call, "GET")
            query = odata.read_query(call.query, ("$filter",))
            self._engine.advance(self._clock.now_ms())
            return PlainTextResponse(str(self._store.count_tasks(query.statuses)))
        segment = rest.removeprefix("/")
        if _BY_SOURCE_NAME.match(segment):
            return self._by_source(call, segment)
        if rest.startswith("("):
            # OData's other way of naming one of a collection.
            key, bracket, segment = rest[1:].partition(")")
            if not bracket:
                raise bad_request("The key of the task has no end.", "id")
            segment = key.strip("'") + segment
        task_id, slash, action = segment.partition("/")
        if action in ("cancel", "microsoft.graph.cancel"):
            _only(call, "POST")
            odata.read_query(call.query, ())
            self._engine.cancel(self._clock.now_ms(), task_id)
            return Response(status_code=204)
        if slash and action:
            raise not_found(f"A task has nothing named {action[:60]!r}.")
        _only(call, "GET")
        query = odata.read_query(call.query, ("$select",))
        task = self._engine.by_id(self._clock.now_ms(), task_id)
        return self._json(call, odata.task_json(task, query.select))

    def _by_source(self, call: _Call, segment: str) -> Response:
        _only(call, "GET")
        found = _BY_SOURCE.fullmatch(segment)
        if found is None or not found[1]:
            name = "sourcePrincipalName"
            raise bad_request(f"The parameter {name} is required, in apostrophes.", name)
        query = odata.read_query(call.query, ("$select",))
        task = self._engine.by_source(self._clock.now_ms(), found[1].replace("''", "'"))
        return self._json(call, odata.task_json(task, query.select))

    def _list(self, call: _Call) -> Response:
        query = odata.read_query(call.query, _LIST_OPTIONS)
        self._engine.advance(self._clock.now_ms())
        address = f"{call.origin}/beta{TASKS}"
        return self._json(call, odata.page(self._store, query, address), single=False)

    def _create(self, call: _Call) -> Response:
        odata.read_query(call.query, ())
        _needs_json(call)
        request = contract.read_task(call.body)
        try:
            made = self._engine.create(self._clock.now_ms(), request)
        except Fault as fault:
            if fault.status == 429:
                fault.headers["Retry-After"] = f"{self._retry_seconds():.3f}"
            raise
        if made is not None and not isinstance(made, tuple):
            return self._json(call, odata.task_json(made))
        answer: dict[str, Any] = {"status": "completed"}
        if made is not None:
            answer = {"status": "failed", "error": odata.public_error(*made)}
        return self._json(call, {**answer, "parameters": request.parameters})

    def _retry_seconds(self) -> float:
        """Real seconds, at least one: until something moves on."""
        if self._clock.speed <= 0:
            return _LONGEST_RETRY_SECONDS
        seconds = self._engine.seconds_to_room() / self._clock.speed
        return min(max(seconds, 1.0), _LONGEST_RETRY_SECONDS)

    def _json(self, call: _Call, value: dict[str, Any], *, single: bool = True) -> Response:
        about = f"{call.origin}/beta/$metadata#{TASKS[1:]}" + ("/$entity" if single else "")
        return JSONResponse({"@odata.context": about, **value})

    def _practice(self, call: _Call) -> Response:
        """What real tenants do not have: the clock, and a sign of life."""
        if call.path == "/practice/health":
            _only(call, "GET")
            return JSONResponse({"practice": True, "pid": os.getpid()})
        if self._side(call) != "source":
            raise Fault(403, "accessDenied", "The clock listens to the source token only.")
        if call.path != "/practice/clock":
            raise not_found("Nothing was found at this address.")
        _only(call, "GET", "POST")
        if call.method == "POST":
            self._step(call)
        return JSONResponse({"now": wire_time(self._clock.now_ms()), "speed": self._clock.speed})

    def _step(self, call: _Call) -> None:
        value = contract.read_json(call.body)
        if not isinstance(value, dict) or set(value) != {"advance_seconds"}:
            raise bad_request("Send advance_seconds and nothing else.", "advance_seconds")
        seconds = value["advance_seconds"]
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 <= seconds <= LONGEST_STEP_SECONDS:
            raise bad_request(
                f"advance_seconds must be a number from 0 to {LONGEST_STEP_SECONDS}.",
                "advance_seconds",
            )
        self._clock.step(seconds)
        keep_anchor(self._store, self._clock)
        self._engine.advance(self._clock.now_ms())


def keep_anchor(store: Store, clock: PracticeClock) -> None:
    """Write down how the clock runs, so that it goes on after a restart."""
    anchor = clock.anchor
    store.set_meta("clock", json.dumps([anchor.real, anchor.practice, anchor.speed]))


def kept_anchor(store: Store) -> Anchor | None:
    """How the clock ran when the state was last open."""
    text = store.meta("clock")
    return None if text is None else Anchor(*json.loads(text))


def _only(call: _Call, *methods: str) -> None:
    if call.method not in methods:
        raise Fault(
            405,
            "MethodNotAllowed",
            f"This address takes {' and '.join(methods)} only.",
            headers={"Allow": ", ".join(methods)},
        )


def _needs_json(call: _Call) -> None:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise Fault(415, "UnsupportedMediaType", "The Content-Type must be application/json.")


async def _read_body(request: Request) -> bytes:
    """At most 1 MB. A larger body is read to its end before it is refused: a caller that is still
    sending would otherwise see a broken connection instead of the refusal.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        elif size > _MOST_DRAINED:
            break
    if size > LARGEST_BODY:
        raise Fault(413, "RequestEntityTooLarge", "The body is larger than 1 MB.")
    return b"".join(chunks)


def _no_state() -> Fault:
    return Fault(503, "ServiceUnavailable", "The state cannot be written at the moment.")


def _own_fault() -> Fault:
    return Fault(500, "InternalServerError", "The practice tenants met a fault of their own.")


def _refusal(fault: Fault, request_id: str, client_request_id: str) -> Response:
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    answer = odata.error_json(fault, request_id, client_request_id, date)
    return JSONResponse(answer, status_code=fault.status, headers=fault.headers)
