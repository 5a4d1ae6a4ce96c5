"""Reports and evidence in a process of their own, so that the window never waits for one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.errors import AppError
from app.paths import child_command
from app.report_order import EvidenceOrder, ReportKind, ReportOrder
from app.workbook.parent import end_with

_CREATE_NO_WINDOW = 0x08000000
_PATHS = ("state_dir", "target", "book", "key_file", "certificate")


class ReportChild:
    """One order in one process."""

    def __init__(self, order: ReportOrder | EvidenceOrder) -> None:
        """Raises AppError CANNOT_START."""
        job = {"kind": type(order).__name__, "order": asdict(order), "parent": os.getpid()}
        # What is secret in it goes through the pipe: a command line can be read by others.
        self._job = json.dumps(job, default=str).encode("utf-8")
        try:
            self._process = subprocess.Popen(
                child_command("app.report_child"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                creationflags=_CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            )
        except OSError as error:
            raise _cannot(str(error)) from error

    def wait(self) -> dict[str, Any]:
        """What came of it. Raises AppError, also when the process was ended."""
        with self._process:
            said, complaint = self._process.communicate(self._job)
        try:
            answer: dict[str, Any] = json.loads(said)
        except ValueError:
            lines = complaint.decode("utf-8", "replace").strip().splitlines()
            raise _cannot(lines[-1][:200] if lines else "it was ended") from None
        if "error" in answer:
            raise AppError(*answer["error"])
        return answer

    def kill(self) -> None:
        """End it now; what it had begun is not there under its name."""
        self._process.kill()


def _cannot(why: str) -> AppError:
    return AppError(
        "REPORT_NOT_MADE",
        "The report could not be made",
        f"{why}. Nothing was written.",
        "Try again. If it happens again, send us the log.",
    )


# In the child


def main() -> int:
    """One job on stdin, one answer on stdout."""
    # Whatever a library prints goes to stderr: on stdout there is the answer and nothing else.
    with os.fdopen(os.dup(1), "wb") as answer_to:
        os.dup2(2, 1)
        job = json.load(sys.stdin.buffer)
        end_with(job["parent"])
        answer_to.write(json.dumps(_done(job)).encode("utf-8"))
    return 0


def _done(job: dict[str, Any]) -> dict[str, Any]:
    order = {
        name: Path(value) if name in _PATHS and value is not None else value
        for name, value in job["order"].items()
    }
    jobs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "ReportOrder": _report,
        "EvidenceOrder": _evidence,
    }
    try:
        return jobs[job["kind"]](order)
    except AppError as error:
        return {"error": [error.code, error.title, error.detail, error.remedy]}


def _report(order: dict[str, Any]) -> dict[str, Any]:
    from app.report_making import make_report

    keys = order.pop("keys")
    kind = ReportKind(order.pop("kind"))
    given = ReportOrder(kind=kind, keys=None if keys is None else tuple(keys), **order)
    return asdict(make_report(given, SystemClock().now()))


def _evidence(order: dict[str, Any]) -> dict[str, Any]:
    from app.evidence import pack_evidence

    return asdict(pack_evidence(EvidenceOrder(**order), SystemClock().now()))


if __name__ == "__main__":
    sys.exit(main())
