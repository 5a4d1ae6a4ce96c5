"""Ends a child process when its parent is gone, so that no late write of a dead run comes in."""

from __future__ import annotations

import os
import sys
import threading
import time

_LOOK_SECONDS = 0.1


def end_with(parent: int) -> None:
    """From now on this process ends at once when the process with this number has ended.

    A save that is cut off leaves the workbook as it was or as it was to be, never in between.
    """
    watch = _wait_windows if sys.platform == "win32" else _wait_posix

    def run() -> None:
        watch(parent)
        os._exit(3)

    threading.Thread(target=run, name="parent", daemon=True).start()


def _wait_posix(parent: int) -> None:
    # An orphan is given another parent.
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)


def _wait_windows(parent: int) -> None:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]  # Windows only
    synchronize, infinite = 0x00100000, 0xFFFFFFFF
    handle = kernel.OpenProcess(synchronize, False, parent)
    if handle:
        kernel.WaitForSingleObject(handle, infinite)
