"""A real HTTP server on loopback that gives the answers it was told to, one after the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

HTTP_DATE = "Sat, 05 Dec 2026 12:00:00 GMT"
NOON = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)


class HeldClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now
        self.seconds = 100.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class Reply:
    """One answer; `body` goes out as JSON unless it is bytes."""

    status: int = 200
    body: object = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    """Close the connection instead of answering."""
    stay_silent: bool = False
    """Keep the connection and say nothing until the test is over."""


@dataclass(frozen=True)
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


class ScriptedService(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.heard: list[Heard] = []
        self.over = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def say(self, status: int = 200, body: object = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.append(Reply(status, body, named))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        service = cast(ScriptedService, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.casefold(): value for name, value in self.headers.items()}
        with service.lock:
            service.heard.append(Heard(self.command, self.path, headers, body))
            reply = service.replies.pop(0) if service.replies else Reply(500, b"nothing to say")
        if reply.stay_silent:
            service.over.wait(30)
        if reply.stay_silent or reply.hang_up:
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        self.send_header("Date", HTTP_DATE)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except ConnectionError:
            self.close_connection = True  # the client gave up on a large answer, as it should

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the test tells what went wrong."""


@contextmanager
def scripted_service() -> Iterator[ScriptedService]:
    """The server, closed with all its threads at the end."""
    service = ScriptedService()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        service.shutdown()
        thread.join()
        service.server_close()
