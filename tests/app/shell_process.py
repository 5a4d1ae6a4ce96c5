"""Starts real shell workers for a test, and speaks their protocol."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE_ADMIN = "https://practice-source-admin.sharepoint.com"
TARGET_ADMIN = "https://practice-target-admin.sharepoint.com"
SOURCE_MY = "https://practice-source-my.sharepoint.com"
TARGET_MY = "https://practice-target-my.sharepoint.com"
STATE = "Get-SPOCrossTenantUserContentMoveState"
START = "Start-SPOCrossTenantUserContentMove"
STOP = "Stop-SPOCrossTenantUserContentMove"
UPLOAD = "Add-SPOTenantIdentityMap"
READ_BACK = "Get-SPOTenantIdentityMappingUser"
_ADMINS = {"source": SOURCE_ADMIN, "target": TARGET_ADMIN}


class CmdletFailed(Exception):
    """What the cmdlet failed with."""

    def __init__(self, message: str, type_name: str) -> None:
        super().__init__(message)
        self.message = message
        self.type_name = type_name


class Worker:
    """One running worker."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.hello = self.read()
        self._number = 0

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self, command: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        asked = {"id": self._number, "command": command, "parameters": parameters}
        self.send(json.dumps(asked))
        told = self.read()
        assert told["id"] == self._number
        assert set(told) == (
            {"id", "ok", "output", "console"} if told["ok"] else {"id", "ok", "error"}
        )
        return told

    def run(self, command: str, **parameters: Any) -> list[Any]:
        """What the cmdlet put into the pipeline. Raises CmdletFailed."""
        told = self.answer(command, **parameters)
        if not told["ok"]:
            raise CmdletFailed(told["error"]["message"], told["error"]["type"])
        return list(told["output"])

    def connect(self, side: str) -> None:
        assert self.run("Connect-SPOService", Url=_ADMINS[side]) == []

    def start(self, source: str, target: str = "", **more: Any) -> None:
        """Start a move to the same name in the other company."""
        wished = target or f"{source.partition('@')[0]}@northwind.com"
        people = {"SourceUserPrincipalName": source, "TargetUserPrincipalName": wished}
        assert self.run(START, **people, **{"TargetCrossTenantHostUrl": TARGET_MY} | more) == []

    def states(self, **more: Any) -> list[Any]:
        """From the source unless told otherwise."""
        return self.run(STATE, **{"PartnerCrossTenantHostUrl": TARGET_MY} | more)

    def state_of(self, upn: str, **more: Any) -> str:
        (found,) = self.states(SourceUserPrincipalName=upn, **more)
        return str(found["MoveState"])


@contextlib.contextmanager
def working(state: Path, side: str, *, connected: bool = True, zone: str = "") -> Iterator[Worker]:
    """A worker of this side; `zone` is the time zone of its computer."""
    environment = {**os.environ, **({"TZ": zone} if zone else {})}
    command = [sys.executable, "-m", "app.practice.shell_worker"]
    with subprocess.Popen(
        [*command, "--side", side, "--state", str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    ) as process:
        try:
            worker = Worker(process)
            if connected:
                worker.connect(side)
            yield worker
        finally:
            process.kill()
