"""Starts the practice tenants in a process of their own, and finds them again after a restart."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from app.client import GraphClient
from app.clock import SystemClock
from app.connection import Connection
from app.errors import AppError, ServiceError
from app.events import Rehearsal
from app.identity_map import Entry
from app.model import Side
from app.paths import child_command, data_dir
from app.practice.scenario import ScenarioError, find_scenario, scenarios
from app.tenants import Tenants

TARGET_HOST = "https://practice-target-my.sharepoint.com"
CONNECTION = Connection(
    "practice",
    "Practice source",
    "Practice target",
    "https://practice-source-my.sharepoint.com",
    TARGET_HOST,
)
DEFAULT_SPEED = 240.0
"""Practice seconds in a second: an hour of moving takes a quarter of a minute."""
_START_SECONDS = 30.0
_IDLE_SECONDS = 3600
_NOTE = "practice.json"
_NAMES_A_CALL = 4_000
_ENTRIES_A_CALL = 1_000


@dataclass(frozen=True, slots=True)
class Practice:
    """Where the practice tenants answer; the tokens open nothing but them."""

    base_url: str
    source_token: str
    target_token: str
    pid: int
    speed: float
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario as it is offered."""

    name: str
    title: str
    description: str


def scenario_title(name: str) -> str:
    """The title of a scenario, or "" for none. Raises AppError NO_SCENARIO."""
    _check_scenario(name)
    return next((each.title for each in scenarios() if each.name == name), "")


def playing(practice: Practice) -> Rehearsal:
    """What these practice tenants play, and what their clock shows. Raises ServiceError."""
    with contextlib.closing(client(practice)) as caller:
        said = caller.get("/practice/clock")
    now = datetime.fromisoformat(str(said["now"]))
    title = scenario_title(practice.scenario)
    return Rehearsal(practice.scenario, title, practice.speed, now, SystemClock().now())


def place_of_copy(book: Path, now: datetime) -> Path:
    """Where a copy of this workbook for a rehearsal goes: a new folder among our own data.

    Not beside the workbook: that folder may be shared, and what is rehearsed is nobody's news.
    `now` is in UTC.
    """
    name = book.name if is_copy(book) else f"{book.stem} (rehearsal){book.suffix}"
    return _copies() / f"{now:%Y-%m-%d %H%M%S.%f}Z" / name


def is_copy(book: Path) -> bool:
    """The workbook is a copy that was made for a rehearsal."""
    return _copies() in book.parents


def copy_workbook(book: Path, copy: Path) -> None:
    """Copy the workbook for a rehearsal. Raises AppError NO_COPY."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(book, copy)
    except OSError as error:
        raise AppError(
            "NO_COPY",
            "The workbook cannot be copied for the rehearsal",
            f"{book.name}: {error.strerror or error}.",
            f"Check that it is still there, and that there is room in {copy.parent.parent}.",
        ) from error


def _copies() -> Path:
    return data_dir() / "rehearsals"


def choices() -> tuple[Choice, ...]:
    """The scenarios that come with the program, in the order in which to offer them."""
    return tuple(Choice(each.name, each.title, each.description) for each in scenarios())


def last_reached(state_dir: Path) -> Practice | None:
    """The practice tenants that this project last reached, or None; they may have ended since."""
    try:
        return Practice(**json.loads((state_dir / _NOTE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def reach(state_dir: Path, speed: float | None = None, scenario: str | None = None) -> Practice:
    """The practice tenants of this project, started when they do not run.

    Their state lies in `state_dir`, so that moves go on however often either side is restarted.
    Speed and scenario stay as they were unless they are given; the scenario "" is none at all.
    Raises AppError PRACTICE_NOT_STARTED, or NO_SCENARIO with the names that there are.
    """
    _check_scenario(scenario)
    known = last_reached(state_dir)
    wanted = speed if speed is not None else known.speed if known else DEFAULT_SPEED
    played = scenario if scenario is not None else known.scenario if known else ""
    if known is not None and _answers(known):
        if (known.speed, known.scenario) == (wanted, played):
            return known
        stop(known)
    practice = _start(state_dir, wanted, played)
    _write_note(state_dir / _NOTE, practice)
    return practice


def _check_scenario(name: str | None) -> None:
    try:
        find_scenario(name or "")
    except ScenarioError as error:
        raise AppError(
            "NO_SCENARIO",
            f"The scenario {name} cannot be played",
            str(error),
            "Choose one of those.",
        ) from None


def make_known(practice: Practice, pairs: Iterable[tuple[str, str]]) -> None:
    """Tell the practice tenants who is in the workbook: source and target UPN of each row.

    The names go to the practice process on this machine and nowhere else. Raises ServiceError.
    """
    rows = list(pairs)
    with contextlib.closing(client(practice)) as caller:
        for first in range(0, len(rows), _NAMES_A_CALL):
            part = rows[first : first + _NAMES_A_CALL]
            names = {"source": [row[0] for row in part], "target": [row[1] for row in part]}
            caller.post("/practice/people", names)


def make_mapped(practice: Practice, entries: Iterable[Entry]) -> None:
    """Tell the practice tenants the identity map of the workbook.

    They take over what they do not hold, unless the scenario leaves the map to the admin. Raises
    ServiceError.
    """
    rows = [[one.kind, one.source, one.target, one.type, one.address] for one in entries]
    with contextlib.closing(client(practice)) as caller:
        for first in range(0, len(rows), _ENTRIES_A_CALL):
            caller.post("/practice/map", {"entries": rows[first : first + _ENTRIES_A_CALL]})


class PracticeTrust:
    """Says what the shell would print on the practice tenants."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def trust(self, side: Side) -> str:
        """The word of `Verify-SPOCrossTenantRelationship`. Raises ServiceError."""
        return self._word(f"trust_{side}")

    def compatibility(self) -> str:
        """The word of `Get-SPOCrossTenantCompatibilityStatus`. Raises ServiceError."""
        return self._word("compatibility")

    def _word(self, name: str) -> str:
        return str(self._client.get("/practice/standing").get(name, ""))


