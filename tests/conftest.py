"""What holds for every test: no screen, no network, no user folders, and nothing left behind."""

from __future__ import annotations

import ipaddress
import logging
import os
import select
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from practice_run import runs, serve, state, tenants

__all__ = ["runs", "serve", "state", "tenants"]

# Before anything imports Qt.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

_GRACE_SECONDS = float(os.environ.get("FERRY_GRACE", "5"))
"""What is about to end may do so; a wait for it ends as soon as it has."""
_DEFERRED_DELETE = 52
"""QEvent.Type.DeferredDelete as a number, since nothing here may import Qt."""
_USER_FOLDERS = (
    "HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "WIN_PD_OVERRIDE_LOCAL_APPDATA",  # platformdirs asks Windows itself, not the environment
)


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals and settings go into a folder of the test's, never into the user's."""
    folder = str(tmp_path_factory.mktemp("user"))
    for name in _USER_FOLDERS:
        monkeypatch.setenv(name, folder)
    # The user's key ring is none of a test's business either.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A word to anywhere else is a fault of the test, also where the program expects refusals."""
    refused: list[str] = []

    def check(host: Any) -> None:
        if not _is_here(host):
            refused.append(str(host))
            raise AssertionError(f"a test must not reach {host}")

    def with_address(real: Callable[..., Any]) -> Callable[..., Any]:
        def checked(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]  # sendto has the data before it
            if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
                check(address[0])
            return real(self, *arguments)

        return checked

    def looked_up(host: Any, *arguments: Any, **more: Any) -> Any:
        check(host)
        return real_look_up(host, *arguments, **more)

    real_look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, with_address(getattr(socket.socket, name)))
    yield
    assert not refused, f"reached out for {refused}"


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False  # another name would have to be looked up, which is network already


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Every thread and every process that a test starts has ended when the test has."""
    threads, children = set(threading.enumerate()), _children()
    yield
    until = time.monotonic() + _GRACE_SECONDS
    left = [thread for thread in threading.enumerate() if thread not in threads]
    for thread in left:
        thread.join(max(0.0, until - time.monotonic()))
    alive = [_whereabouts(thread) for thread in left if thread.is_alive()]
    assert not alive, "threads left behind:\n" + "\n".join(alive)
    running = [pid for pid in _children() - children if not _ends(pid, until)]
    assert not running, "processes left behind:\n" + "\n".join(map(_command, running))


@pytest.fixture(autouse=True)
def nothing_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning in the log is a fault, unless the test takes `caplog` to look at it."""
    logged = _Warnings()
    logging.getLogger().addHandler(logged)
    yield
    logging.getLogger().removeHandler(logged)
    assert "caplog" in request.fixturenames or not logged.messages, logged.messages


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_window_is_left() -> Iterator[None]:
    """A window that a test shows is closed, or handed to `qtbot`, when the test has ended."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")  # tests of `app` need no Qt
    application = widgets.QApplication.instance() if widgets else None
    if application is not None:
        # A window that asks before it closes is only deleted, and that has to happen first.
        application.sendPostedEvents(None, _DEFERRED_DELETE)
        shown = [one for one in application.topLevelWidgets() if one.isVisible()]
        for window in shown:
            window.close()
        assert not shown, f"windows left open: {shown}"


def _whereabouts(thread: threading.Thread) -> str:
    """The thread, and where it stands now."""
    frame = sys._current_frames().get(thread.ident or 0)
    return thread.name + "\n" + "".join(traceback.format_stack(frame, limit=6) if frame else [])


def _children() -> set[int]:
    """Our child processes, where the system tells (Linux); those that ended do not count."""
    if sys.platform != "linux":
        return set()
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return set()  # nearly always, and quicker than a look through all processes
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it has just ended
        if int(parent) == os.getpid() and state != "Z":
            found.add(int(stat.parent.name))
    return found


def _ends(pid: int, until: float) -> bool:
    """Whether the process ends by then."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], max(0.0, until - time.monotonic()))[0])
    finally:
        os.close(handle)


def _command(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return f"{pid}: " + b" ".join(words).decode("utf-8", "replace")
