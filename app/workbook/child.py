"""Reading and patching in a child process: a hostile file may end the child, never the program."""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

from app.errors import AppError, WorkbookError
from app.model import ColumnsNeeded
from app.paths import child_command
from app.workbook import wire
from app.workbook.parent import end_with
from app.workbook.status import BookRead, StatusWrite, StatusWritten
from app.workbook.wire import Json

READ_SECONDS = 120.0
WRITE_SECONDS = 300.0
MEMORY = 4 << 30
"""Bytes of address space for the child, on POSIX. Windows has no limit without a job object."""
_CREATE_NO_WINDOW = 0x08000000

_lock = threading.Lock()
_reading: set[subprocess.Popen[bytes]] = set()


def open_book(
    path: Path,
    *,
    sheet: str = "",
    source_column: str = "",
    target_column: str = "",
    batch_column: str = "",
    ask: bool = False,
    timeout: float = READ_SECONDS,
) -> BookRead | ColumnsNeeded:
    """Read a workbook in a child process, within `timeout` seconds. Raises WorkbookError."""
    job = {
        "job": "read",
        "path": str(path),
        "choice": {
            "sheet": sheet,
            "source_column": source_column,
            "target_column": target_column,
            "batch_column": batch_column,
            "ask": ask,
        },
    }
    answer = _in_child(job, path, timeout)
    if "columns_needed" in answer:
        return wire.to_columns_needed(answer["columns_needed"])
    return wire.to_read(answer["read"])


def write_status(
    path: Path, write: StatusWrite, *, timeout: float = WRITE_SECONDS
) -> StatusWritten:
    """Write our columns in a child process. Raises WorkbookError, WorkbookBusy."""
    job = {"job": "write", "path": str(path), "write": wire.of_write(write)}
    return wire.to_written(_in_child(job, path, timeout)["written"])


def stop_reading() -> None:
    """End all reading at once; whoever waits for it gets a WorkbookError.

    A write is never ended: it is short, and what it saves is worth the wait.
    """
    with _lock:
        for child in _reading:
            child.kill()


# A program that ends in the middle of a long read leaves nothing behind.
atexit.register(stop_reading)


def _in_child(job: Json, path: Path, timeout: float) -> Json:
    order = wire.packed({**job, "seconds": timeout, "parent": os.getpid()})
    try:
        child = subprocess.Popen(
            child_command("app.workbook.child"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=_CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
    except OSError as error:
        raise WorkbookError(
            "CANNOT_START",
            "The program could not start its reader",
            f"{error}. Nothing was changed.",
            "Close other programs and try again. If it stays so, install the program anew.",
        ) from error
    is_read = job["job"] == "read"
    with child:
        try:
            if is_read:
                with _lock:
                    _reading.add(child)
            said, complaint = child.communicate(order, timeout)
        except subprocess.TimeoutExpired:
            raise WorkbookError(
                "TOO_SLOW",
                "The workbook takes too long",
                f"{path.name} was not done after {timeout:g} seconds. Nothing was changed.",
                "Delete rows, columns and sheets that are not needed, save it, and try again.",
            ) from None
        finally:
            # Also when this thread is interrupted: a child without its parent would run on.
            child.kill()
            child.wait()
            with _lock:
                _reading.discard(child)
    return _answer(said, complaint, child.returncode, path, is_read)


def _answer(said: bytes, complaint: bytes, code: int, path: Path, is_read: bool) -> Json:
    try:
        answer = cast("Json", json.loads(said))
    except ValueError:
        raise WorkbookError(
            "CANNOT_READ" if is_read else "CANNOT_WRITE",
            f"The workbook ended the {'reader' if is_read else 'writer'}",
            f"{path.name}: {_how_it_ended(code, complaint)}. Nothing was changed.",
            "Copy the list alone into a new workbook in Excel, save it, and open that.",
        ) from None
    if "error" in answer:
        raise wire.to_error(answer["error"])
    return answer


def _how_it_ended(code: int, complaint: bytes) -> str:
    if code == -signal.SIGABRT:
        return "it needed more memory than there is, or met what it cannot read"
    if code < 0:
        names = {one.value: one.name for one in signal.Signals}
        return f"it was ended by {names.get(-code, f'signal {-code}')}"
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    why = f" ({lines[-1].strip()[:200]})" if lines else ""
    return f"it stopped with code {code}{why}"


# In the child


def main() -> int:
    """One job on stdin, one answer on stdout."""
    # Whatever a library prints goes to stderr: on stdout there is the answer and nothing else.
    with os.fdopen(os.dup(1), "wb") as answer_to:
        os.dup2(2, 1)
        # A child lives for one job and makes no garbage worth looking for.
        gc.disable()
        job = json.load(sys.stdin.buffer)
        end_with(job["parent"])
        _limit(job["seconds"])
        answer_to.write(wire.packed(_done(job)))
    return 0


def _limit(seconds: float) -> None:
    """Bounds that hold even when the parent has died."""
    if sys.platform != "win32":
        import resource

        for what, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, int(seconds) + 10),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.getrlimit(what)
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (bound, bound))


def _done(job: Json) -> Json:
    try:
        return _do(job)
    except AppError as error:
        return {"error": wire.of_error(error)}
    except MemoryError:
        pass
    # Said out here, where the memory of the failed job is free again.
    too_large = WorkbookError(
        "TOO_LARGE",
        "The workbook is too large",
        f"{job['path']}: it needs more than {MEMORY >> 30} GB of memory. Nothing was changed.",
        "Copy the list alone into a new workbook, and open that.",
    )
    return {"error": wire.of_error(too_large)}


def _do(job: Json) -> Json:
    path = Path(job["path"])
    # Imported for the job at hand only: a child starts for every read and every write.
    if job["job"] == "read":
        from app.workbook.read import read_book

        read = read_book(path, **job["choice"])
        if isinstance(read, ColumnsNeeded):
            return {"columns_needed": read}
        return {"read": wire.of_read(read)}
    from app.workbook.save import save_status

    return {"written": wire.of_written(save_status(path, wire.to_write(job["write"])))}


if __name__ == "__main__":
    sys.exit(main())
