"""The sample workbook: copied, so that a rehearsal never writes into the program's own files."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from app.errors import AppError

SAMPLE_NAME = "Contoso to Northwind.xlsx"


def copy_sample(folder: Path) -> Path:
    """The admin's own copy of the sample in `folder`; an earlier copy is used again.

    Raises AppError SAMPLE_MISSING.
    """
    target = folder / SAMPLE_NAME
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with as_file(files("resources").joinpath("samples", SAMPLE_NAME)) as source:
            shutil.copyfile(source, target)
    except OSError as error:
        raise AppError(
            "SAMPLE_MISSING",
            "The sample workbook cannot be copied",
            str(error),
            "Check that there is room and that you may write there, or open your own workbook.",
        ) from error
    return target
