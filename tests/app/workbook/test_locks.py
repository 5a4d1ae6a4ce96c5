"""The lock of a run: the second program says who holds the workbook."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.errors import WorkbookBusy
from app.workbook.locks import BookLock
from app.workbook.save import save_status
from wave_book import make_book, names, order

HOLDER = """
import sys
from pathlib import Path
from app.workbook.locks import BookLock

lock = BookLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_book(tmp_path / "Wave plan.xlsx")


@contextmanager
def held(book: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another program that has the workbook."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"held"
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_the_second_one_says_who_holds_it_where_and_since_when(book: Path) -> None:
    began = datetime.now().astimezone().replace(second=0, microsecond=0)
    with held(book) as process:
        with pytest.raises(WorkbookBusy) as caught:
            BookLock(book).take()
        said = caught.value
    assert said.code == "HELD"
    found = re.search(r"held by (\S+) on (\S+), process (\d+), since (.{16})\.", said.detail)
    assert found is not None, said.detail
    assert int(found[3]) == process.pid
    since = datetime.strptime(found[4], "%Y-%m-%d %H:%M").astimezone()
    assert timedelta(0) <= since - began <= timedelta(minutes=1)
    assert said.remedy


def test_let_go_it_is_free_and_nothing_is_left(book: Path) -> None:
    for _ in range(2):
        lock = BookLock(book)
        lock.take()
        lock.take()
        assert len(names(book.parent)) == 2
        lock.release()
        lock.release()
        assert names(book.parent) == {book.name}
    with held(book):
        pass
    BookLock(book).take()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_killed_holder_holds_nothing(book: Path) -> None:
    with held(book) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    lock = BookLock(book)
    lock.take()
    lock.release()
    assert names(book.parent) == {book.name}


def test_two_workbooks_in_a_folder_have_their_own_locks(book: Path) -> None:
    other = make_book(book.with_name("Wave plan.xlsm"))
    locks = [BookLock(book), BookLock(other)]
    for lock in locks:
        lock.take()
    for lock in locks:
        lock.release()
    assert names(book.parent) == {book.name, other.name}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_a_link_to_the_workbook_is_the_workbook(book: Path, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    link = tmp_path / "desk" / "plan.xlsx"
    link.symlink_to(book)
    with held(book), pytest.raises(WorkbookBusy):
        BookLock(link).take()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_where_no_lock_can_be_made_the_workbook_can_still_be_looked_at(book: Path) -> None:
    lock = BookLock(book)
    lock.take()
    [path] = names(book.parent) - {book.name}
    lock.release()
    # A link in the lock's place is not followed: it may be anybody's.
    trap = book.with_name("trap")
    trap.write_text("mine")
    book.with_name(path).symlink_to(trap)
    lock = BookLock(book)
    lock.take()
    lock.release()
    assert trap.read_text() == "mine"


def test_the_holder_itself_saves_as_usual(book: Path) -> None:
    lock = BookLock(book)
    lock.take()
    assert save_status(book, order()).rows_written == 6
    lock.release()


def test_the_command_line_says_it_too_whatever_folder_its_journal_is_in(
    book: Path, tmp_path: Path
) -> None:
    command = f"-m app run --practice --yes --state-dir {tmp_path / 'state'}".split()
    with held(book) as process:
        done = subprocess.run(
            [sys.executable, *command, str(book)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        assert done.returncode == 2, done.stdout + done.stderr
        assert f"process {process.pid}, since " in done.stderr
        assert book.name in done.stderr
