"""The zip package of a workbook: its parts found by name, copied raw, replaced one by one."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from app.errors import WorkbookError

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DESCRIPTOR_FLAG = 0x08
_COPY = 1 << 20

_REL = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")


def attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a tag, entities resolved."""
    return {
        name.decode(): unescape((double or single).decode("utf-8"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }


def unescape(text: str) -> str:
    """Text with the entities of XML resolved."""
    if "&" not in text:
        return text
    text = re.sub(r"&#x([0-9A-Fa-f]+);", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), text)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, char)
    return text.replace("&amp;", "&")


def relations(package: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    """The relations of a part: Id, Type, Target (as a part name)."""
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found = _existing(package, rels)
    if found is None:
        return []
    said = []
    for tag in _REL.findall(package.read(found)):
        relation = attributes(tag)
        target = relation.get("Target", "")
        if relation.get("TargetMode") != "External":
            joined = target if target.startswith("/") else posixpath.join("/" + folder, target)
            relation["Target"] = posixpath.normpath(joined).lstrip("/")
        said.append(relation)
    return said


def related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The names of the parts that a part relates to in this way, such as "styles"."""
    return [
        name
        for relation in relations(package, part)
        if relation.get("Type", "").rsplit("/", 1)[-1] == kind
        if (name := _existing(package, relation.get("Target", ""))) is not None
    ]


def workbook_part_name(package: zipfile.ZipFile) -> str:
    """The main part of the package. Raises WorkbookError when there is none."""
    found = related(package, "", "officeDocument")
    if not found:
        raise WorkbookError(
            "NOT_A_WORKBOOK",
            "The file is no workbook",
            "The package has no workbook part.",
            "Open it in Excel and save it as an Excel workbook (.xlsx).",
        )
    return found[0]


def sheet_part_name(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The part that holds the sheet of this name."""
    workbook = workbook_part_name(package)
    targets = {one.get("Id"): one.get("Target", "") for one in relations(package, workbook)}
    for tag in _SHEET.findall(package.read(workbook)):
        said = attributes(tag)
        if said.get("name") == sheet:
            by_id = next((v for k, v in said.items() if k.rsplit(":", 1)[-1] == "id"), "")
            return _existing(package, targets.get(by_id, ""))
    return None


def _existing(package: zipfile.ZipFile, name: str) -> str | None:
    # Part names are compared without regard to case (ECMA-376 part 2, 7.3.4).
    if name in package.NameToInfo:
        return name
    folded = name.casefold()
    return next((one for one in package.namelist() if one.casefold() == folded), None)


def check_well_formed(name: str, xml: bytes) -> None:
    """Raise WorkbookError when a changed part is not XML any more; nothing is written then."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise WorkbookError(
            "CANNOT_PATCH",
            "The workbook has a part that is not proper XML",
            f"{name}: {error}. Nothing was changed.",
            "Open it in Excel, save it, and try again.",
        ) from error


def copy_with(source: Path, target: BinaryIO, changed: Mapping[str, bytes]) -> None:
    """Write the package anew with these parts changed; every other part comes out bit by bit."""
    with zipfile.ZipFile(source) as package, source.open("rb") as raw:
        directory = []
        for info in package.infolist():
            offset = target.tell()
            body = changed.get(info.filename)
            if body is None:
                _copy_raw(raw, info, target)
                packed, size, crc = info.compress_size, info.file_size, info.CRC
            else:
                squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
                data = squeezer.compress(body) + squeezer.flush()
                packed, size, crc = len(data), len(body), zlib.crc32(body)
                target.write(_local_header(raw, info, packed, size, crc, zipfile.ZIP_DEFLATED))
                target.write(data)
            method = info.compress_type if body is None else zipfile.ZIP_DEFLATED
            directory.append(_central(info, offset, packed, size, crc, method))
        start = target.tell()
        target.write(b"".join(directory))
        length = target.tell() - start
        count = len(directory)
        if max(start, length) >= 0xFFFFFFFF or count >= 0xFFFF:
            raise WorkbookError(
                "CANNOT_PATCH",
                "The workbook is larger than can be written",
                source.name,
                "Delete what is not needed in it, and try again.",
            )
        comment = package.comment
        target.write(_END.pack(b"PK\5\6", 0, 0, count, count, length, start, len(comment)))
        target.write(comment)


def _copy_raw(raw: BinaryIO, info: zipfile.ZipInfo, target: BinaryIO) -> None:
    target.write(
        _local_header(raw, info, info.compress_size, info.file_size, info.CRC, info.compress_type)
    )
    raw.seek(_data_offset(raw, info))
    left = info.compress_size
    while left:
        chunk = raw.read(min(left, _COPY))
        if not chunk:
            raise zipfile.BadZipFile(f"{info.filename} is cut short")
        target.write(chunk)
        left -= len(chunk)


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
    return info.orig_filename.encode(encoding)


def _local_fields(raw: BinaryIO, info: zipfile.ZipInfo) -> tuple[int, int]:
    raw.seek(info.header_offset)
    header = _LOCAL.unpack(raw.read(_LOCAL.size))
    return int(header[9]), int(header[10])


def _data_offset(raw: BinaryIO, info: zipfile.ZipInfo) -> int:
    name, extra = _local_fields(raw, info)
    return info.header_offset + _LOCAL.size + name + extra


def _dos_time(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return (hour << 11 | minute << 5 | second // 2), ((year - 1980) << 9 | month << 5 | day)


def _local_header(
    raw: BinaryIO, info: zipfile.ZipInfo, packed: int, size: int, crc: int, method: int
) -> bytes:
    # Sizes stand in the header now, so the descriptor behind the data falls away with its flag.
    flags = info.flag_bits & ~_DESCRIPTOR_FLAG
    name = _raw_name(info)
    time, date = _dos_time(info)
    version = max(info.extract_version & 0xFF, 20)
    fields = (b"PK\3\4", version, flags, method, time, date, crc, packed, size, len(name), 0)
    return _LOCAL.pack(*fields) + name


def _central(
    info: zipfile.ZipInfo, offset: int, packed: int, size: int, crc: int, method: int
) -> bytes:
    name, comment = _raw_name(info), info.comment
    time, date = _dos_time(info)
    made = info.create_version | info.create_system << 8
    version = max(info.extract_version & 0xFF, 20)
    flags = info.flag_bits & ~_DESCRIPTOR_FLAG
    fields = (b"PK\1\2", made, version, flags, method, time, date, crc, packed, size)
    more = (len(name), 0, len(comment), 0, info.internal_attr, info.external_attr, offset)
    return _CENTRAL.pack(*fields, *more) + name + comment
