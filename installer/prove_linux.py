"""Tries the Debian package and the tarball in a clean system, as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from installer import version
from installer.freeze import NAME
from installer.screen import PATIENCE, Screen, virtual_screen, wait
from installer.tools import BUILD, need, run

_USER = "ferry"
_BOOK = "Contoso to Northwind.xlsx"
_FULL = 200
"""More colours than a window without a workbook shows."""


def prove_deb(deb: Path, tarball: Path, say: Callable[[str], None]) -> None:
    """Install in a clean Debian, try as an ordinary user, remove; the tarball too. SystemExit."""
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
        _in_clean_system(root, deb, tarball, say)
    finally:
        _unmount(root)
    shutil.rmtree(root)


def _in_clean_system(root: Path, deb: Path, tarball: Path, say: Callable[[str], None]) -> None:
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
        command = f"DISPLAY={screen.display} {NAME}"
        _try_window([*user, command], screen, "linux-first-start.png", is_full=False)
        say("self-test passed and window opened and closed, as an ordinary user")
        _try_moves(user, screen)
        say("sample workbook with finished practice moves seen")
        shutil.unpack_archive(tarball, root / "opt")
        unpacked = f"/opt/{tarball.name.partition('-linux')[0]}/{NAME}"
        run([*user, f"DISPLAY={screen.display} {unpacked} --self-test"])
        say("self-test of the tarball passed")
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


def _try_window(command: list[object], screen: Screen, picture: str, *, is_full: bool) -> None:
    """The window comes, is photographed, and closes. SystemExit if not."""
    window = subprocess.Popen(list(map(str, command)), start_new_session=True)
    try:
        shown = screen.drawn_window(version.NAME)
        if is_full:
            screen.window("Rehearsal")  # the practice tenants are connected
            wait(lambda: screen.colours("root") > _FULL, PATIENCE, "the workbook was not shown")
        screen.settled_picture(BUILD / "pictures" / picture)
        screen.key(shown, "alt+F4")
        if window.wait(PATIENCE):
            raise SystemExit(f"Stopped: the window ended with {window.returncode}.")
    finally:
        if window.poll() is None:
            window.terminate()
            window.wait(PATIENCE)


def _try_moves(user: list[object], screen: Screen) -> None:
    """All moves of the sample on the practice tenants, and the window with them."""
    run([*user, f"cp '/usr/lib/{NAME}/lib/resources/samples/{_BOOK}' ~"])
    words = "--practice --yes --speed 7200 --accept-corrections"
    said = run([*user, f"{NAME}-cli run ~/'{_BOOK}' {words} || test $? = 1"], timeout=600)
    if "people moved" not in said:
        raise SystemExit(f"Stopped: the run said nothing of moves.\n{said}")
    command = f"DISPLAY={screen.display} {NAME} ~/'{_BOOK}' --practice"
    _try_window([*user, command], screen, "linux-finished-moves.png", is_full=True)


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
