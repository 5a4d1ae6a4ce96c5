"""Whether formulas of the admin look at our columns, and the mark that has Excel calculate them.

Excel shows the stored result of a formula until it calculates it again, and on opening it does so
only when it is told to (`fullCalcOnLoad` of `calcPr` in ECMA-376) or when an older Excel saved the
file. A count of statuses on a dashboard would be stale without the mark; a workbook in which no
formula sees our columns is opened without it, so Excel does not ask to save it on closing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator

from app.workbook.areas import column_number
from app.workbook.sheet_xml import SheetXml
from app.workbook.table_xml import Table
from app.workbook.xml_bytes import TAG_REST, Part, Splice, attributes, unescape, with_attribute

_FORMULA = re.compile(rb"<(?:[^\s<>/:]++:)?f(?=[ >])" + TAG_REST + rb"(?<!/)>([^<]++)<")
_TEXT = re.compile(r'"[^"]*"')
_ROW_NUMBERS = re.compile(r"(?<=[A-Z$])\d+")
_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^\s!'\"()*/+\-&=<>,;{}^%]+))!)?"
    r"(?:\$?([A-Z]{1,3})\$?\d+(?::\$?([A-Z]{1,3})\$?\d+)?"
    r"|\$?([A-Z]{1,3}):\$?([A-Z]{1,3})"
    r"|\$?\d+:\$?\d+)(?![\w(])"
)
_SEVERAL_SHEETS = re.compile(rb":[^:!<>(),]+!")
"""As in `First:Last!A1`, which names neither of the sheets between."""
_SAFE = re.compile(r"[A-Za-z0-9_ ]+")
_ONE_COLUMN = re.compile(r"\[(?:@?[^\[\]#@:]+|@\[[^\[\]]+\]|\[#[^\]]+\],\[[^\[\]]+\])\]")
_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")
_NOT_REFERENCES = "_xlnm."
_TRUE = ("1", "true")


class OurCells:
    """What formulas may call our columns: cells of a sheet, columns of a table, defined names."""

    def __init__(
        self,
        sheet_name: str,
        columns: Collection[int],
        headers: Iterable[str],
        tables: Iterable[Table],
        workbook: Part,
    ) -> None:
        """`columns` are counted from 0; `tables` are those that hold some of them."""
        self._sheet_name = sheet_name.casefold()
        self._columns = columns
        self._headers = [f"[{header.casefold()}]" for header in headers]
        self._tables = [
            attributes(table.part.tag(table.part.root)).get("displayName", "") for table in tables
        ]
        self._names: list[str] = []
        self._names = list(self._seeing_names(workbook))
        self._words = [_safe_word(one) for one in (sheet_name, *self._tables, *self._names)]

    def are_seen_by(self, formula: str, *, on_our_sheet: bool) -> bool:
        """The formula looks at some of them; True also where that cannot be told."""
        formula = _TEXT.sub("", formula)
        if any(self._is_in(found, on_our_sheet) for found in _REFERENCE.finditer(formula)):
            return True
        if "[" in formula and any(header in formula.casefold() for header in self._headers):
            return True
        return any(self._names_table(formula, name) for name in self._tables) or any(
            re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", formula, re.IGNORECASE)
            for name in self._names
        )

    def may_be_named_in(self, xml: bytes) -> bool:
        """Another sheet's part holds a word by which it could reach them."""
        lower = xml.lower()
        return any(word in lower for word in self._words) or (
            b"!" in xml and _SEVERAL_SHEETS.search(xml) is not None
        )

    def _is_in(self, found: re.Match[str], on_our_sheet: bool) -> bool:
        quoted, plain, left, right, first, last = found.groups()
        sheet = quoted.replace("''", "'") if quoted else plain
        if sheet is None:
            if not on_our_sheet:
                return False
        elif sheet.casefold() != self._sheet_name and ":" not in sheet:
            return False
        low, high = left or first, right or last or left or first
        if low is None or high is None:
            return True
        span = range(column_number(low.encode()), column_number(high.encode()) + 1)
        return any(column in span for column in self._columns)

    @staticmethod
    def _names_table(formula: str, name: str) -> bool:
        for found in re.finditer(rf"(?<![\w.]){re.escape(name)}(?![\w.])", formula, re.IGNORECASE):
            if _ONE_COLUMN.match(formula, found.end()) is None:
                return True
        return False

    def _seeing_names(self, workbook: Part) -> Iterator[str]:
        names = workbook.child(workbook.root, "definedNames")
        for element in workbook.children(names) if names is not None else ():
            name = attributes(workbook.tag(element)).get("name", "")
            text = workbook.xml[element.inner : element.inner_end].decode("utf-8", "replace")
            if name.startswith(_NOT_REFERENCES) or not name:
                continue
            if self.are_seen_by(unescape(text), on_our_sheet=False):
                yield name


def _safe_word(name: str) -> bytes:
    """The longest piece of a name that stands the same in XML, however that is written."""
    return max(_SAFE.findall(name), key=len, default="").lower().encode()


def formulas_see(
    package: zipfile.ZipFile, others: Iterable[str], sheet: SheetXml, ours: OurCells
) -> bool:
    """Some formula on this sheet, or on one of the others, looks at our columns."""
    # Most sheets have no formula at all, which is found out without looking at each element.
    has_formulas = b"f" in sheet.xml and b"<" + sheet.prefix + b"f" in sheet.xml
    formulas = _distinct(sheet.xml) if has_formulas else ()
    if any(ours.are_seen_by(one, on_our_sheet=True) for one in formulas):
        return True
    for name in others:
        xml = package.read(name)
        formulas = _distinct(xml) if ours.may_be_named_in(xml) else ()
        if any(ours.are_seen_by(one, on_our_sheet=False) for one in formulas):
            return True
    return False


def recalculating(workbook: Part) -> list[Splice]:
    """What has Excel calculate all formulas when it opens the workbook.

    Nothing when it does so already, or when the admin chose to calculate by hand.
    """
    element = workbook.child(workbook.root, "calcPr")
    if element is not None:
        tag = workbook.tag(element)
        said = attributes(tag)
        if said.get("fullCalcOnLoad") in _TRUE or said.get("calcMode") == "manual":
            return []
        return [(element.start, element.inner, with_attribute(tag, "fullCalcOnLoad", "1"))]
    before = [one for one in workbook.children(workbook.root) if one.local in _BEFORE_CALCULATION]
    if not before:
        return []
    at = before[-1].end
    return [(at, at, b'<%bcalcPr fullCalcOnLoad="1"/>' % before[-1].prefix)]


def _distinct(xml: bytes) -> Iterable[str]:
    """The formulas of a sheet part, those that differ only in their rows once."""
    seen: set[str] = set()
    for found in _FORMULA.finditer(xml):
        formula = unescape(found[1].decode("utf-8", "replace"))
        # Digits may belong to a sheet's name where there is one.
        key = formula if "!" in formula else _ROW_NUMBERS.sub("1", formula)
        if key not in seen:
            seen.add(key)
            yield key
