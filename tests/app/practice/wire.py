"""Calls of another client than ours: plain HTTP by the standard library, checked by the contract.

Every answer is held against the OpenAPI document that the service itself publishes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jsonschema import Draft202012Validator

from practice_process import Service, serving

MIGRATIONS = "/beta/solutions/sharePoint/migrations"
USER_MAP = f"{MIGRATIONS}/crossOrganizationUserMappings"
GROUP_MAP = f"{MIGRATIONS}/crossOrganizationGroupMappings"
JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> Any:
        return self.json["error"]


class Wire:
    """Both tenants, as somebody sees them who read nothing but the public pages."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.source = service.source_token
        self.target = service.target_token
        host = service.base_url.removeprefix("http://")
        self._connection = http.client.HTTPConnection(host, timeout=20)
        self.document = json.loads(self.raw("GET", "/practice/openapi.json").text)
        self._operations = [
            (re.compile(_pattern(template), re.DOTALL), methods)
            for template, methods in self.document["paths"].items()
        ]
        self.source_app = self.token("source", delegated=False)
        self.target_app = self.token("target", delegated=False)

    def close(self) -> None:
        self._connection.close()

    def raw(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
            text = answer.read().decode("utf-8")
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise
        return Reply(answer.status, {k.casefold(): v for k, v in answer.getheaders()}, text)

    def call(
        self, method: str, path: str, body: object = None, *, token: str = "", **headers: str
    ) -> Reply:
        """A call with the source token unless told otherwise; the answer keeps the contract."""
        sent = {"Authorization": f"Bearer {token or self.source}", **headers}
        content = None
        if body is not None:
            sent.setdefault("Content-Type", JSON)
            content = json.dumps(body).encode()
        target = quote(path, safe="/%?&=$'(),;:@!*+#~-._")
        reply = self.raw(method, target, content, sent)
        self.check(method, unquote(path.partition("?")[0]), reply)
        return reply

    def get(self, path: str, *, token: str = "") -> Reply:
        return self.call("GET", path, token=token)

    def token(self, side: str, *, delegated: bool = True, **more: Any) -> str:
        """A token of another kind."""
        asked = {"side": side, "delegated": delegated, **more}
        headers = {"Authorization": f"Bearer {self.source}", "Content-Type": JSON}
        reply = self.raw("POST", "/practice/tokens", json.dumps(asked).encode(), headers)
        assert reply.status == 200, reply.text
        return str(reply.json["token"])

    def trouble(self, **asked: Any) -> None:
        headers = {"Authorization": f"Bearer {self.source}", "Content-Type": JSON}
        reply = self.raw("POST", "/practice/trouble", json.dumps(asked).encode(), headers)
        assert reply.status == 204, reply.text

    def check(self, method: str, path: str, reply: Reply) -> None:
        """The answer has the ids, and the status and shape that the document promises."""
        assert reply.headers["request-id"], reply
        assert reply.headers["client-request-id"], reply
        assert reply.headers["date"], reply
        if reply.status >= 400 and method != "HEAD":
            self.matches("answer.error", reply.json)
        if reply.status == 405:
            assert reply.headers["allow"]
        if reply.status == 401:
            assert reply.headers["www-authenticate"].startswith("Bearer")
        if reply.status in (429, 503) and "retry-after" in reply.headers:
            assert float(reply.headers["retry-after"]) > 0
        operation = self.operation(method, path)
        if operation is None:
            assert reply.status >= 400, (method, path, reply)
            return
        assert str(reply.status) in operation["responses"], (method, path, reply)
        promised = operation["responses"][str(reply.status)].get("content", {})
        if JSON in promised:
            name = promised[JSON]["schema"]["$ref"].rpartition("/")[2]
            self.matches(name, reply.json)
        elif not promised:
            assert reply.text == ""

    def operation(self, method: str, path: str) -> Any:
        """What the document says of this call; None when it knows no such call."""
        for spelling in (path, path.removesuffix("/")):
            for pattern, methods in self._operations:
                if pattern.fullmatch(spelling) and method.lower() in methods:
                    return methods[method.lower()]
        return None

    def matches(self, name: str, value: object) -> None:
        """Fails unless the value fits this schema of the document."""
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}
        Draft202012Validator(schema).validate(value)

    def fits(self, name: str, value: object) -> bool:
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}
        return Draft202012Validator(schema).is_valid(value)


def _pattern(template: str) -> str:
    parts = re.split(r"(\{\w+\})", template)
    caught = {"{value}": ".*"}
    return "".join(
        caught.get(part, "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
    )


@contextlib.contextmanager
def wired(state: Path, *options: str) -> Iterator[Wire]:
    """Practice tenants whose clock stands still, and a client of them."""
    with serving(state, *options) as service:
        wire = Wire(service)
        try:
            yield wire
        finally:
            wire.close()
