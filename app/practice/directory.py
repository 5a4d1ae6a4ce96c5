"""The people of the practice tenants: made from the seed and their UPN, or made known by name."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.practice import drives
from app.practice.mishaps import NONE, Mishaps
from app.practice.store import Store

_SLOW_FACTOR = 6.0
_UPN = re.compile(r"[A-Za-z0-9'.\-_!#^~]{0,63}[A-Za-z0-9'\-_!#^~]@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST_UPN = 113
_LONGEST_DOMAIN = 48
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_SIDES = ("", "source", "target")
_LOCKS = ("", "ReadOnly", "NoAccess")


class PeopleError(Exception):
    """The people cannot be used as they were given; the message says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of somebody. What begins with `target` counts when they are a move's target."""

    upn: str
    object_id: str
    drive_bytes: int
    items: int = 0
    """Files, versions, folders and list rows in the OneDrive."""
    longest_path: int = 0
    """Characters below the address of the OneDrive."""
    exists: bool = True
    side: str = ""
    """`source` or `target`; empty: of whichever tenant is asked."""
    no_drive: bool = False
    drive_ready_at: int = 0
    """The OneDrive is still being made until this practice millisecond since 1970, UTC."""
    lock_state: str = ""
    """`ReadOnly`, `NoAccess`, or empty for an unlocked OneDrive."""
    owner: str = ""
    """Who owns the OneDrive; empty: the person."""
    site_users: tuple[str, ...] = ()
    """UPNs of those whom the person shared with."""
    target_people_inside: bool = False
    """Among them are people of the target tenant, whichever that is."""
    no_licence: bool = False
    move_licence: bool = False
    """Has the licence for moves; without this and `no_licence`, a source has it."""
    left: bool = False
    """Left the company: the account is disabled, and the licences went with it."""
    on_hold: bool = False
    slow: bool = False
    missing_on_target: bool = False
    no_target_plan: bool = False
    """No plan with SharePoint in it."""
    target_drive_exists: bool = False
    target_drive_deleted: bool = False
    """It lies in the recycle bin."""
    target_redirect: bool = False
    """An earlier move away from the target left its redirect."""

    @property
    def move_ms(self) -> int:
        """How long the move takes, in practice milliseconds, at the usual pace."""
        return drives.move_ms(self.drive_bytes, _SLOW_FACTOR if self.slow else 1.0)

    @property
    def drive_lock(self) -> str:
        """The LockState that the OneDrive has by itself; a move's own lock is not counted."""
        return self.lock_state or ("NoAccess" if self.left else "")


