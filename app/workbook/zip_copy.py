"""Copies a zip package byte by byte and puts changed parts in their places.

The layout is that of PKWARE's APPNOTE.TXT. Whatever does not belong to a changed part comes out as
it stands in the file: local headers with their extra fields, data, descriptors, bytes before the
first part and behind the last, the order, and the directory but for the places it names.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.workbook.xml_bytes import WellFormed, cannot_patch

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_OFFSET = 16
"""Which field of a directory record says where the part's local header stands."""
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_ZIP64 = 0x0001
_FULL = 0xFFFFFFFF
"""A field that says: the number stands in the zip64 extra field."""
_KEPT_FLAGS = 0x800
"""Of a changed part only "the name is UTF-8" still holds."""
_DEFLATED_VERSION = 20
_LEVEL = 4
"""About a third of the time of zlib's level 6, for a part that grows by about 7 %."""
_CHUNK = 1 << 20
"""Bytes that are compressed in one go; small pieces would wait for the interpreter's lock."""
_WINDOW = 1 << 15
"""As far as a deflate stream can refer back."""
_THREADS = 2
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A changed part, ready to be written."""

    data: bytes
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A part as the directory names it."""

    name: str
    record: bytes
    """Its entry in the directory."""
    start: int
    """Where its local header stands in the file."""
    packed: int


def pack(pieces: Iterable[bytes | memoryview], check: WellFormed | None) -> Packed:
    """Compress a changed part. Raises WorkbookError CANNOT_PATCH when it is not proper XML.

    Without `check` whoever makes the pieces answers for that.
    """
    size = crc = 0
    # zlib works outside the interpreter's lock: chunks are compressed side by side, and while the
    # next one is made.
    with ThreadPoolExecutor(max_workers=_THREADS) as threads:
        packed = []
        known: bytes | memoryview = b""
        before: bytes | memoryview = b""
        for chunk in _chunks(pieces):
            if before:
                packed.append(threads.submit(_squeezed, before, known, zlib.Z_SYNC_FLUSH))
                known = before[-_WINDOW:]
            before = chunk
            if check is not None:
                check.feed(chunk)
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
        if check is not None:
            check.close()
        # The last chunk, which is the only one of a small part, is not worth a thread.
        last = _squeezed(before, known, zlib.Z_FINISH)
        return Packed(b"".join([*(one.result() for one in packed), last]), size, crc)


def _squeezed(chunk: bytes | memoryview, known: bytes | memoryview, flush: int) -> bytes:
    """A chunk as a piece of a deflate stream, which may refer to what is known from before it.

    What comes out depends on these bytes alone, and ends with a whole byte (RFC 1951; `deflate`
    and `deflateSetDictionary` in zlib's manual).
    """
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=bytes(known))
    return squeezer.compress(chunk) + squeezer.flush(flush)


