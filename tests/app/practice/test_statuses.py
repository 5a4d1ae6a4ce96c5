"""Each status of the contract by its cause, and the addresses that only practice tenants have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from practice_process import TASKS, body
from wire import JSON, Reply, Wire, wired

NO_WHERE = "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("status") / "state.db") as running:
        yield running


def practice(wire: Wire, path: str, content: bytes, token: str = "") -> Reply:
    headers = {"Authorization": f"Bearer {token or wire.source}", "Content-Type": JSON}
    return wire.raw("POST", f"/practice/{path}", content, headers)


def scenario(folder: Path, text: str) -> str:
    file = folder / "scenario.toml"
    file.write_text(f'title = "T"\ndescription = "D"\n{text}\n', "utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("[tenants]\nsame_farm = true", 501, "MnAPartnersOnTheSameFarm"),
        ('[tenants]\ntrust = "none"', 422, "MnATrustNoSetupForPartner"),
        ("[tenants]\nmap_is_complete = false", 422, "MnAIdentityMapEntryDoesNotExistsForSourceUPN"),
        ("[people]\nwithout_drive = 1.0", 422, "MnAOdbForSourceUPNDoesNotExist"),
        ("[tenants]\nfeature_is_enabled = false", 422, "FeatureIsNotEnabled"),
    ],
)
def test_a_start_is_refused_by_its_cause(tmp_path: Path, text: str, status: int, code: str) -> None:
    with wired(tmp_path / "state.db", "--scenario", scenario(tmp_path, text)) as wire:
        reply = wire.call("POST", TASKS, body("ana@tailspin.com"))
        assert (reply.status, reply.error["code"]) == (status, code)
        lookup = "getBySourceUserPrincipalName(sourcePrincipalName='ana@tailspin.com')"
        assert wire.get(f"{TASKS}/{lookup}").status == 404


def test_a_mapping_uploaded_over_graph_opens_the_way(tmp_path: Path) -> None:
    text = "[tenants]\nmap_is_complete = false"
    with wired(tmp_path / "state.db", "--scenario", scenario(tmp_path, text)) as wire:
        (organization,) = wire.get("/v1.0/organization").json["value"]
        entry = {
            "sourceOrganizationId": organization["id"],
            "userType": "regularUser",
            "sourceUserIdentity": {"userPrincipalName": "ana@tailspin.com"},
            "targetUserIdentity": {"userPrincipalName": "ana@northwind.com"},
        }
        address = "/beta/solutions/sharePoint/migrations/crossOrganizationUserMappings"
        sent = {"@context": "#$delta", "value": [entry]}
        assert wire.call("PATCH", address, sent, token=wire.target).status == 200
        other = wire.call("POST", TASKS, body("ana@tailspin.com", "anna@northwind.com"))
        assert other.status == 422
        assert other.error["code"] == "MnAIdentityMapEntryDoesNotMatchRequest"
        asked = body("ana@tailspin.com", "ana@northwind.com")
        assert wire.call("POST", TASKS, asked).status == 200


def test_without_trust_not_even_the_state_is_told(tmp_path: Path) -> None:
    with wired(tmp_path / "state.db") as wire:
        task_id = wire.call("POST", TASKS, body("ana@tailspin.com")).json["id"]
        wire.service.process.kill()
        wire.service.process.wait()
    text = scenario(tmp_path, '[tenants]\ntrust = "none"')
    with wired(tmp_path / "state.db", "--scenario", text) as wire:
        lookup = "getBySourceUserPrincipalName(sourcePrincipalName='ana@tailspin.com')"
        for reply in (
            wire.get(f"{TASKS}/{task_id}"),
            wire.get(f"{TASKS}/{lookup}"),
            wire.call("POST", f"{TASKS}/{task_id}/cancel"),
        ):
            assert reply.status == 422
            assert reply.error["code"] == "MnATrustNoSetupForPartner"
        assert wire.get(f"{TASKS}/{NO_WHERE}").status == 404


def test_a_scenario_troubles_single_calls_and_those_in_a_batch(tmp_path: Path) -> None:
    text = '[[incidents]]\nwhat = "throttled"\nlasts_minutes = 60\nretry_after_seconds = 1.5'
    with wired(tmp_path / "state.db", "--scenario", scenario(tmp_path, text)) as wire:
        # It begins with the first start.
        assert wire.get("/v1.0/organization").status == 200
        assert wire.call("POST", TASKS, body("ana@tailspin.com")).status == 200
        reply = wire.get("/v1.0/organization")
        assert reply.status == 429
        assert float(reply.headers["retry-after"]) == 1.5
        wire.service.step(3600)
        assert wire.get("/v1.0/organization").status == 200


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("tokens", b"{}"),
        ("tokens", b"[]"),
        ("tokens", b"{"),
        ("tokens", b'{"side": "both", "delegated": true}'),
        ("tokens", b'{"side": "source", "delegated": 1}'),
        ("tokens", b'{"side": "source", "delegated": true, "permissions": ["All"]}'),
        ("tokens", b'{"side": "source", "delegated": true, "permissions": [[]]}'),
        ("tokens", b'{"side": "source", "delegated": true, "permissions": "User.Read"}'),
        ("tokens", b'{"side": "source", "delegated": true, "seconds": -1}'),
        ("tokens", b'{"side": ["source"], "delegated": true}'),
        ("trouble", b'{"limit": {"calls": 1}}'),
        ("trouble", b'{"limit": {"calls": -1, "seconds": 1}}'),
        ("trouble", b'{"limit": 5}'),
        ("trouble", b'{"fail": {"calls": 1, "status": 500, "retry_after": 1}}'),
        ("trouble", b'{"fail": {"calls": 1, "status": [], "retry_after": 1}}'),
        ("trouble", b'{"fail": {"calls": "1", "status": 429, "retry_after": 1}}'),
        ("trouble", b'{"fail": {"calls": 1, "status": 429, "retry_after": 1e9}}'),
        ("trouble", b'{"storm": 1}'),
    ],
)
def test_wrong_wishes_are_refused(wire: Wire, path: str, content: bytes) -> None:
    reply = practice(wire, path, content)
    assert reply.status == 400
    assert reply.error["message"]
    assert wire.get("/v1.0/organization").status == 200


def test_the_target_tenant_cannot_ask_for_tokens_or_trouble(wire: Wire) -> None:
    for path in ("tokens", "trouble", "clock"):
        assert practice(wire, path, b"{}", wire.target).status == 403
        assert practice(wire, path, b"{}", "unknown").status == 401
    for path in ("tokens", "trouble"):
        headers = {"Authorization": f"Bearer {wire.source}"}
        assert wire.raw("GET", f"/practice/{path}", headers=headers).status == 405
    assert wire.raw("POST", "/practice/openapi.json").status == 405


def test_a_body_that_is_too_large(wire: Wire) -> None:
    huge = {"requests": [{"id": "1", "method": "GET", "url": "/" + "x" * 1_100_000}]}
    reply = wire.call("POST", "/v1.0/$batch", huge)
    assert reply.status == 413


def test_ids_and_the_date_come_with_every_answer(wire: Wire) -> None:
    wished = "0f4c5a1e-1111-4222-8333-444455556666"
    for reply in (
        wire.call("GET", "/v1.0/organization", **{"client-request-id": wished}),
        wire.call("GET", f"{TASKS}/{NO_WHERE}", **{"client-request-id": wished}),
        wire.call("GET", "/v1.0/organization", token="x", **{"client-request-id": wished}),
    ):
        assert reply.headers["client-request-id"] == wished
        assert reply.headers["request-id"] != wished
        assert reply.headers["date"].endswith("GMT")
        if reply.status >= 400:
            inner = reply.error["innerError"]
            assert inner["request-id"] == reply.headers["request-id"]
            assert inner["client-request-id"] == wished
