"""What goes into the packages: the right part of the lock, what runs, no library too few."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImageReader
from pytestqt.qtbot import QtBot

from installer import icon
from installer.licences import licence_of, write_licences
from installer.lock import WINDOWS, Locked, direct_dependencies, needed, read_lock
from installer.pe_imports import closure, imported
from installer.trim import QT_PLUGINS, missing_libraries, modules_of_qt, trim_packages, trim_qt
from installer.windows_tree import refused
from rules import ROOT
from windows_files import windows_file

LINUX = {**WINDOWS, "sys_platform": "linux", "python_full_version": "3.11.7"}
HASH = "sha256:" + "0" * 64


def names(environment: dict[str, str]) -> dict[str, str]:
    found = needed(
        read_lock(ROOT / "requirements.lock"),
        direct_dependencies(ROOT / "pyproject.toml"),
        environment,
    )
    return {one.name: one.version for one in found}


def test_what_runs_is_taken_from_the_lock_and_nothing_for_developers() -> None:
    windows = names(WINDOWS)
    assert {"httpx", "h11", "pyside6-essentials", "shiboken6", "cffi", "pandas"} <= windows.keys()
    assert not {"pytest", "ruff", "mypy", "hypothesis", "trustme", "iniconfig"} & windows.keys()


def test_each_system_gets_the_version_for_its_python() -> None:
    locked = [one for one in read_lock(ROOT / "requirements.lock") if one.name == "numpy"]
    assert len(locked) == 2
    assert names(WINDOWS)["numpy"] == "2.5.5"
    assert names(LINUX)["numpy"] == "2.4.6"


def test_every_line_keeps_the_hashes_of_the_lock() -> None:
    for one in read_lock(ROOT / "requirements.lock"):
        assert one.line().startswith(f"{one.name}=={one.version}")
        assert one.line().count("--hash=sha256:") == len(one.hashes) > 0


@pytest.mark.parametrize("text", ["a==1\n", "a>=1 \\\n    --hash=sha256:" + "0" * 64 + "\n"])
def test_what_is_not_pinned_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.lock").write_text(text)
    with pytest.raises(ValueError, match="not pinned by a hash: a"):
        read_lock(tmp_path / "bad.lock")


def test_the_tools_of_the_build_are_pinned_and_name_no_address() -> None:
    for name in ("tools.lock", "runtime.lock"):
        path = ROOT / "installer" / name
        assert read_lock(path)
        assert "://" not in path.read_text()


def test_needs_are_followed_over_many_steps_and_circles() -> None:
    a = Locked("a", "1", "", (HASH,), ("tenant-ferry",))
    b = Locked("b", "1", "", (HASH,), ("a", "c"))
    c = Locked("c", "1", "sys_platform == 'linux'", (HASH,), ("b",))
    d = Locked("d", "1", "", (HASH,), ("pytest",))
    assert [one.name for one in needed([a, b, c, d], ["A>=1"], WINDOWS)] == ["a", "b"]
    assert [one.name for one in needed([a, b, c, d], ["A>=1"], LINUX)] == ["a", "b", "c"]


def test_the_libraries_of_a_windows_file_are_read(tmp_path: Path) -> None:
    file = tmp_path / "one.dll"
    file.write_bytes(windows_file(["KERNEL32.dll", "Qt6Core.dll"], late=["Late.dll"]))
    assert imported(file) == {"kernel32.dll", "qt6core.dll", "late.dll"}
    file.write_bytes(windows_file())
    assert imported(file) == set()


@pytest.mark.parametrize("content", [b"", b"MZ", b"\x7fELF" + bytes(100), windows_file()[:200]])
def test_what_is_no_windows_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.dll").write_bytes(content)
    with pytest.raises(ValueError, match=r"(?i)windows file"):
        imported(tmp_path / "bad.dll")


def test_needs_of_libraries_are_followed(tmp_path: Path) -> None:
    there = {}
    for name, needs in {"a": ["b"], "b": ["c", "kernel32"], "c": ["b"], "d": []}.items():
        path = tmp_path / f"{name}.dll"
        path.write_bytes(windows_file([f"{one}.dll" for one in needs]))
        there[path.name] = path
    assert closure([there["a.dll"]], there) == {"b.dll", "c.dll"}


def test_a_missing_library_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.pyd").write_bytes(
        windows_file(["here.dll", "gone.dll", "KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll"])
    )
    (tmp_path / "Here.dll").write_bytes(windows_file())
    assert missing_libraries(tmp_path, ["kernel32.dll"]) == {"gone.dll": ["x.pyd"]}


def test_qt_is_left_with_what_is_used_and_what_that_needs(tmp_path: Path) -> None:
    qt, runtime = tmp_path / "lib" / "PySide6", tmp_path / "runtime"
    runtime.mkdir(parents=True)
    (tmp_path / "lib" / "shiboken6").mkdir(parents=True)
    needs = {"QtCore.pyd": ["Qt6Core.dll"], "QtQml.pyd": ["Qt6Qml.dll"], "Qt6Core.dll": ["icu.dll"]}
    plugins = {f"plugins/{name}": ["Qt6Core.dll"] for name in QT_PLUGINS}
    more: dict[str, list[str]] = {
        "Qt6Qml.dll": [],
        "icu.dll": [],
        "plugins/tls/qopensslbackend.dll": [],
    }
    for name, wanted in {**needs, **plugins, **more}.items():
        path = qt / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(windows_file(wanted))
    for name in ("__init__.py", "scripts/deploy.py", "translations/qt_de.qm"):
        (qt / name).parent.mkdir(exist_ok=True)
        (qt / name).write_bytes(b"")
    trim_qt(tmp_path / "lib", runtime, ["QtCore"])
    left = {path.relative_to(qt).as_posix() for path in qt.rglob("*") if path.is_file()}
    assert left == {"QtCore.pyd", "Qt6Core.dll", "icu.dll", "__init__.py", *plugins}
    assert not (qt / "scripts").exists()


def test_what_only_builds_tests_or_documents_stays_behind(tmp_path: Path) -> None:
    kept = ["a/__init__.py", "a/data.json", "a-1.dist-info/METADATA", "a/testing.py", "n/x.pyd"]
    dropped = ["a/tests/test_x.py", "a/x.pyi", "bin/a.exe", "a-1.dist-info/RECORD", "a/test/y.py"]
    for name in (*kept, *dropped):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    trim_packages(tmp_path)
    assert sorted(
        p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*") if p.is_file()
    ) == (sorted([*kept[:2], kept[3], kept[4]]))
    assert (tmp_path / "a-1.dist-info" / "METADATA").is_file()
    assert not (tmp_path / "a" / "tests").exists()


def test_the_modules_of_qt_are_those_that_our_code_imports(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(
        "from PySide6.QtSvg import A\n\ndef f():\n    import PySide6.QtXml\n"
    )
    assert modules_of_qt([tmp_path / "x.py"]) == ["QtSvg", "QtXml"]
    assert {"QtCore", "QtGui", "QtWidgets"} <= set(modules_of_qt((ROOT / "ui").glob("*.py")))


def test_only_the_makers_of_the_runtime_are_believed() -> None:
    good = ["OK", "", "Python Software Foundation"]
    found = {
        "r/python313.dll": good,
        "r/vcruntime140.dll": ["OK", "", "Microsoft Corporation"],
        "r/other.dll": ["OK", "", "Somebody Else"],
        "r/changed.dll": ["INCONSISTENT_DIGEST", "the hash differs", "Python Software Foundation"],
        "r/bare.dll": ["NOT_SIGNED", "", ""],
    }
    assert [line.split(":")[0] for line in refused(found)] == [
        "other.dll",
        "changed.dll",
        "bare.dll",
    ]


def test_licence_texts_are_collected_and_all_packages_are_named(tmp_path: Path) -> None:
    information = tmp_path / "lib" / "A_b-1.dist-info"
    (information / "licenses").mkdir(parents=True)
    (information / "METADATA").write_text("Name: A_b\nVersion: 1\nLicense-Expression: MIT\n")
    (information / "licenses" / "LICENSE").write_text("do what you want")
    other = tmp_path / "lib" / "c-2.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Name: c\nVersion: 2\nLicense: BSD\n")
    assert write_licences(tmp_path / "out", tmp_path / "lib") == ["A_b", "c"]
    assert (tmp_path / "out" / "A_b" / "LICENSE").read_text() == "do what you want"
    told = (tmp_path / "out" / "README.txt").read_text()
    assert "A_b 1: MIT, see the folder A_b" in told
    assert "c 2: BSD, the package brings no text" in told
    assert write_licences(tmp_path / "few", tmp_path / "lib", only={"a-b"}) == ["A_b"]


def test_the_most_exact_word_on_a_licence_is_taken() -> None:
    classifier = "License :: OSI Approved :: MIT License"
    assert licence_of("BSD-3-Clause", "BSD", [classifier]) == "BSD-3-Clause"
    assert licence_of(None, "BSD", [classifier]) == "BSD"
    assert licence_of(None, "x" * 900, [classifier]) == "MIT License"
    assert licence_of(None, None, None) == "a licence that its metadata does not name"


def test_the_icon_has_every_size_and_can_be_read(qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "program.ico"
    icon.write_ico(target)
    reader = QImageReader(str(target))
    sizes = []
    for number in range(reader.imageCount()):
        assert reader.jumpToImage(number)
        image = reader.read()
        assert not image.isNull()
        assert len({image.pixel(x, x) for x in range(image.width())}) > 2
        sizes.append(image.width())
    assert sizes == [16, 20, 24, 32, 40, 48, 64, 128, 256]


def test_the_pictures_of_the_pages_are_bitmaps_of_their_size(qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "side.bmp"
    icon.write_banner(target, 164, 314)
    assert QImageReader(str(target)).size() == QSize(164, 314)
    assert struct.unpack_from("<I", target.read_bytes(), 2)[0] == target.stat().st_size
