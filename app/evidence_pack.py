"""Writes an evidence pack: an archive whose every byte follows from its files and a manifest."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import AppError
from resources.verify_evidence import (
    CHUNK,
    DEFLATED,
    FORMAT,
    MANIFEST,
    MOST,
    SIGNATURE,
    STORED,
    Entry,
    described,
    directory,
    end_record,
    local_header,
    manifest_bytes,
)

_PACKED_ALREADY = (".xlsx", ".xlsm", ".xlsb", ".ods", ".zip")


class PackWriter:
    """The archive in the making; files come in the order in which they are added."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []
        self._described: list[dict[str, Any]] = []
        self.manifest_sha256 = ""

    @property
    def files(self) -> int:
        """How many files are in it."""
        return len(self._entries)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Add a file from its parts; nothing but one part is held in memory.

        Raises AppError TOO_LARGE, OSError.
        """
        entry, sha256, packed_sha256 = self._write(name, parts)
        self._described.append(described(entry, sha256, packed_sha256))

    def finish(self, manifest: dict[str, Any]) -> bytes:
        """Add the manifest, with what it says of all files; gives its bytes, which are signed."""
        raw = manifest_bytes({**manifest, "format": FORMAT, "files": self._described})
        _, self.manifest_sha256, _ = self._write(MANIFEST, [raw])
        return raw

    def close(self, signature: bytes = b"") -> None:
        """Add the signature, if there is one, and the list of the files."""
        if signature:
            self._write(SIGNATURE, [signature])
        offset, listed = self._file.tell(), directory(self._entries)
        self._file.write(listed + end_record(len(self._entries), len(listed), offset))

    def _write(self, name: str, parts: Iterable[bytes]) -> tuple[Entry, str, str]:
        # What no manifest vouches for lies open: a packed form has bits that mean nothing.
        is_open = name in (MANIFEST, SIGNATURE) or name.casefold().endswith(_PACKED_ALREADY)
        method = STORED if is_open else DEFLATED
        offset = self._file.tell()
        header = local_header(Entry(name, method, 0, 0, 0, offset))
        self._file.write(header)
        plain, packed = hashlib.sha256(), hashlib.sha256()
        crc = size = packed_size = 0
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)

        def put(part: bytes) -> None:
            nonlocal packed_size
            packed.update(part)
            packed_size += len(part)
            self._file.write(part)

        for part in parts:
            plain.update(part)
            crc, size = zlib.crc32(part, crc), size + len(part)
            put(packer.compress(part) if method == DEFLATED else part)
        if method == DEFLATED:
            put(packer.flush())
        end = self._file.tell()
        if max(size, end) > MOST:
            raise AppError(
                "TOO_LARGE",
                "The evidence is too large for one pack",
                f"{name} and what comes before it need more than 4 GB.",
                "Keep the journal and the workbook as they are, and send us the log.",
            )
        entry = Entry(name, method, crc, packed_size, size, offset)
        self._file.seek(offset)
        self._file.write(local_header(entry))
        self._file.seek(end)
        self._entries.append(entry)
        return entry, plain.hexdigest(), packed.hexdigest()


def parts_of(path: Path) -> Iterator[bytes]:
    """A file in parts."""
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part
