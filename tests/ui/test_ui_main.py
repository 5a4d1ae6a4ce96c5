"""The composition root: the real program comes up, shuts down in bounded time, tells of faults."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.samples import SAMPLE_NAME, copy_sample
from fake_project import QUIET
from ui.crash import CrashReporter

QUIT_SOON = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication(sys.argv[:1])
QTimer.singleShot(300, application.quit)
from ui.main import main
begin = time.monotonic()
code = main(sys.argv[1:])
print(code, time.monotonic() - begin)
"""


def test_the_program_comes_up_and_ends_in_bounded_time(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUIT_SOON, "--state-dir", str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    code, seconds = done.stdout.split()
    assert code == "0"
    assert float(seconds) < 15
    assert (tmp_path / "tenant-ferry.log").read_text() == ""


@pytest.mark.qt_log_ignore(QUIET)
def test_faults_of_any_thread_reach_one_box_and_the_log(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    crash = CrashReporter("ferry.log")
    crash.install()
    try:
        with caplog.at_level(logging.CRITICAL):
            worker = threading.Thread(target=lambda: [][1])
            worker.start()
            worker.join()
            error = RuntimeError("a fault")
            sys.excepthook(RuntimeError, error, None)
        qtbot.waitUntil(lambda: crash.box is not None)
    finally:
        crash.uninstall()
    assert len(caplog.records) == 2
    box = crash.box
    assert box is not None
    assert "fault of the program" in box.informativeText()
    assert "ferry.log" in box.informativeText()
    assert "Traceback" not in box.informativeText()
    box.close()
    qtbot.waitUntil(lambda: crash.box is None)


def test_the_sample_is_a_copy_and_an_earlier_one_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / SAMPLE_NAME
    mine.write_bytes(b"mine")
    assert copy_sample(tmp_path) == mine
    assert mine.read_bytes() == b"mine"


def test_a_sample_that_cannot_be_copied_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "folder"
    in_the_way.write_bytes(b"a file in the place of the folder")
    with pytest.raises(AppError) as told:
        copy_sample(in_the_way)
    assert told.value.code == "SAMPLE_MISSING"
