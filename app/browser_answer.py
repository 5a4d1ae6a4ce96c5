"""Waits on this machine for what the browser brings back from the sign-in page."""

from __future__ import annotations

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl

from app.clock import Clock
from app.sign_in_texts import PAGE_DONE, PAGE_FAILED

_LARGEST_BODY = 64 * 1024
_SILENCE_SECONDS = 3.0
"""Browsers open connections in advance and say nothing on them."""
_LOOK_SECONDS = 0.1
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="font:16px sans-serif;max-width:30em;margin:4em auto"><h1>{title}</h1>'
    "<p>{text}</p></body></html>"
)


class BrowserAnswer:
    """A small web server on loopback, for one sign-in; a context manager.

    It takes a form only (`response_mode=form_post`), so that the code stands in no address, and
    only one with the `state` that was sent along: anybody else who knocks is turned away.
    """

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self.address = f"http://localhost:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.server_close()

    def wait(
        self, state: str, cancelled: threading.Event, seconds: float, clock: Clock
    ) -> dict[str, str] | None:
        """The fields of the form; None when it was cancelled, or when the time is over."""
        self._server.state = state
        until = clock.monotonic() + seconds
        while not cancelled.is_set() and clock.monotonic() < until:
            self._server.handle_request()
            if self._server.arrived.is_set():
                return self._server.fields
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    """They end within `_SILENCE_SECONDS`, and are waited for."""
    allow_reuse_address = False
    timeout = _LOOK_SECONDS

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the library takes them
        self.state = ""
        self.fields: dict[str, str] = {}
        self.arrived = threading.Event()

    def handle_error(self, *_unused: object) -> None:
        """A browser that went away harms nobody: the wait goes on."""

    def handle_request(self) -> None:
        super().handle_request()
        # The answer is read on a thread of its own.
        self.arrived.wait(_LOOK_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    timeout = _SILENCE_SECONDS
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            self._say(413, *PAGE_FAILED)
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        fields = dict(parse_qsl(body, keep_blank_values=True))
        is_ours = self.server.state and fields.get("state") == self.server.state
        if not is_ours or self.server.arrived.is_set():
            self._say(400, *PAGE_FAILED)
            return
        self._say(200, *(PAGE_DONE if "code" in fields else PAGE_FAILED))
        self.server.fields = fields
        self.server.arrived.set()

    def do_GET(self) -> None:
        self._say(404, *PAGE_FAILED)

    def _say(self, status: int, title: str, text: str) -> None:
        page = _PAGE.format(title=escape(title), text=escape(text)).encode()
        self.close_connection = True
        self.send_response_only(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its own name
        """Say nothing: the address could tell who signed in."""
