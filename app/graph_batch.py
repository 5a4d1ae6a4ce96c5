"""Many questions in one call: the JSON batch of Microsoft Graph."""

from __future__ import annotations

from collections.abc import Sequence

from app.client import DEFAULT_BACK_OFF_SECONDS, GraphClient, Json, odd_answer

MOST_REQUESTS = 20
"""Requests in one batch: "Combine multiple HTTP requests using JSON batching"."""
_THROTTLED = (429, 503)


def get_many(client: GraphClient, version: str, paths: Sequence[str]) -> dict[str, Json]:
    """The JSON objects at these paths of one version ("beta"), asked for twenty at a time.

    Paths begin with `/` and do not name the version. What is not found (404), or could not be
    said now, is left out; an inner 429 holds all callers back for as long as it says, as the
    service does not repeat it for us. Raises what `GraphClient.post` raises.
    """
    found: dict[str, Json] = {}
    for start in range(0, len(paths), MOST_REQUESTS):
        part = paths[start : start + MOST_REQUESTS]
        requests = [
            {"id": str(number), "method": "GET", "url": path} for number, path in enumerate(part)
        ]
        answer = client.post(f"/{version}/$batch", {"requests": requests}) or {}
        responses = answer.get("responses")
        if not isinstance(responses, list):
            raise odd_answer("the batch has no responses")
        for response in responses:
            path, body = _read(client, response, part)
            if body is not None:
                found[path] = body
    return found


def _read(client: GraphClient, response: object, asked: Sequence[str]) -> tuple[str, Json | None]:
    if not isinstance(response, dict):
        raise odd_answer("the batch holds something else")
    number, status, body = response.get("id"), response.get("status"), response.get("body")
    if not (isinstance(number, str) and number.isascii() and number.isdigit()):
        raise odd_answer("an answer in the batch has no number")
    if int(number) >= len(asked):
        raise odd_answer("an answer in the batch was not asked for")
    if status in _THROTTLED:
        client.throttle.hold(_seconds(response.get("headers")))
    is_good = status == 200 and isinstance(body, dict)
    return asked[int(number)], body if is_good else None


def _seconds(headers: object) -> float:
    said = {
        str(name).casefold(): value
        for name, value in (headers.items() if isinstance(headers, dict) else ())
    }
    try:
        return min(max(float(str(said["retry-after"])), 0.0), 3600.0)
    except (KeyError, ValueError):
        return DEFAULT_BACK_OFF_SECONDS