class Directory:
    """Makes people up as they are asked for; `people` in the store knows better of some."""

    def __init__(
        self,
        store: Store,
        seed: int,
        *,
        mishaps: Mishaps = NONE,
        everybody_exists: bool = True,
    ) -> None:
        self._store = store
        self._mishaps = mishaps
        self._everybody_exists = everybody_exists
        self.seed = seed

    def person(self, upn: str) -> Person:
        """Whoever has this UPN; the same seed always makes the same person."""
        key = upn.casefold()
        known = self._store.known_person(key)
        facts = {**self._mishaps.facts(upn, self.share), **(known or {})}
        size = facts.pop("drive_bytes", None)
        if size is None:
            size = drives.drive_bytes(self.share(key))
        items = facts.pop("items", None)
        path = facts.pop("longest_path", None)
        object_id = facts.pop("id", None) or self.object_id(upn)
        facts["site_users"] = tuple(facts.get("site_users", ()))
        return Person(
            upn,
            object_id,
            size,
            drives.item_count(size, self.share(f"items|{key}")) if items is None else items,
            drives.longest_path(self.share(f"path|{key}")) if path is None else path,
            self._everybody_exists or known is not None,
            **facts,
        )

    @property
    def licensed_share(self) -> float:
        """The share of all people for whom a licence for moves was bought, from 0 to 1."""
        return 1 - self._mishaps.without_licence

    def upn_of(self, object_id: str) -> str | None:
        """The UPN of somebody whose id was told or given; nobody else has a known id."""
        return self._store.upn_of(object_id.casefold())

    def object_id(self, upn: str) -> str:
        return str(uuid.UUID(bytes=self.digest(f"id|{upn.casefold()}")[:16], version=4))

    def digest(self, text: str) -> bytes:
        """Bytes that follow from the seed and the text only."""
        whole = f"{self.seed}|{text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).digest()

    def share(self, text: str) -> float:
        """A number from 0 up to 1 that follows from the seed and the text only."""
        return int.from_bytes(self.digest(text)[:8], "big") / 2**64

    def add(self, people: dict[str, dict[str, Any]]) -> None:
        """Take over what `read_people` read; who is known already is replaced."""
        with self._store.transaction():
            for upn, facts in people.items():
                object_id = facts.get("id") or self.object_id(upn)
                self._store.set_person(upn.casefold(), object_id, facts)

    def make_known(self, sources: Collection[str], targets: Collection[str]) -> int:
        """These people exist, and their domains belong to the tenants; returns how many are new.

        What is known of somebody already stays. A domain on both sides belongs to neither.
        """
        of_source = {each.casefold() for each in sources}
        of_target = {each.casefold() for each in targets}
        new = 0
        with self._store.transaction():
            for upn in (*sources, *targets):
                key = upn.casefold()
                if self._store.known_person(key) is None:
                    both = key in of_source and key in of_target
                    side = "" if both else "source" if key in of_source else "target"
                    self._store.set_person(key, self.object_id(upn), {"side": side})
                    new += 1
            self._claim_domains("source", sources, targets)
            self._claim_domains("target", targets, sources)
        return new

    def _claim_domains(self, side: str, ours: Iterable[str], theirs: Iterable[str]) -> None:
        other = "target" if side == "source" else "source"
        counts = Counter(_domain(each) for each in ours)
        taken = {_domain(each) for each in theirs} | set(self._domains(other))
        before = self._domains(side)
        new = [name for name, _ in counts.most_common() if name not in taken | set(before)]
        if new:
            self._store.set_meta(f"domains_{side}", json.dumps([*before, *new]))

    def _domains(self, side: str) -> list[str]:
        found: list[str] = json.loads(self._store.meta(f"domains_{side}") or "[]")
        return found


def _domain(upn: str) -> str:
    return upn.rpartition("@")[2].casefold()


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
            if name not in _FACTS or not _FACTS[name](value):
                raise PeopleError(f"{path}: {upn!r} has a wrong {name!r}")
        if "id" in facts:
            facts["id"] = facts["id"].casefold()
    return people


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**60


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _GUID.fullmatch(value.casefold()) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_upns(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_FLAGS = (
    "no_drive",
    "target_people_inside",
    "no_licence",
    "move_licence",
    "left",
    "on_hold",
    "slow",
    "missing_on_target",
    "no_target_plan",
    "target_drive_exists",
    "target_drive_deleted",
    "target_redirect",
)
_FACTS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(_FLAGS, _is_flag),
    **dict.fromkeys(("drive_bytes", "items", "longest_path", "drive_ready_at"), _is_count),
    "id": _is_id,
    "owner": _is_text,
    "site_users": _are_upns,
    "side": lambda value: value in _SIDES,
    "lock_state": lambda value: value in _LOCKS,
}


def is_upn(text: str) -> bool:
    """Whether Entra ID could have such a UPN ("Prepare to provision users", May 2025)."""
    domain = text.rpartition("@")[2]
    short = len(text) <= _LONGEST_UPN and len(domain) <= _LONGEST_DOMAIN
    return short and _UPN.fullmatch(text) is not None


def is_guest(upn: str) -> bool:
    """A guest's UPN; a guest has no OneDrive of their own."""
    return "#ext#" in upn.casefold()


def home_domain(upn: str) -> str:
    """The domain that somebody comes from: `a_x.com#EXT#@y.com` is a guest from `x.com`."""
    local, _, domain = upn.casefold().rpartition("@")
    guest = local.removesuffix("#ext#")
    return guest.rpartition("_")[2] if guest != local else domain
