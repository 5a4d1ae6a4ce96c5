"""Cells and sheets of our own workbooks: looks, times as real dates, tables, print set-up."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from app.report import (
    CANNOT_START,
    HELD_BACK,
    MOVED,
    NEEDS_SOMEBODY,
    UNDER_WAY,
    WAITING,
    Value,
)

COLOURS = {
    MOVED: "1E9E50",
    UNDER_WAY: "2F74D0",
    WAITING: "9AA3AF",
    NEEDS_SOMEBODY: "D98E04",
    CANNOT_START: "C0392B",
    HELD_BACK: "7C6FB0",
}
PALE = {
    MOVED: "DDF3E4",
    UNDER_WAY: "DFEAFB",
    WAITING: "ECEEF1",
    NEEDS_SOMEBODY: "FBEED5",
    CANNOT_START: "FADBD8",
    HELD_BACK: "E9E6F4",
}
HEADER_FILL = "1F4E5F"
DATE = "yyyy-mm-dd hh:mm"
SHARE = "0%"
NUMBER = "#,##0"
HOURS = "#,##0.0"
TWO_LINES = 32.0
"""The height of a row of headings, in points."""
_LONGEST = 32_767
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_LINE = Side("thin", color="D0D5DA")


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks."""

    size: int = 11
    bold: bool = False
    colour: str = ""
    fill: str = ""
    wrap: bool = False
    format: str = ""
    centred: bool = False
    left: bool = False
    """Left, and a little away from the number in the column before."""
    line: bool = False
    """A thin line below."""
    font: str = "Calibri"


PLAIN = Look()
HEADER = Look(bold=True, colour="FFFFFF", fill=HEADER_FILL, wrap=True)
WRAPPED = Look(wrap=True)
WHEN = Look(format=DATE, left=True)


def new_book(title: str) -> Any:
    """A workbook that is only written, row by row."""
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "Tenant Ferry"
    book.properties.identifier = MARK
    return book


MARK = "tenant-ferry-report"
"""By which a report is known as ours: only such a one is ever replaced by a newer one."""


class Page:
    """One sheet, filled from the top; looks are made once for the whole workbook."""

    def __init__(
        self,
        book: Any,
        name: str,
        widths: Sequence[float],
        *,
        frozen: str = "",
        portrait: bool = False,
    ) -> None:
        self.sheet = book.create_sheet(name)
        self.name = name
        self.row = 0
        """The number of the row written last."""
        self._looks: dict[Look, Any] = {}
        for number, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        if frozen:
            self.sheet.freeze_panes = frozen
        self._set_up(portrait=portrait)

    def cell(self, value: Value, look: Look = PLAIN) -> Any:
        """A cell that is never a formula, whatever its text begins with."""
        cell: Any = WriteOnlyCell(self.sheet)
        cell._style = self._style(look)
        fill_in(cell, value)
        return cell

    def line(self, *cells: Any) -> int:
        """Write the next row from values and cells; gives its number."""
        whole = [one if one is None or isinstance(one, Cell) else self.cell(one) for one in cells]
        self.sheet.append(whole)
        self.row += 1
        return self.row

    def paragraph(
        self, text: str, look: Look, width: int, columns: int = 1, *, first: int = 1
    ) -> None:
        """Write a long text into as many rows as it needs, over columns that stay empty.

        `first` is the number of the column in which it begins.
        """
        before = [None] * (first - 1)
        for words in textwrap.wrap(text, width) or [""]:
            rest = (self.cell("", look) for _ in range(columns - 1))
            self.line(*before, self.cell(words, look), *rest)

    def header(self, names: Iterable[str], *, height: float = 0.0) -> int:
        """Write a row of headings."""
        if height:
            self.sheet.row_dimensions[self.row + 1].height = height
        return self.line(*(self.cell(name, HEADER) for name in names))

    def table(
        self,
        name: str,
        columns: Sequence[tuple[str, Look]],
        rows: Iterable[Sequence[Value]],
        *,
        marked: tuple[int, Sequence[str]] | None = None,
    ) -> int:
        """Write an Excel table with a filter on each column; gives the number of its rows.

        `marked` is the place of the column that gets the pale colour of a stage, and the stages
        of the rows. Cells are used again from row to row: a hundred thousand rows need no memory.
        """
        first = self.header((title for title, _ in columns), height=TWO_LINES)
        cells = [self.cell(None, look) for _, look in columns]
        shades: dict[str, Any] = {}
        stages = iter(marked[1]) if marked else None
        count = 0
        for row in rows:
            line = list(map(fill_in, cells, row))
            if marked and stages is not None:
                stage = next(stages)
                if stage not in shades:
                    shades[stage] = self.cell(None, Look(fill=PALE[stage]))
                line[marked[0]] = fill_in(shades[stage], row[marked[0]])
            self.sheet.append(line)
            count += 1
        self.row += count
        self.sheet.print_title_rows = f"{first}:{first}"
        if count:
            self._as_table(name, [title for title, _ in columns], first, count)
        return count

    def _as_table(self, name: str, headers: Sequence[str], first: int, rows: int) -> None:
        last = get_column_letter(len(headers))
        table = Table(displayName=name, ref=f"A{first}:{last}{first + rows}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        # A workbook that is only written cannot look up the names of the columns.
        for number, header in enumerate(headers, 1):
            table.tableColumns.append(TableColumn(id=number, name=header))
        table.autoFilter = AutoFilter(ref=table.ref)
        with warnings.catch_warnings():
            # It reminds of the columns whether they are there or not.
            warnings.simplefilter("ignore", UserWarning)
            self.sheet.add_table(table)

    def _set_up(self, *, portrait: bool) -> None:
        sheet = self.sheet
        sheet.page_setup.orientation = "portrait" if portrait else "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top = sheet.page_margins.bottom = 0.7
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        sheet.oddHeader.left.text = "&A"
        sheet.oddHeader.right.text = "Tenant Ferry"
        sheet.oddFooter.left.text = "&F"
        sheet.oddFooter.right.text = "Page &P of &N"

    def _style(self, look: Look) -> Any:
        if look not in self._looks:
            model: Any = WriteOnlyCell(self.sheet)
            font = Font(look.font, look.size, bold=look.bold, color=look.colour or None)
            model.font = font
            if look.fill:
                model.fill = PatternFill("solid", fgColor=look.fill)
            across = "center" if look.centred else "left" if look.left else None
            if look.wrap or across:
                down = "top" if look.wrap and look is not HEADER else "center"
                model.alignment = Alignment(
                    horizontal=across,
                    vertical=down,
                    wrap_text=look.wrap,
                    indent=1 if look.left else 0,
                )
            if look.format:
                model.number_format = look.format
            if look.line:
                model.border = Border(bottom=_LINE)
            self._looks[look] = model._style
        return self._looks[look]


def fill_in(cell: Any, value: Value) -> Any:
    """Put a value into a cell, past what would make a formula or an error of a text."""
    if isinstance(value, str) and value:
        cell.data_type = "s"
        cell._value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_LONGEST]
    else:
        cell.data_type = "n"
        if isinstance(value, datetime):
            value = _serial(value)
        cell._value = None if value == "" else value
    return cell


def _serial(moment: datetime) -> float:
    """A time as Excel counts it. One with a zone shows its UTC, one without what it says."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds() / 86_400
