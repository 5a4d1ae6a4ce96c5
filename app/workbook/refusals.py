"""What is said of a file that is not read: what it is, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from app.errors import WorkbookError

_SAVE_AS = "Open it in Excel and save it as an Excel workbook (.xlsx)."
_ON_DEMAND = range(358, 405)
"""ERROR_CLOUD_FILE_... and their neighbours ("System Error Codes" of Windows)."""


def not_there(path: Path) -> WorkbookError:
    """No such file."""
    return WorkbookError("NOT_FOUND", "The workbook is not there", str(path), "Check the path.")


def not_readable(path: Path, error: OSError) -> WorkbookError:
    """The operating system does not let us read it."""
    said = f"{path}: {error.strerror or error}"
    if getattr(error, "winerror", None) in _ON_DEMAND:
        return WorkbookError(
            "NOT_DOWNLOADED",
            "The workbook is in the cloud and could not be downloaded",
            said,
            "Start OneDrive and go online, or choose “Always keep on this device” for the file.",
        )
    return WorkbookError(
        "NOT_READABLE",
        "The workbook cannot be opened for reading",
        said,
        "Check your rights to the file, or close the program that has it open.",
    )


def damaged(path: Path, why: str) -> WorkbookError:
    """The file is cut short or its bytes have changed."""
    return WorkbookError(
        "DAMAGED",
        "The workbook is damaged or not complete",
        f"{path}: {why}.",
        "Open it in Excel and save it again, or take your last good copy.",
    )


def unsafe(path: Path, why: str) -> WorkbookError:
    """The file is made in a way that could harm whoever reads it."""
    return WorkbookError(
        "UNSAFE",
        "The workbook is not safe to read",
        f"{path}: {why}.",
        "Ask whoever made it for a plain workbook, or save it anew in Excel.",
    )


def protected(path: Path) -> WorkbookError:
    """A password is needed to read it."""
    return WorkbookError(
        "PASSWORD_PROTECTED",
        "The workbook is protected by a password",
        str(path),
        "Remove the password in Excel (File, Info, Protect Workbook, Encrypt with Password),"
        " and save it.",
    )


def not_a_workbook(path: Path, what: str, remedy: str = _SAVE_AS) -> WorkbookError:
    """`what` the file is instead, as a whole sentence."""
    return WorkbookError(
        "NOT_A_WORKBOOK", "The file is no workbook that can be read", f"{path}: {what}", remedy
    )


def too_large(path: Path, what: str) -> WorkbookError:
    """More than can be held in memory; `what` as a whole sentence."""
    return WorkbookError(
        "TOO_LARGE",
        "The workbook is too large",
        f"{path}: {what}",
        "Copy the list alone into a new workbook, and open that.",
    )


def reaches_too_far(path: Path, part: str, rows: int, columns: int) -> WorkbookError:
    """A parser lays out the whole rectangle of a sheet, however few cells are filled."""
    return WorkbookError(
        "TOO_LARGE",
        "A sheet reaches too far",
        f"{path}: {part} reaches to row {rows:,}, column {columns:,}.",
        "Delete the stray cells far below or to the right of the list, and save it.",
    )
