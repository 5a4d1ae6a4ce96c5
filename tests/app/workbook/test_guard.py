"""The guard lets every honest workbook through and names what is wrong with any other file."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import hostile
from app.errors import WorkbookError
from app.workbook.extent import Extent
from app.workbook.guard import Kind, admit
from app.workbook.read import read_book
from formats import make_ods, make_ole, make_xls, make_xlsb
from hostile import (
    HEADER,
    SHEET,
    XML,
    make_package,
    make_raw,
    parts,
    sheet_xml,
    sparse_xlsb,
    text_row,
)

FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'


def refusal(path: Path) -> WorkbookError:
    with pytest.raises(WorkbookError) as raised:
        admit(path)
    error = raised.value
    assert error.title
    assert str(path) in error.detail
    assert error.remedy
    return error


@pytest.mark.parametrize(
    ("name", "make", "kind"),
    [
        ("a.xlsx", lambda path: make_raw(path, HEADER), Kind.XLSX),
        ("a.xls", lambda path: make_raw(path, HEADER), Kind.XLSX),
        ("a.xlsb", lambda path: make_xlsb(path, {(0, 0): "a"}), Kind.XLSB),
        ("a.ods", lambda path: make_ods(path, [["a"]]), Kind.ODS),
        ("a.xls", lambda path: make_xls(path, {(0, 0): "a"}), Kind.XLS),
    ],
)
def test_the_bytes_say_what_a_file_is(
    tmp_path: Path, name: str, make: Callable[[Path], Path], kind: Kind
) -> None:
    path = make(tmp_path / name)
    admitted = admit(path)
    assert admitted.kind is kind
    assert admitted.data == path.read_bytes()
    assert admitted.fingerprint.size == len(admitted.data)


def test_a_workbook_with_everything_in_it_passes(tmp_path: Path) -> None:
    path = tmp_path / "rich.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, [f"Column {number}" for number in range(40)])
        sheet.write_formula(1, 1, "='Sheet1'!A1", None, "x")
        sheet.set_row(1_048_575, 30, bold)
        sheet.write_blank(1_048_575, 16_383, None, bold)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$9"})
        sheet.insert_chart("D4", chart)
        sheet.write_comment("A2", 'r="XFD1048576"')
    assert admit(path).kind is Kind.XLSX


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "Excel 4"),
        (b"MZ\x90\x00", "program"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    error = refusal(path)
    assert error.code == "NOT_A_WORKBOOK"
    assert what in error.detail


@pytest.mark.parametrize(
    ("main", "what"),
    [("word/document.xml", "Word"), ("ppt/presentation.xml", "PowerPoint"), ("", "archive")],
)
def test_other_packages_are_named(tmp_path: Path, main: str, what: str) -> None:
    content = parts(sheet_xml(HEADER))
    if main:
        relations = str(content["_rels/.rels"]).replace("xl/workbook.xml", main)
        content = {"_rels/.rels": relations, main: f"{XML}<x/>"}
    else:
        content = {"readme.txt": "x"}
    error = refusal(make_package(tmp_path / "list.xlsx", content))
    assert error.code == "NOT_A_WORKBOOK"
    assert what in error.detail


@pytest.mark.parametrize(
    ("stream", "code", "what"),
    [
        ("EncryptedPackage", "PASSWORD_PROTECTED", "Protect Workbook"),
        ("WordDocument", "NOT_A_WORKBOOK", "Word"),
        ("Anything", "NOT_A_WORKBOOK", "no workbook"),
    ],
)
def test_what_a_container_holds(tmp_path: Path, stream: str, code: str, what: str) -> None:
    error = refusal(make_ole(tmp_path / "a.xlsx", stream, b"\1" * 5000))
    assert error.code == code
    assert what in error.detail + error.remedy


@pytest.mark.parametrize("keep", [8, 40, 600, 1100])
def test_a_container_cut_short_is_damaged(tmp_path: Path, keep: int) -> None:
    path = make_xls(tmp_path / "a.xls", {(0, 0): "a"})
    path.write_bytes(path.read_bytes()[:keep])
    assert refusal(path).code == "DAMAGED"


def test_a_container_whose_directory_runs_in_a_circle_ends(tmp_path: Path) -> None:
    path = make_ole(tmp_path / "a.xls", "Anything", b"")
    data = bytearray(path.read_bytes())
    data[516:520] = b"\1\0\0\0"
    path.write_bytes(bytes(data))
    assert refusal(path).code == "NOT_A_WORKBOOK"


def test_nothing_there_a_folder_and_an_empty_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.xlsx"
    empty.touch()
    zeros = tmp_path / "zeros.xlsx"
    zeros.write_bytes(bytes(5000))
    assert refusal(tmp_path / "none.xlsx").code == "NOT_FOUND"
    assert refusal(tmp_path).code == "NOT_A_WORKBOOK"
    assert refusal(empty).code == "DAMAGED"
    assert refusal(zeros).code == "DAMAGED"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.xlsx"
    os.mkfifo(path)
    assert refusal(path).code == "NOT_A_WORKBOOK"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not read all"
)
def test_a_file_without_rights_says_so(tmp_path: Path) -> None:
    path = make_raw(tmp_path / "a.xlsx", HEADER)
    path.chmod(0)
    assert refusal(path).code == "NOT_READABLE"


# Packages


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "/xl/evil.xml", "xl\\evil.xml", "C:/evil.xml", "xl/../../evil.xml"],
)
def test_a_path_in_a_part_name_is_unsafe(tmp_path: Path, name: str) -> None:
    path = make_package(tmp_path / "a.xlsx", {**parts(sheet_xml(HEADER)), name: "x"})
    assert refusal(path).code == "UNSAFE"


def test_two_parts_of_one_name_are_unsafe_whatever_their_case(tmp_path: Path) -> None:
    path = make_package(
        tmp_path / "a.xlsx", {**parts(sheet_xml(HEADER)), SHEET.upper(): sheet_xml(FAR)}
    )
    assert "same" in refusal(path).detail or "name" in refusal(path).detail


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.lying_size, "UNSAFE"),
        (hostile.overlapping, "UNSAFE"),
        (hostile.renamed_inside, "UNSAFE"),
        (hostile.two_directories, "DAMAGED"),
        (hostile.flagged_encrypted, "PASSWORD_PROTECTED"),
        (hostile.password_protected, "PASSWORD_PROTECTED"),
    ],
)
def test_tricks_with_the_package(tmp_path: Path, make: Callable[[Path], Path], code: str) -> None:
    assert refusal(make(tmp_path / "a.xlsx")).code == code


def test_a_bomb_is_known_by_its_ratio_before_it_is_unpacked(tmp_path: Path) -> None:
    path = make_raw(tmp_path / "a.xlsx", " " * 40_000_000)
    assert path.stat().st_size < 60_000
    assert "times as large" in refusal(path).detail


def test_too_many_parts_are_unsafe(tmp_path: Path) -> None:
    many = {f"xl/media/{number}": "" for number in range(20_001)}
    path = make_package(tmp_path / "a.xlsx", {**parts(sheet_xml(HEADER)), **many}, level=0)
    assert "parts" in refusal(path).detail


def test_a_way_of_packing_that_workbooks_do_not_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as package:
        for name, text in parts(sheet_xml(HEADER)).items():
            package.writestr(name, text)
    assert refusal(path).code == "UNSAFE"


def test_a_part_that_holds_changes_to_another_file_is_refused(tmp_path: Path) -> None:
    path = make_raw(tmp_path / "a.xlsx", HEADER)
    with zipfile.ZipFile(path) as package:
        at = package.start_dir
    data = bytearray(path.read_bytes())
    data[at + 8] |= 0x20  # the flags of the first part in the directory (APPNOTE.TXT, 4.4.4)
    path.write_bytes(data)
    assert refusal(path).code == "UNSAFE"


@pytest.mark.parametrize("cut", [30, 0.2, 0.5, 0.9, -30, -1])
def test_a_workbook_cut_short_is_damaged(tmp_path: Path, cut: float) -> None:
    path = make_raw(tmp_path / "a.xlsx", HEADER)
    data = path.read_bytes()
    path.write_bytes(data[: int(cut * len(data)) if 0 < cut < 1 else int(cut)])
    assert refusal(path).code == "DAMAGED"


def test_a_changed_byte_in_a_part_is_damage(tmp_path: Path) -> None:
    path = make_package(tmp_path / "a.xlsx", parts(sheet_xml(HEADER)), level=0)
    path.write_bytes(path.read_bytes().replace(b"SourceUPN", b"SourceUPM"))
    assert refusal(path).code == "DAMAGED"


# XML


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/app.xml", "xl/odd.bin"])
def test_entities_are_refused_in_every_part_and_encoding(
    tmp_path: Path, encoding: str, part: str
) -> None:
    content = parts(sheet_xml(HEADER))
    content[part] = f"{DTD}<x>&a;</x>".encode(encoding)
    error = refusal(make_package(tmp_path / "a.xlsx", content))
    assert error.code == "UNSAFE"
    assert part in error.detail


@pytest.mark.parametrize("before", range((1 << 20) - 11, (1 << 20) + 2, 3))
def test_entities_are_seen_across_the_border_of_two_pieces(tmp_path: Path, before: int) -> None:
    content = parts(sheet_xml(HEADER))
    start = f"{XML}<!--".encode()
    filling = bytes(97 + number % 23 * (number % 7) % 26 for number in range(4096)) * 257
    content["docProps/app.xml"] = (start + filling)[: before - 3] + b"-->" + DTD.encode() + b"<x/>"
    assert "declares entities" in refusal(make_package(tmp_path / "a.xlsx", content)).detail


# Extent


@pytest.mark.parametrize(
    "rows",
    [
        FAR,
        FAR.replace('"', "'"),
        '<row r="2"><c r="A2" r="A99999999999999999999"><v>1</v></c></row>',
        FAR.replace(' r="X', '\n r\t=\n "X'),
        FAR.replace("XFD", "xfd"),
        FAR.replace("<c r", '<c foo="1" r'),
        FAR.replace("c>", "y:c>").replace("<c", '<y:c xmlns:y="y"'),
        '<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 16_384 + '</row><row r="1048576"><c><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 20 + "</row>" + "<row><c><v>1</v></c></row>" * 1_048_575,
    ],
    ids=[
        "plain",
        "quotes",
        "two places",
        "blanks",
        "case",
        "order",
        "prefix",
        "row",
        "unnamed",
        "unnamed rows",
    ],
)
def test_a_sheet_that_reaches_too_far_is_refused_however_it_is_written(
    tmp_path: Path, rows: str
) -> None:
    error = refusal(make_raw(tmp_path / "a.xlsx", HEADER + rows))
    assert error.code in ("TOO_LARGE", "UNSAFE")
    assert SHEET in error.detail


def test_a_sheet_with_another_name_is_measured_too(tmp_path: Path) -> None:
    content = parts(sheet_xml(HEADER))
    content["xl/odd/list.dat"] = sheet_xml(FAR)
    assert refusal(make_package(tmp_path / "a.xlsx", content)).code == "TOO_LARGE"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>',
        '<row r="1048576" s="1" customFormat="1"/>',
        '<row r="2"><c r="XFD2"><v>1</v></c></row>',
        '<row r="1048576"><c r="S1048576"><v>1</v></c></row>',
    ],
)
def test_formats_and_long_or_wide_sheets_are_no_offence(tmp_path: Path, rows: str) -> None:
    before = '<dimension ref="A1:XFD1048576"/>'
    assert admit(make_raw(tmp_path / "a.xlsx", HEADER + rows, before)).kind is Kind.XLSX


@given(
    places=st.lists(
        st.tuples(st.integers(1, 1_048_576), st.integers(0, 16_383)), min_size=1, max_size=6
    )
)
def test_the_cheap_look_never_passes_what_the_exact_one_refuses(
    places: list[tuple[int, int]],
) -> None:
    cells = "".join(
        f'<row r="{row}"><c r="{xlsxwriter.utility.xl_col_to_name(column)}{row}"><v>1</v></c></row>'
        for row, column in places
    )
    text = sheet_xml(cells).encode()
    cheap, exact = Extent(), Extent()
    cheap.see(text, len(text))
    exact.measure(text, skip_empty=True)
    rows, columns = (max(values) for values in zip(*places, strict=True))
    assert (exact.rows, exact.columns) == (rows, columns + 1)
    assert cheap.is_suspect or not exact.is_too_large


# What the fast reader will not tell


@pytest.mark.parametrize(
    ("row", "needs"),
    [
        ('<row r="2"><c r="A2"><f>B2</f></c></row>', True),
        ('<row r="2"><c r="A2"><f>B2</f ></c></row>', True),
        ('<row r="2"><y:c xmlns:y="y" r="A2"><y:f>B2</y:f></y:c></row>', True),
        ('<row r="2" hidden="1"/>', True),
        ("<row r='2' hidden = '1'/>", True),
        ('<row r="2" ht="15"><c r="A2" t="str"><v>half of it: off</v></c></row>', False),
    ],
)
def test_formulas_and_hidden_rows_ask_for_a_second_look(
    tmp_path: Path, row: str, needs: bool
) -> None:
    # Also where the unpacked text is cut between two looks.
    for padding in ("", " " * 65_530, " " * 65_537):
        book = make_raw(tmp_path / "a.xlsx", f"{HEADER}{padding}{row}")
        assert admit(book).needs_second_look is needs
        book.unlink()


# Opened while the guard still looks

LARGE = "".join(
    text_row(number, f"p{number}@a.com", f"p{number}@b.com") for number in range(2, 16_000)
)
TOO_FAR = LARGE + FAR


def test_the_parser_may_open_a_large_workbook_while_its_sheets_are_looked_at(
    tmp_path: Path,
) -> None:
    shown: list[bytes] = []
    small = make_raw(tmp_path / "small.xlsx", HEADER)
    admit(small, shown.append)
    assert shown == []
    large = make_raw(tmp_path / "large.xlsx", HEADER + LARGE)
    assert admit(large, shown.append).data == large.read_bytes()
    assert shown == [large.read_bytes()]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "docProps/app.xml"])
def test_it_may_not_while_anything_else_is_unseen(tmp_path: Path, part: str) -> None:
    shown: list[bytes] = []
    content = parts(sheet_xml(HEADER + LARGE))
    content[part] = f"{DTD}<x/>"
    path = make_package(tmp_path / "a.xlsx", content)
    with pytest.raises(WorkbookError, match="declares entities"):
        admit(path, shown.append)
    assert shown == []


def test_what_is_refused_later_is_refused_however_the_opening_went(tmp_path: Path) -> None:
    content = parts(sheet_xml(HEADER + TOO_FAR))
    for shared in ("<sst/>", "no XML at all <"):
        content["xl/sharedStrings.xml"] = shared
        path = make_package(tmp_path / "a.xlsx", content)
        shown: list[bytes] = []
        with pytest.raises(WorkbookError) as raised:
            admit(path, shown.append)
        assert (raised.value.code, len(shown)) == ("TOO_LARGE", 1)
        with pytest.raises(WorkbookError) as raised:
            read_book(path)
        assert raised.value.code == "TOO_LARGE"


def test_opening_touches_no_worksheet(tmp_path: Path) -> None:
    """That the parser may begin before the sheets were seen stands on this."""
    path = make_package(tmp_path / "a.xlsx", parts("<worksheet><sheetData><row>&</nothing>"))
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    assert book.sheet_names == ["Mapping"]
    with pytest.raises(python_calamine.XmlError):
        book.get_sheet_by_name("Mapping")
    for bomb in (make_raw(tmp_path / "far.xlsx", HEADER + FAR), sparse_xlsb(tmp_path / "far.xlsb")):
        # Reading the sheet would end this process.
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(bomb.read_bytes()))
        assert book.sheet_names == ["Mapping"]
