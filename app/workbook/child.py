"""Reading and patching in a child process: a hostile file may end the child, never the program."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from app.errors import AppError, WorkbookBusy, WorkbookError
from app.events import ColumnsNeeded
from app.model import Finding, Level, Mapping, Side
from app.paths import child_command
from app.workbook.status import (
    BookRead,
    CellValue,
    Fingerprint,
    StatusColumn,
    StatusRow,
    StatusWrite,
    StatusWritten,
)

READ_SECONDS = 120.0
WRITE_SECONDS = 300.0
_MEMORY = 4 << 30


def open_book(
    path: Path,
    *,
    sheet: str = "",
    source_column: str = "",
    target_column: str = "",
    batch_column: str = "",
    timeout: float = READ_SECONDS,
) -> BookRead | ColumnsNeeded:
    """Read a workbook in a child process, within `timeout` seconds. Raises WorkbookError."""
    answer = _in_child(
        {
            "job": "read",
            "path": str(path),
            "sheet": sheet,
            "source_column": source_column,
            "target_column": target_column,
            "batch_column": batch_column,
        },
        path,
        timeout,
    )
    if "columns_needed" in answer:
        asked = answer["columns_needed"]
        return ColumnsNeeded(
            path=path,
            sheets=tuple(asked["sheets"]),
            sheet=asked["sheet"],
            columns=tuple(asked["columns"]),
            preview=tuple(tuple(values) for values in asked["preview"]),
            source_guess=asked["source_guess"],
            target_guess=asked["target_guess"],
        )
    read = answer["read"]
    return BookRead(
        **{
            **read,
            "path": path,
            "sheets": tuple(read["sheets"]),
            "columns": tuple(read["columns"]),
            "rows": tuple(Mapping(**row) for row in read["rows"]),
            "findings": tuple(_finding(finding) for finding in read["findings"]),
            "fingerprint": Fingerprint(**read["fingerprint"]),
        }
    )


def write_status(
    path: Path, write: StatusWrite, *, timeout: float = WRITE_SECONDS
) -> StatusWritten:
    """Write our columns in a child process. Raises WorkbookError, WorkbookBusy."""
    job = {"job": "write", "path": str(path), "write": asdict(write)}
    written = _in_child(job, path, timeout)["written"]
    return StatusWritten(
        **{
            **written,
            "path": Path(written["path"]),
            "backup": Path(written["backup"]) if written["backup"] else None,
            "rows_missing": tuple(written["rows_missing"]),
            "fingerprint": Fingerprint(**written["fingerprint"]),
        }
    )


def _in_child(job: dict[str, Any], path: Path, timeout: float) -> dict[str, Any]:
    flags = 0x08000000 if sys.platform == "win32" else 0  # CREATE_NO_WINDOW
    try:
        done = subprocess.run(
            child_command("app.workbook.child"),
            input=json.dumps(job, default=_iso).encode("ascii"),
            capture_output=True,
            timeout=timeout,
            check=False,
            creationflags=flags,
        )
    except subprocess.TimeoutExpired:
        raise WorkbookError(
            "TOO_SLOW",
            "The workbook takes too long",
            f"{path.name} was not done after {timeout:.0f} seconds. Nothing was changed.",
            "Delete rows, columns and sheets that are not needed, save it, and try again.",
        ) from None
    try:
        answer = cast("dict[str, Any]", json.loads(done.stdout))
    except ValueError:
        raise WorkbookError(
            "CANNOT_READ",
            "The workbook ended the reader",
            f"{path.name}: {_last_line(done.stderr)} (exit {done.returncode}). Nothing was"
            " changed.",
            "Open it in Excel, save it under a new name, and open that.",
        ) from None
    if "error" in answer:
        error = answer["error"]
        kind = WorkbookBusy if error.pop("busy") else WorkbookError
        raise kind(**error)
    return answer


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no word"


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return f"@{value.isoformat()}"
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _finding(data: dict[str, Any]) -> Finding:
    return Finding(
        Level(data["level"]),
        data["code"],
        data["cell"],
        Side(data["side"]) if data["side"] else None,
    )


# In the child


def _cell(value: object, kind: str) -> CellValue:
    if kind == "date" and isinstance(value, str) and value.startswith("@"):
        return datetime.fromisoformat(value[1:])
    return cast("CellValue", value)


def _write_of(data: dict[str, Any]) -> StatusWrite:
    columns = tuple(StatusColumn(**column) for column in data["columns"])
    return StatusWrite(
        **{
            **data,
            "columns": columns,
            "rows": tuple(
                StatusRow(
                    row["source_upn"],
                    row["target_upn"],
                    tuple(
                        _cell(value, column.kind)
                        for value, column in zip(row["cells"], columns, strict=True)
                    ),
                )
                for row in data["rows"]
            ),
            "expected": Fingerprint(**data["expected"]) if data["expected"] else None,
            "colours": tuple((word, kind) for word, kind in data["colours"]),
        }
    )


def _do(job: dict[str, Any]) -> dict[str, Any]:
    path = Path(job["path"])
    # Imported for the job at hand only: a child starts for every read and every write.
    if job["job"] == "read":
        from app.workbook.read import read_book

        read = read_book(
            path,
            sheet=job["sheet"],
            source_column=job["source_column"],
            target_column=job["target_column"],
            batch_column=job["batch_column"],
        )
        name = "columns_needed" if isinstance(read, ColumnsNeeded) else "read"
        return {name: asdict(read)}
    from app.workbook.save import save_status

    return {"written": asdict(save_status(path, _write_of(job["write"])))}


def main() -> int:
    """One job on stdin, one answer on stdout."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = _do(json.load(sys.stdin.buffer))
    except AppError as error:
        answer = {
            "error": {
                "busy": isinstance(error, WorkbookBusy),
                "code": error.code,
                "title": error.title,
                "detail": error.detail,
                "remedy": error.remedy,
            }
        }
    sys.stdout.write(json.dumps(answer, default=_iso))
    return 0


if __name__ == "__main__":
    sys.exit(main())
