"""A workbook finds its project again wherever it went."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.projects import find_project, remember_workbook


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    path = tmp_path / "Mapping.xlsx"
    path.write_bytes(b"the admin's workbook")
    return path


def known(book: Path) -> Path:
    folder = find_project(book)
    folder.mkdir(parents=True)
    remember_workbook(folder, book)
    return folder


def test_the_same_path_is_the_same_project_whatever_it_holds(book: Path) -> None:
    folder = known(book)
    book.write_bytes(b"edited meanwhile")
    assert find_project(book) == folder
    assert find_project(book.parent / "." / book.name) == folder


def test_a_renamed_or_moved_workbook_finds_its_project(book: Path, tmp_path: Path) -> None:
    folder = known(book)
    (tmp_path / "elsewhere").mkdir()
    moved = book.rename(tmp_path / "elsewhere" / "Mapping final.xlsx")
    assert find_project(moved) == folder
    remember_workbook(folder, moved)
    moved.write_bytes(b"edited meanwhile")
    assert find_project(moved) == folder


def test_a_copy_is_a_workbook_of_its_own(book: Path, tmp_path: Path) -> None:
    folder = known(book)
    copy = Path(shutil.copy(book, tmp_path / "Copy.xlsx"))
    assert find_project(copy) != folder


def test_another_workbook_in_the_old_place_is_not_mistaken(book: Path, tmp_path: Path) -> None:
    folder = known(book)
    moved = book.rename(tmp_path / "Moved.xlsx")
    remember_workbook(find_project(moved), moved)
    book.write_bytes(b"another workbook")
    assert find_project(moved) == folder
    assert find_project(book) != folder


def test_a_note_that_cannot_be_read_hides_no_other_project(book: Path) -> None:
    folder = known(book)
    broken = folder.with_name("0000")
    broken.mkdir()
    (broken / "workbook.json").write_text("{not json", "utf-8")
    assert find_project(book) == folder
