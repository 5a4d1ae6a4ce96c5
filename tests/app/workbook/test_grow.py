"""What grows with new columns: extent, spans, widths, filters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.workbook.patch import patch_package
from packages import (
    BOTH,
    HEADER,
    SHEET,
    WORKBOOK,
    WORKBOOK_XML,
    make_package,
    parts_of,
    patched,
    row,
    sheet,
    sheet_of,
)

VIEWS = (
    '<customSheetViews><customSheetView><autoFilter ref="A1:B3"/></customSheetView>'
    "</customSheetViews>"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [("A1:B3", "A1:C3"), ("A1", "A1:C1"), ("A1:F3", "A1:F3"), ("rubbish", "rubbish")],
)
def test_the_stated_extent_grows(tmp_path: Path, before: str, after: str) -> None:
    source = make_package(tmp_path / "a.xlsx", sheet(before=f'<dimension ref="{before}"/>'))
    _, target = patched(source)
    assert f'<dimension ref="{after}"/>' in sheet_of(target)


@pytest.mark.parametrize(
    ("before", "after"),
    [("1:2", "1:3"), ("2:9", "2:9"), ("1:1 2:2", "1:3"), ("", "")],
)
def test_the_spans_of_rows_grow(tmp_path: Path, before: str, after: str) -> None:
    rows = HEADER + row(2, "a@x.com", "a@y.com", more=f' spans="{before}" ht="20"')
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert f'<row r="2" spans="{after}" ht="20">' in sheet_of(target)


def test_an_extension_at_the_end_of_a_row_stays_there(tmp_path: Path) -> None:
    extension = "<extLst><ext uri='u'><c r='A9'/></ext></extLst></row>"
    rows = HEADER + row(2, "a@x.com", "a@y.com").replace("</row>", extension)
    source = make_package(tmp_path / "a.xlsx", sheet(rows, after="<extLst><ext uri='v'/></extLst>"))
    _, target = patched(source)
    assert f"<t>Success</t></is></c>{extension}" in sheet_of(target)
    assert patched(target)[0].changed is False


COLS = [
    ("", '<cols><col min="3" max="3" width="16" customWidth="1"/></cols>'),
    ("<cols/>", '<cols><col min="3" max="3" width="16" customWidth="1"/></cols>'),
    (
        '<cols><col min="1" max="2" width="9"/></cols>',
        '<cols><col min="1" max="2" width="9"/>'
        '<col min="3" max="3" width="16" customWidth="1"/></cols>',
    ),
    (
        '<cols><col min="2" max="16384" width="0" hidden="1" customWidth="1" style="1"/></cols>',
        '<cols><col min="2" max="2" width="0" hidden="1" customWidth="1" style="1"/>'
        '<col min="3" max="3" width="16" style="1" customWidth="1"/>'
        '<col min="4" max="16384" width="0" hidden="1" customWidth="1" style="1"/></cols>',
    ),
    (
        '<cols><col min="1" max="16384" width="20" customWidth="1"/></cols>',
        '<cols><col min="1" max="16384" width="20" customWidth="1"/></cols>',
    ),
    (
        "<cols><col min='3' max='3' width='9'></col></cols>",
        '<cols><col min="3" max="3" width="16" customWidth="1"/></cols>',
    ),
]


@pytest.mark.parametrize(("before", "after"), COLS)
def test_widths_for_our_columns_and_no_others(tmp_path: Path, before: str, after: str) -> None:
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(before=before)))
    assert f"{after}<sheetData>" in sheet_of(target)


@pytest.mark.parametrize("name", ["Wave", "It's &amp; Wave"])
def test_a_filter_and_its_hidden_name_grow_together(tmp_path: Path, name: str) -> None:
    quoted = f"'{name}'".replace("It's", "It''s")

    def names(ref: str) -> str:
        return (
            f'<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">'
            f"Other!$A$1:$B$3</definedName>"
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">{quoted}!{ref}'
            f"</definedName></definedNames></workbook>"
        )

    workbook = WORKBOOK_XML.replace('"Wave"', f'"{name}"')
    filters = '<autoFilter ref="A1:B3"><filterColumn colId="0"/></autoFilter>'
    source = make_package(
        tmp_path / "a.xlsx",
        sheet(after=filters + VIEWS),
        workbook=workbook.replace("</workbook>", names("$A$1:$B$3")),
    )
    plain = name.replace("&amp;", "&")
    _, target = patched(source, replace(BOTH, sheet=plain))
    parts = parts_of(target)
    assert parts[WORKBOOK].decode() == workbook.replace("</workbook>", names("$A$1:$C$3"))
    assert filters.replace("B3", "C3") + VIEWS in parts[SHEET].decode()


def test_a_filter_of_something_else_does_not_grow(tmp_path: Path) -> None:
    for after in ('<autoFilter ref="A2:B3"/>', VIEWS):
        source = make_package(tmp_path / "a.xlsx", sheet(after=after))
        target = tmp_path / "b.xlsx"
        patch_package(source, target, BOTH)
        assert after in sheet_of(target)
        target.unlink()
