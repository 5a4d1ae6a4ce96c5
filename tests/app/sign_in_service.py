"""Starts practice tenants with a sign-in over TLS, and does what a person in a browser does."""

from __future__ import annotations

import contextlib
import html
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True)
class Known:
    """What a tenant's administrator knows of their tenant."""

    tenant_id: str
    domain: str
    client_id: str
    word: str

    def upn(self, name: str) -> str:
        return f"{name}@{self.domain}"


class SignInService:
    """One running process with both tenants and their sign-in."""

    def __init__(self, said: dict[str, str], authority: trustme.CA) -> None:
        self.base_url = said["base_url"]
        self.origin = said["sign_in"]
        self.source_token = said["source_token"]
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(trust)
        self.browser = httpx.Client(verify=trust, trust_env=False, timeout=20)

    def decide(self, tenant: str = "source", **changes: Any) -> Known:
        """Change a tenant's sign-in as its administrator would."""
        answer = self.browser.post(
            f"{self.origin}/practice/sign-in",
            json={"tenant": tenant, **changes},
            headers={"Authorization": f"Bearer {self.source_token}"},
        )
        assert answer.status_code == 200, answer.text
        return Known(**answer.json())

    def step(self, seconds: float) -> None:
        """Let practice time pass."""
        answer = self.browser.post(
            f"{self.base_url}/practice/clock",
            json={"advance_seconds": seconds},
            headers={"Authorization": f"Bearer {self.source_token}"},
        )
        assert answer.status_code == 200, answer.text

    def token(self, tenant: str, form: dict[str, str]) -> httpx.Response:
        return self.browser.post(f"{self.origin}/{tenant}/oauth2/v2.0/token", data=form)

    def log_in(self, address: str, upn: str, word: str, consent: str = "") -> httpx.Response:
        """The page after the login page at this address."""
        page = self.browser.get(address)
        action, fields = form_of(page.text)
        fields |= {"username": upn, "password": word}
        after = self.browser.post(self.origin + action, data=fields)
        if consent and 'id="accept"' in after.text:
            action, fields = form_of(after.text)
            after = self.browser.post(self.origin + action, data=fields | {"consent": consent})
        return after

    def hand_back(self, page: httpx.Response) -> httpx.Response:
        """Do what the script on the last page does."""
        action, fields = form_of(page.text)
        return self.browser.post(action, data=fields)

    def enter_code(self, code: str, upn: str, word: str, answer: str = "yes") -> httpx.Response:
        """Fill in the page for device codes."""
        form = {"code": code, "username": upn, "password": word, "answer": answer}
        return self.browser.post(f"{self.origin}/device", data=form)


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page leads, and what it holds already."""
    action = re.search(r'action="([^"]*)"', page)
    assert action is not None, page
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
    return html.unescape(action[1]), fields


@contextlib.contextmanager
def sign_in_service(
    folder: Path, *options: str, speed: str = "0"
) -> Iterator[tuple[SignInService, Path]]:
    """The service, and the file with the certificate that its callers must trust."""
    authority = trustme.CA()
    trusted, served = folder / "trusted.pem", folder / "served.pem"
    authority.cert_pem.write_to_path(str(trusted))
    for_server = authority.issue_cert("localhost")
    served.write_bytes(for_server.private_key_and_cert_chain_pem.bytes())
    command = [sys.executable, "-m", "app.practice.serve", "--sign-in", str(served)]
    command += ["--speed", speed, "--state", str(folder / "tenants.db"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        service = None
        try:
            service = SignInService(json.loads(process.stdout.readline()), authority)
            yield service, trusted
        finally:
            if service is not None:
                service.browser.close()
            process.kill()


@dataclass(frozen=True)
class AppCertificate:
    """What the admin makes for unattended runs."""

    private_key: str
    certificate: str

    @property
    def whole(self) -> str:
        return self.private_key + self.certificate

    def pfx(self, word: str) -> bytes:
        """The same as Windows exports it."""
        key = serialization.load_pem_private_key(self.private_key.encode(), None)
        assert isinstance(key, RSAPrivateKey)
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        locked = serialization.BestAvailableEncryption(word.encode())
        return pkcs12.serialize_key_and_certificates(b"app", key, certificate, None, locked)


def app_certificate(**more: Any) -> AppCertificate:
    """A certificate for the app, with its key; RSA, as Microsoft Entra asks for."""
    made = trustme.CA().issue_cert("tenant-ferry", key_type=trustme.KeyType.RSA, **more)
    return AppCertificate(
        made.private_key_pem.bytes().decode(), made.cert_chain_pems[0].bytes().decode()
    )
