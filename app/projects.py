"""Which project belongs to a workbook, also after the workbook was moved or renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.paths import data_dir

_NOTE = "workbook.json"


@dataclass(frozen=True, slots=True)
class _Note:
    """Where a project's workbook was last seen, and what it held then."""

    book: str
    digest: str


def find_project(book: Path) -> Path:
    """The state folder of this workbook's project; it may not exist yet.

    A project whose workbook is gone from its place, and held byte for byte what this one holds,
    has found its workbook again. A copy of a workbook that is still in its place is another one.
    """
    wanted = _place(book)
    notes = _notes()
    for folder, note in notes:
        if note.book == wanted:
            return folder
    gone = [(folder, note) for folder, note in notes if not Path(note.book).exists()]
    if gone and book.is_file():
        digest = _digest(book)
        for folder, note in gone:
            if note.digest == digest:
                return folder
    name = hashlib.sha256(wanted.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    taken = {folder.name for folder, _ in notes}
    number = 1
    while (free := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return _projects() / free


def remember_workbook(state_dir: Path, book: Path) -> None:
    """Note where the workbook is and what it holds now; a note that cannot be kept is left."""
    with contextlib.suppress(OSError):
        note = json.dumps(asdict(_Note(_place(book), _digest(book))))
        new = state_dir / f"{_NOTE}.{os.getpid()}"
        new.write_text(note, "utf-8")
        new.replace(state_dir / _NOTE)


def _projects() -> Path:
    return data_dir() / "projects"


def _notes() -> list[tuple[Path, _Note]]:
    found = []
    for path in sorted(_projects().glob(f"*/{_NOTE}")):
        with contextlib.suppress(OSError, ValueError, TypeError):
            found.append((path.parent, _Note(**json.loads(path.read_text("utf-8")))))
    return found


def _place(book: Path) -> str:
    return os.path.normcase(book.resolve())


def _digest(book: Path) -> str:
    with book.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
