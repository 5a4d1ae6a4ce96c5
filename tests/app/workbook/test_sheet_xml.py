"""Every form of XML that a sheet may have is read right, or refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import WorkbookError
from app.workbook.patch import patch_package
from packages import (
    BOTH,
    HEADER,
    MAIN,
    NOON,
    RELATIONS,
    ROWS,
    SHEET,
    STATUS,
    STRICT,
    STRICT_RELATIONS,
    STYLES,
    STYLES_XML,
    UPDATED,
    WORKBOOK_XML,
    cells,
    column,
    make_package,
    parts_of,
    patched,
    relations,
    row,
    sheet,
    sheet_of,
    status_write,
)


def test_rows_and_cells_that_do_not_name_themselves_are_counted(tmp_path: Path) -> None:
    rows = re.sub(r' r="\w+"', "", ROWS)
    source = make_package(tmp_path / "a.xlsx", sheet(rows))
    _, target = patched(source)
    assert column(target, "C") == {1: "Ferry status", 2: "Success", 3: "Failed"}
    assert patched(target)[0].changed is False


def test_a_cell_that_is_emptied_keeps_the_place_of_those_behind_it(tmp_path: Path) -> None:
    rows = row(1, "SourceUPN", "Ferry status", "TargetUPN") + row(2, "a@x.com", "old", "a@y.com")
    source = make_package(tmp_path / "a.xlsx", sheet(re.sub(r' r="\w+"', "", rows)))
    _, target = patched(source, status_write(("a@x.com", "a@y.com", [None])))
    assert cells(target)["C2"] == "a@y.com"
    assert "B2" not in cells(target)


def test_a_prefix_of_its_own_in_every_part(tmp_path: Path) -> None:
    def prefixed(xml: str, prefix: str) -> str:
        xml = re.sub(r"<(/?)(\w)", rf"<\1{prefix}:\2", xml)
        return xml.replace(f'xmlns="{MAIN}"', f'xmlns:{prefix}="{MAIN}"')

    source = make_package(
        tmp_path / "a.xlsx",
        prefixed(sheet(before='<dimension ref="A1:B3"/>'), "x"),
        styles=prefixed(STYLES_XML, "s"),
        workbook=prefixed(WORKBOOK_XML, "w"),
    )
    write = status_write(("a@x.com", "a@y.com", ["Success", NOON]), columns=(STATUS, UPDATED))
    _, target = patched(source, write)
    assert '<x:c r="C2" s="2" t="inlineStr"><x:is><x:t>Success</x:t></x:is></x:c>' in sheet_of(
        target
    )
    assert b'<s:xf numFmtId="22"' in parts_of(target)[STYLES]
    assert patched(target, write)[0].changed is False


def test_single_quotes_blanks_comments_and_brackets_in_values(tmp_path: Path) -> None:
    xml = f"""<?xml version='1.0' encoding='utf-8' standalone='yes'?>
<!-- <sheetData><row r="1"/> -->
<worksheet  xmlns = '{MAIN}'
 xmlns:y='urn:of > another' >
 <y:note said='a > b' /> <?go <row> ?>
 <sheetData >
  <row r='1' y:a='>"' ><c r = 'A1' t='inlineStr'><is><t >SourceUPN</t></is></c >
   <c r='B1' y:r="Z9" t='inlineStr'><is><t><![CDATA[Target]]>UPN</t></is></c></row >
  <!-- <row r="2"><c r="A2"/></row> -->
  <row spans='1:2'
   r='2'><c t='inlineStr' r='A2'><is><t>a@x.com</t></is></c> <!-- </row> --> </row>
 </sheetData>
