"""The commands on a machine with nothing but Python: demo, test, setup, bench, soak and package.

Kept to the standard library and to what every Python 3 can parse, so that an old one gets an
answer instead of a traceback.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "lock.sha256"
NOT_ALL_MOVED = 1
"""The exit code of `run` when some rows were left alone."""
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
    made = STAMP.read_text("ascii") if STAMP.exists() else ""
    if made != wanted or not python().exists():
        if not has_module("ensurepip"):
            version = "{}.{}".format(*sys.version_info[:2])
            apt_install([f"python{version}-venv"])
        print("Making the environment in .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(VENV)], "the environment could not be made")
        pip = [str(python()), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", str(LOCK)], "the packages could not be installed")
        STAMP.write_text(wanted, "ascii")
    if not qt_loads():
        apt_install(QT_NEEDS)
        if not qt_loads(say=True):
            sys.exit("Qt cannot be loaded; its own words stand above.")


def has_module(name: str) -> bool:
    """This Python has the module; Debian keeps ensurepip in a package of its own."""
    return importlib.util.find_spec(name) is not None


def run(command: list[str], otherwise: str) -> None:
    """Run a command that must succeed."""
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"Stopped: {otherwise}. What is wrong stands above; then give the command again.")


def qt_loads(*, say: bool = False) -> bool:
    """Qt can open a window here: its libraries and the plug-in of this platform load."""
    script = (
        "import ctypes, pathlib, sys, PySide6, PySide6.QtWidgets\n"
        "if sys.platform == 'linux':\n"
        "    plugins = pathlib.Path(PySide6.__file__).parent / 'Qt/plugins/platforms'\n"
        "    for name in ('libqxcb.so', 'libqoffscreen.so'):\n"
        "        ctypes.CDLL(str(plugins / name))\n"
    )
    probe = subprocess.run([str(python()), "-c", script], capture_output=True, check=False)
    if say and probe.returncode:
        print(probe.stderr.decode("utf-8", "replace"), file=sys.stderr)
    return probe.returncode == 0


def apt_install(packages: list[str]) -> None:
    """Install Debian packages, or say how."""
    apt = shutil.which("apt-get")
    sudo = [] if os.name != "nt" and os.geteuid() == 0 else ["sudo", "-n"]
    names = " ".join(packages)
    if apt is None:
        sys.exit(f"Something is missing here. On Debian these packages have it: {names}")
    print("Installing from Debian:", *packages, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, apt, "update", "-qq"], check=False, env=quiet)
    install = [*sudo, apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(install, check=False, stdout=subprocess.DEVNULL, env=quiet).returncode:
        sys.exit(f"Give this command as root, then try again: apt-get install {names}")


def test(arguments: list[str]) -> int:
    """Every check: format, lint, types, contracts, tests; the tests' closing line comes last."""
    setup()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    failed = []
    for name, command in checks(arguments).items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def checks(arguments: list[str]) -> dict[str, list[str]]:
    """The commands of `test` by their names, in the order in which they run."""
    bin_dir = python().parent
    return {
        "lint": [str(bin_dir / "ruff"), "check", "."],
        "format": [str(bin_dir / "ruff"), "format", "--check", "."],
        "types": [str(python()), "-m", "mypy"],
        "contracts": [str(bin_dir / "lint-imports")],
        "tests": [str(python()), "-m", "pytest", *arguments],
    }


def bench(arguments: list[str]) -> int:
    """Reading and writing workbooks against peers, in one run on this machine."""
    setup()
    return script("tests/benchmarks/bench_workbook.py", arguments)


def soak() -> int:
    """The long forms of the reliability tests: half an hour of kills, lies and weeks."""
    setup()
    long_tests = ["tests/app/test_no_second_start.py", "tests/app/test_lying_network.py"]
    more = {"FERRY_EXAMPLES": "3000", "FERRY_LIES": "300", "FERRY_PATIENCE": "200"}
    week = ["--people", "4000", "--batch-size", "500", "--days", "7", "--speed", "1000"]
    codes = [
        script("tests/reliability.py", []),
        script("tests/long_run.py", []),
        script("tests/long_run.py", week),
        script("-m", ["pytest", *long_tests], more),
    ]
    return max(codes)


def script(path: str, arguments: list[str], more: dict[str, str] | None = None) -> int:
    """Run one of our scripts in the environment; its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(more or {})}
    command = [str(python()), path, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def demo() -> int:
    """The whole job on a copy of the sample workbook: in the window, or without a screen."""
    setup()
    samples = sorted((ROOT / "resources" / "samples").glob("*.xlsx"))
    folder = ROOT / "demo" / datetime.now().astimezone().strftime("%Y-%m-%d %H%M%S")
    folder.mkdir(parents=True)
    book = folder / samples[0].name
    shutil.copyfile(samples[0], book)
    state = folder / "state"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if has_display():
        print(f"Opening {book} in the window ...", flush=True)
        window = [str(python()), "-m", "ui", str(book), "--practice", "--state-dir", str(state)]
        return subprocess.run(window, env=environment, cwd=ROOT, check=False).returncode
    print("There is no display: the same job without a screen.", flush=True)
    program = [str(python()), "-m", "app"]
    run = [*program, "run", str(book), "--practice", "--state-dir", str(state), "--yes"]
    code = subprocess.run(run, env=environment, cwd=ROOT, check=False).returncode
    status = [*program, "status", str(book), "--state-dir", str(state)]
    subprocess.run(status, env=environment, cwd=ROOT, check=False)
    print(f"\nThe workbook with the status is {book}")
    if code == NOT_ALL_MOVED:
        print("Some rows of the sample are wrong on purpose; the workbook says what to do.")
    return 0 if code in (0, NOT_ALL_MOVED) else code


def package(arguments: list[str]) -> int:
    """Make the installers for one system, and try them."""
    setup()
    return script("-m", ["installer", *arguments], {"QT_QPA_PLATFORM": "offscreen"})


def has_display() -> bool:
    """A window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(words: list[str], version: tuple[int, ...]) -> int:
    """Run the command in these words of the command line, on this version of Python."""
    if version < (3, 11):
        has = ".".join(map(str, version))
        print("Tenant Ferry needs Python 3.11 or newer; this is " + has)
        return 2
    command, *arguments = words or [""]
    if command == "setup" and not arguments:
        setup()
        print("The environment is ready in .venv")
        return 0
    if command == "test":
        return test(arguments)
    if command == "demo" and not arguments:
        return demo()
    if command == "bench":
        return bench(arguments)
    if command == "soak" and not arguments:
        return soak()
    if command == "package":
        return package(arguments)
    print("python3 dev.py demo    the program on a sample workbook")
    print("python3 dev.py test    every check and test; more words go to pytest")
    print("python3 dev.py setup   only make the environment")
    print("python3 dev.py bench   speed and memory against peers")
    print("python3 dev.py soak    the long forms of the reliability tests")
    print("python3 dev.py package windows|linux|macos    the installers, which are tried too")
    return 0 if command in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.version_info[:3]))
