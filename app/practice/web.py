"""The practice tenants over HTTP: sign-in, request ids and answers in the OData shape."""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app.practice import odata, openapi, practice_calls
from app.practice.access import USUAL, Access, Caller, Side
from app.practice.batch import Batch
from app.practice.calls import Answer, Call
from app.practice.clock import PracticeClock
from app.practice.contract_routes import batch_route, directory_routes, mapping_routes, task_routes
from app.practice.directory import Directory
from app.practice.directory_web import DirectoryCalls
from app.practice.engine import Engine
from app.practice.faults import Fault, bad_request
from app.practice.identity_map import IdentityMap
from app.practice.mappings_web import Mappings
from app.practice.practice_calls import PracticeCalls
from app.practice.routes import Routes
from app.practice.shell_web import SHELL, ShellCalls
from app.practice.store import Store
from app.practice.tasks_web import Tasks
from app.practice.tenancy import Tenancy
from app.practice.trouble import Trouble

LARGEST_BODY = 1024 * 1024
LARGEST_UPLOAD = 64 * 1024 * 1024
"""Of the shell, whose identity map comes whole: a row takes some 150 bytes."""
_MOST_DRAINED = 128 * 1024 * 1024
_BATCH_PATH = "/$batch"
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens the two tenants; good for nothing else.

    Both are delegated, as of an admin who signed in; `/practice/tokens` gives other ones.
    """

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class _Ids:
    """Both ids of one request."""

    own: str
    caller: str


class PracticeWeb:
    """The ASGI application. Everything runs in the event loop's one thread, call after call."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        directory: Directory,
        clock: PracticeClock,
        tokens: Tokens,
        port: int,
        refuse: Callable[[int], None] = lambda _now: None,
    ) -> None:
        """`refuse` is asked on every call at its practice time, and may raise a Fault."""
        self._store = store
        self._engine = engine
        self._clock = clock
        self._refuse = refuse
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.trouble = Trouble()
        self.access = Access(store)
        for side, token in ((Side.SOURCE, tokens.source), (Side.TARGET, tokens.target)):
            self.access.take(token, Caller(side, True, frozenset(USUAL)))
        tenancy = Tenancy(store, directory)
        singles = [
            *task_routes(Tasks(store, engine, tenancy, clock)),
            *mapping_routes(Mappings(store, IdentityMap(store), tenancy)),
            *directory_routes(DirectoryCalls(store, directory, tenancy, clock)),
        ]
        self._single = Routes(singles, engine.trust)
        self._routes = Routes(
            [*singles, batch_route(Batch(self._inner, self._together))], engine.trust
        )
        self._practice = PracticeCalls(store, engine, clock, self.access, self.trouble, tenancy)
        self._shell = ShellCalls(store, engine, directory, clock)
        self.last_request = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.last_request = time.monotonic()
        request = Request(scope, receive)
        ids = _ids(request.headers.get("client-request-id", ""))
        try:
            body = await _read_body(request)
            answer = self._guarded(lambda: self._answer(request, body), ids)
        except ClientDisconnect:
            return
        except Fault as fault:
            answer = _refusal(fault, ids)
        response = _response(answer)
        response.headers["request-id"] = ids.own
        response.headers["client-request-id"] = ids.caller
        await response(scope, receive, send)

    def _guarded(self, give: Callable[[], Answer], ids: _Ids) -> Answer:
        """The answer, or the refusal in its place: a caller always gets one."""
        try:
            return give()
        except Fault as fault:
            return _refusal(fault, ids)
        except sqlite3.Error:
            _log.exception("the state file")
            return _refusal(_no_state(), ids)
        except Exception:  # noqa: BLE001 - a caller always gets an answer; the log has the cause
            _log.exception("a fault of our own")
            return _refusal(_own_fault(), ids)

    def _answer(self, request: Request, body: bytes) -> Answer:
        host = request.headers.get("host", "")
        path: str = request.scope["path"]
        # A web page that resolves its own name to this machine must not get in.
        if host.casefold() not in self._hosts:
            raise bad_request("The practice tenants answer on this machine only.", "Host")
        if path in practice_calls.PUBLIC:
            return self._public(request.method, path, f"http://{host}")
        caller = self.access.caller(request.headers.get("authorization", ""), self._clock.now_ms())
        if path == SHELL:
            self._refuse(self._clock.now_ms())
            self.trouble.meet(caller.side, counts=True)
            return self._shell.answer(request.method, body, caller)
        if path.startswith("/practice/"):
            return self._practice.answer(request.method, path, body, caller)
        version, slash, rest = path.removeprefix("/").partition("/")
        if version not in ("beta", "v1.0"):
            raise bad_request(f"There is no version {version[:60]!r} of this interface.")
        self._refuse(self._clock.now_ms())
        self.trouble.meet(caller.side, counts=slash + rest != _BATCH_PATH)
        query: bytes = request.scope["query_string"]
        return self._routes.answer(
            Call(
                request.method,
                version,
                slash + rest,
                query,
                request.headers,
                body,
                f"http://{host}",
                caller,
            )
        )

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        try:
            with self._store.transaction():
                yield
        except BaseException:
            # What was done inside is undone on disk.
            self._engine.reload()
            raise

    def _inner(self, call: Call) -> Answer:
        """One call inside a batch, which cannot hold another batch."""
        ids = _ids(call.headers.get("client-request-id", ""))

        def give() -> Answer:
            self._refuse(self._clock.now_ms())
            self.trouble.meet(call.caller.side, counts=True)
            return self._single.answer(call)

        answer = self._guarded(give, ids)
        headers = {"request-id": ids.own, "client-request-id": ids.caller, **answer.headers}
        return Answer(answer.body, answer.status, headers)

    def _public(self, method: str, path: str, origin: str) -> Answer:
        practice_calls.only(method, "GET")
        if path == "/practice/health":
            return practice_calls.health()
        return Answer(openapi.document(self._routes, origin))


def _ids(wished: str) -> _Ids:
    own = str(uuid.uuid4())
    return _Ids(own, wished if _REQUEST_ID.fullmatch(wished) else own)


async def _read_body(request: Request) -> bytes:
    """At most 1 MB, or 64 MB of the shell.

    A larger body is read to its end before it is refused: a caller that is still sending would
    otherwise see a broken connection instead of the refusal.
    """
    most = LARGEST_UPLOAD if request.scope["path"] == SHELL else LARGEST_BODY
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most:
            chunks.append(chunk)
        elif size > _MOST_DRAINED:
            break
    if size > most:
        megabytes = most // 2**20
        raise Fault(413, "RequestEntityTooLarge", f"The body is larger than {megabytes} MB.")
    return b"".join(chunks)


def _no_state() -> Fault:
    return Fault(503, "ServiceUnavailable", "The state cannot be written at the moment.")


def _own_fault() -> Fault:
    return Fault(500, "InternalServerError", "The practice tenants met a fault of their own.")


def _refusal(fault: Fault, ids: _Ids) -> Answer:
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    body = odata.error_json(fault, ids.own, ids.caller, date)
    return Answer(body, fault.status, fault.headers)


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    if isinstance(answer.body, str):
        return PlainTextResponse(answer.body, answer.status, headers=answer.headers)
    return JSONResponse(answer.body, answer.status, headers=answer.headers)
