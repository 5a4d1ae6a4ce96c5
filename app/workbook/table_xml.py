"""The bytes of a table part and of filters: grown to the right with our columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from app.workbook.package import attributes
from app.workbook.sheet_xml import column_number, letters_of, mask

_REF = re.compile(rb"^\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; columns from 0, rows from 1."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def ref(self) -> str:
        """As Excel writes it, `A1:C9`."""
        return f"{letters_of(self.left)}{self.top}:{letters_of(self.right)}{self.bottom}"


def area_of(ref: str) -> Area | None:
    """The rectangle of a reference such as `$A$4:H60`; None when it is none."""
    found = _REF.match(ref.encode("ascii", "replace"))
    if found is None:
        return None
    left, top = column_number(found[1]), int(found[2])
    right = column_number(found[3]) if found[3] else left
    return Area(left, top, right, int(found[4]) if found[4] else top)


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table of the sheet."""

    part: str
    xml: bytes
    area: Area
    has_header: bool
    is_query: bool


def read_table(part: str, xml: bytes) -> Table | None:
    """The table in a part; None when its area cannot be told."""
    found = re.search(rb"<(?:\w+:)?table\b[^>]*>", mask(xml))
    if found is None:
        return None
    said = attributes(found[0])
    area = area_of(said.get("ref", ""))
    if area is None:
        return None
    return Table(
        part,
        xml,
        area,
        said.get("headerRowCount", "1") != "0",
        said.get("tableType", "worksheet") != "worksheet",
    )


def with_columns(table: Table, headers: list[str]) -> bytes:
    """The table part, grown by these columns at its right edge."""
    xml = table.xml
    masked = mask(xml)
    root = re.search(rb"<((?:\w+:)?)table\b[^>]*>", masked)
    assert root is not None
    p = root[1]
    old = table.area
    new = Area(old.left, old.top, old.right + len(headers), old.bottom)
    splices = [(root.start(), root.end(), _with_ref(root[0], new.ref))]
    filters = re.search(b"<" + re.escape(p) + b"autoFilter\\b[^>]*>", masked)
    if filters is not None:
        area = area_of(attributes(filters[0]).get("ref", ""))
        if area is not None and area.right == old.right:
            grown = Area(area.left, area.top, new.right, area.bottom)
            splices.append((filters.start(), filters.end(), _with_ref(filters[0], grown.ref)))
    listed = re.search(
        b"(<" + re.escape(p) + b"tableColumns\\b[^>]*>)(.*?)</" + re.escape(p) + b"tableColumns>",
        masked,
        re.DOTALL,
    )
    assert listed is not None
    column = re.compile(b"<" + re.escape(p) + b"tableColumn\\b[^>]*>")
    ids = [int(attributes(tag).get("id", "0")) for tag in column.findall(listed[2])]
    count = re.sub(rb"""(\bcount=["'])\d+""", b"\\g<1>%d" % (len(ids) + len(headers)), listed[1])
    splices.append((listed.start(1), listed.end(1), count))
    added = b"".join(
        b'<%btableColumn id="%d" name=%b/>' % (p, max(ids, default=0) + n, quoted(header))
        for n, header in enumerate(headers, 1)
    )
    splices.append((listed.end(2), listed.end(2), added))
    return spliced(xml, splices)


def quoted(text: str) -> bytes:
    """Text as an attribute's value, with its quotes."""
    return quoteattr(text, {"\n": "_x000a_"}).encode()


def _with_ref(tag: bytes, ref: str) -> bytes:
    return re.sub(rb"""(\bref=["'])[^"']*""", b"\\g<1>" + ref.encode(), tag, count=1)


def with_filter_ref(tag: bytes, area: Area) -> bytes:
    """An autoFilter tag over this area."""
    return _with_ref(tag, area.ref)


def spliced(xml: bytes, splices: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with each span replaced; spans do not overlap."""
    parts, position = [], 0
    for start, end, new in sorted(splices, key=lambda one: (one[0], one[1])):
        parts += [xml[position:start], new]
        position = end
    parts.append(xml[position:])
    return b"".join(parts)
