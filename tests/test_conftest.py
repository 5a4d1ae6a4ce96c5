"""What holds for every test is noticed where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rules import ROOT

FAULTY = '''"""Tests that break what holds for every test."""

import logging
import socket
import subprocess
import sys
import threading

import pytest
from PySide6.QtWidgets import QWidget

from app.paths import data_dir

never = threading.Event()
kept = []
kept_windows = []


def test_all_is_well(tmp_path):
    thread = threading.Thread(target=threading.Event().wait, args=(0.05,))
    thread.start()
    assert data_dir().is_relative_to(tmp_path.parent)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def test_leaves_a_thread():
    threading.Thread(target=never.wait, name="the one left", daemon=True).start()


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_leaves_a_process():
    kept.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))


def test_connects_elsewhere():
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=0.1)
    except BaseException:
        pass


def test_looks_a_name_up():
    try:
        socket.getaddrinfo("graph.example.com", 443)
    except BaseException:
        pass


def test_sends_elsewhere():
    with socket.socket(type=socket.SOCK_DGRAM) as there:
        try:
            there.sendto(b"x", ("192.0.2.1", 53))
        except BaseException:
            pass


def test_logs_a_warning():
    logging.getLogger("app.x").warning("it is late")


def test_looks_at_the_log(caplog):
    logging.getLogger("app.x").warning("it is late")


def test_leaves_a_window(qapp):
    kept_window = QWidget()
    kept_window.setObjectName("left")
    kept_window.show()
    kept_windows.append(kept_window)


def test_ends_the_process_that_was_left():
    for process in kept:
        process.communicate(b"\\n")
'''


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What went wrong with each of the faulty tests, by its name."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "test_faulty.py").write_text(FAULTY, "utf-8")
    report = folder / "report.xml"
    paths = os.pathsep.join(str(ROOT / part) for part in ("", "tests", "tests/app"))
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "--junitxml", str(report), str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "FERRY_GRACE": "0.2"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert report.exists(), done.stdout + done.stderr
    cases = ET.parse(report).getroot().iter("testcase")
    return {case.attrib["name"]: "".join(case.itertext()) for case in cases}


def test_a_test_that_keeps_to_itself_passes(said: dict[str, str]) -> None:
    assert said["test_all_is_well"] == ""
    assert said["test_looks_at_the_log"] == ""


def test_a_thread_left_behind_is_named_with_its_place(said: dict[str, str]) -> None:
    assert "threads left behind:" in said["test_leaves_a_thread"]
    assert "the one left" in said["test_leaves_a_thread"]
    assert "in wait" in said["test_leaves_a_thread"]


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_a_process_left_behind_is_named_with_its_command(said: dict[str, str]) -> None:
    assert "processes left behind:" in said["test_leaves_a_process"]
    assert "-c input()" in said["test_leaves_a_process"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("test_connects_elsewhere", "192.0.2.1"),
        ("test_looks_a_name_up", "graph.example.com"),
        ("test_sends_elsewhere", "192.0.2.1"),
    ],
)
def test_a_word_to_elsewhere_fails_even_where_it_is_caught(
    said: dict[str, str], name: str, place: str
) -> None:
    assert f"reached out for ['{place}'" in said[name]


def test_a_warning_in_the_log_is_shown(said: dict[str, str]) -> None:
    assert "WARNING app.x: it is late" in said["test_logs_a_warning"]


def test_a_window_left_open_is_named(said: dict[str, str]) -> None:
    assert "windows left open:" in said["test_leaves_a_window"]
    assert 'name="left"' in said["test_leaves_a_window"]


def test_the_rules_let_no_real_screen_in() -> None:
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_no_folder_of_the_users_is_in_reach(tmp_path: Path) -> None:
    assert Path.home().parent == tmp_path.parent
