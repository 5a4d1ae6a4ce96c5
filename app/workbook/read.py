"""Reads any workbook into mapping rows; runs in the child process."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

from app.errors import WorkbookError
from app.events import ColumnsNeeded
from app.model import Finding, Level, Mapping, Side
from app.workbook.guard import check_file
from app.workbook.headers import (
    Grid,
    Layout,
    chosen,
    column_letter,
    column_names,
    find_layout,
    is_ours,
    layout_with,
    says_no,
)
from app.workbook.status import BookRead, Fingerprint

_PATCHABLE = {".xlsx", ".xlsm"}
_PREVIEW = 3
_CSV_SHEET = "CSV"
_NUMBERED = re.compile(r"(.*) \((\d+)\)")


def read_book(
    path: Path,
    *,
    sheet: str = "",
    source_column: str = "",
    target_column: str = "",
    batch_column: str = "",
) -> BookRead | ColumnsNeeded:
    """The mapping in a workbook, or the question where it is. Raises WorkbookError."""
    kind = check_file(path)
    fingerprint = fingerprint_of(path)
    grids = _grids(path, kind)
    if sheet and sheet not in grids:
        raise WorkbookError(
            "NO_SUCH_SHEET",
            f"There is no sheet named {sheet}",
            f"{path.name} has: {', '.join(grids)}.",
            "Choose one of these sheets.",
        )
    found: dict[str, Layout] = {}
    for name in [sheet] if sheet else grids:
        layout = _layout(grids[name], source_column, target_column)
        if layout is not None:
            found[name] = layout
    sure = [name for name, layout in found.items() if layout.is_sure]
    if len(sure) != 1:
        return _question(path, grids, found, sheet)
    name = sure[0]
    layout = found[name]
    batch = chosen(layout.columns, batch_column) if batch_column else layout.batch
    rows, numbered = _rows(grids[name], name, layout, batch)
    because = not_patchable(path, kind, layout)
    return BookRead(
        path=path,
        sheet=name,
        sheets=tuple(grids),
        columns=tuple(column for column in layout.columns if not is_ours(column)),
        header_row=layout.header_row,
        source_column=layout.columns[layout.source],
        target_column=layout.columns[layout.target],
        batch_column=layout.columns[batch] if batch >= 0 else "",
        include_column=layout.columns[layout.include] if layout.include >= 0 else "",
        rows=rows,
        findings=tuple(_without_value(path, kind, name, layout, numbered)),
        patchable=not because,
        not_patchable_because=because,
        fingerprint=fingerprint,
    )


def fingerprint_of(path: Path) -> Fingerprint:
    """By which the file is known again."""
    stat = path.stat()
    return Fingerprint(stat.st_mtime_ns, stat.st_size, stat.st_ino)


def text_of(value: Any) -> str:
    """A cell's value as the text that a person would type."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() | date() | time() | timedelta():
            return str(value)
        case None:
            return ""
        case _:
            return repr(value)


def _layout(grid: Grid, source_column: str, target_column: str) -> Layout | None:
    if not (source_column and target_column):
        return find_layout(grid)
    layout = layout_with(grid, source_column, target_column)
    if layout is not None:
        return layout
    recognised = find_layout(grid)
    if recognised is None:
        return None
    source = chosen(recognised.columns, source_column)
    target = chosen(recognised.columns, target_column)
    if source < 0 or target < 0:
        return None
    return Layout(
        recognised.header_row,
        recognised.columns,
        source,
        target,
        recognised.batch,
        recognised.include,
        is_sure=True,
    )


def _grids(path: Path, kind: str) -> dict[str, Grid]:
    if kind == "text":
        return {_CSV_SHEET: _csv_grid(path)}
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            return {
                name: [
                    [text_of(value) for value in row]
                    for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ]
                for name in _worksheets(workbook)
            }
    except python_calamine.PasswordError as error:
        raise WorkbookError(
            "PASSWORD_PROTECTED",
            "The workbook is protected by a password",
            str(path),
            "Open it in Excel, remove the password (File, Info) and save it.",
        ) from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise WorkbookError(
            "NOT_A_WORKBOOK",
            "The file is no workbook that can be read",
            f"{path}: {error}",
            "Open it in Excel and save it as an Excel workbook (.xlsx).",
        ) from error


def _worksheets(workbook: Any) -> Iterator[str]:
    for info in workbook.sheets_metadata:
        if info.typ == python_calamine.SheetTypeEnum.WorkSheet:
            yield info.name


