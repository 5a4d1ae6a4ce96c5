"""Starts real practice tenants for a test, and knows how a task is asked for."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

TASKS = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
USER = "#microsoft.graph.sharePointUserMigrationTaskParameters"
HOST = "https://northwind-my.sharepoint.com"


class Service:
    """One running process, and a client that has the source token."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, str]) -> None:
        self.process = process
        self.said = said
        self.source_token = said["source_token"]
        self.target_token = said["target_token"]
        self.base_url = said["base_url"]
        self.client = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {self.source_token}"},
            trust_env=False,
            timeout=20,
        )

    def create(self, source: str, target: str = "", **parameters: Any) -> httpx.Response:
        return self.client.post(TASKS, json=body(source, target, **parameters))

    def made(self, source: str, target: str = "", **parameters: Any) -> dict[str, Any]:
        """A task that the service took."""
        response = self.create(source, target, **parameters)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def task(self, task_id: str) -> dict[str, Any]:
        response = self.client.get(f"{TASKS}/{task_id}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    def of_source(self, upn: str) -> httpx.Response:
        return self.client.get(f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='{upn}')")

    def cancel(self, task_id: str) -> httpx.Response:
        return self.client.post(f"{TASKS}/{task_id}/cancel")

    def step(self, seconds: float) -> str:
        """Let practice time pass; returns the practice time then."""
        response = self.client.post("/practice/clock", json={"advance_seconds": seconds})
        assert response.status_code == 200, response.text
        return str(response.json()["now"])

    def now(self) -> str:
        return str(self.client.get("/practice/clock").json()["now"])


@contextlib.contextmanager
def serving(state: Path | None, *options: str, speed: str | None = "0") -> Iterator[Service]:
    """Practice tenants whose clock stands still, ended afterwards however the test went."""
    command = [sys.executable, "-m", "app.practice.serve", "--port", "0", *options]
    command += ["--state", str(state)] if state is not None else []
    command += ["--speed", speed] if speed is not None else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        service = None
        try:
            service = Service(process, json.loads(process.stdout.readline()))
            yield service
        finally:
            if service is not None:
                service.client.close()
            process.kill()


def body(source: str, target: str = "", **parameters: Any) -> dict[str, Any]:
    """The body of a create, as the public page shows it."""
    wished = target or f"{source.partition('@')[0]}@northwind.onmicrosoft.com"
    return {
        "parameters": {
            "@odata.type": USER,
            "targetOrganizationHost": HOST,
            "sourceUserIdentity": {"userPrincipalName": source},
            "targetUserIdentity": {"userPrincipalName": wished},
            **parameters,
        }
    }


def assert_error(response: httpx.Response, status: int, *words: str) -> None:
    """It is an OData error of this status, with these words in its message."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"]
    inner = error["innerError"]
    assert inner["request-id"] == response.headers["request-id"]
    assert inner["client-request-id"] == response.headers["client-request-id"]
    assert inner["date"]
    for word in words:
        assert word.casefold() in (error["code"] + ": " + error["message"]).casefold()
