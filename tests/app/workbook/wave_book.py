"""A mapping workbook and the order to write its status, shared by the tests of saving."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import python_calamine
import xlsxwriter

from app.status_cells import COLOURS, COLUMNS
from app.workbook.status import CellValue, StatusRow, StatusWrite

WHEN = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)
PEOPLE = tuple((f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(6))


def cells(status: str) -> tuple[CellValue, ...]:
    return (status, "", "completed", "=1+1", "Wave 1", WHEN, WHEN, "id-1")


def order(
    status: str = "Success",
    people: tuple[tuple[str, str], ...] = PEOPLE,
    *,
    header_row: int = 1,
    backup: bool = False,
) -> StatusWrite:
    return StatusWrite(
        sheet="Mapping",
        header_row=header_row,
        source_column="SourceUPN",
        target_column="TargetUPN",
        columns=COLUMNS,
        rows=tuple(StatusRow(source, target, cells(status)) for source, target in people),
        make_backup=backup,
        colours=COLOURS,
    )


def make_book(path: Path, people: tuple[tuple[str, str], ...] = PEOPLE) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN", "Notes"))
        for row, (source, target) in enumerate(people, 1):
            sheet.write_row(row, 0, (source, target, f"note {source}"))
        workbook.add_worksheet("Mine").write(0, 0, "Ring Ana")
    return path


def table(path: Path, sheet: str = "Mapping") -> list[dict[str, object]]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    header, *rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def statuses(path: Path, sheet: str = "Mapping") -> dict[object, object]:
    return {row["SourceUPN"]: row.get("Ferry status", "") for row in table(path, sheet)}


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}
