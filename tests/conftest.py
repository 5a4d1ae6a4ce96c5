"""What holds for every test: no screen, no network, no folder of the user's, no thread left."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from practice_run import runs, serve, tenants

__all__ = ["runs", "serve", "tenants"]

# Before anything imports Qt.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

_GRACE_SECONDS = 5.0


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals and settings go into a folder of the test's, never into the user's."""
    folder = str(tmp_path_factory.mktemp("user"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, folder)
    monkeypatch.setenv("LOCALAPPDATA", folder)
    monkeypatch.setenv("APPDATA", folder)


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere else is a fault of the test."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = ipaddress.ip_address(socket.gethostbyname(address[0]))
            if not host.is_loopback:
                raise AssertionError(f"a test must not connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.fixture(autouse=True)
def no_thread_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every thread that a test starts has ended when the test has."""
    before = set(threading.enumerate())
    yield
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(_GRACE_SECONDS / len(left))
    alive = [thread.name for thread in left if thread.is_alive()]
    assert not alive, f"{request.node.name} left threads behind: {alive}"
