"""However a call is spelt, the practice tenants answer it as their own document promises.

`PRACTICE_CALLS=20000` makes so many calls, other ones each time; the suite makes a few hundred,
always the same.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from practice_process import TASKS, body
from random_calls import RandomCall, RandomCalls
from wire import Reply, Wire, wired

WISHED = int(os.environ.get("PRACTICE_CALLS", "0"))
USUAL = 15
"""Calls of each operation."""
COMMON = {200, 400, 401, 403, 404, 405}
EVERY = COMMON | {204, 409, 415, 422}
EXAMPLE_TENANT = "2d7c5a10-40c5-4a6c-bc9d-77e8a8c20001"
_OTHER_ADDRESSES = {
    "/practice/clock": {"advance_seconds": 5},
    "/practice/tokens": {"side": "target", "delegated": True, "permissions": [], "seconds": 5},
    "/practice/people": {"source": ["ana@tailspin.com"], "target": ["ana@northwind.com"]},
    "/practice/map": {
        "entries": [["user", "ana@tailspin.com", "ana@northwind.com", "regularUser", "a@b.com"]]
    },
    "/practice/shell": {
        "command": "Get-SPOCrossTenantUserContentMoveState",
        "parameters": {"PartnerCrossTenantHostUrl": "https://practice-target-my.sharepoint.com"},
    },
}


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("random") / "state.db") as running:
        yield running


@pytest.fixture(scope="module")
def calls(wire: Wire) -> RandomCalls:
    reader = wire.token("source", permissions=["User.ReadBasic.All"])
    source, target = [wire.source, wire.source_app], [wire.target, wire.target_app]
    tokens = {"source": source, "target": target, "any": [*source, *target, reader]}
    (organization,) = wire.get("/v1.0/organization").json["value"]
    text = json.dumps(wire.document).replace(EXAMPLE_TENANT, organization["id"])
    ids = [wire.call("POST", TASKS, body(f"t{n}@tailspin.com")).json["id"] for n in range(30)]
    return RandomCalls(json.loads(text), tokens, ids, _OTHER_ADDRESSES)


def test_no_call_meets_a_fault_of_ours(wire: Wire, calls: RandomCalls) -> None:
    seen: Counter[tuple[str, int]] = Counter()
    reached: set[tuple[str, str]] = set()

    strategies = calls.strategies()
    for strategy in strategies:

        @settings(
            max_examples=WISHED // len(strategies) + 1 if WISHED else USUAL,
            deadline=None,
            derandomize=not WISHED,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(call=strategy)
        def make(call: RandomCall) -> None:
            reply = wire.raw(call.method, call.target, call.body, call.headers)
            seen[call.method, reply.status] += 1
            reached.update(_operation_of(wire, call))
            _check(wire, call, reply, seen)

        make()
    if WISHED:
        print(sum(seen.values()), sorted(seen.items()))
    assert wire.get(f"{TASKS}?$top=1").status == 200
    # The calls got somewhere: some did something, and the refusals are of many kinds.
    assert (EVERY if WISHED else COMMON) <= {status for _, status in seen}, seen
    assert min(seen["POST", 200], seen["PATCH", 200], seen["inner", 200]) > 0
    paths = wire.document["paths"].items()
    promised = {(method.upper(), path) for path, methods in paths for method in methods}
    assert reached >= promised | {("POST", path) for path in _OTHER_ADDRESSES}


def _operation_of(wire: Wire, call: RandomCall) -> Iterator[tuple[str, str]]:
    """The operation of the document that the call was meant for, with its own method."""
    path = unquote(call.target.partition("?")[0])
    operation = wire.operation(call.method, path)
    if operation is not None:
        version, method, template = operation["operationId"].split(" ", 2)
        yield method, f"/{version}{template}"
    elif path in _OTHER_ADDRESSES:
        yield call.method, path


def _check(wire: Wire, call: RandomCall, reply: Reply, seen: Counter[tuple[str, int]]) -> None:
    path = unquote(call.target.partition("?")[0])
    assert reply.status != 500, reply.text
    if path.startswith("/practice/"):
        assert reply.status in (200, 400, 401, 403, 405), reply.text
        return
    wire.check(call.method, path, reply)
    if path.endswith("/$batch") and reply.status == 200:
        for each in reply.json["responses"]:
            seen["inner", each["status"]] += 1
            assert each["status"] != 500, each
            if each["status"] >= 400 and each["status"] != 424:
                wire.matches("answer.error", each["body"])
