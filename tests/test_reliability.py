"""Short forms of the long reliability runs; `python3 dev.py soak` runs those."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from long_run import run_long
from reliability import run_killed


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; Windows has its own way")
def test_killed_at_random_moments_it_ends_as_if_never_killed(tmp_path: Path) -> None:
    figures = run_killed(tmp_path, people=60, kills=6, service_kills=1, seed=1)
    assert figures.kills >= 6
    assert figures.service_kills == 1
    assert figures.tasks == figures.people


@pytest.mark.skipif(sys.platform != "linux", reason="memory and files are read from /proc")
def test_a_chain_of_batches_uses_up_nothing(tmp_path: Path) -> None:
    figures = run_long(tmp_path, people=200, batch_size=80, speed=20_000)
    assert figures.batches == 3
    assert figures.threads[1] <= figures.threads[0]
    assert figures.files[1] <= figures.files[0]
