"""Workbooks for the benchmarks: what an admin's list of so many people looks like."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from app.events import CheckedRow
from app.model import Mapping, Move, MoveStatus
from app.status_cells import COLOURS, COLUMNS, cells
from app.workbook.status import StatusRow, StatusWrite

SHEET = "Mapping"
HEADERS = (
    "Display name",
    "Department",
    "Source UPN",
    "Target UPN",
    "Batch",
    "Owner",
    "Agreed",
    "Size GB",
    "Files",
    "Manager",
    "Site",
    "Notes",
)
FOUR = ("Ferry status", "Ferry what to do", "Ferry service state", "Ferry updated (UTC)")
_DEPARTMENTS = ("Finance", "Legal", "Sales", "Research", "Operations", "People")
_SITES = ("Vienna", "Porto", "Leeds", "Gdansk", "Lyon")
_NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make_book(path: Path, people: int) -> None:
    """Twelve columns, strings shared as Excel shares them."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": False})
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADERS, bold)
    sheet.freeze_panes(1, 0)
    for number in range(people):
        row = number + 1
        person = f"person{number:06d}"
        texts = (
            f"Person {number:06d}",
            _DEPARTMENTS[number % 6],
            f"{person}@contoso.com",
            f"{person}@fabrikam.com",
            f"Wave {number // 4000 + 1}",
            f"owner{number % 40}@contoso.com",
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
        sheet.write_datetime(row, 6, date(2026, 1 + number % 12, 1 + number % 28), day)
        sheet.write_number(row, 7, number % 977 / 8)
        sheet.write_number(row, 8, number % 30_011)
        sheet.write_string(row, 9, f"manager{number % 400}@contoso.com")
        sheet.write_string(row, 10, _SITES[number % 5])
        sheet.write_string(row, 11, "" if number % 7 else f"Told on day {number % 28}")
    book.close()


def status_write(people: int, changed: int = 0) -> StatusWrite:
    """Four status columns for everybody; the first `changed` people have moved on meanwhile."""
    chosen = [index for index, column in enumerate(COLUMNS) if column.header in FOUR]
    columns = tuple(COLUMNS[index] for index in chosen)
    rows = []
    for number in range(people):
        person = f"person{number:06d}"
        source, target = f"{person}@contoso.com", f"{person}@fabrikam.com"
        status = MoveStatus.SUCCESS if number < changed else MoveStatus.IN_PROGRESS
        move = Move(
            key=source,
            row=number + 2,
            source_upn=source,
            target_upn=target,
            status=status,
            service_state=status.value,
            updated_utc=_NOW,
        )
        row = CheckedRow(Mapping(number + 2, source, target))
        said = cells(row, move)
        rows.append(StatusRow(source, target, tuple(said[index] for index in chosen)))
    return StatusWrite(
        sheet=SHEET,
        header_row=1,
        source_column="Source UPN",
        target_column="Target UPN",
        columns=columns,
        rows=tuple(rows),
        make_backup=False,
        colours=COLOURS,
    )
