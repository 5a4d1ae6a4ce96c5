"""Our cells take over formats, leave formulas alone and respect protection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import WorkbookError
from app.workbook.patch import PatchResult, patch_package
from packages import (
    BOTH,
    HEADER,
    HINT,
    MAIN,
    NOON,
    STATUS,
    STYLES,
    STYLES_XML,
    UPDATED,
    cells,
    column,
    make_package,
    parts_of,
    patched,
    row,
    sheet,
    sheet_of,
    status_write,
)


def test_new_cells_take_over_the_format_of_their_row_or_column(tmp_path: Path) -> None:
    styles = STYLES_XML.replace(
        "</cellXfs>",
        '<xf numFmtId="0" fontId="0" fillId="1" borderId="0" xfId="0"/>'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0">'
        '<protection locked="0"/></xf></cellXfs>',
    ).replace('<cellXfs count="2">', '<cellXfs count="4">')
    rows = (
        HEADER
        + row(2, "a@x.com", "a@y.com", more=' s="2" customFormat="1"')
        + row(3, "b@x.com", "b@y.com", more=' s="2"')
    )
    cols = '<cols><col min="3" max="16384" width="9" style="3"/></cols>'
    write = status_write(
        ("a@x.com", "a@y.com", ["say", 4]),
        ("b@x.com", "b@y.com", ["say", 4]),
        columns=(HINT, replace(HINT, header="Ferry count", kind="number")),
    )
    source = make_package(tmp_path / "a.xlsx", sheet(rows, before=cols), styles=styles)
    _, target = patched(source, write)
    after = sheet_of(target)
    assert '<c r="C2" s="2" t="inlineStr">' in after
    assert '<c r="C3" s="3" t="inlineStr">' in after
    assert '<c r="D2" s="2"><v>4</v></c>' in after
    assert '<c r="D3" s="4"><v>4</v></c>' in after, "a number is no date of 1900"
    assert (
        b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0">'
        b'<protection locked="0"/></xf></cellXfs>' in parts_of(target)[STYLES]
    )


def test_a_formula_of_the_admins_in_our_column_is_left_alone_and_named(tmp_path: Path) -> None:
    formula = '<c r="C2" t="str"><f>IF(1,"x","y")</f><v>x</v></c></row>'
    rows = row(1, "SourceUPN", "TargetUPN", "Ferry status") + row(2, "a@x.com", "a@y.com").replace(
        "</row>", formula
    )
    result, _ = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert result == PatchResult(False, 1, ("b@x.com",), ("C2",))


def test_what_excel_saved_again_is_not_written_again(tmp_path: Path) -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t>Success</t></si><si><t>007</t></si></sst>'
    cells_of_ours = (
        '<c r="C2" s="3" t="s"><v>0</v></c><c r="D2" s="2"><v>46349.500000000000</v></c>'
        '<c r="E2" s="0" t="s"><v>1</v></c></row>'
    )
    rows = row(1, "SourceUPN", "TargetUPN", STATUS.header, UPDATED.header, HINT.header)
    rows += row(2, "a@x.com", "a@y.com").replace("</row>", cells_of_ours)
    write = status_write(
        ("a@x.com", "a@y.com", ["Success", NOON, "007"]), columns=(STATUS, UPDATED, HINT)
    )
    _, new = patched(make_package(tmp_path / "new.xlsx"), write)
    source = make_package(
        tmp_path / "a.xlsx", sheet(rows), shared=shared, styles=parts_of(new)[STYLES].decode()
    )
    assert '<c r="C2" s="2"' in sheet_of(new), "the formats stand in the order of their need"
    assert patched(source, write)[0].changed is True, "format 3 is the date's, not the colour's"
    right = sheet(rows).replace('"C2" s="3"', '"C2" s="2"').replace('"D2" s="2"', '"D2" s="3"')
    source = make_package(
        tmp_path / "b.xlsx", right, shared=shared, styles=parts_of(new)[STYLES].decode()
    )
    assert patched(source, write)[0].changed is False


@pytest.mark.parametrize("active", ["1", "0"])
def test_a_protected_sheet_is_refused_where_our_cells_are_locked(
    tmp_path: Path, active: str
) -> None:
    protection = f'<sheetProtection password="CC1A" sheet="{active}" objects="1"/>'
    source = make_package(tmp_path / "a.xlsx", sheet(after=protection))
    if active == "0":
        assert patched(source)[0].rows_written == 2
        return
    with pytest.raises(WorkbookError, match="protected") as caught:
        patch_package(source, tmp_path / "b.xlsx", BOTH)
    assert caught.value.code == "SHEET_PROTECTED"
    assert "Unprotect Sheet" in caught.value.remedy
    assert not (tmp_path / "b.xlsx").exists()


@pytest.mark.parametrize("is_new", [True, False])
def test_a_protected_sheet_is_written_where_our_cells_are_unlocked(
    tmp_path: Path, is_new: bool
) -> None:
    styles = STYLES_XML.replace(
        "</cellXfs>",
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyProtection="1">'
        '<protection locked="0"/></xf></cellXfs>',
    ).replace('<cellXfs count="2">', '<cellXfs count="3">')
    protection = '<sheetProtection sheet="1"/>'
    cols = '<cols><col min="3" max="20" width="9" style="2"/></cols>'
    if is_new:
        xml = sheet(before=cols, after=protection)
    else:
        rows = row(1, "SourceUPN", "TargetUPN", "Ferry status") + "".join(
            row(number, f"{who}@x.com", f"{who}@y.com").replace(
                "</row>", f'<c r="C{number}" s="2"/></row>'
            )
            for number, who in ((2, "a"), (3, "b"))
        )
        xml = sheet(rows + row(4, "not@ours.com", "", "locked"), after=protection)
    _, target = patched(make_package(tmp_path / "a.xlsx", xml, styles=styles))
    assert cells(target)["C3"] == "Failed"
    again = status_write(("a@x.com", "a@y.com", ["Failed"]))
    assert patched(target, again)[0].changed, "a colour of ours leaves the cell unlocked"


def test_hidden_and_filtered_rows_are_written_and_stay_hidden(tmp_path: Path) -> None:
    rows = HEADER + row(2, "a@x.com", "a@y.com", more=' hidden="1"')
    _, target = patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
    assert '<row r="2" hidden="1">' in sheet_of(target)
    assert column(target, "C")[2] == "Success"


def test_rows_that_look_alike_but_for_their_numbers_are_each_written_as_they_are(
    tmp_path: Path,
) -> None:
    # Rows without a number of their own, whose formats happen to be their numbers.
    styles = STYLES_XML.replace(
        "</cellXfs>",
        '<xf numFmtId="0" fontId="0" fillId="1" borderId="0" xfId="0"/>' * 3 + "</cellXfs>",
    )
    people = [("a@x.com", "a@y.com"), ("b@x.com", "b@y.com"), ("c@x.com", "c@y.com")]
    rows = HEADER + "".join(
        row(number, *pair).replace(f'<row r="{number}"', f'<row s="{number}" customFormat="1"')
        for number, pair in enumerate(people, 2)
    )
    rows += row(5, "d@x.com", "d@y.com", more=' spans="1:2"')
    rows += row(66, "e@x.com", "e@y.com", more=' spans="1:2"')
    people += [("d@x.com", "d@y.com"), ("e@x.com", "e@y.com")]
    write = status_write(*((*pair, ["say"]) for pair in people), columns=(HINT,))
    source = make_package(tmp_path / "a.xlsx", sheet(rows), styles=styles)
    result, target = patched(source, write)
    after = sheet_of(target)
    assert result.rows_written == 5
    for number in (2, 3, 4):
        assert f'<row s="{number}" customFormat="1">' in after
        assert f'<c r="C{number}" s="{number}" t="inlineStr">' in after
    for number in (5, 66):
        assert f'<row r="{number}" spans="1:3"><c r="A{number}"' in after
        assert f'<c r="C{number}" t="inlineStr">' in after
    assert patched(target, write)[0].changed is False


def test_a_row_whose_cells_are_in_disorder_is_refused(tmp_path: Path) -> None:
    rows = HEADER + row(2, "a@x.com", "a@y.com").replace(
        '<c r="A2"', '<c r="C2"><v>1</v></c><c r="A2"'
    )
    with pytest.raises(WorkbookError, match="in disorder"):
        patched(make_package(tmp_path / "a.xlsx", sheet(rows)))
