"""Saves the status so that nothing can break: backup, temporary file, sync, atomic replace."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.errors import WorkbookBusy, WorkbookError
from app.workbook.patch import PatchResult, patch_package
from app.workbook.read import fingerprint_of, not_patchable
from app.workbook.status import CellValue, Fingerprint, StatusWrite, StatusWritten

BACKUP_FOLDER = "Tenant Ferry backups"
BACKUPS_KEPT = 10
_TRIES = 3
_OWNER_FILE_HOURS = 24
_SHARING_ERRORS = frozenset({5, 32, 33})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""


def save_status(path: Path, write: StatusWrite) -> StatusWritten:
    """Write our columns into the workbook, or into a new one beside it where it cannot be patched.

    The rows are found in the file as it is now, so what the admin changed meanwhile is kept.
    Raises WorkbookBusy (OPEN_ELSEWHERE, CHANGED_ON_DISK) and WorkbookError; the file is then as
    it was.
    """
    real = path.resolve()
    if not real.exists():
        raise WorkbookError(
            "NOT_FOUND",
            "The workbook is not there any more",
            str(real),
            "Put it back. The status is in the journal and is written then.",
        )
    _check_not_open(real)
    because = "NO_HEADER" if write.header_row == 0 else ""
    because = because or not_patchable(real, "zip" if real.read_bytes()[:2] == b"PK" else "text")
    try:
        if because:
            return _write_beside(real, write, because)
        return _patch(real, write)
    except OSError as error:
        raise _explained(real, error) from error


def _patch(real: Path, write: StatusWrite) -> StatusWritten:
    if not os.access(real, os.W_OK):
        raise WorkbookError(
            "READ_ONLY",
            "The workbook is read-only",
            str(real),
            "Allow writing (file properties), or copy the workbook to a folder of yours.",
        )
    temporary = real.with_name(f".{real.stem[:80]}.ferry-{os.getpid()}{real.suffix}")
    backup: Path | None = None
    try:
        for _ in range(_TRIES):
            before = fingerprint_of(real)
            temporary.unlink(missing_ok=True)
            result = patch_package(real, temporary, write)
            if not result.changed:
                return _written(real, result, backup, before)
            if write.make_backup and backup is None:
                backup = _back_up(real)
            _sync(temporary, real)
            if fingerprint_of(real) == before:
                _replace(temporary, real)
                return _written(real, result, backup, fingerprint_of(real))
    finally:
        temporary.unlink(missing_ok=True)
    raise WorkbookBusy(
        "CHANGED_ON_DISK",
        "The workbook changes while it is written",
        f"{real.name} is being saved by somebody else.",
        "Nothing is lost: the status is in the journal and is written when the file is at rest.",
    )


def _written(
    real: Path, result: PatchResult, backup: Path | None, fingerprint: Fingerprint
) -> StatusWritten:
    return StatusWritten(
        path=real,
        beside=False,
        because="",
        backup=backup,
        rows_written=result.rows_written,
        rows_missing=result.rows_missing,
        fingerprint=fingerprint,
    )


def _back_up(real: Path) -> Path:
    """A dated copy beside the workbook; the newest ones are kept, older ones are ours to delete."""
    folder = real.parent / BACKUP_FOLDER
    folder.mkdir(exist_ok=True)
    # The admin reads this name, so it bears the local time.
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H%M%S")
    backup = folder / f"{real.stem} (backup {stamp}){real.suffix}"
    shutil.copy2(real, backup)
    mine = sorted(folder.glob(f"{_plain(real.stem)} (backup *){real.suffix}"))
    for old in mine[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return backup


def _plain(stem: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in stem)


def _sync(temporary: Path, real: Path) -> None:
    stat = real.stat()
    temporary.chmod(stat.st_mode & 0o7777)
    if sys.platform != "win32":
        # Without the right to give files away, the file is ours now; its content is not at risk.
        with contextlib.suppress(PermissionError):
            os.chown(temporary, stat.st_uid, stat.st_gid)
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())


def _replace(temporary: Path, real: Path) -> None:
    pause = 0.05
    while True:
        try:
            temporary.replace(real)
            break
        except OSError as error:
            # On Windows a virus scanner or an indexer may hold the file for a moment.
            is_sharing = getattr(error, "winerror", 0) in _SHARING_ERRORS
            if not is_sharing or pause > 1.0:
                raise
            time.sleep(pause)
            pause *= 2
    if sys.platform != "win32":
        folder = os.open(real.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check_not_open(real: Path) -> None:
    for name in (f"~${real.name}", f"~${real.name[2:]}", f".~lock.{real.name}#"):
        owner = real.with_name(name)
        try:
            age = time.time() - owner.stat().st_mtime
            raw = owner.read_bytes()
        except OSError:
            continue
        # Excel leaves the file behind when it crashes; a day-old one proves nothing.
        if age < _OWNER_FILE_HOURS * 3600:
            raise _open_elsewhere(real, _owner(name, raw))


def _owner(name: str, raw: bytes) -> str:
    if name.startswith(".~lock."):
        parts = [part for part in raw.decode("utf-8", "replace").split(",") if part.strip()]
        return parts[0].strip() if parts else ""
    length = raw[0] if raw else 0
    return raw[1 : 1 + length].decode("cp1252", "replace").strip()


def _open_elsewhere(real: Path, owner: str) -> WorkbookBusy:
    return WorkbookBusy(
        "OPEN_ELSEWHERE",
        "The workbook is open in another program",
        f"{real.name} is open" + (f" by {owner}." if owner else "."),
        "Close it there. Until then the status is kept in the journal, and the write is tried"
        " again by itself.",
    )


def _explained(real: Path, error: OSError) -> WorkbookError:
    if getattr(error, "winerror", 0) in _SHARING_ERRORS:
        return _open_elsewhere(real, "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkbookError(
            "DISK_FULL",
            "There is no room to save the workbook",
            f"{real.parent} is full. The workbook is as it was.",
            "Make room. The status is in the journal and is written then.",
        )
    return WorkbookError(
        "NOT_WRITABLE",
        "The workbook cannot be saved",
        f"{real}: {error.strerror or error}. It is as it was.",
        "Check your rights to the file and its folder.",
    )


def _write_beside(real: Path, write: StatusWrite, because: str) -> StatusWritten:
    """A new workbook with the mapping and our columns, for formats that cannot be patched."""
    beside = real.with_name(f"{real.stem} (status).xlsx")
    _check_not_open(beside)
    kept = _kept_rows(beside)
    for row in write.rows:
        kept[(row.source_upn, row.target_upn)] = [
            value.replace(tzinfo=None) if isinstance(value, datetime) else value
            for value in row.cells
        ]
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Status")
    sheet.freeze_panes = "A2"
    for column in range(2 + len(write.columns)):
        letter = chr(65 + column)
        sheet.column_dimensions[letter].width = (
            34 if column < 2 else write.columns[column - 2].width
        )
    headers = ("SourceUPN", "TargetUPN", *(column.header for column in write.columns))
    sheet.append([_plain_cell(sheet, header) for header in headers])
    for (source, target), values in kept.items():
        sheet.append([_plain_cell(sheet, value) for value in (source, target, *values)])
    temporary = beside.with_name(f".{beside.stem[:80]}.ferry-{os.getpid()}.xlsx")
    try:
        workbook.save(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        _replace(temporary, beside)
    finally:
        temporary.unlink(missing_ok=True)
    return StatusWritten(
        path=beside,
        beside=True,
        because=because,
        backup=None,
        rows_written=len(write.rows),
        rows_missing=(),
        fingerprint=fingerprint_of(beside),
    )


def _plain_cell(sheet: WriteOnlyWorksheet, value: CellValue) -> Cell:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # Whatever it begins with, it is text.
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    return cell


def _kept_rows(beside: Path) -> dict[tuple[str, str], list[CellValue]]:
    """What an earlier write put there; only changed rows are sent."""
    if not beside.exists():
        return {}
    workbook = openpyxl.load_workbook(beside, read_only=True)
    try:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(min_row=2, values_only=True)
        return {
            (str(row[0] or ""), str(row[1] or "")): [
                value if isinstance(value, str | int | datetime) else None for value in row[2:]
            ]
            for row in rows
        }
    finally:
        workbook.close()
