"""Rows are found by their UPNs in the sheet as it is now."""

from __future__ import annotations

import re
from pathlib import Path

from app.workbook.patch import PatchResult, patch_package
from packages import (
    HEADER,
    MAIN,
    ROWS,
    column,
    make_package,
    patched,
    row,
    sheet,
    sheet_of,
    status_write,
)


def test_rows_are_found_by_upn_wherever_they_are_now(tmp_path: Path) -> None:
    rows = (
        HEADER
        + row(2, "new@x.com", "n@y.com")
        + row(5, "b@x.com", "b@y.com")
        + row(9, " A@X.com", "a@y.com")
    )
    result, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert result == PatchResult(True, 2, (), ())
    assert column(target, "C") == {1: "Ferry status", 5: "Failed", 9: "Success"}


def test_rows_that_are_gone_are_named(tmp_path: Path) -> None:
    write = status_write(("a@x.com", "a@y.com", ["Success"]), ("gone@x.com", "g@y.com", ["Failed"]))
    result, _ = patched(make_package(tmp_path / "a.xlsx"), write)
    assert (result.rows_written, result.rows_missing) == (1, ("gone@x.com",))


def test_a_source_that_stands_twice_is_told_apart_by_its_target(tmp_path: Path) -> None:
    rows = HEADER + row(2, "a@x.com", "one@y.com") + row(3, "a@x.com", "two@y.com")
    write = status_write(("a@x.com", "two@y.com", ["Success"]))
    result, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), write)
    assert column(target, "C") == {1: "Ferry status", 3: "Success"}
    assert (result.rows_written, result.rows_missing) == (1, ())
    neither = status_write(("a@x.com", "three@y.com", ["Success"]))
    assert patch_package(target, tmp_path / "n.xlsx", neither).rows_missing == ("a@x.com",)


def test_a_source_with_two_orders_is_told_apart_by_its_target(tmp_path: Path) -> None:
    rows = HEADER + row(2, "a@x.com", "one@y.com") + row(3, "a@x.com", "two@y.com")
    write = status_write(
        ("a@x.com", "two@y.com", ["Success"]), ("a@x.com", "one@y.com", ["Failed"])
    )
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), write)
    assert column(target, "C") == {1: "Ferry status", 2: "Failed", 3: "Success"}


def test_a_corrected_target_is_still_the_same_row(tmp_path: Path) -> None:
    write = status_write(("a@x.com", "corrected@y.com", ["Success"]))
    result, _ = patched(make_package(tmp_path / "a.xlsx"), write)
    assert (result.rows_written, result.rows_missing) == (1, ())


def test_blank_rows_belong_to_nobody(tmp_path: Path) -> None:
    rows = ROWS + '<row r="4"/><row r="5"></row>' + row(6, "", "only@y.com")
    write = status_write(("", "", ["Failed"]), ("", "only@y.com", ["Success"]))
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), write)
    assert column(target, "C") == {1: "Ferry status", 6: "Success"}


def test_shared_rich_numeric_and_boolean_upns_are_read(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="{MAIN}"><si><t>SourceUPN</t></si><si/>'
        '<si><t xml:space="preserve">TargetUPN </t></si>'
        "<si><r><t>a@</t></r><r><rPr><b/></rPr><t>x.com</t></r>"
        "<rPh sb='0' eb='1'><t>no</t></rPh></si><si><t>o&apos;b&#64;x.com</t></si></sst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row>'
        '<row r="2"><c r="A2" s="1" t="s"><v>3</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>4</v></c></row>'
        '<row r="4"><c r="A4"><v>12345</v></c></row>'
        '<row r="5"><c r="A5" t="b"><v>1</v></c></row>'
        '<row r="6"><c r="A6" t="str"><f>"c"&amp;"@x.com"</f><v>c@x.com</v></c></row>'
        '<row r="7"><c r="A7" t="s"><v>1</v></c></row>'
    )
    wanted = ["a@x.com", "o'b@x.com", "12345", "TRUE", "c@x.com"]
    write = status_write(*((upn, "", [f"of {upn}"]) for upn in wanted))
    result, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows), shared=shared), write)
    assert result.rows_missing == ()
    said = re.findall(r'<c r="C\d" t="inlineStr"><is><t>([^<]*)<', sheet_of(target))
    assert said == ["Ferry status", *(f"of {upn}" for upn in wanted)]
