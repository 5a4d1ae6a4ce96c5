"""Saves the status so that nothing can break: backup, temporary file, sync, one atomic replace."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from xml.parsers import expat

from app.errors import WorkbookError
from app.workbook import backups, beside
from app.workbook.atomic import (
    fingerprint_of,
    finish,
    private_files,
    publish,
    put_in_place,
    sweep,
    temporary_for,
)
from app.workbook.faults import changed_on_disk, damaged, explained, not_found, read_only
from app.workbook.locks import check_not_open
from app.workbook.patch import PatchResult, patch_package
from app.workbook.read import not_patchable
from app.workbook.status import Fingerprint, StatusWrite, StatusWritten

_PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each try; together what Excel needs for a save of a workbook of usual size."""
_TORN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    UnicodeDecodeError,
)
"""What taking a half-written package apart raises; zipfile knows many words for it."""
_HALF_WRITTEN = frozenset({"DAMAGED", "NOT_A_WORKBOOK", "CANNOT_PATCH"})
_PATCHABLE = frozenset({".xlsx", ".xlsm"})
_BESIDE_NAMES = 9
_NOT_OURS = frozenset({"NO_SUCH_SHEET", "COLUMNS_GONE", "DAMAGED", "NOT_A_WORKBOOK"})

_T = TypeVar("_T")


class _Changed(Exception):
    """Somebody saved the workbook between our look at it and our replacing it."""


def save_status(path: Path, write: StatusWrite) -> StatusWritten:
    """Write our columns into the workbook, or into one beside it where it cannot be patched.

    The rows are found in the file as it is now, so what the admin changed meanwhile is kept; a
    symbolic link stays one, and a second hard link keeps the old content. Raises WorkbookBusy
    (OPEN_ELSEWHERE, CHANGED_ON_DISK) and WorkbookError; the file is then as it was, and nothing of
    ours is left beside it.
    """
    try:
        real = path.resolve()
        real.stat()
        sweep(real.parent)
        because = _at_rest(real, lambda _: _not_patchable(real, write))
        if because:
            return _save_beside(real, write, because)
        return replace(_save(real, write), path=path)
    except OSError as error:
        raise explained(path, error) from error
    except RuntimeError as error:
        if "Symlink loop" in str(error):  # what Path.resolve says up to Python 3.12
            raise not_found(path) from error
        raise


def _not_patchable(real: Path, write: StatusWrite) -> str:
    if write.header_row == 0:
        return "NO_HEADER"
    with real.open("rb") as file:
        head = file.read(2)
    if not head and real.suffix.casefold() in _PATCHABLE:
        raise zipfile.BadZipFile("the file is empty")
    return not_patchable(real, "zip" if head == b"PK" else "text")


def _at_rest(real: Path, work: Callable[[Fingerprint], _T]) -> _T:
    """Do the work on a file that holds still; tried again while somebody saves it.

    Raises WorkbookBusy CHANGED_ON_DISK when it never held still, DAMAGED when it did all the time
    and cannot be taken apart, and what the work raises.
    """
    seen: set[Fingerprint | None] = set()
    failure: Exception | None = None
    for pause in _PAUSES:
        time.sleep(pause)
        before = _look(real)
        seen.add(before)
        try:
            if before is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(real))
            return work(before)
        except (_Changed, FileNotFoundError, *_TORN) as error:
            failure = error
        except Exception as error:
            # Whatever it is, it proves nothing when the file has changed under the work.
            is_half = isinstance(error, WorkbookError) and error.code in _HALF_WRITTEN
            if not is_half and _look(real) == before:
                raise
            failure = error
        seen.add(_look(real))
    if len(seen) > 1 or isinstance(failure, _Changed):
        raise changed_on_disk(real) from failure
    if isinstance(failure, _TORN):
        raise damaged(real, failure) from failure
    assert failure is not None
    raise failure


def _look(real: Path) -> Fingerprint | None:
    try:
        return fingerprint_of(real)
    except FileNotFoundError:
        return None


