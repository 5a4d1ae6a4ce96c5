"""Reads the file of an identity map as the module does: not while somebody else holds it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from app.practice.cmdlet_syntax import CmdletError

_LARGEST = 32 * 1024 * 1024
_SHARING_VIOLATION = 32
_IO = "System.IO.IOException"


def read_map(path: Path) -> str:
    """The text of the file. Raises CmdletError with the sentence of .NET."""
    if not path.is_absolute():
        # The module resolves it against the folder of the process, not of the prompt.
        path = Path.cwd() / path
    if path.with_name(f".~lock.{path.name}#").exists():
        raise _in_use(path)
    try:
        with os.fdopen(_open(path), "rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise CmdletError(
            f"Could not find file '{path}'.", "System.IO.FileNotFoundException"
        ) from None
    except (PermissionError, IsADirectoryError) as error:
        if getattr(error, "winerror", None) == _SHARING_VIOLATION or error.errno == errno.EAGAIN:
            raise _in_use(path) from None
        raise CmdletError(
            f"Access to the path '{path}' is denied.", "System.UnauthorizedAccessException"
        ) from None
    except (OSError, ValueError) as error:
        raise CmdletError(f"The file '{path}' cannot be read: {error}", _IO) from None
    if len(content) > _LARGEST:
        raise CmdletError(f"The file '{path}' is too large.", _IO)
    return content.decode("utf-8-sig", "replace")


def _open(path: Path) -> int:
    """A descriptor, granted only while nobody has the file open for writing."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        # Python would share the file with a writer; .NET, and so the module, does not.
        read, share_read, open_existing = 0x80000000, 0x1, 3
        create = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
        create.restype = ctypes.c_void_p
        handle = create(str(path), read, share_read, None, open_existing, 0, None)
        if handle in (None, ctypes.c_void_p(-1).value):
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_RDONLY)
    import fcntl

    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder", str(path))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # LibreOffice, as everybody polite, locks what it has open.
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EAGAIN, errno.EACCES):
            raise PermissionError(errno.EAGAIN, "locked", str(path)) from None
        raise
    return descriptor


def _in_use(path: Path) -> CmdletError:
    return CmdletError(
        f"The process cannot access the file '{path}' because it is being used by another process.",
        _IO,
    )
