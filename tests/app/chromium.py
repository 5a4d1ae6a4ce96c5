"""A real headless Chromium, told what to do over its own debugging pipe."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

PATIENCE = 30.0


def find_chromium() -> str | None:
    """The program, None where there is none, or where it takes no orders by a pipe as here."""
    if sys.platform == "win32":
        return None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page; raises AssertionError when it does not do what it is told."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._number = 0
        self._unread = b""
        made = self._call("Target.createTarget", {"url": "about:blank"})
        attach = {"targetId": made["targetId"], "flatten": True}
        self._session = self._call("Target.attachToTarget", attach)["sessionId"]

    def go_to(self, address: str) -> None:
        self._call("Page.navigate", {"url": address}, self._session)

    def run(self, script: str) -> Any:
        """What the script comes to, on the page as it is now."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        found = self._call("Runtime.evaluate", asked, self._session)
        return found.get("result", {}).get("value")

    def wait_for(self, selector: str) -> None:
        """Until the page has such an element and is whole."""
        find = f"document.readyState === 'complete' && !!document.querySelector({selector!r})"
        wait = f"new Promise(r => setInterval(() => ({find}) && r(true), 20))"
        for _ in range(20):  # a page that is left takes its promise with it
            with contextlib.suppress(_PageLeft):
                assert self.run(wait)
                return
        raise AssertionError(f"no {selector} on {self.run('document.body.innerText')}")

    def type_into(self, selector: str, text: str) -> None:
        self.wait_for(selector)
        self.run(f"document.querySelector({selector!r}).focus()")
        self._call("Input.insertText", {"text": text}, self._session)

    def click(self, selector: str) -> None:
        self.wait_for(selector)
        with contextlib.suppress(_PageLeft):
            self.run(f"document.querySelector({selector!r}).click()")

    def text_after(self, words: str) -> str:
        """The text of the page, once it holds these words."""
        find = f"document.body && document.body.innerText.includes({words!r})"
        wait = f"new Promise(r => setInterval(() => ({find}) && r(document.body.innerText), 20))"
        for _ in range(20):
            with contextlib.suppress(_PageLeft):
                return str(self.run(wait))
        raise AssertionError(f"the page never said {words}")

    def _call(self, method: str, params: dict[str, Any], session: str = "") -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            order["sessionId"] = session
        os.write(self._to, json.dumps(order).encode() + b"\0")
        while True:
            said = self._message()
            if said.get("id") == self._number:
                if "error" in said:
                    raise _PageLeft(said["error"])
                return dict(said["result"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from], [], [], PATIENCE)
            assert ready, "the browser says nothing"
            part = os.read(self._from, 65536)
            assert part, "the browser ended"
            self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(message))


class _PageLeft(Exception):
    """The page changed under the script."""


@contextlib.contextmanager
def chromium(program: str, folder: Path, served: Path) -> Iterator[Chromium]:
    """A browser that trusts, beside the usual, the one certificate in the file `served`."""
    to_read, to_write = _pipe()
    from_read, from_write = _pipe()
    command = [
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-proxy-server",
        f"--ignore-certificate-errors-spki-list={_pin(served)}",
        f"--user-data-dir={folder / 'profile'}",
        "--remote-debugging-pipe",
    ]

    # It reads its orders on 3 and answers on 4.
    script = f'exec "$@" 3<&{to_read} 4>&{from_write} {to_read}<&- {from_write}>&-'
    process = subprocess.Popen(
        ["bash", "-c", script, "chromium", *command],
        pass_fds=(to_read, from_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        yield Chromium(to_write, from_read)
    finally:
        os.close(to_write)  # it ends when nobody can tell it anything any more
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
        os.close(from_read)


def _pipe() -> tuple[int, int]:
    """Far from 3 and 4, which become the browser's."""
    import fcntl  # not there on Windows, where nobody comes here

    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 100) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _pin(served: Path) -> str:
    """The certificate's public key, as Chromium wants it named."""
    text = served.read_text("ascii")
    begin = text.index("-----BEGIN CERTIFICATE-----")
    certificate = x509.load_pem_x509_certificate(text[begin:].encode())
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(key).digest()).decode()
