"""The HTTP client against a real server that answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Iterator

import pytest

from app import __version__
from app.client import MAX_ANSWER_BYTES, GraphClient, Throttle
from app.errors import Refused, ServiceError, SignInRequired, Throttled, Unreachable
from scripted_service import HeldClock, Reply, ScriptedService, scripted_service

TOKEN = "secret-token-of-the-source-tenant"


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with scripted_service() as running:
        yield running


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def client(service: ScriptedService, clock: HeldClock) -> Iterator[GraphClient]:
    made = GraphClient(service.url, lambda: TOKEN, timeout_seconds=5, clock=clock)
    yield made
    made.close()


def odata(code: str, message: str, **more: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, **more}}


def failure(client: GraphClient, path: str = "/beta/x") -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        client.get(path)
    return caught.value


def test_get_sends_the_token_and_names_itself(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, {"id": "1"})
    assert client.get("/beta/x", {"$top": "200"}) == {"id": "1"}
    heard = service.heard[0]
    assert heard.method == "GET"
    assert heard.path in ("/beta/x?$top=200", "/beta/x?%24top=200")
    assert heard.headers["authorization"] == f"Bearer {TOKEN}"
    assert heard.headers["user-agent"] == f"TenantFerry/{__version__}"
    assert uuid.UUID(heard.headers["client-request-id"]).version == 4


def test_every_call_has_its_own_request_id(service: ScriptedService, client: GraphClient) -> None:
    service.say(200, {})
    service.say(200, {})
    client.get("/beta/x")
    client.get("/beta/x")
    ids = {heard.headers["client-request-id"] for heard in service.heard}
    assert len(ids) == 2


def test_post_sends_json_and_takes_an_empty_answer(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, {"id": "1"})
    service.say(204)
    assert client.post("/beta/x", {"name": "Ölaf \ud800"}) == {"id": "1"}
    assert client.post("/beta/x/cancel") is None
    first, second = service.heard
    assert first.headers["content-type"] == "application/json"
    assert first.json == {"name": "Ölaf \ud800"}
    assert (second.body, second.headers["content-length"]) == (b"", "0")


def test_percent_encoding_of_the_caller_stays(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, {})
    client.get("/beta/f(name='o%27%27neil%40x.com%23EXT%23')")
    assert service.heard[0].path == "/beta/f(name='o%27%27neil%40x.com%23EXT%23')"


def test_401_asks_for_a_sign_in(service: ScriptedService, client: GraphClient) -> None:
    service.say(401, odata("InvalidAuthenticationToken", "Lifetime validation failed."))
    error = failure(client)
    assert isinstance(error, SignInRequired)
    assert error.status == 401
    assert error.detail == "InvalidAuthenticationToken: Lifetime validation failed."


@pytest.mark.parametrize("token", ["", "line\nbreak-secret", "umläut-secret"])
def test_a_token_that_no_header_carries_asks_for_a_sign_in(
    service: ScriptedService, token: str
) -> None:
    client = GraphClient(service.url, lambda: token)
    error = failure(client)
    client.close()
    assert isinstance(error, SignInRequired)
    assert "secret" not in str(error)
    assert service.heard == []


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "2.128", 2.128),
        (429, "0", 0.0),
        (503, "7", 7.0),
        (429, "999999", 3600.0),
        (429, "Sat, 05 Dec 2026 12:01:30 GMT", 90.0),
        (429, "Sat, 05 Dec 2026 11:00:00 GMT", 0.0),
        (429, "Sun, 05 Dec 2027 12:00:00 GMT", 3600.0),
        (429, "soon", 5.0),
        (429, "-3", 5.0),
        (429, "nan", 5.0),
        (429, None, 5.0),
        (503, None, 5.0),
    ],
)
def test_throttling_tells_how_long_to_wait(
    service: ScriptedService, client: GraphClient, status: int, header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"Retry_After": header}
    service.say(status, odata("TooManyRequests", "Slow down."), **headers)
    error = failure(client)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds
    assert error.status == status
    assert error.detail == "TooManyRequests: Slow down."


def test_a_503_without_a_pause_is_told_apart(service: ScriptedService, client: GraphClient) -> None:
    service.say(503)
    assert failure(client).code == "SERVICE_BUSY"
    assert service.heard != []


def test_throttling_holds_back_every_client_until_the_time(
    service: ScriptedService, clock: HeldClock
) -> None:
    throttle = Throttle(clock)
    clients = [
        GraphClient(service.url, lambda: TOKEN, clock=clock, throttle=throttle) for _ in range(2)
    ]
    service.say(429, Retry_After="10")
    failure(clients[0])
    clock.seconds += 4
    held = failure(clients[1])
    assert isinstance(held, Throttled)
    assert (held.status, held.code, held.retry_after) == (0, "HELD_BACK", 6.0)
    assert len(service.heard) == 1
    clock.seconds += 6
    service.say(200, {"id": "1"})
    assert clients[1].get("/beta/x") == {"id": "1"}
    for client in clients:
        client.close()


def test_a_shorter_pause_does_not_shorten_a_longer_one(clock: HeldClock) -> None:
    throttle = Throttle(clock)
    throttle.hold(60)
    throttle.hold(5)
    assert throttle.remaining() == 60


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 412, 415, 422, 423, 501])
def test_a_definite_no_is_refused_with_the_words_of_the_service(
    service: ScriptedService, client: GraphClient, status: int
) -> None:
    service.say(status, odata("someCode", "Some words, as they are."), request_id="abc-1")
    error = failure(client)
    assert isinstance(error, Refused)
    assert (error.status, error.code, error.request_id) == (status, "someCode", "abc-1")
    assert error.detail == "Some words, as they are."


def test_a_refusal_without_the_services_own_form_has_a_code_of_ours(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(404, b"<html>not here</html>")
    service.say(422, b"")
    assert failure(client).code == "NO_SUCH_ADDRESS"
    assert failure(client).code == "HTTP_422"


@pytest.mark.parametrize("place", ["details", "innerError", "innererror"])
def test_an_engine_code_inside_is_brought_out(
    service: ScriptedService, client: GraphClient, place: str
) -> None:
    inner = {"code": "MnATargetUserDoesNotExist", "message": "inner"}
    nested: object = [{"code": "other"}, inner] if place == "details" else inner
    service.say(422, odata("unprocessableEntity", "outer", **{place: nested}))
    error = failure(client)
    assert error.code == "MnATargetUserDoesNotExist"
    assert error.detail == "unprocessableEntity: outer"


@pytest.mark.parametrize("status", [408, 500, 502, 504, 507, 599])
def test_a_fault_of_the_service_is_unreachable(
    service: ScriptedService, client: GraphClient, status: int
) -> None:
    service.say(status, odata("generalException", "Oops."))
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert error.status == status
    assert error.detail == "generalException: Oops."


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    service: ScriptedService, client: GraphClient, status: int
) -> None:
    service.say(status, Location=f"{service.url}/elsewhere")
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert len(service.heard) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to the hotel</html>",
        b'{"id": ',
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "html", "torn", "list", "text", "bytes", "deep", "number"],
)
def test_an_answer_that_is_no_json_object_is_unreachable(
    service: ScriptedService, client: GraphClient, body: bytes
) -> None:
    service.say(200, body)
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert error.code == "ODD_ANSWER"


def test_a_huge_answer_is_not_read_to_the_end(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, b'{"a": "' + b"a" * (MAX_ANSWER_BYTES + 1) + b'"}')
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert error.code == "ODD_ANSWER"


def test_a_huge_error_keeps_its_status(service: ScriptedService, client: GraphClient) -> None:
    service.say(422, b"a" * (MAX_ANSWER_BYTES + 1))
    error = failure(client)
    assert isinstance(error, Refused)
    assert error.status == 422


def test_a_connection_that_is_cut_is_unreachable(
    service: ScriptedService, client: GraphClient
) -> None:
    service.replies.append(Reply(hang_up=True))
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert (error.code, error.status) == ("CONNECTION_LOST", 0)
    assert error.request_id == service.heard[0].headers["client-request-id"]


def test_an_answer_that_is_cut_is_unreachable(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(200, b'{"id": "1"}', Transfer_Encoding="chunked")
    error = failure(client)
    assert isinstance(error, Unreachable)
    assert error.status == 0


def test_silence_is_timed_out(service: ScriptedService, clock: HeldClock) -> None:
    client = GraphClient(service.url, lambda: TOKEN, timeout_seconds=0.2, clock=clock)
    service.replies.append(Reply(stay_silent=True))
    error = failure(client)
    client.close()
    assert isinstance(error, Unreachable)
    assert error.code == "TIMED_OUT"


def test_an_answer_that_drips_is_timed_out(service: ScriptedService) -> None:
    class Hurrying(HeldClock):
        def monotonic(self) -> float:
            self.seconds += 1000
            return self.seconds

    client = GraphClient(service.url, lambda: TOKEN, timeout_seconds=5, clock=Hurrying())
    service.say(200, {"id": "1"})
    error = failure(client)
    client.close()
    assert error.code == "TIMED_OUT"


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = GraphClient(f"http://127.0.0.1:{port}", lambda: TOKEN, timeout_seconds=5)
    error = failure(client)
    client.close()
    assert isinstance(error, Unreachable)
    assert error.code == "NOT_CONNECTED"


def test_a_closed_client_is_unreachable(service: ScriptedService, client: GraphClient) -> None:
    client.close()
    assert isinstance(failure(client), Unreachable)
    assert service.heard == []


def test_nothing_is_tried_twice(service: ScriptedService, client: GraphClient) -> None:
    service.replies.append(Reply(hang_up=True))
    with pytest.raises(Unreachable):
        client.post("/beta/x", {"a": "b"})
    assert len(service.heard) == 1


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_no_token_gets_into_an_error(
    service: ScriptedService, client: GraphClient, status: int
) -> None:
    web_token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    echo = f"bad header Bearer {TOKEN}, also {TOKEN} and {web_token} and Bearer {'x' * 40}"
    service.say(status, odata(f"code {TOKEN}", echo))
    error = failure(client)
    said = " ".join([str(error), error.code, error.title, error.detail, error.remedy])
    assert "[hidden]" in said
    for secret in (TOKEN, web_token, "x" * 40):
        assert secret not in said
    assert error.__cause__ is None


def test_a_long_message_is_cut(service: ScriptedService, client: GraphClient) -> None:
    service.say(400, odata("long", "word " * 100_000))
    assert len(failure(client).detail) < 5000


def test_a_message_about_a_bearer_token_stays_verbatim(
    service: ScriptedService, client: GraphClient
) -> None:
    service.say(400, odata("BadRequest", "The bearer token is of the wrong audience."))
    assert failure(client).detail == "The bearer token is of the wrong audience."


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://someone:secret@graph.microsoft.com",
        "https://graph.microsoft.com?x=1",
        "https://",
        "graph.microsoft.com",
        "",
        "https://[broken",
    ],
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(Refused) as caught:
        GraphClient(url, lambda: TOKEN)
    assert caught.value.code == "UNSAFE_ADDRESS"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://graph.microsoft.com", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"],
)
def test_a_safe_address_is_taken(url: str) -> None:
    client = GraphClient(url, lambda: TOKEN)
    assert client.throttle.remaining() == 0
    client.close()


def test_this_computer_is_never_reached_through_a_proxy(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    client = GraphClient(service.url, lambda: TOKEN)
    service.say(200, {"id": "1"})
    assert client.get("/beta/x") == {"id": "1"}
    client.close()


def test_the_next_page_is_followed_verbatim(service: ScriptedService, client: GraphClient) -> None:
    service.say(200, {"value": []})
    client.follow(f"{service.url}/beta/x?$skiptoken=a%2Fb")
    assert service.heard[0].path == "/beta/x?$skiptoken=a%2Fb"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:9/beta/x",
        "https://127.0.0.1/beta/x",
        "http://evil.example/beta/x",
        "//evil.example/beta/x",
        "/beta/x",
        "",
        "http://[broken",
    ],
)
def test_the_token_never_goes_to_another_address(
    service: ScriptedService, client: GraphClient, link: str
) -> None:
    with pytest.raises(Unreachable) as caught:
        client.follow(link)
    assert caught.value.code == "ODD_ANSWER"
    assert service.heard == []


def test_a_link_with_a_name_in_it_is_not_followed(
    service: ScriptedService, client: GraphClient
) -> None:
    with pytest.raises(Unreachable):
        client.follow(service.url.replace("http://", "http://me:you@"))
    assert service.heard == []


def test_threads_share_a_client(service: ScriptedService, client: GraphClient) -> None:
    for number in range(8):
        service.say(200, {"id": number})
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(json.dumps(client.get("/beta/x"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [json.dumps({"id": number}) for number in range(8)]


def test_an_error_while_getting_the_token_passes_through(service: ScriptedService) -> None:
    def nobody() -> str:
        raise SignInRequired("SIGN_IN_REQUIRED", "Nobody is signed in")

    client = GraphClient(service.url, nobody)
    assert isinstance(failure(client), SignInRequired)
    client.close()
