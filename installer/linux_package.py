"""Makes a Debian package and a tarball of the frozen program, and tries them in a clean system."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from dev import QT_NEEDS
from installer import icon, version
from installer.archives import write_tarball
from installer.freeze import NAME, freeze
from installer.sbom import write_sbom
from installer.screen import Screen, virtual_screen, wait
from installer.tools import BUILD, need, run
from installer.version import ROOT
from installer.windows_setup import files_of
from installer.windows_tree import set_times

LINUX = Path(__file__).parent / "linux"
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
MAINTAINER = f"{version.PUBLISHER} <tenant-ferry@localhost>"
"""Debian wants an address. The project has none, so that this one leads nowhere else."""
_USER = "ferry"
_PLAIN = 30
"""Colours that a window without anything in it may show."""


def package(options: argparse.Namespace, say: Callable[[str], None]) -> list[Path]:
    """Freeze, pack, and try in a clean system; the files that a release has."""
    if sys.platform != "linux":
        raise SystemExit("Stopped: the Debian package is made on Linux.")
    need("dpkg-deb", "objdump", "strip")
    files = _build(options.output, options, say)
    if options.twice:
        second = _build(BUILD / "again", options, say)
        for one, other in zip(files, second, strict=True):
            if one.read_bytes() != other.read_bytes():
                raise SystemExit(f"Stopped: {one.name} was built twice and is not the same.")
        say("built twice: the same bytes")
    if not options.no_trial:
        prove_deb(files[0], say)
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
    changes = gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), 9, mtime=0)
    (documents / "changelog.gz").write_bytes(changes)
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
    about = root / "DEBIAN"
    about.mkdir(exist_ok=True)
    (about / "control").write_text(control(kilobytes_on_disk(root), maintainer), "utf-8")
    set_times(root)
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": str(version.epoch())}
    target.unlink(missing_ok=True)
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", root, target]
    run(command, environment=fixed)
    shutil.rmtree(about)


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
        " Opens the mapping workbook, checks every row, plans batches, starts and watches the\n"
        " moves and writes the status back into the same workbook. Practice tenants are built in.\n"
    )


def prove_deb(deb: Path, say: Callable[[str], None]) -> None:
    """Install in a clean Debian, try as an ordinary user, remove. SystemExit at a fault."""
    need("debootstrap", "Xvfb", "openbox", "import", "xdotool")
    root = BUILD / "chroot"
    mirror, suite = _mirror()
    _unmount(root)
    shutil.rmtree(root, ignore_errors=True)
    run(["debootstrap", "--variant=minbase", suite, root, mirror])
    say(f"clean system: {suite}")
    for settings in Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(settings, root / "etc/apt/apt.conf.d")
    run(["mount", "--bind", "/proc", root / "proc"])
    try:
        _in_clean_system(root, deb, say)
    finally:
        _unmount(root)
    shutil.rmtree(root)


def _in_clean_system(root: Path, deb: Path, say: Callable[[str], None]) -> None:
    inside = ["chroot", root, "env", "-i", *clean_environment(os.environ)]
    shutil.copyfile(deb, root / deb.name)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "desktop-file-utils"]
    run([*inside, "apt-get", "update", "-qq"])
    run([*inside, *install, f"/{deb.name}"], timeout=900)
    say("installed by apt with what it depends on")
    run([*inside, "desktop-file-validate", f"/usr/share/applications/{NAME}.desktop"])
    types = (root / "usr/share/applications/mimeinfo.cache").read_text("utf-8")
    if f"spreadsheetml.sheet={NAME}.desktop" not in types:
        raise SystemExit("Stopped: the desktop entry is not known for workbooks.")
    say("desktop entry valid, offered for workbooks")
    run([*inside, "useradd", "-m", _USER])
    with virtual_screen() as screen:
        user = [*inside, "su", _USER, "-c"]
        for line in run([*user, f"DISPLAY={screen.display} {NAME} --self-test"]).splitlines():
            say(f"    {line}")
        said = run(
            [*user, f"{NAME}-cli check --json /usr/lib/{NAME}/lib/resources/samples/*.xlsx || true"]
        )
        if '"counts"' not in said:
            raise SystemExit(f"Stopped: the command line does not work.\n{said}")
        _try_window([*map(str, user), f"DISPLAY={screen.display} {NAME}"], screen)
    say("self-test passed and window opened and closed, as an ordinary user")
    run([*inside, "apt-get", "purge", "-y", "-qq", NAME])
    left = list((root / "usr").rglob(f"*{NAME}*"))
    if left:
        raise SystemExit(f"Stopped: the package left {left[:5]}")
    say("removed; nothing of it left")


def clean_environment(outside: Mapping[str, str]) -> list[str]:
    """The environment of the clean system as `env` takes it; of ours only the way to the network.

    Settings of Qt or Python that hold here would hide what a user's system does.
    """
    proxies = [f"{key}={told}" for key, told in outside.items() if key.lower().endswith("_proxy")]
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
    return ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", path, *proxies]


def _try_window(command: list[str], screen: Screen) -> None:
    """The window comes, is photographed, and closes. SystemExit if not."""
    window = subprocess.Popen(command, start_new_session=True)
    try:
        shown = screen.window(version.NAME, 90)
        wait(lambda: screen.colours(shown) > _PLAIN, 60, "the window stayed empty")
        screen.picture(BUILD / "pictures" / "linux-first-start.png")
        screen.key(shown, "alt+F4")
        if window.wait(60):
            raise SystemExit(f"Stopped: the window ended with {window.returncode}.")
    finally:
        if window.poll() is None:
            window.terminate()
            window.wait(20)


def _mirror() -> tuple[str, str]:
    """Where this system has its packages from, and its name."""
    ask = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    for line in run(ask).splitlines():
        address, _, suite = line.partition(" ")
        if "-" not in suite and suite:
            return address, suite
    raise SystemExit("Stopped: apt does not say where this system has its packages from.")


def _unmount(root: Path) -> None:
    if os.path.ismount(root / "proc"):
        run(["umount", root / "proc"])
