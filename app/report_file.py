"""A report gets its name when it is whole; what is there is never written over, but our own."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import AppError
from app.workbook.atomic import publish, sweep, temporary_for

_LONGEST_PROPERTIES = 1 << 16


def save_new(target: Path, write: Callable[[Path], None], *, replaces: str = "") -> None:
    """Let `write` make the file under another name, and give it its own.

    `replaces`: a workbook at `target` that bears this mark is replaced at one stroke.
    Raises AppError EXISTS, CANNOT_WRITE.
    """
    with told_when_not_written(target):
        is_ours = bool(replaces) and bears(target, replaces)
        if target.exists() and not is_ours:
            raise _exists(target)
        sweep(target.parent)
        new = temporary_for(target)
        try:
            # Said before the work is done when nothing can be written there.
            new.touch()
            write(new)
            if is_ours:
                new.replace(target)
            else:
                publish(new, target)
        except FileExistsError as error:
            raise _exists(target) from error
        finally:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)


@contextmanager
def told_when_not_written(target: Path) -> Iterator[None]:
    """Tell what the file system refuses in words."""
    try:
        yield
    except PermissionError as error:
        raise AppError(
            "CANNOT_WRITE",
            f"{target.name} cannot be written",
            f"{target}: {error.strerror}",
            "Close the file if it is open elsewhere, or choose a folder that you may write to.",
        ) from error
    except OSError as error:
        raise AppError(
            "CANNOT_WRITE",
            f"{target.name} cannot be written",
            f"{target}: {error.strerror or error}",
            "Choose a folder that you may write to, with room in it.",
        ) from error


def bears(book: Path, mark: str) -> bool:
    """This is a workbook of ours: the mark is in its properties."""
    try:
        with zipfile.ZipFile(book) as package, package.open("docProps/core.xml") as part:
            return f">{mark}<".encode() in part.read(_LONGEST_PROPERTIES)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False


def dated(folder: Path, stem: str, suffix: str) -> Path:
    """A name in this folder that is free: `stem`, or `stem (2)` and so on."""
    number = 1
    while (path := folder / f"{stem}{f' ({number})' if number > 1 else ''}{suffix}").exists():
        number += 1
    return path


def safe_name(text: str) -> str:
    """Text as a part of a file's name on every system (Microsoft, "Naming Files")."""
    kept = "".join(" " if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in text)
    return " ".join(kept.split()).strip(". ")[:80] or "report"


def _exists(target: Path) -> AppError:
    return AppError(
        "EXISTS",
        "There is a file of this name already",
        str(target),
        "Choose another name; nothing was overwritten.",
    )
