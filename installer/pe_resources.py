"""Reads back what a Windows file tells Windows of itself: its manifest and its version."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from installer import version
from installer.pe_file import RESOURCES, WindowsFile

_ICONS, _VERSION, _MANIFEST = 14, 16, 24
_BELOW = 0x80000000
_FIXED = struct.pack("<I", 0xFEEF04BD)
"""How the numbers of a version begin, VS_FIXEDFILEINFO."""
_WANTED = {
    "dpiAwareness": "PerMonitorV2",
    "longPathAware": "true",
    "activeCodePage": "UTF-8",
}
"""What the manifest of a program of ours must say."""


def resources(path: Path) -> dict[int, bytes]:
    """The first resource of each numbered kind. Raises ValueError for what is no Windows file."""
    try:
        file = WindowsFile(path.read_bytes())
        address = file.directory(RESOURCES)
        return _read(file, file.place(address)) if address else {}
    except (struct.error, IndexError) as error:
        raise ValueError(f"{path.name} is not a 64-bit Windows file: {error}") from error


def _read(file: WindowsFile, root: int) -> dict[int, bytes]:
    found = {}
    for kind, below in _entries(file.data, root):
        here = below
        while here & _BELOW:
            [(_, here), *_] = _entries(file.data, root + (here & ~_BELOW))
        start, size = struct.unpack_from("<II", file.data, root + here)
        found[kind] = file.data[file.place(start) :][:size]
    return found


def _entries(data: bytes, at: int) -> list[tuple[int, int]]:
    named, numbered = struct.unpack_from("<12xHH", data, at)
    return [
        struct.unpack_from("<II", data, at + 16 + 8 * number) for number in range(named + numbered)
    ]


def version_words(resource: bytes) -> dict[str, str]:
    """Names and texts of a version resource, such as ProductVersion; VS_VERSIONINFO."""
    found: dict[str, str] = {}

    def walk(at: int) -> int:
        length, size, is_text = struct.unpack_from("<HHH", resource, at)
        name = _text(resource, at + 6)
        value = _even(at + 6 + 2 * len(name) + 2)
        if is_text and size:
            found[name] = _text(resource, value)
        below = _even(value if is_text else value + size)
        while not (is_text and size) and below < at + length:
            below = walk(below)
        return _even(at + max(length, 6))

    if resource:
        walk(0)
    return found


def _even(at: int) -> int:
    return (at + 3) // 4 * 4


def _text(data: bytes, at: int) -> str:
    return data[at:].decode("utf-16-le", "replace").partition("\0")[0]


def check_program(path: Path, *, is_ours: bool) -> None:
    """The file tells name and version of this release. SystemExit when it does not.

    A program of ours also asks for sharp drawing, long paths and UTF-8; the setup, which is not,
    has a manifest of its maker's.
    """
    found = resources(path)
    words = version_words(found.get(_VERSION, b""))
    numbers = found.get(_VERSION, b"").partition(_FIXED)[2][4:12]
    minor, major, fourth, third = struct.unpack("<HHHH", numbers) if len(numbers) == 8 else (0,) * 4
    manifest = found.get(_MANIFEST, b"").decode("utf-8", "replace")
    faults = [
        f"{name} is {words.get(name)}"
        for name, wanted in {
            "ProductName": version.NAME,
            "ProductVersion": version.VERSION,
            "FileVersion": version.VERSION,
            "CompanyName": version.PUBLISHER,
        }.items()
        if words.get(name) != wanted
    ]
    if (major, minor, third, fourth) != version.numbers():
        faults.append(f"its numbers are {major}.{minor}.{third}.{fourth}")
    if _ICONS not in found:
        faults.append("it has no icon")
    if 'level="asInvoker"' not in manifest:
        faults.append("it asks for other rights")
    if is_ours:
        told = dict(re.findall(r"<(\w+) xmlns=[^>]*>([^<]*)</", manifest))
        faults += [
            f"{name} is {told.get(name)}"
            for name, text in _WANTED.items()
            if told.get(name) != text
        ]
    if faults:
        raise SystemExit(f"Stopped: {path.name}: {'; '.join(faults)}.")
