"""Workbooks for Hypothesis: a mapping anywhere in a sheet, spelled in any way that is allowed."""

from __future__ import annotations

import random
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from app.status_cells import COLUMNS
from packages import (
    MAIN,
    RELATIONS,
    STRICT,
    STRICT_RELATIONS,
    STYLES_XML,
    TABLE,
    WORKBOOK_XML,
    make_package,
)

SHEET = "Wave"
_OURS = tuple(column.header for column in COLUMNS)
_LETTERS = "aZ9éßÜ漢😀 &<>\"'_-.\t=+\u00a0"
_NAMES = ("Notes", "Größe", "A & B", "Done <on>", "", "x", "Batch")
TEXTS = st.text(alphabet=_LETTERS, max_size=12)
_UPN_TEXTS = st.text(alphabet="aZ9éßÜ漢'&<\"._-", max_size=6)

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default'
    ' Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="bin"'
    f' ContentType="application/octet-stream"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}sharedStrings+xml"/></Types>'
)


@dataclass(slots=True)
class Grid:
    """What the sheet says: texts, numbers or None by (row from 1, column from 1)."""

    header_row: int
    source: int
    target: int
    people: dict[int, tuple[str, str]]
    """By row."""
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    ours: dict[str, int] = field(default_factory=dict)
    """Columns of ours that are there already, by header."""


@dataclass(slots=True)
class Formula:
    """A formula with the value that it had when it was calculated last."""

    text: str
    value: float


class Blank:
    """A cell with a format and nothing in it."""


VALUES = st.one_of(
    TEXTS,
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4)),
    st.booleans(),
    st.just(Blank()),
    st.builds(Formula, st.sampled_from(("1+1", 'A1&"<"', "SUM(A:A)")), st.just(2.0)),
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """A title or not, the header, people with gaps between them, other columns, our columns."""
    header_row = draw(st.integers(1, 4))
    names = ["SourceUPN", "TargetUPN"]
    names += draw(st.lists(st.sampled_from(_NAMES), max_size=4))
    names += draw(st.lists(st.sampled_from(_OURS), max_size=3, unique=True))
    names = draw(st.permutations(names))
    places = draw(
        st.lists(st.integers(1, 14), min_size=len(names), max_size=len(names), unique=True)
    )
    columns = dict(zip(sorted(places), names, strict=True))
    count = draw(st.integers(0, 6))
    rows = draw(st.lists(st.integers(1, 12), min_size=count, max_size=count, unique=True))
    people = {
        header_row + row: (
            f"p{row}.{draw(_UPN_TEXTS)}@contoso.com",
            f"p{row}.{draw(_UPN_TEXTS)}@northwind.com",
        )
        for row in sorted(rows)
    }
    if len(people) > 1 and draw(st.integers(0, 4)) == 0:
        # Two rows for one source; the targets tell them apart.
        one, two, *_ = people
        people[two] = people[one][0], people[two][1]
    by_name = {name: column for column, name in columns.items()}
    grid = Grid(header_row, by_name["SourceUPN"], by_name["TargetUPN"], people)
    grid.ours = {name: column for name, column in by_name.items() if name in _OURS}
    grid.cells = {(header_row, column): name for column, name in columns.items() if name}
    if header_row > 1 and draw(st.booleans()):
        grid.cells[1, draw(st.integers(1, 14))] = "Wave plan"
    for row, (source, target) in people.items():
        grid.cells[row, grid.source], grid.cells[row, grid.target] = source, target
        for column, name in columns.items():
            if name not in ("SourceUPN", "TargetUPN") and draw(st.booleans()):
                is_ours = name in _OURS
                value = draw(TEXTS if is_ours else VALUES)
                grid.cells[row, column] = value if value != "" else Blank()
    for _ in range(draw(st.integers(0, 2))):
        place = header_row + draw(st.integers(14, 16)), draw(st.integers(1, 16))
        grid.cells[place] = draw(VALUES.filter(lambda value: value != ""))
    return grid


