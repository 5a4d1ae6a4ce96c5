"""What an admin's own workbook may hold beside the list, each case from reading to writing back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.workbook.read import read_book
from app.workbook.save import save_status
from app.workbook.status import BookRead, StatusWrite, StatusWritten
from kitchen_sink import kitchen_sink
from packages import (
    BOTH,
    SHEET,
    TABLE,
    cells,
    column,
    make_package,
    parts_of,
    row,
    sheet,
    status_write,
    table,
)


def read(path: Path, source: str = "", target: str = "") -> BookRead:
    answer = read_book(path, source_column=source, target_column=target)
    assert isinstance(answer, BookRead)
    return answer


def written(path: Path, write: StatusWrite = BOTH) -> StatusWritten:
    """Write back, and once more, which changes nothing."""
    answer = save_status(path, write)
    saved = answer.path.read_bytes()
    assert not save_status(path, write).rows_missing
    assert answer.path.read_bytes() == saved
    return answer


@pytest.mark.parametrize("area", ["A2:B3", "B1:B1048576", "A1:B1 A3:B3", "$B$2"])
def test_rules_for_cells_that_end_before_our_columns_end_there_still(
    tmp_path: Path, area: str
) -> None:
    rules = (
        f'<conditionalFormatting sqref="{area}"><cfRule type="expression" dxfId="0" priority="1">'
        "<formula>$B2=&quot;&quot;</formula></cfRule></conditionalFormatting>"
        '<dataValidations count="1"><dataValidation type="custom" allowBlank="1" sqref="'
        f'{area}"><formula1>ISNUMBER(FIND("@",B2))</formula1></dataValidation></dataValidations>'
    )
    book = make_package(tmp_path / "a.xlsx", sheet(after=rules))
    assert written(book).rows_written == 2
    after = parts_of(book)[SHEET].decode()
    assert after.endswith(f"</sheetData>{rules}</worksheet>")
    assert column(book, "C") == {1: "Ferry status", 2: "Success", 3: "Failed"}


def test_formulas_that_name_columns_of_the_table_stay_and_the_table_grows(tmp_path: Path) -> None:
    names = ["SourceUPN", "TargetUPN", "Size", "Twice"]
    formula = "People[[#This Row],[Size]]*2"
    rows = row(1, *names)
    for number, who in ((2, "a"), (3, "b")):
        size = f'<c r="C{number}"><v>{number}</v></c>'
        twice = f'<c r="D{number}"><f>{formula}</f><v>{2 * number}</v></c></row>'
        rows += row(number, f"{who}@x.com", f"{who}@y.com").replace("</row>", size + twice)
    rows += '<row r="9"><c r="D9"><f>SUM(People[Twice])</f><v>10</v></c></row>'
    kept = f"<calculatedColumnFormula>{formula}</calculatedColumnFormula></tableColumn>"
    xml = table("A1:D3", names).replace('name="Twice"/>', f'name="Twice">{kept}')
    parts = '<tableParts count="1"><tablePart r:id="t1"/></tableParts>'
    book = make_package(tmp_path / "a.xlsx", sheet(rows, after=parts), tables=[xml])
    assert written(book).rows_written == 2
    after = parts_of(book)
    assert f'name="Twice">{kept}<tableColumn id="5" name="Ferry status"/>' in after[TABLE].decode()
    assert b'ref="A1:E3"' in after[TABLE]
    shown = after[SHEET].decode()
    assert shown.count(f"<f>{formula}</f>") == 2
    assert re.findall(r"</f><v>(\d+)</v>", shown) == ["4", "6", "10"]
    assert "calcPr" not in after["xl/workbook.xml"].decode(), "no formula looks at our column"
    assert [one.target_upn for one in read(book).rows] == ["a@y.com", "b@y.com"]


def test_of_headers_that_stand_twice_the_chosen_columns_are_meant(tmp_path: Path) -> None:
    rows = (
        row(1, "SourceUPN", "TargetUPN", "Notes", "SourceUPN", "TargetUPN", "Notes")
        + row(2, "old-a@x.com", "old-a@y.com", "1", "b@x.com", "b@y.com", "2")
        + row(3, "b@x.com", "old-b@y.com", "3", "a@x.com", "a@y.com", "4")
    )
    book = make_package(tmp_path / "a.xlsx", sheet(rows))
    before = cells(book)
    assert not isinstance(read_book(book), BookRead), "which of them is meant, is asked"
    answer = read(book, source="SourceUPN (2)", target="TargetUPN (2)")
    assert [(one.row, one.source_upn) for one in answer.rows] == [(2, "b@x.com"), (3, "a@x.com")]
    assert answer.rows[0].source_cell == "Wave!D2"
    write = status_write(
        ("a@x.com", "a@y.com", ["Success"]),
        ("b@x.com", "b@y.com", ["Failed"]),
    )
    write = replace(write, source_column=answer.source_column, target_column=answer.target_column)
    assert written(book, write).rows_written == 2
    assert column(book, "G") == {1: "Ferry status", 2: "Failed", 3: "Success"}
    assert {place: value for place, value in cells(book).items() if place[0] != "G"} == before


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_as_text_with_decimal_commas(tmp_path: Path, delimiter: str, encoding: str) -> None:
    quote = '"' if delimiter == "," else ""
    lines = [
        ("SourceUPN", "TargetUPN", "Size (GB)", "Name"),
        ("a@x.com", "a@y.com", f"{quote}12,5{quote}", "Zoë"),
        ("b@x.com", "b@y.com", f"{quote}0,25{quote}", "Bo"),
    ]
    book = tmp_path / "list.csv"
    book.write_bytes("\r\n".join(map(delimiter.join, lines)).encode(encoding))
    before = book.read_bytes()
    answer = read(book)
    assert [(one.source_upn, one.target_upn, one.size_gb) for one in answer.rows] == [
        ("a@x.com", "a@y.com", 12.5),
        ("b@x.com", "b@y.com", 0.25),
    ]
    write = status_write(("a@x.com", "a@y.com", ["Success"]), ("b@x.com", "b@y.com", ["Failed"]))
    beside = written(book, write)
    assert (beside.beside, beside.because) == (True, "CSV")
    assert book.read_bytes() == before
    said = cells(beside.path, "Status")
    assert [said[place] for place in ("C1", "C2", "C3")] == ["Ferry status", "Success", "Failed"]


def test_the_order_of_calculation_still_names_cells_that_are_calculated(tmp_path: Path) -> None:
    rows = (
        row(1, "SourceUPN", "TargetUPN", "Ferry status", "Count")
        + row(2, "a@x.com", "a@y.com").replace(
            "</row>",
            '<c r="C2" t="str"><f>"mine"</f><v>mine</v></c><c r="D2"><f>1+1</f><v>2</v></c></row>',
        )
        + row(3, "b@x.com", "b@y.com").replace("</row>", '<c r="D3"><f>D2</f><v>2</v></c></row>')
    )
    chain = '<calcChain><c r="D3" i="1"/><c r="D2"/><c r="C2"/></calcChain>'
    book = make_package(tmp_path / "a.xlsx", sheet(rows), more={"xl/calcChain.xml": chain})
    assert written(book).rows_written == 2
    after = parts_of(book)
    assert after["xl/calcChain.xml"].decode() == chain
    for place in re.findall(r'r="(\w+)"', chain):
        assert re.search(rf'<c r="{place}"[^>]*><f>', after[SHEET].decode())
    assert column(book, "C")[3] == "Failed"


def test_a_strict_workbook_is_read_written_and_read_again(tmp_path: Path) -> None:
    book = kitchen_sink(tmp_path / "Sink.xlsm", strict=True)
    before = read(book)
    assert before.patchable
    people = tuple((one.source_upn, one.target_upn, ["Success"]) for one in before.rows)
    write = status_write(*people, sheet_name=before.sheet)
    assert written(book, write).rows_written == len(before.rows) > 0
    after = read(book)
    assert after.rows == before.rows
    assert after.columns == before.columns