</worksheet>"""
    source = make_package(tmp_path / "a.xlsx", xml.replace("</row >", "</row>"))
    write = status_write(("a@x.com", "", ["Success"]))
    _, target = patched(source, write)
    assert column(target, "C") == {1: "Ferry status", 2: "Success"}
    assert "spans='1:3'" in sheet_of(target)
    assert '<!-- <row r="2"><c r="A2"/></row> -->' in sheet_of(target)
    assert patched(target, write)[0].changed is False


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + sheet().encode()
    _, target = patched(make_package(tmp_path / "a.xlsx", raw))
    assert parts_of(target)[SHEET].startswith(raw[:60])


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (sheet().encode("utf-16"), "UTF-16"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + sheet().encode(), "ISO-8859-1"),
        (f"<!DOCTYPE a>{sheet()}".encode(), "entities"),
        (b"not XML at all", "not XML"),
        (sheet().replace("worksheet", "chartsheet").encode(), "chartsheet"),
        (f'<worksheet xmlns="{MAIN}"/>'.encode(), "no cells"),
        (sheet(ROWS + "<row r='2'/>").encode(), "does not follow"),
        (sheet(ROWS + "<z:row xmlns:z='urn:a'/>").encode(), "not a row"),
        (sheet(HEADER.replace("</row>", "<other/></row>")).encode(), "not a cell"),
        (sheet(ROWS.replace('r="2"', 'r="two"')).encode(), "does not follow"),
        (sheet(ROWS + "<row r='9999999'/>").encode(), "does not follow"),
        (sheet(HEADER.replace('"B1"', '"XFE1"')).encode(), "disorder"),
        (sheet(ROWS.replace('r="2"', 'r="²"')).encode(), "does not follow"),
        (sheet(HEADER.replace('r="B1"', 'r="BONTOS1"')).encode(), "no proper reference"),
        (sheet(HEADER.replace('r="B1"', 'r="B&#55296;1"')).encode(), "no proper reference"),
        (sheet(before='<cols><col min="1" max="<x/>"/></cols>').encode(), "not proper XML"),
        (b'<?xml version="1.0" encoding="UTF-NaN"?>' + sheet().encode(), "UTF-NaN"),
        (sheet(HEADER.replace('"B1"', '"A1"')).encode(), "disorder"),
        (sheet(ROWS + "<row r='9'>").encode(), "not end|not closed|not proper|not a row"),
    ],
)
def test_what_is_not_understood_is_refused_and_never_written(
    tmp_path: Path, raw: bytes, why: str
) -> None:
    source = make_package(tmp_path / "a.xlsx", raw)
    with pytest.raises(WorkbookError, match=why) as caught:
        patch_package(source, tmp_path / "b.xlsx", BOTH)
    assert caught.value.code == "CANNOT_PATCH"
    assert not (tmp_path / "b.xlsx").exists()


def test_strict_open_xml(tmp_path: Path) -> None:
    workbook = WORKBOOK_XML.replace(MAIN, STRICT).replace(RELATIONS, STRICT_RELATIONS)
    source = make_package(
        tmp_path / "a.xlsx",
        sheet().replace(MAIN, STRICT),
        workbook=workbook,
        styles=STYLES_XML.replace(MAIN, STRICT),
        more={
            "_rels/.rels": relations(
                ("rId1", f"{STRICT_RELATIONS}/officeDocument", "xl/workbook.xml")
            ),
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", f"{STRICT_RELATIONS}/worksheet", "worksheets/sheet1.xml"),
                ("rId2", f"{STRICT_RELATIONS}/styles", "styles.xml"),
            ),
        },
    )
    result, target = patched(source)
    assert result.rows_written == 2
    assert "<t>Success</t>" in sheet_of(target)


def test_another_sheet_or_no_columns(tmp_path: Path) -> None:
    source = make_package(tmp_path / "a.xlsx")
    for write, code in (
        (replace(BOTH, sheet="Other"), "NO_SUCH_SHEET"),
        (replace(BOTH, source_column="Someone"), "COLUMNS_GONE"),
    ):
        with pytest.raises(WorkbookError) as caught:
            patch_package(source, tmp_path / "b.xlsx", write)
        assert caught.value.code == code
