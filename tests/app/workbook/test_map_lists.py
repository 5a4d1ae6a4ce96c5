"""Groups and maps in their own form, found in the admin's workbook beside the mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from app.model import ColumnsNeeded, MapKind
from app.workbook.child import open_book
from app.workbook.status import BookRead

TENANT = "0b0f7bd6-7f0c-4f8e-8f8b-5d3a3f6a9c11"
GROUP = "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"
OTHER = "1d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"
PEOPLE = (("SourceUPN", "TargetUPN"), ("ana@old.com", "ana@new.com"))
OWN_FORM = (
    ("User", TENANT, "ana@old.com", "ana@new.com", "ana.b@new.com", "RegularUser"),
    ("Group", TENANT, GROUP, OTHER, "sales", "O365Group"),
)


def made(
    path: Path, sheets: Mapping[str, Sequence[Sequence[str]]], hidden: Sequence[str] = ()
) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
    return path


def read(path: Path, sheet: str = "") -> BookRead:
    found = open_book(path, sheet=sheet)
    assert not isinstance(found, ColumnsNeeded), found
    return found


@pytest.mark.parametrize(
    "header",
    [
        ("Source group id", "Target group id", "Type", "Alias", "Remark"),
        ("SourceGroupObjectId", "TargetGroupObjectId", "GroupType", "TargetAlias", "Remark"),
        ("source_group", "destination_group", "kind", "mailNickname", "Remark"),
    ],
)
@pytest.mark.parametrize("sheet", ["", "People"])
def test_a_sheet_of_groups_is_known_by_its_header(
    tmp_path: Path, header: Sequence[str], sheet: str
) -> None:
    groups = (("Our groups",), header, (GROUP, OTHER, "Security", "", "x"), ("", "", "", "", "y"))
    found = read(made(tmp_path / "b.xlsx", {"People": PEOPLE, "Teams": groups}), sheet)
    assert [row.source_upn for row in found.rows] == ["ana@old.com"]
    [row] = found.map_rows
    assert (row.kind, row.source, row.target, row.type) == (
        MapKind.GROUP,
        GROUP,
        OTHER,
        "Security",
    )
    assert (row.source_cell, row.target_cell, row.type_cell) == ("Teams!A3", "Teams!B3", "Teams!C3")


def test_a_map_in_its_own_form_beside_the_mapping_goes_along_with_it(tmp_path: Path) -> None:
    found = read(made(tmp_path / "b.xlsx", {"Pasted": OWN_FORM, "People": PEOPLE}))
    assert found.sheet == "People"
    assert [(row.kind, row.tenant, row.address, row.type) for row in found.map_rows] == [
        (MapKind.USER, TENANT, "ana.b@new.com", "RegularUser"),
        (MapKind.GROUP, TENANT, "sales", "O365Group"),
    ]


def test_a_map_in_its_own_form_alone_is_the_mapping_too(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("\n".join(",".join(row) for row in OWN_FORM), "utf-8")
    found = read(path)
    assert [row.source_upn for row in found.rows] == ["ana@old.com"]
    assert [row.kind for row in found.map_rows] == [MapKind.USER, MapKind.GROUP]
    assert found.map_rows[0].source_cell == "CSV!C1"


def test_a_map_of_groups_alone_is_no_mapping(tmp_path: Path) -> None:
    asked = ("Source email", "Target email")
    path = made(
        tmp_path / "b.xlsx", {"Groups": OWN_FORM[1:], "People": (asked, ("a@old.com", "a@new.com"))}
    )
    found = open_book(path)
    assert isinstance(found, ColumnsNeeded)
    assert found.sheet == "People"


def test_a_hidden_sheet_is_passed_over(tmp_path: Path) -> None:
    groups = (("SourceGroupId", "TargetGroupId"), (GROUP, OTHER))
    sheets = {"People": PEOPLE, "Groups": groups}
    assert not read(made(tmp_path / "b.xlsx", sheets, hidden=["Groups"])).map_rows


def test_a_column_of_groups_in_the_mapping_itself_is_none(tmp_path: Path) -> None:
    people = (("SourceUPN", "TargetUPN", "Source group", "Target group"), (*PEOPLE[1], "A", "B"))
    assert not read(made(tmp_path / "b.xlsx", {"People": people})).map_rows
