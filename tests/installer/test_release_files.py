"""The files of a release: the same for the same commit, complete, and described."""

from __future__ import annotations

import hashlib
import json
import os
import plistlib
import re
import shlex
import struct
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from app import __version__
from app.release_watch import read_feed
from installer import linux_package, macos_package, prove_linux, prove_windows, signing, version
from installer.__main__ import parser
from installer.archives import write_checksums, write_tarball
from installer.lock import Locked
from installer.sbom import write_sbom
from installer.windows_setup import install_lines, make_zip, msi_source, with_fixed_summary
from rules import ROOT

SCRIPT = (ROOT / "installer" / "windows" / "setup.nsi").read_text("utf-8")

WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "Tenant Ferry"
    for name in ("b.txt", "lib/z.pyc", "lib/a$b.pyc", "lib/deep/x & y.dll"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def touch(folder: Path, at: int) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (at, at))


def test_the_version_stands_in_one_place() -> None:
    assert __version__ == version.VERSION
    assert re.search(
        r'version = \{ ?attr = "app.__version__" ?\}', (ROOT / "pyproject.toml").read_text()
    )
    assert version.numbers("1.20.3") == (1, 20, 3, 0)
    with pytest.raises(ValueError, match=r"1\.0 is not three numbers"):
        version.numbers("1.0")


def test_the_time_of_a_release_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert version.epoch() == 1790000000
    assert version.utc(1790000000) == "2026-09-21T14:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert version.zip_time() == (1980, 1, 1, 0, 0, 0)


def test_a_release_knows_where_newer_ones_are_told_of(tmp_path: Path) -> None:
    version.write_feed(tmp_path, "")
    assert not list(tmp_path.iterdir())
    feed = "https://api.example.org/repos/a/b-c/releases/latest"
    version.write_feed(tmp_path, feed)
    assert read_feed(tmp_path) == feed


@pytest.mark.parametrize("feed", ["http://a.test/", "https://a.test/?b", 'https://a.test/"', "a"])
def test_a_place_for_newer_versions_that_cannot_be_ends_the_build(
    tmp_path: Path, feed: str
) -> None:
    with pytest.raises(SystemExit, match="no address"):
        version.write_feed(tmp_path, feed)


def test_the_release_text_is_the_section_of_the_change_log() -> None:
    log = "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.0.0] - 2026-11-01\n\n- first\n"
    assert version.release_text(log, "1.0.0") == "# Tenant Ferry 1.0.0\n\n- first\n"
    assert version.release_text(log, "1.1.0") == "# Tenant Ferry 1.1.0\n\n- new\n"
    with pytest.raises(ValueError, match="no section for 2"):
        version.release_text("# Changelog\n", "2.0.0")
    assert version.release_text((ROOT / "CHANGELOG.md").read_text("utf-8")).count("\n") > 10


def test_the_same_files_give_the_same_archives(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    made = []
    for at in (1_700_000_000, 1_750_000_000):
        touch(tree, at)
        make_zip(tree, tmp_path / "one.zip")
        write_tarball(tree, tmp_path / "one.tar.xz")
        made.append([(tmp_path / name).read_bytes() for name in ("one.zip", "one.tar.xz")])
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        assert "Tenant Ferry/lib/deep/x & y.dll" in archive.namelist()
        assert archive.namelist() == sorted(archive.namelist())
    with tarfile.open(tmp_path / "one.tar.xz") as archive_of_linux:
        owners = {(one.uname, one.gname, one.uid) for one in archive_of_linux}
        assert owners == {("root", "root", 0)}


def test_the_checksums_are_those_of_the_files(tmp_path: Path) -> None:
    for name in ("b.exe", "a.zip"):
        (tmp_path / name).write_bytes(name.encode())
    write_checksums([tmp_path / "b.exe", tmp_path / "a.zip"], tmp_path / "SHA256SUMS")
    wanted = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}" for name in ("a.zip", "b.exe")]
    assert (tmp_path / "SHA256SUMS").read_text().splitlines() == wanted


def test_the_setup_is_told_of_every_file_in_a_fixed_order(tree: Path) -> None:
    lines = install_lines(tree).splitlines()
    files = [line for line in lines if line.startswith("File")]
    assert len(files) == 4
    assert 'SetOutPath "$INSTDIR\\lib\\deep"' in lines
    assert any(line.endswith('a$$b.pyc"') for line in files)
    assert install_lines(tree) == install_lines(tree)


