"""Puts a finished file in the place of another at one stroke, or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.workbook.faults import SHARING, open_elsewhere
from app.workbook.status import Fingerprint

_OURS = re.compile(r"\.ferry-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:-\d)?\.tmp")
_LONGER_THAN_ANY_WRITE = 3600.0
_NAME_BYTES = 255
_HERE = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
_CURRENT_FOLDER = -100  # AT_FDCWD
_RENAME_EXCHANGE = 2
_CANNOT_EXCHANGE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})
_ACCESS_DENIED = 5


def fingerprint_of(path: Path) -> Fingerprint:
    """By which the file is known again."""
    stat = path.stat()
    return Fingerprint(stat.st_mtime_ns, stat.st_size, stat.st_ino)


# Names


def name_key(path: Path) -> str:
    """Eight letters for a file's name, the same on disks that do not tell A from a."""
    return hashlib.sha256(path.name.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:8]


def temporary_for(path: Path, number: int = 0) -> Path:
    """A hidden name in the same folder, known as ours, short however long the workbook's is."""
    more = f"-{number}" if number else ""
    return path.with_name(f".ferry-{_HERE}-{os.getpid()}-{name_key(path)}{more}.tmp")


def fitted(stem: str, room: int) -> str:
    """The stem, cut when with `room` more bytes the file system would refuse the name."""
    if len(os.fsencode(stem)) + room <= _NAME_BYTES:
        return stem
    # What is cut off must still tell two workbooks apart.
    mark = f"~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:6]}"
    while len(os.fsencode(stem + mark)) + room > _NAME_BYTES:
        stem = stem[:-1]
    return stem + mark


def sweep(folder: Path) -> None:
    """Remove what killed writes left: files of ours whose process is gone, or an hour old.

    The age decides for other computers' files and on Windows, where a process cannot be asked for
    without the risk of ending it; no write may take that long.
    """
    try:
        entries = list(folder.iterdir())
    except OSError:
        return  # a folder that may not be listed may still be written into
    for entry in entries:
        ours = _OURS.fullmatch(entry.name)
        if ours is None:
            continue
        with contextlib.suppress(OSError):
            is_old = time.time() - entry.stat().st_mtime > _LONGER_THAN_ANY_WRITE
            is_dead = ours[1] == _HERE and _is_gone(int(ours[2]))
            if is_old or is_dead:
                entry.unlink()


def _is_gone(process: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


# Contents, rights


@contextmanager
def private_files() -> Iterator[None]:
    """New files are the user's only, until they are given the rights of the workbook.

    For the child process that writes: the setting is the whole process's.
    """
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def finish(path: Path, model: Path, *, is_ours: bool = False) -> None:
    """Give a file the rights of another, and wait until all of it is on the disk.

    That is the mode, and as far as we may the owner, the attributes and the access list; on
    Windows, and for macOS's access lists, the file has what its folder gives it. `is_ours`: its
    user may write it whatever the model says.
    """
    stat = model.stat()
    # Opened before the rights are given: they may be less than we need.
    with path.open("rb+") as file:
        if sys.platform != "win32":
            # Without the right to give files away it is ours now; its content is not at risk.
            with contextlib.suppress(PermissionError):
                os.chown(path, stat.st_uid, stat.st_gid)
        if sys.platform == "linux":
            # The access list is one of the attributes, so it comes before the mode.
            with contextlib.suppress(OSError):
                for name in os.listxattr(model):
                    with contextlib.suppress(OSError):
                        os.setxattr(path, name, os.getxattr(model, name))
        path.chmod(stat.st_mode & 0o7777 | (0o600 if is_ours else 0))
        _sync_open(file.fileno())


def sync(path: Path) -> None:
    """Wait until the file's content is on the disk."""
    with path.open("rb+") as file:
        _sync_open(file.fileno())


def _sync_open(file: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # There, fsync leaves the data in the cache of the drive (fsync(2)).
        with contextlib.suppress(OSError):
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    os.fsync(file)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the file system can."""
    if sys.platform == "win32":
        return
    # The file is in its place already: what fails here must not be told as a failed save.
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


# Places


def publish(temporary: Path, path: Path) -> None:
    """Give a finished file its name. Raises FileExistsError; what is there is never replaced."""
    if sys.platform == "win32":
        temporary.rename(path)
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # Not every file system has a second name for a file (FAT, some shares).
        if path.exists():
            raise FileExistsError(errno.EEXIST, "exists", str(path)) from None
        temporary.rename(path)
    else:
        temporary.unlink()
    sync_folder(path.parent)


def put_in_place(temporary: Path, path: Path, before: Fingerprint) -> bool:
    """Replace `path`, which was `before`, by `temporary`; False when it is another file by now.

    Where Linux can exchange two names at one stroke, what was replaced is looked at once more, and
    is put back when somebody saved it in the last moment. Elsewhere that moment is the few
    microseconds between a look at the file and its replacement. Raises WorkbookBusy on Windows as
    long as another program has the file open.
    """
    if fingerprint_of(path) != before:
        return False
    if _exchange(temporary, path):
        if fingerprint_of(temporary) != before:
            _put_back(temporary, path)
            return False
    elif not _replace(temporary, path, before):
        return False
    sync_folder(path.parent)
    return True


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names; False where that cannot be done."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    done = renameat2(_CURRENT_FOLDER, names[0], _CURRENT_FOLDER, names[1], _RENAME_EXCHANGE)
    code = ctypes.get_errno()
    if done != 0 and code not in _CANNOT_EXCHANGE:
        raise OSError(code, os.strerror(code), str(other))
    return bool(done == 0)


def _put_back(temporary: Path, path: Path) -> None:
    while True:
        try:
            _exchange(temporary, path)
            return
        except FileNotFoundError:
            # Whoever saves it has taken the name away and brings the next one in a moment.
            with contextlib.suppress(FileExistsError):
                publish(temporary, path)
                return


def _replace(temporary: Path, path: Path, before: Fingerprint) -> bool:
    pause = 0.05
    while True:
        try:
            temporary.replace(path)
            return True
        except OSError as error:
            # On Windows a virus scanner or an indexer may hold the file for a moment.
            if getattr(error, "winerror", 0) not in SHARING | {_ACCESS_DENIED}:
                raise
            if pause > 1.0:
                raise open_elsewhere(path) from error
        time.sleep(pause)
        pause *= 2
        if fingerprint_of(path) != before:
            return False
