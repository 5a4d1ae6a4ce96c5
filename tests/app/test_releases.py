"""Newer versions are asked for in one call, over TLS, and an odd answer is no version."""

from __future__ import annotations

import json
import queue
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from app import __version__
from app.errors import AppError
from app.release_watch import FILE, ReleaseWatch, read_feed
from app.releases import Release, VersionsLooked, is_newer, newest_release
from scripted_service import Reply, ScriptedService, scripted_service

PAGE = "https://example.org/ferry/releases/v2.0.0"
LATEST = {"tag_name": "v2.0.0", "html_url": PAGE, "body": "what is new", "assets": []}
Look = Callable[[bool], VersionsLooked]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedService]:
    """A list of releases on this machine, with a certificate that this system trusts."""
    authority = trustme.CA()
    trusted = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with scripted_service() as made:
        made.socket = context.wrap_socket(made.socket, server_side=True)
        yield made


def address(service: ScriptedService) -> str:
    return f"https://localhost:{service.server_address[1]}/repos/x/y/releases/latest"


@pytest.fixture
def look(service: ScriptedService) -> Iterator[Look]:
    told: queue.Queue[VersionsLooked] = queue.Queue()
    watch = ReleaseWatch(address(service), told.put)

    def ask(by_hand: bool) -> VersionsLooked:
        watch.look(by_hand=by_hand)
        return told.get(timeout=20)

    yield ask
    watch.close(5)


def test_one_call_tells_of_the_newest_release(service: ScriptedService, look: Look) -> None:
    service.say(200, LATEST)
    assert look(True) == VersionsLooked(Release("2.0.0", PAGE), None, by_hand=True)
    [heard] = service.heard
    assert (heard.method, heard.path, heard.body) == ("GET", "/repos/x/y/releases/latest", b"")
    assert heard.headers["user-agent"] == f"TenantFerry/{__version__}"
    assert not {"authorization", "cookie"} & heard.headers.keys()


def test_it_can_be_asked_again_after_a_fault(service: ScriptedService, look: Look) -> None:
    service.replies.append(Reply(hang_up=True))
    service.say(200, LATEST)
    first = look(False)
    assert first.newest is None
    assert first.error is not None
    assert first.error.code == "VERSIONS_NOT_KNOWN"
    assert look(False).newest == Release("2.0.0", PAGE)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (404, {"message": "Not Found"}, "HTTP 404"),
        (302, LATEST, "HTTP 302"),
        (200, b"", "cannot be read"),
        (200, b"<html>", "cannot be read"),
        (200, b"[" * 100_000, "cannot be read"),
        (200, [LATEST], "no JSON object"),
        (200, LATEST | {"tag_name": "nightly"}, "no version"),
        (200, LATEST | {"tag_name": None}, "no version"),
        (200, LATEST | {"html_url": "http://example.org/"}, "https://"),
        (200, LATEST | {"html_url": "file:///C:/Windows/cmd.exe"}, "https://"),
        (200, LATEST | {"html_url": "https://a@example.org/"}, "https://"),
        (200, LATEST | {"html_url": "https://example.org/\n<b>"}, "https://"),
        (200, {key: value for key, value in LATEST.items() if key != "html_url"}, "https://"),
    ],
)
def test_an_odd_answer_is_no_version(
    service: ScriptedService, look: Look, status: int, body: object, why: str
) -> None:
    service.say(status, body, Location="https://example.org/")
    looked = look(True)
    assert looked.newest is None
    assert looked.error is not None
    assert why in looked.error.detail
    assert len(service.heard) == 1


def test_a_certificate_that_is_not_trusted_is_told(
    service: ScriptedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    told: queue.Queue[VersionsLooked] = queue.Queue()
    watch = ReleaseWatch(address(service), told.put)
    watch.look(by_hand=True)
    error = told.get(timeout=20).error
    watch.close(5)
    assert error is not None
    assert "not trusted" in error.detail


def test_nothing_is_told_after_the_end(service: ScriptedService) -> None:
    service.say(200, LATEST)
    told: list[VersionsLooked] = []
    watch = ReleaseWatch(address(service), told.append)
    watch.close(5)
    watch.look(by_hand=False)
    watch.close(20)
    assert told == []


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("0.2.0", "0.1.9", True),
        ("0.10.0", "0.9.0", True),
        ("1.0.0", "0.99.99", True),
        ("1.0.0", "1.0.0", False),
        ("0.9.0", "0.10.0", False),
        ("2.0.0-rc1", "1.0.0", False),
        ("2.0.0", "unknown", False),
    ],
)
def test_versions_are_compared_number_by_number(version: str, than: str, newer: bool) -> None:
    assert is_newer(version, than) is newer


def test_the_numbers_of_a_release_are_plain() -> None:
    assert newest_release(json.dumps(LATEST | {"tag_name": "01.02.003"})).version == "1.2.3"


def test_nothing_is_asked_where_the_build_names_no_place(tmp_path: Path) -> None:
    assert read_feed(tmp_path) == ""


def test_an_organisation_may_name_its_own_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('feed = "https://releases.contoso.test/ferry"\n')
    assert read_feed(tmp_path) == "https://releases.contoso.test/ferry"


@pytest.mark.parametrize(
    "text",
    [
        'feed = "http://releases.contoso.test/"',
        'feed = "https://"',
        'feed = "https://releases.contoso.test/?key=1"',
        "feed = 1",
        "feed",
    ],
)
def test_a_place_that_cannot_be_is_told_with_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(AppError) as caught:
        read_feed(tmp_path)
    assert caught.value.code == "FEED_UNREADABLE"
    assert FILE in caught.value.detail
