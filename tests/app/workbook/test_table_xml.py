"""Tables grow with the mapping, and only the mapping's own table does."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from app.workbook.patch import patch_package
from app.workbook.status import StatusWrite
from app.workbook.table_xml import read_table, with_columns
from packages import (
    BOTH,
    HINT,
    PEOPLE,
    ROWS,
    STATUS,
    TABLE,
    make_package,
    parts_of,
    row,
    sheet,
    status_write,
    table,
)

PARTS = '<tableParts count="1"><tablePart r:id="t1"/></tableParts>'
NAMES = ("SourceUPN", "TargetUPN")
TWO = status_write(("a@x.com", "a@y.com", ["Success", "do"]), columns=(STATUS, HINT))


def patched_table(
    folder: Path, xml: str, *, rows: str = ROWS, write: StatusWrite = BOTH, after: str = PARTS
) -> tuple[Path, str]:
    source = make_package(folder / "a.xlsx", sheet(rows, after=after), tables=[xml])
    target = folder / "b.xlsx"
    patch_package(source, target, write)
    return target, parts_of(target)[TABLE].decode()


def test_the_table_takes_in_our_columns(tmp_path: Path) -> None:
    target, after = patched_table(tmp_path, table("A1:B3", NAMES), write=TWO)
    assert after == table("A1:D3", [*NAMES, "Ferry status", "Ferry what to do"])
    book = openpyxl.load_workbook(target)
    people = book["Wave"].tables["People"]
    assert [column.name for column in people.tableColumns] == [
        cell.value for cell in book["Wave"][1]
    ]
    book.close()
    again = patch_package(target, tmp_path / "c.xlsx", TWO)
    assert again.changed is False


def test_ids_and_all_that_is_said_of_columns_stay(tmp_path: Path) -> None:
    xml = table("A1:B3", NAMES, more=" totalsRowShown='0'").replace(
        '<tableColumn id="2" name="TargetUPN"/>',
        "<tableColumn name='TargetUPN' id='17' dataDxfId='0'>"
        "<calculatedColumnFormula>A2</calculatedColumnFormula></tableColumn>",
    )
    _, after = patched_table(tmp_path, xml)
    assert after == xml.replace("A1:B3", "A1:C3").replace('count="2"', 'count="3"').replace(
        "</tableColumns>", '<tableColumn id="18" name="Ferry status"/></tableColumns>'
    )


def test_a_totals_row_stays_the_last_and_gets_nothing(tmp_path: Path) -> None:
    xml = table("A1:B4", NAMES, more=' totalsRowCount="1"').replace(
        '<autoFilter ref="A1:B4"/>', '<autoFilter ref="A1:B3"/>'
    )
    target, after = patched_table(tmp_path, xml, rows=ROWS + row(4, "Total"))
    assert 'ref="A1:C4" totalsRowCount="1"' in after
    assert '<autoFilter ref="A1:C3"/>' in after
    assert b'r="C4"' not in parts_of(target)["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "xml",
    [
        table("A1:B3", NAMES, more=' tableType="queryTable"'),
        table("A1:B3", NAMES, more=' tableType="xml"'),
        table("A1:B3", NAMES, more=' headerRowCount="0"'),
        table("A2:B3", NAMES),
        table("A1:A3", NAMES[:1]),
        table("nonsense", NAMES),
        table("A1:B3", (*NAMES, "one too many")),
        table("A1:B3", NAMES).replace('count="2"', 'count="7"'),
        table("A1:B3", NAMES, inner='<autoFilter ref="A1:B3"/>'),
        table("A1:B3", NAMES).replace("</table>", '<tableColumns count="2"/></table>'),
        '<table ref="A1:B3"><tableColumns count="0"/></table>',
        '<table ref="A1:B3"/>',
    ],
)
def test_a_table_that_is_not_the_mappings_own_is_left_alone(tmp_path: Path, xml: str) -> None:
    target, after = patched_table(tmp_path, xml)
    assert after == xml
    assert b'<c r="C2"' in parts_of(target)["xl/worksheets/sheet1.xml"]


def test_our_columns_go_right_of_another_table_and_no_table_grows(tmp_path: Path) -> None:
    first, second = table("A1:B3", NAMES), table("E9:F12", ("x", "y"))
    source = make_package(tmp_path / "a.xlsx", sheet(), tables=[first, second])
    target = tmp_path / "b.xlsx"
    patch_package(source, target, BOTH)
    parts = parts_of(target)
    assert parts[TABLE].decode() == first
    assert parts["xl/tables/table2.xml"].decode() == second
    assert b'<c r="G2"' in parts["xl/worksheets/sheet1.xml"]


def test_of_two_tables_only_the_mappings_grows(tmp_path: Path) -> None:
    rows = row(1, "Other", "More") + row(2, "1", "2") + row(4, "SourceUPN", "TargetUPN")
    rows += PEOPLE.replace('"3"', '"6"').replace('"2"', '"5"')
    rows = rows.replace('"A2" t="inlineStr"><is><t>a@', '"A5" t="inlineStr"><is><t>a@')
    rows = rows.replace('"B2" t="inlineStr"><is><t>a@', '"B5" t="inlineStr"><is><t>a@')
    rows = rows.replace('"A3"', '"A6"').replace('"B3"', '"B6"')
    other, ours = table("A1:B2", ("Other", "More")), table("A4:B6", NAMES)
    source = make_package(tmp_path / "a.xlsx", sheet(rows), tables=[other, ours])
    target = tmp_path / "b.xlsx"
    patch_package(source, target, BOTH)
    parts = parts_of(target)
    assert parts[TABLE].decode() == other
    assert parts["xl/tables/table2.xml"].decode() == table("A4:C6", [*NAMES, "Ferry status"])


def test_a_column_of_ours_that_the_table_names_is_not_added_again(tmp_path: Path) -> None:
    # A header cell and its table column must say the same; here the cell is blank.
    xml = table("A1:C3", [*NAMES, "Ferry Status"])
    target, after = patched_table(tmp_path, xml)
    assert after == xml
    assert b'<c r="C2"' in parts_of(target)["xl/worksheets/sheet1.xml"]


def test_a_prefix_bound_only_within_the_part(tmp_path: Path) -> None:
    xml = table("A1:B3", NAMES).replace("<tableColumns", '<q:tableColumns xmlns:q="urn:q"')
    xml = xml.replace("</tableColumns", "</q:tableColumns").replace(
        "<tableColumn ", "<q:tableColumn "
    )
    _, after = patched_table(tmp_path, xml)
    assert '<q:tableColumn id="3" name="Ferry status"/></q:tableColumns>' in after


def test_a_count_that_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    _, after = patched_table(tmp_path, table("A1:B3", NAMES).replace(' count="2"', ""))
    assert "<tableColumns>" in after
    assert '<tableColumn id="3" name="Ferry status"/></tableColumns>' in after


def test_names_are_escaped_as_attributes() -> None:
    found = read_table("t.xml", table("A1:A2", ["x"]).encode())
    assert found is not None
    assert b'name="a &amp; b &lt;c&gt;"' in with_columns(found, ["a & b <c>"])
