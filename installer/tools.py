"""Brings what building needs: packages of Python pinned by hash, and those of Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dev import apt_install
from installer.version import ROOT

BUILD = ROOT / "build"
_VENV = BUILD / "tools"
_LOCK = Path(__file__).parent / "tools.lock"
_DEBIAN = {
    "wine": "wine",
    "makensis": "nsis",
    "wixl": "wixl",
    "x86_64-w64-mingw32-gcc": "mingw-w64",
    "osslsigncode": "osslsigncode",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "import": "imagemagick",
    "dpkg-deb": "dpkg",
    "debootstrap": "debootstrap",
    "desktop-file-validate": "desktop-file-utils",
    "objdump": "binutils",
    "strip": "binutils",
    "patchelf": "patchelf",
    "openssl": "openssl",
}
"""The package of Debian that has the program."""


def need(*programs: str) -> None:
    """Install from Debian what is missing of these programs, or say how and end."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    packages = sorted({_DEBIAN[name] for name in missing})
    if "wine" in packages:
        packages.append("wine64")
    apt_install(packages)
    for name in missing:
        if shutil.which(name) is None:
            sys.exit(f"Stopped: {name} is still missing after installing {_DEBIAN[name]}.")


def mingw(name: str) -> str:
    """A tool of MinGW by the name that it has here, with the system it makes files for or not."""
    long_name = f"x86_64-w64-mingw32-{name}"
    return long_name if shutil.which(long_name) or os.name != "nt" else name


def tool(name: str) -> Path:
    """A program of the tools' own environment, which is made from its lock when it is not there."""
    folder = _VENV / ("Scripts" if os.name == "nt" else "bin")
    stamp = _VENV / "tools.lock"
    if not stamp.exists() or stamp.read_bytes() != _LOCK.read_bytes():
        shutil.rmtree(_VENV, ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        run([sys.executable, "-m", "venv", _VENV])
        pip = [folder / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        # Without build isolation, which would fetch what is pinned nowhere.
        run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", _LOCK])
        shutil.copyfile(_LOCK, stamp)
    return folder / name


def run(
    command: Sequence[object],
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a command that must succeed; what it said. Ends the program with the reason if not."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nStopped: {' '.join(words[:4])} ... ended with {done.returncode}.")
    return done.stdout
