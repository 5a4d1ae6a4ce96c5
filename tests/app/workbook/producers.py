"""Mapping workbooks as other programs make them, with all that an admin may have in one."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from wave_book import PEOPLE

SHEET = "Mapping"
HEAD = ("SourceUPN", "TargetUPN", "Notes", "Size", "Done on")
Make = Callable[[Path], None]
_LAST = len(PEOPLE)


def png(side: int = 4) -> BytesIO:
    """A small red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0)
    lines = (b"\0" + b"\xff\0\0" * side) * side
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + body)


# XlsxWriter


def _list(book: Any, sheet: Any, top: int = 0) -> None:
    """The mapping, its header in row `top` (from 0)."""
    day = book.add_format({"num_format": "yyyy-mm-dd", "italic": True})
    sheet.write_row(top, 0, HEAD, book.add_format({"bold": True, "bg_color": "#DDEBF7"}))
    for row, (source, target) in enumerate(PEOPLE, top + 1):
        sheet.write_row(row, 0, (source, target, f"Ü <note> & {row} \U0001f600", row * 1.5))
        sheet.write_datetime(row, 4, date(2026, 1, 1 + row), day)


def everything(path: Path) -> None:
    """One sheet with what XlsxWriter can put on it."""
    with xlsxwriter.Workbook(path, {"use_future_functions": True}) as book:
        sheet = book.add_worksheet(SHEET)
        _list(book, sheet, top=2)
        sheet.merge_range("A1:E1", "Wave plan", book.add_format({"bold": True, "align": "center"}))
        bold, red = book.add_format({"bold": True}), book.add_format({"color": "red"})
        sheet.write_rich_string("C4", "call ", bold, "Ana", " and ", red, "Bo")
        sheet.write_formula("G4", "=D4*2", None, 9)
        sheet.write_dynamic_array_formula("G5:G7", "=SORT(D4:D6)", None, 4.5)
        sheet.write_array_formula("H4:H5", "{=D4:D5*2}", None, 9)
        sheet.write_formula("H7", '=COUNTIF(I:I,"Success")', None, 0)
        sheet.write_boolean("H8", True)
        sheet.write_url("H9", "https://example.com/?a=1&b=2", string="the plan")
        sheet.write_comment("C5", "Ask Bo first", {"author": "Ana", "visible": True})
        sheet.write_comment("K40", "far away")
        sheet.data_validation("C4:C9", {"validate": "list", "source": ["yes", "no", "perhaps"]})
        sheet.data_validation("D4:D9", {"validate": "decimal", "criteria": ">", "value": 0})
        sheet.conditional_format("D4:D9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("D4:D9", {"type": "icon_set", "icon_style": "3_traffic_lights"})
        sheet.conditional_format("A4:A9", {"type": "duplicate", "format": red})
        sheet.conditional_format("D4:D9", {"type": "3_color_scale"})
        sheet.add_sparkline("F4", {"range": "Mapping!D4:D9", "markers": True})
        sheet.autofilter("A3:E9")
        sheet.filter_column("D", "x > 2")
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.set_row(6, 30, bold, {"level": 1})
        sheet.set_column("D:D", 12, None, {"level": 1, "hidden": True})
        sheet.set_column("XFA:XFD", None, None, {"hidden": True})
        sheet.freeze_panes(3, 1)
        sheet.insert_image("C14", "red.png", {"image_data": png(), "description": "a dot"})
        sheet.insert_textbox("B30", "a text box")
        sheet.insert_button("B35", {"caption": "Press"})
        sheet.insert_checkbox("F9", True)
        sheet.embed_image("F8", "red.png", {"image_data": png(8)})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Mapping!$D$4:$D$9", "name": "Size"})
        sheet.insert_chart("A14", chart)
        sheet.set_background(png())
        sheet.set_header("&L&G&RPlan", {"image_left": "red.png", "image_data_left": png()})
        sheet.set_landscape()
        sheet.print_area("A1:E9")
        sheet.repeat_rows(2)
        sheet.set_h_pagebreaks([20])
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_tab_color("#00B050")
        book.define_name("Sizes", "=Mapping!$D$4:$D$9")
        other = book.add_worksheet("Dash & board")
        other.write_formula("A1", '=COUNTIF(Mapping!F:M,"Failed")', None, 0)
        other.protect("secret")
        book.add_worksheet("Hidden").hide()
        book.add_chartsheet("Chart").set_chart(_chart(book))
        book.set_properties({"title": "Wave plan", "author": "Ana"})
        book.set_custom_property("Owner", "Ana")
        book.add_vba_project(BytesIO(b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 9), is_stream=True)


def _chart(book: Any) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Mapping!$D$4:$D$9"})
    return chart


def in_a_table(path: Path) -> None:
    """The mapping is an Excel table, and there are other tables on its sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        rows = [(source, target, "", n, 46000 + n) for n, (source, target) in enumerate(PEOPLE)]
        columns = [{"header": name} for name in HEAD]
        sheet.add_table(0, 0, _LAST, 4, {"data": rows, "columns": columns, "name": "People"})
        sheet.add_table("A20:B24", {"name": "Other"})
        sheet.add_table("C30:D33", {"name": "Plain", "header_row": False, "autofilter": False})
        sheet.write_formula("A16", "=SUM(People[Size])", None, 15)
        sheet.write_formula("A17", '=COUNTIF(People[Ferry status],"Success")', None, 0)


def in_a_table_with_totals(path: Path) -> None:
    """The table of the mapping ends with a row of totals."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        rows = [(source, target, "", n, 46000 + n) for n, (source, target) in enumerate(PEOPLE)]
        columns: list[dict[str, str]] = [{"header": name} for name in HEAD]
        columns[0]["total_string"] = "All"
        columns[3]["total_function"] = "sum"
        options = {"data": rows, "columns": columns, "total_row": True, "style": None}
        sheet.add_table(0, 0, _LAST + 1, 4, options)


def from_1904(path: Path) -> None:
    """Dates count from 1904, and the cells of our columns may be changed on a protected sheet."""
    with xlsxwriter.Workbook(path, {"date_1904": True, "constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        _list(book, sheet)
        sheet.set_column("F:Z", 9, book.add_format({"locked": False, "font_name": "Courier New"}))
        sheet.protect("secret", {"sort": True})


def formatted(path: Path) -> None:
    """Whole rows and columns have formats, and cells far right have nothing else."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": True}) as book:
        sheet = book.add_worksheet(SHEET)
        _list(book, sheet)
        day = book.add_format({"num_format": "dd/mm/yyyy", "border": 1})
        for row in range(3):
            sheet.set_row(row + 2, 22, day)
        sheet.set_column("E:XFD", 7, book.add_format({"bg_color": "#FFF2CC"}))
        for column in range(5, 30):
            sheet.write_blank(4, column, None, day)


# openpyxl


def by_openpyxl(path: Path) -> None:
    """Styles, notes, a validation, a table and number formats of openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(HEAD)
    for number, (source, target) in enumerate(PEOPLE, 1):
        sheet.append((source, target, None, number / 3, date(2026, 5, number)))
    thin = Side(style="thin")
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="305496")
        cell.border = Border(bottom=thin)
        cell.alignment = Alignment(wrap_text=True)
    sheet["C2"].comment = Comment("said Bo", "Bo")
    sheet["C3"] = "=LEN(A3)"
    sheet["C4"].protection = Protection(locked=False)
    validation = DataValidation(type="list", formula1='"yes,no"')
    validation.add("C2:C7")
    sheet.add_data_validation(validation)
    sheet.column_dimensions["A"].width = 40
    sheet.freeze_panes = "B2"
    book.create_sheet("Other").append(["x"])
    book["Other"].add_table(Table(displayName="T", ref="A1:A2"))
    book.save(path)


def streamed_by_openpyxl(path: Path) -> None:
    """Written row by row: no dimension."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(["A title"])
    sheet.append([])
    sheet.append(HEAD[:2])
    for people in PEOPLE:
        sheet.append(people)
    book.save(path)


PRODUCERS: Mapping[str, Make] = {
    "everything.xlsm": everything,
    "in_a_table.xlsx": in_a_table,
    "in_a_table_with_totals.xlsx": in_a_table_with_totals,
    "from_1904.xlsx": from_1904,
    "formatted.xlsx": formatted,
    "by_openpyxl.xlsx": by_openpyxl,
    "streamed_by_openpyxl.xlsx": streamed_by_openpyxl,
}


# LibreOffice

OFFICE = shutil.which("soffice")
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def convert(folder: Path, kind: str, *books: Path) -> None:
    """Have LibreOffice write these workbooks anew into a folder, as "xlsx" or every sheet as csv.

    A csv is named `book-Sheet.csv`.
    """
    assert OFFICE is not None
    # Its own profile: a second LibreOffice would hand its work to the first one and end.
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    form = _CSV if kind == "csv" else kind
    command = [OFFICE, profile, "--headless", "--convert-to", form, "--outdir", str(folder)]
    environment = {**os.environ, "LC_ALL": "en_US.UTF-8"}  # it decides how dates are shown
    subprocess.run(
        [*command, *map(str, books)],
        check=True,
        capture_output=True,
        timeout=120,
        env=environment,
    )
