"""The commands of a developer: setup, test and demo on a machine with nothing but Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "lock.sha256"
QT_NEEDS = [
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
    "fonts-dejavu-core",
]


def python() -> Path:
    """The interpreter of the environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def setup() -> None:
    """Make the environment from the lock, when it is not there or the lock has changed."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (STAMP.exists() and STAMP.read_text("ascii") == wanted and python().exists()):
        if subprocess.run([sys.executable, "-c", "import ensurepip, venv"], check=False).returncode:
            apt_install(["python3-venv"])
        print("Making the environment in .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        pip = [str(python()), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
        STAMP.write_text(wanted, "ascii")
    probe = [str(python()), "-c", "import PySide6.QtWidgets"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        apt_install(QT_NEEDS)
        subprocess.run(probe, check=True)


def apt_install(packages: list[str]) -> None:
    """Install Debian packages, or say how."""
    apt = shutil.which("apt-get")
    sudo = [] if os.name != "nt" and os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None:
        sys.exit(f"Something is missing. On Debian it would be: {' '.join(packages)}")
    print("Installing from Debian:", *packages, flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, apt, "update", "-qq"], check=False, env=quiet)
    install = [*sudo, apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(install, check=False, stdout=subprocess.DEVNULL, env=quiet).returncode:
        sys.exit(f"Give this command, then try again: apt-get install {' '.join(packages)}")


def test(arguments: list[str]) -> int:
    """Every check: format, lint, types, contracts, tests; the tests' closing line comes last."""
    setup()
    bin_dir = python().parent
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    steps = {
        "lint": [str(bin_dir / "ruff"), "check", "."],
        "format": [str(bin_dir / "ruff"), "format", "--check", "."],
        "types": [str(python()), "-m", "mypy"],
        "contracts": [str(bin_dir / "lint-imports")],
        "tests": [str(python()), "-m", "pytest", *arguments],
    }
    failed = []
    for name, command in steps.items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def main() -> int:
    """Run the command named on the command line."""
    match sys.argv[1:]:
        case ["setup"]:
            setup()
            return 0
        case ["test", *arguments]:
            return test(arguments)
        case _:
            print("python3 dev.py setup | test")
            return 2


if __name__ == "__main__":
    sys.exit(main())
