"""The comparison on which the proof stands sees every kind of harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.workbook.save import save_status
from kitchen_sink import kitchen_sink
from lossless import differences
from turns import order

SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
TABLE = "xl/tables/table1.xml"
WORKBOOK = "xl/workbook.xml"
Parts = list[tuple[zipfile.ZipInfo, bytes]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A workbook before and after a write."""
    folder = tmp_path_factory.mktemp("pair")
    before = kitchen_sink(folder / "before.xlsm")
    after = kitchen_sink(folder / "after.xlsm")
    save_status(after, order())
    return before, after


def harmed(after: Path, folder: Path, harm: Callable[[Parts], Parts]) -> Path:
    """A copy of the package with some harm done to it."""
    with zipfile.ZipFile(after) as package:
        parts = [(info, package.read(info)) for info in package.infolist()]
    copy = folder / after.name
    with zipfile.ZipFile(copy, "w") as package:
        for info, part in harm(parts):
            package.writestr(info, part)
    return copy


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Parts], Parts]:
    def harm(parts: Parts) -> Parts:
        [part] = [part for info, part in parts if info.filename == name]
        assert part.count(old) >= 1
        return [
            (info, part.replace(old, new, 1) if info.filename == name else part)
            for info, part in parts
        ]

    return harm


def with_date(parts: Parts) -> Parts:
    parts[5][0].date_time = (2020, 1, 1, 0, 0, 0)
    return parts


def with_comment(parts: Parts) -> Parts:
    parts[5][0].comment = b"new"
    return parts


def with_extra(parts: Parts) -> Parts:
    parts[5][0].extra = b"\xfe\xca\0\0"
    return parts


def packed_otherwise(parts: Parts) -> Parts:
    parts[-1][0].compress_type = zipfile.ZIP_STORED
    return parts


HARMS: dict[str, Callable[[Parts], Parts]] = {
    "a part lost": lambda parts: parts[:-1],
    "a part added": lambda parts: [*parts, (zipfile.ZipInfo("xl/new.xml"), b"<x/>")],
    "another order": lambda parts: [parts[1], parts[0], *parts[2:]],
    "another date": with_date,
    "a comment": with_comment,
    "an extra field": with_extra,
    "another packing": packed_otherwise,
    "a macro": replaced("xl/vbaProject.bin", b"\x01\x02", b"\x01\x03"),
    "a chart": replaced("xl/charts/chart1.xml", b"clustered", b"stacked"),
    "a relation": replaced("xl/worksheets/_rels/sheet1.xml.rels", b"rId8", b"rId9"),
    "another sheet": replaced("xl/worksheets/sheet2.xml", b"<v>18<", b"<v>19<"),
    "a shared string": replaced("xl/sharedStrings.xml", b"bold", b"bald"),
    "a value": replaced(SHEET, b"<v>1.5</v>", b"<v>2.5</v>"),
    "a formula": replaced(SHEET, b"<f>D3*2</f>", b""),
    "a cell": replaced(SHEET, b'<c r="B9" t="b"><v>1</v></c>', b""),
    "a format of a cell": replaced(SHEET, b'<c r="C2" s="2"/>', b'<c r="C2" s="1"/>'),
    "an attribute of a cell": replaced(SHEET, b' cm="1"', b""),
    "a hidden row": replaced(SHEET, b' hidden="1"', b""),
    "the left end of spans": replaced(SHEET, b'spans="1:', b'spans="2:'),
    "an extra attribute": replaced(SHEET, b' x14ac:dyDescent="0.25"', b""),
    "an id": replaced(SHEET, b' xr:uid="{7}"', b""),
    "quotes": replaced(SHEET, b'topLeftCell="A2"', b"topLeftCell='A2'"),
    "a blank": replaced(SHEET, b"<sheetData>", b"<sheetData> "),
    "frozen panes": replaced(SHEET, b'ySplit="1"', b'ySplit="2"'),
    "a validation": replaced(SHEET, b"yes,no", b"yes"),
    "a conditional format": replaced(SHEET, b"FF638EC6", b"FF638EC7"),
    "an extension": replaced(SHEET, b"autoMin", b"autoMax"),
    "a width": replaced(SHEET, b'width="30.7"', b'width="31"'),
    "the top of the extent": replaced(SHEET, b'<dimension ref="A1:', b'<dimension ref="A2:'),
    "our cell where nobody is": replaced(
        SHEET,
        b"<v>1</v></c></row></sheetData>",
        b'<v>1</v></c><c r="F9"><v>1</v></c></row></sheetData>',
    ),
    "not well-formed": replaced(SHEET, b"</sheetData>", b""),
    "a format": replaced(STYLES, b'wrapText="1"', b'wrapText="0"'),
    "a format of numbers": replaced(STYLES, b"0.00 &quot;GB&quot;", b"0.00"),
    "a format lost": replaced(STYLES, b'<font><sz val="11"/><name val="Calibri"/></font>', b""),
    "a differential format": replaced(STYLES, b"<dxf><font><b/></font></dxf>", b""),
    "a column of the table": replaced(TABLE, b'name="Notes"', b'name="Remarks"'),
    "the rows of the table": replaced(TABLE, b":M7", b":M8"),
    "the width of the table": replaced(TABLE, b":M7", b":N7"),
    "a filter": replaced(TABLE, b'val="1.5"', b'val="2.5"'),
    "the count of columns": replaced(TABLE, b'count="13"', b'count="12"'),
    "an id of a column": replaced(TABLE, b'id="13"', b'id="12"'),
    "a defined name": replaced(WORKBOOK, b"$D$2:$D$7", b"$D$2:$D$8"),
    "a pivot cache": replaced(WORKBOOK, b'<pivotCache cacheId="7" r:id="rId10"/>', b""),
}


def test_a_write_is_no_harm(pair: tuple[Path, Path], tmp_path: Path) -> None:
    before, after = pair
    assert before.read_bytes() != after.read_bytes()
    assert differences(before, after) == []
    assert differences(before, harmed(after, tmp_path, lambda parts: parts)) == []


def test_a_write_that_was_not_ours_is_harm(pair: tuple[Path, Path]) -> None:
    before, after = pair
    assert differences(before, after, headers=("Another header",)) != []
    assert differences(after, before) != []


@pytest.mark.parametrize("harm", HARMS)
def test_harm_is_seen(harm: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    before, after = pair
    assert differences(before, harmed(after, tmp_path, HARMS[harm])) != []
