"""Ways to spoil a workbook: its parts' XML, or the bytes of the package."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping

_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"007",
    b"65536",
    b"1048576",
    b"1048577",
    b"16384",
    b"99999999999999999999",
    b"1e308",
    b"NaN",
    b"",
    "٣".encode(),
)
_TOKENS = (
    b"<",
    b">",
    b"/>",
    b'"',
    b"'",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#x110000;",
    b"&#55296;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?x ?>",
    b"<?xml version='1.0' encoding='UTF-16'?>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"</row>",
    b"<row/>",
    b'<row r="2">',
    b"<c/>",
    b'<c r="XFD1048576"/>',
    b'<c r="A1" t="s"><v>999999</v></c>',
    b"<f>1</f>",
    b"<v/>",
    b"<is/>",
    b"<sheetData/>",
    b"</sheetData>",
    b"<cols/>",
    b'<col min="1" max="16384" hidden="1"/>',
    b'<mergeCell ref="A1:XFD9"/>',
    b'<autoFilter ref="A1:B3"/>',
    b'<dimension ref="A1:XFD1048576"/>',
    b'<sheetProtection sheet="1"/>',
    b'<workbookPr date1904="1"/>',
    b'<x:c xmlns:x="u"/>',
    b' s="4"',
    b' r="A1"',
    b' spans="1:2"',
    b' xmlns="urn:other"',
    b' TargetMode="External"',
    b"../../../etc/passwd",
    b"%2e%2e/",
    b"_x0041_",
)
_VALUE = re.compile(rb"""=\s*["']([^"'<]*)["']""")
_ATTRIBUTE = re.compile(rb"""\s[\w:]+\s*=\s*(?:"[^"]*"|'[^']*')""")
_ELEMENT = re.compile(rb"<(\w+)[^<>]*(?:/>|>[^<>]*</\1>)")
_DIGITS = re.compile(rb"\d+")


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = min(_place(chance, data), len(data) - 1)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _delete(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 2, 8, 40, 300)) :]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    end = at + chance.choice((1, 4, 30, 200))
    return data[:end] + data[at:end] * chance.choice((1, 1, 2, 50)) + data[end:]


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice(_TOKENS) + data[at:]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _move(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    end = at + chance.choice((5, 30, 200))
    rest = data[:at] + data[end:]
    to = _place(chance, rest)
    return rest[:to] + data[at:end] + rest[to:]


def _found(
    pattern: re.Pattern[bytes], group: int, new: Callable[[random.Random, bytes], bytes]
) -> Callable[[random.Random, bytes], bytes]:
    """Change one place where a pattern matches."""

    def change(chance: random.Random, data: bytes) -> bytes:
        found = list(pattern.finditer(data))
        if not found:
            return _insert(chance, data)
        one = chance.choice(found)
        return data[: one.start(group)] + new(chance, one[group]) + data[one.end(group) :]

    return change


_XML = (
    _flip,
    _delete,
    _repeat,
    _insert,
    _cut,
    _move,
    _found(_DIGITS, 0, lambda chance, _: chance.choice(_NUMBERS)),
    _found(_VALUE, 1, lambda chance, _: chance.choice((*_NUMBERS, *_TOKENS))),
    _found(_ATTRIBUTE, 0, lambda _, __: b""),
    _found(_ATTRIBUTE, 0, lambda _, one: one * 2),
    _found(_ELEMENT, 0, lambda _, __: b""),
    _found(_ELEMENT, 0, lambda _, one: one * 3),
    _found(re.compile(rb"><"), 0, lambda chance, _: b">" + chance.choice(_TOKENS) + b"<"),
)
_BYTES = (_flip, _flip, _flip, _delete, _repeat, _cut, _move)


def spoil_part(chance: random.Random, data: bytes) -> bytes:
    """One to four changes to the XML of a part."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        if data:
            data = chance.choice(_XML)(chance, data)
    return data


def spoil_package(chance: random.Random, data: bytes) -> bytes:
    """One to three changes to the bytes of a package, half of them in its headers."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        marks = [found.start() for found in re.finditer(rb"PK[\1\3\5][\2\4\6]", data)]
        if marks and chance.random() < 0.5:
            at = min(chance.choice(marks) + chance.randrange(46), len(data) - 1)
            data = data[:at] + chance.choice((b"\0", b"\xff", b"\1", b"\x7f")) + data[at + 1 :]
        elif data:
            data = chance.choice(_BYTES)(chance, data)
    return data


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A package of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = method
            package.writestr(info, part)
    return file.getvalue()
