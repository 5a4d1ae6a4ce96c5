"""A whole run as at real tenants: signed in by msal, expired, revoked, and gone on with.

The practice tenants stand in for Microsoft's; nothing in the program knows that they do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from app.cli import main
from app.events import (
    BookOpened,
    MovesChanged,
    RunChanged,
    RunState,
    ServiceConnected,
    SignInsChanged,
    Trouble,
)
from app.model import MoveStatus, Side
from app.project import Project
from app.signed_in import Registration, Way
from desk import Desk, desk_at
from project_follower import PATIENCE, Follower, start_through_the_gates
from sign_in_service import Known, app_certificate

NAMES = ("ana", "ben", "cem")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_at(tmp_path, monkeypatch, speed="3600") as made:
        yield made


@pytest.fixture
def book(tmp_path: Path, desk: Desk) -> Path:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    path = tmp_path / "Wave.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for number, name in enumerate(NAMES, 1):
            sheet.write_row(number, 0, (ours.upn(name), theirs.upn(name)))
    return path


def sign_in(project: Project, screen: Follower, side: Side, known: Known) -> None:
    link = project.sign_ins
    assert link is not None
    link.set_up(side, Registration(known.domain, known.client_id))
    link.sign_in(side, Way.BROWSER)
    source = side is Side.SOURCE
    screen.until(
        SignInsChanged,
        lambda e: (
            (e.source if source else e.target).who
            and not (e.source if source else e.target).is_waiting
        ),
    )


def test_a_run_waits_for_a_sign_in_and_goes_on_after_it(
    desk: Desk, book: Path, tmp_path: Path
) -> None:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    pages = {ours.tenant_id: ours, theirs.tenant_id: theirs}

    def open_page(address: str) -> bool:
        [known] = [known for tenant, known in pages.items() if tenant in address]
        return desk.browser(known.upn("admin"), known.word)(address)

    screen = Follower()
    project = Project(screen.events.put, tmp_path / "state", cloud=desk.cloud, open_page=open_page)
    project.open(book)
    screen.until(BookOpened)
    sign_in(project, screen, Side.SOURCE, ours)
    sign_in(project, screen, Side.TARGET, theirs)
    assert project.sign_ins is not None
    project.sign_ins.connect()
    said = screen.until(ServiceConnected)
    assert (said.capabilities.practice, said.capabilities.beta) == (False, True)
    start_through_the_gates(project, screen)
    screen.until(MovesChanged, lambda _: all(move.move_id for move in screen.moves.values()))
    desk.service.decide(revoke=ours.upn("admin"))
    project.ask_now()
    reason = screen.until(RunChanged, lambda e: e.state is RunState.NEEDS_SIGN_IN).reason
    assert reason is not None
    assert "AADSTS50173" in reason.detail
    sign_in(project, screen, Side.SOURCE, ours)
    desk.service.step(86_400)
    project.ask_now()
    screen.until_all(MoveStatus.SUCCESS)
    assert project.close(20.0)
    while not screen.events.empty():
        event = screen.events.get()
        assert not isinstance(event, Trouble), event
    [journal] = (tmp_path / "state").glob("*.db")
    assert b"eyJ" not in journal.read_bytes(), "no token is in the journal"


def command(desk: Desk, what: str, book: Path, state: Path, *more: str) -> list[str]:
    ours, theirs = desk.service.decide(), desk.service.decide("target")
    words = [sys.executable, "-m", "app", what, str(book), "--state-dir", str(state)]
    words += ["--source-tenant", ours.domain, "--target-tenant", theirs.tenant_id]
    words += ["--client-id", ours.client_id, "--target-client-id", theirs.client_id]
    words += ["--sign-in-service", desk.service.origin, "--graph-service", desk.service.base_url]
    return [*words, *more]


def test_the_command_line_signs_in_by_certificate(desk: Desk, book: Path, tmp_path: Path) -> None:
    made = app_certificate()
    for side in Side:
        desk.service.decide(side, certificates=[made.certificate])
    path = tmp_path / "app.pfx"
    path.write_bytes(made.pfx("a word"))
    environment = {**os.environ, "TENANT_FERRY_PASSPHRASE": "a word"}
    certificate = ("--certificate", str(path))

    def go(what: str, *more: str) -> subprocess.CompletedProcess[str]:
        words = command(desk, what, book, tmp_path / "state", *certificate, *more)
        return subprocess.run(
            words, capture_output=True, text=True, env=environment, check=False, timeout=PATIENCE
        )

    sent = go("map", "--upload")
    assert sent.returncode == 0, sent.stderr
    assert "the app itself, by certificate" in sent.stderr
    asked = go("preflight", "--json")
    assert asked.returncode == 0, asked.stderr
    assert len(json.loads(asked.stdout)["rows"]) == len(NAMES)
    held = go("run", "--yes")
    assert held.returncode == 2
    assert "TRUST_SOURCE" in held.stdout
    words = ["--yes", "--confirm", "TRUST_SOURCE=GoodToProceed"]
    words += ["--confirm", "TRUST_TARGET=GoodToProceed", "--confirm", "COMPATIBILITY=Compatible"]
    run = command(desk, "run", book, tmp_path / "state", *certificate, *words)
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = []
        while (line := process.stdout.readline()) and line != "Not begun 3\n":
            said.append(line)
        process.kill()
    assert "Before the start: 12 of 12 gates pass.\n" in said
    desk.service.step(86_400)
    ended = go("run", "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    checked = go("after", "--check", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert [one["verdict"] for one in json.loads(checked.stdout)["people"]] == ["good"] * 3
    nobody = subprocess.run(
        [*command(desk, "after", book, tmp_path / "state")[:7], "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert nobody.returncode == 2
    assert "NO_SERVICE" in nobody.stderr


def test_the_command_line_signs_in_by_device_code(desk: Desk, book: Path, tmp_path: Path) -> None:
    words = command(desk, "map", book, tmp_path / "state", "--device-code")
    known = {side: desk.service.decide(side) for side in Side}
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("To sign in to the "):
                side = Side(line.split()[5])
                code = line.rpartition("code ")[2].split()[0]
                desk.service.enter_code(code, known[side].upn("admin"), known[side].word)
    assert process.returncode == 1, said
    assert any(one.startswith("This sign-in is not kept") for one in said)
    for side in Side:
        assert any(f"{side} tenant" in one and known[side].upn("admin") in one for one in said)


def test_the_command_line_says_what_is_missing(
    desk: Desk, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more, code in (
        (["--practice", "--device-code"], "PRACTICE_OR_REAL"),
        ([], "HOW_TO_SIGN_IN"),
        (["--device-code", "--certificate", "x.pem"], "HOW_TO_SIGN_IN"),
        (["--device-code", "--client-id", ""], "TENANTS_INCOMPLETE"),
        (["--certificate", "missing.pem"], "CERTIFICATE_UNREADABLE"),
        (["--device-code", "--graph-service", "https://evil.example"], "NOT_ON_THIS_MACHINE"),
        (["--device-code", "--source-tenant", "contoso.onmicrosoft.us"], "WRONG_CLOUD"),
    ):
        words = command(desk, "run", book, tmp_path / "state", "--yes", *more)
        assert main(words[3:]) == 2
        assert f"({code})" in capsys.readouterr().err
