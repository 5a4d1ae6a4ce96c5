"""One file in the place of another: at one stroke, and never over what came in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.workbook import atomic
from app.workbook.atomic import fingerprint_of, fitted, name_key, publish, put_in_place


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new.tmp", tmp_path / "plan.xlsx"
    new.write_text("new")
    old.write_text("old")
    return new, old


def test_the_new_one_takes_the_place_of_what_was_looked_at(files: tuple[Path, Path]) -> None:
    new, old = files
    after = fingerprint_of(new)
    assert put_in_place(new, old, fingerprint_of(old))
    assert old.read_text() == "new"
    assert fingerprint_of(old) == after


@pytest.mark.parametrize("way", ["in place", "by a new file"])
def test_what_somebody_saved_meanwhile_stays(files: tuple[Path, Path], way: str) -> None:
    new, old = files
    before = fingerprint_of(old)
    if way == "in place":
        old.write_text("the admin's")
    else:
        theirs = old.with_name("theirs")
        theirs.write_text("the admin's")
        theirs.replace(old)
    assert not put_in_place(new, old, before)
    assert (old.read_text(), new.read_text()) == ("the admin's", "new")


def test_a_place_that_is_gone_is_not_filled(files: tuple[Path, Path]) -> None:
    new, old = files
    before = fingerprint_of(old)
    old.unlink()
    with pytest.raises(FileNotFoundError):
        put_in_place(new, old, before)
    assert not old.exists()


def test_the_way_of_systems_that_cannot_exchange_names(files: tuple[Path, Path]) -> None:
    new, old = files
    assert atomic._replace(new, old, fingerprint_of(old))
    assert old.read_text() == "new"
    assert not new.exists()


def test_a_name_that_is_taken_stays_taken(files: tuple[Path, Path]) -> None:
    new, old = files
    with pytest.raises(FileExistsError):
        publish(new, old)
    assert (old.read_text(), new.read_text()) == ("old", "new")
    publish(new, old.with_name("free.xlsx"))
    assert not new.exists()
    assert old.with_name("free.xlsx").read_text() == "new"


@pytest.mark.parametrize("stem", ["plan", "p" * 300, "日本" * 60, "é" * 127 + "\udc80"])
def test_a_fitted_name_fits(stem: str) -> None:
    name = fitted(stem, 40)
    assert len(os.fsencode(name)) + 40 <= 255
    assert name[:3] == stem[:3]
    assert (name == stem) == (len(os.fsencode(stem)) + 40 <= 255)
    assert fitted(stem + "1" * 300, 40) != fitted(stem + "2" * 300, 40)


def test_names_that_some_disks_take_for_one_have_one_key() -> None:
    assert name_key(Path("/a/Plan.XLSX")) == name_key(Path("/b/plan.xlsx"))
    assert name_key(Path("/a/plan.xlsx")) != name_key(Path("/a/plan.xlsm"))
