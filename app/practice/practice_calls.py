"""What real tenants do not have: a clock to step, tokens on demand, troubles, a sign of life."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from app.practice.access import PERMISSIONS, Access, Caller, Side
from app.practice.calls import Answer, parse_json
from app.practice.clock import LONGEST_STEP_SECONDS, Anchor, PracticeClock, wire_time
from app.practice.engine import Engine
from app.practice.faults import Fault, bad_request, not_found
from app.practice.identity_map import Entry, Kind
from app.practice.prepared_map import PreparedMap
from app.practice.store import Store
from app.practice.tenancy import Tenancy
from app.practice.trouble import Limit, Trouble
from app.practice.trust import Role

_MOST_CALLS = 10**9
_LONGEST_WAIT_SECONDS = 3600
PUBLIC = ("/practice/health", "/practice/openapi.json")
"""What needs no sign-in."""


class PracticeCalls:
    """Answers the addresses under `/practice`."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: PracticeClock,
        access: Access,
        trouble: Trouble,
        tenancy: Tenancy,
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._access = access
        self._trouble = trouble
        self._tenancy = tenancy
        self._prepared = PreparedMap(store)

    def answer(self, method: str, path: str, body: bytes, caller: Caller) -> Answer:
        """Raises Fault: 403 for the target tenant, 404, 405, 400 with the member named."""
        if caller.side is not Side.SOURCE:
            raise Fault(403, "accessDenied", "The clock listens to the source token only.")
        if path == "/practice/clock":
            only(method, "GET", "POST")
            if method == "POST":
                self._step(parse_json(body))
            return self._time()
        if path == "/practice/tokens":
            only(method, "POST")
            return self._issue(parse_json(body))
        if path == "/practice/trouble":
            only(method, "POST")
            self._make_trouble(parse_json(body))
            return Answer(status=204)
        if path == "/practice/people":
            only(method, "POST")
            return self._make_known(parse_json(body))
        if path == "/practice/map":
            only(method, "POST")
            return self._complete_map(parse_json(body))
        if path == "/practice/standing":
            only(method, "GET")
            return self._standing()
        raise not_found("Nothing was found at this address.")

    def _standing(self) -> Answer:
        """What the shell's commands on trust and compatibility would print here."""
        now, trust = self._clock.now_ms(), self._engine.trust
        source, target = (self._tenancy.tenant(side).my_host for side in (Side.SOURCE, Side.TARGET))
        return Answer(
            {
                "trust_source": trust.verify(Side.SOURCE, Role.TARGET, target, now),
                "trust_target": trust.verify(Side.TARGET, Role.SOURCE, source, now),
                "compatibility": trust.compatibility(target, now),
            }
        )

    def _complete_map(self, value: object) -> Answer:
        """The map that a workbook asks for, uploaded by whoever prepared the tenants.

        Where the scenario leaves that to the admin, nothing is done.
        """
        asked = _members(value, {"entries"}, {"entries"})["entries"]
        if not isinstance(asked, list) or not all(_is_entry(each) for each in asked):
            raise bad_request("entries must be lists of kind and four texts.", "entries")
        if not self._engine.scenario.tenants.map_is_complete:
            return Answer({"new": 0})
        tenant = self._tenancy.tenant(Side.SOURCE).id
        entries = [
            Entry(Kind(kind), tenant, source, target, type_, address)
            for kind, source, target, type_, address in asked
        ]
        return Answer({"new": self._prepared.complete(entries)})

    def _time(self) -> Answer:
        return Answer({"now": wire_time(self._clock.now_ms()), "speed": self._clock.speed})

    def _step(self, value: object) -> None:
        asked = _members(value, {"advance_seconds"}, {"advance_seconds"})
        self._clock.step(_number(asked, "advance_seconds", LONGEST_STEP_SECONDS))
        keep_anchor(self._store, self._clock)
        self._engine.advance(self._clock.now_ms())

    def _issue(self, value: object) -> Answer:
        """A token of any kind; `seconds` are practice seconds until it expires."""
        asked = _members(value, {"side", "delegated"}, {"side", "delegated", "permissions"} | _TIME)
        if asked["side"] not in tuple(Side):
            raise bad_request("side must be source or target.", "side")
        if not isinstance(asked["delegated"], bool):
            raise bad_request("delegated must be true or false.", "delegated")
        wished = asked.get("permissions", list(PERMISSIONS))
        if not isinstance(wished, list) or any(each not in PERMISSIONS for each in wished):
            raise bad_request("permissions must be a list of known ones.", "permissions")
        until = None
        if "seconds" in asked:
            seconds = _number(asked, "seconds", LONGEST_STEP_SECONDS)
            until = self._clock.now_ms() + round(seconds * 1000)
        caller = Caller(Side(asked["side"]), asked["delegated"], frozenset(wished))
        return Answer({"token": self._access.issue(caller, until)})

    def _make_known(self, value: object) -> Answer:
        """The people of a workbook, by UPN: from now on they exist, each in their own tenant."""
        asked = _members(value, {"source", "target"}, {"source", "target"})
        for side, names in asked.items():
            if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
                raise bad_request(f"{side} must be a list of UPNs.", side)
        return Answer({"new": self._engine.make_known(asked["source"], asked["target"])})

    def _make_trouble(self, value: object) -> None:
        """`limit`: calls in so many real seconds; `fail`: what the next calls are refused with."""
        asked = _members(value, set(), {"limit", "fail"})
        if "limit" in asked:
            limit = _members(asked["limit"], {"calls", "seconds"}, {"calls", "seconds"})
            seconds = _number(limit, "seconds", _LONGEST_WAIT_SECONDS)
            self._trouble.allow(Limit(int(_number(limit, "calls", _MOST_CALLS)), seconds))
        if "fail" in asked:
            names = {"calls", "status", "retry_after"}
            fail = _members(asked["fail"], names, names)
            if fail["status"] not in (429, 503) or isinstance(fail["status"], float):
                raise bad_request("status must be 429 or 503.", "status")
            calls = int(_number(fail, "calls", _MOST_CALLS))
            seconds = _number(fail, "retry_after", _LONGEST_WAIT_SECONDS)
            self._trouble.fail_next(calls, fail["status"], seconds)


_TIME = {"seconds"}


def health() -> Answer:
    """A sign of life."""
    return Answer({"practice": True, "pid": os.getpid()})


def only(method: str, *methods: str) -> None:
    """Raises Fault 405 for another method."""
    if method not in methods:
        raise Fault(
            405,
            "MethodNotAllowed",
            f"This address takes {' and '.join(methods)} only.",
            headers={"Allow": ", ".join(methods)},
        )


def _is_entry(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 5):
        return False
    return all(isinstance(one, str) for one in value) and value[0] in tuple(Kind)


def _members(value: object, needed: set[str], known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not needed <= set(value) <= known:
        names = ", ".join(sorted(known))
        raise bad_request(f"Send {names} and nothing else.", names)
    return value


def _number(asked: Mapping[str, Any], name: str, most: float) -> float:
    value = asked[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most:
        raise bad_request(f"{name} must be a number from 0 to {most}.", name)
    return float(value)


def keep_anchor(store: Store, clock: PracticeClock) -> None:
    """Write down how the clock runs, so that it goes on after a restart."""
    anchor = clock.anchor
    store.set_meta("clock", json.dumps([anchor.real, anchor.practice, anchor.speed]))


def kept_anchor(store: Store) -> Anchor | None:
    """How the clock ran when the state was last open."""
    text = store.meta("clock")
    return None if text is None else Anchor(*json.loads(text))
