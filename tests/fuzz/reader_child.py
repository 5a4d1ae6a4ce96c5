"""The reader in a process of its own, since a parser may end its process; started anew then."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


class Reader:
    """Reads one workbook after another."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def read(self, book: Path, seconds: float) -> str:
        """How it ended: "read", "refused CODE", "fault: ...", "ended: ..." or "slow"."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{book}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        said = process.stdout.readline().strip() if ready else ""
        if said:
            return said
        if not ready:
            process.kill()
        code = process.wait()
        self.close()
        return "slow" if not ready else f"ended: exit {code}"

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
            )
        return self._process


def main() -> int:
    """One path on each line of stdin, one answer on each line of stdout."""
    from app.errors import AppError
    from app.workbook.read import read_book

    for line in sys.stdin:
        try:
            read_book(Path(line.rstrip("\n")))
            said = "read"
        except AppError as error:
            said = f"refused {error.code}"
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            said = f"fault: {type(error).__name__}: {error}".replace("\n", " ")
        print(said, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