def _chunks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The same bytes in pieces of about one size."""
    waiting: list[bytes | memoryview] = []
    length = 0
    for piece in pieces:
        if len(piece) > _CHUNK:
            yield b"".join(waiting)
            view = memoryview(piece)
            yield from (view[at : at + _CHUNK] for at in range(0, len(view), _CHUNK))
            waiting.clear()
            length = 0
            continue
        waiting.append(piece)
        length += len(piece)
        if length >= _CHUNK:
            yield b"".join(waiting)
            waiting.clear()
            length = 0
    yield b"".join(waiting)


def copy_with(source: Path, target: BinaryIO, changed: Mapping[str, Packed]) -> None:
    """Write the package of `source` into `target` with these parts changed.

    Raises WorkbookError CANNOT_PATCH, before anything is written, for a package in which two parts
    have one name or overlap, or that would be larger than 4 GB.
    """
    with zipfile.ZipFile(source) as package:
        directory = package.start_dir
        infos = package.infolist()
    with source.open("rb") as raw:
        entries, tail = _read_directory(raw, directory, infos)
        _check(source, entries, changed)
        by_place = sorted(entries, key=lambda entry: entry.start)
        ends = [entry.start for entry in by_place[1:]] + [directory]
        spans = dict(zip(by_place, ends, strict=True))
        headers = {
            entry: _local_header(raw, entry, end, changed[entry.name])
            for entry, end in spans.items()
            if entry.name in changed
        }
        _copy(raw, 0, by_place[0].start, target)
        moved: dict[_Entry, int] = {}
        for entry, end in spans.items():
            moved[entry] = target.tell()
            if entry in headers:
                target.write(headers[entry])
                target.write(changed[entry.name].data)
            else:
                _copy(raw, entry.start, end, target)
        start = target.tell()
        # Offsets in a package count from its first byte, which is not always that of the file.
        before = by_place[0].start - min(_offset(entry.record) for entry in entries)
        for entry in entries:
            target.write(_directory_record(entry, moved[entry] - before, changed.get(entry.name)))
        target.write(tail.moved(start - before, target.tell() - start))


def _read_directory(
    raw: BinaryIO, start: int, infos: list[zipfile.ZipInfo]
) -> tuple[list[_Entry], _Tail]:
    raw.seek(start)
    rest = raw.read()
    entries = []
    position = 0
    for info in infos:
        fields = _CENTRAL.unpack_from(rest, position)
        end = position + _CENTRAL.size + sum(fields[10:13])
        record = rest[position:end]
        entries.append(_Entry(info.filename, record, info.header_offset, info.compress_size))
        position = end
    return entries, _read_tail(rest[position:])


def _check(source: Path, entries: list[_Entry], changed: Mapping[str, Packed]) -> None:
    names = {entry.name for entry in entries}
    if len(names) != len(entries) or len({entry.start for entry in entries}) != len(entries):
        raise cannot_patch(f"Two parts of {source.name} have the same name or place.")
    if not changed.keys() <= names:
        raise cannot_patch(f"{source.name} has no part {min(changed.keys() - names)}.")
    grown = source.stat().st_size + sum(len(part.data) + 1024 for part in changed.values())
    if grown >= _FULL or any(part.size >= _FULL for part in changed.values()):
        raise cannot_patch(f"{source.name} would be larger than 4 GB.")


def _copy(raw: BinaryIO, start: int, end: int, target: BinaryIO) -> None:
    raw.seek(start)
    left = end - start
    while left > 0:
        chunk = raw.read(min(left, _COPY))
        if not chunk:
            raise zipfile.BadZipFile("The package is cut short")
        target.write(chunk)
        left -= len(chunk)


def _local_header(raw: BinaryIO, entry: _Entry, end: int, part: Packed) -> bytes:
    """The local header of a changed part: name, time and extra fields are kept."""
    raw.seek(entry.start)
    fields = _LOCAL.unpack(raw.read(_LOCAL.size))
    _, version, flags, _, time, date, *_, name_length, extra_length = fields
    data = entry.start + _LOCAL.size + name_length + extra_length
    if fields[0] != b"PK\3\4" or data + entry.packed > end:
        raise cannot_patch(f"The part {entry.name} overlaps another one.")
    name = raw.read(name_length)
    extra = _without_zip64(raw.read(extra_length))
    said = (part.crc, len(part.data), part.size, len(name), len(extra))
    version = max(version, _DEFLATED_VERSION)
    header = (b"PK\3\4", version, flags & _KEPT_FLAGS, zipfile.ZIP_DEFLATED, time, date)
    return _LOCAL.pack(*header, *said) + name + extra


def _offset(record: bytes) -> int:
    said = int(_CENTRAL.unpack_from(record)[_OFFSET])
    if said != _FULL:
        return said
    at = _zip64_offset(record)
    return int.from_bytes(record[at : at + 8], "little")


def _directory_record(entry: _Entry, offset: int, part: Packed | None) -> bytes:
    record = bytearray(entry.record)
    fields = list(_CENTRAL.unpack_from(record))
    if part is None:
        if fields[_OFFSET] == _FULL:
            struct.pack_into("<Q", record, _zip64_offset(entry.record), offset)
        else:
            struct.pack_into("<L", record, _CENTRAL.size - 4, offset)
        return bytes(record)
    name_end = _CENTRAL.size + fields[10]
    name = record[_CENTRAL.size : name_end]
    extra = _without_zip64(bytes(record[name_end : name_end + fields[11]]))
    comment = record[name_end + fields[11] :]
    fields[2] = max(fields[2], _DEFLATED_VERSION)
    fields[3] &= _KEPT_FLAGS
    fields[4] = zipfile.ZIP_DEFLATED
    fields[7:10] = [part.crc, len(part.data), part.size]
    fields[11] = len(extra)
    fields[_OFFSET] = offset
    return _CENTRAL.pack(*fields) + bytes(name) + extra + bytes(comment)


def _zip64_offset(record: bytes) -> int:
    """Where in a directory record its zip64 offset stands: behind the sizes that are there too."""
    fields = _CENTRAL.unpack_from(record)
    position = _CENTRAL.size + fields[10]
    end = position + fields[11]
    while position + 4 <= end:
        kind, length = struct.unpack_from("<2H", record, position)
        if kind == _ZIP64:
            sizes = [size for size in fields[8:10] if size == _FULL]
            return int(position + 4 + 8 * len(sizes))
        position += 4 + length
    raise zipfile.BadZipFile("A part's place is missing in the directory")


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields without the zip64 one; a changed part is smaller than 4 GB."""
    kept = b""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        end = position + 4 + length
        if kind != _ZIP64:
            kept += extra[position:end]
        position = end
    return kept + extra[position:]


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind the directory: perhaps a signature and zip64 records, the end record."""

    raw: bytes
    end64: int
    """Where the zip64 end record stands, -1 when there is none."""
    locator: int
    end: int

    def moved(self, start: int, length: int) -> bytes:
        """The same for a directory that begins at `start` and is `length` bytes long."""
        tail = bytearray(self.raw)
        if self.end64 >= 0:
            struct.pack_into("<2Q", tail, self.end64 + 40, length, start)
            struct.pack_into("<Q", tail, self.locator + 8, start + length + self.end64)
        said = _END.unpack_from(self.raw, self.end)
        for field, position, value in ((5, 12, length), (6, 16, start)):
            if said[field] != _FULL:
                struct.pack_into("<L", tail, self.end + position, value)
        return bytes(tail)


def _read_tail(tail: bytes) -> _Tail:
    at = 0
    if tail.startswith(b"PK\5\5"):
        at = 6 + int.from_bytes(tail[4:6], "little")
    end64 = locator = -1
    if tail.startswith(b"PK\6\6", at):
        end64 = at
        locator = at + 12 + int.from_bytes(tail[at + 4 : at + 12], "little")
        at = locator + _LOCATOR.size
    if not tail.startswith(b"PK\5\6", at) or len(tail) < at + _END.size:
        raise cannot_patch("The directory of the package is not at its end.")
    return _Tail(tail, end64, locator, at)
