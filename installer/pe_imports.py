"""Reads which libraries a Windows file needs, so that none is missing or shipped for nothing."""

from __future__ import annotations

import struct
from pathlib import Path

_IMPORTS, _DELAYED = 1, 13
_DIRECTORY_OF_64 = 112
"""Where the directories begin in the optional header of a 64-bit file."""


def imported(path: Path) -> frozenset[str]:
    """The names of the libraries that this file loads, in lower case, also those loaded late.

    Raises ValueError for what is no 64-bit Windows file.
    """
    data = path.read_bytes()
    try:
        return frozenset(_read(data))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not a 64-bit Windows file: {error}") from error


def _read(data: bytes) -> set[str]:
    (at,) = struct.unpack_from("<I", data, 60)
    if data[:2] != b"MZ" or data[at : at + 4] != b"PE\0\0":
        raise ValueError("no Windows file")
    sections, optional_size = struct.unpack_from("<H12xH", data, at + 6)
    optional = at + 24
    if struct.unpack_from("<H", data, optional)[0] != 0x20B:
        raise ValueError("not a 64-bit Windows file")
    table = [
        struct.unpack_from("<8xIIII", data, optional + optional_size + 40 * number)
        for number in range(sections)
    ]

    def place(address: int) -> int:
        for size, start, raw_size, raw in table:
            if start <= address < start + max(size, raw_size):
                return int(raw + address - start)
        raise ValueError("an address that is in no section")

    found = set()
    (count,) = struct.unpack_from("<I", data, optional + _DIRECTORY_OF_64 - 4)
    for directory, step, name_at in ((_IMPORTS, 20, 12), (_DELAYED, 32, 4)):
        if directory >= count:
            continue
        entry = optional + _DIRECTORY_OF_64 + 8 * directory
        (address,) = struct.unpack_from("<I", data, entry)
        if not address:
            continue
        here = place(address)
        while (name := struct.unpack_from("<I", data, here + name_at)[0]) != 0:
            start = place(name)
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