def stop(practice: Practice) -> None:
    """End the process; its state stays, and its clock goes on."""
    if _answers(practice):
        with contextlib.suppress(OSError):
            os.kill(practice.pid, 15)


def client(practice: Practice) -> GraphClient:
    """A client of the practice source tenant."""
    return GraphClient(practice.base_url, lambda: practice.source_token)


def tenants(practice: Practice) -> Tenants:
    """Both practice tenants, with the tokens of an admin who signed in: delegated ones."""
    return Tenants(
        source=client(practice),
        target=GraphClient(practice.base_url, lambda: practice.target_token),
        target_is_application=False,
        source_is_application=False,
    )


def _answers(practice: Practice) -> bool:
    try:
        probe = GraphClient(practice.base_url, lambda: practice.source_token, timeout_seconds=3)
    except ServiceError:
        return False
    with contextlib.closing(probe):
        try:
            answer = probe.get("/practice/health")
        except ServiceError:
            return False
    # The number says that this is our process, and not another on the same port.
    return isinstance(answer, dict) and answer.get("pid") == practice.pid


def _start(state_dir: Path, speed: float, scenario: str) -> Practice:
    state_dir.mkdir(parents=True, exist_ok=True)
    arguments = ["--state", str(state_dir / "practice.db"), "--speed", f"{speed:g}"]
    arguments += ["--exit-when-idle", str(_IDLE_SECONDS), "--scenario", scenario]
    # A session of its own: the practice tenants outlive the program, as the real ones do.
    flags = 0x00000208 if sys.platform == "win32" else 0  # DETACHED_PROCESS, NEW_PROCESS_GROUP
    with (state_dir / "practice.log").open("ab") as log:
        process = subprocess.Popen(
            child_command("app.practice.serve", *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            creationflags=flags,
        )
    assert process.stdout is not None
    line = _first_line(process.stdout, _START_SECONDS)
    _let_go(process)
    try:
        said = json.loads(line)
        return Practice(
            said["base_url"],
            said["source_token"],
            said["target_token"],
            process.pid,
            speed,
            scenario,
        )
    except (ValueError, KeyError, TypeError):
        process.kill()
        raise AppError(
            "PRACTICE_NOT_STARTED",
            "The practice tenants did not start",
            f"Their log is {state_dir / 'practice.log'}.",
            "Try again. If it happens again, send us the log.",
        ) from None


def _let_go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    process.stdout.close()
    # It is meant to outlive us; without this, Python warns of a child that still runs.
    process.returncode = 0


def _first_line(stream: IO[bytes], seconds: float) -> bytes:
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    reader = threading.Thread(
        target=lambda: lines.put(stream.readline()), name="first line", daemon=True
    )
    reader.start()
    try:
        return lines.get(timeout=seconds)
    except queue.Empty:
        return b""


def _write_note(note: Path, practice: Practice) -> None:
    new = note.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(practice)), "utf-8")
    new.replace(note)
