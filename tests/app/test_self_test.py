"""The self-test passes where all is well, and tells every fault without stopping at one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from app.errors import AppError
from app.self_test import LOG_NAME, STEPS, SelfTestFailed, Step, run_self_test


def test_it_passes_here_and_says_a_line_for_each_step(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "self-test", "--state-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, *steps, passed, where = done.stdout.splitlines()
    assert re.fullmatch(r"Tenant Ferry \S+, self-test of [-0-9]+ [0-9:]+ UTC", first)
    assert [line.split(": ")[0] for line in steps] == [f"ok   {step.name}" for step in STEPS]
    assert "3 moves" in done.stdout
    assert passed == f"Passed: all {len(STEPS)} steps."
    assert where == f"The log is {tmp_path / LOG_NAME}"
    assert (tmp_path / LOG_NAME).read_text("utf-8").splitlines() == [first, *steps, passed]


def test_a_fault_is_told_and_the_next_step_is_tried(tmp_path: Path) -> None:
    tried: list[Path] = []

    def breaks(scratch: Path) -> str:
        tried.append(scratch)
        raise AppError("GONE", "The sample is gone", "resources/samples", "Install it again.")

    def finds(scratch: Path) -> str:
        assert scratch.is_dir()
        raise SelfTestFailed("no authority is trusted")

    said: list[str] = []
    steps = [Step("First", breaks), Step("Second", finds), Step("Third", lambda _: "all is well")]
    assert run_self_test(steps, said.append, tmp_path / "log") == 1
    assert said[1].startswith(
        "FAIL First: The sample is gone. resources/samples Install it again. (GONE)"
    )
    assert said[2].startswith("FAIL Second: SelfTestFailed: no authority is trusted")
    assert said[3].startswith("ok   Third: all is well")
    assert said[4] == "Failed: 2 of 3 steps."
    assert (tmp_path / "log" / LOG_NAME).is_file()
    assert not tried[0].exists()


def test_a_log_that_cannot_be_written_changes_no_verdict(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    said: list[str] = []
    assert run_self_test([Step("Only", lambda _: "well")], said.append, in_the_way) == 0
    assert said[-1].startswith("The log could not be written")
