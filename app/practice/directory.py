"""The people of the practice tenants: everybody exists, made from the seed and their UPN."""

from __future__ import annotations

import hashlib
import json
import math
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.practice.store import Store

SMALLEST_DRIVE = 50 * 10**6
LARGEST_DRIVE = 2 * 10**12
_SHORTEST_MINUTES = 10
_LONGEST_MINUTES = 60
_SLOW_FACTOR = 6
_FLAGS = ("no_drive", "no_licence", "on_hold", "target_drive_exists", "slow")
_TEXTS = ("fail_code", "fail_message", "id")
_UPN = re.compile(r"[A-Za-z0-9'.\-_!#^~]{0,63}[A-Za-z0-9'\-_!#^~]@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_UPN = 113
_LONGEST_DOMAIN = 48
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


class PeopleError(Exception):
    """The file of people cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of somebody, on whichever side."""

    upn: str
    object_id: str
    drive_bytes: int
    no_drive: bool = False
    no_licence: bool = False
    on_hold: bool = False
    target_drive_exists: bool = False
    slow: bool = False
    fail_code: str = ""
    fail_message: str = ""

    @property
    def move_ms(self) -> int:
        """How long the move takes, in practice milliseconds: 10 to 60 minutes by drive size."""
        size = min(max(self.drive_bytes, SMALLEST_DRIVE), LARGEST_DRIVE)
        share = math.log(size / SMALLEST_DRIVE) / math.log(LARGEST_DRIVE / SMALLEST_DRIVE)
        minutes = _SHORTEST_MINUTES + (_LONGEST_MINUTES - _SHORTEST_MINUTES) * share
        return round(minutes * 60_000) * (_SLOW_FACTOR if self.slow else 1)


class Directory:
    """Makes people up as they are asked for; `people` in the store knows better of some."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self.seed = seed

    def person(self, upn: str) -> Person:
        """Whoever has this UPN; the same seed always makes the same person."""
        key = upn.casefold()
        facts = self._store.person(key)
        digest = self.digest(key)
        share = int.from_bytes(digest[:8], "big") / 2**64
        size = SMALLEST_DRIVE * (LARGEST_DRIVE / SMALLEST_DRIVE) ** share
        return Person(
            upn,
            facts.get("id") or self.object_id(upn),
            int(facts.get("drive_bytes", size)),
            **{flag: facts.get(flag, False) for flag in _FLAGS},
            fail_code=facts.get("fail_code", ""),
            fail_message=facts.get("fail_message", ""),
        )

    def upn_of(self, object_id: str) -> str | None:
        """The UPN of a person that the file of people names; nobody else has a known id."""
        return self._store.upn_of(object_id.casefold())

    def object_id(self, upn: str) -> str:
        return str(uuid.UUID(bytes=self.digest(f"id|{upn.casefold()}")[:16], version=4))

    def digest(self, text: str) -> bytes:
        """Bytes that follow from the seed and the text only."""
        whole = f"{self.seed}|{text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).digest()

    def add(self, people: dict[str, dict[str, Any]]) -> None:
        """Take over what `read_people` read; who is known already is replaced."""
        with self._store.transaction():
            for upn, facts in people.items():
                object_id = facts.get("id") or self.object_id(upn)
                self._store.set_person(upn.casefold(), object_id, facts)


def read_people(path: Path) -> dict[str, dict[str, Any]]:
    """The file `{"upn": {"no_drive": true, "drive_bytes": 5000, ...}, ...}`.

    Raises PeopleError when it says something else.
    """
    try:
        people = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise PeopleError(f"{path} cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise PeopleError(f"{path} is no JSON: {error}") from None
    if not isinstance(people, dict):
        raise PeopleError(f"{path}: an object of people is expected")
    for upn, facts in people.items():
        if not isinstance(facts, dict):
            raise PeopleError(f"{path}: {upn!r} needs an object")
        for name, value in facts.items():
            if not _is_fact(name, value):
                raise PeopleError(f"{path}: {upn!r} has a wrong {name!r}")
        if "id" in facts:
            facts["id"] = facts["id"].casefold()
    return people


def _is_fact(name: str, value: object) -> bool:
    if name in _FLAGS:
        return isinstance(value, bool)
    if name == "drive_bytes":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**60
    if name == "id":
        return isinstance(value, str) and _GUID.fullmatch(value.casefold()) is not None
    return name in _TEXTS and isinstance(value, str)


def is_upn(text: str) -> bool:
    """Whether Entra ID could have such a UPN ("Prepare to provision users", May 2025)."""
    domain = text.rpartition("@")[2]
    short = len(text) <= _LONGEST_UPN and len(domain) <= _LONGEST_DOMAIN
    return short and _UPN.fullmatch(text) is not None


def is_guest(upn: str) -> bool:
    """A guest's UPN; a guest has no OneDrive of their own."""
    return "#ext#" in upn.casefold()
