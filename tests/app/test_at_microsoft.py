"""The whole job pointed at Microsoft's own hosts: what would be sent keeps the contract.

Nothing is sent: a proxy as companies have it takes every tunnel, and the practice tenants answer.
"""

from __future__ import annotations

import importlib.resources
import json
import re
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
import xlsxwriter
from jsonschema import Draft202012Validator

from app.client import GraphClient
from app.clock import SystemClock
from app.events import BookOpened, MovesChanged, ServiceConnected, SignInsChanged
from app.graph_moves import GraphMoves
from app.model import Side
from app.project import Project
from app.signed_in import Registration, SideState, Way
from project_follower import Follower, start_through_the_gates
from recording_proxy import GRAPH, LOGIN, Recorded, recording
from sign_in_service import SignInService, sign_in_service

NAMES = ("ana", "ben", "o.neil")
GONE = "gone"
OURS = "practice-source.onmicrosoft.com"
MIGRATIONS = "/solutions/sharePoint/migrations"
TASKS = f"{MIGRATIONS}/crossOrganizationMigrationTasks"
USER_MAP = f"{MIGRATIONS}/crossOrganizationUserMappings"
GROUP_MAP = f"{MIGRATIONS}/crossOrganizationGroupMappings"
KNOWN = (
    ("GET", "beta", rf"{TASKS}"),
    ("GET", "beta", rf"{TASKS}/[0-9a-f-]{{36}}"),
    ("GET", "beta", rf"{TASKS}/getBySourceUserPrincipalName\(sourcePrincipalName='[^']+'\)"),
    ("POST", "beta", rf"{TASKS}"),
    ("POST", "beta", rf"{TASKS}/[0-9a-f-]{{36}}/cancel"),
    ("GET", "beta", rf"{USER_MAP}\(sourceUserPrincipalName='[^']+'\)"),
    ("GET", "beta", rf"{GROUP_MAP}\(sourceGroupObjectId='[0-9a-f-]{{36}}'\)"),
    ("PATCH", "beta", rf"{USER_MAP}"),
    ("PATCH", "beta", rf"{GROUP_MAP}"),
    ("GET", "v1.0", r"/organization"),
    ("GET", "v1.0", r"/subscribedSkus"),
    ("GET", "v1.0", r"/users"),
    ("GET", "v1.0", r"/users/[^/]+"),
    ("GET", "v1.0", r"/users/[^/]+/drive"),
)
"""Every call that the pages of Microsoft Graph have and that this program makes."""
OPTIONS = {
    TASKS: {"$top", "$skiptoken", "$filter", "$count"},
    "/organization": {"$select"},
    "/subscribedSkus": {"$select"},
    "/users": {"$filter", "$select"},
}
"""The query options of a call; those of one user and of one OneDrive are `$select` alone."""
LISTED = r"userPrincipalName in \('[^']+'(,'[^']+'){0,14}\)"
GROUP = "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"
BODIES = {
    ("POST", TASKS): "userTask",
    ("PATCH", USER_MAP): "userMappings",
    ("PATCH", GROUP_MAP): "groupMappings",
}


