"""The bytes of the styles part: formats of ours made from the admin's, added once and only once."""

from __future__ import annotations

import re

from app.errors import WorkbookError
from app.workbook.xml_bytes import (
    TAG_REST,
    Element,
    Part,
    Splice,
    attributes,
    spliced,
    whole_number,
    with_attribute,
)

_COLOURS = {
    "good": "FFC6EFCE",
    "bad": "FFFFC7CE",
    "running": "FFBDD7EE",
    "waiting": "FFE7E6E6",
    "attention": "FFFFEB9C",
}
_DATE_TIME = 22
"""Excel's own format of date and time, shown as the admin's language does."""
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats that show a number as a date or time (ECMA-376, numFmt)."""
_MOST_FORMATS = 65_490
"""Cell formats in a workbook, from "Excel specifications and limits"."""
_NOT_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_TAG = re.compile(rb"<[^\s<>/]++" + TAG_REST + rb">")


class Styles:
    """The formats of a workbook. Indexes count in cellXfs; None is a cell that names no format."""

    def __init__(self, name: str, xml: bytes | None) -> None:
        """A part that is missing, or in a form that we do not know, takes no formats of ours."""
        self._part: Part | None = None
        self._formats = _Listed(None, None)
        self._fills = _Listed(None, None)
        self._dates: set[int | None] = set(_DATE_FORMATS)
        self._made: dict[tuple[int, str], int | None] = {}
        if xml is None:
            return
        try:
            part = Part(name, xml)
        except WorkbookError:
            return
        self._part = part
        self._formats = _Listed(part, part.child(part.root, "cellXfs"))
        self._fills = _Listed(part, part.child(part.root, "fills"))
        self._dates |= _dates_of(part) - {None}

    @property
    def changed(self) -> bytes | None:
        """The part with the formats that were asked for; None when it had them all."""
        if self._part is None:
            return None
        splices = self._fills.splices() + self._formats.splices()
        return spliced(self._part.xml, splices) if splices else None

    def dated(self, style: int | None) -> int | None:
        """The same format showing a date; None when there can be none."""
        if style is not None and self._shows_date(style):
            return style
        return self._made_from(style, "date")

    def undated(self, style: int | None) -> int | None:
        """The same format showing a plain number."""
        if style is None or not self._shows_date(style):
            return style
        return self._made_from(style, "number")

    def coloured(self, style: int | None, kind: str) -> int | None:
        """The same format on the colour of a kind of status."""
        if kind not in _COLOURS or not len(self._fills):
            return style
        made = self._made_from(style, kind)
        return style if made is None else made

    def is_coloured(self, style: int | None) -> bool:
        """The format has one of our colours."""
        if style is None or not 0 <= style < len(self._formats):
            return False
        fill = whole_number(attributes(_open_tag(self._formats[style])).get("fillId"))
        if fill is None or fill >= len(self._fills):
            return False
        return self._fills[fill] in {self._fill(kind) for kind in _COLOURS}

    def is_locked(self, style: int | None) -> bool:
        """A cell of this format is locked on a protected sheet (the default)."""
        index = style or 0
        if not 0 <= index < len(self._formats):
            return True
        return re.search(rb"""\slocked\s*=\s*["'](?:0|false)["']""", self._formats[index]) is None

    def _shows_date(self, style: int) -> bool:
        if not 0 <= style < len(self._formats):
            return False
        said = attributes(_open_tag(self._formats[style])).get("numFmtId")
        return whole_number(said) in self._dates

    def _made_from(self, style: int | None, effect: str) -> int | None:
        base = style or 0
        if not 0 <= base < len(self._formats):
            return None
        key = (base, effect)
        if key not in self._made:
            self._made[key] = self._formats.index(self._format(base, effect), _MOST_FORMATS)
        return self._made[key]

    def _format(self, base: int, effect: str) -> bytes:
        said: dict[str, str]
        if effect == "date":
            said = {"numFmtId": str(_DATE_TIME), "applyNumberFormat": "1"}
        elif effect == "number":
            said = {"numFmtId": "0"}
        else:
            fill = self._fills.index(self._fill(effect), _MOST_FORMATS)
            said = {"fillId": str(fill), "applyFill": "1"}
        whole = self._formats[base]
        old = tag = _open_tag(whole)
        for name, value in said.items():
            tag = with_attribute(tag, name, value)
        return tag + whole[len(old) :]

    def _fill(self, kind: str) -> bytes:
        p = self._fills.prefix
        return (
            b'<%bfill><%bpatternFill patternType="solid"><%bfgColor rgb="%b"/>'
            b'<%bbgColor indexed="64"/></%bpatternFill></%bfill>'
            % (p, p, p, _COLOURS[kind].encode(), p, p, p)
        )


class _Listed:
    """A list of the part, such as cellXfs, and what was added to it."""

    def __init__(self, part: Part | None, element: Element | None) -> None:
        self._part = part
        self._element = element
        self._all: list[bytes] = []
        if part is not None and element is not None:
            self._all = [part.whole(child) for child in part.children(element)]
        self._old = len(self._all)
        self._where: dict[bytes, int] = {}
        for index, one in enumerate(self._all):
            self._where.setdefault(one, index)

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, index: int) -> bytes:
        return self._all[index]

    @property
    def prefix(self) -> bytes:
        return self._element.prefix if self._element is not None else b""

    def index(self, one: bytes, most: int) -> int | None:
        """Where it stands, added when it is not there; None when there is no room."""
        if one not in self._where:
            if not 0 < len(self._all) < most:
                return None
            self._where[one] = len(self._all)
            self._all.append(one)
        return self._where[one]

    def splices(self) -> list[Splice]:
        """What changes in the part."""
        part, element = self._part, self._element
        if part is None or element is None or len(self._all) == self._old:
            return []
        tag = part.tag(element)
        if "count" in attributes(tag):
            tag = with_attribute(tag, "count", str(len(self._all)))
        at = element.inner_end
        return [
            (element.start, element.inner, tag),
            (at, at, b"".join(self._all[self._old :])),
        ]


def _open_tag(whole: bytes) -> bytes:
    found = _TAG.match(whole)
    return found[0] if found else b""


def _dates_of(part: Part) -> set[int | None]:
    """The admin's own formats that show a number as a date or time."""
    formats = part.child(part.root, "numFmts")
    dates: set[int | None] = set()
    for one in part.children(formats) if formats is not None else ():
        said = attributes(part.tag(one))
        letters = _NOT_DATE_LETTERS.sub("", said.get("formatCode", "")).casefold()
        if set("dmyhs") & set(letters.replace("general", "")):
            dates.add(whole_number(said.get("numFmtId")))
    return dates
