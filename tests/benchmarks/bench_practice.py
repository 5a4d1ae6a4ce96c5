"""Plays a whole company through the practice tenants over HTTP, as fast as they take it."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TASKS = "/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
USER = "#microsoft.graph.sharePointUserMigrationTaskParameters"
HOST = "https://practice-target-my.sharepoint.com"
IN_A_BATCH = 20
_PAUSE = threading.Event()


class Client:
    """One connection with the source token."""

    def __init__(self, said: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection(
            said["base_url"].removeprefix("http://"), timeout=600
        )
        self._headers = {
            "Authorization": f"Bearer {said['source_token']}",
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        try:
            return json.loads(text)
        except ValueError:
            return text.decode()

    def close(self) -> None:
        self._connection.close()


def start(client: Client, numbers: list[int]) -> tuple[list[int], float]:
    """Ask for these moves in one call; those that found no room, and for how long to wait."""
    requests = [
        {
            "id": str(number),
            "method": "POST",
            "url": TASKS,
            "headers": {"Content-Type": "application/json"},
            "body": {"parameters": parameters(number)},
        }
        for number in numbers
    ]
    again, wait = [], 0.0
    for each in client.call("POST", "/beta/$batch", {"requests": requests})["responses"]:
        if each["status"] == 429:
            again.append(int(each["id"]))
            wait = max(wait, float(each["headers"]["Retry-After"]))
        elif each["status"] != 200:
            raise SystemExit(each)
    return sorted(again), wait


def parameters(number: int) -> dict[str, Any]:
    return {
        "@odata.type": USER,
        "targetOrganizationHost": HOST,
        "sourceUserIdentity": {"userPrincipalName": f"person{number:06}@tailspin.com"},
        "targetUserIdentity": {"userPrincipalName": f"person{number:06}@northwind.com"},
    }


def listed(client: Client) -> Iterator[dict[str, Any]]:
    """Every task, page by page along the links."""
    path = f"/beta{TASKS}?$top=999"
    while path:
        page = client.call("GET", path)
        yield from page["value"]
        link: str = page.get("@odata.nextLink", "")
        path = "/" + link.partition("://")[2].partition("/")[2] if link else ""


def megabytes_of(pid: int) -> float:
    """The most memory that the process ever had, where the system tells it."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def processor_seconds_of(pid: int) -> float:
    """What the process has used so far, where the system tells it."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return 0.0
    words = status.read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def play(people: int, speed: float, state: Path) -> dict[str, Any]:
    """Start so many moves, wait until the last has ended, and read the list."""
    command = [sys.executable, "-m", "app.practice.serve", "--state", str(state)]
    with subprocess.Popen(
        [*command, "--speed", f"{speed:g}", "--scenario", "all-well"],
        stdout=subprocess.PIPE,
        text=True,
    ) as service:
        assert service.stdout is not None
        client = Client(json.loads(service.stdout.readline()))
        try:
            return _played(client, service.pid, people, state)
        finally:
            client.close()
            service.terminate()


def _played(client: Client, pid: int, people: int, state: Path) -> dict[str, Any]:
    began = time.perf_counter()
    waiting, full = list(range(people)), 0
    while waiting:
        now, waiting = waiting[:IN_A_BATCH], waiting[IN_A_BATCH:]
        again, wait = start(client, now)
        if again:
            full += 1
            waiting = again + waiting
            _PAUSE.wait(wait)
    started = time.perf_counter()
    count = f"/beta{TASKS}/$count?$filter=status%20in%20('notStarted','inProgress')"
    while int(client.call("GET", count)):
        _PAUSE.wait(0.2)
    ended = time.perf_counter()
    tasks = list(listed(client))
    read = time.perf_counter()
    statuses = Counter(task["status"] for task in tasks)
    sources = {task["parameters"]["sourceUserIdentity"]["userPrincipalName"] for task in tasks}
    assert statuses == {"completed": people}, statuses
    assert len(sources) == people
    return {
        "people": people,
        "start all (s)": round(started - began, 1),
        "starts a second": round(people / (started - began)),
        "queue was full (times)": full,
        "until the last ended (s)": round(ended - began, 1),
        "read the list (s)": round(read - ended, 1),
        "processor of the service (s)": round(processor_seconds_of(pid), 1),
        "memory of the service (MB)": round(megabytes_of(pid)),
        "state file (MB)": round(state.stat().st_size / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--speed", type=float, default=20_000.0, help="practice seconds a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = play(options.people, options.speed, Path(folder) / "practice.db")
    print(f"Python {platform.python_version()}, {platform.platform()}")
    for name, value in found.items():
        print(f"{name:<28} {value:>10,}")


if __name__ == "__main__":
    main()
