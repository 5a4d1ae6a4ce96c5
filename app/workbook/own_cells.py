"""Our cells as they stand in a sheet part: text that is never a formula, real dates, colours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from app.workbook.sheet_xml import Cell, SheetXml, number_text
from app.workbook.status import CellValue, ColumnKind
from app.workbook.strings_xml import SharedStrings, escaped, shortened
from app.workbook.styles_xml import Styles

_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_FROM_1904 = 1462
"""Days between Excel's two date systems ("Date systems in Excel")."""
_DAY = 86_400
_KEPT = 4_096
"""Values kept of each format; those that are all different, such as ids, gain nothing by it."""


class Made(NamedTuple):
    """A cell of ours but for its place."""

    rest: bytes
    """What follows the letters and digits of its reference; b"" for no cell."""
    style: int | None
    text: str
    """What it says when it is read."""
    is_text: bool


NO_CELL = Made(b"", None, "", is_text=True)


class Values(dict[CellValue, Made]):
    """Cells of one format by their values; each is made when it is first asked for."""

    def __init__(self, make: Callable[[CellValue], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: CellValue) -> Made:
        if len(self) >= _KEPT:
            self.clear()
        made = self[value] = self._make(value)
        return made


class OwnCells:
    """Makes our cells, each value in each format once."""

    def __init__(
        self,
        prefix: bytes,
        styles: Styles,
        colours: tuple[tuple[str, str], ...],
        *,
        is_1904: bool,
    ) -> None:
        """`colours`: status word -> "good", "bad", "running", "waiting" or "attention"."""
        self._prefix = prefix.decode()
        self._styles = styles
        self._colours = dict(colours)
        self._is_1904 = is_1904
        self._made: dict[tuple[ColumnKind, int | None, int | None, bool], Values] = {}

    def new(self, kind: ColumnKind, style: int | None) -> Values:
        """Cells by their values where there is none; `style` is that of the row or column."""
        return self._values(kind, style, style, is_new=True)

    def instead(self, kind: ColumnKind, style: int | None, inherited: int | None) -> Values:
        """Cells by their values in place of one of this format.

        `inherited` is the format of its row or column, to which a colour of ours falls back.
        """
        return self._values(kind, style, inherited, is_new=False)

    def _values(
        self, kind: ColumnKind, style: int | None, inherited: int | None, *, is_new: bool
    ) -> Values:
        def make(value: CellValue) -> Made:
            if is_new and (value is None or value == ""):
                return NO_CELL
            return self._make(value, kind, style, inherited)

        return self._made.setdefault((kind, style, inherited, is_new), Values(make))

    def text(self, value: str, style: int | None) -> Made:
        """A cell with text in it; text is never a formula, whatever it begins with."""
        p = self._prefix
        shown = shortened(value)
        inner = escaped(shown)
        space = ' xml:space="preserve"' if inner != inner.strip() or "\n" in inner else ""
        rest = f'{_named(style)} t="inlineStr"><{p}is><{p}t{space}>{inner}</{p}t></{p}is></{p}c>'
        return Made(rest.encode(), style, shown, is_text=True)

    def _make(
        self, value: CellValue, kind: ColumnKind, style: int | None, inherited: int | None
    ) -> Made:
        if kind == "status":
            colour = self._colours.get(value, "") if isinstance(value, str) else ""
            if colour:
                style = self._styles.coloured(style, colour)
            elif self._styles.is_coloured(style):
                style = inherited
        if value is None or value == "":
            # Never nothing in place of a cell: those behind it may be known by their order only.
            return Made(f"{_named(style)}/>".encode(), style, "", is_text=True)
        if isinstance(value, datetime):
            return self._date(value, style)
        if isinstance(value, int):
            return self._number(str(value), self._styles.undated(style))
        return self.text(value, style)

    def _date(self, value: datetime, style: int | None) -> Made:
        moment = value.astimezone(UTC).replace(microsecond=0)
        dated = self._styles.dated(style)
        if dated is None:
            return self.text(moment.strftime("%Y-%m-%d %H:%M UTC"), style)
        days = (moment - _EPOCH).total_seconds() / _DAY
        return self._number(repr(days - (_FROM_1904 if self._is_1904 else 0)), dated)

    def _number(self, shown: str, style: int | None) -> Made:
        p = self._prefix
        rest = f"{_named(style)}><{p}v>{shown}</{p}v></{p}c>"
        return Made(rest.encode(), style, number_text(shown), is_text=False)


def says(sheet: SheetXml, cell: Cell, shared: SharedStrings, made: Made) -> bool:
    """The cell holds the same value in the same format, though perhaps not in the same bytes.

    Excel moves our text to the shared strings when it saves; that is no reason to write it again.
    """
    return (
        (sheet.style(cell) or 0) == (made.style or 0)
        and sheet.text(cell, shared) == made.text
        and (not made.text or sheet.is_text(cell) == made.is_text)
    )


def _named(style: int | None) -> str:
    return '"' if style is None else f'" s="{style}"'