def contract(name: str) -> Draft202012Validator:
    file = importlib.resources.files("resources") / "contract" / "requests.schema.json"
    whole = json.loads(file.read_text("utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]})


def check_call(method: str, version: str, path: str, body: object) -> None:
    """One call, alone or out of a batch, is one that the contract has."""
    plain = unquote(path.partition("?")[0])
    asked = parse_qs(path.partition("?")[2])
    usual = {"$select"} if plain.startswith("/users/") else set()
    assert set(asked) <= OPTIONS.get(plain, usual), path
    if plain == "/users":
        [condition] = asked["$filter"]
        assert re.fullmatch(LISTED, condition), condition
    known = [one for one in KNOWN if one[:2] == (method, version) and re.fullmatch(one[2], plain)]
    assert known, f"{method} /{version}{path} is in no page"
    schema = BODIES.get((method, plain))
    if schema is None:
        assert not body
    else:
        contract(schema).validate(body)


def check_request(asked: Recorded) -> list[tuple[str, str]]:
    """Everything that a request to Graph asks for; it keeps the contract."""
    assert re.fullmatch(r"Bearer [!-~]+", asked.headers["authorization"])
    assert uuid.UUID(asked.headers["client-request-id"]).version == 4
    assert asked.headers["user-agent"].startswith("TenantFerry/")
    if asked.body:
        assert asked.headers["content-type"] == "application/json"
    version, _, rest = asked.path.removeprefix("/").partition("/")
    path = f"/{rest}"
    if path != "/$batch":
        check_call(asked.method, version, path, asked.json if asked.body else None)
        return [(asked.method, path)]
    assert asked.method == "POST"
    contract("batch").validate(asked.json)
    inner: list[dict[str, Any]] = asked.json["requests"]
    assert len(inner) <= 20
    for one in inner:
        check_call(one["method"], version, one["url"], one.get("body"))
    return [(one["method"], one["url"]) for one in inner]


def sign_in_by_code(service: SignInService, project: Project, screen: Follower) -> None:
    link = project.sign_ins
    assert link is not None
    for side in Side:
        known = service.decide(side)
        link.set_up(side, Registration(known.domain, known.client_id))
        link.sign_in(side, Way.DEVICE_CODE)

        def of(event: SignInsChanged, side: Side = side) -> SideState:
            return event.source if side is Side.SOURCE else event.target

        def has_code(event: SignInsChanged, side: Side = side) -> bool:
            return of(event, side).code is not None

        def is_in(event: SignInsChanged, side: Side = side) -> bool:
            return of(event, side).who is not None and not of(event, side).is_waiting

        code = of(screen.until(SignInsChanged, has_code)).code
        assert code is not None
        assert code.page == f"{LOGIN}/device"
        service.enter_code(code.code, known.upn("admin"), known.word)
        screen.until(SignInsChanged, is_in)


def test_what_would_be_sent_to_microsoft_keeps_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps({f"{GONE}@{OURS}": {"side": "target"}}), "utf-8")
    with sign_in_service(tmp_path, "--people", str(people)) as (service, _):
        hosts = {GRAPH: service.base_url, LOGIN: service.origin}
        with recording(tmp_path, hosts, service.browser) as (proxy, root):
            for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv("HTTPS_PROXY", proxy.address)
            monkeypatch.setenv("SSL_CERT_FILE", str(root))
            ours, theirs = service.decide(), service.decide("target")
            book = tmp_path / "Wave.xlsx"
            with xlsxwriter.Workbook(book) as workbook:
                sheet = workbook.add_worksheet("Mapping")
                sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
                for number, name in enumerate((*NAMES, GONE), 1):
                    sheet.write_row(number, 0, (ours.upn(name), theirs.upn(name)))
                groups = workbook.add_worksheet("Groups")
                groups.write_row(0, 0, ("SourceGroupId", "TargetGroupId", "Type"))
                groups.write_row(1, 0, (GROUP, f"1{GROUP[1:]}", "RegularGroup"))
            screen = Follower()
            project = Project(screen.events.put, tmp_path / "state")
            project.open(book)
            screen.until(BookOpened)
            sign_in_by_code(service, project, screen)
            assert project.sign_ins is not None
            project.sign_ins.connect()
            screen.until(ServiceConnected)
            start_through_the_gates(project, screen)
            screen.until(MovesChanged, lambda _: all(one.move_id for one in screen.moves.values()))
            project.cancel(tuple(screen.moves))
            screen.until(
                MovesChanged, lambda _: all(m.cancel_wished for m in screen.moves.values())
            )
            project.ask_now()
            screen.until(
                MovesChanged, lambda _: all(m.status.is_final for m in screen.moves.values())
            )
            assert project.close(20.0)
            # So it is asked where the service gives no list, and near the end of a large project.
            ids = [one.move_id for one in screen.moves.values()]
            with closing(GraphClient(GRAPH, lambda: service.source_token)) as client:
                host = "https://practice-target-my.sharepoint.com"
                moves = GraphMoves(client, target_host=host, clock=SystemClock(), practice=False)
                assert {one.move_id for one in moves.states(ids)} == set(ids)
            assert proxy.refused == []
            calls = [
                call
                for asked in proxy.seen
                if asked.host == "graph.microsoft.com"
                for call in check_request(asked)
            ]
            starts = [one for one in calls if one == ("POST", TASKS)]
            drives = [path for method, path in calls if "/drive" in path]
            signed = [asked for asked in proxy.seen if asked.host != "graph.microsoft.com"]
    for method, _, pattern in KNOWN:
        made = [unquote(path.partition("?")[0]) for one, path in calls if one == method]
        assert any(re.fullmatch(pattern, path) for path in made), f"nobody asked {pattern}"
    assert len(starts) >= len(NAMES)
    assert any("getBySourceUserPrincipalName" in path for _, path in calls)
    assert any(path.endswith("/cancel") for _, path in calls)
    assert any(method == "PATCH" for method, _ in calls)
    assert not [path for path in drives if theirs.domain in path], "this would make the OneDrive"
    check_sign_in(signed)


def check_sign_in(signed: list[Recorded]) -> None:
    """Only the device code's own words go to the sign-in, and no password ever."""
    for asked in signed:
        form = parse_qs(asked.body.decode())
        assert not {"password", "client_secret"} & form.keys()
        for scope in form.get("scope", []):
            assert "https://graph.microsoft.com/.default" in scope.split()
    assert {asked.host for asked in signed} == {"login.microsoftonline.com"}