def _csv_grid(path: Path) -> Grid:
    raw = path.read_bytes()
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WorkbookError(
            "NOT_A_WORKBOOK",
            "The file is neither a workbook nor a list in plain text",
            str(path),
            "Open it in Excel and save it as an Excel workbook (.xlsx).",
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    lines = text.splitlines()[:20]
    delimiter = max(",;\t|", key=lambda mark: (_steady(lines, mark), sum(map(len, lines)) * 0))
    rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    width = max(map(len, rows), default=0)
    if width < 2:
        raise WorkbookError(
            "NOT_A_WORKBOOK",
            "The file has no two columns",
            str(path),
            "Choose the workbook, or a CSV file with a source and a target column.",
        )
    return [row + [""] * (width - len(row)) for row in rows]


def _steady(lines: list[str], mark: str) -> int:
    """How many columns a delimiter gives in every filled line; 0 when they differ widely."""
    counts = [line.count(mark) for line in lines if line.strip()]
    return min(counts, default=0)


def _question(
    path: Path, grids: dict[str, Grid], found: dict[str, Layout], sheet: str
) -> ColumnsNeeded:
    name = sheet or next(iter([n for n in found if found[n].is_sure] or found or grids))
    layout = found.get(name)
    grid = grids[name]
    header = layout.header_row if layout else _first_full_row(grid)
    columns = layout.columns if layout else column_names(grid[header - 1] if grid else ())
    below = grid[header : header + _PREVIEW]
    preview = tuple(
        tuple(row[index] for row in below if index < len(row)) for index in range(len(columns))
    )
    return ColumnsNeeded(
        path=path,
        sheets=tuple(grids),
        sheet=name,
        columns=columns,
        preview=preview,
        source_guess=columns[layout.source] if layout and layout.source >= 0 else "",
        target_guess=columns[layout.target] if layout and layout.target >= 0 else "",
    )


def _first_full_row(grid: Grid) -> int:
    for number, row in enumerate(grid, 1):
        if sum(1 for cell in row if cell.strip()) >= 2:
            return number
    return 1


def _rows(
    grid: Grid, sheet: str, layout: Layout, batch: int
) -> tuple[tuple[Mapping, ...], dict[str, int]]:
    ours = {index for index, name in enumerate(layout.columns) if is_ours(name)}
    source, target = column_letter(layout.source), column_letter(layout.target)
    rows = []
    cells: dict[str, int] = {}
    for number, row in enumerate(grid[layout.header_row :], layout.header_row + 1):
        if not any(cell.strip() for index, cell in enumerate(row) if index not in ours):
            continue
        is_group = layout.header_row == 0 and row[0].strip().casefold() == "group"
        if is_group or not _belongs(row, layout):
            continue
        cells[f"{source}{number}"] = cells[f"{target}{number}"] = number
        rows.append(
            Mapping(
                row=number,
                source_upn=row[layout.source],
                target_upn=row[layout.target],
                source_cell=f"{sheet}!{source}{number}",
                target_cell=f"{sheet}!{target}{number}",
                batch=row[batch].strip() if batch >= 0 else "",
                include=layout.include < 0 or not says_no(row[layout.include]),
            )
        )
    return tuple(rows), cells


def _belongs(row: Any, layout: Layout) -> bool:
    """Totals and remarks below the list have neither UPN."""
    return bool(row[layout.source].strip() or row[layout.target].strip())


def not_patchable(path: Path, kind: str, layout: Layout | None = None) -> str:
    """Why the status cannot go into the workbook itself: a format or "SIGNED"; "" when it can."""
    if layout is not None and layout.header_row == 0:
        return "NO_HEADER"
    suffix = path.suffix.casefold()
    if kind != "zip" or suffix not in _PATCHABLE:
        return suffix.lstrip(".").upper() or "UNKNOWN"
    with zipfile.ZipFile(path) as package:
        if any(name.startswith("_xmlsignatures/") for name in package.namelist()):
            return "SIGNED"
    return ""


def _without_value(
    path: Path, kind: str, sheet: str, layout: Layout, cells: dict[str, int]
) -> Iterator[Finding]:
    """Cells whose formula has no stored value, or whose value is an error: both read as blank."""
    if kind != "zip" or path.suffix.casefold() not in _PATCHABLE:
        return
    part = _sheet_part(path, sheet)
    if part is None:
        return
    for reference, body in re.findall(
        r'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"([^>]*>.*?)</(?:\w+:)?c>', part, re.DOTALL
    ):
        if reference not in cells:
            continue
        has_formula = re.search(r"<(?:\w+:)?f\b", body) is not None
        has_value = re.search(r"<(?:\w+:)?v>[^<]", body) is not None
        if has_formula and not has_value:
            letter = reference.rstrip("0123456789")
            side = Side.SOURCE if letter == column_letter(layout.source) else Side.TARGET
            yield Finding(Level.BLOCK, "FORMULA_NO_VALUE", f"{sheet}!{reference}", side)


def _sheet_part(path: Path, sheet: str) -> str | None:
    from app.workbook.package import sheet_part_name  # the writer's own look-up

    with zipfile.ZipFile(path) as package:
        name = sheet_part_name(package, sheet)
        return package.read(name).decode("utf-8", "replace") if name else None
