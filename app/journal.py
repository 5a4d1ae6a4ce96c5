"""The journal: our durable record of a project in SQLite, with a hash chain over every event."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import filelock

from app.clock import Clock, SystemClock
from app.errors import JournalError
from app.journal_file import journal_path, open_to_read, open_to_write
from app.life import check_step
from app.model import Move, MoveStatus, Window
from app.preflight_json import check_from_json, check_to_json
from app.preflight_values import RowCheck

FIRST_LINK = "0" * 64
"""What stands for the hash of an event before the first."""
_DATES = ("started_utc", "updated_utc", "finished_utc")


@dataclass(frozen=True, slots=True)
class Change:
    """One step of one move, as the journal records it; `before` is None for a new move."""

    before: Move | None
    after: Move
    kind: str
    detail: str = ""
    by_admin: bool = False


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row of the workbook as it was last read, with what the checks said."""

    row: int
    key: str
    source_upn: str
    target_upn: str
    startable: bool
    finding_code: str = ""
    remedy: str = ""


_ROW_FIELDS = tuple(field.name for field in fields(RowRecord))


class Journal:
    """The journal of one project, open for writing; used by the thread that opened it only.

    Opening raises JournalError: HELD (another run has it), NEWER, DAMAGED, FOLDER_NOT_WRITABLE.
    """

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._thread = threading.get_ident()
        self._clock = clock
        self.path = journal_path(state_dir)
        self._lock = _take_lock(state_dir)
        try:
            self._db = open_to_write(self.path, clock.now())
        except BaseException:
            self._lock.release()
            raise
        self._actor = actor()

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self._db.close()
        self._lock.release()

    def moves(self) -> dict[str, Move]:
        """Every move, by key."""
        return {move.key: move for move in _read_moves(self._db)}

    def commit(self, changes: Iterable[Change]) -> None:
        """Record steps of moves in one transaction, durable when it returns.

        Raises app.life.ImpossibleStep for a step that is not in the table.
        """
        with self._transaction():
            for change in changes:
                before = change.before.status if change.before else MoveStatus.READY
                check_step(before, change.after.status)
                self._db.execute(
                    "INSERT INTO moves VALUES (?, ?, ?) ON CONFLICT (key)"
                    " DO UPDATE SET status = excluded.status, data = excluded.data",
                    (change.after.key, change.after.status, _move_to_json(change.after)),
                )
                self._event(
                    self._actor if change.by_admin else "program",
                    change.kind,
                    change.after.key,
                    _move_to_json(change.before) if change.before else "",
                    _move_to_json(change.after),
                    change.detail,
                )

    def record(self, kind: str, detail: str, *, key: str = "", by_admin: bool = False) -> None:
        """Record an event that changes no move: a call, a refused cancel, a save."""
        with self._transaction():
            self._event(self._actor if by_admin else "program", kind, key, "", "", detail)

    def replace_rows(self, rows: Iterable[RowRecord]) -> None:
        """Keep what the workbook held when it was last read."""
        with self._transaction():
            self._db.execute("DELETE FROM rows")
            self._db.executemany(
                "INSERT INTO rows VALUES (?, ?, ?)",
                ((row.row, row.key, _row_to_json(row)) for row in rows),
            )

    def checks(self) -> tuple[RowCheck, ...]:
        """What the pre-flight found of each row, whenever that was."""
        kept = self._db.execute("SELECT key, data FROM checks ORDER BY rowid")
        return tuple(check_from_json(key, data) for key, data in kept)

    def keep_checks(self, checks: Iterable[RowCheck], *, anew: bool = False) -> None:
        """Keep what the pre-flight found, `anew`: and nothing else; the newer result counts."""
        with self._transaction():
            if anew:
                self._db.execute("DELETE FROM checks")
            self._db.executemany(
                "INSERT INTO checks VALUES (?, ?) ON CONFLICT (key)"
                " DO UPDATE SET data = excluded.data",
                ((check.key, check_to_json(check)) for check in checks),
            )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """The kept values of the project, by name."""
        return tuple(self._db.execute("SELECT name, value FROM settings ORDER BY name"))

    def set_setting(self, name: str, value: str, said: str = "") -> None:
        """Keep a value of the project; `said` records it as an act of the admin, in these words."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name)"
                " DO UPDATE SET value = excluded.value",
                (name, value),
            )
            if said:
                self._event(self._actor, name, "", "", "", said)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if threading.get_ident() != self._thread:
            raise AssertionError("the journal is used by the thread that opened it only")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _event(self, actor: str, kind: str, key: str, before: str, after: str, detail: str) -> None:
        last = self._db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, last[1]) if last else (1, FIRST_LINK)
        body = (seq, self._clock.now().isoformat(), actor, kind, key, before, after, detail)
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*body, previous, link(previous, body)),
        )


def read_project(state_dir: Path) -> tuple[tuple[RowRecord, ...], tuple[Move, ...]]:
    """The rows and moves of a project, read beside a running program; empty when there is none."""
    path = journal_path(state_dir)
    if not path.exists():
        return (), ()
    with open_to_read(path) as db:
        rows = tuple(
            RowRecord(**json.loads(data))
            for (data,) in db.execute("SELECT data FROM rows ORDER BY row")
        )
        return rows, tuple(_read_moves(db))


def count_statuses(state_dir: Path) -> dict[MoveStatus, int]:
    """How many moves have which status, read beside a running program."""
    path = journal_path(state_dir)
    if not path.exists():
        return {}
    with open_to_read(path) as db:
        counts = db.execute("SELECT status, count(*) FROM moves GROUP BY status")
        return {MoveStatus(status): count for status, count in counts}


def read_settings(state_dir: Path) -> dict[str, str]:
    """The kept values of a project, read beside a running program; empty when there is none."""
    path = journal_path(state_dir)
    if not path.exists():
        return {}
    with open_to_read(path) as db:
        return dict(db.execute("SELECT name, value FROM settings"))


def actor() -> str:
    """Who acts here, as the journal names them: `anna@desk-7`."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def link(previous: str, body: tuple[Any, ...]) -> str:
    """The hash that chains an event to the one before it."""
    text = json.dumps([previous, *body], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _take_lock(state_dir: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(state_dir / "run.lock")
    note = state_dir / "run.holder"
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        holder = note.read_text("utf-8") if note.exists() else "another program"
        raise JournalError(
            "HELD",
            "Another run has this project open",
            f"It is held by {holder}.",
            "Use that window, or close it and try again.",
        ) from None
    except OSError as error:
        raise JournalError(
            "FOLDER_NOT_WRITABLE",
            "The journal cannot be written",
            f"{state_dir}: {error.strerror}",
            "Allow writing there, or name another folder with --state-dir.",
        ) from error
    since = SystemClock().now().astimezone()
    note.write_text(
        f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()},"
        f" since {since:%Y-%m-%d %H:%M}",
        "utf-8",
    )
    return lock


def _read_moves(db: sqlite3.Connection) -> Iterator[Move]:
    for (data,) in db.execute("SELECT data FROM moves ORDER BY rowid"):
        yield _move_from_json(data)


def _row_to_json(row: RowRecord) -> str:
    # A record holds texts and numbers only; `asdict` would copy each of them, for all rows.
    return json.dumps({name: getattr(row, name) for name in _ROW_FIELDS})


def _move_to_json(move: Move) -> str:
    return json.dumps(asdict(move), default=_iso, ensure_ascii=True)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not a value of the journal: {type(value).__name__}")


def _move_from_json(text: str) -> Move:
    data = json.loads(text)
    window = data.pop("window")
    for name in _DATES:
        data[name] = _date(data[name])
    return Move(
        **{**data, "status": MoveStatus(data["status"])},
        window=Window(
            _date(window["begin_utc"]),
            _date(window["end_utc"]),
            window["zone"],
            _date(window.get("latest_utc")),  # not in journals of earlier versions
        ),
    )


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
