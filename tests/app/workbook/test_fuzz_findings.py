"""Inputs by which fuzzing and Hypothesis once broke the guard or the patcher, each made small."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import python_calamine

from app.errors import WorkbookError
from app.workbook.guard import admit
from app.workbook.patch import patch_package
from app.workbook.save import save_status
from packages import (
    BOTH,
    ROWS,
    SHEET,
    UPDATED,
    make_package,
    parts_of,
    row,
    sheet,
    sheet_of,
    status_write,
    table,
)

_PART = "_rels/.rels"


def patched(book: Path) -> Path:
    target = book.with_name("patched.xlsx")
    patch_package(book, target, BOTH)
    return target


def refuses(book: Path) -> str:
    """The code of the patcher's refusal; nothing is left behind."""
    with pytest.raises(WorkbookError) as caught:
        patched(book)
    assert not book.with_name("patched.xlsx").exists()
    return caught.value.code


def grid(path: Path) -> list[list[object]]:
    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        rows = book.get_sheet_by_name("Wave").to_python(skip_empty_area=False)
    return [list(row) for row in rows]


def test_sixty_spoiled_workbooks_do_no_harm(tmp_path: Path) -> None:
    """The fuzzing itself works; it is run for long on demand."""
    script = Path(__file__).parents[2] / "fuzz/fuzz_workbook.py"
    crashes = tmp_path / "crashes"
    command = [sys.executable, str(script), "--cases", "60", "--crashes", str(crashes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 cases" in done.stdout
    assert "findings: {}" in done.stdout
    assert not crashes.exists()


def test_one_part_that_is_said_to_be_encrypted(tmp_path: Path) -> None:
    book = make_package(tmp_path / "book.xlsx")
    raw = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as package:
        place = package.getinfo(SHEET).header_offset
        record = raw.rindex(SHEET.encode()) - 46
    for flags in (place + 6, record + 8):
        raw[flags] |= 1
    book.write_bytes(raw)
    for work in (admit, lambda path: save_status(path, BOTH)):
        with pytest.raises(WorkbookError):
            work(book)
    assert book.read_bytes() == raw


def test_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    rels = parts_of(make_package(tmp_path / "sound.xlsx"))[_PART]
    xml = b'<?xml version="1.0" encoding="UTF-NaN"?>' + rels
    book = make_package(tmp_path / "book.xlsx", more={_PART: xml})
    assert refuses(book) == "CANNOT_PATCH"
    with pytest.raises(WorkbookError):
        admit(book)


@pytest.mark.parametrize(
    "place",
    ["A&#55296;2", "Bontos3", "XXX2", "A٢", "²", "a2"],
    ids=["surrogate", "word", "right of XFD", "Arabic digit", "superscript", "small letter"],
)
def test_a_cell_whose_place_is_none(place: str, tmp_path: Path) -> None:
    rows = ROWS.replace('r="A2"', f'r="{place}"')
    assert rows != ROWS
    assert refuses(make_package(tmp_path / "book.xlsx", sheet(rows))) == "CANNOT_PATCH"


@pytest.mark.parametrize("number", ["NaN", "²", "-2", "", "99999999999999999999"])
def test_a_row_whose_number_is_none(number: str, tmp_path: Path) -> None:
    rows = ROWS.replace('<row r="2"', f'<row r="{number}"')
    assert rows != ROWS
    assert refuses(make_package(tmp_path / "book.xlsx", sheet(rows))) == "CANNOT_PATCH"


@pytest.mark.parametrize("digits", [13, 20, 5000])
def test_a_cell_farther_down_than_any_sheet_reaches(tmp_path: Path, digits: int) -> None:
    rows = ROWS.replace('r="B1"', f'r="B{"9" * digits}"')
    book = make_package(tmp_path / "book.xlsx", sheet(rows))
    # The parser would ask for 266 GB and end its process.
    with pytest.raises(WorkbookError):
        admit(book)


def test_columns_that_are_not_well_formed_are_not_dropped(tmp_path: Path) -> None:
    cols = '<cols><col min="1" max="<c/>" width="40"/><col min="5" max="5" width="7"/></cols>'
    book = make_package(tmp_path / "book.xlsx", sheet(before=cols))
    assert refuses(book) == "CANNOT_PATCH"


@pytest.mark.parametrize("ref", ["A1:B٣", "A1:BNaN", "A1:B99999999999999999999"])
def test_a_table_whose_area_cannot_be_told(ref: str, tmp_path: Path) -> None:
    made = table(ref, ("SourceUPN", "TargetUPN"))
    after = '<tableParts count="1"><tablePart r:id="t1"/></tableParts>'
    book = make_package(tmp_path / "book.xlsx", sheet(after=after), tables=[made])
    try:
        target = patched(book)
    except WorkbookError:
        return
    assert made.encode() in parts_of(target).values()


def test_clearing_a_cell_of_ours_moves_no_other_cell(tmp_path: Path) -> None:
    def counted(*texts: str) -> str:
        cells = (f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
        return f"<row>{''.join(cells)}</row>"

    rows = counted("Ferry status", "SourceUPN", "TargetUPN") + counted("old", "a@x.com", "a@y.com")
    book = make_package(tmp_path / "book.xlsx", sheet(rows))
    target = tmp_path / "patched.xlsx"
    patch_package(book, target, status_write(("a@x.com", "a@y.com", [None])))
    assert grid(target)[1] == ["", "a@x.com", "a@y.com"]


def test_clearing_a_cell_of_ours_that_has_no_format(tmp_path: Path) -> None:
    rows = row(1, "SourceUPN", "TargetUPN", "Ferry status") + row(2, "a@x.com", "a@y.com", "old")
    book = make_package(tmp_path / "book.xlsx", sheet(rows))
    target = tmp_path / "patched.xlsx"
    patch_package(book, target, status_write(("a@x.com", "a@y.com", [None])))
    assert grid(target)[1][:2] == ["a@x.com", "a@y.com"]
    assert "old" not in str(grid(target))


@pytest.mark.parametrize(
    "when",
    [datetime(2026, 12, 5, 18, 10, tzinfo=UTC), datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC)],
    ids=str,
)
def test_a_date_is_exact_to_the_second(when: datetime, tmp_path: Path) -> None:
    book = make_package(tmp_path / "book.xlsx")
    target = tmp_path / "patched.xlsx"
    write = status_write(("a@x.com", "a@y.com", [when]), columns=(UPDATED,))
    patch_package(book, target, write)
    assert grid(target)[1][2] == when.replace(tzinfo=None)


@pytest.mark.parametrize(
    "before",
    [
        '<cols/><dimension ref="A1:B3"/><cols><col min="1" max="9" width="8"/></cols>',
        '<cols><col min="1" max="2" width="8"/></cols><dimension ref="A1:B3"/>',
    ],
)
def test_widths_that_stand_before_the_extent_copy_nothing(before: str, tmp_path: Path) -> None:
    book = make_package(tmp_path / "a.xlsx", sheet(before=before))
    after = sheet_of(patched(book))
    assert after.count("<dimension") == 1
    assert after.count("<sheetData>") == 1
    assert '<dimension ref="A1:C3"/>' in after


def test_an_extent_behind_the_cells_is_refused(tmp_path: Path) -> None:
    book = make_package(tmp_path / "a.xlsx", sheet(after='<dimension ref="A1:B3"/>'))
    assert refuses(book) == "CANNOT_PATCH"


def test_of_formats_for_one_column_the_first_stays_the_first(tmp_path: Path) -> None:
    cols = "".join(
        f'<col min="3" max="16384" width="9" style="{style}"/>' for style in (2, 1_048_576, 1)
    )
    book = make_package(tmp_path / "a.xlsx", sheet(before=f"<cols>{cols}</cols>"))
    left = re.findall(r'min="4" max="16384" width="9" style="(\d+)"', sheet_of(patched(book)))
    assert left == ["2", "1048576", "1"]
