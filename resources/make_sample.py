"""Makes the sample workbook: what the control workbook of a migration of sixty looks like."""

from __future__ import annotations

import struct
import sys
import zlib
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from resources.sample_people import Person, everybody

SAMPLE = Path(__file__).parent / "samples" / "Contoso to Northwind.xlsx"
HEADER_ROW = 4
"""Counted from 1."""
_COLUMNS = (
    ("Display name", 22),
    ("Department", 13),
    ("Source UPN", 32),
    ("Target UPN", 40),
    ("Batch", 9),
    ("Owner", 12),
    ("Agreed", 12),
    ("Size GB", 10),
    ("Ticket", 10),
    ("Notes", 44),
)
_BATCHES = ("Pilot", "Wave 1", "Wave 2", "Wave 3")
_INK, _ACCENT, _PALE, _MUTED = "#1F2A37", "#0B6E6E", "#E6F2F1", "#6B7280"


def make(target: Path) -> None:
    """Write the workbook; the same bytes each time."""
    people = everybody()
    book = xlsxwriter.Workbook(str(target), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties(
        {
            "title": "Contoso to Northwind: OneDrive migration",
            "author": "Migration office",
            "created": datetime(2026, 11, 2, 8, 0, tzinfo=UTC).replace(tzinfo=None),
        }
    )
    overview = book.add_worksheet("Overview")
    mapping = book.add_worksheet("Mapping")
    _fill_mapping(book, mapping, people)
    _fill_overview(book, overview, people)
    mapping.activate()
    book.close()


def _fill_mapping(book: Workbook, sheet: Worksheet, people: list[Person]) -> None:
    day = book.add_format({"num_format": "d mmm yyyy", "align": "left"})
    size = book.add_format({"num_format": "0.0"})
    head = book.add_format({"bold": True, "font_color": _INK, "bg_color": _PALE})
    sheet.hide_gridlines(2)
    sheet.write_string("A1", "OneDrive mapping", _title(book))
    sheet.write_string(
        "A2", "One row for each person. Ask the owner before a row is changed.", _muted(book)
    )
    sheet.set_row(0, 26)
    first, last = HEADER_ROW, HEADER_ROW + len(people) - 1
    sheet.add_table(
        HEADER_ROW - 1,
        0,
        last,
        len(_COLUMNS) - 1,
        {
            "name": "Mapping",
            "style": "Table Style Light 1",
            "columns": [
                {
                    "header": name,
                    "header_format": head,
                    "format": {"Agreed": day, "Size GB": size}.get(name),
                }
                for name, _ in _COLUMNS
            ],
        },
    )
    for number, person in enumerate(people):
        _write_person(sheet, first + number, number, person, day, size)
    for column, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width, None, {"hidden": name == "Ticket"})
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.data_validation(first, 4, last, 4, {"validate": "list", "source": list(_BATCHES)})
    bar: dict[str, Any] = {"type": "data_bar", "bar_color": "#7CC4BE", "bar_solid": True}
    sheet.conditional_format(first, 7, last, 7, bar)
    waiting = book.add_format({"bg_color": "#FFF4D6"})
    sheet.conditional_format(
        first, 6, last, 6, {"type": "blanks", "format": waiting, "stop_if_true": False}
    )
    sheet.write_comment(f"C{HEADER_ROW}", "As it stands in Entra ID today.", {"x_scale": 1.2})
    sheet.write_comment(f"G{HEADER_ROW}", "When the owner said yes.")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.set_footer("&L&F&RPage &P of &N")


def _write_person(
    sheet: Worksheet, row: int, number: int, person: Person, day: Any, size: Any
) -> None:
    texts = (
        person.name,
        person.department,
        person.source,
        person.target,
        person.batch,
        person.owner,
    )
    for column, text in enumerate(texts):
        if text:
            sheet.write_string(row, column, text)
    if person.agreed:
        sheet.write_datetime(row, 6, date.fromisoformat(person.agreed), day)
    else:
        sheet.write_blank(row, 6, None, day)
    sheet.write_number(row, 7, person.size_gb, size)
    sheet.write_string(row, 8, f"MIG-{1001 + number}")
    if person.note:
        sheet.write_string(row, 9, person.note)


