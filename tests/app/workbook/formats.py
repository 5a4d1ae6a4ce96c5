"""Small workbooks in formats for which there is no writer: .ods, .xlsb and .xls, made by hand."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Texts = Sequence[Sequence[str]]
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_ods(path: Path, rows: Texts, *, blank_rows: int = 0, sheet: str = "Mapping") -> Path:
    """OpenDocument; blank rows are stored as one repeated row, as LibreOffice does."""
    blank = f'<table:table-row table:number-rows-repeated="{blank_rows}"><table:table-cell/>'
    body = f"{blank}</table:table-row>" if blank_rows else ""
    for row in rows:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p>'
            "</table:table-cell>"
            if text
            else "<table:table-cell/>"
            for text in row
        )
        body += f"<table:table-row>{cells}</table:table-row>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", _ODS, compress_type=zipfile.ZIP_STORED)
        package.writestr(
            "META-INF/manifest.xml",
            f'{_XML}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0"><manifest:file-entry'
            f' manifest:full-path="/" manifest:media-type="{_ODS}"/></manifest:manifest>',
        )
        package.writestr(
            "content.xml",
            f'{_XML}<office:document-content xmlns:office="{_URN}:office:1.0"'
            f' xmlns:table="{_URN}:table:1.0" xmlns:text="{_URN}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="{sheet}">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def make_xlsb(path: Path, cells: dict[tuple[int, int], str], *, sheet: str = "Mapping") -> Path:
    """The binary workbook of [MS-XLSB]; cells by row and column, counted from 0."""
    bundle = struct.pack("<LL", 0, 1) + _wide("rId1") + _wide(sheet)
    last = max((column for _, column in cells), default=0)
    data = _record(0x81) + _record(0x94, struct.pack("<LLLL", 0, 0, 0, last)) + _record(0x91)
    for row in sorted({row for row, _ in cells}):
        data += _record(0x00, struct.pack("<LLH", row, 0, 300) + bytes(7))
        for (of_row, column), text in sorted(cells.items()):
            if of_row == row:
                data += _record(0x06, struct.pack("<LL", column, 0) + _wide(text))
    data += _record(0x92) + _record(0x82)
    book = _record(0x83) + _record(0x8F) + _record(0x9C, bundle) + _record(0x90) + _record(0x84)
    kind = "application/vnd.ms-excel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.bin" ContentType="{kind}.sheet.binary'
            f'.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin"'
            f' ContentType="{kind}.worksheet"/></Types>',
        )
        package.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.bin"))
        package.writestr(
            "xl/_rels/workbook.bin.rels", _relation("worksheet", "worksheets/sheet1.bin")
        )
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/worksheets/sheet1.bin", data)
    return path


def make_xls(path: Path, cells: dict[tuple[int, int], str], *, sheet: str = "Mapping") -> Path:
    """The workbook of Excel 97 to 2003 ([MS-XLS]) in its container."""
    name = sheet.encode("latin-1")
    begin = struct.pack("<HHHHLL", 0x0600, 0x0005, 0, 0x07CC, 0, 6)
    sheet_at = 4 + len(begin) + 4 + 8 + len(name) + 4
    stream = (
        _biff(0x0809, begin)
        + _biff(0x0085, struct.pack("<LBBBB", sheet_at, 0, 0, len(name), 0) + name)
        + _biff(0x000A)
    )
    assert len(stream) == sheet_at
    stream += _biff(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0, 0x07CC, 0, 6))
    for (row, column), text in sorted(cells.items()):
        body = struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
        stream += _biff(0x0204, body)
    return make_ole(path, "Workbook", stream + _biff(0x000A))


def make_ole(path: Path, name: str, stream: bytes) -> Path:
    """An OLE2 container with one stream ([MS-CFB]), in sectors of 512 bytes."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, count + 2), end]
    assert len(table) <= 128
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109L", 0, *[free] * 108)
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry(name, 2, free, 2, len(stream))
    path.write_bytes(
        header
        + struct.pack("<128L", *table, *[free] * (128 - len(table)))
        + directory.ljust(512, b"\0")
        + stream
    )
    return path


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    free = 0xFFFFFFFF
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBLLL", len(text), kind, 1, free, free, child)
        + bytes(36)
        + struct.pack("<LQ", start, size)
    )


def _biff(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _record(kind: int, body: bytes = b"") -> bytes:
    """Kind and length in seven bits a byte, as in [MS-XLSB] 2.1.4."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0xFF, kind >> 7])
    length = len(body)
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def _relation(kind: str, target: str) -> str:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
