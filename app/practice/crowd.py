"""Makes up a whole company from a seed: people with names, guests, leavers, and groups."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.practice.directory import Directory
from app.practice.store import Store

_FIRST_NAMES = """
Ana Ben Carla Dmitri Elif Femi Grace Hiro Ines Jonas Kavya Liam Mei Noor Olga Pablo Quinn Rosa
Samir Tova Umar Vera Wen Ximena Yara Zoltan Amara Bruno Chidi Dana Emil Freya
"""
_LAST_NAMES = """
Abara Berg Castro Dahl Eriksen Fischer Garcia Haddad Ito Jensen Kaya Lindgren Moreau Novak Okafor
Petrov Quist Rossi Schmidt Tanaka Ueda Vargas Weber Yilmaz Zhang Adeyemi Bauer Costa
"""
_FIRST = _FIRST_NAMES.split()
_LAST = _LAST_NAMES.split()
_TEAMS = (
    "Design",
    "Facilities",
    "Finance",
    "Legal",
    "Marketing",
    "Research",
    "Sales",
    "Support",
)
_GUESTS = 0.05
_LEAVERS = 0.03
_HOLDS = 0.01
_PARTNERS = ("fabrikam.com", "adatum.com", "litware.com")
_GROUP_TABLE = """
CREATE TABLE IF NOT EXISTS groups (
    object_id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, nickname TEXT NOT NULL,
    members TEXT NOT NULL
) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the source tenant."""

    object_id: str
    kind: str
    """`regularGroup` or `m365Group`, as the identity map spells them."""
    name: str
    nickname: str
    """The mail nickname of a Microsoft 365 group; empty for others."""
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of a source tenant, in the form of a file of people, and their groups."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()


def invent(seed: int, count: int, domain: str) -> Crowd:
    """So many people of this domain; the same arguments always make the same company."""
    dice = random.Random(f"crowd|{seed}|{domain}")  # noqa: S311 - invented people are no secret
    people: dict[str, dict[str, Any]] = {}
    for upn in _names(dice, count, domain):
        people[upn] = {"side": "source", **_fate(dice, domain)}
    guests = [upn for upn in people if "#EXT#" in upn]
    for upn, facts in people.items():
        if upn not in guests and guests and dice.random() < 0.1:
            facts["site_users"] = dice.sample(guests, min(2, len(guests)))
    return Crowd(people, tuple(_groups(dice, [upn for upn in people if upn not in guests])))


def _names(dice: random.Random, count: int, domain: str) -> Iterator[str]:
    taken: set[str] = set()
    while len(taken) < count:
        local = f"{dice.choice(_FIRST)}.{dice.choice(_LAST)}".casefold()
        if dice.random() < _GUESTS:
            upn = f"{local}_{dice.choice(_PARTNERS)}#EXT#@{domain}"
        else:
            upn = f"{local}@{domain}"
        if upn in taken:  # as an admin does: a number behind the second of the same name
            upn = upn.replace(local, f"{local}{len(taken)}", 1)
        taken.add(upn)
        yield upn


def _fate(dice: random.Random, domain: str) -> dict[str, Any]:
    if dice.random() < _LEAVERS:
        return {"left": True, "owner": f"archive@{domain}"}
    return {"on_hold": True} if dice.random() < _HOLDS else {}


def _groups(dice: random.Random, members: list[str]) -> Iterator[Group]:
    for number, team in enumerate(_TEAMS):
        chosen = dice.sample(members, min(len(members), max(1, len(members) // len(_TEAMS))))
        object_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        is_m365 = number % 2 == 0
        kind, nickname = ("m365Group", team.casefold()) if is_m365 else ("regularGroup", "")
        yield Group(object_id, kind, team, nickname, tuple(sorted(chosen)))


def settle(store: Store, directory: Directory, crowd: Crowd) -> None:
    """Put the crowd into the state file, in the place of an earlier one's groups."""
    directory.add(crowd.people)
    with store.transaction():
        store.execute(_GROUP_TABLE)
        store.execute("DELETE FROM groups")
        for each in crowd.groups:
            members = json.dumps(each.members)
            values = (each.object_id, each.kind, each.name, each.nickname, members)
            store.execute("INSERT INTO groups VALUES (?, ?, ?, ?, ?)", *values)


def groups(store: Store) -> list[Group]:
    """The groups of the source tenant, by name."""
    store.execute(_GROUP_TABLE)
    rows = store.execute(
        "SELECT object_id, kind, name, nickname, members FROM groups ORDER BY name"
    )
    return [
        Group(object_id, kind, name, nickname, tuple(json.loads(members)))
        for object_id, kind, name, nickname, members in rows
    ]
