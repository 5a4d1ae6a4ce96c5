"""The parts of a package are found by their relations, however these are written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.errors import WorkbookError
from app.workbook.package import related, sheet_part_name, sheets, workbook_part_name
from packages import RELATIONS, STRICT_RELATIONS, WORKBOOK_XML, make_package, relations, sheet

RELS = "xl/_rels/workbook.xml.rels"


@pytest.mark.parametrize(
    "target",
    [
        "worksheets/sheet1.xml",
        "/xl/worksheets/sheet1.xml",
        "./worksheets/../worksheets/sheet1.xml",
        "../xl/worksheets/sheet1.xml",
        "Worksheets/SHEET1.xml",
        "worksheets\\sheet1.xml",
        "worksheets/sheet%31.xml",
    ],
)
@pytest.mark.parametrize("base", [RELATIONS, STRICT_RELATIONS])
def test_a_sheet_is_found_however_its_target_is_written(
    tmp_path: Path, target: str, base: str
) -> None:
    rels = relations(("rId1", f"{base}/worksheet", target))
    path = make_package(tmp_path / "a.xlsx", more={RELS: rels})
    with zipfile.ZipFile(path) as package:
        assert sheet_part_name(package, "Wave") == "xl/worksheets/sheet1.xml"
        assert sheet_part_name(package, "wave") is None


def test_a_prefix_of_its_own_and_quotes_of_its_own(tmp_path: Path) -> None:
    rels = relations(("rId1", f"{RELATIONS}/worksheet", "worksheets/sheet1.xml"))
    rels = rels.replace("<Rel", "<q:Rel").replace("</Rel", "</q:Rel").replace("xmlns=", "xmlns:q=")
    workbook = WORKBOOK_XML.replace('"', "'").replace("xmlns:r=", "xmlns:other=")
    path = make_package(
        tmp_path / "a.xlsx", workbook=workbook.replace("r:id", "other:id"), more={RELS: rels}
    )
    with zipfile.ZipFile(path) as package:
        assert sheets(package) == [("Wave", "xl/worksheets/sheet1.xml")]


def test_what_lies_outside_the_package_is_no_part(tmp_path: Path) -> None:
    rels = relations(
        ("rId1", f"{RELATIONS}/worksheet", "worksheets/sheet1.xml"),
        ("rId2", f"{RELATIONS}/styles", "gone.xml"),
        ("rId3", f'{RELATIONS}/styles" TargetMode="External', "styles.xml"),
    )
    path = make_package(tmp_path / "a.xlsx", more={RELS: rels})
    with zipfile.ZipFile(path) as package:
        assert related(package, "xl/workbook.xml", "styles") == []
        assert related(package, "xl/workbook.xml", "worksheet") == ["xl/worksheets/sheet1.xml"]
        assert related(package, "xl/styles.xml", "image") == []


def test_the_workbook_need_not_be_where_excel_puts_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "_rels/.rels", relations(("r1", f"{RELATIONS}/officeDocument", "/book.xml"))
        )
        package.writestr("book.xml", WORKBOOK_XML)
        package.writestr(
            "_rels/book.xml.rels", relations(("rId1", f"{RELATIONS}/worksheet", "one.xml"))
        )
        package.writestr("one.xml", sheet())
    with zipfile.ZipFile(path) as package:
        assert workbook_part_name(package) == "book.xml"
        assert sheet_part_name(package, "Wave") == "one.xml"


def test_a_package_without_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("letter.txt", "no workbook")
    with zipfile.ZipFile(path) as package, pytest.raises(WorkbookError) as caught:
        workbook_part_name(package)
    assert caught.value.code == "NOT_A_WORKBOOK"
