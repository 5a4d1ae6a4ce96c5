"""Tries on the user's own machine that everything the program needs is there and works together."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
import queue
import shutil
import ssl
import sys
import tempfile
import zipfile
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import app
from app import __version__, audit
from app.checks import is_startable
from app.clock import SystemClock
from app.errors import AppError
from app.events import BookOpened, BookSaved, Event, MovesChanged, ServiceConnected, Trouble
from app.model import Move, MoveStatus, Window
from app.paths import data_dir
from app.project import Project
from app.samples import copy_sample
from app.status_cells import COLUMNS
from app.texts import status_label
from app.workbook.child import open_book
from app.workbook.status import BookRead

LOG_NAME = "self-test.log"
_MOVES = 3
_SPEED = 7200.0
"""Practice seconds in a second: three moves end within a few seconds."""
_PATIENCE = 90.0
"""Seconds for the next event of the practice tenants; a slow machine starts them slowly."""
_CLOSE_SECONDS = 90.0
_STORES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem", "/etc/ssl/ca-bundle.pem")
"""Where truststore looks on Linux when OpenSSL's own places are empty."""


class SelfTestFailed(Exception):
    """A step found something that is not as it should be."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is tried; `run` is given the scratch folder and says what it found."""

    name: str
    run: Callable[[Path], str]


def run_self_test(steps: Sequence[Step], say: Callable[[str], None], log_dir: Path) -> int:
    """Run these steps and say one line for each; 0 when all of them passed, else 1.

    The lines also go into a log in `log_dir`, because a program with a window has no terminal.
    """
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        say(line)

    clock = SystemClock()
    tell(f"Tenant Ferry {__version__}, self-test of {clock.now():%Y-%m-%d %H:%M} UTC")
    scratch = Path(tempfile.mkdtemp(prefix="tenant-ferry-self-test-"))
    failed = 0
    for step in steps:
        begin = clock.monotonic()
        try:
            found, word = step.run(scratch), "ok  "
        except Exception as error:  # noqa: BLE001 - whatever it is, the next step is tried too
            found, word = _reason(error), "FAIL"
            failed += 1
        tell(f"{word} {step.name}: {found} ({clock.monotonic() - begin:.1f} s)")
    shutil.rmtree(scratch, ignore_errors=True)
    count = len(steps)
    tell(f"Failed: {failed} of {count} steps." if failed else f"Passed: all {count} steps.")
    try:
        log_dir.mkdir(parents=True, exist_ok=True)
        (log_dir / LOG_NAME).write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        say(f"The log could not be written into {log_dir}: {error.strerror}")
    else:
        say(f"The log is {log_dir / LOG_NAME}")
    return 1 if failed else 0


def main(log_dir: Path | None, say: Callable[[str], None]) -> int:
    """The self-test without the screen's part; returns the exit code."""
    return run_self_test(STEPS, say, log_dir or data_dir())


def _reason(error: Exception) -> str:
    if isinstance(error, AppError):
        parts = f"{error.title}. {error.detail} {error.remedy} ({error.code})"
    else:
        parts = f"{type(error).__name__}: {error}"
    return " ".join(parts.split())


# The steps


def _modules(_scratch: Path) -> str:
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    if not names:
        raise SelfTestFailed("the program does not find its own modules")
    return f"{len(names)} modules and all that they use are loaded"


def _resources(_scratch: Path) -> str:
    count = 0
    for folder in ("contract", "icons", "samples", "scenarios"):
        found = [one for one in files("resources").joinpath(folder).iterdir() if one.is_file()]
        if not found:
            raise SelfTestFailed(f"the folder {folder} is empty")
        for one in found:
            if not one.read_bytes():
                raise SelfTestFailed(f"{folder}/{one.name} is empty")
        count += len(found)
    return f"{count} files are there"


