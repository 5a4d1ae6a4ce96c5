"""Real msal signs in to the practice tenants: in each way, and through what goes wrong there."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from app.client import GraphClient
from app.clouds import Cloud
from app.errors import Refused, ServiceError, SignInRequired, Unreachable
from app.signed_in import DeviceCode, Kept, Registration, SignedIn, Way
from app.signin import PersonSignIn
from desk import Desk, Keeper, desk_at
from scripted_service import HeldClock
from sign_in_service import Known, app_certificate

TASKS = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_at(tmp_path, monkeypatch) as made:
        yield made


def signed_in(desk: Desk, known: Known, sign_in: PersonSignIn, name: str = "admin") -> SignedIn:
    page = desk.browser(known.upn(name), known.word)
    return sign_in.by_browser(page, threading.Event())


def asks(client: GraphClient) -> str:
    """Whom the tenant takes us for."""
    rows = client.get("/v1.0/organization")["value"]
    assert isinstance(rows, list)
    return str(rows[0]["id"])


def failure(act: Callable[[], object]) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        act()
    return caught.value


def test_a_person_signs_in_with_the_browser(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    who = signed_in(desk, known, sign_in)
    assert (who.tenant_id, who.account) == (known.tenant_id, known.upn("admin"))
    assert who.role_names == ("SharePoint Administrator",)
    assert "SharePointCrossTenantMigration.Manage.All" in who.permissions
    assert (who.way, sign_in.kept, sign_in.who) == (Way.BROWSER, Kept.NOT_KEPT, who)
    with desk.client(sign_in) as client:
        assert asks(client) == known.tenant_id
        assert client.get(TASKS)["value"] == []


def test_a_person_signs_in_with_a_device_code(desk: Desk) -> None:
    known = desk.service.decide("target")
    shown: list[DeviceCode] = []

    def show(code: DeviceCode) -> None:
        shown.append(code)
        desk.service.enter_code(code.code, known.upn("admin"), known.word)

    sign_in = desk.person(known)
    who = sign_in.by_device_code(show, threading.Event())
    assert who.tenant_id == known.tenant_id
    assert shown[0].page == f"{desk.service.origin}/device"
    with desk.client(sign_in) as client:
        assert asks(client) == known.tenant_id


@pytest.mark.parametrize("suffix", [".pem", ".pfx"])
def test_the_app_signs_in_with_its_certificate(desk: Desk, tmp_path: Path, suffix: str) -> None:
    made = app_certificate()
    known = desk.service.decide(certificates=[made.certificate])
    path = tmp_path / f"app{suffix}"
    path.write_bytes(made.whole.encode() if suffix == ".pem" else made.pfx("a word"))
    sign_in = desk.app(known, path, "" if suffix == ".pem" else "a word")
    who = sign_in.reconnect()
    assert who.is_application
    assert (who.tenant_id, who.account) == (known.tenant_id, known.client_id)
    assert "Files.Read.All" in who.permissions
    with desk.client(sign_in) as client:
        assert asks(client) == known.tenant_id


def test_an_expired_token_is_renewed_without_asking_anybody(desk: Desk) -> None:
    known = desk.service.decide(token_seconds=600)
    clock = HeldClock()
    sign_in = desk.person(known, clock=clock)
    signed_in(desk, known, sign_in)
    first = sign_in.token()
    assert sign_in.token() == first
    clock.seconds += 500
    second = sign_in.token()
    assert second != first, "renewed before its end"
    # The service's clock runs ahead of ours: it refuses what we take for good.
    desk.service.step(700)
    with desk.client(sign_in) as client:
        assert asks(client) == known.tenant_id
    assert sign_in.token() not in (first, second)


def test_an_outage_is_no_matter_while_the_old_token_is_good(desk: Desk) -> None:
    known = desk.service.decide(token_seconds=600)
    clock = HeldClock()
    sign_in = desk.person(known, clock=clock)
    signed_in(desk, known, sign_in)
    first = sign_in.token()
    desk.service.decide(outage=1_000)
    clock.seconds += 500
    assert sign_in.token() == first
    clock.seconds += 101
    assert isinstance(failure(sign_in.token), Unreachable)


def test_a_revoked_sign_in_stops_workers_until_somebody_signs_in_again(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    signed_in(desk, known, sign_in)
    desk.service.decide(revoke=known.upn("admin"))
    with desk.client(sign_in) as client:
        error = failure(lambda: client.get(TASKS))
        assert isinstance(error, SignInRequired)
        assert "AADSTS50173" in error.detail
        assert isinstance(failure(sign_in.token), SignInRequired)
        signed_in(desk, known, sign_in)
        assert client.get(TASKS)["value"] == []


def test_a_second_proof_is_asked_of_the_person_not_of_the_worker(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    signed_in(desk, known, sign_in)
    desk.service.decide(interaction=[known.upn("admin")])
    error = failure(lambda: sign_in.renew(sign_in.token(), ""))
    assert isinstance(error, SignInRequired)
    assert "second proof" in error.title
    signed_in(desk, known, sign_in)
    assert sign_in.renew(sign_in.token(), "")


def test_nobody_is_signed_in_at_first(desk: Desk) -> None:
    sign_in = desk.person(desk.service.decide())
    assert sign_in.who is None
    assert isinstance(failure(sign_in.token), SignInRequired)
    assert isinstance(failure(sign_in.reconnect), SignInRequired)


def test_a_kept_sign_in_outlives_the_program_until_it_is_signed_out(desk: Desk) -> None:
    known, place = desk.service.decide(), Keeper()
    first = desk.person(known, place)
    who = signed_in(desk, known, first)
    assert first.kept is Kept.ENCRYPTED
    second = desk.person(known, place)
    assert second.reconnect() == who
    second.sign_out()
    assert second.who is None
    assert isinstance(failure(second.token), SignInRequired)
    third = desk.person(known, place)
    assert isinstance(failure(third.reconnect), SignInRequired)


def test_what_was_kept_and_makes_no_sense_is_as_good_as_nothing(desk: Desk) -> None:
    sign_in = desk.person(desk.service.decide(), Keeper("{ no json"))
    assert isinstance(failure(sign_in.token), SignInRequired)


def test_the_account_of_another_tenant_does_not_get_in(desk: Desk) -> None:
    known, other = desk.service.decide(), desk.service.decide("target")
    sign_in = desk.person(known)
    cancelled = threading.Event()

    def open_page(address: str) -> bool:
        page = desk.service.log_in(address, other.upn("admin"), other.word)
        assert "AADSTS50020" in page.text
        cancelled.set()
        return True

    error = failure(lambda: sign_in.by_browser(open_page, cancelled))
    assert error.code == "NOT_SIGNED_IN"
    assert sign_in.who is None


def test_a_stranger_who_knocks_does_not_end_the_wait(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    statuses: list[int] = []
    real = desk.browser(known.upn("admin"), known.word)

    def open_page(address: str) -> bool:
        found = re.search(r"redirect_uri=([^&]+)", address)
        assert found is not None
        back = unquote(found[1])

        def knock() -> None:
            forged = {"code": "stolen", "state": "guessed"}
            statuses.append(desk.service.browser.post(back, data=forged).status_code)
            statuses.append(desk.service.browser.get(f"{back}/?code=x").status_code)
            real(address)

        desk.begin(knock)
        return True

    assert sign_in.by_browser(open_page, threading.Event()).tenant_id == known.tenant_id
    assert statuses == [400, 404]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "APP_UNKNOWN"),
        ({"domain": "nobody.example"}, "TENANT_UNKNOWN"),
        ({"domain": "contoso.onmicrosoft.us"}, "WRONG_CLOUD"),
        ({"domain": "not a tenant/.."}, "TENANT_UNKNOWN"),
    ],
)
def test_a_wrong_registration_is_named(desk: Desk, changes: dict[str, str], code: str) -> None:
    sign_in = desk.person(replace(desk.service.decide(), **changes))
    error = failure(lambda: sign_in.by_device_code(lambda _code: None, threading.Event()))
    assert (type(error), error.code) == (Refused, code)
    assert error.remedy


def test_consent_that_is_missing_is_named(desk: Desk) -> None:
    known = desk.service.decide(delegated=[])
    error = failure(lambda: signed_in(desk, known, desk.person(known)))
    assert error.code == "CONSENT_MISSING"
    assert "AADSTS90094" in error.detail


def test_a_registration_without_public_flows_is_named(desk: Desk) -> None:
    known = desk.service.decide(public=False)
    sign_in = desk.person(known)
    error = failure(lambda: sign_in.by_device_code(lambda _code: None, threading.Event()))
    assert error.code == "PUBLIC_CLIENT_OFF"


def test_a_device_code_may_be_declined_or_given_up(desk: Desk) -> None:
    known = desk.service.decide()
    cancelled = threading.Event()
    sign_in = desk.person(known)

    def decline(code: DeviceCode) -> None:
        desk.service.enter_code(code.code, "", "", "no")

    declined = failure(lambda: sign_in.by_device_code(decline, cancelled))
    assert declined.code == "DECLINED"
    given_up = failure(lambda: sign_in.by_device_code(lambda _code: cancelled.set(), cancelled))
    assert given_up.code == "NOT_SIGNED_IN"


def test_no_browser_is_said(desk: Desk) -> None:
    sign_in = desk.person(desk.service.decide())
    error = failure(lambda: sign_in.by_browser(lambda _address: False, threading.Event()))
    assert error.code == "NO_BROWSER"


def test_a_certificate_that_nobody_knows_is_named(desk: Desk, tmp_path: Path) -> None:
    known = desk.service.decide()
    path = tmp_path / "app.pem"
    path.write_text(app_certificate().whole, "ascii")
    sign_in = desk.app(known, path)
    assert failure(sign_in.reconnect).code == "CERTIFICATE_UNKNOWN"
    worker = failure(sign_in.token)
    assert isinstance(worker, SignInRequired)
    assert worker.code == "CERTIFICATE_UNKNOWN"


def test_a_certificate_that_cannot_be_read_is_named(desk: Desk, tmp_path: Path) -> None:
    known, made = desk.service.decide(), app_certificate()
    other = app_certificate()
    for name, content in (
        ("none.pem", None),
        ("half.pem", made.certificate),
        ("mixed.pem", made.private_key + other.certificate),
        ("words.pem", "not a certificate"),
        ("words.pfx", "not a certificate"),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_text(content, "ascii")
        error = failure(lambda: desk.app(known, path))  # noqa: B023 - called at once
        assert error.code == "CERTIFICATE_UNREADABLE"
        assert name in error.detail
    locked = tmp_path / "locked.pfx"
    locked.write_bytes(made.pfx("a word"))
    assert failure(lambda: desk.app(known, locked, "another")).code == "CERTIFICATE_UNREADABLE"


def test_no_token_stands_in_any_error(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    signed_in(desk, known, sign_in)
    token = sign_in.token()
    desk.service.decide(revoke=known.upn("admin"))
    error = failure(lambda: sign_in.renew(token, ""))
    for text in (str(error), repr(error), error.detail, repr(sign_in), repr(sign_in.who)):
        assert token not in text
        assert "eyJ" not in text


def test_many_workers_share_one_renewal(desk: Desk) -> None:
    known = desk.service.decide()
    sign_in = desk.person(known)
    signed_in(desk, known, sign_in)
    old = sign_in.token()
    found: list[str] = []
    workers = [
        threading.Thread(
            target=lambda: found.append(sign_in.renew(old, "")), name=f"w{n}", daemon=True
        )
        for n in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(found)) == 1
    assert old not in found


def test_a_sign_in_that_is_not_trusted_or_not_there_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = desk.service.decide()
    empty = tmp_path / "empty.pem"
    empty.write_text("", "ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    error = failure(lambda: desk.person(known).by_browser(lambda _address: True, threading.Event()))
    assert (type(error), error.code) == (Unreachable, "NOT_TRUSTED")
    nowhere = PersonSignIn(
        Registration(known.domain, known.client_id), cloud=Cloud("https://localhost:9", "x")
    )
    assert failure(lambda: nowhere.by_browser(lambda _address: True, threading.Event())).code == (
        "NOT_CONNECTED"
    )
    nowhere.close()
