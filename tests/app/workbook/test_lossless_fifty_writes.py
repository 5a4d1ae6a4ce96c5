"""Fifty write-backs into a workbook that has everything: only our columns differ afterwards."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.workbook.save import save_status
from kitchen_sink import kitchen_sink
from lossless import differences
from producers import everything
from three_readers import by_calamine, by_openpyxl
from turns import order, sent

WRITES = 50
ASKED_FOR = (
    "xl/pivotTables/pivotTable1.xml",
    "xl/pivotCache/pivotCacheRecords1.xml",
    "xl/charts/chart1.xml",
    "xl/media/image1.png",
    "xl/threadedComments/threadedComment1.xml",
    "xl/persons/person.xml",
    "xl/slicers/slicer1.xml",
    "xl/slicerCaches/slicerCache1.xml",
    "xl/vbaProject.bin",
    "docMetadata/LabelInfo.xml",
)


@pytest.mark.parametrize("spelling", ["plain", "prefixed"])
def test_fifty_write_backs_change_our_columns_only(spelling: str, tmp_path: Path) -> None:
    book = kitchen_sink(tmp_path / "Plan.xlsm", spelling=spelling)
    with zipfile.ZipFile(book) as package:
        assert set(ASKED_FOR) <= set(package.namelist())
    _write_often(book)


def test_fifty_write_backs_into_a_workbook_of_xlsxwriter(tmp_path: Path) -> None:
    book = tmp_path / "Plan.xlsm"
    everything(book)
    _write_often(book)


def _write_often(book: Path) -> None:
    original = book.with_name(f"original {book.name}")
    shutil.copy(book, original)
    unpacked = []
    known = None
    for turn in range(WRITES):
        # As the program does it, which remembers what its last write left.
        written = save_status(book, replace(order(turn), known=known))
        known = written.fingerprint if written.is_checked else None
        assert (written.beside, written.rows_written) == (False, 6)
        assert by_calamine(book) == sent(turn)
        unpacked.append(_unpacked(book))
    assert differences(original, book) == []
    assert by_openpyxl(book) == sent(WRITES - 1)
    # All statuses, texts and dates have come by in the first half: nothing new is added after it.
    assert max(unpacked[WRITES // 2 :]) <= max(unpacked[: WRITES // 2])


def _unpacked(book: Path) -> int:
    with zipfile.ZipFile(book) as package:
        return sum(info.file_size for info in package.infolist())
