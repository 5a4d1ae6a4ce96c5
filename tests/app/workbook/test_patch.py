"""Patching a workbook: our columns come in, and nothing else of it changes."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from app.workbook.patch import PatchResult
from packages import (
    HINT,
    NOON,
    STATUS,
    STYLES,
    UPDATED,
    WORKBOOK_XML,
    cells,
    column,
    make_package,
    parts_of,
    patched,
    sheet_of,
    status_write,
)

# The simplest case


def test_a_column_goes_right_of_the_mapping_with_a_word_and_a_colour(tmp_path: Path) -> None:
    result, target = patched(make_package(tmp_path / "a.xlsx"))
    assert result == PatchResult(True, 2, (), ())
    assert column(target, "C") == {1: "Ferry status", 2: "Success", 3: "Failed"}
    book = openpyxl.load_workbook(target)
    fills = [book["Wave"][f"C{number}"].fill.fgColor.rgb for number in (2, 3)]
    book.close()
    assert fills == ["FFC6EFCE", "FFFFC7CE"]


def test_only_bytes_of_ours_are_added_to_the_sheet(tmp_path: Path) -> None:
    source = make_package(tmp_path / "a.xlsx")
    _, target = patched(source)
    after = sheet_of(target)
    for ours in (
        r'<c r="C\d"[^>]*><is><t>[^<]*</t></is></c>',
        r"<cols>.*?</cols>",
    ):
        after, count = re.subn(ours, "", after)
        assert count
    assert after == sheet_of(source)


def test_the_same_values_again_change_nothing(tmp_path: Path) -> None:
    _, once = patched(make_package(tmp_path / "a.xlsx"))
    again, _ = patched(once)
    assert again == PatchResult(False, 2, (), ())


def test_fifty_writes_grow_nothing(tmp_path: Path) -> None:
    path = make_package(tmp_path / "book.xlsx", tables=[])
    words = ("Success", "Failed", "InProgress", "", "unknown word")
    sizes = set()
    for turn in range(50):
        values = [words[turn % 5], NOON if turn % 2 else None]
        write = status_write(("a@x.com", "a@y.com", values), columns=(STATUS, UPDATED))
        result, target = patched(path, write)
        assert result.changed
        target.replace(path)
        if turn >= 5:
            sizes.add(len(parts_of(path)[STYLES]))
    assert len(sizes) == 1
    assert column(path, "C") == {1: "Ferry status", 2: "unknown word"} or column(path, "C") == {
        1: "Ferry status"
    }


def test_an_empty_value_makes_no_cell(tmp_path: Path) -> None:
    write = status_write(
        ("a@x.com", "a@y.com", ["Success", "", None]), columns=(STATUS, HINT, UPDATED)
    )
    _, target = patched(make_package(tmp_path / "a.xlsx"), write)
    assert 'r="D2"' not in sheet_of(target)
    assert 'r="E2"' not in sheet_of(target)
    assert patched(target, write)[0].changed is False


def test_a_value_that_is_gone_leaves_neither_text_nor_colour(tmp_path: Path) -> None:
    _, once = patched(make_package(tmp_path / "a.xlsx"))
    _, twice = patched(once, status_write(("a@x.com", "a@y.com", [""])))
    assert column(twice, "C") == {1: "Ferry status", 3: "Failed"}
    assert '<c r="C2"/>' in sheet_of(twice)
    assert patched(twice, status_write(("a@x.com", "a@y.com", [""])))[0].changed is False


# Values


@pytest.mark.parametrize(
    "said",
    [
        "=1+1",
        "+41 1",
        "-5",
        "@SUM(A1)",
        "<b>&amp;\"'",
        "  blanks  ",
        "two\nlines",
        "a\tb",
        "_x0041_ and _x005F_",
        "_x0041_x0042_",
        "héllo 日本 😀",
        "007",
        "TRUE",
    ],
)
def test_text_stays_text_and_is_read_as_it_was_given(tmp_path: Path, said: str) -> None:
    write = status_write(("a@x.com", "a@y.com", [said]), columns=(HINT,))
    _, target = patched(make_package(tmp_path / "a.xlsx"), write)
    assert "<f>" not in sheet_of(target)
    again, _ = patched(target, write)
    assert again.changed is False, "it was read back as the same text"
    if "_x" not in said:
        # openpyxl does not resolve Excel's escapes in inline strings.
        assert column(target, "C")[2] == said


def test_what_xml_cannot_hold_is_escaped_as_excel_does_it(tmp_path: Path) -> None:
    write = status_write(("a@x.com", "a@y.com", ["a\0b\x1fc\rd\ud800e\uffff"]), columns=(HINT,))
    _, target = patched(make_package(tmp_path / "a.xlsx"), write)
    assert "a_x0000_b_x001F_c_x000D_d_xD800_e_xFFFF_" in sheet_of(target)
    assert patched(target, write)[0].changed is False


def test_text_is_cut_at_what_a_cell_can_hold(tmp_path: Path) -> None:
    write = status_write(
        ("a@x.com", "a@y.com", ["x" * 40_000]),
        ("b@x.com", "b@y.com", ["😀" * 20_000]),
        columns=(HINT,),
    )
    _, target = patched(make_package(tmp_path / "a.xlsx"), write)
    said = column(target, "C")
    assert said[2] == "x" * 32_767
    assert said[3] == "😀" * 16_383, "an emoji counts as two, and none is cut in half"


@pytest.mark.parametrize(("base", "serial"), [("", "46349.5"), (' date1904="1"', "44887.5")])
def test_a_time_is_a_real_date_in_utc(tmp_path: Path, base: str, serial: str) -> None:
    workbook = WORKBOOK_XML.replace("<sheets>", f"<workbookPr{base}/><sheets>")
    write = status_write(("a@x.com", "a@y.com", [NOON]), columns=(UPDATED,))
    _, target = patched(make_package(tmp_path / "a.xlsx", workbook=workbook), write)
    assert f"<v>{serial}</v>" in sheet_of(target)
    assert column(target, "C")[2] == NOON.replace(tzinfo=None)


def test_a_workbook_without_styles_gets_dates_as_text(tmp_path: Path) -> None:
    write = status_write(("a@x.com", "a@y.com", ["Success", NOON]), columns=(STATUS, UPDATED))
    _, target = patched(make_package(tmp_path / "a.xlsx", styles=None), write)
    assert cells(target)["D2"] == "2026-11-23 12:00 UTC"
