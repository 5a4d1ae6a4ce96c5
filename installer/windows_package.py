"""The command `package windows`: lays out, packs, signs, and tries what it packed."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from installer import signing, version
from installer.prove_windows import prove_msi, prove_setup, self_test, version_of_wine
from installer.sbom import write_sbom
from installer.screen import virtual_screen
from installer.tools import BUILD, need
from installer.windows_setup import PROGRAMS, kilobytes, make_msi, make_setup, make_zip
from installer.windows_tree import check_libraries, make_tree
from installer.wine import LACKS, LIBRARIES, Wine

RUNTIME = "3.13.2"
"""What the pinned runtime is; one that was given tells for itself in its file `python313.dll`."""


def package(options: argparse.Namespace, say: Callable[[str], None]) -> list[Path]:
    """Make and try everything; the files that a release has."""
    on_windows = os.name == "nt"
    need("makensis")
    if not on_windows:
        need("wine", "wixl", "x86_64-w64-mingw32-gcc", "Xvfb", "xdotool", "openbox", "import")
    certificate = signing.certificate(options.sign) if options.sign else None
    wine = Wine(BUILD / "wine")
    if not on_windows:
        wine.make()
    tree = BUILD / "windows" / version.NAME
    target: Path = options.output
    if options.twice:
        # Before signing: a signature differs each time. And what is tried is what was built last.
        first = _build(tree, BUILD / "once", wine, None, options, say)
        _compare(first, _build(tree, BUILD / "again", wine, None, options, say))
        say("built twice: the same bytes")
    files = _build(tree, target, wine, certificate, options, say)
    if not on_windows and not options.no_trial:
        say(f"trial under {version_of_wine()}")
        prove_setup(wine, files[0], tree, BUILD / "pictures", say)
        try_portable(wine, files[1], say)
        if files[2].suffix == ".msi":
            prove_msi(wine, files[2], tree, say)
            say("MSI deployed in silence, tried and taken away")
    return files


def _build(
    tree: Path,
    target: Path,
    wine: Wine,
    certificate: signing.Certificate | None,
    options: argparse.Namespace,
    say: Callable[[str], None],
) -> list[Path]:
    def python(*words: object) -> None:
        command = [str(word) for word in words]
        if os.name == "nt":
            fixed = {**os.environ, "PYTHONHASHSEED": "0"}
            subprocess.run(command, check=True, env=fixed)
            return
        wine.environment["PYTHONHASHSEED"] = "0"
        done = wine.run(*command, timeout=1200)
        if done.returncode:
            raise SystemExit(f"{done.stdout}{done.stderr}\nStopped: the byte code was not made.")

    target.mkdir(parents=True, exist_ok=True)
    packages = make_tree(tree, say, python, options.runtime, options.feed)
    if os.name == "nt":
        system = Path(os.environ["SYSTEMROOT"]) / "System32"
        check_libraries(tree, [path.name for path in system.glob("*.dll")])
    else:
        check_libraries(tree, [*(path.name for path in LIBRARIES.iterdir()), *LACKS])
    say(f"program laid out: {kilobytes(tree) * 1024 / 1e6:.0f} MB, no library missing")
    command = ""
    if certificate is not None:
        for name in PROGRAMS:
            signing.sign(tree / name, certificate)
            signing.check(tree / name, certificate)
        command = signing.script(certificate, BUILD / "sign.sh")
    stem = f"TenantFerry-{version.VERSION}"
    setup, portable = target / f"{stem}-setup.exe", target / f"{stem}-portable.zip"
    make_setup(tree, setup, command)
    make_zip(tree, portable)
    files = [setup, portable]
    if shutil.which("wixl"):
        files.append(target / f"{stem}.msi")
        make_msi(tree, files[-1])
    if certificate is not None:
        if len(files) > 2:
            signing.sign(files[2], certificate)
        for signed in (setup, *files[2:]):
            signing.check(signed, certificate)
        say("signed, and the signatures hold for this certificate")
    bill = target / f"{stem}-windows.cdx.json"
    write_sbom(bill, packages, "Windows, x86-64", RUNTIME, tree / "lib")
    for path in files:
        say(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return [*files, bill]


def _compare(first: list[Path], second: list[Path]) -> None:
    for one, other in zip(first, second, strict=True):
        if one.read_bytes() != other.read_bytes():
            raise SystemExit(f"Stopped: {one.name} was built twice and is not the same.")


def try_portable(wine: Wine, portable: Path, say: Callable[[str], None]) -> None:
    """Unpack the portable form into a folder with a difficult name and run its self-test."""
    place = wine.drive / "Prüfung mit Leerzeichen"
    shutil.unpack_archive(portable, place)
    with virtual_screen() as screen:
        self_test(wine, place / version.NAME / PROGRAMS[0], screen, say)
    say("portable form tried in a folder with spaces and other letters")
