"""What a file must be before any parser may see it: a small hostile workbook can end a process.

The guard refuses what is known to harm; what it cannot know of ends the child process only.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import WorkbookError
from app.workbook import ole_guard
from app.workbook.atomic import fingerprint_of
from app.workbook.faults import changed_on_disk
from app.workbook.package import workbook_part_name
from app.workbook.refusals import (
    damaged,
    not_a_workbook,
    not_readable,
    not_there,
    too_large,
)
from app.workbook.status import Fingerprint
from app.workbook.zip_guard import check_zip

_MAX_FILE = 512 << 20
_LOOKS = 3
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_FOLDERS = {
    "word/": "It is a Word document.",
    "ppt/": "It is a PowerPoint presentation.",
    "visio/": "It is a Visio drawing.",
}
_SIGNATURES = {
    b"%PDF": "It is a PDF file.",
    b"{\\rtf": "It is a text with formats (RTF).",
    b"\x89PNG": "It is a picture.",
    b"\xff\xd8\xff": "It is a picture.",
    b"GIF8": "It is a picture.",
    b"\x1f\x8b": "It is a packed archive.",
    b"7z\xbc\xaf": "It is a packed archive.",
    b"Rar!": "It is a packed archive.",
    b"SQLite format 3": "It is a database.",
    b"MZ": "It is a program.",
    b"\x7fELF": "It is a program.",
}


class Kind(StrEnum):
    """What the bytes of a file are; its name may say something else."""

    XLSX = "xlsx"
    """Also .xlsm, .xltx and .xltm."""
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that may be read: its bytes as they were at one moment."""

    kind: Kind
    data: bytes
    fingerprint: Fingerprint
    needs_second_look: bool = False
    """A sheet may have formulas or hidden rows, of which the fast reader does not tell."""


def admit(path: Path, may_open: Callable[[bytes], None] = lambda _: None) -> Admitted:
    """Read the file whole and find out what it is. Raises WorkbookError when it must not be read.

    The parser gets these bytes and not the file, so that nobody can change it in between. In a
    large workbook `may_open` is called with them when only the worksheets are still to be looked
    at: the parser may open them, which takes it to no worksheet, but read no sheet.
    """
    data, fingerprint = _bytes(path)
    if data.startswith(b"PK"):
        package, needs_look = check_zip(path, data, lambda: may_open(data))
        with package:
            return Admitted(_kind_of_package(path, package), data, fingerprint, needs_look)
    return Admitted(_kind(path, data), data, fingerprint)


def _bytes(path: Path) -> tuple[bytes, Fingerprint]:
    try:
        if path.is_dir():
            raise not_a_workbook(path, "It is a folder.", "Choose the workbook in it.")
        if not path.exists():
            raise not_there(path)
        # Reading from a pipe or a device might never end.
        if not path.is_file():
            raise not_a_workbook(path, "It is no ordinary file.", "Choose a workbook.")
        for _ in range(_LOOKS):
            before = fingerprint_of(path)
            if before.size > _MAX_FILE:
                raise too_large(path, f"The file has {before.size >> 20:,} MB.")
            data = path.read_bytes()
            if len(data) == before.size and fingerprint_of(path) == before:
                return data, before
    except OSError as error:
        raise not_readable(path, error) from error
    raise changed_on_disk(path)


def _kind(path: Path, data: bytes) -> Kind:
    if not data.strip(b"\0"):
        raise damaged(path, "the file is empty" if not data else "it holds nothing but zeros")
    if data.startswith(ole_guard.SIGNATURE):
        ole_guard.check_ole(path, data)
        return Kind.XLS
    # Workbooks of Excel 2 to 4 are one stream without a container ([MS-XLS], BOF).
    if data[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04"):
        raise not_a_workbook(path, "It was saved by Excel 4 or older.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise not_a_workbook(path, what)
    return Kind.TEXT


def _kind_of_package(path: Path, package: zipfile.ZipFile) -> Kind:
    names = package.namelist()
    if "mimetype" in names:
        if package.read("mimetype").strip().startswith(_ODS):
            return Kind.ODS
        raise not_a_workbook(path, "It is no spreadsheet of OpenDocument.")
    try:
        main = workbook_part_name(package)
    except (WorkbookError, LookupError, ValueError) as error:
        # The two others come from an encoding that its XML names and nobody knows.
        raise not_a_workbook(path, "It is an archive without a workbook in it.") from error
    folded = main.casefold()
    for folder, what in _FOLDERS.items():
        if folded.startswith(folder):
            raise not_a_workbook(path, what)
    return Kind.XLSB if folded.endswith(".bin") else Kind.XLSX
