"""Lists in plain text: how the bytes are to be read, and what stands between two columns."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from io import StringIO
from pathlib import Path

from app.workbook.refusals import not_a_workbook, too_large

DELIMITERS = ",;\t|"
_SNIFFED = 50
_MAX_COLUMNS = 16_384
_MAX_CELLS = 20_000_000
_MAX_CELL = 1 << 20
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""Excel's own first line, by which a file names its delimiter."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|!--|html|head|body|table|meta)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s,;|\"]+@[^@\s,;|\"]+")
_SAVE_AS = "Save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."


def read_grid(path: Path, data: bytes) -> list[list[str]]:
    """The rows of a list in plain text, all of the same length; line n is row n in Excel too.

    Excel opens the same file the same way: a quoted field may hold line breaks, and an empty line
    is an empty row. Raises WorkbookError.
    """
    text = decoded(path, data)
    if _MARKUP.match(text):
        raise not_a_workbook(path, "It is a web page or XML, whatever its name says.")
    said = _SAID.match(text)
    delimiter = said[1] if said else delimiter_of(text)
    csv.field_size_limit(_MAX_CELL)
    rows: list[list[str]] = []
    cells = width = 0
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            width = max(width, len(row))
            cells += len(row)
            if width > _MAX_COLUMNS or cells > _MAX_CELLS or width * len(rows) > _MAX_CELLS:
                raise too_large(path, f"It has {len(rows):,} rows and {width:,} columns or more.")
    except csv.Error as error:
        raise not_a_workbook(path, f"It is no list in plain text ({error}).", _SAVE_AS) from error
    if said:
        rows[0] = []
    if width < 2:
        raise not_a_workbook(
            path,
            "It has no two columns.",
            "Choose the workbook, or a CSV file with a source and a target column.",
        )
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows


def decoded(path: Path, data: bytes) -> str:
    """The text of a file, by its byte order mark, else as UTF-8, else as Western European.

    A byte that has no meaning is an error: a character put in its place would change a name.
    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    for attempt in [encoding] if encoding else [_utf_16_by_its_zeros(data) or "utf-8", "cp1252"]:
        try:
            text = data.decode(attempt)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise not_a_workbook(path, "It is neither a workbook nor a list in plain text.", _SAVE_AS)


def _utf_16_by_its_zeros(data: bytes) -> str:
    """The byte order of text without a mark: every second byte of Latin text is zero."""
    head = data[:200]
    if head[1::2].count(0) > len(head) // 3 and not head[::2].count(0):
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 3 and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def delimiter_of(text: str) -> str:
    """What divides the first lines best.

    First counts how many cells hold one address and nothing else, then in how large a share of
    the lines it gives the same number of columns, then that number; the order of `DELIMITERS`
    decides the rest. A decimal comma or a comma in a name stands in some lines only.
    """
    head = "".join(text.splitlines(keepends=True)[: 4 * _SNIFFED])
    return max(DELIMITERS, key=lambda mark: _fitness(head, mark))


def _fitness(head: str, mark: str) -> tuple[int, float, int]:
    widths: Counter[int] = Counter()
    addresses = 0
    try:
        for row in csv.reader(StringIO(head, newline=""), delimiter=mark):
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
                addresses += sum(1 for cell in row if _ADDRESS.fullmatch(cell.strip()))
            if widths.total() >= _SNIFFED:
                break
    except csv.Error:
        return 0, 0.0, 0
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0, 0.0, 0
    width, count = max(several.items(), key=lambda item: (item[1], item[0]))
    return addresses, count / widths.total(), width
