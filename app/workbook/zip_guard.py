"""What a zip package must be before a parser may see it: no bomb, no trick, nothing missing."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from app.workbook.extent import Extent
from app.workbook.refusals import damaged, protected, reaches_too_far, unsafe

_MAX_PARTS = 20_000
_MAX_PART = 1 << 30
_MAX_TOTAL = 2 << 30
_MAX_RATIO = 400
_RATIO_FROM = 1 << 20
_PIECE = 1 << 18
_PACKED_PIECE = 1 << 16
_LOCAL = struct.Struct("<4s5H3L2H")
_END_OF_ZIP = b"PK\5\6"
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PATCHED = 0x20
"""The data are changes to another file (APPNOTE.TXT, 4.4.4)."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What ECMA-376 part 2, annex B, allows."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_DECLARATION = b"<!DOCTYPE"
"""Entities can be declared nowhere else (XML 1.0, 2.8)."""
_FORMULA_END = re.compile(rb"</(?:[^\s<>/:]++:)?f\s*>")
_LONG = 1 << 16
"""More bytes without the end of a tag than any cell has: its text is 32,767 characters."""
_OVERLAP = 64
_SHEETS = "xl/worksheets/"
_LARGE = 1 << 21
"""Bytes of a worksheet from which it is worth to look at it and to open the rest side by side."""


def check_zip(
    path: Path, data: bytes, may_open: Callable[[], None] = lambda: None
) -> tuple[zipfile.ZipFile, bool]:
    """The package in these bytes, every part of which was unpacked once and let go again.

    And whether a sheet may have formulas or hidden rows, as that is cheap to see here.

    `may_open` is called when all is good but for large worksheets, which are looked at after it:
    a parser that opens a workbook looks at every other part and at no worksheet. It is not called
    where there are none.

    Raises WorkbookError. The directory of a zip is only a claim: a parser unpacks what is there,
    so the real length, the checksum and the place of every part are compared with it.
    """
    try:
        package = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError) as error:
        raise damaged(path, str(error) or "its directory cannot be read") from error
    parts = package.infolist()
    if data.count(_END_OF_ZIP, package.start_dir) != 1:
        raise unsafe(path, "it has two directories of its parts")
    _check_directory(path, parts)
    places = _places(path, data, parts, package.start_dir)
    needs_look = False
    sheets = [part for part in parts if _is_large_sheet(part)]
    for part in (part for part in parts if not _is_large_sheet(part)):
        needs_look |= _check_part(path, places[part.header_offset], part)
    if sheets:
        may_open()
    for part in sheets:
        needs_look |= _check_part(path, places[part.header_offset], part)
    return package, needs_look


def _is_large_sheet(part: zipfile.ZipInfo) -> bool:
    return part.filename.startswith(_SHEETS) and part.file_size >= _LARGE


