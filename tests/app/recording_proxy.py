"""A company's proxy on loopback: writes down what is sent to Microsoft's hosts, and sends nothing.

It opens the encrypted tunnels with a certificate of its own, as proxies that inspect do, and has
the practice tenants answer in the place of Microsoft's hosts.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import trustme

GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
_NOT_PASSED_ON = {"host", "connection", "accept-encoding", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Recorded:
    """One request as it would have reached Microsoft."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RecordingProxy:
    """`upstream` names who answers for each of Microsoft's hosts; others are refused."""

    upstream: dict[str, str]
    browser: httpx.Client
    authority: trustme.CA
    seen: list[Recorded] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}
        for host in self.upstream:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(host.removeprefix("https://")).configure_cert(context)
            self._contexts[host.removeprefix("https://")] = context
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def answer(self, asked: Recorded) -> httpx.Response:
        """What the practice tenants say, in Microsoft's name."""
        self.seen.append(asked)
        upstream = self.upstream[f"https://{asked.host}"]
        headers = {name: text for name, text in asked.headers.items() if name not in _NOT_PASSED_ON}
        return self.browser.request(
            asked.method, upstream + asked.path, headers=headers, content=asked.body
        )

    def in_their_name(self, body: bytes) -> bytes:
        for host, upstream in self.upstream.items():
            body = body.replace(upstream.encode(), host.encode())
        return body

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            inside = ""

            def do_CONNECT(self) -> None:
                host = self.path.partition(":")[0]
                context = proxy._contexts.get(host)
                if context is None:
                    proxy.refused.append(self.path)
                    self.send_error(403)
                    return
                self.send_response_only(200)
                self.end_headers()
                try:
                    tunnel = context.wrap_socket(self.connection, server_side=True)
                except (ssl.SSLError, OSError):
                    self.close_connection = True
                    return
                self.connection = tunnel
                self.rfile = tunnel.makefile("rb")
                self.wfile = tunnel.makefile("wb", buffering=0)  # type: ignore[assignment]  # as the library has it
                self.inside, self.close_connection = host, False
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    while not self.close_connection:
                        self.handle_one_request()
                self.rfile.close()
                tunnel.close()
                self.close_connection = True

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): text for name, text in self.headers.items()}
                asked = Recorded(self.command, self.inside, self.path, headers, body)
                said = proxy.answer(asked)
                content = proxy.in_their_name(said.content)
                self.send_response_only(said.status_code)
                for name in ("content-type", "retry-after", "www-authenticate", "request-id"):
                    if name in said.headers:
                        self.send_header(name, said.headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.do_GET()

            def do_PATCH(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its own name
                """Say nothing: the test looks at what was seen."""

        return Handler


@contextlib.contextmanager
def recording(
    folder: Path, upstream: dict[str, str], browser: httpx.Client
) -> Iterator[tuple[RecordingProxy, Path]]:
    """The proxy, and the file with the root that its company put into the system's store."""
    authority = trustme.CA()
    root = folder / "company.pem"
    authority.cert_pem.write_to_path(str(root))
    proxy = RecordingProxy(upstream, browser, authority)
    try:
        yield proxy, root
    finally:
        proxy.close()
