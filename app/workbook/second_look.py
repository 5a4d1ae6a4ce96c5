"""What the fast reader does not tell: error values, formulas without a value, hidden rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from io import BytesIO

from app.errors import WorkbookError
from app.workbook.package import sheet_part_name
from app.workbook.sheet_xml import Cell, SheetXml
from app.workbook.strings_xml import SharedStrings
from app.workbook.xml_bytes import attributes

_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")


@dataclass(slots=True)
class Seen:
    """Cells are named by row (from 1) and column (from 0)."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """What the cell says in the words of the writer, who must find the row again by it."""
    without_value: set[tuple[int, int]] = field(default_factory=set)
    """A formula whose value is not stored."""
    hidden: set[int] = field(default_factory=set)
    """Rows hidden by a filter or by hand."""


def look_again(data: bytes, sheet: str, odd: Callable[[int], Collection[int]]) -> Seen:
    """Look at the hidden rows, and at the cells in the columns that `odd` names for a row.

    A sheet in a form that the writer does not know is left as it is: it will say so itself.
    """
    seen = Seen()
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            name = sheet_part_name(package, sheet)
            if name is None:
                return seen
            xml = SheetXml(name, package.read(name))
        # Cells with a shared string are never odd: the fast reader has their text.
        strings = SharedStrings("", b"<sst/>")
        for row in xml.rows():
            if _HIDDEN.search(xml.row_tag(row)):
                seen.hidden.add(row.number)
            columns = odd(row.number)
            if not columns:
                continue
            for cell in xml.cells(row):
                if cell.column in columns:
                    place = row.number, cell.column
                    seen.texts[place] = xml.text(cell, strings)
                    if _is_without_value(xml, cell, seen.texts[place]):
                        seen.without_value.add(place)
    except (WorkbookError, LookupError, ValueError):
        return Seen()
    return seen


def _is_without_value(xml: SheetXml, cell: Cell, text: str) -> bool:
    # A formula that gives "" is stored as a string; one that was never calculated has no type.
    return not text and xml.has_formula(cell) and attributes(cell.attributes).get("t") != "str"
