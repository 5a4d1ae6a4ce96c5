"""A child process does not outlive the program that started it."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHILD = """
import os, threading
from app.workbook.parent import end_with
end_with(os.getppid())
print("ready", flush=True)
threading.Event().wait()
"""
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {CHILD!r}])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_the_child_of_a_killed_program_ends() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    parent.kill()
    # Both hold the other end: it closes when the child has ended as well.
    said, _ = parent.communicate(timeout=20)
    assert said == b""


@pytest.mark.skipif(sys.platform == "win32", reason="process numbers as POSIX has them")
def test_a_parent_that_is_gone_already_is_noticed() -> None:
    orphan = CHILD.replace("os.getppid()", "os.getppid() + 100000")
    done = subprocess.run([sys.executable, "-c", orphan], timeout=20, check=False)
    assert done.returncode == 3
