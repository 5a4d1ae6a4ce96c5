"""A Windows under Wine, with what Wine 8 lacks, to run what was packed; never shipped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SHIMS = Path(__file__).parent / "wine_shims"
_GCC = "x86_64-w64-mingw32-gcc"
_BUILTIN_MARK = b"Wine builtin DLL"
_FORWARDING = {
    "propsys": frozenset({"VariantToString"}),
    "ucrtbase": frozenset(
        [f"{part}{end}" for part in ("creal", "cimag", "carg") for end in ("", "f", "l")]
        + [
            f"c{name}{end}"
            for name in ("cos", "cosh", "exp", "pow", "sin", "sinh", "tan", "tanh", "sqrt", "log")
            for end in ("", "f", "l")
        ]
        + ["cabsl"]
    ),
}
"""Shims that stand before a library of Wine's, with what they have themselves."""
_ALONE = ("icuuc", "bcryptprimitives")
LACKS = tuple(f"{name}.dll" for name in _ALONE)
"""Libraries of Windows 10 and later that Wine 8 does not have."""
LIBRARIES = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
"""Where Debian's Wine has its libraries."""


class Wine:
    """A prefix in a folder of its own; HOME lies there too, so that no other file is touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = folder / "prefix"
        self.drive = self.prefix / "drive_c"
        overrides = ["winemenubuilder.exe=d", *(f"{name}=n" for name in sorted(_FORWARDING))]
        # Our own settings of Python and Qt are not those of the program under trial.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "QT_", "WINE", "XDG_"))
        }
        self.environment = {
            **kept,
            "HOME": str(folder / "home"),
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": ";".join(overrides),
            "LC_ALL": "C.UTF-8",
        }

    def make(self) -> None:
        """A fresh Windows 10. Raises CalledProcessError."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("Desktop", "Documents"):
            (self.folder / "home" / name).mkdir(parents=True)
        plain = {**self.environment, "WINEDLLOVERRIDES": "winemenubuilder.exe=d"}
        for command in (
            ["wineboot", "-i"],
            ["wine", "winecfg", "/v", "win10"],
            ["wineserver", "-w"],
        ):
            subprocess.run(command, env=plain, check=True, capture_output=True, timeout=900)
        self._add_shims()

    def run(
        self, *command: str | Path, timeout: float = 900, display: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a Windows program to its end; what it says comes through pipes.

        Python for Windows cannot write into a regular file under Wine. Raises TimeoutExpired.
        """
        return subprocess.run(
            ["wine", *map(str, command)],
            env=self._with(display),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=timeout,
            cwd=cwd,
        )

    def start(self, *command: str | Path, display: str) -> subprocess.Popen[bytes]:
        """Start a Windows program that shows a window."""
        return subprocess.Popen(
            ["wine", *map(str, command)],
            env=self._with(display),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def settle(self) -> None:
        """Wait until the registry is on the disk and nothing runs any more."""
        subprocess.run(["wineserver", "-w"], env=self.environment, check=True, timeout=600)

    def stop(self) -> None:
        """End everything that runs in this prefix, and in no other."""
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False, timeout=300)

    def windows_path(self, path: Path) -> str:
        """A path on the drive C as Windows writes it."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    @property
    def user(self) -> Path:
        """The profile of the user."""
        users = [one for one in (self.drive / "users").iterdir() if one.name != "Public"]
        return users[0]

    def _with(self, display: str) -> dict[str, str]:
        if display:
            return {**self.environment, "DISPLAY": display}
        return {name: value for name, value in self.environment.items() if name != "DISPLAY"}

    def _add_shims(self) -> None:
        made = self.folder / "shims"
        made.mkdir()
        system = self.drive / "windows" / "system32"
        for name in _ALONE:
            self._build(name, made, ["-ladvapi32"])
        for name, own in _FORWARDING.items():
            wines = system / f"{name}.dll"
            behind = f"{name[:7]}0"
            definition = made / f"{name}.def"
            definition.write_text(_forwarding(name, behind, exports(wines), own), "ascii")
            # Wine would load its own in the place of a copy that is marked as its own.
            content = wines.read_bytes().replace(_BUILTIN_MARK, bytes(len(_BUILTIN_MARK)))
            (made / f"{behind}.dll").write_bytes(content)
            self._build(name, made, [str(definition), "-loleaut32", "-fno-builtin"])
        for library in made.glob("*.dll"):
            target = system / library.name
            target.unlink(missing_ok=True)
            shutil.copyfile(library, target)

    def _build(self, name: str, made: Path, more: Sequence[str]) -> None:
        command = [_GCC, "-shared", "-O2", "-s", "-static-libgcc", "-o", str(made / f"{name}.dll")]
        subprocess.run([*command, str(_SHIMS / f"{name}.c"), *more], check=True)


def exports(library: Path) -> list[str]:
    """The names that a Windows library has to offer."""
    said = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", str(library)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    table = said.partition("[Ordinal/Name Pointer] Table")[2]
    return re.findall(r"^\s*\[\s*\d+\](?: \+base\[\s*\d+\]\s+[0-9a-f]+)? (\S+)\s*$", table, re.M)


def _forwarding(name: str, behind: str, offered: list[str], own: frozenset[str]) -> str:
    forwarded = [f"{each} = {behind}.{each}" for each in offered if each not in own]
    return "\n".join([f"LIBRARY {name}.dll", "EXPORTS", *forwarded, *sorted(own)]) + "\n"
