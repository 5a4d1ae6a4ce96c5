"""The addresses of OneDrives: no two are the same, and a move is found by its source's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from practice_process import TASKS, body
from shell_process import SOURCE_MY, TARGET_MY
from wire import Reply, Wire, wired

ALIKE = ("a.b@tailspin.com", "a_b@tailspin.com", "A-B@tailspin.com")


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("sites") / "state.db") as running:
        yield running


def url_of(wire: Wire, upn: str) -> str:
    return str(wire.get(f"/v1.0/users/{upn}?$select=mySite").json["mySite"])


def by_site(wire: Wire, url: str) -> Reply:
    return wire.get(f"{TASKS}/getBySourceSiteUrl(sourceSiteUrl='{url}')")


def made(wire: Wire, source: str) -> Any:
    asked = body(source, targetOrganizationHost=TARGET_MY)
    reply = wire.call("POST", TASKS, asked)
    assert reply.status == 200, reply.text
    return reply.json


def test_addresses_that_would_be_the_same_get_a_number(wire: Wire) -> None:
    urls = [url_of(wire, upn) for upn in ALIKE]
    base = f"{SOURCE_MY}/personal/"
    assert [url.removeprefix(base) for url in urls] == [
        "a_b_tailspin_com/", "a_b_tailspin_com1/", "A_B_tailspin_com2/",
    ]  # fmt: skip
    # Whoever has an address keeps it, however the name is spelt.
    assert [url_of(wire, upn.upper()) for upn in ALIKE] == urls
    drive = wire.get(f"/v1.0/users/{ALIKE[1]}/drive", token=wire.source_app).json
    assert drive["webUrl"] == f"{urls[1]}Documents"


def test_a_move_is_found_by_its_source_s_address(wire: Wire) -> None:
    tasks = [made(wire, upn) for upn in ALIKE]
    for upn, task in zip(ALIKE, tasks, strict=True):
        url = url_of(wire, upn)
        for spelt in (url, url.rstrip("/"), url.upper().replace("HTTPS", "https")):
            assert by_site(wire, spelt).json["id"] == task["id"]


@pytest.mark.parametrize(
    "url",
    [
        f"{SOURCE_MY}/personal/nobody_tailspin_com",
        f"{SOURCE_MY}/personal/",
        f"{TARGET_MY}/personal/a_b_northwind_onmicrosoft_com",
        "https://tailspin.sharepoint.com/sites/a",
        "nowhere",
    ],
)
def test_an_address_without_a_move(wire: Wire, url: str) -> None:
    assert by_site(wire, url).status == 404


def test_somebody_without_a_move_is_not_found(wire: Wire) -> None:
    assert by_site(wire, url_of(wire, "idle@tailspin.com")).status == 404
