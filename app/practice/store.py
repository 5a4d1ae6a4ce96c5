"""What the practice tenants know, in SQLite: committed before it is answered."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source_key TEXT NOT NULL, source_upn TEXT NOT NULL,
    target_key TEXT NOT NULL, target_upn TEXT NOT NULL,
    parameters TEXT NOT NULL,
    created INTEGER NOT NULL, eligible INTEGER NOT NULL, latest INTEGER,
    duration INTEGER NOT NULL,
    status TEXT NOT NULL, stage TEXT NOT NULL, next_at INTEGER,
    started INTEGER, updated INTEGER, finished INTEGER,
    error_code TEXT NOT NULL, error_message TEXT NOT NULL
);
CREATE INDEX tasks_by_source ON tasks (source_key, seq);
CREATE INDEX tasks_by_status ON tasks (status, seq);
CREATE UNIQUE INDEX one_move_per_source ON tasks (source_key)
    WHERE status IN ('notStarted', 'inProgress', 'completed');
CREATE INDEX tasks_running ON tasks (next_at, seq) WHERE status = 'inProgress';
CREATE INDEX tasks_waiting ON tasks (eligible, seq) WHERE status = 'notStarted';
CREATE INDEX tasks_expiring ON tasks (latest, seq)
    WHERE status = 'notStarted' AND latest IS NOT NULL;
CREATE TABLE drives (target_key TEXT PRIMARY KEY, seq INTEGER NOT NULL, made INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE people (upn_key TEXT PRIMARY KEY, object_id TEXT NOT NULL, facts TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX people_by_id ON people (object_id);
"""
_SITES = """
CREATE TABLE IF NOT EXISTS sites (
    side TEXT NOT NULL, upn_key TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    PRIMARY KEY (side, upn_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS sites_by_name ON sites (side, name_key);
"""


class Due(StrEnum):
    """What can happen to a task by the mere passing of time."""

    STAGE_ENDS = "stage ends"
    MAY_START = "may start"
    STARTS_TOO_LATE = "starts too late"


# Left to itself, SQLite takes the index by status and sorts thousands of rows each time.
_DUE = {
    Due.STAGE_ENDS: "SELECT next_at, seq FROM tasks INDEXED BY tasks_running "
    "WHERE status = 'inProgress' ORDER BY next_at, seq LIMIT 1",
    Due.MAY_START: "SELECT eligible, seq FROM tasks INDEXED BY tasks_waiting "
    "WHERE status = 'notStarted' ORDER BY eligible, seq LIMIT 1",
    Due.STARTS_TOO_LATE: "SELECT latest, seq FROM tasks INDEXED BY tasks_expiring "
    "WHERE status = 'notStarted' AND latest IS NOT NULL ORDER BY latest, seq LIMIT 1",
}


