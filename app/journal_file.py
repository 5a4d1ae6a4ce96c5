"""The journal's file: its tables, its version, and how one of an older version is brought up."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from app.errors import JournalError

_TABLES = """
CREATE TABLE moves (key TEXT PRIMARY KEY, status TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE rows (row INTEGER PRIMARY KEY, key TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, utc TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, detail TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
"""
Step = Callable[[sqlite3.Connection], None]


def _add_checks(db: sqlite3.Connection) -> None:
    """What the pre-flight found of each row."""
    db.execute("CREATE TABLE checks (key TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT")


STEPS: tuple[Step, ...] = (_add_checks,)
"""What brings a journal from version 1 to 2, from 2 to 3, and so on."""


def journal_path(state_dir: Path) -> Path:
    """Where the journal of a project lies in its state folder."""
    return state_dir / "journal.db"


def open_to_write(path: Path, now: datetime, steps: Sequence[Step] = STEPS) -> sqlite3.Connection:
    """The journal, made when it is not there, and brought to the present version.

    An older one is copied first (`journal (version 1, 2026-12-05 180000Z).db`; `now` is UTC).
    Every commit is on the disk when it returns. Raises JournalError NEWER, DAMAGED.
    """
    with _told_when_damaged(path):
        db = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            present = 1 + len(steps)
            if _version(db) == 0:
                # One transaction: a kill in the middle leaves no half-made journal behind.
                db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = 1; COMMIT;")
                _bring_up(db, steps, present)
            _check_version(db, path, present)
            answer = db.execute("PRAGMA quick_check").fetchone()[0]
            if answer != "ok":
                raise sqlite3.DatabaseError(answer)
            if _version(db) < present:
                _copy(db, path, now)
                _bring_up(db, steps, present)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def open_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """The journal beside a program that writes to it. Raises JournalError NEWER, DAMAGED."""
    with (
        _told_when_damaged(path),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db,
    ):
        _check_version(db, path, 1 + len(STEPS))
        yield db


@contextmanager
def snapshot(path: Path) -> Iterator[Path]:
    """A folder with a copy of the journal as it is now; it goes away with the context.

    Raises JournalError, OSError.
    """
    # Windows keeps a file that a broken-off reader has open; it goes with the next clean-up.
    place = tempfile.TemporaryDirectory(prefix="ferry-", ignore_cleanup_errors=True)
    with place as folder, open_to_read(path) as db:
        with closing(sqlite3.connect(journal_path(Path(folder)))) as copy:
            db.backup(copy)
        yield Path(folder)


def _bring_up(db: sqlite3.Connection, steps: Sequence[Step], present: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        for version in range(_version(db), present):
            steps[version - 1](db)
        db.execute(f"PRAGMA user_version = {present:d}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _copy(db: sqlite3.Connection, path: Path, now: datetime) -> None:
    name = f"{path.stem} (version {_version(db)}, {now:%Y-%m-%d %H%M%S}Z){path.suffix}"
    with closing(sqlite3.connect(path.with_name(name))) as copy:
        db.backup(copy)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _check_version(db: sqlite3.Connection, path: Path, present: int) -> None:
    version = _version(db)
    if version > present:
        raise JournalError(
            "NEWER",
            "The journal was made by a newer version of Tenant Ferry",
            f"{path} has version {version}; this program knows {present}.",
            "Install the newer version and open the project again. Nothing was changed.",
        )


@contextmanager
def _told_when_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise JournalError(
            "DAMAGED",
            "The journal cannot be read",
            f"{path}: {error}",
            "Keep a copy of the file, move it away and open the workbook again: before anything"
            " is started, the service is asked for every person, so nothing is started twice.",
        ) from error
