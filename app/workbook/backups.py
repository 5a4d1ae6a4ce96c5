"""Dated copies of a workbook: one before the first write of a run, the oldest kept for good."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from datetime import datetime
from itertools import count
from pathlib import Path

from app.workbook.atomic import fitted, private_files, publish, sweep, sync, temporary_for

FOLDER = "Tenant Ferry backups"
KEPT = 10
"""So many of the newest are kept, and the first one, which no run of ours has touched."""
_ROOM = len(" (backup 2026-12-05 180000 9999)")


def back_up(book: Path) -> Path:
    """Copy the workbook into the folder of backups beside it, durable when it returns.

    Its name bears the local time, for the admin. No backup is ever written over. Raises OSError,
    and leaves nothing half-made then.
    """
    folder = book.parent / FOLDER
    folder.mkdir(exist_ok=True)
    sweep(folder)
    temporary = temporary_for(folder / book.name)
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H%M%S")
    try:
        with private_files():
            shutil.copyfile(book, temporary)
        sync(temporary)
        # The time of the admin's last save, and the rights, belong to the copy as well.
        shutil.copystat(book, temporary)
        for number in count(1):
            more = f" {number}" if number > 1 else ""
            backup = folder / f"{_stem(book)} (backup {stamp}{more}){book.suffix}"
            with contextlib.suppress(FileExistsError):
                publish(temporary, backup)
                return backup
    finally:
        temporary.unlink(missing_ok=True)
    raise AssertionError("counting has no end")


def prune(book: Path) -> None:
    """Remove the backups of this workbook that are neither among the newest nor the first."""
    found = backups_of(book)
    for old in found[1 : max(len(found) - KEPT, 1)]:
        # One that cannot be removed now is removed another time; the status is saved.
        with contextlib.suppress(OSError):
            old.unlink()


def backups_of(book: Path) -> list[Path]:
    """The backups that bear this workbook's name, the oldest first."""
    form = re.compile(
        rf"{re.escape(_stem(book))} \(backup (\d{{4}}-\d\d-\d\d \d{{6}})(?: (\d+))?\)"
        rf"{re.escape(book.suffix)}"
    )
    folder = book.parent / FOLDER
    try:
        entries = [(form.fullmatch(entry.name), entry) for entry in folder.iterdir()]
    except OSError:
        return []
    dated = [(said[1], int(said[2] or 1), entry) for said, entry in entries if said is not None]
    return [entry for _, _, entry in sorted(dated)]


def _stem(book: Path) -> str:
    return fitted(book.stem, len(os.fsencode(book.suffix)) + _ROOM)
