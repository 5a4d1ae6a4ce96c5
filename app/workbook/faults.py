"""What the operating system refused while a workbook was saved, said so that a person can act."""

from __future__ import annotations

import errno
from pathlib import Path

from app.errors import WorkbookBusy, WorkbookError

SHARING = frozenset({32, 33})
"""ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION ("System Error Codes" of Windows)."""
_NAME_TOO_LONG = 206
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_ON_WINDOWS = frozenset({39, 112, 1295})
_GONE = frozenset(
    {
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENODEV,
        errno.ENOTCONN,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
_GONE_ON_WINDOWS = frozenset({21, 53, 55, 59, 64, 67, 121, 1167, 1231})


def explained(path: Path, error: OSError) -> WorkbookError:
    """The error for the admin; whatever it is, the workbook is as it was."""
    said = error.strerror or str(error)
    code = getattr(error, "winerror", None) or 0
    if code in SHARING:
        return open_elsewhere(path)
    if error.errno in _FULL or code in _FULL_ON_WINDOWS:
        return WorkbookError(
            "DISK_FULL",
            "There is no room to save the workbook",
            f"{path.parent}: {said}. The workbook is as it was.",
            "Make room there. The status is in the journal and is written then.",
        )
    if error.errno == errno.ENAMETOOLONG or code == _NAME_TOO_LONG:
        return WorkbookError(
            "NAME_TOO_LONG",
            "The name of the workbook or of its folder is too long to save it",
            f"{path}. The workbook is as it was.",
            "Give the workbook a shorter name, or move it to a folder with a shorter path.",
        )
    if error.errno in _GONE or code in _GONE_ON_WINDOWS:
        return WorkbookError(
            "OUT_OF_REACH",
            "The folder of the workbook cannot be reached",
            f"{path.parent}: {said}.",
            "Connect the drive or the network again. The status is in the journal and is written"
            " then.",
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return not_found(path)
    if error.errno == errno.EROFS:
        return read_only(path)
    return WorkbookError(
        "NOT_WRITABLE",
        "The workbook cannot be saved",
        f"{path}: {said}. It is as it was.",
        "Check your rights to the file and its folder.",
    )


def not_found(path: Path) -> WorkbookError:
    """The workbook, or its folder, is gone."""
    return WorkbookError(
        "NOT_FOUND",
        "The workbook is not there any more",
        str(path),
        "Put it back. The status is in the journal and is written then.",
    )


def read_only(path: Path) -> WorkbookError:
    """The file says that nobody is to change it."""
    return WorkbookError(
        "READ_ONLY",
        "The workbook is read-only",
        f"{path}. It is as it was.",
        "Allow writing (file properties), or copy the workbook to a folder of yours.",
    )


def damaged(path: Path, error: Exception) -> WorkbookError:
    """The package cannot be taken apart."""
    return WorkbookError(
        "DAMAGED",
        "The workbook is damaged, so the status cannot be written into it",
        f"{path}: {error}. It is as it was.",
        "Open it in Excel and save it, or put back a copy from the backups beside it.",
    )


def open_elsewhere(path: Path, owner: str = "") -> WorkbookBusy:
    """Somebody works in the file."""
    return WorkbookBusy(
        "OPEN_ELSEWHERE",
        "The workbook is open in another program",
        f"{path.name} is open" + (f" by {owner}." if owner else "."),
        "Close it there. Until then the status is kept in the journal, and the write is tried"
        " again by itself.",
    )


def changed_on_disk(path: Path) -> WorkbookBusy:
    """Somebody saves the file again and again."""
    return WorkbookBusy(
        "CHANGED_ON_DISK",
        "The workbook changes while it is written",
        f"{path.name} is being saved by somebody else.",
        "Nothing is lost: the status is in the journal and is written when the file is at rest.",
    )
