"""Copying a package: whatever belongs to an unchanged part comes out bit by bit."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from app.errors import WorkbookError
from app.workbook.xml_bytes import WellFormed
from app.workbook.zip_copy import copy_with, pack

NEW = b"<changed>" + b"<a/>" * 500 + b"</changed>"


def entries(raw: bytes) -> dict[str, bytes]:
    """Each part's bytes from its local header to the next one, as they stand in the file."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        infos = sorted(package.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [package.start_dir]
    return {
        info.filename: raw[info.header_offset : end] for info, end in zip(infos, ends, strict=True)
    }


def records(raw: bytes) -> list[bytes]:
    """The directory's records without their offsets."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        position = package.start_dir
        count = len(package.infolist())
    found = []
    for _ in range(count):
        lengths = struct.unpack_from("<3H", raw, position + 28)
        end = position + 46 + sum(lengths)
        found.append(raw[position : position + 42] + raw[position + 46 : end])
        position = end
    return found


def changed_copy(path: Path, **parts: bytes) -> bytes:
    target = path.with_suffix(".copy")
    with target.open("xb") as file:
        copy_with(path, file, {name: pack([xml], WellFormed(name)) for name, xml in parts.items()})
    return target.read_bytes()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Parts stored, deflated, streamed with descriptors, with extra fields and comments."""
    path = tmp_path / "book.zip"
    with path.open("wb") as file, zipfile.ZipFile(_Unseekable(file), "w") as package:
        for name, method in (("a", zipfile.ZIP_DEFLATED), ("b", zipfile.ZIP_STORED)):
            info = zipfile.ZipInfo(name, (2021, 3, 4, 5, 6, 8))
            info.compress_type = method
            info.extra = struct.pack("<2H4s", 0x5455, 4, b"time")
            info.comment = b"said of " + name.encode()
            info.external_attr = 0o644 << 16
            info.internal_attr = 1
            package.writestr(info, f"<{name}>{'some text ' * 90}</{name}>")
        package.writestr("ä/ö.xml", b"<x/>")
        package.comment = b"behind it all"
    return path


class _Unseekable(io.RawIOBase):
    """Makes zipfile stream, so that sizes stand behind the data (bit 3)."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._file.write(data)  # type: ignore[arg-type]  # RawIOBase leaves it open


def test_every_unchanged_part_is_copied_with_its_headers_and_descriptor(book: Path) -> None:
    before, after = entries(book.read_bytes()), entries(changed_copy(book, b=NEW))
    assert list(after) == list(before) == ["a", "b", "ä/ö.xml"]
    assert before["a"][6] & 8, "the fixture streams"
    assert after["a"] == before["a"]
    assert after["ä/ö.xml"] == before["ä/ö.xml"]
    assert after["b"] != before["b"]


def test_the_directory_keeps_all_but_the_places(book: Path) -> None:
    before, after = records(book.read_bytes()), records(changed_copy(book, b=NEW))
    assert (after[0], after[2]) == (before[0], before[2])


def test_a_changed_part_keeps_its_name_time_extra_field_comment_and_attributes(book: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(changed_copy(book, b=NEW))) as package:
        info = package.getinfo("b")
        assert package.read("b") == NEW
        assert package.testzip() is None
        assert package.comment == b"behind it all"
    assert info.date_time == (2021, 3, 4, 5, 6, 8)
    assert (info.comment, info.internal_attr) == (b"said of b", 1)
    assert info.external_attr == 0o644 << 16
    assert info.extra == struct.pack("<2H4s", 0x5455, 4, b"time")
    assert info.compress_type == zipfile.ZIP_DEFLATED
    assert info.flag_bits == 0, "sizes stand in the header, not behind the data"
    assert zlib.crc32(NEW) == info.CRC


def test_nothing_changed_is_the_same_file(book: Path) -> None:
    assert changed_copy(book) == book.read_bytes()


@pytest.mark.parametrize("is_counted", [True, False])
def test_what_stands_before_the_first_part_is_kept(book: Path, is_counted: bool) -> None:
    raw = book.read_bytes()
    front = b"#! what a self-extracting file begins with\n"
    book.write_bytes(front + (_moved(raw, len(front)) if is_counted else raw))
    after = changed_copy(book, b=NEW)
    assert after.startswith(front + b"PK\3\4")
    with zipfile.ZipFile(io.BytesIO(after)) as package:
        assert package.testzip() is None
        assert package.read("b") == NEW


def _moved(raw: bytes, by: int) -> bytes:
    """The same package with offsets that count from the first byte of the file."""
    moved = bytearray(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        position = start = package.start_dir
        offsets = [info.header_offset for info in package.infolist()]
        end = raw.index(b"PK\5\6", start)
    for offset in offsets:
        struct.pack_into("<L", moved, position + 42, offset + by)
        position += 46 + sum(struct.unpack_from("<3H", raw, position + 28))
    struct.pack_into("<L", moved, end + 16, start + by)
    return bytes(moved)


def test_gaps_between_parts_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a", b"<a/>")
        assert package.fp is not None
        package.fp.write(b"left over from an older version")
        package.start_dir = package.fp.tell()
        package.writestr("b", b"<b/>")
    after = changed_copy(path, b=NEW)
    assert b"left over from an older version" in after
    assert entries(after)["a"] == entries(path.read_bytes())["a"]


def test_parts_that_stand_in_another_order_than_the_directory_says(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name in "abc":
            package.writestr(name, f"<{name}/>")
        package.filelist.reverse()
    after = changed_copy(path, b=NEW)
    with zipfile.ZipFile(io.BytesIO(after)) as package:
        assert package.namelist() == ["c", "b", "a"]
        assert package.testzip() is None
    assert list(entries(after)) == ["a", "b", "c"]


def test_zip64_fields_are_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in "ab":
            with package.open(name, "w", force_zip64=True) as part:
                part.write(f"<{name}/>".encode())
    path.write_bytes(_as_zip64(path.read_bytes()))
    before, after = entries(path.read_bytes()), changed_copy(path, a=NEW)
    with zipfile.ZipFile(io.BytesIO(after)) as package:
        assert package.testzip() is None
        assert package.read("a") == NEW
        assert package.read("b") == b"<b/>"
        assert package.getinfo("a").extra == b"", "it is no part of more than 4 GB"
    assert entries(after)["b"] == before["b"]
    assert after.count(b"PK\6\6") == after.count(b"PK\6\7") == 1


def _as_zip64(raw: bytes) -> bytes:
    """The same package with its offsets and its end written as a huge package has them."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        infos, start = package.infolist(), package.start_dir
    directory = b""
    for info, record in zip(infos, records(raw), strict=True):
        extra = struct.pack("<2H3Q", 1, 24, info.file_size, info.compress_size, info.header_offset)
        fixed = bytearray(record[:42]) + b"\xff" * 4
        struct.pack_into("<2L", fixed, 20, 0xFFFFFFFF, 0xFFFFFFFF)
        struct.pack_into("<H", fixed, 30, len(extra))
        directory += bytes(fixed) + info.filename.encode() + extra
    count, length = len(infos), len(directory)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + length, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return raw[:start] + directory + end64 + locator + end


