"""The bytes of the styles part: one date format and five colours of ours, added once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.workbook.sheet_xml import mask

_COLOURS = {
    "good": "FFC6EFCE",
    "bad": "FFFFC7CE",
    "running": "FFBDD7EE",
    "waiting": "FFE7E6E6",
    "attention": "FFFFEB9C",
}
_DATE_TIME = 22
"""Excel's own format of date and time, shown as the admin's language does."""


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles part with our formats in it, and their indexes into cellXfs."""

    xml: bytes
    date: int | None
    colours: dict[str, int]

    def is_locked(self, style: int | None) -> bool:
        """A cell of this style is locked on a protected sheet (the default)."""
        found = _children(self.xml, "cellXfs", "xf")
        if style is None or not 0 <= style < len(found):
            return True
        return re.search(rb"""\blocked=["'](?:0|false)["']""", found[style]) is None


def with_our_styles(xml: bytes | None) -> Styles:
    """Our formats added where they are not there yet; no part or no cellXfs: none."""
    if xml is None or not _children(xml, "cellXfs", "xf") or xml.startswith(b"\xff\xfe"):
        return Styles(xml or b"", None, {})
    p = _prefix(xml)
    date = (
        f'<{p}xf numFmtId="{_DATE_TIME}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
    )
    xml, date_index = _with_child(xml, "cellXfs", "xf", date.encode())
    colours = {}
    if _children(xml, "fills", "fill"):
        for kind, rgb in _COLOURS.items():
            fill = (
                f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{rgb}"/>'
                f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'
            )
            xml, fill_index = _with_child(xml, "fills", "fill", fill.encode())
            xf = (
                f'<{p}xf numFmtId="0" fontId="0" fillId="{fill_index}" borderId="0" xfId="0"'
                ' applyFill="1"/>'
            )
            xml, colours[kind] = _with_child(xml, "cellXfs", "xf", xf.encode())
    return Styles(xml, date_index, colours)


def _prefix(xml: bytes) -> str:
    found = re.search(rb"<((?:\w+:)?)styleSheet\b", mask(xml))
    return found[1].decode() if found else ""


def _list(xml: bytes, name: str) -> re.Match[bytes] | None:
    tag = re.escape(_prefix(xml) + name).encode()
    return re.search(b"(<" + tag + b"\\b[^>]*>)(.*?)(</" + tag + b">)", mask(xml), re.DOTALL)


def _children(xml: bytes, parent: str, child: str) -> list[bytes]:
    found = _list(xml, parent)
    if found is None:
        return []
    tag = re.escape(_prefix(xml) + child).encode()
    each = b"<" + tag + rb"""\b(?:[^>"']|"[^"]*"|'[^']*')*?(?:/>|>.*?</""" + tag + b">)"
    start = found.start(2)
    return [
        xml[start + one.start() : start + one.end()]
        for one in re.finditer(each, found[2], re.DOTALL)
    ]


def _with_child(xml: bytes, parent: str, child: str, new: bytes) -> tuple[bytes, int]:
    there = _children(xml, parent, child)
    if new in there:
        return xml, there.index(new)
    found = _list(xml, parent)
    assert found is not None
    tag = re.sub(rb"""(\bcount=["'])\d+""", b"\\g<1>%d" % (len(there) + 1), found[1])
    start, end = found.start(1), found.end(1)
    at = found.start(3)
    return xml[:start] + tag + xml[end:at] + new + xml[at:], len(there)