def test_the_setup_takes_no_file_type_over_and_removes_what_it_wrote() -> None:
    assert not re.search(r'WriteRegStr \S+ "Software\\Classes\\\.\w+" ""', SCRIPT)
    written = set(re.findall(r'WriteReg(?:Str|DWORD) SHCTX "(\$\{\w+\})', SCRIPT))
    removed = set(re.findall(r'DeleteRegKey SHCTX "(\$\{\w+\})"', SCRIPT))
    assert written == removed
    offered = re.findall(r'OfferType "(\.\w+)"', SCRIPT)
    assert offered == re.findall(r'WithdrawType "(\.\w+)"', SCRIPT) == [".xlsx", ".xlsm", ".csv"]
    for entry in ("$SMPROGRAMS", "$DESKTOP"):
        assert f'CreateShortcut "{entry}' in SCRIPT
        assert f'Delete "{entry}' in SCRIPT


def test_the_workflow_gives_words_that_the_command_knows() -> None:
    given = re.findall(r"python3? dev\.py package (.+)", WORKFLOW)
    assert len(given) == 4
    systems = [parser().parse_args(shlex.split(words.replace("$SIGN", ""))) for words in given]
    assert {options.system for options in systems} == {"windows", "linux", "macos"}
    assert all(options.feed for options in systems)
    for script in re.findall(r"run: (\.github/\S+)", WORKFLOW):
        assert (ROOT / script).is_file()


def test_the_exit_codes_of_the_setup_are_told() -> None:
    used = set(re.findall(r"^ +Push (\d)$", SCRIPT, re.MULTILINE)) - {"0", "1"}
    told = set(re.findall(r"\b([2-9]) [a-z]", SCRIPT.partition("Target")[0]))
    assert used <= told


def test_the_msi_has_every_file_and_folder_once_with_lasting_numbers(tree: Path) -> None:
    source = msi_source(tree)
    root = ET.fromstring(source)
    space = "{http://schemas.microsoft.com/wix/2006/wi}"
    files = [one.attrib["Source"] for one in root.iter(f"{space}File")]
    assert sorted(files) == [
        "tree/b.txt",
        "tree/lib/a$b.pyc",
        "tree/lib/deep/x & y.dll",
        "tree/lib/z.pyc",
    ]
    numbers = [one.attrib["Guid"] for one in root.iter(f"{space}Component")]
    assert len(numbers) == len(set(numbers)) == 4
    assert {one.attrib["Id"] for one in root.iter(f"{space}ComponentRef")} == {
        one.attrib["Id"] for one in root.iter(f"{space}Component")
    }
    assert msi_source(tree) == source
    [product] = root.iter(f"{space}Product")
    # A later version finds an earlier one by it: it must never change.
    assert product.attrib["UpgradeCode"] == "8C16DCEF-9766-5F17-B8CE-8C4DB2F37A3F"


def summary(number: bytes, at: int) -> bytes:
    times = b"".join(struct.pack("<IQ", 0x40, at + more) for more in (0, 0))
    return (
        b"a program {11111111-2222-5333-8444-555555555555}".ljust(300, b".")
        + number
        + b"\0"
        + times
    )


def test_an_msi_depends_on_its_content_and_not_on_its_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    morning = summary(b"{0D854603-84D3-4E9A-956D-5075D8DE761D}", 134_000_000_000_000_000)
    evening = summary(b"{FD854603-84D3-4E9A-956D-5075D8DE7610}", 134_000_400_000_000_000)
    fixed = with_fixed_summary(morning)
    assert fixed == with_fixed_summary(evening)
    assert len(fixed) == len(morning)
    assert fixed != with_fixed_summary(morning.replace(b"a program", b"a PROGRAM"))
    assert b"{11111111-2222-5333-8444-555555555555}" in fixed
    with pytest.raises(ValueError, match="no summary"):
        with_fixed_summary(b"nothing")


