"""What a file must be before any parser may see it: a small hostile workbook can end a process."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from app.errors import WorkbookError

_MAX_PARTS = 20_000
_MAX_PART = 1 << 30
_MAX_TOTAL = 2 << 30
_MAX_RATIO = 400
_RATIO_FROM = 1 << 20
_MAX_GRID = 20_000_000
"""Rows times columns: a parser lays out the whole rectangle, however few cells are filled."""
_CHUNK = 1 << 20
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


def check_file(path: Path) -> str:
    """The kind of file: "zip", "ole" or "text". Raises WorkbookError when it must not be read."""
    try:
        if not path.is_file():
            raise _error("NOT_FOUND", "The workbook is not there", str(path), "Check the path.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise _error(
            "NOT_READABLE",
            "The workbook cannot be opened for reading",
            f"{path}: {error.strerror}",
            "Check your rights to the file, or close the program that has it open.",
        ) from error
    if not head:
        raise _damaged(path, "the file is empty")
    if head.startswith(b"PK"):
        _check_zip(path)
        return "zip"
    if head.startswith(_OLE):
        _check_ole(path)
        return "ole"
    return "text"


def _check_ole(path: Path) -> None:
    # The names of streams are UTF-16 in the directory of the container.
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if "EncryptedPackage".encode("utf-16-le") in chunk:
                raise _error(
                    "PASSWORD_PROTECTED",
                    "The workbook is protected by a password",
                    str(path),
                    "Open it in Excel, remove the password (File, Info) and save it.",
                )


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _check_directory(path, parts)
            for part in parts:
                _check_part(path, package, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error


def _check_directory(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > _MAX_PARTS:
        raise _hostile(path, f"it has {len(parts)} parts")
    if len(set(names)) != len(names):
        raise _hostile(path, "two of its parts have the same name")
    if sum(part.file_size for part in parts) > _MAX_TOTAL:
        raise _hostile(path, "it would be larger than 2 GB when unpacked")
    for part in parts:
        name = part.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise _hostile(path, f"its part {name!r} has a path in its name")
        if part.flag_bits & 1:
            raise _error(
                "PASSWORD_PROTECTED",
                "The file is an encrypted archive",
                str(path),
                "Save the workbook without a password.",
            )
        packed = max(part.compress_size, 1)
        if part.file_size > _MAX_PART:
            raise _hostile(path, f"its part {name} is larger than 1 GB")
        if part.file_size > _RATIO_FROM and part.file_size / packed > _MAX_RATIO:
            raise _hostile(path, f"its part {name} unpacks to {part.file_size / packed:.0f} times")


def _check_part(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return
    rows = columns = real = 0
    is_sheet = _SHEET.fullmatch(part.filename) is not None
    tail = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            real += len(chunk)
            if real > _MAX_PART:
                raise _hostile(path, f"its part {part.filename} is larger than it says")
            text = tail + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise _hostile(path, f"its part {part.filename} declares entities")
            if is_sheet:
                for letters, number in _CELL.findall(text):
                    rows = max(rows, int(number))
                    columns = max(columns, _column(letters))
                for number in _ROW.findall(text):
                    rows = max(rows, int(number))
                if rows * columns > _MAX_GRID:
                    raise _error(
                        "TOO_LARGE",
                        "A sheet reaches too far",
                        f"{path.name}: {part.filename} reaches to row {rows}, column {columns}.",
                        "Delete the stray cells far below or to the right, and save.",
                    )
            tail = text[-200:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _error(code: str, title: str, detail: str, remedy: str) -> WorkbookError:
    return WorkbookError(code, title, detail, remedy)


def _damaged(path: Path, why: str) -> WorkbookError:
    return _error(
        "DAMAGED",
        "The workbook is damaged or not complete",
        f"{path}: {why}",
        "Open it in Excel and save it again, or take your last good copy.",
    )


def _hostile(path: Path, why: str) -> WorkbookError:
    return _error(
        "UNSAFE",
        "The workbook is not safe to read",
        f"{path}: {why}.",
        "Ask whoever made it for a plain workbook, or save it anew in Excel.",
    )
