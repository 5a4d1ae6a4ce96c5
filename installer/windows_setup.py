"""Makes of the laid-out program what a Windows user is given: setup, portable zip, MSI."""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from installer import icon, version
from installer.pe_resources import check_program
from installer.tools import BUILD, run
from installer.version import NAME, ROOT
from installer.windows_tree import COMMAND, PROGRAM, WINDOWS, make_closer, set_times

_OURS = uuid.UUID("5f0c3a54-8d0e-4f7e-9a43-6f6d3b6f2c11")
"""The name space of everything that an MSI knows by a number; never to be changed."""
_TREE = "tree"
_BEFORE_1970 = 11_644_473_600
"""Seconds from 1601, where Windows begins to count in tenths of a microsecond, to 1970."""
_FILE_TIMES = (130_000_000_000_000_000, 150_000_000_000_000_000)
"""The years 2012 to 2076."""
_SIDE, _TOP = (164, 314), (150, 57)
"""Pixels of the installer's pictures, as its pages want them."""


def make_setup(tree: Path, target: Path, sign: str = "") -> None:
    """The installer that is double-clicked; `sign` is a command to which a file is added."""
    made = BUILD / "setup"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    icon.write_ico(made / "setup.ico")
    icon.write_banner(made / "side.bmp", *_SIDE)
    icon.write_banner(made / "top.bmp", *_TOP)
    make_closer(made / "running.exe")
    (made / "files.nsh").write_text(install_lines(tree), "utf-8-sig")
    set_times(made)  # the setup keeps the times of the files that it brings for itself, too
    words = {
        "VERSION": version.VERSION,
        "NUMBERS": ".".join(map(str, version.numbers())),
        "PUBLISHER": version.PUBLISHER,
        "COPYRIGHT": (ROOT / "LICENSE").read_text("utf-8").splitlines()[2],
        "FILES": str(made / "files.nsh"),
        "KILOBYTES": str(kilobytes(tree)),
        "CLOSER": str(made / "running.exe"),
        "ICON": str(made / "setup.ico"),
        "SIDE": str(made / "side.bmp"),
        "TOP": str(made / "top.bmp"),
        "OUT": str(target),
    }
    if sign:
        words["SIGN"] = sign
    defined = [f"-D{name}={value}" for name, value in words.items()]
    target.unlink(missing_ok=True)
    run(["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defined, WINDOWS / "setup.nsi"])
    check_program(target, is_ours=False)


def install_lines(tree: Path) -> str:
    """The installer's order for each file, always in the same order."""
    lines = []
    here = None
    for path in files_of(tree):
        folder = path.parent.relative_to(tree)
        if folder != here:
            here = folder
            inside = "\\".join(("$INSTDIR", *folder.parts))
            lines.append(f'SetOutPath "{inside}"')
        lines.append(f'File "{str(path).replace("$", "$$")}"')
    return "\n".join(lines) + "\n"


def files_of(tree: Path) -> list[Path]:
    """Every file below, in an order that depends on names alone."""
    return sorted(
        (path for path in tree.rglob("*") if path.is_file()),
        key=lambda path: path.relative_to(tree).as_posix(),
    )


def kilobytes(tree: Path) -> int:
    """What the program takes on the disk, as the list of installed programs shows it."""
    return sum((path.stat().st_size + 1023) // 1024 for path in files_of(tree))


def make_zip(tree: Path, target: Path) -> None:
    """The portable form: unpack it anywhere and start it; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files_of(tree):
            name = f"{tree.name}/{path.relative_to(tree).as_posix()}"
            entry = zipfile.ZipInfo(name, version.zip_time())
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)


def make_msi(tree: Path, target: Path) -> None:
    """For deployment by policy: for all users, silent, without pages of its own."""
    made = BUILD / "msi"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    icon.write_ico(made / "program.ico")
    # wixl finds files by names relative to its source only.
    (made / _TREE).symlink_to(tree.resolve(), target_is_directory=True)
    (made / "program.wxs").write_text(msi_source(tree), "utf-8")
    target.unlink(missing_ok=True)
    run(["wixl", "-a", "x64", "-o", target.resolve(), "program.wxs"], cwd=made)
    target.write_bytes(with_fixed_summary(target.read_bytes()))


def msi_source(tree: Path) -> str:
    """The whole MSI in the language of WiX; files are below `tree/`."""
    folders, components = _msi_files(tree)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="{_number("product", version.VERSION)}" Name={quoteattr(NAME)} Language="1033"
 Version="{version.VERSION}" Manufacturer={quoteattr(version.PUBLISHER)}
 UpgradeCode="{_number("upgrade")}">
<Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"
 Description={quoteattr(version.DESCRIPTION)} Comments={quoteattr(NAME)}
 Manufacturer={quoteattr(version.PUBLISHER)}/>
<MajorUpgrade DowngradeErrorMessage="A newer version of {NAME} is installed already."/>
<Media Id="1" Cabinet="program.cab" EmbedCab="yes"/>
<Icon Id="program.ico" SourceFile="program.ico"/>
<Property Id="ARPPRODUCTICON" Value="program.ico"/>
<Property Id="ARPNOMODIFY" Value="1"/>
<Directory Id="TARGETDIR" Name="SourceDir">
<Directory Id="ProgramFiles64Folder"><Directory Id="INSTALLDIR" Name={quoteattr(NAME)}>
{folders}
</Directory></Directory>
<Directory Id="ProgramMenuFolder">
<Component Id="Menu" Guid="{_number("menu")}" Win64="yes">
<Shortcut Id="MenuEntry" Name={quoteattr(NAME)} Target="[INSTALLDIR]{PROGRAM}"
 WorkingDirectory="INSTALLDIR" Icon="program.ico"/>
<RegistryValue Root="HKLM" Key="Software\\TenantFerry" Name="Menu" Type="integer" Value="1"
 KeyPath="yes"/>
</Component></Directory>
</Directory>
<Feature Id="Program" Level="1">
{components}
<ComponentRef Id="Menu"/>
</Feature>
</Product></Wix>
"""


def with_fixed_summary(content: bytes) -> bytes:
    """The MSI with a package number and times that depend on what is in it, and on nothing else.

    They stand in its summary: the number as text, behind it two times of the type VT_FILETIME.
    Raises ValueError when the summary is not found.
    """
    numbers = list(re.finditer(rb"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", content))
    for number in numbers:
        behind = slice(number.end(), number.end() + 128)
        times = list(re.finditer(rb"\x40\0\0\0(.{8})", content[behind], re.DOTALL))
        plausible = [one for one in times if _FILE_TIMES[0] < _file_time(one[1]) < _FILE_TIMES[1]]
        if len(plausible) == 2:
            break
    else:
        raise ValueError("the MSI has no summary with a number and two times")
    fixed = bytearray(content)
    fixed[number.start() : number.end()] = bytes(38)
    at = (version.epoch() + _BEFORE_1970) * 10**7
    for one in plausible:
        start = number.end() + one.start(1)
        fixed[start : start + 8] = at.to_bytes(8, "little")
    digest = hashlib.sha256(fixed).hexdigest()
    fixed[number.start() : number.end()] = f"{{{_number('package', digest)}}}".encode("ascii")
    return bytes(fixed)


def _file_time(stored: bytes) -> int:
    return int.from_bytes(stored, "little")


def _msi_files(tree: Path) -> tuple[str, str]:
    folders: list[str] = []
    references: list[str] = []

    def walk(folder: Path) -> None:
        inside = folder.relative_to(tree).as_posix()
        name = _short(inside)
        folders.append(f'<Component Id="C{name}" Guid="{_number("folder", inside)}" Win64="yes">')
        references.append(f'<ComponentRef Id="C{name}"/>')
        at = "INSTALLDIR" if folder == tree else f"D{name}"
        folders.append(f'<CreateFolder Directory="{at}"/>')
        folders.append(f'<RemoveFolder Id="R{name}" On="uninstall"/>')
        for path in sorted(one for one in folder.iterdir() if one.is_file()):
            number = _short(path.relative_to(tree).as_posix())
            told = quoteattr(f"{_TREE}/{path.relative_to(tree).as_posix()}")
            folders.append(f'<File Id="F{number}" Name={quoteattr(path.name)} Source={told}/>')
        folders.append("</Component>")
        for below in sorted(one for one in folder.iterdir() if one.is_dir()):
            number = _short(below.relative_to(tree).as_posix())
            folders.append(f'<Directory Id="D{number}" Name={quoteattr(below.name)}>')
            walk(below)
            folders.append("</Directory>")

    walk(tree)
    return "\n".join(folders), "\n".join(references)


def _number(*words: str) -> str:
    return str(uuid.uuid5(_OURS, " ".join(words))).upper()


def _short(inside: str) -> str:
    return uuid.uuid5(_OURS, inside).hex.upper()


PROGRAMS = (PROGRAM, COMMAND)
"""What is ours to sign in the tree."""
