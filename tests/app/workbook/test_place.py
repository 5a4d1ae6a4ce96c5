"""Where our columns are found, and where new ones go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import WorkbookError
from app.workbook.patch import patch_package
from packages import (
    BOTH,
    HEADER,
    HINT,
    MAIN,
    NOON,
    RELATIONS,
    STATUS,
    UPDATED,
    cells,
    column,
    make_package,
    patched,
    row,
    sheet,
    sheet_of,
    status_write,
    text,
)


def test_the_header_may_stand_below_a_title(tmp_path: Path) -> None:
    title = row(1, "Wave 3") + '<row r="2"/>'
    rows = title + row(4, "SourceUPN", "TargetUPN") + row(5, "a@x.com", "a@y.com")
    merged = '<mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells>'
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows, after=merged)))
    assert cells(target) | {"E4": "Ferry status", "E5": "Success"} == cells(target)


def test_the_header_where_it_was_goes_before_one_like_it(tmp_path: Path) -> None:
    rows = HEADER + row(2, "SourceUPN", "TargetUPN") + row(3, "a@x.com", "a@y.com")
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), replace(BOTH, header_row=2))
    assert column(target, "C") == {2: "Ferry status", 3: "Success"}


def test_columns_of_ours_that_the_admin_moved_are_found_by_their_headers(tmp_path: Path) -> None:
    rows = row(1, " FERRY  status ", "SourceUPN", "Note", "Ferry what to do", "TargetUPN") + row(
        2, "old", "a@x.com", "mine", "", "a@y.com"
    )
    write = status_write(("a@x.com", "a@y.com", ["Success", "rest"]), columns=(STATUS, HINT))
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), write)
    assert {key: value for key, value in cells(target).items() if key.endswith("2")} == {
        "A2": "Success",
        "B2": "a@x.com",
        "C2": "mine",
        "D2": "rest",
        "E2": "a@y.com",
    }
    assert patched(target, write)[0].changed is False


def test_of_two_columns_with_our_header_the_first_is_ours(tmp_path: Path) -> None:
    rows = row(1, "SourceUPN", "TargetUPN", "Ferry status", "Ferry status") + row(
        2, "a@x.com", "a@y.com", "", "a copy of the admin's"
    )
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert cells(target)["C2"] == "Success"
    assert cells(target)["D2"] == "a copy of the admin's"


def test_a_column_of_ours_that_was_deleted_comes_back_at_the_right(tmp_path: Path) -> None:
    _, once = patched(make_package(tmp_path / "a.xlsx"))
    write = status_write(("a@x.com", "a@y.com", ["Success", "do"]), columns=(STATUS, HINT))
    _, target = patched(once, write)
    assert (cells(target)["D1"], cells(target)["D2"]) == ("Ferry what to do", "do")


def test_columns_go_right_of_everything_that_is_filled(tmp_path: Path) -> None:
    rows = (
        row(1, "", "", "", "", "stray")
        + row(2, "SourceUPN", "TargetUPN")
        + row(3, "a@x.com", "a@y.com")
    )
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), replace(BOTH, header_row=2))
    assert column(target, "F") == {2: "Ferry status", 3: "Success"}


def test_empty_cells_with_a_format_are_filled_and_keep_it(tmp_path: Path) -> None:
    def painted(number: int) -> str:
        return f'<c r="C{number}" s="1"/><c r="D{number}" s="1"/></row>'

    rows = "".join(
        line.replace("</row>", painted(number))
        for number, line in enumerate((HEADER, row(2, "a@x.com", "a@y.com")), 1)
    )
    write = status_write(("a@x.com", "a@y.com", [NOON, "say"]), columns=(UPDATED, HINT))
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)), write)
    after = sheet_of(target)
    assert '<c r="C1" s="1" t="inlineStr"><is><t>Ferry updated (UTC)</t>' in after
    assert '<c r="C2" s="1"><v>46349.5</v></c>' in after, "format 1 shows a date already"
    assert '<c r="D2" s="1" t="inlineStr"><is><t>say</t>' in after
    assert after.count('r="C2"') == after.count('r="D2"') == 1


def test_no_free_column_is_left(tmp_path: Path) -> None:
    rows = HEADER.replace("</row>", text("XFD1", "the last") + "</row>")
    source = make_package(tmp_path / "a.xlsx", sheet(rows))
    with pytest.raises(WorkbookError, match="no free column") as caught:
        patch_package(source, tmp_path / "b.xlsx", BOTH)
    assert "XFD" in caught.value.remedy
    empty = HEADER.replace("</row>", '<c r="XFD1" s="1"/></row>') + row(2, "a@x.com", "a@y.com")
    _, target = patched(make_package(tmp_path / "c.xlsx", sheet(empty)))
    assert cells(target)["C2"] == "Success", "an empty cell is no reason to refuse"
    assert '</c><c r="XFD1" s="1"/>' in sheet_of(target)


def test_pivot_tables_and_drawings_are_not_covered(tmp_path: Path) -> None:
    drawing = (
        '<xdr:wsDr xmlns:xdr="urn:d"><xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col></xdr:from>'
        "<xdr:to><xdr:col>7</xdr:col></xdr:to></xdr:twoCellAnchor></xdr:wsDr>"
    )
    pivot = f'<pivotTableDefinition xmlns="{MAIN}"><location ref="D9:F12"/></pivotTableDefinition>'
    on_sheet = [
        ("d1", f"{RELATIONS}/drawing", "../drawings/drawing1.xml"),
        ("p1", f"{RELATIONS}/pivotTable", "/xl/pivots/P.XML"),
    ]
    more: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": drawing, "xl/pivots/p.xml": pivot}
    source = make_package(tmp_path / "a.xlsx", sheet_relations=on_sheet, more=more)
    _, target = patched(source)
    assert '<c r="I1" t="inlineStr"><is><t>Ferry status</t>' in sheet_of(target)
    del more["xl/drawings/drawing1.xml"]
    source = make_package(tmp_path / "c.xlsx", sheet_relations=on_sheet, more=more)
    _, target = patched(source)
    assert '<c r="G1" t="inlineStr"><is><t>Ferry status</t>' in sheet_of(target)


def test_a_filter_keeps_our_columns_beside_it_though_a_chart_lies_there(tmp_path: Path) -> None:
    drawing = '<d:wsDr xmlns:d="urn:d"><d:to><d:col>2</d:col></d:to></d:wsDr>'
    source = make_package(
        tmp_path / "a.xlsx",
        sheet(after='<autoFilter ref="A1:B3"/>'),
        sheet_relations=[("d1", f"{RELATIONS}/drawing", "../drawings/drawing1.xml")],
        more={"xl/drawings/drawing1.xml": drawing},
    )
    write = status_write(("a@x.com", "a@y.com", ["Success", "do"]), columns=(STATUS, HINT))
    _, target = patched(source, write)
    assert cells(target)["C2"] == "Success"
    assert '<cols><col min="4" max="4" width="60" customWidth="1"/></cols>' in sheet_of(target), (
        "a wider column C would stretch the chart"
    )
