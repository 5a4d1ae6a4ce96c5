"""Small Windows files as bytes, with the libraries that they say they need."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTION_AT = 0x1000
_RAW_AT = 0x400
_OPTIONAL = 112 + 16 * 8


def windows_file(needs: Sequence[str] = (), late: Sequence[str] = ()) -> bytes:
    """A 64-bit file with one section, which holds its import tables and nothing else."""
    names, places = b"", {}
    tables = 20 * (len(needs) + 1) + 32 * (len(late) + 1)
    for name in (*needs, *late):
        places[name] = _SECTION_AT + tables + len(names)
        names += name.encode("ascii") + b"\0"
    section = b"".join(struct.pack("<IIIII", 1, 0, 0, places[name], 1) for name in needs)
    section += bytes(20)
    section += b"".join(struct.pack("<8I", 1, places[name], 0, 0, 0, 0, 0, 0) for name in late)
    section += bytes(32) + names
    directories = [0] * 32
    if needs:
        directories[2:4] = [_SECTION_AT, 20 * (len(needs) + 1)]
    if late:
        directories[26:28] = [_SECTION_AT + 20 * (len(needs) + 1), 32 * (len(late) + 1)]
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, _OPTIONAL, 0)
    optional = struct.pack("<H", 0x20B) + bytes(106) + struct.pack("<I", 16)
    optional += struct.pack("<32I", *directories)
    table = b".idata\0\0" + struct.pack("<IIII", len(section), _SECTION_AT, len(section), _RAW_AT)
    head = dos + header + optional + table + bytes(16)
    return head.ljust(_RAW_AT, b"\0") + section
