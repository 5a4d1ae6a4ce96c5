"""What an OLE2 container holds: an old .xls, an encrypted workbook, or something else.

The container is laid out as in [MS-CFB]: sectors chained by a table of their successors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from app.workbook.refusals import damaged, not_a_workbook, protected

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_IN_HEADER = 109
"""Sectors of the table that are named in the header; more only above 7 MB."""
_ENTRY = 128
_LAST = 0xFFFFFFFA
_MAX_SECTORS = 4096
_OTHERS = {
    "worddocument": "It is a Word document.",
    "powerpoint document": "It is a PowerPoint presentation.",
    "__properties_version1.0": "It is an Outlook message.",
}


def check_ole(path: Path, data: bytes) -> None:
    """Raises WorkbookError unless an old workbook is in it that may be read."""
    try:
        names = {name.casefold() for name in _names(data)}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged(path, "its directory cannot be read") from error
    if "encryptedpackage" in names:
        raise protected(path)
    if names & {"workbook", "book"}:
        return
    other = next((_OTHERS[name] for name in names if name in _OTHERS), "It holds no workbook.")
    raise not_a_workbook(path, other)


def _names(data: bytes) -> Iterator[str]:
    """The names of the streams, from the sectors of the directory."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise IndexError("no sector has this size")
    size = 1 << shift
    table_sectors = struct.unpack_from(f"<{_IN_HEADER}L", data, 76)
    sector = struct.unpack_from("<L", data, 48)[0]
    # A chain that runs in a circle ends here as well.
    for _ in range(_MAX_SECTORS):
        if sector >= _LAST:
            return
        start = (sector + 1) * size
        for entry in range(start, start + size, _ENTRY):
            length = struct.unpack_from("<H", data, entry + 64)[0]
            if 2 <= length <= 64:
                yield data[entry : entry + length - 2].decode("utf-16-le")
        table, place = divmod(sector, size // 4)
        sector = struct.unpack_from("<L", data, (table_sectors[table] + 1) * size + 4 * place)[0]
