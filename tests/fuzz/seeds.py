"""The sound workbooks from which the spoiled ones are made."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from app.workbook.status import StatusWrite
from kitchen_sink import SPELLINGS, kitchen_sink
from packages import make_package, row, sheet, table
from producers import PRODUCERS
from turns import order

_SPOILED = ("workbook.xml", "styles.xml", "sharedStrings.xml", "[Content_Types].xml", ".rels")
_PEOPLE = [(f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(6)]


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound workbook and what is written into it."""

    name: str
    parts: dict[str, bytes]
    spoiled: tuple[str, ...]
    """The parts that are worth spoiling; the sheets and tables several times."""
    write: StatusWrite
    later: StatusWrite
    """What is written after that."""


def seeds() -> list[Seed]:
    """Small ones mostly, so that many cases are run in a minute."""
    found = []
    with tempfile.TemporaryDirectory(prefix="seeds-") as folder:
        made = [_by_hand(Path(folder)), _in_table(Path(folder))]
        for spelling in SPELLINGS:
            path = Path(folder) / f"{spelling}.xlsx"
            made.append(kitchen_sink(path, spelling=spelling, strict=spelling == "prefixed"))
        for name in ("in_a_table.xlsx", "from_1904.xlsx", "by_openpyxl.xlsx"):
            PRODUCERS[name](Path(folder) / name)
            made.append(Path(folder) / name)
        for path in made:
            found.append(_seed(path))
    return found


def _seed(path: Path) -> Seed:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    # The parts that the program never opens make a case slower and not more telling.
    few = {name: part for name, part in parts.items() if _is_read(name)}
    often = [name for name in few if name.endswith(("sheet1.xml", "table1.xml"))]
    return Seed(path.stem, few, (*few, *often * 6), order(turn=3), order(turn=4))


def _is_read(name: str) -> bool:
    return (
        name.endswith(_SPOILED)
        or "/worksheets/" in name
        or "/tables/" in name
        or "pivotTable" in name
    )


def _by_hand(folder: Path) -> Path:
    rows = [row(1, "SourceUPN", "TargetUPN", more=' spans="1:2"')]
    rows += [row(n, *pair) for n, pair in enumerate(_PEOPLE, 2)]
    before = '<dimension ref="A1:B7"/><cols><col min="1" max="9" width="8"/></cols>'
    after = '<autoFilter ref="A1:B7"/><mergeCells><mergeCell ref="A9:B9"/></mergeCells>'
    xml = sheet("".join(rows), before, after)
    return make_package(folder / "by_hand.xlsx", xml, workbook=_WORKBOOK)


def _in_table(folder: Path) -> Path:
    rows = [row(3, "SourceUPN", "TargetUPN"), *(row(n, *p) for n, p in enumerate(_PEOPLE, 4))]
    xml = sheet("".join(rows), after='<tableParts count="1"><tablePart r:id="t1"/></tableParts>')
    made = table("A3:B9", ("SourceUPN", "TargetUPN"))
    return make_package(folder / "table.xlsx", xml, tables=[made], workbook=_WORKBOOK)


_WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Mapping" sheetId="1" r:id="rId1"/></sheets><definedNames>'
    '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Mapping!$A$1:$B$7'
    "</definedName></definedNames></workbook>"
)
