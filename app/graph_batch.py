"""Many questions in one call: the JSON batch of Microsoft Graph."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.answers import DEFAULT_BACK_OFF_SECONDS, error_in, odd_answer
from app.client import GraphClient
from app.errors import ServiceError, SignInRequired
from app.odata import Json

MOST_REQUESTS = 20
"""Requests in one batch: "Combine multiple HTTP requests using JSON batching"."""
_THROTTLED = (429, 503)
_NO_TIME = datetime.min.replace(tzinfo=UTC)
"""A time is wanted only for the dates in headers, and an answer in a batch is read without."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a batch; the path begins with `/` and does not name the version."""

    path: str
    body: Json | None = None
    """Sent by POST; None: a GET."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request of a batch."""

    status: int
    body: Json = field(default_factory=dict)
    """{} when it is no JSON object."""

    @property
    def is_good(self) -> bool:
        return self.status == 200

    def error(self) -> ServiceError | None:
        """The error that the answer stands for, as if it had come alone; None for a good one."""
        if 200 <= self.status < 300:
            return None
        return error_in(self.status, {}, json.dumps(self.body).encode("ascii"), "", _NO_TIME)

    @property
    def is_transient(self) -> bool:
        """The same request may be answered otherwise in a while."""
        return self.status in (408, *_THROTTLED) or (self.status >= 500 and self.status != 501)


def ask_many(client: GraphClient, version: str, asks: Sequence[Ask]) -> list[Reply]:
    """The replies to at most twenty requests of one version ("beta"), in one call and in order.

    An inner 429 or 503 holds all callers back for as long as it says, as the service does not
    repeat it for us. Raises what `GraphClient.post` raises, and SignInRequired for an inner 401.
    """
    requests = [_request(number, ask) for number, ask in enumerate(asks)]
    answer = client.post(f"/{version}/$batch", {"requests": requests}) or {}
    responses = answer.get("responses")
    if not isinstance(responses, list):
        raise odd_answer("the batch has no responses")
    replies: dict[int, Reply] = {}
    for response in responses:
        number, reply = _read(client, response)
        if number >= len(asks):
            raise odd_answer("an answer in the batch was not asked for")
        replies[number] = reply
    if len(replies) != len(asks):
        raise odd_answer("the batch does not answer every request")
    return [replies[number] for number in range(len(asks))]


def get_many(client: GraphClient, version: str, paths: Sequence[str]) -> dict[str, Json]:
    """The JSON objects at these paths of one version ("beta"), asked for twenty at a time.

    What is not found (404), or could not be said now, is left out. Raises as `ask_many`.
    """
    found: dict[str, Json] = {}
    for start in range(0, len(paths), MOST_REQUESTS):
        part = paths[start : start + MOST_REQUESTS]
        replies = ask_many(client, version, [Ask(path) for path in part])
        found.update(
            (path, reply.body)
            for path, reply in zip(part, replies, strict=True)
            if reply.is_good and reply.body
        )
    return found


def _request(number: int, ask: Ask) -> Json:
    request: Json = {"id": str(number), "method": "GET", "url": ask.path}
    if ask.body is not None:
        request |= {
            "method": "POST",
            "headers": {"Content-Type": "application/json"},
            "body": ask.body,
        }
    return request


def _read(client: GraphClient, response: object) -> tuple[int, Reply]:
    if not isinstance(response, dict):
        raise odd_answer("the batch holds something else")
    number, status, body = response.get("id"), response.get("status"), response.get("body")
    if not (isinstance(number, str) and number.isascii() and number.isdigit()):
        raise odd_answer("an answer in the batch has no number")
    if not isinstance(status, int):
        raise odd_answer("an answer in the batch has no status")
    if status in _THROTTLED:
        client.throttle.hold(_seconds(response.get("headers")))
    if status == 401:
        raise SignInRequired(
            "SIGN_IN_REQUIRED",
            "The service no longer accepts the sign-in",
            "",
            "Sign in again; the moves at the service are not affected.",
            status=401,
        )
    return int(number), Reply(status, body if isinstance(body, dict) else {})


def _seconds(headers: object) -> float:
    said = {
        str(name).casefold(): value
        for name, value in (headers.items() if isinstance(headers, dict) else ())
    }
    try:
        return min(max(float(str(said["retry-after"])), 0.0), 3600.0)
    except (KeyError, ValueError):
        return DEFAULT_BACK_OFF_SECONDS
