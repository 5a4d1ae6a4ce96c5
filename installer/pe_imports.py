"""Reads which libraries a Windows file needs, so that none is missing or shipped for nothing."""

from __future__ import annotations

import struct
from pathlib import Path

from installer.pe_file import DELAYED, IMPORTS, WindowsFile


def imported(path: Path) -> frozenset[str]:
    """The names of the libraries that this file loads, in lower case, also those loaded late.

    Raises ValueError for what is no 64-bit Windows file.
    """
    try:
        return frozenset(_read(WindowsFile(path.read_bytes())))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not a 64-bit Windows file: {error}") from error


def _read(file: WindowsFile) -> set[str]:
    found = set()
    data = file.data
    for directory, step, name_at in ((IMPORTS, 20, 12), (DELAYED, 32, 4)):
        address = file.directory(directory)
        if not address:
            continue
        here = file.place(address)
        while (name := struct.unpack_from("<I", data, here + name_at)[0]) != 0:
            start = file.place(name)
            found.add(data[start : data.index(b"\0", start)].decode("ascii").lower())
            here += step
    return found


def closure(wanted: list[Path], there: dict[str, Path]) -> frozenset[str]:
    """The libraries out of `there` (by lower-case name) that these files need, and their needs."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        for name in imported(waiting.pop()):
            if name in there and name not in found:
                found.add(name)
                waiting.append(there[name])
    return frozenset(found)
