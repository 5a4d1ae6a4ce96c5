"""The journal: durable, chained, held by one run, honest about what it cannot read."""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import audit
from app.clock import SystemClock
from app.errors import AppError, JournalError
from app.journal import (
    Change,
    Journal,
    RowRecord,
    read_project,
)
from app.journal_file import STEPS, journal_path, open_to_write
from app.life import ImpossibleStep, planned, starting
from app.model import Finding, Level, Move, MoveStatus, Side, Window
from app.preflight_values import RowCheck

NOW = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)
MOVE = Move("ana@contoso.com", 5, "ana@contoso.com", "ana@northwind.com")
CHECK = RowCheck(
    "ana@contoso.com",
    "Ana@contoso.com",
    "ana@northwind.com",
    NOW,
    (Finding(Level.WARN, "SOURCE_SIZE_LARGE", "S!A5", Side.SOURCE, (("size", "3,000 GB"),)),),
    ("SOURCE_USER_FOUND",),
)
WINDOW = Window(NOW, None, "Europe/Berlin")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path, SystemClock())) as journal:
        yield journal


def test_a_move_comes_back_as_it_was(tmp_path: Path, journal: Journal) -> None:
    waiting = planned(MOVE, "Wave 1", WINDOW, NOW)
    journal.commit([Change(None, waiting, "planned", by_admin=True)])
    assert journal.moves() == {MOVE.key: waiting}
    assert read_project(tmp_path)[1] == (waiting,)


def test_a_latest_start_is_kept_and_may_be_missing_in_older_journals(
    tmp_path: Path, journal: Journal
) -> None:
    waiting = planned(MOVE, "Wave 1", replace(WINDOW, latest_utc=NOW), NOW)
    journal.commit([Change(None, waiting, "planned", by_admin=True)])
    assert journal.moves() == {MOVE.key: waiting}
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db, db:
        [(data,)] = db.execute("SELECT data FROM moves")
        older = json.loads(data)
        del older["window"]["latest_utc"]
        db.execute("UPDATE moves SET data = ?", (json.dumps(older),))
    assert read_project(tmp_path)[1][0].window == WINDOW


def test_an_impossible_step_leaves_nothing_behind(journal: Journal) -> None:
    waiting = planned(MOVE, "", WINDOW, NOW)
    other = replace(MOVE, key="bo@contoso.com")
    with pytest.raises(ImpossibleStep):
        journal.commit(
            [
                Change(None, waiting, "planned"),
                Change(other, replace(other, status=MoveStatus.SUCCESS), "told"),
            ]
        )
    assert journal.moves() == {}


def test_the_rows_of_the_workbook_are_read_beside_a_run(tmp_path: Path, journal: Journal) -> None:
    row = RowRecord(5, MOVE.key, MOVE.source_upn, MOVE.target_upn, startable=True)
    journal.replace_rows([replace(row, row=9), row])
    assert read_project(tmp_path)[0] == (row, replace(row, row=9))


def test_no_journal_is_no_project(tmp_path: Path) -> None:
    assert read_project(tmp_path) == ((), ())


def test_settings_are_kept(tmp_path: Path) -> None:
    with closing(Journal(tmp_path, SystemClock())) as first:
        first.set_setting("corrections", "[]")
        first.set_setting("corrections", '["a"]')
    with closing(Journal(tmp_path, SystemClock())) as second:
        assert second.settings() == (("corrections", '["a"]'),)


def test_a_second_run_is_told_who_holds_the_project(tmp_path: Path, journal: Journal) -> None:
    assert journal.moves() == {}
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path, SystemClock())
    assert caught.value.code == "HELD"
    assert "process" in caught.value.detail


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "file", SystemClock())
    assert caught.value.code == "FOLDER_NOT_WRITABLE"


def test_another_thread_may_not_write(journal: Journal) -> None:
    errors: list[BaseException] = []

    def write() -> None:
        try:
            journal.record("odd", "")
        except (AssertionError, sqlite3.ProgrammingError) as error:
            errors.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    Journal(tmp_path, SystemClock()).close()
    with closing(sqlite3.connect(journal_path(tmp_path))) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path, SystemClock())
    assert caught.value.code == "NEWER"
    with closing(sqlite3.connect(journal_path(tmp_path))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_damaged_journal_says_what_to_do(tmp_path: Path) -> None:
    journal_path(tmp_path).write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path, SystemClock())
    assert caught.value.code == "DAMAGED"
    assert "nothing is started twice" in caught.value.remedy
    with pytest.raises(JournalError):
        read_project(tmp_path)


