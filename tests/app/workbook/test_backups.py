"""The backups: what they hold, how they are named, which are kept."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import WorkbookBusy
from app.workbook.backups import FOLDER, KEPT, back_up, backups_of, prune
from app.workbook.save import save_status
from wave_book import make_book, names, order


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_book(tmp_path / "Wave [1].xlsx")


def dated(book: Path, count: int) -> list[Path]:
    """Backups as other days left them, the oldest first."""
    folder = book.parent / FOLDER
    folder.mkdir()
    first = datetime(2026, 1, 1, 12, tzinfo=UTC)
    made = []
    for day in range(count):
        backup = folder / f"{book.stem} (backup {first + timedelta(day):%Y-%m-%d %H%M%S}).xlsx"
        backup.write_text(str(day))
        made.append(backup)
    return made


def test_a_run_backs_up_what_was_there_before_its_first_write(book: Path) -> None:
    before = book.read_bytes(), book.stat().st_mtime_ns, book.stat().st_mode
    began = datetime.now().astimezone().replace(microsecond=0)
    backup = save_status(book, order(backup=True)).backup
    assert backup is not None
    assert (backup.read_bytes(), backup.stat().st_mtime_ns, backup.stat().st_mode) == before
    said = re.fullmatch(r"Wave \[1\] \(backup (.*)\)\.xlsx", backup.name)
    assert said is not None
    named = datetime.strptime(said[1], "%Y-%m-%d %H%M%S").astimezone()
    assert timedelta(0) <= named - began <= timedelta(minutes=1)
    assert names(backup.parent) == {backup.name}
    assert save_status(book, order("Failed")).backup is None
    assert names(backup.parent) == {backup.name}


def test_no_backup_is_written_over_within_one_second(book: Path) -> None:
    made = []
    for number in range(12):
        book.write_text(str(number))
        made.append(back_up(book))
    assert [backup.read_text() for backup in made] == [str(number) for number in range(12)]
    assert backups_of(book) == made


@pytest.mark.parametrize("count", [0, 1, 2, KEPT, KEPT + 1, KEPT + 5])
def test_the_newest_are_kept_and_the_first_one_for_good(book: Path, count: int) -> None:
    made = dated(book, count)
    prune(book)
    assert backups_of(book) == list(dict.fromkeys([*made[:1], *made[1:][-KEPT:]]))


def test_nothing_but_this_workbooks_backups_is_removed(book: Path) -> None:
    made = dated(book, KEPT + 3)
    folder = book.parent / FOLDER
    others = {
        "Wave 1 (backup 2025-01-01 120000).xlsx",
        "Wave [1] (backup 2025-01-01 120000).xlsm",
        "Wave [1] (backup 2025-01-01 120000) keep.xlsx",
        "Wave [1] (backup of mine).xlsx",
        "notes.txt",
    }
    for name in others:
        (folder / name).write_text("mine")
    save_status(book, order(backup=True))
    left = names(folder)
    assert others <= left
    assert made[0].name in left
    assert len(left - others) == KEPT + 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked itself what is open")
def test_a_write_that_does_not_happen_leaves_the_backups_alone(book: Path) -> None:
    made = dated(book, KEPT + 1)
    book.with_name(f"~${book.name}").write_bytes(b"\x03Bob")
    for _ in range(3):
        with pytest.raises(WorkbookBusy):
            save_status(book, order(backup=True))
    assert backups_of(book) == made


def test_workbooks_with_names_too_long_for_a_backup_do_not_share_theirs(tmp_path: Path) -> None:
    one, other = (make_book(tmp_path / f"{'w' * 249}{n}.xlsx") for n in (1, 2))
    of_one, of_other = back_up(one), back_up(other)
    assert of_one != of_other
    assert (backups_of(one), backups_of(other)) == ([of_one], [of_other])
