"""A proxy on loopback that passes calls on to the practice tenants and spoils some of them."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What happens to a call instead of a plain answer."""

    RESET_AFTER = "the call is passed on, the answer is lost"
    RESET_BEFORE = "the call is lost"
    THROTTLED = "429"
    BUSY = "503"
    GARBAGE_AFTER = "the call is passed on, the answer is garbage"
    EXPIRED = "401"
    SILENT_AFTER = "the call is passed on, and no answer comes"


@dataclass
class Proxy:
    """`spoil(method, path)` names the fault of a call, or None; `seen` holds every call."""

    upstream: str
    spoil: Callable[[str, str], Fault | None]
    seen: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self._closing = threading.Event()
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self
        host = urlsplit(self.upstream).netloc

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
                pass

            def do_GET(self) -> None:
                self._pass_on()

            def do_POST(self) -> None:
                self._pass_on()

            def do_PATCH(self) -> None:
                self._pass_on()

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.seen.append((self.command, self.path))
                fault = proxy.spoil(self.command, self.path)
                self.close_connection = True
                if fault is Fault.RESET_BEFORE:
                    return
                if fault in (Fault.THROTTLED, Fault.BUSY, Fault.EXPIRED):
                    code = {Fault.THROTTLED: 429, Fault.BUSY: 503, Fault.EXPIRED: 401}[fault]
                    self._answer(code, b'{"error":{"code":"x","message":"y"}}', retry="0.05")
                    return
                upstream = http.client.HTTPConnection(host, timeout=10)
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "connection", "accept-encoding")
                }
                upstream.request(self.command, self.path, body or None, headers | {"Host": host})
                response = upstream.getresponse()
                # Links to the next page must lead through us as well.
                answer = response.read().replace(proxy.upstream.encode(), proxy.base_url.encode())
                upstream.close()
                if fault is Fault.SILENT_AFTER:
                    proxy._closing.wait(10)
                    return
                if fault is Fault.RESET_AFTER:
                    return
                if fault is Fault.GARBAGE_AFTER:
                    answer = b"<html>gateway</html>"
                # The caller may have given up on us.
                with contextlib.suppress(ConnectionError):
                    self._answer(response.status, answer)

            def _answer(self, code: int, body: bytes, retry: str = "") -> None:
                self.send_response(code)
                if retry:
                    self.send_header("Retry-After", retry)
                self.send_header("Content-Type", "application/json")
                if code != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if code != 204:
                    self.wfile.write(body)

        return Handler