@dataclass(slots=True)
class Spelling:
    """How a grid is spelled; what varies within a part is drawn from `chance`."""

    prefix: str
    is_strict: bool
    has_places: bool
    """Rows and cells name their places; else they are counted."""
    spans: str
    has_dimension: bool
    cols: str
    has_filter: bool
    has_table: bool
    has_row_formats: bool
    is_from_1904: bool
    between: str
    """What stands between rows and between cells."""
    chance: random.Random
    texts: list[str] = field(default_factory=list)
    """The shared strings, each spelled."""


SPELLINGS = st.builds(
    Spelling,
    prefix=st.sampled_from(("", "", "x:", "main:")),
    is_strict=st.booleans(),
    has_places=st.booleans(),
    spans=st.sampled_from(("", "exact", "wide")),
    has_dimension=st.booleans(),
    cols=st.sampled_from(("", "few", "all", "hidden")),
    has_filter=st.booleans(),
    has_table=st.booleans(),
    has_row_formats=st.booleans(),
    is_from_1904=st.booleans(),
    between=st.sampled_from(("", "", "\r\n\t", "<!-- <c r='A1'/> -->", "<?note <row> ?>\n")),
    chance=st.randoms(use_true_random=False),
)


def make_book(path: Path, grid: Grid, spelling: Spelling) -> Path:
    """Write the grid as a workbook."""
    sheet = _sheet(grid, spelling)
    p = spelling.prefix
    items = "".join(f"<{p}si>{text}</{p}si>" for text in spelling.texts)
    space = f' xmlns:{p[:-1]}="{MAIN}"' if p else f' xmlns="{MAIN}"'
    make_package(
        path,
        _in_words(sheet, spelling),
        tables=[_table(grid)] if _has_table(grid, spelling) else [],
        shared=_in_words(f"<{p}sst{space}>{items}</{p}sst>", spelling),
        styles=STYLES_XML,
        workbook=_in_words(_workbook(grid, spelling), spelling),
        more={"[Content_Types].xml": _TYPES, "xl/media/other.bin": struct.pack("<2L", 1, 2)},
    )
    with zipfile.ZipFile(path) as package:
        assert (TABLE in package.namelist()) == _has_table(grid, spelling)
    return path


def _in_words(xml: str, spelling: Spelling) -> str:
    if not spelling.is_strict:
        return xml
    return xml.replace(MAIN, STRICT).replace(RELATIONS, STRICT_RELATIONS)


def _has_table(grid: Grid, spelling: Spelling) -> bool:
    named = sorted(column for row, column in grid.cells if row == grid.header_row)
    is_whole = named == list(range(named[0], named[-1] + 1))
    texts = [str(grid.cells[grid.header_row, column]).casefold() for column in named]
    return spelling.has_table and is_whole and len(set(texts)) == len(texts) and bool(grid.people)


def _extent(grid: Grid) -> str:
    named = [column for row, column in grid.cells if row == grid.header_row]
    bottom = max(grid.people, default=grid.header_row)
    return f"{letters(min(named))}{grid.header_row}:{letters(max(named))}{bottom}"


def _table(grid: Grid) -> str:
    named = sorted(column for row, column in grid.cells if row == grid.header_row)
    columns = "".join(
        f'<tableColumn id="{place * 3}" name="{escape(str(grid.cells[grid.header_row, column]))}"/>'
        for place, column in enumerate(named, 1)
    )
    ref = _extent(grid)
    return (
        f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="{ref}"><autoFilter'
        f' ref="{ref}"/><tableColumns count="{len(named)}">{columns}</tableColumns></table>'
    )


def _workbook(grid: Grid, spelling: Spelling) -> str:
    xml = WORKBOOK_XML
    if spelling.is_from_1904:
        xml = xml.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    if not spelling.has_filter:
        return xml
    left, right = _extent(grid).split(":")
    area = ":".join(
        f"${end.rstrip('0123456789')}${end.lstrip('ABCDEFGHIJKLMN')}" for end in (left, right)
    )
    name = (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="0">{SHEET}!{area}</definedName>'
    )
    return xml.replace("</sheets>", f"</sheets><definedNames>{name}</definedNames>")