def test_two_parts_of_one_name_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a", b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            package.writestr("a", b"<b/>")
    target = io.BytesIO()
    with pytest.raises(WorkbookError, match="same name") as caught:
        copy_with(path, target, {"a": pack([NEW], WellFormed("a"))})
    assert caught.value.code == "CANNOT_PATCH"
    assert target.getvalue() == b""


def test_parts_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a", b"<a/>" * 50)
        package.writestr("b", b"<b/>")
        package.getinfo("b").header_offset = 40
    target = io.BytesIO()
    with pytest.raises(WorkbookError, match="overlaps"):
        copy_with(path, target, {"a": pack([NEW], WellFormed("a"))})
    assert target.getvalue() == b""


def test_a_part_that_is_not_there_is_refused(book: Path) -> None:
    with pytest.raises(WorkbookError, match="no part c"):
        copy_with(book, io.BytesIO(), {"c": pack([NEW], WellFormed("c"))})


def test_what_is_not_xml_is_never_packed() -> None:
    with pytest.raises(WorkbookError, match=r"xl/a\.xml is not proper XML") as caught:
        pack([b"<a>", b"<b></a>"], WellFormed("xl/a.xml"))
    assert caught.value.code == "CANNOT_PATCH"
    with pytest.raises(WorkbookError, match="declares entities"):
        pack([b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'], WellFormed("xl/a.xml"))


def test_pieces_of_any_size_are_packed_as_one() -> None:
    pieces: list[bytes | memoryview] = [
        b"<a>",
        b"x" * 5_000_000,
        b"",
        memoryview(b"<b/>"),
        b"y" * 3,
        b"</a>",
    ]
    packed = pack(pieces, WellFormed("a"))
    whole = b"".join(pieces)
    assert zlib.decompress(packed.data, -15) == whole
    assert (packed.size, packed.crc) == (len(whole), zlib.crc32(whole))


@pytest.mark.parametrize("more", [-1, 0, 1, 1 << 20, 5_000_000])
def test_a_part_of_many_chunks_is_one_stream_and_the_same_each_time(more: int) -> None:
    xml = b"<a>%b</a>" % (b"0123456789abcde " * ((1 << 16) + (more >> 4)) + b"x" * (more % 16))
    packed = pack([xml], WellFormed("a"))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    assert unpacker.decompress(packed.data) == xml
    assert unpacker.eof
    assert not unpacker.unused_data
    assert (packed.size, packed.crc) == (len(xml), zlib.crc32(xml))
    halves = [memoryview(xml)[:77], memoryview(xml)[77:]]
    assert pack(halves, None).size == packed.size
    assert pack([xml], None) == packed
