"""Any workbook is read as it is, and what is not certain is asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from app.checks import check_list
from app.errors import WorkbookError
from app.model import ColumnsNeeded, Level, Side
from app.workbook.read import read_book
from app.workbook.status import BookRead
from formats import make_ods, make_xls, make_xlsb
from hostile import HEADER, make_package, make_raw, parts, sheet_xml, text_row

HEADERS = ("SourceUPN", "TargetUPN")
ANA = ("ana@contoso.com", "ana@northwind.com")
BO = ("bo@contoso.com", "bo@northwind.com")


def read(path: Path, **choice: Any) -> BookRead:
    answer = read_book(path, **choice)
    assert isinstance(answer, BookRead)
    return answer


def question(path: Path, **choice: Any) -> ColumnsNeeded:
    answer = read_book(path, **choice)
    assert isinstance(answer, ColumnsNeeded)
    return answer


def refusal(path: Path, **choice: Any) -> WorkbookError:
    with pytest.raises(WorkbookError) as raised:
        read_book(path, **choice)
    assert raised.value.remedy
    return raised.value


def make(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def pairs(answer: BookRead) -> list[tuple[int, str, str]]:
    return [(row.row, row.source_upn, row.target_upn) for row in answer.rows]


def test_rows_carry_the_numbers_and_cells_that_excel_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        sheet.write_row(3, 2, (*HEADERS, "Wave", "Include"))
        sheet.write_row(4, 2, (*ANA, 1, "Yes"))
        sheet.write_row(7, 2, (*BO, "two ", "no"))
        sheet.write(9, 0, "Totals")
    answer = read(path)
    first, second = answer.rows
    assert (answer.header_row, answer.sheet) == (4, "People")
    assert answer.columns == ("A", "B", *HEADERS, "Wave", "Include")
    assert (first.row, first.source_cell, first.target_cell) == (5, "People!C5", "People!D5")
    assert (first.batch, first.include) == ("1", True)
    assert (second.row, second.source_cell) == (8, "People!C8")
    assert (second.batch, second.include) == ("two", False)
    assert answer.patchable
    assert not answer.findings


CELLS = {
    (row + 2, column + 1): text
    for row, texts in enumerate((HEADERS, ANA, BO))
    for column, text in enumerate(texts)
}


def test_ods(tmp_path: Path) -> None:
    rows = [["", *HEADERS], ["", *ANA], ["", *BO]]
    answer = read(make_ods(tmp_path / "a.ods", rows, blank_rows=2))
    assert pairs(answer) == [(4, *ANA), (5, *BO)]
    assert (answer.patchable, answer.not_patchable_because) == (False, "ODS")


def test_xlsb(tmp_path: Path) -> None:
    answer = read(make_xlsb(tmp_path / "a.xlsb", CELLS))
    assert pairs(answer) == [(4, *ANA), (5, *BO)]
    assert answer.rows[0].source_cell == "Mapping!B4"
    assert answer.not_patchable_because == "XLSB"


def test_xls(tmp_path: Path) -> None:
    answer = read(make_xls(tmp_path / "a.xls", CELLS))
    assert pairs(answer) == [(4, *ANA), (5, *BO)]
    assert answer.not_patchable_because == "XLS"


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt"])
def test_lists_in_plain_text(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text(f"\n{';'.join(HEADERS)}\n{';'.join(ANA)}\n", "utf-8-sig")
    answer = read(path)
    assert pairs(answer) == [(3, *ANA)]
    assert (answer.sheet, answer.patchable) == ("CSV", False)


@pytest.mark.parametrize(
    ("ending", "because"), [(".xlsm", ""), (".xltx", "XLTX"), (".xltm", "XLTM"), (".xls", "XLS")]
)
def test_the_same_bytes_under_other_names(tmp_path: Path, ending: str, because: str) -> None:
    path = make(tmp_path / "a.xlsx", People=[HEADERS, ANA]).rename(tmp_path / f"a{ending}")
    answer = read(path)
    assert pairs(answer) == [(2, *ANA)]
    assert answer.not_patchable_because == because


def test_a_signed_workbook_is_not_patched(tmp_path: Path) -> None:
    content = parts(sheet_xml(HEADER + text_row(2, *ANA)))
    path = make_package(tmp_path / "a.xlsx", {**content, "_xmlsignatures/sig1.xml": "<x/>"})
    assert read(path).not_patchable_because == "SIGNED"


# Values that are no text


def test_numbers_dates_and_errors_are_what_the_writer_finds_again(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet("People")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ANA)
        sheet.write_row(2, 0, (4711, 1.5))
        sheet.write_datetime(3, 0, date(2026, 12, 5), day)
        sheet.write(3, 1, BO[1])
        sheet.write_formula(4, 0, "=NA()", None, "#N/A")
        sheet.write(4, 1, BO[1])
        sheet.write_row(5, 0, BO)
    answer = read(path)
    texts = [row.source_upn for row in answer.rows]
    assert texts == [ANA[0], "4711", texts[2], "#N/A", BO[0]]
    assert texts[2].isdigit()
    checked, _ = check_list(answer.rows)
    codes = [row.findings[0].code if row.findings else "" for row in checked]
    assert codes[1:4] == ["NUMBER_NOT_UPN", "NUMBER_NOT_UPN", "EXCEL_ERROR"]


def test_a_formula_counts_by_its_stored_value(tmp_path: Path) -> None:
    target = '<c r="B{0}" t="inlineStr"><is><t>{1}</t></is></c>'
    rows = (
        f'<row r="2"><c r="A2" t="str"><f>D2</f><v>{ANA[0]}</v></c>{target.format(2, ANA[1])}</row>'
        f'<row r="3"><c r="A3" t="str"><f>D3</f><v></v></c>{target.format(3, BO[1])}</row>'
    )
    answer = read(make_raw(tmp_path / "a.xlsx", HEADER + rows))
    assert pairs(answer) == [(2, *ANA), (3, "", BO[1])]
    assert not answer.findings


def test_a_formula_without_a_stored_value_is_a_finding_and_no_row_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "People"
    sheet.append(HEADERS)
    sheet.append(ANA)
    sheet.append(["=D3", BO[1]])
    sheet.append(["=D4", "=E4"])
    book.save(path)
    book.close()
    answer = read(path)
    assert [row.row for row in answer.rows] == [2, 3, 4]
    assert [(f.code, f.level, f.cell, f.side) for f in answer.findings] == [
        ("FORMULA_NO_VALUE", Level.BLOCK, "People!A3", Side.SOURCE),
        ("FORMULA_NO_VALUE", Level.BLOCK, "People!A4", Side.SOURCE),
        ("FORMULA_NO_VALUE", Level.BLOCK, "People!B4", Side.TARGET),
    ]


def test_a_list_of_nothing_but_formulas_without_values_is_not_empty(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><f>D{n}</f></c><c r="B{n}"><f>E{n}</f><v/></c></row>'
        for n in range(2, 5)
    )
    answer = read(make_raw(tmp_path / "a.xlsx", HEADER + rows))
    assert [row.row for row in answer.rows] == [2, 3, 4]
    assert len(answer.findings) == 6


def test_text_is_taken_exactly_as_it_is(tmp_path: Path) -> None:
    row = (" o'Neil@contoso.com\u00a0", "Ünïcode_x0041_@northwind.com")
    assert pairs(read(make(tmp_path / "a.xlsx", People=[HEADERS, row]))) == [(2, *row)]


# What Excel does not show


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        for number, row in enumerate((HEADERS, ANA, BO)):
            sheet.write_row(number, 0, row)
        sheet.set_column(5, 5, None, None, {"hidden": True})
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(7, None, None, {"hidden": True})
    answer = read(path)
    assert len(answer.rows) == 2
    [finding] = answer.findings
    assert (finding.code, finding.level) == ("HIDDEN_ROWS", Level.WARN)
    assert dict(finding.values) == {"count": "1"}


def test_a_hidden_sheet_is_suggested_but_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write(0, 0, "Ring Ana")
        sheet = book.add_worksheet("People")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ANA)
        sheet.hide()
    asked = question(path)
    assert (asked.sheet, asked.sheets) == ("People", ("Notes", "People"))
    assert (asked.source_guess, asked.target_guess) == HEADERS
    assert pairs(read(path, sheet="People")) == [(2, *ANA)]


def test_a_hidden_copy_does_not_stand_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("People", "Old"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADERS)
            sheet.write_row(1, 0, ANA)
        sheet.hide()
    assert read(path).sheet == "People"


# Questions


def test_two_sheets_that_fit_are_asked_about(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Notes=[("x",)], One=[HEADERS, ANA], Two=[HEADERS, BO])
    asked = question(path)
    assert (asked.sheet, asked.sheets) == ("One", ("Notes", "One", "Two"))
    assert pairs(read(path, sheet="Two")) == [(2, *BO)]


def test_unknown_headers_are_asked_about_with_values_and_suggestions(tmp_path: Path) -> None:
    rows = [("Who", "Alt", "Ferry status", "Neu"), *[("x", ANA[0], "Ready", ANA[1])] * 5]
    path = make(tmp_path / "a.xlsx", People=rows)
    asked = question(path)
    assert asked.columns == ("Who", "Alt", "Neu")
    assert asked.preview == (("x",) * 3, (ANA[0],) * 3, (ANA[1],) * 3)
    assert (asked.source_guess, asked.target_guess) == ("Alt", "Neu")
    answer = read(path, sheet="People", source_column="Neu", target_column="Alt")
    assert pairs(answer)[0] == (2, ANA[1], ANA[0])


def test_an_answer_for_one_side_is_enough_when_the_other_is_known(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", People=[("Mail", "TargetUPN"), ANA])
    assert question(path).source_guess == "Mail"
    assert pairs(read(path, source_column="Mail")) == [(2, *ANA)]


def test_a_list_without_header_can_be_answered_and_goes_beside(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", People=[ANA, BO])
    asked = question(path)
    assert asked.columns == ("A", "B")
    assert asked.preview == ((ANA[0], BO[0]), (ANA[1], BO[1]))
    answer = read(path, source_column="A", target_column="B")
    assert pairs(answer) == [(1, *ANA), (2, *BO)]
    assert answer.not_patchable_because == "NO_HEADER"


def test_a_remembered_column_that_is_gone_is_asked_about(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", People=[HEADERS, ANA])
    assert question(path, source_column="Gone", target_column="TargetUPN").columns == HEADERS


def test_the_batch_column_can_be_chosen(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", People=[(*HEADERS, "Team"), (*ANA, "Finance")])
    answer = read(path, batch_column="Team")
    assert (answer.batch_column, answer.rows[0].batch) == ("Team", "Finance")


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        bold = book.add_format({"bold": True})
        sheet.merge_range(1, 0, 1, 1, "Source", bold)
        sheet.merge_range(1, 2, 1, 3, "Target", bold)
        sheet.write_row(2, 0, ("Name", "UPN", "Name", "UPN"))
        sheet.write_row(3, 0, ("Ana", ANA[0], "Ana", ANA[1]))
    answer = read(path)
    assert (answer.header_row, answer.source_column, answer.target_column) == (3, "UPN", "UPN (2)")
    assert pairs(answer) == [(4, *ANA)]


# What cannot be read


def test_an_empty_workbook_and_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", People=[])
    assert refusal(path).code == "EMPTY"
    error = refusal(path, sheet="Persons")
    assert error.code == "NO_SUCH_SHEET"
    assert "People" in error.detail


def test_a_sheet_of_broken_xml_is_an_error(tmp_path: Path) -> None:
    path = make_raw(tmp_path / "a.xlsx", HEADER + '<row r="2"><c r="A2"><v>1</row>')
    assert refusal(path).code in ("DAMAGED", "NOT_A_WORKBOOK")


def test_an_old_workbook_that_breaks_the_parser_is_damaged(tmp_path: Path) -> None:
    path = make_xls(tmp_path / "a.xls", CELLS)
    data = bytearray(path.read_bytes())
    place = data.index(b"Mapping") - 8
    data[place : place + 4] = b"\xab\0\0\xff"
    path.write_bytes(bytes(data))
    assert refusal(path).code == "DAMAGED"


@pytest.mark.parametrize("encoding", ["UTF-9", "utf-7", "rot13", "cp037"])
def test_an_encoding_that_nobody_uses_is_an_error_or_does_no_harm(
    tmp_path: Path, encoding: str
) -> None:
    content = parts(sheet_xml(HEADER + text_row(2, *ANA)))
    strange = {
        name: str(text).replace("UTF-8", encoding)
        for name, text in content.items()
        if "rels" in name
    }
    assert refusal(make_package(tmp_path / "a.xlsx", {**content, **strange})).code in (
        "NOT_A_WORKBOOK",
        "UNSAFE",
    )


def test_chart_sheets_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("People")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ANA)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=People!$A$1:$A$9"})
        book.add_chartsheet("Chart").set_chart(chart)
    assert read(path).sheets == ("People",)


def test_an_admin_who_wishes_to_choose_anew_is_asked_with_the_guess(tmp_path: Path) -> None:
    book = make_raw(tmp_path / "a.xlsx", HEADER + text_row(2, "a@c.d", "a@e.f"))
    sure = read_book(book)
    asked = read_book(book, ask=True)
    assert isinstance(sure, BookRead)
    assert isinstance(asked, ColumnsNeeded)
    assert (asked.source_guess, asked.target_guess) == (sure.source_column, sure.target_column)


def test_a_column_of_sizes_in_gigabytes_is_read(tmp_path: Path) -> None:
    rows = "".join(
        text_row(number, f"p{number}@a.com", f"p{number}@b.com", said)
        for number, said in ((2, "12.5"), (3, "3,25"), (4, "much"), (5, "-1"), (6, "nan"))
    )
    header = text_row(1, "SourceUPN", "TargetUPN", "Size (GB)")
    answer = read(make_raw(tmp_path / "a.xlsx", header + rows))
    assert [row.size_gb for row in answer.rows] == [12.5, 3.25, None, None, None]
    other = text_row(1, "SourceUPN", "TargetUPN", "Size (MB)")
    assert read(make_raw(tmp_path / "b.xlsx", other + rows)).rows[0].size_gb is None