def _fill_overview(book: Workbook, sheet: Worksheet, people: list[Person]) -> None:
    head = book.add_format({"bold": True, "font_color": "white", "bg_color": _ACCENT})
    number = book.add_format({"num_format": "#,##0"})
    size = book.add_format({"num_format": "#,##0.0"})
    total = book.add_format({"bold": True, "top": 1, "num_format": "#,##0"})
    total_size = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.0"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_color": _INK})
    sheet.hide_gridlines(2)
    sheet.set_column("A:A", 4)
    sheet.set_column("B:B", 18)
    sheet.set_column("C:E", 13)
    sheet.set_column("F:L", 11)
    sheet.set_row(1, 28)
    sheet.insert_image("B1", "logo.png", {"image_data": BytesIO(_logo()), "y_offset": 4})
    sheet.write_string("C2", "Contoso to Northwind", _title(book))
    sheet.write_string("C3", "OneDrive migration, control workbook", _muted(book))
    sheet.write_row("B5", ("Batch", "People", "Agreed", "Size GB"), head)
    for index, batch in enumerate(_BATCHES):
        mine = [person for person in people if person.batch == batch]
        row = 5 + index
        sheet.write_string(row, 1, batch)
        of_batch = f"Mapping[Batch],B{row + 1}"
        agreed = sum(1 for person in mine if person.agreed)
        sheet.write_formula(row, 2, f"=COUNTIF({of_batch})", number, len(mine))
        sheet.write_formula(row, 3, f'=COUNTIFS({of_batch},Mapping[Agreed],">0")', number, agreed)
        whole = round(sum(person.size_gb for person in mine), 1)
        sheet.write_formula(row, 4, f"=SUMIF({of_batch},Mapping[Size GB])", size, whole)
    sheet.write_string("B10", "Together", total)
    for column, kind, value in (
        ("C", total, len(people)),
        ("D", total, sum(1 for person in people if person.agreed)),
        ("E", total_size, round(sum(person.size_gb for person in people), 1)),
    ):
        sheet.write_formula(f"{column}10", f"=SUM({column}6:{column}9)", kind, value)
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "People",
            "categories": "=Overview!$B$6:$B$9",
            "values": "=Overview!$C$6:$C$9",
            "fill": {"color": _ACCENT},
            "gap": 60,
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": "People in each batch", "name_font": {"size": 12, "color": _INK}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 460, "height": 260})
    sheet.insert_chart("G5", chart)
    sheet.merge_range("B12:E18", _PLAN, wrapped)


_PLAN = (
    "Pilot first, on a quiet evening. A wave goes when the one before it is nearly done.\n\n"
    "Nobody edits files while their wave moves. The day after, everybody signs in anew and the"
    " sync client is set up again.\n\nQuestions: the owner named in the row."
)


def _title(book: Workbook) -> Any:
    return book.add_format({"bold": True, "font_size": 18, "font_color": _INK})


def _muted(book: Workbook) -> Any:
    return book.add_format({"font_color": _MUTED})


def _logo() -> bytes:
    """A small picture of two tenants and what goes between them."""
    side = 44
    lines = []
    for y in range(side):
        line = bytearray([0])
        for x in range(side):
            line += _pixel(x - side / 2, y - side / 2)
        lines.append(bytes(line))
    header = struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _pixel(x: float, y: float) -> bytes:
    if (x + 9) ** 2 + y**2 < 100:
        return b"\x0b\x6e\x6e\xff"
    if (x - 9) ** 2 + y**2 < 100:
        return b"\xe0\x8e\x45\xff"
    return b"\xff\xff\xff\x00"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
