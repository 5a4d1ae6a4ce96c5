"""The bytes of a sheet part: where its rows and cells stand, and how our cells look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import WorkbookError
from app.workbook.package import unescape

_TAG_REST = rb"""(?:[^>"']|"[^"]*"|'[^']*')*?"""
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})\d+["']""")
_ROW_NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_STYLE = re.compile(rb"""\bs=["'](\d+)["']""")
_SPANS = re.compile(rb"""(\bspans=["'])(\d+):(\d+)(["'])""")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\r]")
_LIMIT = 32_767
"""Characters in a cell, from "Excel specifications and limits"."""


def mask(xml: bytes) -> bytes:
    """The same bytes with comments and CDATA blanked, so that offsets found in it still hold."""
    if b"<!--" not in xml and b"<![CDATA[" not in xml:
        return xml
    return re.sub(
        rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", lambda m: b" " * len(m[0]), xml, flags=re.DOTALL
    )


def column_number(letters: bytes) -> int:
    """A=0, B=1, ..."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters_of(column: int) -> str:
    """0=A, 1=B, ..."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: where it stands in the part, and its tag's attributes and body."""

    column: int
    start: int
    end: int
    attributes: bytes
    body: bytes

    @property
    def style(self) -> int | None:
        """Its index into cellXfs, None when it has none."""
        found = _STYLE.search(self.attributes)
        return int(found[1]) if found else None

    @property
    def has_formula(self) -> bool:
        """The cell is calculated."""
        return re.search(rb"<(?:\w+:)?f\b", self.body) is not None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `inner` is where its cells begin; `end` is behind the row."""

    number: int
    start: int
    inner: int
    inner_end: int
    end: int
    tag: bytes
    is_empty_tag: bool


class SheetXml:
    """A sheet part, scanned without being parsed; every offset is into `xml`."""

    def __init__(self, xml: bytes) -> None:
        if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise WorkbookError(
                "CANNOT_PATCH",
                "The sheet is stored in a form that cannot be patched",
                "It is UTF-16.",
                "Open the workbook in Excel and save it; it is UTF-8 then.",
            )
        self.xml = xml
        self.masked = mask(xml)
        root = re.search(rb"<((?:\w+:)?)worksheet\b", self.masked)
        if root is None:
            raise WorkbookError(
                "CANNOT_PATCH", "The sheet is no worksheet", "", "Choose the sheet with the list."
            )
        self.prefix = root[1]
        p = re.escape(self.prefix)
        self._row = re.compile(b"<" + p + b"row\\b(" + _TAG_REST + b")(/?)>")
        self._row_end = b"</" + self.prefix + b"row>"
        self._cell = re.compile(
            b"<" + p + b"c\\b(" + _TAG_REST + b")(?:/>|>(.*?)</" + p + b"c>)", re.DOTALL
        )
        self._text = re.compile(
            b"<" + p + b"t\\b" + _TAG_REST + b"(?:/>|>(.*?)</" + p + b"t>)", re.DOTALL
        )
        self._phonetic = re.compile(b"<" + p + b"rPh\\b.*?</" + p + b"rPh>", re.DOTALL)
        self._value = re.compile(b"<" + p + b"v\\b[^>]*>(.*?)</" + p + b"v>", re.DOTALL)
        data = self.element("sheetData")
        if data is None:
            raise WorkbookError(
                "CANNOT_PATCH", "The sheet holds no cells", "", "Choose the sheet with the list."
            )
        self.data_start, self.data_end = data

    def element(self, name: str, start: int = 0) -> tuple[int, int] | None:
        """Where an element stands, from its tag to behind its end; None when it is not there."""
        tag = self.prefix + name.encode()
        found = re.compile(b"<" + re.escape(tag) + b"\\b" + _TAG_REST + b"(/?)>").search(
            self.masked, start
        )
        if found is None:
            return None
        if found[1]:
            return found.start(), found.end()
        closing = b"</" + tag + b">"
        end = self.masked.find(closing, found.end())
        return found.start(), (end + len(closing) if end >= 0 else found.end())

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the part."""
        position, number = self.data_start, 0
        while found := self._row.search(self.masked, position, self.data_end):
            said = _ROW_NUMBER.search(found[1])
            number = int(said[1]) if said else number + 1
            inner = found.end()
            if found[2]:
                inner_end = end = inner
            else:
                inner_end = self.masked.find(self._row_end, inner)
                end = inner_end + len(self._row_end)
            yield Row(number, found.start(), inner, inner_end, end, found[0], bool(found[2]))
            position = end

    def cells(self, row: Row) -> list[Cell]:
        """The cells of a row, left to right."""
        cells = []
        column = -1
        for found in self._cell.finditer(self.masked, row.inner, row.inner_end):
            said = _REFERENCE.search(found[1])
            column = column_number(said[1]) if said else column + 1
            start, end = found.start(2), found.end(2)
            body = self.xml[start:end] if start >= 0 else b""
            cells.append(Cell(column, found.start(), found.end(), found[1], body))
        return cells

    def text(self, cell: Cell, shared: SharedStrings) -> str:
        """What the cell shows of text; numbers as they are typed."""
        said = _TYPE.search(cell.attributes)
        kind = said[1] if said else b"n"
        if kind == b"inlineStr":
            return self.plain_text(cell.body)
        found = self._value.search(cell.body)
        if found is None:
            return ""
        value = unescape(found[1].decode("utf-8", "replace"))
        if kind == b"s":
            return shared[int(value)]
        if kind == b"n":
            number = float(value)
            return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
        return _decoded(value)

    def plain_text(self, body: bytes) -> str:
        """The text of an inline or shared string, without its phonetic guide."""
        spoken = self._phonetic.sub(b"", body)
        parts = (found[1] or b"" for found in self._text.finditer(spoken))
        return _decoded(unescape(b"".join(parts).decode("utf-8", "replace")))

    def text_cell(self, reference: str, style: int | None, text: str) -> bytes:
        """A cell with text in it; text is never a formula, whatever it begins with."""
        p = self.prefix.decode()
        s = "" if style is None else f' s="{style}"'
        escaped = escaped_text(text)
        space = ' xml:space="preserve"' if escaped != escaped.strip() or "\n" in escaped else ""
        return (
            f'<{p}c r="{reference}"{s} t="inlineStr"><{p}is><{p}t{space}>{escaped}</{p}t></{p}is>'
            f"</{p}c>"
        ).encode()

    def number_cell(self, reference: str, style: int | None, number: float) -> bytes:
        """A cell with a number in it."""
        p = self.prefix.decode()
        s = "" if style is None else f' s="{style}"'
        shown = repr(number) if isinstance(number, float) else str(number)
        return f'<{p}c r="{reference}"{s}><{p}v>{shown}</{p}v></{p}c>'.encode()

    def empty_cell(self, reference: str, style: int | None) -> bytes:
        """A cell with nothing in it, kept for its format."""
        if style is None:
            return b""
        p = self.prefix.decode()
        return f'<{p}c r="{reference}" s="{style}"/>'.encode()


