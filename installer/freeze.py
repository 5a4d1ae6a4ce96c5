"""Freezes the program with its interpreter by PyInstaller, for Linux and macOS."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from packaging.markers import default_environment

from dev import apt_install
from installer import lock, version
from installer.licences import write_licences
from installer.tools import BUILD, run
from installer.trim import LEFT_OUT, modules_of_qt
from installer.version import ROOT

NAME = "tenant-ferry"
_PLUGINS = re.compile(
    r"(iconengines|platforminputcontexts|platforms|platformthemes|styles|imageformats"
    r"|xcbglintegrations|wayland-[a-z-]+)/"
    r"(?!lib(qgtk3|qeglfs|qlinuxfb|qminimal|qminimalegl|qvkkhrdisplay|qvnc"
    r"|qgif|qicns|qjpeg|qtga|qtiff|qwbmp|qwebp|qpdf|ivi-shell|wl-shell-plugin)\.)"
)
"""Windows on X11 and Wayland and none at all, pictures, input methods; not GTK, which alone would
bring a dozen libraries."""
_OF_THE_SYSTEM = ("libglib-2.0.so.0", "libgthread-2.0.so.0")
"""Not brought along: the library of the system's key ring is loaded too, and fits no older one. The
package depends on it (`QT_NEEDS`), and every desktop has it."""
_UNUSED_MODULES = ("tkinter", "pytest", "hypothesis", "_pytest", "IPython", "matplotlib", "lxml")


def freeze(
    target: Path, say: Callable[[str], None], feed: str, more: tuple[str, ...] = ()
) -> tuple[list[lock.Locked], Path]:
    """Freeze into the folder `target`; the packages that are in it, and where they lie installed.

    `feed` is where newer versions are asked for; `more` goes to PyInstaller, such as the icon of a
    bundle.
    """
    environment: Mapping[str, str] = {
        key: str(value) for key, value in default_environment().items()
    }
    packages = lock.needed(
        lock.read_lock(ROOT / "requirements.lock"),
        lock.direct_dependencies(ROOT / "pyproject.toml"),
        environment,
        LEFT_OUT,
    )
    say(f"{len(packages)} packages of the lock, for {platform.system()}")
    python = _environment(packages)
    _check_shared_library(python)
    say("freezing")
    made = BUILD / "freeze"
    shutil.rmtree(made, ignore_errors=True)
    sources = made / "sources"
    for name in ("app", "ui", "resources"):
        ignored = shutil.ignore_patterns("__pycache__", "make_sample.py", "sample_people.py")
        shutil.copytree(ROOT / name, sources / name, ignore=ignored)
    version.write_feed(sources / "resources", feed)
    (sources / "start.py").write_text("from ui.start import main\n\nraise SystemExit(main())\n")
    words = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--onedir"]
    words += ["--windowed", "--name", NAME, "--contents-directory", "lib", *more]
    words += ["--distpath", made / "dist", "--workpath", made / "work", "--specpath", made]
    words += ["--paths", sources, "--collect-submodules", "app", "--hidden-import", "app.__main__"]
    words += ["--collect-submodules", "ui", "--hidden-import", "resources"]
    words += ["--add-data", f"{sources / 'resources'}{os.pathsep}resources"]
    words += ["--collect-data", "tzdata", "--recursive-copy-metadata", "httpx"]
    for module in _UNUSED_MODULES:
        words += ["--exclude-module", module]
    fixed = {
        **os.environ,
        "PYTHONPATH": str(sources),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(version.epoch()),
    }
    run([*words, sources / "start.py"], cwd=sources, environment=fixed)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(str(made / "dist" / NAME), target)
    _trim(target / "lib")
    installed = Path(run([python, "-c", "import httpx; print(httpx.__file__)"]).strip()).parents[1]
    write_licences(target / "licences", installed, only={one.name for one in packages})
    say(f"modules of Qt: {', '.join(modules_of_qt((sources / 'ui').rglob('*.py')))}")
    return packages, installed


def _environment(packages: list[lock.Locked]) -> Path:
    """A Python with what is packed, and with PyInstaller, and with nothing else."""
    folder = BUILD / "freezer"
    python = folder / "bin" / "python"
    wanted = "".join(one.line() for one in packages)
    tools = Path(__file__).parent / "tools.lock"
    stamp = folder / "packages.lock"
    if stamp.exists() and stamp.read_text("ascii") == wanted + tools.read_text("ascii"):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    run([sys.executable, "-m", "venv", folder])
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    pip += ["--require-hashes", "--only-binary", ":all:"]
    program = BUILD / "frozen.lock"
    program.write_text(wanted, "ascii")
    run([*pip, "-r", tools])
    run([*pip, "-r", program])
    stamp.write_text(wanted + tools.read_text("ascii"), "ascii")
    return python


def _check_shared_library(python: Path) -> None:
    """Debian keeps the library of Python, which is packed, in a package of its own."""
    ask = "import sysconfig; print(sysconfig.get_config_var('Py_ENABLE_SHARED') or 0)"
    if sys.platform == "linux" and run([python, "-c", ask]).strip() == "0":
        name = "libpython{}.{}".format(*sys.version_info[:2])
        ask = f"import ctypes; ctypes.CDLL('{name}.so.1.0')"
        if _fails([python, "-c", ask]):
            apt_install([name])


def _fails(command: list[object]) -> bool:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, check=False).returncode != 0


def _trim(lib: Path) -> None:
    """Take away what of Qt is not used, and then the libraries that nothing needs any more."""
    qt = lib / "PySide6" / "Qt"
    for name in ("translations", "qml"):
        shutil.rmtree(qt / name, ignore_errors=True)
    for plugin in (qt / "plugins").rglob("*.*"):
        if plugin.is_file() and not _PLUGINS.match(plugin.relative_to(qt / "plugins").as_posix()):
            plugin.unlink()
    if sys.platform == "linux":
        for name in _OF_THE_SYSTEM:
            (lib / name).unlink(missing_ok=True)
        for library in unneeded(lib):
            library.unlink()
        # An interpreter that was built on the spot may have 20 MB of words for debuggers, and look
        # for libraries where it was built. The libraries of packages are as their makers have them.
        own = [*lib.glob("libpython*.so*"), *lib.glob("python3*/lib-dynload/*.so")]
        run(["strip", "--strip-unneeded", *own])
        run(["patchelf", "--remove-rpath", *own])
        for library in lib.rglob("*.so*"):
            if not library.is_symlink():
                library.chmod(0o644)
    for folder in sorted(lib.rglob("*"), reverse=True):
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()


def unneeded(lib: Path) -> list[Path]:
    """Shared libraries below (by the name that others ask for) that no other file needs."""
    files = [path for path in lib.rglob("*.so*") if path.is_file()]
    needs = {path: _needed_by(path) for path in files if not path.is_symlink()}
    # Modules and plug-ins are loaded by their paths, libraries by their names.
    roots = [path for path in needs if ".so." not in path.name or path.name.startswith("libpython")]
    wanted: set[str] = set()
    waiting = list(roots)
    by_name: dict[str, list[Path]] = {}
    for path in needs:
        by_name.setdefault(path.name, []).append(path)
    while waiting:
        for name in needs[waiting.pop()]:
            if name not in wanted:
                wanted.add(name)
                waiting += by_name.get(name, [])
    return [path for path in files if path not in roots and path.name not in wanted]


def _needed_by(path: Path) -> frozenset[str]:
    said = run(["objdump", "-p", path])
    return frozenset(re.findall(r"^\s+NEEDED\s+(\S+)", said, re.MULTILINE))