def _time_zones(_scratch: Path) -> str:
    winter = datetime(2026, 12, 5, 18, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    if winter.utcoffset() is None or winter.astimezone(zoneinfo.ZoneInfo("UTC")).hour != 17:
        raise SelfTestFailed("18:00 in Berlin is not 17:00 UTC in December")
    return f"{len(zoneinfo.available_timezones())} zones are known"


def _trust(_scratch: Path) -> str:
    """That an unknown signer is refused is the client's own test; here, that there are signers."""
    from app.client import service_trust

    trust = service_trust()
    if trust.verify_mode is not ssl.CERT_REQUIRED or not trust.check_hostname:
        raise SelfTestFailed("certificates would not be checked")
    if sys.platform in ("win32", "darwin"):
        return f"{ssl.OPENSSL_VERSION}, the system itself says who is trusted"
    default = ssl.get_default_verify_paths()
    stores = [one for one in (default.cafile, default.capath, *_STORES) if one]
    there = [one for one in stores if Path(one).exists()]
    if not there:
        raise SelfTestFailed("no authority is trusted, so no tenant could be reached")
    return f"{ssl.OPENSSL_VERSION}, {there[0]} says who is trusted"


def _workbook(scratch: Path) -> str:
    book = copy_sample(scratch / "checked")
    read = open_book(book)
    if not isinstance(read, BookRead):
        raise SelfTestFailed("the columns of the sample were not recognised")
    if not read.rows or not read.patchable:
        raise SelfTestFailed(f"{len(read.rows)} rows; {read.not_patchable_because}")
    return f"{len(read.rows)} rows read in a process of their own, sheet {read.sheet}"


def _moves(scratch: Path) -> str:
    """The whole job as the window does it, with three people."""
    book, state = copy_sample(scratch), scratch / "state"
    before = open_book(book)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    project = Project(events.put, state, speed=_SPEED)
    moves: dict[str, Move] = {}
    saved: list[BookSaved] = []

    def wait(arrived: Callable[[Event], bool]) -> Event:
        while True:
            try:
                event = events.get(timeout=_PATIENCE)
            except queue.Empty:
                raise SelfTestFailed(f"nothing happened for {_PATIENCE:g} seconds") from None
            take(event)
            if arrived(event):
                return event

    def take(event: Event) -> None:
        if isinstance(event, Trouble):
            raise event.error
        if isinstance(event, MovesChanged):
            moves.update((move.key, move) for move in event.moves)
        if isinstance(event, BookSaved):
            saved.append(event)

    try:
        project.open(book)
        opened = wait(lambda event: isinstance(event, BookOpened))
        assert isinstance(opened, BookOpened)
        keys = [row.mapping.key for row in opened.rows if is_startable(row)][:_MOVES]
        project.connect_practice()
        wait(lambda event: isinstance(event, ServiceConnected))
        project.start(tuple(keys), Window(), _MOVES, by_column=False)
        wait(lambda _: len(moves) == _MOVES and all(m.status.is_final for m in moves.values()))
    finally:
        ended = project.close(_CLOSE_SECONDS)
    while not events.empty():
        take(events.get())
    if not ended:
        raise SelfTestFailed("the program did not come to its end in time")
    if not saved or saved[-1].beside or saved[-1].path != book:
        raise SelfTestFailed("the status was not written into the workbook")
    after = open_book(book)
    if not (isinstance(before, BookRead) and isinstance(after, BookRead)):
        raise SelfTestFailed("the workbook cannot be read any more")
    if after.rows != before.rows:
        raise SelfTestFailed("the rows of the workbook are not what they were")
    with zipfile.ZipFile(book) as package:
        if not any(COLUMNS[0].header.encode() in package.read(name) for name in package.namelist()):
            raise SelfTestFailed(f"the column {COLUMNS[0].header} is not in the workbook")
    counts = dict.fromkeys(MoveStatus, 0)
    for move in moves.values():
        counts[move.status] += 1
    told = ", ".join(f"{count} {status_label(one)}" for one, count in counts.items() if count)
    return f"{_MOVES} moves on the practice tenants: {told}; the status is in the workbook"


def _journal(scratch: Path) -> str:
    found = audit.verify(scratch / "state")
    if not found.events:
        raise SelfTestFailed("the journal is empty")
    return f"{found.events} events, each in its place"


def _report(scratch: Path) -> str:
    from app import cli

    book, report = copy_sample(scratch), scratch / "report.xlsx"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.main(["report", str(book), "-o", str(report), "--state-dir", f"{scratch}/state"])
    if code or not report.is_file():
        raise SelfTestFailed(said.getvalue().strip() or f"the command ended with {code}")
    return f"a workbook of {report.stat().st_size // 1024} KB is written"


STEPS = (
    Step("Program", _modules),
    Step("Files", _resources),
    Step("Time zones", _time_zones),
    Step("Secure connections", _trust),
    Step("Workbook", _workbook),
    Step("Moves", _moves),
    Step("Journal", _journal),
    Step("Report", _report),
)