def _sheet(grid: Grid, s: Spelling) -> str:
    p = s.prefix
    space = f"xmlns:{p[:-1]}" if p else "xmlns"
    before = f'<{p}dimension ref="A1:{letters(16)}30"/>' if s.has_dimension else ""
    if s.cols:
        last = 16384 if s.cols == "all" else 5
        more = 'hidden="1"' if s.cols == "hidden" else 'style="1"'
        before += f'<{p}cols><{p}col min="2" max="{last}" width="9.5" {more}/></{p}cols>'
    has_table = _has_table(grid, s)
    after = f'<{p}autoFilter ref="{_extent(grid)}"/>' if s.has_filter and not has_table else ""
    if has_table:
        after += f'<{p}tableParts count="1"><{p}tablePart r:id="t1"/></{p}tableParts>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n<{p}worksheet {space}="{MAIN}"'
        f' xmlns:r="{RELATIONS}">{before}<{p}sheetData>{s.between}{_rows(grid, s)}</{p}sheetData>'
        f"{after}</{p}worksheet>"
    )


def _rows(grid: Grid, s: Spelling) -> str:
    p = s.prefix
    made = []
    last = max(row for row, _ in grid.cells)
    for row in range(1, last + 1):
        columns = sorted(column for at, column in grid.cells if at == row)
        if not columns and s.has_places and s.chance.random() < 0.7:
            continue
        said = f' r="{row}"' if s.has_places else ""
        if s.spans and columns:
            low, high = (columns[0], columns[-1]) if s.spans == "exact" else (1, 20)
            said += f" spans='{low}:{high}'"
        if s.has_row_formats and row % 2:
            said += ' s="1" customFormat="1" ht="20"'
        cells = _cells(grid, row, columns, s)
        made.append(f"<{p}row{said}>{cells}</{p}row>" if cells else f"<{p}row{said}/>")
        made.append(s.between)
    return "".join(made)


def _cells(grid: Grid, row: int, columns: list[int], s: Spelling) -> str:
    made = []
    wanted = columns if s.has_places else range(1, max(columns, default=0) + 1)
    for column in wanted:
        place = f' r="{letters(column)}{row}"' if s.has_places else ""
        made.append(_cell(place, grid.cells.get((row, column), Blank()), s))
        made.append(s.between)
    return "".join(made)


def _cell(place: str, value: object, s: Spelling) -> str:
    p = s.prefix
    match value:
        case str() if s.chance.random() < 0.5:
            s.texts.append(_string(value, s))
            return f'<{p}c{place} t="s"><{p}v>{len(s.texts) - 1}</{p}v></{p}c>'
        case str():
            return f"<{p}c{place} t='inlineStr'><{p}is>{_string(value, s)}</{p}is></{p}c>"
        case bool():
            return f'<{p}c{place} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
        case Formula():
            text = escape(value.text)
            return f"<{p}c{place}><{p}f>{text}</{p}f><{p}v>{value.value}</{p}v></{p}c>"
        case int() | float():
            return f"<{p}c{place}><{p}v>{value}</{p}v></{p}c>"
        case _:
            return f'<{p}c{place} s="1"/>' if s.chance.random() < 0.5 else f"<{p}c{place}></{p}c>"


def _string(value: str, s: Spelling) -> str:
    """A text, in one run or two, with entities spelled in several ways."""
    p = s.prefix
    if len(value) > 1 and s.chance.random() < 0.3:
        runs = "".join(
            f'<{p}r><{p}t xml:space="preserve">{_spelled(part, s)}</{p}t></{p}r>'
            for part in (value[:1], value[1:])
        )
        return f'{runs}<{p}rPh sb="0" eb="1"><{p}t>ルビ</{p}t></{p}rPh>'
    return f'<{p}t xml:space="preserve">{_spelled(value, s)}</{p}t>'


def _spelled(text: str, s: Spelling) -> str:
    if text and "]]>" not in text and s.chance.random() < 0.1:
        return f"<![CDATA[{text}]]>"
    return "".join(
        f"&#x{ord(one):X};" if s.chance.random() < 0.1 else escape(one, {'"': "&quot;"})
        for one in text
    )


def letters(column: int) -> str:
    """1=A, 2=B, ..."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
