"""What must grow with new columns: the sheet's extent, widths, its filter and the filter's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.workbook.areas import Area, area_of, letters_of
from app.workbook.sheet_xml import SheetXml
from app.workbook.xml_bytes import (
    Part,
    Splice,
    attributes,
    cannot_patch,
    whole_number,
    with_attribute,
)

_TRUE = ("1", "true")


def grown_dimension(sheet: SheetXml, last: int) -> list[Splice]:
    """The sheet's stated extent, reaching to this column; some readers trust it."""
    element = sheet.element("dimension")
    if element is None:
        return []
    tag = sheet.tag(element)
    area = area_of(attributes(tag).get("ref", ""))
    if area is None or area.right >= last:
        return []
    return [(element.start, element.inner, with_attribute(tag, "ref", area.until(last).ref))]


def grown_filter(sheet: SheetXml, area: Area, last: int) -> list[Splice]:
    """The sheet's filter over `area`, reaching to this column."""
    element = sheet.element("autoFilter")
    assert element is not None
    tag = with_attribute(sheet.tag(element), "ref", area.until(last).ref)
    return [(element.start, element.inner, tag)]


def grown_filter_name(workbook: Part, sheet_index: int, area: Area, last: int) -> list[Splice]:
    """The hidden name by which Excel knows the filter's area, reaching as far as the filter."""
    names = workbook.child(workbook.root, "definedNames")
    splices: list[Splice] = []
    for name in workbook.children(names) if names is not None else ():
        said = attributes(workbook.tag(name))
        is_filter = said.get("name") == "_xlnm._FilterDatabase"
        if not is_filter or said.get("localSheetId") != str(sheet_index):
            continue
        text = workbook.xml[name.inner : name.inner_end]
        sheet_name, mark, ref = text.rpartition(b"!")
        if ref == _absolute(area):
            wider = sheet_name + mark + _absolute(area.until(last))
            splices.append((name.inner, name.inner_end, wider))
    return splices


def _absolute(area: Area) -> bytes:
    left, right = letters_of(area.left), letters_of(area.right)
    return f"${left}${area.top}:${right}${area.bottom}".encode()


def column_styles(sheet: SheetXml, columns: Iterable[int]) -> dict[int, int | None]:
    """The format that the admin gave to each of these whole columns."""
    return {column: _style_of(_covering(sheet, column)) for column in columns}


def widths(sheet: SheetXml, wanted: Mapping[int, float]) -> list[Splice]:
    """Widths for new columns; a column that the admin gave a width and shows keeps it."""
    element = sheet.element("cols")
    p = sheet.prefix
    needed = {}
    for column, width in wanted.items():
        covering = _covering(sheet, column)
        is_set = covering.get("customWidth") in _TRUE and covering.get("hidden") not in _TRUE
        if not is_set:
            needed[column] = _col(p, column, width, _style_of(covering))
    if not needed:
        return []
    if element is None or element.closes_itself:
        cols = b"<%bcols>%b</%bcols>" % (p, b"".join(needed.values()), p)
        start, end = (element.start, element.end) if element else (sheet.data.start,) * 2
        return [(start, end, cols)]
    tags = list(needed.items())
    for col in sheet.children(element):
        tag = sheet.whole(col)
        first, last = _reach(attributes(tag))
        for low, high in _without(first, last, needed.keys()):
            ranged = with_attribute(tag, "min", str(low + 1))
            tags.append((low, with_attribute(ranged, "max", str(high + 1))))
    # Of several that speak of one column the first counts, and it stays the first.
    body = b"".join(tag for _, tag in sorted(tags, key=lambda one: one[0]))
    return [(element.inner, element.inner_end, body)]


def _covering(sheet: SheetXml, column: int) -> dict[str, str]:
    """What the sheet says of a column as a whole."""
    element = sheet.element("cols")
    for col in sheet.children(element) if element is not None else ():
        said = attributes(sheet.tag(col))
        first, last = _reach(said)
        if first <= column <= last:
            return said
    return {}


def _reach(said: dict[str, str]) -> tuple[int, int]:
    """The first and last column (from 0) of which a `col` element speaks."""
    first, last = whole_number(said.get("min")), whole_number(said.get("max"))
    if first is None or last is None:
        raise cannot_patch("A width in the sheet does not say which columns it is for.")
    return first - 1, last - 1


def _style_of(covering: dict[str, str]) -> int | None:
    return whole_number(covering.get("style")) or None


def _col(prefix: bytes, column: int, width: float, style: int | None) -> bytes:
    said = "" if style is None else f' style="{style}"'
    place = column + 1
    return prefix.join(
        (
            b"<",
            f'col min="{place}" max="{place}" width="{width:g}"{said} customWidth="1"/>'.encode(),
        )
    )


def _without(low: int, high: int, holes: Iterable[int]) -> list[tuple[int, int]]:
    """The parts of a range of columns that are left when some columns are taken out."""
    parts, start = [], low
    for hole in sorted(hole for hole in holes if low <= hole <= high):
        if start < hole:
            parts.append((start, hole - 1))
        start = hole + 1
    if start <= high:
        parts.append((start, high))
    return parts
