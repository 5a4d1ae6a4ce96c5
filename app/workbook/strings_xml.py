"""Text as it stands in a workbook: Excel's escapes, shared strings and inline strings."""

from __future__ import annotations

import re
from itertools import repeat

from app.workbook.xml_bytes import TAG_REST, Part, unescape

_ANY = rb"(?:[^\s<>/:]++:)?"
_TEXT = re.compile(
    rb"<" + _ANY + rb"t(?=[\s/>])" + TAG_REST + rb"(?:(?<=/)>|>(.*?)</" + _ANY + rb"t\s*>)",
    re.DOTALL,
)
_PHONETIC = re.compile(rb"<(" + _ANY + rb"rPh)(?=[\s/>]).*?</\1\s*>", re.DOTALL)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_NOTE = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_PLAIN_END = b"</t></si>"
_LIMIT = 32_767
"""Characters in a cell, from "Excel specifications and limits"; Excel counts in UTF-16."""


def shortened(text: str) -> str:
    """The text as far as a cell can hold it."""
    if len(text) <= _LIMIT // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return units[: 2 * _LIMIT].decode("utf-16-le", "ignore") if len(units) > 2 * _LIMIT else text


def escaped(text: str) -> str:
    """Text as it stands in XML; what XML cannot hold is written in Excel's own escape."""
    if "_x" in text:
        text = _LIKE_ESCAPED.sub("_x005F_", text)
    text = _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def value_text(raw: bytes) -> str:
    """What the bytes between two tags say."""
    if b"&" not in raw and b"_x" not in raw and b"<" not in raw:
        return raw.decode("utf-8", "replace")
    if b"<!" in raw or b"<?" in raw:
        raw = _NOTE.sub(b"", _CDATA.sub(_as_text, raw))
    text = unescape(raw.decode("utf-8", "replace"))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def string_text(raw: bytes) -> str:
    """The text of an inline or shared string, without its phonetic guide."""
    if b"<!" in raw or b"<?" in raw:
        raw = _NOTE.sub(b"", _CDATA.sub(_as_text, raw))
    if b"rPh" in raw:
        raw = _PHONETIC.sub(b"", raw)
    # Each run is decoded for itself: Excel's escapes do not reach over runs.
    return "".join(value_text(found[1] or b"") for found in _TEXT.finditer(raw))


def _as_text(found: re.Match[bytes]) -> bytes:
    return found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


class SharedStrings:
    """The shared strings of a workbook, read one by one as they are asked for."""

    def __init__(self, name: str, xml: bytes) -> None:
        """Raises WorkbookError CANNOT_PATCH when the part cannot be read."""
        part = Part(name, xml)
        p = part.root.prefix
        opening = b"<" + p + b"si"
        self._is_plain = False
        inside = part.masked[part.root.inner : part.root.inner_end]
        if part.masked is xml and inside.count(opening) == inside.count(opening + b">"):
            # Each item begins alike: cutting at them is the fastest way to know them all.
            self._items = inside.split(opening + b">")[1:]
            self._is_plain = self._all_plain(inside)
            return
        item = re.compile(re.escape(opening) + rb"(?=[\s/>])")
        starts = [found.start() for found in item.finditer(part.masked)]
        ends = [*starts[1:], part.root.inner_end]
        self._items = [xml[start:end] for start, end in zip(starts, ends, strict=True)]

    def _all_plain(self, inside: bytes) -> bool:
        """Every item is one text without formats, escapes or entities."""
        count = len(self._items)
        return (
            inside.count(b"<") == 4 * count
            and inside.count(_PLAIN_END) == count
            and sum(map(bytes.startswith, self._items, repeat(b"<t>"))) == count
            and b"&" not in inside
            and b"_x" not in inside
        )

    def __getitem__(self, index: int) -> str:
        """The text at this index; "" where there is none."""
        if not 0 <= index < len(self._items):
            return ""
        item = self._items[index]
        if self._is_plain:
            return item[3 : item.index(_PLAIN_END)].decode("utf-8", "replace")
        if item.startswith(b"<t>") and item.endswith(_PLAIN_END):
            text = item[3 : -len(_PLAIN_END)]
            if b"<" not in text and b"&" not in text and b"_x" not in text:
                return text.decode("utf-8", "replace")
        return string_text(item)
