"""The sample workbook: made anew it is the same, and a run on it loses nothing of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app import rehearsal
from resources.make_sample import HEADER_ROW, SAMPLE, make

WRONG = {
    12: "UPN_APOSTROPHE",
    19: "HIDDEN_CHARACTER",
    22: "DUPLICATE_SOURCE",
    26: "HALF_ROW",
    35: "UPN_GUEST",
    43: "DUPLICATE_SOURCE",
    50: "UPN_NO_AT",
    57: "SOURCE_IS_TARGET",
}
PEOPLE = 65
OURS_FROM = 11
"""The first column behind the admin's own, counted from 1."""


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def parts(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def own_cells(book: Path) -> list[tuple[Any, ...]]:
    """Everything of the admin's: value or formula, format and comment of each cell."""
    loaded = openpyxl.load_workbook(book)
    return [
        (
            sheet.title,
            cell.coordinate,
            cell.value,
            cell.number_format,
            cell.font.b,
            cell.comment and cell.comment.text,
        )
        for sheet in loaded
        for row in sheet.iter_rows(max_col=OURS_FROM - 1)
        for cell in row
    ]


def test_made_anew_it_is_the_same(tmp_path: Path) -> None:
    make(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == SAMPLE.read_bytes()


def test_its_wrong_rows_are_found_and_no_others() -> None:
    done = program("check", SAMPLE, "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    found = {row["row"]: row["findings"][0]["code"] for row in said["rows"] if row["findings"]}
    assert found == WRONG
    assert said["counts"] == {"PASS": PEOPLE - len(WRONG), "WARN": 0, "BLOCK": len(WRONG)}


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_run_moves_every_good_row_and_loses_nothing(tmp_path: Path) -> None:
    book, state = tmp_path / SAMPLE.name, tmp_path / "state"
    shutil.copyfile(SAMPLE, book)
    try:
        done = program("run", book, "--practice", "--state-dir", state, "--speed", 3000, "--yes")
    finally:
        practice = rehearsal.last_reached(state)
        if practice is not None:
            rehearsal.stop(practice)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{PEOPLE - len(WRONG)} of {PEOPLE} people moved." in done.stdout
    before, after = parts(SAMPLE), parts(book)
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet2.xml", "xl/tables/table1.xml", "xl/styles.xml"}
    assert own_cells(book) == own_cells(SAMPLE)
    sheet = openpyxl.load_workbook(book)["Mapping"]
    header, *rows = sheet.iter_rows(min_row=HEADER_ROW, values_only=True)
    status, remedy = header.index("Ferry status"), header.index("Ferry what to do")
    for number, row in enumerate(rows, HEADER_ROW + 1):
        assert row[status] == ("Invalid" if number in WRONG else "Success"), number
        assert bool(row[remedy]) == (number in WRONG), number
    assert sheet.tables["Mapping"].ref == f"A{HEADER_ROW}:R{HEADER_ROW + PEOPLE}"
