"""The practice tenants as a process: what survives a restart, and how they end."""

from __future__ import annotations

import json
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.practice.serve import main
from practice_process import TASKS, assert_error, serving


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.db"
    with serving(state) as first:
        made = first.made("ana@tailspin.com")
        first.step(60)
        then = first.now()
        first.process.terminate()
        assert first.process.wait(2) == 0
    with serving(state) as second:
        # The same port and tokens, so that a client finds it again.
        assert second.said == first.said
        assert second.now() == then
        task = second.task(made["id"])
        assert task["status"] == "inProgress"
        second.step(3700)
        assert second.task(made["id"])["status"] == "completed"
        assert_error(second.create("ana@tailspin.com"), 409)


def test_kill_9_loses_nothing_acknowledged(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    acknowledged: dict[str, str] = {}
    enough = threading.Event()

    with serving(state) as first:

        def submit() -> None:
            for number in range(100_000):
                upn = f"person{number}@tailspin.com"
                try:
                    response = first.create(upn)
                except httpx.HTTPError:
                    return
                acknowledged[upn] = response.json()["id"]
                if number == 40:
                    enough.set()

        caller = threading.Thread(target=submit)
        caller.start()
        assert enough.wait(30)
        first.process.kill()
        caller.join(30)
        assert not caller.is_alive()
    with serving(state) as second:
        kept = second.client.get(TASKS, params={"$top": "999"}).json()["value"]
        found = {
            task["parameters"]["sourceUserIdentity"]["userPrincipalName"]: task["id"]
            for task in kept
        }
        assert len(acknowledged) > 40
        assert found.items() >= acknowledged.items()
        # At most the one call that was under way is there without an answer.
        assert len(found) - len(acknowledged) in (0, 1)


def test_time_goes_on_while_nobody_serves(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with serving(state, speed="1000000") as fast:
        fast.made("ana@tailspin.com", preferredStartDateTime=_later(fast.now(), days=30))
        before = fast.now()
        fast.process.kill()
        fast.process.wait()
    with serving(state, speed=None) as again:
        # Not told otherwise, it runs at the speed that it had.
        assert again.client.get("/practice/clock").json()["speed"] == 1_000_000
        assert again.now() > _later(before, days=1)
    with serving(state, speed="0") as still:
        assert still.client.get("/practice/clock").json()["speed"] == 0
        assert still.now() == still.now() > _later(before, days=1)


def test_the_default_speed(tmp_path: Path) -> None:
    with serving(tmp_path / "state.db", speed=None) as service:
        assert service.client.get("/practice/clock").json()["speed"] == 240


def test_one_server_for_one_state(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with serving(state) as first:
        second = subprocess.Popen(
            [sys.executable, "-m", "app.practice.serve", "--state", str(state), "--speed", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        with second, second.stdout:
            # It waits for its predecessor to let go, and then takes over.
            first.process.terminate()
            assert json.loads(second.stdout.readline()) == first.said
            second.terminate()


def test_an_occupied_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state.db"
    with serving(state) as first:
        port = first.base_url.rpartition(":")[2]
        taken = ["--port", port, "--state", str(tmp_path / "other.db")]
        assert main(taken) == 1
        assert "port" in capsys.readouterr().err
    with serving(tmp_path / "third.db", "--port", port) as third:
        assert third.base_url == first.base_url
        with serving(state) as moved:
            # Its former port is somebody else's now.
            assert moved.base_url != first.base_url
            assert moved.source_token == first.source_token


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    state = tmp_path / "state.db"
    with serving(state) as service:
        service.made("ana@tailspin.com")  # leaves a connection open
        began = time.monotonic()
        service.process.send_signal(number)
        assert service.process.wait(5) == 0
        assert time.monotonic() - began < 2
        assert service.process.stdout is not None
        # One line was all that it ever said there.
        assert service.process.stdout.read() == ""


def test_it_ends_by_itself_when_nobody_calls(tmp_path: Path) -> None:
    with serving(tmp_path / "state.db", "--exit-when-idle", "0.5") as service:
        service.made("ana@tailspin.com")
        assert service.process.wait(10) == 0


def test_without_a_state_file_nothing_is_left() -> None:
    with serving(None) as first:
        made = first.made("ana@tailspin.com")
        first.process.terminate()
        assert first.process.wait(5) == 0
    with serving(None) as second:
        assert second.source_token != first.source_token
        assert_error(second.client.get(f"{TASKS}/{made['id']}"), 404)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_the_tokens_are_for_this_user_only(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with serving(state) as service:
        service.made("ana@tailspin.com")
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on another process's files")
def test_a_full_disk_acknowledges_nothing(tmp_path: Path) -> None:
    import resource  # Windows has none

    state = tmp_path / "state.db"
    with serving(state) as service:
        kept = service.made("before@tailspin.com")
        before = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        size = state.with_name("state.db-wal").stat().st_size
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
        assert_error(service.create("during@tailspin.com"), 503)
        assert service.task(kept["id"])["status"] == "notStarted"
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, before)
        assert_error(service.of_source("during@tailspin.com"), 404)
        after = service.made("during@tailspin.com")
        service.process.kill()
    with serving(state) as again:
        assert again.task(after["id"])["status"] == "notStarted"
        assert again.task(kept["id"])["status"] == "notStarted"


def test_a_foreign_state_file_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but somebody's notes" * 50, "utf-8")
    before = text.read_bytes()
    assert main(["--state", str(text)]) == 1
    assert text.read_bytes() == before
    other = tmp_path / "other.db"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE theirs (a)")
    database.close()
    assert main(["--state", str(other)]) == 1
    assert main(["--state", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("practice: ") == 3


@pytest.mark.parametrize(
    "argv",
    [["--speed", "-1"], ["--speed", "nan"], ["--speed", "x"], ["--port", "70000"],
     ["--exit-when-idle", "inf"], ["--slots", "0"], ["--host", "192.0.2.1"], ["--seed", "x"]],
)  # fmt: skip
def test_wrong_options(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert argv[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"a@b.com": 1}', '{"a@b.com": {"no_drive": 1}}', '{"a@b.com": {"tall": true}}',
     '{"a@b.com": {"drive_bytes": -1}}', '{"a@b.com": {"id": "7"}}'],
)  # fmt: skip
def test_a_wrong_file_of_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    people = tmp_path / "people.json"
    people.write_text(text, "utf-8")
    assert main(["--people", str(people), "--state", str(tmp_path / "state.db")]) == 1
    assert "people.json" in capsys.readouterr().err


def _later(moment: str, *, days: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat()
