"""Saving the status: what is kept, who is in the way, and the workbook beside."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.errors import WorkbookBusy, WorkbookError
from app.status_cells import COLUMNS
from app.workbook.atomic import temporary_for
from app.workbook.save import save_status
from wave_book import PEOPLE, make_book, names, order, statuses, table

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a matter of POSIX")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_book(tmp_path / "Wave plan.xlsx")


# Into the workbook itself


def test_only_the_sheet_and_the_styles_change(book: Path) -> None:
    with zipfile.ZipFile(book) as package:
        before = {name: package.read(name) for name in package.namelist()}
    written = save_status(book, order())
    assert (written.path, written.beside, written.rows_written) == (book, False, len(PEOPLE))
    with zipfile.ZipFile(book) as package:
        assert package.testzip() is None
        after = {name: package.read(name) for name in package.namelist()}
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert set(statuses(book).values()) == {"Success"}
    assert table(book)[0]["Notes"] == "note p0@contoso.com"
    assert names(book.parent) == {book.name}


def test_what_the_workbook_says_already_is_not_written_again(book: Path) -> None:
    first = save_status(book, order())
    before = book.stat()
    again = save_status(book, order(backup=True))
    after = book.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert again.fingerprint == first.fingerprint
    assert again.backup is None
    assert names(book.parent) == {book.name}


def test_what_our_last_write_left_is_written_to_the_same_bytes(book: Path) -> None:
    first = save_status(book, order("Waiting"))
    other = book.with_name("other.xlsx")
    shutil.copyfile(book, other)
    again = save_status(book, replace(order("Success"), known=first.fingerprint))
    save_status(other, order("Success"))
    assert first.is_checked
    assert again.is_checked
    with zipfile.ZipFile(book) as known, zipfile.ZipFile(other) as unknown:
        assert {one: known.read(one) for one in known.namelist()} == {
            one: unknown.read(one) for one in unknown.namelist()
        }
    assert set(statuses(book).values()) == {"Success"}


def test_a_file_that_says_it_already_is_not_taken_for_checked(book: Path) -> None:
    first = save_status(book, order())
    book.write_bytes(book.read_bytes())
    assert not save_status(book, replace(order(), known=first.fingerprint)).is_checked


def test_rows_are_found_again_after_the_admin_sorted_inserted_and_moved_columns(
    book: Path,
) -> None:
    save_status(book, order("Waiting"))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Mapping"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header, body = rows[0], rows[1:]
    body = [*reversed(body[1:]), ["new@contoso.com", "new@northwind.com", *[None] * 9]]
    sheet.delete_rows(1, sheet.max_row)
    # The notes go to the front, a title above, and one person is gone.
    sheet.append(["My wave"])
    for row in (header, *body):
        sheet.append([row[2], row[0], row[1], *row[3:]])
    workbook.save(book)
    workbook.close()

    written = save_status(book, order("Success"))
    assert written.rows_missing == ("p0@contoso.com",)
    sheet = openpyxl.load_workbook(book)["Mapping"]
    said = {row[1]: (row[0], row[3]) for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert said["p5@contoso.com"] == ("note p5@contoso.com", "Success")
    assert said["new@contoso.com"] == (None, None)
    assert "p0@contoso.com" not in said


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o600, 0o664])
def test_the_mode_is_kept(book: Path, mode: int) -> None:
    book.chmod(mode)
    save_status(book, order())
    assert stat.S_IMODE(book.stat().st_mode) == mode


@posix_only
def test_the_owner_is_kept(book: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser gives files away")
    os.chown(book, 1234, 2345)
    save_status(book, order())
    assert (book.stat().st_uid, book.stat().st_gid) == (1234, 2345)


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")
def test_attributes_are_kept(book: Path) -> None:
    try:
        os.setxattr(book, "user.label", b"Confidential")
    except OSError as error:
        pytest.skip(f"this file system has no attributes: {error}")
    save_status(book, order())
    assert os.getxattr(book, "user.label") == b"Confidential"


@posix_only
def test_a_symbolic_link_stays_one_and_its_target_is_written(book: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "desk"
    elsewhere.mkdir()
    link = elsewhere / "plan.xlsx"
    link.symlink_to(Path("..") / book.name)
    written = save_status(link, order(backup=True))
    assert link.is_symlink()
    assert written.path == link
    assert set(statuses(book).values()) == {"Success"}
    assert names(elsewhere) == {"plan.xlsx"}
    assert written.backup is not None
    assert written.backup.parent.parent == book.parent


@posix_only
def test_a_second_hard_link_keeps_the_old_content(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    other = tmp_path / "snapshot.xlsx"
    os.link(book, other)
    save_status(book, order())
    assert other.read_bytes() == before
    assert set(statuses(book).values()) == {"Success"}


def test_a_name_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    book = make_book(tmp_path / ("ä" * 124 + "ab.xlsx"))
    assert len(os.fsencode(book.name)) == 255
    written = save_status(book, order(backup=True))
    assert set(statuses(book).values()) == {"Success"}
    assert written.backup is not None
    assert set(statuses(written.backup).values()) == {""}


# In the way


def excel_owner_file(name: str) -> bytes:
    narrow = name.encode("cp1252", "replace")
    first = bytes([len(narrow)]) + narrow.ljust(54)
    return first + bytes([len(name), 0]) + name.encode("utf-16-le").ljust(108, b" ")


OWNER_FILES = [
    ("~$Wave plan.xlsx", excel_owner_file("Ana Šimić"), "by Ana Šimić."),
    ("~$Wave plan.xlsx", b"\x03Bob" + b" " * 50, "by Bob."),
    ("~$Wave plan.xlsx", b"", "is open."),
    ("~$ve plan.xlsx", excel_owner_file("Bob"), "by Bob."),
    (
        ".~lock.Wave plan.xlsx#",
        b"Ana Lee,ana,PC-7,05.12.2026 18:00,file:///home/ana/.config;",
        "by Ana Lee on PC-7 since 05.12.2026 18:00.",
    ),
    (".~lock.Wave plan.xlsx#", b",ana,PC-7,,;", "by ana on PC-7."),
    (".~lock.Wave plan.xlsx#", b"", "is open."),
]


@posix_only
@pytest.mark.parametrize(("name", "content", "said"), OWNER_FILES)
def test_open_elsewhere_names_the_owner_and_writes_nothing(
    book: Path, name: str, content: bytes, said: str
) -> None:
    before = book.read_bytes()
    book.with_name(name).write_bytes(content)
    with pytest.raises(WorkbookBusy) as caught:
        save_status(book, order(backup=True))
    assert caught.value.code == "OPEN_ELSEWHERE"
    assert caught.value.detail.endswith(said)
    assert caught.value.remedy
    assert book.read_bytes() == before
    assert names(book.parent) == {book.name, name}


@posix_only
def test_an_owner_file_that_a_crash_left_behind_yesterday_is_in_nobodys_way(book: Path) -> None:
    owner = book.with_name("~$Wave plan.xlsx")
    owner.write_bytes(excel_owner_file("Ana"))
    old = time.time() - 25 * 3600
    os.utime(owner, (old, old))
    assert save_status(book, order()).rows_written == len(PEOPLE)
    assert owner.exists()


@posix_only
def test_the_owner_file_of_another_workbook_is_not_this_ones(book: Path) -> None:
    make_book(book.with_name("ve plan.xlsx"))
    book.with_name("~$ve plan.xlsx").write_bytes(excel_owner_file("Ana"))
    assert save_status(book, order()).rows_written == len(PEOPLE)


def test_files_of_killed_writes_are_swept_and_nobody_elses(book: Path) -> None:
    mine = temporary_for(book).name
    dead = mine.replace(f"-{os.getpid()}-", "-4194305-")  # above the largest process id of Linux
    foreign = f".ferry-00000000-77-{mine[-12:]}"
    old_foreign = f".ferry-00000001-77-{mine[-12:]}"
    others = {".ferry-notes.tmp", "Wave plan.tmp", ".~tmp", foreign}
    for name in {dead, old_foreign} | others:
        book.with_name(name).write_bytes(b"x")
    old = time.time() - 7200
    os.utime(book.with_name(old_foreign), (old, old))
    if sys.platform == "win32":
        os.utime(book.with_name(dead), (old, old))
    save_status(book, order())
    assert names(book.parent) == {book.name} | others


# Beside


@pytest.mark.parametrize("name", ["plan.csv", "plan.xls", "plan.xlsb", "plan.ods", "plan.CSV"])
def test_what_cannot_be_patched_gets_a_workbook_beside_it(tmp_path: Path, name: str) -> None:
    book = tmp_path / name
    book.write_bytes(b"SourceUPN;TargetUPN\r\n=1;b@x.com\r\n")
    before = book.read_bytes()
    people = (("=cmd|' /C calc'!A0", "+1@northwind.com"), ("p1@contoso.com", "p1@northwind.com"))
    written = save_status(book, order(people=people, backup=True))
    assert (written.beside, written.because) == (True, name.partition(".")[2].upper())
    assert written.path == tmp_path / f"{name} (status).xlsx"
    assert book.read_bytes() == before
    assert names(tmp_path) == {name, written.path.name}

    sheet = openpyxl.load_workbook(written.path)["Status"]
    header, first, second = sheet.iter_rows()
    assert [cell.value for cell in header] == [
        "SourceUPN",
        "TargetUPN",
        *(column.header for column in COLUMNS),
    ]
    assert all(cell.font.b for cell in header)
    assert sheet.freeze_panes == "A2"
    assert (first[0].value, first[0].data_type) == (people[0][0], "s")
    assert (first[5].value, first[5].data_type) == ("=1+1", "s")
    assert second[7].value == datetime(2026, 12, 5, 18, 0)  # noqa: DTZ001 - Excel's dates have no zone
    assert second[7].is_date
    assert second[2].fill.fgColor.rgb != "00000000"
    assert sheet.column_dimensions["A"].width > 30
    assert sheet.column_dimensions["D"].width > 50
    assert statuses(written.path, "Status") == dict.fromkeys((p[0] for p in people), "Success")


def test_the_workbook_beside_is_patched_and_keeps_what_the_admin_wrote_into_it(
    tmp_path: Path,
) -> None:
    book = tmp_path / "plan.csv"
    book.write_text("SourceUPN,TargetUPN\n")
    first = save_status(book, order("Waiting"))
    workbook = openpyxl.load_workbook(first.path)
    sheet = workbook["Status"]
    sheet.insert_rows(3)
    sheet["K1"], sheet["K2"] = "Mine", "ring Ana"
    workbook.save(first.path)
    workbook.close()

    new = (("new@contoso.com", "new@northwind.com"), ("p0@contoso.com", "p0@northwind.com"))
    again = save_status(book, order("Success", new, backup=True))
    assert (again.path, again.beside, again.rows_missing) == (first.path, True, ())
    assert again.backup is not None
    rows = {row["SourceUPN"]: row for row in table(again.path, "Status")}
    assert rows["p0@contoso.com"]["Ferry status"] == "Success"
    assert rows["p0@contoso.com"]["Mine"] == "ring Ana"
    assert rows["p1@contoso.com"]["Ferry status"] == "Waiting"
    assert rows["new@contoso.com"]["Ferry status"] == "Success"
    assert len(table(again.path, "Status")) == len(PEOPLE) + 2
    openpyxl.load_workbook(again.path).close()


def test_a_file_of_the_admins_is_never_taken_for_the_workbook_beside(tmp_path: Path) -> None:
    book = tmp_path / "plan.csv"
    book.write_text("SourceUPN,TargetUPN\n")
    theirs = make_book(tmp_path / "plan.csv (status).xlsx")
    broken = tmp_path / "plan.csv (status 2).xlsx"
    broken.write_bytes(b"PK\3\4 and no more")
    before = theirs.read_bytes(), broken.read_bytes()
    written = save_status(book, order())
    assert written.path.name == "plan.csv (status 3).xlsx"
    assert (theirs.read_bytes(), broken.read_bytes()) == before
    assert set(statuses(written.path, "Status").values()) == {"Success"}


def test_a_list_without_a_header_and_a_signed_workbook_are_not_touched(book: Path) -> None:
    before = book.read_bytes()
    assert save_status(book, order(header_row=0)).because == "NO_HEADER"
    assert book.read_bytes() == before
    with zipfile.ZipFile(book, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<x/>")
    signed = book.read_bytes()
    assert save_status(book, order()).because == "SIGNED"
    assert book.read_bytes() == signed


@posix_only
def test_the_workbook_beside_is_for_the_same_readers(tmp_path: Path) -> None:
    book = tmp_path / "plan.csv"
    book.write_text("SourceUPN,TargetUPN\n")
    book.chmod(0o440)
    written = save_status(book, order())
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o640
    assert save_status(book, order("Failed")).rows_written == len(PEOPLE)


# Cannot


def test_a_missing_workbook_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError) as caught:
        save_status(tmp_path / "gone.xlsx", order())
    assert caught.value.code == "NOT_FOUND"
    assert names(tmp_path) == set()


@posix_only
def test_links_in_a_circle_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").symlink_to("b.xlsx")
    (tmp_path / "b.xlsx").symlink_to("a.xlsx")
    with pytest.raises(WorkbookError) as caught:
        save_status(tmp_path / "a.xlsx", order())
    assert caught.value.code in {"NOT_FOUND", "NOT_WRITABLE"}


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"PK\5\6" + bytes(18)])
def test_a_damaged_workbook_is_said_and_left(book: Path, content: bytes) -> None:
    book.write_bytes(content)
    with pytest.raises(WorkbookError) as caught:
        save_status(book, order(backup=True))
    assert caught.value.code in {"DAMAGED", "NOT_A_WORKBOOK"}
    assert not isinstance(caught.value, WorkbookBusy)
    assert caught.value.remedy
    assert book.read_bytes() == content
    assert names(book.parent) == {book.name}


def test_a_read_only_workbook_is_left_even_where_it_could_be_replaced(book: Path) -> None:
    before = book.read_bytes()
    book.chmod(0o444)
    with pytest.raises(WorkbookError) as caught:
        save_status(book, order(backup=True))
    assert caught.value.code == "READ_ONLY"
    assert book.read_bytes() == before
    assert names(book.parent) == {book.name}
    book.chmod(0o644)