def test_the_bill_of_materials_names_everything_and_repeats(tmp_path: Path) -> None:
    (tmp_path / "lib" / "a-1.dist-info").mkdir(parents=True)
    (tmp_path / "lib" / "a-1.dist-info" / "METADATA").write_text("Name: a\nLicense: MIT\n")
    digest = "sha256:" + "1" * 64
    packages = [
        Locked("a", "1", "", (digest,), ("tenant-ferry",)),
        Locked("b", "2", "", (digest,), ("a", "pytest")),
    ]
    texts = []
    for name in ("one.json", "two.json"):
        write_sbom(tmp_path / name, packages, "Windows", "3.13.2", tmp_path / "lib")
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1]
    bill = json.loads(texts[0])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert {one["name"]: one["version"] for one in bill["components"]} == {
        "CPython": "3.13.2",
        "a": "1",
        "b": "2",
    }
    graph = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert graph == {"tenant-ferry": ["a", "python"], "a": ["b"], "b": [], "python": []}
    licences = {one["name"]: one.get("licenses") for one in bill["components"]}
    assert licences["a"] == [{"license": {"name": "MIT"}}]


def test_the_debian_package_depends_on_what_qt_needs() -> None:
    told = linux_package.control(1234, "A B <a.b@example.org>")
    fields = dict(line.split(": ", 1) for line in told.splitlines() if not line.startswith(" "))
    assert fields["Version"] == __version__
    assert fields["Installed-Size"] == "1234"
    assert fields["Maintainer"] == "A B <a.b@example.org>"
    assert "libxcb-cursor0" in fields["Depends"]
    assert "ca-certificates" in fields["Depends"], "no tenant could be reached"
    assert "fonts-dejavu-core | fonts-liberation" in fields["Depends"]


@pytest.mark.parametrize("maintainer", ["", "A B", "<a@b.test>", "A <a b@c.test>", "A\nB <a@b.c>"])
def test_a_maintainer_without_an_address_ends_the_build(maintainer: str) -> None:
    with pytest.raises(SystemExit, match="a name and an address"):
        linux_package.control(1, maintainer)
    assert linux_package.control(1, linux_package.MAINTAINER)


def test_the_change_log_of_debian_is_in_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    first, *_, last = linux_package.changelog("A B <a@b.test>").splitlines()
    assert first == f"tenant-ferry ({__version__}) unstable; urgency=medium"
    assert last == " -- A B <a@b.test>  Mon, 21 Sep 2026 14:13:20 +0000"


def test_a_library_that_others_link_to_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "library.so.6").write_bytes(bytes(10_000))
    (tmp_path / "library.so").symlink_to("library.so.6")
    assert linux_package.kilobytes_on_disk(tmp_path) == 10 + 1


def test_the_clean_system_has_no_settings_of_this_one() -> None:
    outside = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ".", "https_proxy": "http://p.test"}
    inside = dict(word.split("=", 1) for word in prove_linux.clean_environment(outside))
    assert inside.keys() == {"DEBIAN_FRONTEND", "LC_ALL", "PATH", "https_proxy"}


@pytest.mark.parametrize(
    ("key", "is_windows"),
    [
        (r"[Software\\Classes", True),
        (r"[Software\\Microsoft\\Windows\\CurrentVersion\\App Paths", True),
        (r'[Software\\Classes "left"', False),
        (r"[Software\\Classes\\.xlsx", False),
        (r"[Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\TenantFerry.exe", False),
        (r"[Software\\TenantFerry", False),
    ],
)
def test_shared_keys_are_those_of_windows_only_where_they_are_empty(
    key: str, is_windows: bool
) -> None:
    assert prove_windows.is_of_windows(key) is is_windows


def test_a_mac_is_told_name_and_version() -> None:
    plist = plistlib.dumps({"CFBundleName": "tenant-ferry", "CFBundleIconFile": "icon.icns"})
    told = plistlib.loads(macos_package.with_own_information(plist))
    assert told["CFBundleShortVersionString"] == __version__
    assert told["CFBundleName"] == "Tenant Ferry"
    assert told["CFBundleIconFile"] == "icon.icns"


def test_a_signature_is_made_with_what_comes_from_outside() -> None:
    given = signing.Certificate(Path("c.pem"), Path("k.pem"), Path("phrase"), "http://stamp.test")
    words = given.command()
    assert words[words.index("-certs") + 1] == "c.pem"
    assert words[words.index("-readpass") + 1] == "phrase"
    assert words[words.index("-ts") + 1] == "http://stamp.test"
    assert "-readpass" not in signing.Certificate(Path("c.pem"), Path("k.pem")).command()
