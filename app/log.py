"""The log file: for faults of ours; never a token, never what a workbook holds."""

from __future__ import annotations

import logging
from pathlib import Path

from app.errors import AppError


def start_log(folder: Path) -> Path:
    """Write warnings and worse into a file in `folder`, made when it is not there.

    Raises AppError FOLDER_NOT_WRITABLE.
    """
    path = folder / "tenant-ferry.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(
            filename=path,
            level=logging.WARNING,
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
            encoding="utf-8",
        )
    except OSError as error:
        raise AppError(
            "FOLDER_NOT_WRITABLE",
            "The program cannot write into its own folder",
            f"{folder}: {error.strerror}",
            "Allow writing there, or name another folder with --state-dir.",
        ) from error
    return path
