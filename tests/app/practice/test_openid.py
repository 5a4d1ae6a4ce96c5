"""The practice sign-in answers as Microsoft Entra would, whoever asks."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sign_in_service import (
    SCOPE,
    AppCertificate,
    Known,
    SignInService,
    app_certificate,
    form_of,
    sign_in_service,
)

VERIFIER = "v" * 43
BACK = "http://localhost:49152"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SignInService]:
    with sign_in_service(tmp_path) as (running, _):
        yield running


def address(service: SignInService, known: Known, **changes: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    asked = {
        "client_id": known.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": f"openid offline_access {SCOPE}",
        "state": "my state",
        "nonce": "my nonce",
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{service.origin}/{known.tenant_id}/oauth2/v2.0/authorize?{urlencode(asked)}"


def sent_back(page: httpx.Response) -> dict[str, str]:
    """What the browser brings to the program."""
    assert page.status_code == 302, page.text
    found = urlsplit(page.headers["location"])
    assert f"{found.scheme}://{found.netloc}" == BACK
    return {name: values[0] for name, values in parse_qs(found.query).items()}


def code_for(service: SignInService, known: Known, name: str = "admin") -> str:
    page = service.log_in(address(service, known), known.upn(name), known.word)
    back = sent_back(page)
    assert back["state"] == "my state"
    return back["code"]


def by_code(known: Known, code: str, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": known.client_id,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_info": "1",
        **changes,
    }


def assert_refused(answer: httpx.Response, number: int, error: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert body["error_codes"] == [number], body
    assert body["error"] == error
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert body["trace_id"] in body["error_description"]
    assert answer.status_code in (400, 401, 503)
    return body


def test_the_configuration_names_addresses_that_answer(service: SignInService) -> None:
    known = service.decide()
    base = f"{service.origin}/{known.domain}/v2.0/.well-known/openid-configuration"
    found = service.browser.get(base).json()
    assert found["issuer"] == f"{service.origin}/{known.tenant_id}/v2.0"
    assert found["cloud_instance_name"] == "microsoftonline.com"
    assert service.browser.get(found["jwks_uri"]).json()["keys"][0]["kty"] == "RSA"
    assert service.browser.get(found["end_session_endpoint"]).status_code == 200


def test_a_code_gives_tokens_that_the_tenant_takes(service: SignInService) -> None:
    known = service.decide()
    answer = service.token(known.tenant_id, by_code(known, code_for(service, known)))
    tokens = answer.json()
    keys = service.browser.get(f"{service.origin}/{known.tenant_id}/discovery/v2.0/keys").json()
    key = jwt.PyJWK(keys["keys"][0])
    identity = jwt.decode(tokens["id_token"], key, audience=known.client_id)
    assert identity["preferred_username"] == known.upn("admin")
    assert (identity["tid"], identity["nonce"]) == (known.tenant_id, "my nonce")
    assert SCOPE in tokens["scope"].split()
    calling = {"Authorization": f"Bearer {tokens['access_token']}"}
    there = service.browser.get(f"{service.base_url}/v1.0/organization", headers=calling)
    assert there.json()["value"][0]["id"] == known.tenant_id


def test_a_code_is_good_once_for_the_one_who_asked(service: SignInService) -> None:
    known = service.decide()
    code = code_for(service, known)
    wrong = by_code(known, code, code_verifier="w" * 43)
    assert_refused(service.token(known.tenant_id, wrong), 501481, "invalid_grant")
    again = service.token(known.tenant_id, by_code(known, code))
    assert_refused(again, 70000, "invalid_grant")
    other = service.decide("target")
    elsewhere = by_code(other, code_for(service, known))
    assert_refused(service.token(other.tenant_id, elsewhere), 70000, "invalid_grant")
    late = code_for(service, known)
    service.step(601)
    assert_refused(service.token(known.tenant_id, by_code(known, late)), 70008, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": "somebody-else"}, 700016),
        ({"redirect_uri": "https://evil.example/"}, 50011),
        ({"redirect_uri": "http://localhost.evil.example/"}, 50011),
        ({"response_type": "token"}, 90014),
        ({"code_challenge_method": "plain"}, 90014),
    ],
)
def test_a_wrong_request_never_leaves_the_page(
    service: SignInService, changes: dict[str, str], number: int
) -> None:
    page = service.browser.get(address(service, service.decide(), **changes))
    assert page.status_code == 400
    assert f"AADSTS{number}" in page.text


@pytest.mark.parametrize(
    ("name", "word", "number"),
    [
        ("admin", "a guess", 50126),
        ("stranger", "let me in", 50034),
        ("reader", "let me in", 50057),
        ("nobody", "let me in", 53003),
    ],
)
def test_who_may_not_in_stays_on_the_page(
    service: SignInService, name: str, word: str, number: int
) -> None:
    known = service.decide()
    service.decide(disabled=[known.upn("reader")], blocked=[known.upn("nobody")])
    page = service.log_in(address(service, known), known.upn(name), word)
    assert page.status_code == 400
    assert f"AADSTS{number}" in page.text


def test_an_account_of_the_other_tenant_is_told_so(service: SignInService) -> None:
    known, other = service.decide(), service.decide("target")
    page = service.log_in(address(service, known), other.upn("admin"), other.word)
    assert "AADSTS50020" in page.text


def test_consent_is_asked_of_an_administrator_alone(service: SignInService) -> None:
    known = service.decide(delegated=[])
    where = address(service, known)
    refused = sent_back(service.log_in(where, known.upn("admin"), known.word))
    assert "AADSTS90094" in refused["error_description"]
    declined = service.log_in(where, known.upn("global"), known.word, "no")
    assert sent_back(declined)["error"] == "access_denied"
    accepted = service.log_in(where, known.upn("global"), known.word, "yes")
    assert "code" in sent_back(accepted)
    assert code_for(service, known)


def test_a_refresh_token_lives_until_it_is_revoked(service: SignInService) -> None:
    known = service.decide()
    tokens = service.token(known.tenant_id, by_code(known, code_for(service, known))).json()
    form = {
        "grant_type": "refresh_token",
        "client_id": known.client_id,
        "refresh_token": tokens["refresh_token"],
        "scope": SCOPE,
    }
    assert "access_token" in service.token(known.tenant_id, form).json()
    service.decide(interaction=[known.upn("admin")])
    asked = assert_refused(service.token(known.tenant_id, form), 50076, "interaction_required")
    assert "claims" in asked
    service.decide(interaction=[], revoke=known.upn("admin"))
    assert_refused(service.token(known.tenant_id, form), 50173, "invalid_grant")
    calling = {"Authorization": f"Bearer {tokens['access_token']}"}
    there = service.browser.get(f"{service.base_url}/v1.0/organization", headers=calling)
    assert there.status_code == 401
    assert "insufficient_claims" in there.headers["www-authenticate"]


def test_an_access_token_ends_with_its_time(service: SignInService) -> None:
    known = service.decide(token_seconds=60)
    tokens = service.token(known.tenant_id, by_code(known, code_for(service, known))).json()
    assert tokens["expires_in"] == 60
    calling = {"Authorization": f"Bearer {tokens['access_token']}"}
    where = f"{service.base_url}/v1.0/organization"
    assert service.browser.get(where, headers=calling).status_code == 200
    service.step(61)
    late = service.browser.get(where, headers=calling)
    assert (late.status_code, late.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_foreign_signature_opens_nothing(service: SignInService) -> None:
    known = service.decide()
    claims = {"aud": "https://graph.microsoft.com", "tid": known.tenant_id, "idtyp": "app"}
    forged = jwt.encode(
        claims | {"roles": [], "exp": 2**40}, app_certificate().private_key, "RS256"
    )
    calling = {"Authorization": f"Bearer {forged}"}
    there = service.browser.get(f"{service.base_url}/v1.0/organization", headers=calling)
    assert there.status_code == 401


def test_a_device_code_waits_for_a_person(service: SignInService) -> None:
    known = service.decide()
    where = f"{service.origin}/{known.tenant_id}/oauth2/v2.0/devicecode"
    begin = {"client_id": known.client_id, "scope": f"openid {SCOPE}"}
    device = service.browser.post(where, data=begin).json()
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": known.client_id,
        "device_code": device["device_code"],
    }
    asked = service.token(known.tenant_id, form)
    assert_refused(asked, 70016, "authorization_pending")
    wrong = service.enter_code("XXXXXXXXX", known.upn("admin"), known.word)
    assert "AADSTS70018" in wrong.text
    service.enter_code(device["user_code"], known.upn("admin"), known.word)
    assert "access_token" in service.token(known.tenant_id, form).json()
    second = service.browser.post(where, data=begin).json()
    service.enter_code(second["user_code"], "", "", "no")
    refused = service.token(known.tenant_id, form | {"device_code": second["device_code"]})
    assert_refused(refused, 65004, "authorization_declined")
    third = service.browser.post(where, data=begin).json()
    service.step(901)
    late = service.token(known.tenant_id, form | {"device_code": third["device_code"]})
    assert_refused(late, 70020, "expired_token")
    service.decide(public=False)
    assert_refused(service.browser.post(where, data=begin), 7000218, "invalid_client")


def assertion(made: AppCertificate, known: Known, audience: str, **changes: Any) -> str:
    now = int(time.time())
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    print_of = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256()))
    claims = {
        "aud": audience,
        "iss": known.client_id,
        "sub": known.client_id,
        "exp": now + 600,
        "nbf": now - 10,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    head = {"x5t#S256": print_of.rstrip(b"=").decode()}
    return jwt.encode(claims, made.private_key, "PS256", headers=head)


def test_a_certificate_speaks_for_the_app_alone(service: SignInService) -> None:
    known, made = service.decide(), app_certificate()
    audience = f"{service.origin}/{known.tenant_id}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_assertion_type": ASSERTION,
        "scope": SCOPE,
    }

    def ask(word: str, **changes: str) -> httpx.Response:
        return service.token(known.tenant_id, form | {"client_assertion": word} | changes)

    good = assertion(made, known, audience)
    assert_refused(ask(good), 700027, "invalid_client")
    service.decide(certificates=[made.certificate])
    claims = jwt.decode(ask(good).json()["access_token"], options={"verify_signature": False})
    assert claims["idtyp"] == "app"
    assert "SharePointCrossTenantMigration.Manage.All" in claims["roles"]
    late = assertion(made, known, audience, exp=int(time.time()) - 5)
    assert_refused(ask(late), 700024, "invalid_client")
    elsewhere = assertion(made, known, "https://login.example/token")
    assert_refused(ask(elsewhere), 700027, "invalid_client")
    stolen = AppCertificate(app_certificate().private_key, made.certificate)
    assert_refused(ask(assertion(stolen, known, audience)), 700027, "invalid_client")
    assert_refused(ask(good, client_id="x"), 700016, "unauthorized_client")
    assert_refused(ask(""), 7000218, "invalid_client")
    assert_refused(
        ask(good, scope="https://graph.microsoft.com/User.Read.All"), 70011, "invalid_scope"
    )
    over = app_certificate(not_after=datetime.now(UTC) - timedelta(days=1))
    service.decide(certificates=[over.certificate])
    assert_refused(ask(assertion(over, known, audience)), 7000222, "invalid_client")


def test_without_an_administrators_role_a_permission_moves_nobody(service: SignInService) -> None:
    known = service.decide()
    form = by_code(known, code_for(service, known, "reader"))
    tokens = service.token(known.tenant_id, form).json()
    calling = {"Authorization": f"Bearer {tokens['access_token']}"}
    tasks = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
    assert "SharePointCrossTenantMigration.Read.All" in tokens["scope"]
    there = service.browser.get(service.base_url + tasks, headers=calling)
    assert there.status_code == 403


def test_unknown_tenants_addresses_and_wishes_are_refused(service: SignInService) -> None:
    missing = service.browser.get(f"{service.origin}/nobody.example/oauth2/v2.0/authorize")
    assert_refused(missing, 90002, "invalid_tenant")
    known = service.decide()
    assert service.browser.get(f"{service.origin}/{known.tenant_id}/x").status_code == 404
    control = f"{service.origin}/practice/sign-in"
    assert service.browser.post(control, json={}).status_code == 401
    foreign = service.browser.get(f"{service.origin}/device", headers={"Host": "evil.example"})
    assert foreign.status_code == 400
    calling = {"Authorization": f"Bearer {service.source_token}"}
    for wish in ({"tenant": "other"}, {"tenant": "source", "certificates": ["no pem"]}):
        refused = service.browser.post(control, json=wish, headers=calling)
        assert refused.status_code == 400


def test_sessions_and_consent_outlive_a_restart(tmp_path: Path) -> None:
    with sign_in_service(tmp_path) as (service, _):
        known = service.decide(delegated=["User.Read.All"])
        tokens = service.token(known.tenant_id, by_code(known, code_for(service, known))).json()
    with sign_in_service(tmp_path) as (service, _):
        form = {
            "grant_type": "refresh_token",
            "client_id": known.client_id,
            "refresh_token": tokens["refresh_token"],
            "scope": SCOPE,
        }
        again = service.token(known.tenant_id, form).json()
        assert again["scope"] == f"{SCOPE} https://graph.microsoft.com/User.Read.All"
        assert form_of(service.browser.get(address(service, known)).text)[0].endswith("/login")
