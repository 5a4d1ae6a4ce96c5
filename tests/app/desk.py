"""An admin's machine with the practice tenants and their sign-in in reach, for tests."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.client import GraphClient
from app.clouds import Cloud
from app.signed_in import Registration
from app.signin import AppSignIn, PersonSignIn
from app.token_holder import SignIn
from scripted_service import HeldClock
from sign_in_service import Known, SignInService, sign_in_service


@dataclass
class Keeper:
    """A safe place in memory."""

    text: str = ""
    is_gone: bool = False

    def load(self) -> str:
        return self.text

    def save(self, text: str) -> bool:
        self.text = self.text if self.is_gone else text
        return not self.is_gone


@dataclass
class Desk:
    """What is opened here is closed with the test."""

    service: SignInService
    opened: list[SignIn] = field(default_factory=list)
    browsers: list[threading.Thread] = field(default_factory=list)

    @property
    def cloud(self) -> Cloud:
        return Cloud(self.service.origin, self.service.base_url)

    def person(
        self, known: Known, place: Keeper | None = None, clock: HeldClock | None = None
    ) -> PersonSignIn:
        registration = Registration(known.domain, known.client_id)
        made = PersonSignIn(registration, place=place, cloud=self.cloud, clock=clock)
        self.opened.append(made)
        return made

    def app(self, known: Known, certificate: Path, passphrase: str = "") -> AppSignIn:
        registration = Registration(known.tenant_id, known.client_id)
        made = AppSignIn(registration, certificate, passphrase=passphrase, cloud=self.cloud)
        self.opened.append(made)
        return made

    def browser(self, upn: str, word: str) -> Callable[[str], bool]:
        """Does on a thread of its own what a person does in a browser."""

        def open_page(address: str) -> bool:
            def act() -> None:
                page = self.service.log_in(address, upn, word)
                if 'action="http://localhost' in page.text:
                    assert self.service.hand_back(page).status_code == 200

            self.begin(act)
            return True

        return open_page

    def begin(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, name="browser", daemon=True)
        thread.start()
        self.browsers.append(thread)

    @contextlib.contextmanager
    def client(self, sign_in: SignIn) -> Iterator[GraphClient]:
        made = GraphClient(self.service.base_url, sign_in.token, renew=sign_in.renew)
        try:
            yield made
        finally:
            made.close()


@contextlib.contextmanager
def desk_at(folder: Path, monkeypatch: pytest.MonkeyPatch, speed: str = "0") -> Iterator[Desk]:
    """The tenants, trusted by this system's store as far as this test goes."""
    with sign_in_service(folder, speed=speed) as (service, trusted):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        made = Desk(service)
        yield made
        for browser in made.browsers:
            browser.join()
        for sign_in in made.opened:
            sign_in.close()
