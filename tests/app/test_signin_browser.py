"""A real browser carries the sign-in from the login page back to the program."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.clouds import Cloud
from app.signed_in import Registration
from app.signin import PersonSignIn
from chromium import Chromium, chromium, find_chromium
from sign_in_service import Known, sign_in_service


def log_in(browser: Chromium, address: str, known: Known, said: list[str]) -> None:
    browser.go_to(address)
    browser.type_into("#username", known.upn("admin"))
    browser.type_into("#password", "a guess")
    browser.click("#sign-in")
    said.append(browser.text_after("AADSTS50126"))
    browser.type_into("#password", known.word)
    browser.click("#sign-in")
    said.append(browser.text_after("You are signed in"))


def test_chromium_signs_a_person_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium here; test_signin.py goes the same way over plain HTTP")
    with sign_in_service(tmp_path) as (service, trusted):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        known = service.decide()
        cloud = Cloud(service.origin, service.base_url)
        sign_in = PersonSignIn(Registration(known.domain, known.client_id), cloud=cloud)
        said: list[str] = []
        people: list[threading.Thread] = []
        with chromium(program, tmp_path, tmp_path / "served.pem") as browser:

            def open_page(address: str) -> bool:
                work = (browser, address, known, said)
                person = threading.Thread(target=log_in, args=work, name="person", daemon=True)
                person.start()
                people.append(person)
                return True

            who = sign_in.by_browser(open_page, threading.Event())
            for person in people:
                person.join()
        sign_in.close()
    assert who.account == known.upn("admin")
    assert "go back to Tenant Ferry" in said[-1]
