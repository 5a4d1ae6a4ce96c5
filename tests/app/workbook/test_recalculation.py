"""Excel is told to calculate where formulas look at our columns, and only there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from app.workbook.recalculation import OurCells
from app.workbook.table_xml import read_table
from app.workbook.xml_bytes import Part
from packages import (
    RELATIONS,
    STATUS,
    WORKBOOK,
    WORKBOOK_XML,
    make_package,
    parts_of,
    patched,
    relations,
    row,
    sheet,
    table,
)


def calculation(path: Path) -> Sequence[str]:
    return re.findall(r"<calcPr[^>]*>", parts_of(path)[WORKBOOK].decode())


@pytest.mark.parametrize(
    ("formula", "is_marked"),
    [
        ("COUNTIF(C:C,&quot;Success&quot;)", True),
        ("COUNTIF($C$2:$C$9,1)", True),
        ("SUM(2:2)", True),
        ("Wave!C2", True),
        ("A2&amp;&quot;C2&quot;", False),
        ("Other!C2", False),
        ("VLOOKUP(A2,Other!A:F,3,0)", False),
    ],
)
def test_excel_is_told_to_calculate_when_a_formula_sees_our_columns(
    tmp_path: Path, formula: str, is_marked: bool
) -> None:
    rows = row(1, "SourceUPN", "TargetUPN", "Ferry status", "Mine") + row(
        2, "a@x.com", "a@y.com"
    ).replace("</row>", f'<c r="D2"><f>{formula}</f><v>1</v></c></row>')
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert calculation(target) == (['<calcPr fullCalcOnLoad="1"/>'] if is_marked else [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '<calcPr fullCalcOnLoad="1"/>'),
        ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ("<calcPr fullCalcOnLoad='0'/>", "<calcPr fullCalcOnLoad='1'/>"),
        ('<calcPr fullCalcOnLoad="1"/>', '<calcPr fullCalcOnLoad="1"/>'),
        ('<calcPr calcMode="manual"/>', '<calcPr calcMode="manual"/>'),
    ],
)
def test_formulas_on_other_sheets_and_names_are_looked_at_too(
    tmp_path: Path, before: str, after: str
) -> None:
    names = '<definedNames><definedName name="Done">Wave!$C:$C</definedName></definedNames>'
    workbook = WORKBOOK_XML.replace(
        "</sheets>",
        f'<sheet name="Board" sheetId="2" r:id="rId9"/></sheets>{names}{before}<pivotCaches/>',
    )
    board = '<row r="1"><c r="A1"><f>COUNTIF(done,"Failed")</f><v>0</v></c></row>'
    source = make_package(
        tmp_path / "a.xlsx",
        workbook=workbook,
        more={
            "xl/worksheets/board.xml": sheet(board),
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", f"{RELATIONS}/worksheet", "/xl/worksheets/sheet1.xml"),
                ("rId2", f"{RELATIONS}/styles", "styles.xml"),
                ("rId9", f"{RELATIONS}/worksheet", "worksheets/../worksheets/board.xml"),
            ),
        },
    )
    _, target = patched(source)
    assert f"</definedNames>{after}<pivotCaches/>" in parts_of(target)[WORKBOOK].decode()


@pytest.mark.parametrize(
    ("formula", "is_seen"),
    [
        ("COUNTIF(People[Ferry status],1)", True),
        ("[@[ferry status]]", True),
        ("ROWS(People)", True),
        ("SUM(People[#Data])", True),
        ("SUM(People[[SourceUPN]:[Extra]])", True),
        ("COUNTA(People[])", True),
        ("COUNTA(People[SourceUPN])", False),
        ("People[@SourceUPN]", False),
        ("People[[#This Row],[SourceUPN]]", False),
        ("ROWS(PeopleOther)", False),
        ("'It''s Wave'!C2", True),
        ("SUM('Another Wave'!C2)", False),
        ("SUM(First:Last!C2)", True),
        ("Seen+1", True),
        ("Unseen+1", False),
        ("Seen.too+1", False),
        ("SUM(A1:D1)", False),
        ("'It''s Wave'!$A$1:$D$9", True),
        ("'It''s Wave'!7:8", True),
        ("\"'It''s Wave'!C2\"", False),
    ],
)
def test_formulas_of_another_sheet(formula: str, is_seen: bool) -> None:
    found = read_table("t.xml", table("A1:C3", ("SourceUPN", "TargetUPN", STATUS.header)).encode())
    assert found is not None
    names = (
        "<workbook><definedNames><definedName name='Seen'>'It''s Wave'!$C:$C</definedName>"
        "<definedName name='Unseen'>'It''s Wave'!$A:$A</definedName></definedNames></workbook>"
    )
    ours = OurCells("It's Wave", [2], [STATUS.header], [found], Part("w.xml", names.encode()))
    assert ours.are_seen_by(formula, on_our_sheet=False) is is_seen
    if is_seen and not formula.startswith("[@["):
        # Without a table's name it would stand in the table itself, on our own sheet.
        for written in (escape(formula), escape(formula, {"'": "&apos;"})):
            assert ours.may_be_named_in(f"<c><f>{written}</f></c>".encode())