def _save(book: Path, write: StatusWrite, *, may_grow: bool = False) -> StatusWritten:
    """Patch one workbook. `may_grow`: it is ours, and people who are not in it are added."""
    check_not_open(book)
    if not book.stat().st_mode & 0o222 or not os.access(book, os.W_OK):
        raise read_only(book)
    return _at_rest(book, lambda before: _try(book, before, write, may_grow))


def _try(book: Path, before: Fingerprint, write: StatusWrite, may_grow: bool) -> StatusWritten:
    temporary = temporary_for(book)
    backup: Path | None = None
    is_placed = False
    try:
        with private_files():
            result = _patched(book, temporary, write, may_grow, is_known=before == write.known)
        if not result.changed:
            return _written(book, result, None, before, is_checked=before == write.known)
        finish(temporary, book)
        after = fingerprint_of(temporary)
        if write.make_backup:
            backup = backups.back_up(book)
        check_not_open(book)
        is_placed = put_in_place(temporary, book, before)
        if not is_placed:
            raise _Changed
    finally:
        temporary.unlink(missing_ok=True)
        if backup is not None and not is_placed:
            # It may be torn, and tries without end must not push the older backups out.
            with contextlib.suppress(OSError):
                backup.unlink()
    if backup is not None:
        backups.prune(book)
    return _written(book, result, backup, after)


def _patched(
    book: Path, temporary: Path, write: StatusWrite, may_grow: bool, *, is_known: bool
) -> PatchResult:
    temporary.unlink(missing_ok=True)
    result = patch_package(book, temporary, write, is_known=is_known)
    if not (may_grow and result.rows_missing):
        return result
    missing = set(result.rows_missing)
    longer = temporary_for(book, 1)
    try:
        beside.with_rows(book, longer, (row for row in write.rows if row.source_upn in missing))
        temporary.unlink(missing_ok=True)
        return patch_package(longer, temporary, write)
    finally:
        longer.unlink(missing_ok=True)


def _written(
    book: Path,
    result: PatchResult,
    backup: Path | None,
    fingerprint: Fingerprint,
    *,
    is_checked: bool = True,
) -> StatusWritten:
    return StatusWritten(
        path=book,
        beside=False,
        because="",
        backup=backup,
        rows_written=result.rows_written,
        rows_missing=result.rows_missing,
        fingerprint=fingerprint,
        is_checked=is_checked,
    )


# Beside


def _save_beside(real: Path, write: StatusWrite, because: str) -> StatusWritten:
    """Into the workbook of ours beside the admin's; a file of that name that is not ours stays."""
    ours = beside.for_beside(write)
    for number in range(1, _BESIDE_NAMES + 1):
        book = beside.beside(real, number)
        if not book.exists():
            with contextlib.suppress(FileExistsError):
                written = _make_beside(book, real, ours)
                return replace(written, beside=True, because=because)
        try:
            written = _save(book, ours, may_grow=True)
        except WorkbookError as error:
            if error.code not in _NOT_OURS:
                raise
        else:
            return replace(written, beside=True, because=because)
    raise WorkbookError(
        "NAME_TAKEN",
        "There is no free name for the workbook with the status",
        f"{beside.beside(real, 1)} and the names after it are files of yours.",
        "Move them to another folder.",
    )


def _make_beside(book: Path, real: Path, write: StatusWrite) -> StatusWritten:
    empty, full = temporary_for(book, 1), temporary_for(book)
    try:
        with private_files():
            full.unlink(missing_ok=True)
            empty.unlink(missing_ok=True)
            beside.make(empty, write.rows)
            result = patch_package(empty, full, write)
        # It speaks of the same people, so the same persons may read it; and we must write it again.
        finish(full, real, is_ours=True)
        after = fingerprint_of(full)
        publish(full, book)
    finally:
        empty.unlink(missing_ok=True)
        full.unlink(missing_ok=True)
    return _written(book, result, None, after)
