"""The shell worker as a process: its protocol, its one connection, and how PowerShell binds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from practice_process import Service, serving
from shell_process import (
    SOURCE_ADMIN,
    SOURCE_MY,
    START,
    STATE,
    TARGET_ADMIN,
    TARGET_MY,
    CmdletFailed,
    Worker,
    working,
)

HOST_URL = "Get-SPOCrossTenantHostUrl"
VERIFY = "Verify-SPOCrossTenantRelationship"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker") / "state.db"


@pytest.fixture(scope="module")
def service(state: Path) -> Iterator[Service]:
    with serving(state) as running:
        yield running


@pytest.fixture(scope="module")
def worker(service: Service, state: Path) -> Iterator[Worker]:
    """Of the source, in Berlin, connected."""
    assert service.process.poll() is None
    with working(state, "source", zone="Europe/Berlin") as running:
        yield running


def test_it_says_what_it_is_and_ends_with_its_input(state: Path) -> None:
    with working(state, "target", connected=False) as worker:
        assert worker.hello == {"ready": True, "protocol": 1, "side": "target", "practice": True}
        assert worker.process.stdin is not None
        worker.process.stdin.close()
        assert worker.process.wait(10) == 0


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "[]",
        "3",
        "{}",
        '{"id": 1, "command": "x"}',
        '{"id": null, "command": "x", "parameters": {}}',
        '{"id": true, "command": "x", "parameters": {}}',
        '{"id": 1, "command": 3, "parameters": {}}',
        '{"id": 1, "command": "x", "parameters": []}',
        '{"id": 1, "command": "x", "parameters": {}, "positional": ["a"]}',
        "[" * 100_000,
        '"' + "x" * 1_100_000 + '"',
    ],
)
def test_a_line_that_is_no_request(worker: Worker, line: str) -> None:
    worker.send(line)
    told = worker.read()
    assert (told["id"], told["ok"], told["error"]["type"]) == (None, False, "protocol")
    # The session goes on.
    assert len(worker.run(HOST_URL)) == 1


def test_ids_come_back_as_they_were(worker: Worker) -> None:
    for each in (0, -7, "a b", "ü"):
        worker.send(json.dumps({"id": each, "command": HOST_URL, "parameters": {}}))
        assert worker.read()["id"] == each
    worker.send("")  # nothing was asked
    assert worker.answer(HOST_URL)["ok"]


def test_the_host_url_is_a_block_of_text(worker: Worker) -> None:
    (text,) = worker.run(HOST_URL)
    assert f"{SOURCE_MY}/" in text
    assert len(text.strip().splitlines()) > 1


def test_nothing_goes_without_a_connection(service: Service, state: Path) -> None:
    assert service.process.poll() is None
    with working(state, "target", connected=False) as worker:
        with pytest.raises(CmdletFailed, match="Use Connect-SPOService before running"):
            worker.run(HOST_URL)
        # Each administrator has a tenant, and no right in the other one.
        with pytest.raises(CmdletFailed, match=r"\(401\) Unauthorized"):
            worker.connect("source")
        with pytest.raises(CmdletFailed, match="No connection available"):
            worker.run(HOST_URL)
        worker.connect("target")
        worker.connect("target")  # replaces the first one
        assert TARGET_MY in worker.run(HOST_URL)[0]
        assert worker.run("Disconnect-SPOService") == []
        with pytest.raises(CmdletFailed, match="No connection available"):
            worker.run(HOST_URL)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"Url": SOURCE_MY}, "Current site is not a tenant administration site"),
        ({"Url": "https://fabrikam-admin.sharepoint.com"}, "could not be resolved: 'fabrikam-adm"),
        ({"Url": "practice"}, "Invalid URI"),
        ({"Url": ""}, "empty string"),
        ({"Url": SOURCE_ADMIN, "Region": "ITAR"}, "region ITAR"),
        ({"Url": SOURCE_ADMIN, "ClientId": "x"}, 'to type "System.Guid"'),
        ({"Url": SOURCE_ADMIN, "TenantId": "x"}, "Parameter set cannot be resolved"),
        ({}, "missing mandatory parameters: Url"),
    ],
)
def test_a_connection_that_is_refused(
    worker: Worker, parameters: dict[str, str], words: str
) -> None:
    with pytest.raises(CmdletFailed) as refused:
        worker.run("Connect-SPOService", **parameters)
    assert words in refused.value.message
    # What was connected before still is.
    assert len(worker.run(HOST_URL)) == 1


def test_an_application_signs_in_by_certificate(worker: Worker) -> None:
    app = {
        "Url": f"{SOURCE_ADMIN}/",
        "ClientId": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11",
        "CertificateThumbprint": "A" * 40,
    }
    assert worker.run("Connect-SPOService", **app, TenantId="practice-source.onmicrosoft.com") == []
    with pytest.raises(CmdletFailed, match="AADSTS90002"):
        worker.run("Connect-SPOService", **app, TenantId="fabrikam.com")


@pytest.mark.parametrize(
    ("command", "parameters", "words"),
    [
        ("Get-SPOEverything", {}, "'Get-SPOEverything' is not recognized as the name of a cmdlet"),
        (VERIFY, {"Scenario": "MnA"}, "mandatory parameters: PartnerRole PartnerCrossTenantHost"),
        (HOST_URL, {"Url": "x"}, "matches parameter name 'Url'"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "PARTNERCROSSTENANTHOSTURL": TARGET_MY},
         "more than once"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "PartnerRole": "Both"},
         "None, Source, Target"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "MoveState": "Scheduled"}, "Queued"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "Limit": -1}, "System.UInt32"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "Limit": True}, "System.UInt32"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "SiteMoveId": "7"}, "System.Guid"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "MoveStartTime": "soon"},
         "not recognized as a valid DateTime"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "MoveStartTime": "13/12/2026"},
         "not recognized as a valid DateTime"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "SourceUserPrincipalName": "a@b.com",
                 "SiteMoveId": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"}, "Parameter set cannot"),
        (STATE, {"PartnerCrossTenantHostUrl": TARGET_MY, "SourceUserPrincipalName": "a@b.com",
                 "Limit": 3}, "Parameter set cannot"),
        (START, {"SourceUserPrincipalName": ["a"]}, "System.String"),
        (START, {"ValidationOnly": "yes"}, "SwitchParameter"),
        (VERIFY, {"Scenario": "None", "PartnerRole": "Target",
                  "PartnerCrossTenantHostUrl": TARGET_MY}, "can't be None"),
        (VERIFY, {"Scenario": "MnA", "PartnerRole": "None",
                  "PartnerCrossTenantHostUrl": TARGET_MY}, "can't be None"),
    ],
)  # fmt: skip
def test_what_powershell_does_not_bind(
    worker: Worker, command: str, parameters: dict[str, object], words: str
) -> None:
    with pytest.raises(CmdletFailed) as refused:
        worker.run(command, **parameters)
    assert words in refused.value.message
    assert refused.value.type_name.startswith("System.")


@pytest.mark.parametrize(
    ("number", "typed", "utc"),
    [
        # Kind Utc stays; no zone is Unspecified, taken for local, and shifts by Berlin's hour.
        (1, "2026-12-05T18:00:00Z", "2026-12-05T18:00:00Z"),
        (2, "2026-12-05T18:00:00.0000000Z", "2026-12-05T18:00:00Z"),
        (3, "2026-12-05T18:00:00", "2026-12-05T17:00:00Z"),
        (4, "12/05/2026 18:00:00", "2026-12-05T17:00:00Z"),
        (5, "2026-12-05T18:00:00+05:00", "2026-12-05T13:00:00Z"),
        (6, "2027-07-05", "2027-07-04T22:00:00Z"),
    ],
)
def test_the_kind_of_a_time(
    service: Service, worker: Worker, number: int, typed: str, utc: str
) -> None:
    upn = f"kind{number}@tailspin.com"
    worker.start(upn, PreferredMoveBeginDate=typed, PreferredMoveEndDate=typed)
    parameters = service.of_source(upn).json()["parameters"]
    assert parameters["preferredStartDateTime"] == utc
    # Graph knows no end, and shows none.
    assert "preferredMoveEndDate" not in parameters
    (shown,) = worker.states(SourceUserPrincipalName=upn, Verbose=True)
    assert shown["PreferredMoveEndDateInUtc"] == f"{utc[:-1]}.0000000Z"


def test_the_service_goes_and_comes_back(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with working(state, "source", connected=False) as worker:
        with pytest.raises(CmdletFailed, match="Unable to connect to the remote server"):
            worker.connect("source")
        with serving(state) as first:
            worker.connect("source")
            worker.start("ana@tailspin.com")
            first.process.kill()
            first.process.wait()
        with pytest.raises(CmdletFailed, match="Unable to connect to the remote server"):
            worker.states()
        with serving(state):
            assert worker.state_of("ana@tailspin.com") == "NotStarted"


@pytest.mark.parametrize(
    "argv", [[], ["--side", "both", "--state", "x"], ["--side", "source"], ["--state", "x"]]
)
def test_wrong_options(argv: list[str]) -> None:
    command = [sys.executable, "-m", "app.practice.shell_worker", *argv]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "usage" in ended.stderr
    assert TARGET_ADMIN not in ended.stdout
