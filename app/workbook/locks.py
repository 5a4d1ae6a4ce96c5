"""Who has a workbook open: another program by its owner file, another run by its lock file."""

from __future__ import annotations

import contextlib
import errno
import getpass
import json
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from app.errors import WorkbookBusy
from app.workbook.atomic import name_key
from app.workbook.faults import SHARING, open_elsewhere

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_STALE_SECONDS = 24 * 3600
_EXCEL_OWNER_BYTES = 165
_WIDE_LENGTH, _WIDE_NAME = 55, 57
"""Where Excel's owner file holds the name in UTF-16; before it stands the old code page."""
_LOCKED_BYTE = 1 << 20
"""Behind the note, because on Windows nobody else can read a locked byte."""
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


# Open in Excel, in LibreOffice


def check_not_open(book: Path) -> None:
    """Raise WorkbookBusy OPEN_ELSEWHERE, with the name if it is known, when the book is open.

    Windows is asked itself: a file that Excel has open cannot be opened for writing, and an owner
    file alone is what a crash left behind. Elsewhere nothing is locked, so the owner file is the
    only sign; one older than a day is taken for left behind.
    """
    if sys.platform == "win32":
        try:
            with book.open("r+b"):
                return
        except OSError as error:
            if error.winerror in SHARING:
                raise open_elsewhere(book, owner_of(book, float("inf")) or "") from error
            return  # whatever else it is, the save meets it and says it
    owner = owner_of(book, _STALE_SECONDS)
    if owner is not None:
        raise open_elsewhere(book, owner)


def owner_of(book: Path, younger_than: float) -> str | None:
    """Whom an owner file of at most so many seconds names ("" when nobody); None without one."""
    for file in _owner_files(book):
        try:
            age = time.time() - file.stat().st_mtime
            raw = file.read_bytes()
        except OSError:
            continue
        if age < younger_than:
            is_excel = file.name.startswith("~$")
            return _excel_owner(raw) if is_excel else _libreoffice_owner(raw)
    return None


def _owner_files(book: Path) -> list[Path]:
    names = [f"~${book.name}", f".~lock.{book.name}#"]
    # Office cuts two letters from a long name, unless that makes it the owner file of another book.
    if len(book.stem) > 8 and not book.with_name(book.name[2:]).exists():
        names.append(f"~${book.name[2:]}")
    return [book.with_name(name) for name in names]


def _excel_owner(raw: bytes) -> str:
    if len(raw) == _EXCEL_OWNER_BYTES:
        wide = raw[_WIDE_NAME : _WIDE_NAME + 2 * raw[_WIDE_LENGTH]].decode("utf-16-le", "replace")
        if wide.strip():
            return wide.strip()
    return raw[1 : 1 + raw[0]].decode("cp1252", "replace").strip() if raw else ""


def _libreoffice_owner(raw: bytes) -> str:
    """The fields are: full name, login, computer, when, profile."""
    fields = [field.strip() for field in raw.decode("utf-8", "replace").rstrip(";").split(",")]
    name, login, computer, when = (*fields, "", "", "", "")[:4]
    who = name or login
    if who and computer:
        who += f" on {computer}"
    return f"{who} since {when}" if who and when else who


# Open in another run of this program


class BookLock:
    """Held as long as a run has the workbook, so that a second one can say who holds it.

    A hidden file beside the workbook, gone when it is let go; the operating system lets go of it
    when the program is killed. Where nothing can be written beside the workbook, or where the file
    system knows no locks, there is no lock, and nobody can be kept from the workbook.
    """

    def __init__(self, book: Path) -> None:
        self._book = book
        real = Path(os.path.realpath(book))
        self._path = real.with_name(f".ferry-{name_key(real)}.lock")
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock, unless we have it already. Raises WorkbookBusy HELD."""
        while self._file is None:
            try:
                file = os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o644)
            except OSError:
                return
            try:
                _lock(file)
            except OSError as error:
                holder = _read_note(file) if error.errno in _HELD else None
                os.close(file)
                if holder is None:
                    return
                raise _held(self._book, holder) from None
            if _is_still(file, self._path):
                _write_note(file)
                self._file = file
            else:
                # Its holder let go of it, and removed it, between our opening and our locking.
                os.close(file)

    def release(self) -> None:
        """Let go of it, if we have it."""
        if self._file is None:
            return
        file, self._file = self._file, None
        # Removed before it is let go, so that nobody locks a file that is about to vanish; Windows
        # removes no open file, and there only an empty one may be left for the next run.
        with contextlib.suppress(OSError):
            if sys.platform != "win32":
                self._path.unlink()
        os.close(file)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._path.unlink()


def _lock(file: int) -> None:
    """Lock without waiting; OSError with one of `_HELD` when another program has it."""
    if sys.platform == "win32":
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


def _write_note(file: int) -> None:
    note = {
        "user": getpass.getuser(),
        "computer": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    # A full disk must not keep the admin from looking at the workbook.
    with contextlib.suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(note).encode("ascii"))


def _read_note(file: int) -> str:
    """Who holds it, since when on our clock; "another program" when the note cannot be read."""
    try:
        os.lseek(file, 0, os.SEEK_SET)
        note = json.loads(os.read(file, 4096))
        since = datetime.fromisoformat(note["since"]).astimezone()
        who = f"{note['user']} on {note['computer']}, process {note['process']}"
        return f"{who}, since {since:%Y-%m-%d %H:%M}"
    except (OSError, ValueError, TypeError, KeyError):
        return "another program"


def _held(book: Path, holder: str) -> WorkbookBusy:
    return WorkbookBusy(
        "HELD",
        "Another run has this workbook",
        f"{book.name} is held by {holder}.",
        "Use that window, or close it and try again.",
    )
