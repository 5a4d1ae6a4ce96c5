"""Measures reading and writing workbooks against peers, each in a process of its own."""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.workbook.status import StatusWrite
from books import FOUR, SHEET, make_book, status_write

Job = Callable[[], None]

CHANGED = 500
ROUNDS = 3
_SLOW = 50_000
"""People above which openpyxl is measured once only: it takes most of a minute."""


def read_ours(book: Path, _people: int) -> Job:
    """Open and check: guard, parser, rows, and all checks of the list."""
    from app.checks import check_list
    from app.model import ColumnsNeeded
    from app.workbook.read import read_book

    def job() -> None:
        # The program's child does without the search for garbage, too.
        gc.disable()
        read = read_book(book)
        gc.enable()
        assert not isinstance(read, ColumnsNeeded)
        check_list(read.rows)

    return job


def open_ours(book: Path, _people: int) -> Job:
    """The same as the window has it: in the child process, whose rows come back and are checked."""
    from app.checks import check_list
    from app.model import ColumnsNeeded
    from app.workbook.child import open_book

    def job() -> None:
        read = open_book(book)
        assert not isinstance(read, ColumnsNeeded)
        check_list(read.rows)

    return job


def read_calamine(book: Path, _people: int) -> Job:
    """The fast reader alone, into Python lists."""
    import python_calamine

    def job() -> None:
        python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_name(SHEET).to_python()

    return job


def load_openpyxl(book: Path, _people: int) -> Job:
    """The usual Python way to a workbook that is written later: everything is loaded."""
    import openpyxl

    def job() -> None:
        loaded = openpyxl.load_workbook(book)
        for _ in loaded[SHEET].iter_rows(values_only=True):
            pass

    return job


def read_openpyxl(book: Path, _people: int) -> Job:
    """Its read-only mode, values only, nothing kept."""
    import openpyxl

    def job() -> None:
        loaded = openpyxl.load_workbook(book, read_only=True, data_only=True)
        for _ in loaded[SHEET].iter_rows(values_only=True):
            pass
        loaded.close()

    return job


def _write_ours(book: Path, people: int, changed: int) -> Job:
    from app.workbook.atomic import fingerprint_of
    from app.workbook.save import save_status

    write = _order(people, changed)
    if changed:
        # The program knows the file that its last write left.
        write = replace(write, known=fingerprint_of(book))

    def job() -> None:
        gc.disable()  # as in the child
        assert save_status(book, write).rows_written == len(write.rows)

    return job


def _write_openpyxl(book: Path, people: int, changed: int) -> Job:
    import openpyxl

    write = _order(people, changed)

    def job() -> None:
        loaded = openpyxl.load_workbook(book)
        sheet = loaded[SHEET]
        by_source = {row.source_upn: row for row in write.rows}
        for index, header in enumerate(FOUR):
            sheet.cell(1, 13 + index, header)
        for row in range(2, sheet.max_row + 1):
            wanted = by_source.get(str(sheet.cell(row, 3).value))
            for index, value in enumerate(wanted.cells if wanted is not None else ()):
                plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                sheet.cell(row, 13 + index, plain)
        loaded.save(book)

    return job


def _order(people: int, changed: int) -> StatusWrite:
    """Everybody, or only those whose status has changed: nobody else is sent to the writer."""
    write = status_write(people, changed)
    return replace(write, rows=write.rows[:changed]) if changed else write


def first_write_ours(book: Path, people: int) -> Job:
    """Four new columns for everybody."""
    return _write_ours(book, people, 0)


def later_write_ours(book: Path, people: int) -> Job:
    """The same columns again, with 500 people whose status has changed."""
    return _write_ours(book, people, CHANGED)


def first_write_openpyxl(book: Path, people: int) -> Job:
    """Load everything, set four columns, save everything."""
    return _write_openpyxl(book, people, 0)


def later_write_openpyxl(book: Path, people: int) -> Job:
    """The same with 500 changed people: there is no shorter way."""
    return _write_openpyxl(book, people, CHANGED)


