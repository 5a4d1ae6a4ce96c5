"""What a program tells Windows of itself is read back from the file that was built."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer import version
from installer.pe_resources import check_program, resources, version_words
from rules import ROOT
from windows_files import file_with_resources, version_resource, windows_file

MANIFEST = (ROOT / "installer" / "windows" / "program.manifest").read_text("utf-8")
WORDS = {
    "CompanyName": version.PUBLISHER,
    "FileVersion": version.VERSION,
    "ProductName": version.NAME,
    "ProductVersion": version.VERSION,
}


def program(
    folder: Path,
    manifest: str = MANIFEST,
    words: dict[str, str] = WORDS,
    numbers: tuple[int, int, int, int] = version.numbers(),
    icon: int = 14,
) -> Path:
    path = folder / "program.exe"
    told = {icon: b"icons", 16: version_resource(words, numbers), 24: manifest.encode()}
    path.write_bytes(file_with_resources(told))
    return path


def test_a_program_that_tells_everything_is_taken(tmp_path: Path) -> None:
    path = program(tmp_path)
    check_program(path, is_ours=True)
    assert version_words(resources(path)[16]) == WORDS
    assert resources(path)[24].decode() == MANIFEST


def test_the_setup_may_have_a_manifest_of_its_maker(tmp_path: Path) -> None:
    path = program(tmp_path, MANIFEST.replace("PerMonitorV2", "System"))
    check_program(path, is_ours=False)
    with pytest.raises(SystemExit, match="dpiAwareness is System"):
        check_program(path, is_ours=True)


@pytest.mark.parametrize(
    ("part", "change", "fault"),
    [
        ("manifest", MANIFEST.replace("UTF-8</", "legacy</"), "activeCodePage is legacy"),
        ("manifest", MANIFEST.replace(">true</longPath", ">false</longPath"), "longPathAware is"),
        ("manifest", MANIFEST.replace("asInvoker", "requireAdministrator"), "other rights"),
        ("manifest", "<assembly/>", "longPathAware is None"),
        ("words", WORDS | {"ProductVersion": "0.0.9"}, "ProductVersion is 0.0.9"),
        ("words", {}, "CompanyName is None"),
        ("numbers", (9, 8, 7, 6), r"numbers are 9\.8\.7\.6"),
        ("icon", 3, "no icon"),
    ],
)
def test_what_it_does_not_tell_ends_the_build(
    tmp_path: Path, part: str, change: object, fault: str
) -> None:
    path = program(tmp_path, **{part: change})  # type: ignore[arg-type]  # by the name of the part
    with pytest.raises(SystemExit, match=fault):
        check_program(path, is_ours=True)


def test_a_file_without_resources_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "bare.exe").write_bytes(windows_file())
    assert resources(tmp_path / "bare.exe") == {}
    (tmp_path / "bad.exe").write_bytes(program(tmp_path).read_bytes()[:0x410])
    with pytest.raises(ValueError, match="Windows file"):
        resources(tmp_path / "bad.exe")
