"""The command `package linux`: a Debian package and a tarball of the frozen program."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import sys
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

from dev import QT_NEEDS
from installer import icon, version
from installer.archives import write_tarball
from installer.freeze import NAME, freeze
from installer.prove_linux import prove_deb
from installer.sbom import write_sbom
from installer.tools import BUILD, need, run
from installer.version import ROOT
from installer.windows_setup import files_of
from installer.windows_tree import set_times

LINUX = Path(__file__).parent / "linux"
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
MAINTAINER = f"{version.PUBLISHER} <tenant-ferry@localhost>"
"""Debian wants an address. The project has none, so that this one leads nowhere else."""


def package(options: argparse.Namespace, say: Callable[[str], None]) -> list[Path]:
    """Freeze, pack, and try in a clean system; the files that a release has."""
    if sys.platform != "linux":
        raise SystemExit("Stopped: the Debian package is made on Linux.")
    need("dpkg-deb", "objdump", "strip", "patchelf")
    files = _build(options.output, options, say)
    if options.twice:
        second = _build(BUILD / "again", options, say)
        for one, other in zip(files, second, strict=True):
            if one.read_bytes() != other.read_bytes():
                raise SystemExit(f"Stopped: {one.name} was built twice and is not the same.")
        say("built twice: the same bytes")
    if not options.no_trial:
        prove_deb(files[0], files[1], say)
    return files


def _build(target: Path, options: argparse.Namespace, say: Callable[[str], None]) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    frozen = BUILD / "linux" / f"{NAME}-{version.VERSION}"
    packages, installed = freeze(frozen, say, options.feed)
    root = BUILD / "linux" / "root"
    lay_out(frozen, root)
    deb = target / f"{NAME}_{version.VERSION}_amd64.deb"
    make_deb(root, deb, options.maintainer or MAINTAINER)
    tarball = target / f"{NAME}-{version.VERSION}-linux-x86_64.tar.xz"
    set_times(frozen)
    write_tarball(frozen, tarball)
    bill = target / f"{NAME}-{version.VERSION}-linux.cdx.json"
    runtime = "{}.{}.{}".format(*sys.version_info[:3])
    write_sbom(bill, packages, "Linux, x86-64", runtime, installed)
    size = kilobytes_on_disk(root) * 1024
    say(f"{deb.name}: {deb.stat().st_size / 1e6:.1f} MB, installed {size / 1e6:.0f} MB")
    say(f"{tarball.name}: {tarball.stat().st_size / 1e6:.1f} MB")
    return [deb, tarball, bill]


def lay_out(frozen: Path, root: Path) -> None:
    """Put the program and all that belongs to it where Debian has it, below `root`."""
    shutil.rmtree(root, ignore_errors=True)
    share, programs = root / "usr" / "share", root / "usr" / "bin"
    programs.mkdir(parents=True)
    shutil.copytree(frozen, root / "usr" / "lib" / NAME, symlinks=True)
    documents = share / "doc" / NAME
    documents.parent.mkdir(parents=True)
    shutil.move(root / "usr" / "lib" / NAME / "licences", documents)
    shutil.copyfile(ROOT / "LICENSE", documents / "copyright")
    _write_packed(documents / "CHANGELOG.md.gz", (ROOT / "CHANGELOG.md").read_bytes())
    manual = share / "man" / "man1" / f"{NAME}.1.gz"
    manual.parent.mkdir(parents=True)
    _write_packed(manual, (LINUX / f"{NAME}.1").read_bytes())
    manual.with_name(f"{NAME}-cli.1.gz").symlink_to(manual.name)
    (programs / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    command = programs / f"{NAME}-cli"
    shutil.copyfile(LINUX / f"{NAME}-cli", command)
    command.chmod(0o755)
    entry = share / "applications" / f"{NAME}.desktop"
    entry.parent.mkdir()
    shutil.copyfile(LINUX / f"{NAME}.desktop", entry)
    icons = share / "icons" / "hicolor"
    for size in _ICON_SIZES:
        picture = icons / f"{size}x{size}" / "apps" / f"{NAME}.png"
        picture.parent.mkdir(parents=True)
        picture.write_bytes(icon.png(size))
    scalable = icons / "scalable" / "apps" / f"{NAME}.svg"
    scalable.parent.mkdir(parents=True)
    shutil.copyfile(icon.SVG, scalable)
    set_times(root)


def make_deb(root: Path, target: Path, maintainer: str) -> None:
    """The Debian package of what is laid out."""
    changes = root / "usr" / "share" / "doc" / NAME / "changelog.gz"
    _write_packed(changes, changelog(maintainer).encode())
    about = root / "DEBIAN"
    about.mkdir(exist_ok=True)
    (about / "control").write_text(control(kilobytes_on_disk(root), maintainer), "utf-8")
    set_times(root)
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": str(version.epoch())}
    target.unlink(missing_ok=True)
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", root, target]
    run(command, environment=fixed)
    shutil.rmtree(about)


def changelog(maintainer: str) -> str:
    """As Debian's tools read it; what has changed is told in CHANGELOG.md, which lies beside it."""
    at = formatdate(version.epoch())
    return (
        f"{NAME} ({version.VERSION}) unstable; urgency=medium\n\n"
        "  * What has changed is told in CHANGELOG.md.gz.\n\n"
        f" -- {maintainer}  {at.replace('-0000', '+0000')}\n"
    )


def _write_packed(target: Path, content: bytes) -> None:
    target.write_bytes(gzip.compress(content, 9, mtime=0))


def kilobytes_on_disk(root: Path) -> int:
    """As Debian counts: a file that others link to takes its place once, a link one kilobyte."""
    return sum(
        1 if path.is_symlink() else (path.stat().st_size + 1023) // 1024 for path in files_of(root)
    )


def control(kilobytes: int, maintainer: str) -> str:
    """What Debian knows of the package; it depends on what Qt needs and does not bring.

    Raises SystemExit for a maintainer that Debian would not take.
    """
    if not re.fullmatch(r"[^<>\n]+ <[^<>@\s]+@[^<>@\s]+>", maintainer):
        raise SystemExit(f"Stopped: {maintainer} is not a name and an address in < and >.")
    libc = os.confstr("CS_GNU_LIBC_VERSION") or "glibc 2.36"
    needs = [f"libc6 (>= {libc.split()[-1]})", "ca-certificates"]
    needs += ["fonts-dejavu-core | fonts-liberation" if "fonts" in one else one for one in QT_NEEDS]
    return (
        f"Package: {NAME}\n"
        f"Version: {version.VERSION}\n"
        "Section: admin\n"
        "Priority: optional\n"
        "Architecture: amd64\n"
        f"Installed-Size: {kilobytes}\n"
        f"Maintainer: {maintainer}\n"
        f"Depends: {', '.join(needs)}\n"
        "Recommends: desktop-file-utils, hicolor-icon-theme, libsecret-1-0\n"
        f"Description: {version.DESCRIPTION}\n"
        " Opens the mapping workbook, checks every row, plans batches, starts and\n"
        " watches the moves and writes the status back into the same workbook.\n"
        " Practice tenants are built in.\n"
    )
