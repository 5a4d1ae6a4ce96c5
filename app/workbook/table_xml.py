"""The bytes of a table part, grown to the right with our columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from app.workbook.areas import Area, area_of
from app.workbook.xml_bytes import (
    Part,
    attributes,
    spliced,
    whole_number,
    with_attribute,
)


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table of the sheet."""

    part: Part
    area: Area
    columns: tuple[str, ...]
    """The names of its columns, which are the texts of its header cells."""
    has_header: bool
    may_grow: bool
    """Its columns are the workbook's own, not those of a query or an XML map, and all are named."""

    def holds(self, row: int, *columns: int) -> bool:
        """Its header is in this row, and it reaches over these columns (counted from 0)."""
        within = all(self.area.left <= column <= self.area.right for column in columns)
        return self.has_header and self.area.top == row and within


def read_table(name: str, xml: bytes) -> Table | None:
    """The table in a part; None when its area cannot be told. Raises WorkbookError CANNOT_PATCH."""
    part = Part(name, xml)
    said = attributes(part.tag(part.root))
    area = area_of(said.get("ref", ""))
    if area is None:
        return None
    listed = part.child(part.root, "tableColumns")
    columns = tuple(
        attributes(part.tag(column)).get("name", "")
        for column in (part.children(listed) if listed is not None else ())
    )
    count = attributes(part.tag(listed)).get("count") if listed is not None else ""
    width = area.right - area.left + 1
    below = [one.local for one in part.children(part.root)]
    # Which of several would count, nobody can tell; the schema has one of each at most.
    is_plain = all(below.count(name) <= 1 for name in ("autoFilter", "tableColumns"))
    fits = is_plain and len(columns) == width and count in (None, str(width))
    return Table(
        part,
        area,
        columns,
        said.get("headerRowCount", "1") != "0",
        said.get("tableType", "worksheet") == "worksheet" and fits,
    )


def with_columns(table: Table, headers: Sequence[str]) -> bytes:
    """The part of a table that may grow, grown by these columns; their names must be new to it."""
    part = table.part
    root = part.root
    listed = part.child(root, "tableColumns")
    assert listed is not None
    assert table.may_grow
    right = table.area.right + len(headers)
    ref = table.area.until(right).ref
    splices = [(root.start, root.inner, with_attribute(part.tag(root), "ref", ref))]
    filters = part.child(root, "autoFilter")
    if filters is not None:
        tag = part.tag(filters)
        area = area_of(attributes(tag).get("ref", ""))
        if area is not None and area.right == table.area.right:
            tag = with_attribute(tag, "ref", area.until(right).ref)
            splices.append((filters.start, filters.inner, tag))
    columns = list(part.children(listed))
    ids = [whole_number(attributes(part.tag(column)).get("id")) for column in columns]
    last = max((one for one in ids if one is not None), default=0)
    tag = part.tag(listed)
    if "count" in attributes(tag):
        tag = with_attribute(tag, "count", str(len(columns) + len(headers)))
        splices.append((listed.start, listed.inner, tag))
    added = b"".join(
        b'<%btableColumn id="%d" name=%b/>'
        % (listed.prefix, last + place, quoteattr(header).encode())
        for place, header in enumerate(headers, 1)
    )
    splices.append((listed.inner_end, listed.inner_end, added))
    return spliced(part.xml, splices)
