"""Files that are made to harm whoever reads them, or that are no workbooks at all."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from formats import make_ole, make_xlsb

XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    """A sheet part around these rows."""
    data = f"{before}<sheetData>{rows}</sheetData>{after}"
    return f'{XML}<worksheet xmlns="{_MAIN}">{data}</worksheet>'


def text_row(number: int, *texts: str) -> str:
    """A row of inline strings."""
    cells = "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for at, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


HEADER = text_row(1, "SourceUPN", "TargetUPN")


def parts(sheet: str | bytes) -> dict[str, str | bytes]:
    """The parts of the smallest workbook with this sheet."""
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{_KIND}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship'
        f' Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Mapping" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        SHEET: sheet,
    }


def make_package(path: Path, content: dict[str, str | bytes], level: int = 6) -> Path:
    """A zip with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, text in content.items():
            package.writestr(name, text)
    return path


def make_raw(path: Path, rows: str, before: str = "", after: str = "") -> Path:
    """A workbook with exactly these rows of XML."""
    return make_package(path, parts(sheet_xml(rows, before, after)))


def sparse_xlsb(path: Path) -> Path:
    """6 KB, legal, two cells: a reader that lays out the rectangle asks for 400 GB and aborts."""
    return make_xlsb(path, {(0, 0): "SourceUPN", (1_048_575, 16_383): "x"})


def lying_size(path: Path) -> Path:
    """The directory names a thousandth of what a part becomes, with the checksum of that much."""
    shown = sheet_xml(HEADER).encode()
    make_package(path, parts(shown + b" " * 1_000_000))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        real = package.getinfo(SHEET)
        start = package.start_dir
    wrong = struct.pack("<L", len(shown))
    at = data.index(struct.pack("<L", real.file_size), start)
    crc = data.index(struct.pack("<L", real.CRC), start)
    data = data[:at] + wrong + data[at + 4 :]
    path.write_bytes(data[:crc] + struct.pack("<L", zlib.crc32(shown)) + data[crc + 4 :])
    return path


def overlapping(path: Path) -> Path:
    """Two entries of the directory share the same packed bytes, as in the quoted zip bomb."""
    make_package(path, {**parts(sheet_xml(HEADER)), "xl/media/a.xml": "x", "xl/media/b.xml": "x"})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        first, second = package.infolist()[-2:]
        at = data.index(b"xl/media/b.xml", package.start_dir)
    assert first.header_offset < second.header_offset
    struct.pack_into("<L", data, at - 4, first.header_offset)
    path.write_bytes(bytes(data))
    return path


def renamed_inside(path: Path) -> Path:
    """The header before the data names another part than the directory does."""
    make_package(path, parts(sheet_xml(HEADER)))
    path.write_bytes(path.read_bytes().replace(b"sheet1.xml", b"sheet9.xml", 1))
    return path


def two_directories(path: Path) -> Path:
    """The comment of the zip holds a second end of its directory."""
    make_package(path, parts(sheet_xml(HEADER)))
    data = path.read_bytes()
    end = data[-22:]
    path.write_bytes(data[:-2] + struct.pack("<H", len(end)) + end)
    return path


def flagged_encrypted(path: Path) -> Path:
    """A zip whose parts are encrypted one by one."""
    make_package(path, parts(sheet_xml(HEADER)))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        at = data.index(b"PK\1\2", package.start_dir)
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    return path


def password_protected(path: Path) -> Path:
    """What Excel makes of a workbook with a password ([MS-OFFCRYPTO] 2.3.4)."""
    return make_ole(path, "EncryptedPackage", b"\1" * 5000)
