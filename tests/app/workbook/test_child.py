"""Whatever a file does to the reader, the program gets an answer or a clear error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import WorkbookBusy, WorkbookError
from app.model import ColumnsNeeded, Finding, Level, Mapping, Side
from app.paths import child_command
from app.workbook import wire
from app.workbook.child import open_book, stop_reading, write_status
from app.workbook.read import read_book
from app.workbook.status import (
    BookRead,
    Fingerprint,
    StatusColumn,
    StatusRow,
    StatusWrite,
    StatusWritten,
)
from hostile import HEADER, make_raw, password_protected, sparse_xlsb, text_row
from wave_book import PEOPLE, make_book, order, statuses

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits and signals of POSIX")


def test_reading_and_writing_cross_the_process_unchanged(tmp_path: Path) -> None:
    book = make_book(tmp_path / "a.xlsx")
    answer = open_book(book)
    assert answer == read_book(book)
    assert isinstance(answer, BookRead)
    written = write_status(book, order("Success"))
    assert written.rows_written == len(PEOPLE)
    assert statuses(book) == dict.fromkeys((source for source, _ in PEOPLE), "Success")


def test_a_question_crosses_the_process_unchanged(tmp_path: Path) -> None:
    book = make_raw(tmp_path / "a.xlsx", text_row(1, "Old", "New") + text_row(2, "a@c.d", "a@e.f"))
    asked = open_book(book)
    assert isinstance(asked, ColumnsNeeded)
    assert asked == read_book(book)
    assert isinstance(open_book(book, source_column="Old", target_column="New"), BookRead)


def test_an_error_arrives_as_it_was_raised(tmp_path: Path) -> None:
    book = password_protected(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError) as here:
        read_book(book)
    with pytest.raises(WorkbookError) as there:
        open_book(book)
    assert vars(there.value) == vars(here.value)


@POSIX
def test_a_small_legal_file_that_aborts_the_reader_leaves_the_program_alive(tmp_path: Path) -> None:
    book = sparse_xlsb(tmp_path / "a.xlsb")
    before = book.read_bytes()
    assert len(before) < 6_500
    with pytest.raises(WorkbookError) as raised:
        open_book(book)
    assert raised.value.code == "CANNOT_READ"
    assert "memory" in raised.value.detail
    assert raised.value.remedy
    assert book.read_bytes() == before


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    book = make_book(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError) as raised:
        open_book(book, timeout=0.001)
    assert raised.value.code == "TOO_SLOW"
    assert "0.001 seconds" in raised.value.detail


@pytest.mark.skipif(sys.platform != "linux", reason="children as Linux lists them")
def test_no_child_is_left_behind(tmp_path: Path) -> None:
    for name, timeout in (("a.xlsx", 0.001), ("b.xlsb", 20.0)):
        book = sparse_xlsb(tmp_path / name)
        with pytest.raises(WorkbookError):
            open_book(book, timeout=timeout)
    children = " ".join(list_.read_text() for list_ in Path("/proc/self/task").glob("*/children"))
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children.split()]
    assert not [command for command in commands if b"app.workbook.child" in command]


@POSIX
def test_reading_can_be_stopped_when_the_program_quits(tmp_path: Path) -> None:
    book = make_raw(tmp_path / "a.xlsx", HEADER + text_row(2, "a@c.d", "a@e.f"))
    raised: list[WorkbookError] = []
    ended = threading.Event()

    def read_on() -> None:
        while not ended.is_set():
            try:
                open_book(book)
            except WorkbookError as error:
                raised.append(error)
                ended.set()

    reader = threading.Thread(target=read_on)
    reader.start()
    while not ended.wait(0.01):
        stop_reading()
    reader.join(20)
    assert not reader.is_alive()
    assert raised[0].code == "CANNOT_READ"


def test_what_a_library_prints_does_not_spoil_the_answer(tmp_path: Path) -> None:
    book = make_book(tmp_path / "a.xlsx")
    noise = tmp_path / "sitecustomize.py"
    noise.write_text(
        "import python_calamine, os\n"
        "real = python_calamine.CalamineWorkbook.from_filelike\n"
        "class Noisy:\n"
        "    @staticmethod\n"
        "    def from_filelike(file):\n"
        "        print('noise'); os.write(1, b'more noise')\n"
        "        return real(file)\n"
        "python_calamine.CalamineWorkbook = Noisy\n"
    )
    job = {
        "job": "read",
        "path": str(book),
        "choice": {},
        "seconds": 20,
        "parent": os.getpid(),
    }
    done = subprocess.run(
        child_command("app.workbook.child"),
        input=json.dumps(job).encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert wire.to_read(json.loads(done.stdout)["read"]) == read_book(book)
    assert b"more noise" in done.stderr


# What crosses


TEXT = st.text(max_size=12)
WHEN = st.datetimes(timezones=st.just(UTC))
FINDINGS = st.builds(
    Finding,
    st.sampled_from(Level),
    TEXT,
    TEXT,
    st.none() | st.sampled_from(Side),
    st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(
    sheet=TEXT,
    pairs=st.lists(st.tuples(TEXT, TEXT, TEXT, st.booleans()), max_size=5),
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
)
def test_whatever_was_read_comes_out_of_the_wire_as_it_went_in(
    sheet: str,
    pairs: list[tuple[str, str, str, bool]],
    findings: tuple[Finding, ...],
) -> None:
    rows = tuple(
        Mapping(n, source, target, f"{sheet}!AB{n}", f"{sheet}!C{n}", batch, include)
        for n, (source, target, batch, include) in enumerate(pairs, 3)
    )
    read = BookRead(
        path=Path("a b.xlsx"),
        sheet=sheet,
        sheets=(sheet, "x"),
        columns=("SourceUPN", sheet),
        header_row=2,
        source_column="SourceUPN",
        target_column="TargetUPN",
        batch_column="",
        include_column="",
        rows=rows,
        findings=findings,
        patchable=False,
        not_patchable_because="XLS",
        fingerprint=Fingerprint(1, 2, 3),
    )
    assert wire.to_read(json.loads(wire.packed(wire.of_read(read)))) == read


@given(
    rows=st.lists(
        st.tuples(TEXT, TEXT, TEXT, st.none() | WHEN, st.none() | st.integers()), max_size=4
    )
)
def test_an_order_to_write_comes_out_as_it_went_in(
    rows: list[tuple[str, str, str, datetime | None, int | None]],
) -> None:
    write = StatusWrite(
        sheet="Mapping",
        header_row=1,
        source_column="SourceUPN",
        target_column="TargetUPN",
        columns=(
            StatusColumn("a", "text", 9),
            StatusColumn("b", "date", 9.5),
            StatusColumn("c", "number", 9),
        ),
        rows=tuple(StatusRow(one, two, tuple(cells)) for one, two, *cells in rows),
        make_backup=False,
        colours=(("Success", "good"),),
    )
    assert wire.to_write(json.loads(wire.packed(wire.of_write(write)))) == write


@pytest.mark.parametrize("backup", [None, Path("b.xlsx")])
def test_what_was_written_and_errors_come_out_as_they_went_in(backup: Path | None) -> None:
    written = StatusWritten(
        Path("a.xlsx"), True, "XLS", backup, 3, ("p@c.d",), Fingerprint(1, 2, 3)
    )
    assert wire.to_written(json.loads(wire.packed(wire.of_written(written)))) == written
    for error in (WorkbookError("A", "b", "c", "d"), WorkbookBusy("A", "b", "c", "d")):
        again = wire.to_error(json.loads(wire.packed(wire.of_error(error))))
        assert type(again) is type(error)
        assert vars(again) == vars(error)