@dataclass
class SharedStrings:
    """The shared strings of a workbook, read one by one as they are asked for."""

    xml: bytes
    _spans: list[tuple[int, int]] = field(default_factory=list)
    _sheet: SheetXml | None = None

    def __post_init__(self) -> None:
        masked = mask(self.xml)
        root = re.search(rb"<((?:\w+:)?)sst\b", masked)
        prefix = root[1] if root else b""
        p = re.escape(prefix)
        item = re.compile(b"<" + p + b"si\\b[^>]*?(?:/>|>.*?</" + p + b"si>)", re.DOTALL)
        self._spans = [found.span() for found in item.finditer(masked)]
        shell = b"<" + prefix + b"worksheet><" + prefix + b"sheetData/></" + prefix + b"worksheet>"
        self._sheet = SheetXml(shell)

    def __getitem__(self, index: int) -> str:
        assert self._sheet is not None
        if not 0 <= index < len(self._spans):
            return ""
        start, end = self._spans[index]
        return self._sheet.plain_text(self.xml[start:end])


def escaped_text(text: str) -> str:
    """Text as it stands in XML; what XML cannot hold is written in Excel's own escape."""
    text = _ESCAPED.sub(lambda m: f"_x005F_{m[0][1:]}", text[:_LIMIT])
    text = _ILLEGAL.sub(lambda m: f"_x{ord(m[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def widened(tag: bytes, first: int, last: int) -> bytes:
    """A row's tag whose spans reach over these columns (counted from 0)."""
    found = _SPANS.search(tag)
    if found is None:
        return tag
    low, high = min(int(found[2]), first + 1), max(int(found[3]), last + 1)
    return (
        tag[: found.start()] + b"%b%d:%d%b" % (found[1], low, high, found[4]) + tag[found.end() :]
    )


def row_style(tag: bytes) -> int | None:
    """The style that the admin gave to the whole row."""
    if re.search(rb"""\bcustomFormat=["'](?:1|true)["']""", tag) is None:
        return None
    found = _STYLE.search(tag)
    return int(found[1]) if found else None


def _decoded(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
