"""Workbooks of other producers keep all that is in them, and our cells say what was sent."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from app.errors import WorkbookError
from app.workbook.guard import admit
from app.workbook.save import save_status
from kitchen_sink import SPELLINGS, kitchen_sink
from lossless import differences
from producers import OFFICE, PRODUCERS, convert
from three_readers import HEADERS, OurCells, by_calamine, by_office, by_openpyxl
from turns import order, sent
from wave_book import PEOPLE

needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def check_writes(book: Path, *, by: tuple[Callable[[Path], OurCells], ...]) -> None:
    """Write, write the same again, write something else; nothing of the admin's differs."""
    original = book.with_name(f"original {book.name}")
    shutil.copy(book, original)
    written = save_status(book, order())
    assert (written.beside, written.rows_written, written.rows_missing) == (False, 6, ())
    assert differences(original, book) == []
    for read in by:
        assert read(book) == sent()
    first = book.read_bytes()
    save_status(book, order())
    assert book.read_bytes() == first
    save_status(book, order(turn=5))
    assert book.read_bytes() != first
    assert differences(original, book) == []
    for read in by:
        assert read(book) == sent(turn=5)


@pytest.mark.parametrize("name", PRODUCERS)
def test_nothing_is_lost_in_a_workbook_of(name: str, tmp_path: Path) -> None:
    book = tmp_path / name
    PRODUCERS[name](book)
    admit(book)
    check_writes(book, by=(by_openpyxl, by_calamine))


@pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nothing_is_lost_however_the_parts_are_spelled(
    spelling: str, strict: bool, tmp_path: Path
) -> None:
    book = kitchen_sink(tmp_path / "Sink.xlsm", spelling=spelling, strict=strict)
    admit(book)
    # openpyxl reads no Strict workbooks.
    check_writes(book, by=(by_calamine,) if strict else (by_calamine, by_openpyxl))


@pytest.mark.parametrize("form", ["stored", "streamed", "adorned"])
def test_nothing_is_lost_however_the_package_is_packed(form: str, tmp_path: Path) -> None:
    book = kitchen_sink(tmp_path / "Sink.xlsm", form=form)
    admit(book)
    check_writes(book, by=(by_calamine, by_openpyxl))


@pytest.mark.parametrize("name", ["in_a_table.xlsx", "in_a_table_with_totals.xlsx"])
def test_the_table_of_the_mapping_has_our_headers_as_its_columns(name: str, tmp_path: Path) -> None:
    book = tmp_path / name
    PRODUCERS[name](book)
    save_status(book, order())
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Mapping"]
    [table] = [one for one in sheet.tables.values() if "A1:" in one.ref]
    [header] = sheet.iter_rows(max_row=1, max_col=len(table.column_names))
    workbook.close()
    # Excel drops a table whose header cells say something else than its columns are named.
    assert [cell.value for cell in header] == table.column_names
    assert set(HEADERS) <= set(table.column_names)


def test_a_locked_sheet_stays_as_it_is(tmp_path: Path) -> None:
    book = tmp_path / "locked.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        sheet.write_row(1, 0, PEOPLE[0])
        sheet.protect()
    before = book.read_bytes()
    with pytest.raises(WorkbookError) as caught:
        save_status(book, order())
    assert caught.value.code == "SHEET_PROTECTED"
    assert book.read_bytes() == before


@needs_office
def test_libreoffice_reads_our_cells_and_its_own_workbooks_are_kept(tmp_path: Path) -> None:
    made, written, texts = (tmp_path / name for name in ("made", "written", "texts"))
    for folder in (made, written, texts):
        folder.mkdir()
    for name in ("everything.xlsm", "in_a_table.xlsx", "from_1904.xlsx"):
        PRODUCERS[name](made / name)
    convert(written, "xlsx", *made.iterdir())
    books = sorted(written.glob("*.xlsx"))
    assert len(books) == 3
    for book in books:
        check_writes(book, by=(by_calamine, by_openpyxl))
    for one in made.iterdir():
        books.append(written / f"own {one.stem}{one.suffix}")
        shutil.copy(one, books[-1])
    books.append(kitchen_sink(written / "sink.xlsm"))
    for book in books[3:]:
        save_status(book, order(turn=5))
    read = by_office(texts, books)
    for book in books:
        assert read[book] == {
            source: tuple(_in_csv(value) for value in said) for source, said in sent(5).items()
        }


def _in_csv(value: object) -> object:
    return value.strftime("%m/%d/%Y %H:%M:%S") if isinstance(value, datetime) else value
