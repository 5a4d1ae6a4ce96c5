"""Small Windows files as bytes, with what they say they need and what they tell of themselves."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

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
    directories = {}
    if needs:
        directories[1] = (_SECTION_AT, 20 * (len(needs) + 1))
    if late:
        directories[13] = (_SECTION_AT + 20 * (len(needs) + 1), 32 * (len(late) + 1))
    return _file(section, directories)


def file_with_resources(found: Mapping[int, bytes]) -> bytes:
    """A 64-bit file whose one section holds a resource of each of these kinds."""
    count = len(found)
    content_at = 16 + 8 * count + count * (2 * 24 + 16)
    root = struct.pack("<12xHH", 0, count)
    below = contents = b""
    for number, (kind, content) in enumerate(sorted(found.items())):
        at = 16 + 8 * count + number * (2 * 24 + 16)
        root += struct.pack("<II", kind, 0x80000000 | at)
        below += struct.pack("<12xHHII", 0, 1, 1, 0x80000000 | (at + 24))
        below += struct.pack("<12xHHII", 0, 1, 0x409, at + 48)
        place = _SECTION_AT + content_at + len(contents)
        below += struct.pack("<IIII", place, len(content), 0, 0)
        contents += content.ljust((len(content) + 3) // 4 * 4, b"\0")
    section = root + below + contents
    return _file(section, {2: (_SECTION_AT, len(section))})


def version_resource(words: Mapping[str, str], numbers: tuple[int, int, int, int]) -> bytes:
    """As a resource compiler writes it: VS_VERSIONINFO with one table of texts."""
    major, minor, third, fourth = numbers
    fixed = struct.pack("<II4H", 0xFEEF04BD, 0x10000, minor, major, fourth, third).ljust(52, b"\0")
    texts = b"".join(
        _node(name, f"{text}\0".encode("utf-16-le"), b"", is_text=True)
        for name, text in words.items()
    )
    table = _node("040904b0", b"", texts, is_text=True)
    return _node("VS_VERSION_INFO", fixed, _node("StringFileInfo", b"", table, is_text=True))


def _node(name: str, value: bytes, below: bytes, *, is_text: bool = False) -> bytes:
    key = f"{name}\0".encode("utf-16-le")
    head = (6 + len(key) + 3) // 4 * 4
    whole = head + len(value) + len(below)
    size = len(value) // 2 if is_text else len(value)
    node = (struct.pack("<HHH", whole, size, is_text) + key).ljust(head, b"\0") + value + below
    return node.ljust((len(node) + 3) // 4 * 4, b"\0")


def _file(section: bytes, directories: Mapping[int, tuple[int, int]]) -> bytes:
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, _OPTIONAL, 0)
    optional = struct.pack("<H", 0x20B) + bytes(106) + struct.pack("<I", 16)
    for number in range(16):
        optional += struct.pack("<II", *directories.get(number, (0, 0)))
    table = b".idata\0\0" + struct.pack("<IIII", len(section), _SECTION_AT, len(section), _RAW_AT)
    head = dos + header + optional + table + bytes(16)
    return head.ljust(_RAW_AT, b"\0") + section