def _filled(tmp_path: Path) -> None:
    waiting = planned(MOVE, "", WINDOW, NOW)
    with closing(Journal(tmp_path, SystemClock())) as journal:
        journal.commit([Change(None, waiting, "planned", by_admin=True)])
        journal.commit([Change(waiting, starting(waiting, NOW), "starting")])
        journal.record("call failed", "find: no answer", key=MOVE.key)


def _tamper(tmp_path: Path, tampering: str) -> None:
    with closing(sqlite3.connect(journal_path(tmp_path))) as db, db:
        db.execute(tampering)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET detail = 'find: fine' WHERE seq = 3",
        "UPDATE events SET utc = '2020-01-01T00:00:00+00:00' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 1",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events WHERE seq >= 2",
        "UPDATE events SET seq = CASE seq WHEN 1 THEN -2 WHEN 2 THEN -1 ELSE seq END",
        "UPDATE moves SET data = replace(data, 'Starting', 'Success')",
        "DELETE FROM moves",
    ],
)
def test_a_change_from_outside_is_found(tmp_path: Path, tampering: str) -> None:
    _filled(tmp_path)
    assert audit.verify(tmp_path).events == 3
    _tamper(tmp_path, tampering)
    with pytest.raises(JournalError) as caught:
        audit.verify(tmp_path)
    assert caught.value.code == "CHAIN_BROKEN"


def test_the_head_that_was_noted_is_found_in_a_later_export(tmp_path: Path) -> None:
    _filled(tmp_path)
    head = audit.verify(tmp_path).head
    with closing(Journal(tmp_path, SystemClock())) as journal:
        journal.record("pause", "", by_admin=True)
    assert audit.verify(tmp_path).head != head
    assert audit.export(tmp_path, tmp_path / "events.csv") == 4
    assert head in (tmp_path / "events.csv").read_text("utf-8-sig")


def test_the_export_holds_every_event_and_no_formula(tmp_path: Path) -> None:
    _filled(tmp_path)
    with closing(Journal(tmp_path, SystemClock())) as journal:
        journal.record("note", '=HYPERLINK("http://evil.example")')
    out = tmp_path / "events.csv"
    assert audit.export(tmp_path, out) == 4
    with out.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = list(csv.reader(file))
    assert tuple(header) == audit.HEADERS
    assert [line[3] for line in lines] == ["planned", "starting", "call failed", "note"]
    assert lines[1][5:7] == ["Waiting", "Starting"]
    assert lines[3][7] == '\'=HYPERLINK("http://evil.example")'
    with pytest.raises(AppError) as caught:
        audit.export(tmp_path, out)
    assert caught.value.code == "EXISTS"


def test_no_journal_is_no_evidence(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        audit.verify(tmp_path)
    assert caught.value.code == "NO_JOURNAL"


def test_an_older_journal_is_copied_and_brought_up(tmp_path: Path) -> None:
    _filled(tmp_path)
    path = journal_path(tmp_path)

    def add_a_column(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE moves ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")

    former = 1 + len(STEPS)
    with closing(open_to_write(path, NOW, [*STEPS, add_a_column])) as db:
        assert db.execute("SELECT colour FROM moves").fetchone() == ("blue",)
        assert db.execute("PRAGMA user_version").fetchone() == (former + 1,)
    copy = tmp_path / f"journal (version {former}, 2026-12-05 180000Z).db"
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone() == (3,)
        assert db.execute("PRAGMA user_version").fetchone() == (former,)


def test_a_journal_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    open_to_write(journal_path(tmp_path), NOW, []).close()
    with closing(Journal(tmp_path, SystemClock())) as journal:
        assert journal.checks() == ()
        journal.keep_checks([CHECK])
        assert journal.checks() == (CHECK,)


def test_what_the_pre_flight_found_comes_back_the_newest_of_each_row(journal: Journal) -> None:
    other = replace(CHECK, key="bo@contoso.com", findings=(), whole=False)
    journal.keep_checks([CHECK, other])
    newer = replace(CHECK, checked_utc=datetime(2026, 12, 6, tzinfo=UTC), passed=())
    journal.keep_checks([newer])
    assert set(journal.checks()) == {newer, other}
    journal.keep_checks([CHECK], anew=True)
    assert journal.checks() == (CHECK,)


def test_a_failed_step_leaves_the_older_journal_as_it_was(tmp_path: Path) -> None:
    _filled(tmp_path)

    def half_way(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM moves")
        db.execute("no such statement")

    with pytest.raises(JournalError):
        open_to_write(journal_path(tmp_path), NOW, [*STEPS, half_way])
    assert audit.verify(tmp_path).events == 3