def floor(book: Path, _people: int) -> Job:
    """Copying and recompressing the package: what any writer that recompresses must do."""

    def job() -> None:
        target = book.with_suffix(".copy")
        with (
            zipfile.ZipFile(book) as package,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
        ):
            for info in package.infolist():
                copy.writestr(info.filename, package.read(info))
        target.replace(book)

    return job


JOBS: dict[str, Callable[[Path, int], Job]] = {
    job.__name__: job
    for job in (
        read_ours,
        open_ours,
        read_calamine,
        load_openpyxl,
        read_openpyxl,
        first_write_ours,
        first_write_openpyxl,
        later_write_ours,
        later_write_openpyxl,
        floor,
    )
}


def measure(name: str, book: Path, people: int) -> None:
    """Do one job in this process and print its seconds and the peak MiB it added."""
    job = JOBS[name](book, people)
    gc.collect()
    before = resident("VmRSS")
    begin = time.perf_counter()
    job()
    seconds = time.perf_counter() - begin
    # A child's whole peak, its interpreter included, as though it fell together with ours.
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": resident("VmHWM") - before + child}))


def resident(field: str) -> float:
    """Resident memory of this process in MiB, now (VmRSS) or at its highest (VmHWM)."""
    text = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in text.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def once(name: str, book: Path, people: int) -> tuple[float, float]:
    """The time and the peak of one job, in a new process on a new copy."""
    copy = book.with_name(f"work-{os.getpid()}.xlsx")
    shutil.copyfile(book, copy)
    command = [sys.executable, "-B", __file__, "--measure", name, str(copy), str(people)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    copy.unlink()
    said = json.loads(done.stdout)
    return said["seconds"], said["peak"]


def medians(books: dict[str, Path], people: int, rounds: int) -> dict[str, tuple[float, float]]:
    """The middle time and the middle peak of each job.

    The jobs take turns, so that what else the machine does in a minute meets all of them alike.
    """
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in books}
    for turn in range(rounds):
        for name, book in books.items():
            if not (turn and "openpyxl" in name and people > _SLOW):
                results[name].append(once(name, book, people))
    found = {}
    for name, result in results.items():
        times, peaks = zip(*result, strict=True)
        found[name] = (statistics.median(times), statistics.median(peaks))
    return found


def report(sizes: list[int], rounds: int) -> None:
    """Print the table."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| rows | job | seconds | peak MiB | against | ratio | memory |")
    print("| ---: | --- | ---: | ---: | --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for people in sizes:
            book = Path(folder) / f"book-{people}.xlsx"
            make_book(book, people)
            written = Path(folder) / f"written-{people}.xlsx"
            shutil.copyfile(book, written)
            first_write_ours(written, people)()
            changed = ("later", "floor")
            books = {name: written if name.startswith(changed) else book for name in JOBS}
            measured = medians(books, people, rounds)
            for ours, peers in (
                ("read_ours", ("read_calamine", "load_openpyxl", "read_openpyxl")),
                ("open_ours", ("read_calamine", "load_openpyxl")),
                ("first_write_ours", ("floor", "first_write_openpyxl")),
                ("later_write_ours", ("floor", "later_write_openpyxl")),
            ):
                seconds, peak = measured[ours]
                print(f"| {people:,} | {ours} | {seconds:.3f} | {peak:.0f} | | | |")
                for peer in peers:
                    peer_seconds, peer_peak = measured[peer]
                    print(
                        f"| | | {peer_seconds:.3f} | {peer_peak:.0f} | {peer} |"
                        f" {seconds / peer_seconds:.2f} | {peak / peer_peak:.2f} |",
                        flush=True,
                    )


def main() -> None:
    """Measure one job, or print the whole table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--measure", nargs=3, metavar=("JOB", "BOOK", "PEOPLE"))
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.measure:
        name, book, people = options.measure
        measure(name, Path(book), int(people))
    else:
        report(options.sizes, options.rounds)


if __name__ == "__main__":
    main()
