"""The status report as an Excel workbook, and the people as a list for other tools."""

from __future__ import annotations

import contextlib
import csv
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from app import __version__
from app.audit import plain
from app.errors import AppError
from app.plan import both_times
from app.report import STAGES, Person, Report

_DATE = "yyyy-mm-dd hh:mm"
_LONGEST = 32_767
_NAMES_SHOWN = 200
_COLOURS = {
    "Moved": "1E9E50",
    "Under way": "2F74D0",
    "Waiting": "9AA3AF",
    "Needs somebody": "D98E04",
    "Cannot start": "C0392B",
}
_PALE = {
    "Moved": "DDF3E4",
    "Under way": "DFEAFB",
    "Waiting": "ECEEF1",
    "Needs somebody": "FBEED5",
    "Cannot start": "FADBD8",
}
_PEOPLE = (
    ("Row", 7),
    ("Source UPN", 34),
    ("Target UPN", 34),
    ("Batch", 14),
    ("Status", 20),
    ("Planned begin (UTC)", 18),
    ("Planned end (UTC)", 18),
    ("Started (UTC)", 18),
    ("Ended (UTC)", 18),
    ("Updated (UTC)", 18),
    ("Service state", 16),
    ("Error code", 22),
    ("Problem", 34),
    ("What to do", 60),
    ("Who", 26),
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the report was made; it stands on its last page."""

    workbook: str
    service: str
    made_utc: datetime
    zone: str
    choice: str
    """What was asked for, such as "status Failed"; "" for everybody."""
    head: str
    """The hash of the journal's newest event."""


def write_report(report: Report, about: Circumstances, target: Path) -> None:
    """Write the report into a new workbook. No cell of it is ever a formula.

    Raises AppError EXISTS, CANNOT_WRITE; what is there is never overwritten.
    """

    def save(file: Path) -> None:
        book = Workbook(write_only=True)
        _summary(book, report, about)
        _people(book, report.people)
        _problems(book, report.problems)
        _time_line(book, report.time_line)
        _about(book, about)
        book.save(file)

    _save(target, save)


def write_people(people: Iterable[Person], target: Path) -> None:
    """Write the people as CSV (UTF-8 with a mark, times in UTC). Raises as `write_report`."""

    def save(file: Path) -> None:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([name for name, _ in _PEOPLE])
            for person in people:
                writer.writerow([_as_csv(value) for value in _line(person)])

    _save(target, save)


def _save(target: Path, write: Callable[[Path], None]) -> None:
    if target.exists():
        raise AppError(
            "EXISTS",
            "There is a file of this name already",
            str(target),
            "Choose another name; nothing was overwritten.",
        )
    new = target.with_name(f".{target.stem[:100]}.{os.getpid()}.tmp{target.suffix}")
    try:
        # Said before the work is done when nothing can be written there.
        new.touch()
        write(new)
        new.replace(target)
    except OSError as error:
        raise AppError(
            "CANNOT_WRITE",
            "The report cannot be written",
            f"{target}: {error.strerror}",
            "Choose a folder that you may write to, with room in it.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


# Pages


def _summary(book: Any, report: Report, about: Circumstances) -> None:
    sheet = _sheet(book, "Summary", (24, 10, *([16] * len(STAGES)), 20, 20, 20, 20))
    local, utc = both_times(about.made_utc, about.zone)
    people = len(report.people)
    done = sum(1 for person in report.people if person.stage == "Moved")
    share = f" ({done / people:.0%})" if people else ""
    sheet.append([_cell(sheet, f"OneDrive moves: {about.workbook}", size=18, bold=True)])
    sheet.append([_cell(sheet, f"{local}  =  {utc}", muted=True)])
    sheet.append([])
    sheet.append([_cell(sheet, f"{done:,} of {people:,} people moved{share}", size=14, bold=True)])
    sheet.append([])
    sheet.append(_header(sheet, ("Status", "People")))
    for status, count in report.totals.items():
        sheet.append([_cell(sheet, status), _cell(sheet, int(count))])
    sheet.append([])
    sheet.append([_cell(sheet, "Batches", size=14, bold=True)])
    first = 6 + len(report.totals) + 3
    times = ("Planned begin", "First start", "Planned end", "Last end")
    sheet.append(_header(sheet, ("Batch", "People", *STAGES, *(f"{name} (UTC)" for name in times))))
    for name, line in report.batches.iterrows():
        sheet.append(
            [
                _cell(sheet, name),
                _cell(sheet, int(line["People"])),
                *(_cell(sheet, int(line[stage]) or None, fill=_PALE[stage]) for stage in STAGES),
                *(_cell(sheet, _time(line[time])) for time in times),
            ]
        )
    last = first + len(report.batches)
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "stacked", 100
    chart.title = "People in each batch"
    chart.gapWidth = 50
    chart.height, chart.width = 2.5 + 0.8 * max(len(report.batches), 3), 24
    chart.add_data(
        Reference(sheet, min_col=3, max_col=2 + len(STAGES), min_row=first, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    for series, stage in zip(chart.series, STAGES, strict=True):
        series.graphicalProperties.solidFill = _COLOURS[stage]
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.legend.position = "b"
    sheet.add_chart(chart, f"A{last + 2}")


def _people(book: Any, people: Sequence[Person]) -> None:
    names = [name for name, _ in _PEOPLE]
    sheet = _sheet(book, "People", [width for _, width in _PEOPLE], frozen="C2")
    sheet.append(_header(sheet, names))
    for person in people:
        cells = [_cell(sheet, value) for value in _line(person)]
        cells[4].fill = PatternFill("solid", fgColor=_PALE[person.stage])
        sheet.append(cells)
    _as_table(sheet, "People", names, len(people))


def _problems(book: Any, problems: Any) -> None:
    names = ("Problem", "What to do", "Who", "People", "Whom")
    sheet = _sheet(book, "Problems", (38, 70, 28, 9, 90), frozen="A2")
    sheet.append(_header(sheet, names))
    for line in problems.itertuples(index=False):
        shown = ", ".join(line.Whom[:_NAMES_SHOWN])
        more = len(line.Whom) - _NAMES_SHOWN
        whom = shown + (f" and {more} more (see People)" if more > 0 else "")
        texts = (line.problem, line.what_to_do, line.who, int(line.People), whom)
        sheet.append([_cell(sheet, value, wrap=True) for value in texts])
    _as_table(sheet, "Problems", names, len(problems))


def _time_line(book: Any, line: Any) -> None:
    names = ("Hour (UTC)", *line.columns)
    sheet = _sheet(book, "Time line", (18, 10, 10, 14), frozen="A2")
    sheet.append(_header(sheet, names))
    for hour, counts in line.iterrows():
        sheet.append([_cell(sheet, _time(hour)), *(_cell(sheet, int(count)) for count in counts)])
    if len(line) < 2:
        return
    chart = LineChart()
    chart.title = "People moved"
    chart.height, chart.width = 9, 24
    data = Reference(sheet, min_col=4, min_row=1, max_row=1 + len(line))
    chart.add_data(data, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=1 + len(line)))
    chart.series[0].graphicalProperties.line.solidFill = _COLOURS["Moved"]
    chart.series[0].smooth = False
    chart.x_axis.number_format = "d mmm hh:mm"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend = None
    sheet.add_chart(chart, "F2")


def _about(book: Any, about: Circumstances) -> None:
    sheet = _sheet(book, "How it was made", (28, 90))
    local, utc = both_times(about.made_utc, about.zone)
    for name, said in (
        ("Made", f"{local}  =  {utc}"),
        ("Workbook", about.workbook),
        ("Service", about.service),
        ("People", about.choice or "everybody"),
        ("Program", f"Tenant Ferry {__version__}"),
        ("Journal's newest event", about.head),
        ("Times", "All times in the tables are UTC."),
    ):
        sheet.append([_cell(sheet, name, bold=True), _cell(sheet, said, wrap=True)])


# Cells


def _sheet(book: Any, name: str, widths: Sequence[float], frozen: str = "") -> Any:
    sheet = book.create_sheet(name)
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    if frozen:
        sheet.freeze_panes = frozen
        sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = "&F, &A"
    sheet.oddFooter.right.text = "Page &P of &N"
    return sheet


def _cell(
    sheet: Any,
    value: str | float | datetime | None,
    *,
    size: int = 11,
    bold: bool = False,
    muted: bool = False,
    wrap: bool = False,
    fill: str = "",
) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_LONGEST]
    elif isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # Whatever it begins with, it is text.
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.number_format = _DATE
        cell.alignment = Alignment(horizontal="left")
    if size != 11 or bold or muted:
        cell.font = Font("Calibri", size, bold=bold, color="6B7280" if muted else None)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if fill and value:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell


def _header(sheet: Any, names: Iterable[str]) -> list[Any]:
    cells = [_cell(sheet, name, bold=True, wrap=True) for name in names]
    for cell in cells:
        cell.fill = PatternFill("solid", fgColor="E6F2F1")
    return cells


def _as_table(sheet: Any, name: str, headers: Sequence[str], rows: int) -> None:
    if not rows:
        return
    table = Table(displayName=name, ref=f"A1:{get_column_letter(len(headers))}{rows + 1}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    # A workbook that is only written cannot look up the names of the columns.
    for number, header in enumerate(headers, 1):
        table.tableColumns.append(TableColumn(id=number, name=header))
    table.autoFilter = AutoFilter(ref=table.ref)
    with warnings.catch_warnings():
        # It reminds of the columns whether they are there or not.
        warnings.simplefilter("ignore", UserWarning)
        sheet.add_table(table)


def _line(person: Person) -> tuple[str | float | datetime | None, ...]:
    return (
        person.row,
        person.source_upn,
        person.target_upn,
        person.batch,
        person.status,
        person.planned_begin,
        person.planned_end,
        person.started,
        person.finished,
        person.updated,
        person.service_state,
        person.error_code,
        person.problem,
        person.what_to_do,
        person.who,
    )


def _time(value: Any) -> datetime | None:
    moment = None if pd.isna(value) else pd.Timestamp(value)
    return None if moment is None else moment.to_pydatetime()


def _as_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return plain(str(value))