class StoreError(Exception):
    """The state file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """A move as the engine keeps it; times are practice milliseconds since 1970, UTC."""

    id: str
    source_upn: str
    target_upn: str
    parameters: dict[str, Any]
    created: int
    eligible: int
    """When it may start at the earliest."""
    latest: int | None
    """When it is cancelled unless it has started."""
    duration: int
    status: str = "notStarted"
    stage: str = ""
    next_at: int | None = None
    """When the present stage ends."""
    started: int | None = None
    updated: int | None = None
    finished: int | None = None
    error_code: str = ""
    error_message: str = ""
    seq: int = 0


_COLUMNS = (
    "id, source_upn, target_upn, parameters, created, eligible, latest, duration, status, stage, "
    "next_at, started, updated, finished, error_code, error_message, seq"
)


class Store:
    """One SQLite file, used by one process at a time.

    Raises StoreError when the file is damaged, foreign, or still held after `patience` seconds.
    """

    def __init__(self, path: Path, *, patience: float = 10.0) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds the tokens
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path} cannot be opened: {error}") from None
        try:
            self._claim(time.monotonic() + patience)
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"{path} cannot be used: {error}") from None
        except StoreError:
            self._db.close()
            raise

    def _claim(self, until: float) -> None:
        """Hold the file alone, so that two servers never play the same moves.

        The predecessor may still be shutting down, hence the patience.
        """
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("BEGIN EXCLUSIVE")
                self._db.execute("COMMIT")
                return
            except sqlite3.OperationalError as error:
                # Extended codes carry the plain one in their low byte.
                plain_code = error.sqlite_errorcode & 0xFF
                if plain_code not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                if time.monotonic() > until:
                    raise StoreError("The state file is in use by another process.") from None
                time.sleep(0.05)

    def _prepare(self) -> None:
        version = self._value("PRAGMA user_version")
        if version != _VERSION:
            if version or self._value("SELECT count(*) FROM sqlite_master"):
                raise StoreError("The state file is not one of ours, or of another version.")
            self._db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
        self._db.executescript(f"BEGIN;{_SITES}COMMIT;")

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; on disk when it ends, or when the one around it does."""
        is_inner = self._db.in_transaction
        self._db.execute("SAVEPOINT inner_one" if is_inner else "BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("RELEASE inner_one" if is_inner else "COMMIT")
        except BaseException:
            # A full disk may have rolled everything back already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO inner_one" if is_inner else "ROLLBACK")
            raise

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        """For the tables that other modules keep in this file; what came from outside is bound."""
        return self._db.execute(sql, values)

    def _value(self, sql: str, *values: object) -> Any:
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def meta(self, key: str) -> str | None:
        value = self._value("SELECT value FROM meta WHERE key = ?", key)
        return None if value is None else str(value)

    def set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add_task(self, task: Task) -> None:
        parameters = json.dumps(task.parameters, ensure_ascii=False)
        values = {
            "source_key": task.source_upn.casefold(),
            "target_key": task.target_upn.casefold(),
            **{name: getattr(task, name) for name in _COLUMNS.split(", ")[:-1]},
            "parameters": parameters,
        }
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        self._db.execute(
            f"INSERT INTO tasks ({names}) VALUES ({marks})",  # noqa: S608 - our own column names
            tuple(values.values()),
        )

    def change_task(self, seq: int, **values: object) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE tasks SET {names} WHERE seq = ?",  # noqa: S608 - our own column names
            (*values.values(), seq),
        )

    def tasks(self, where: str, *values: object) -> list[Task]:
        """`where` is a clause of the program's own; what came from outside goes into `values`."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM tasks {where}",  # noqa: S608 - values are bound
            values,
        )
        return [_task(*row) for row in found]

    def task(self, where: str, *values: object) -> Task | None:
        found = self.tasks(f"{where} LIMIT 1", *values)
        return found[0] if found else None

    def count_tasks(self, statuses: Sequence[str] = ()) -> int:
        marks = ", ".join("?" * len(statuses))
        where = f"WHERE status IN ({marks})" if statuses else ""
        sql = f"SELECT count(*) FROM tasks {where}"  # noqa: S608 - values are bound
        return int(self._value(sql, *statuses))

    def due(self, what: Due) -> tuple[int, int] | None:
        """Time and seq of the first task to which this happens."""
        found = self._db.execute(_DUE[what]).fetchone()
        return None if found is None else (found[0], found[1])

    def drive_holder(self, target_key: str) -> int | None:
        """The seq of the move whose target drive this is or is going to be."""
        seq = self._value("SELECT seq FROM drives WHERE target_key = ?", target_key)
        return None if seq is None else int(seq)

    def hold_drive(self, target_key: str, seq: int) -> None:
        """Keep the target URL for this move; whoever has it already keeps it."""
        self._db.execute("INSERT OR IGNORE INTO drives VALUES (?, ?, 0)", (target_key, seq))

    def make_drive(self, target_key: str) -> None:
        self._db.execute("UPDATE drives SET made = 1 WHERE target_key = ?", (target_key,))

    def drive_is_made(self, target_key: str) -> bool:
        """Whether a move made the OneDrive at this target."""
        sql = "SELECT count(*) FROM drives WHERE target_key = ? AND made = 1"
        return bool(self._value(sql, target_key))

    def has_moved(self, source_key: str) -> bool:
        """Whether only a redirect is left of this source's OneDrive."""
        sql = "SELECT count(*) FROM tasks WHERE source_key = ? AND status = 'completed'"
        return bool(self._value(sql, source_key))

    def count_people(self, side: str) -> int:
        """How many are known to belong to this tenant, `source` or `target`."""
        sql = "SELECT count(*) FROM people WHERE json_extract(facts, '$.side') = ?"
        return int(self._value(sql, side))

    def site_name(self, side: str, upn_key: str) -> str | None:
        """How the address of this person's OneDrive ends, once it was given."""
        name = self._value("SELECT name FROM sites WHERE side = ? AND upn_key = ?", side, upn_key)
        return None if name is None else str(name)

    def owner_of_site(self, side: str, name_key: str) -> str | None:
        key = self._value(
            "SELECT upn_key FROM sites WHERE side = ? AND name_key = ?", side, name_key
        )
        return None if key is None else str(key)

    def add_site(self, side: str, name: str, upn_key: str) -> None:
        self._db.execute(
            "INSERT INTO sites VALUES (?, ?, ?, ?)", (side, upn_key, name, name.casefold())
        )

    def let_go_of_drive(self, seq: int, target_key: str) -> None:
        """Undo `hold_drive` of this move, unless the drive was made."""
        self._db.execute(
            "DELETE FROM drives WHERE target_key = ? AND seq = ? AND made = 0", (target_key, seq)
        )

    def known_person(self, upn_key: str) -> dict[str, Any] | None:
        """What was said of this person; None of somebody who was never named."""
        facts = self._value("SELECT facts FROM people WHERE upn_key = ?", upn_key)
        return None if facts is None else dict(json.loads(facts))

    def person(self, upn_key: str) -> dict[str, Any]:
        return self.known_person(upn_key) or {}

    def upn_of(self, object_id: str) -> str | None:
        sql = "SELECT upn_key FROM people WHERE object_id = ?"
        key = self._value(sql, object_id)
        return None if key is None else str(key)

    def set_person(self, upn_key: str, object_id: str, facts: dict[str, Any]) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO people VALUES (?, ?, ?)",
            (upn_key, object_id, json.dumps(facts, ensure_ascii=False)),
        )


def _task(task_id: str, source_upn: str, target_upn: str, parameters: str, *rest: Any) -> Task:
    return Task(task_id, source_upn, target_upn, json.loads(parameters), *rest)