def _check_directory(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MAX_PARTS:
        raise unsafe(path, f"it has {len(parts):,} parts")
    seen: set[str] = set()
    for part in parts:
        name = part.orig_filename
        steps = name.split("/")
        if name.startswith("/") or ".." in steps or any(bad in name for bad in "\\:\0"):
            raise unsafe(path, f"its part {name!r} has a path in its name")
        # Part names that differ in case only are the same part (ECMA-376 part 2, 7.3.4).
        if name.casefold() in seen:
            raise unsafe(path, f"two of its parts have the name {name}")
        seen.add(name.casefold())
        if part.flag_bits & _ENCRYPTED:
            raise protected(path)
        if part.compress_type not in _METHODS or part.flag_bits & _PATCHED:
            raise unsafe(path, f"its part {name} is packed in a way that workbooks do not use")
        if part.file_size > _MAX_PART:
            raise unsafe(path, f"its part {name} would be larger than 1 GB")
        times = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and times > _MAX_RATIO:
            raise unsafe(path, f"its part {name} would become {times:,.0f} times as large")
    if sum(part.file_size for part in parts) > _MAX_TOTAL:
        raise unsafe(path, "it would be larger than 2 GB when unpacked")


def _places(
    path: Path, data: bytes, parts: list[zipfile.ZipInfo], directory: int
) -> dict[int, memoryview]:
    """The packed bytes of each part, by where its header stands; no two may share a byte."""
    places = {}
    free_from = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        start = part.header_offset
        if start < free_from:
            raise unsafe(path, f"its part {part.filename} overlaps another part")
        header = data[start : start + _LOCAL.size]
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise damaged(path, f"its part {part.filename} is not where it should be")
        *_, name_length, extra_length = _LOCAL.unpack(header)
        name_at = start + _LOCAL.size
        encoding = "utf-8" if part.flag_bits & 0x800 else "cp437"
        if data[name_at : name_at + name_length] != part.orig_filename.encode(encoding):
            raise unsafe(path, f"its part {part.filename} has a second name")
        begin = name_at + name_length + extra_length
        free_from = begin + part.compress_size
        if free_from > directory:
            raise damaged(path, f"its part {part.filename} is cut short")
        places[start] = memoryview(data)[begin:free_from]
    return places


def _check_part(path: Path, packed: memoryview, part: zipfile.ZipInfo) -> bool:
    size = checksum = 0
    tail = b""
    is_xml = is_wide = needs_look = False
    extent: Extent | None = None
    for piece in _unpacked(path, packed, part):
        if not size:
            is_xml = piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
            is_wide = piece.startswith(_UTF_16)
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if not (is_xml or is_wide):
            continue
        text = tail + (piece.replace(b"\0", b"") if is_wide else piece)
        # A single byte is found many times faster than a word.
        if b"!" in text and _DECLARATION in text:
            raise unsafe(path, f"its part {part.filename} declares entities")
        if extent is None and b"sheetData" in text:
            extent = Extent()
        end = _end_of_tags(text)
        if extent is not None:
            extent.see(text, end)
            needs_look = needs_look or _has_marks(text)
        tail = text[end:]
    if size != part.file_size or checksum != part.CRC:
        raise damaged(path, f"its part {part.filename} is not what was saved")
    if extent is not None and extent.is_suspect:
        _check_extent(path, packed, part)
    return needs_look


def _has_marks(text: bytes) -> bool:
    """Rows (or columns) may be hidden, or a formula ends here."""
    # Single bytes and short words first: they are found many times faster than what is meant.
    if b"h" in text and b"hidden" in text:
        return True
    may_end = b"f" in text and (b"</f" in text or (b":" in text and b":f" in text))
    return may_end and _FORMULA_END.search(text) is not None


def _end_of_tags(text: bytes) -> int:
    """Where to cut so that no tag is seen in halves."""
    end = text.rfind(b">") + 1
    return end if len(text) - end < _LONG else len(text) - _OVERLAP


def _check_extent(path: Path, packed: memoryview, part: zipfile.ZipInfo) -> None:
    """The exact look at a sheet that is not small at first sight."""
    for skip_empty in (False, True):
        extent = Extent()
        tail = b""
        for piece in _unpacked(path, packed, part):
            text = tail + piece.replace(b"\0", b"")
            end = _end_of_tags(text)
            extent.measure(text[:end], skip_empty=skip_empty)
            tail = text[end:]
        if not extent.is_too_large:
            return
    raise reaches_too_far(path, part.filename, extent.rows, extent.columns)


def _unpacked(path: Path, packed: memoryview, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The real bytes of a part, piece by piece; never more than its size in the directory."""
    left = part.file_size
    if part.compress_type == zipfile.ZIP_STORED:
        for start in range(0, len(packed), _PIECE):
            yield bytes(packed[start : start + _PIECE])
        return
    engine = zlib.decompressobj(-15)
    for start in range(0, len(packed), _PACKED_PIECE):
        rest: bytes | memoryview = packed[start : start + _PACKED_PIECE]
        while rest and not engine.eof:
            try:
                piece = engine.decompress(rest, _PIECE)
            except zlib.error as error:
                raise damaged(path, f"its part {part.filename} cannot be unpacked") from error
            rest = engine.unconsumed_tail
            left -= len(piece)
            if left < 0:
                raise unsafe(path, f"its part {part.filename} is larger than it says")
            if piece:
                yield piece
    piece = engine.flush(_PIECE)
    if len(piece) > left:
        raise unsafe(path, f"its part {part.filename} is larger than it says")
    if piece:
        yield piece
