"""Excel is told to calculate where formulas look at our columns, and only there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from packages import (
    RELATIONS,
    WORKBOOK,
    WORKBOOK_XML,
    make_package,
    parts_of,
    patched,
    relations,
    row,
    sheet,
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
