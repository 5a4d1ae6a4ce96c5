"""What is wrong with a share of the people, dealt out by the seed and their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

TOO_LARGE_BYTES = 6 * 10**12
TOO_MANY_ITEMS = 1_200_000
TOO_LONG_PATH = 380


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Each a share of all people, from 0 to 1; who is hit follows from the seed alone."""

    without_licence: float = 0.0
    without_drive: float = 0.0
    on_hold: float = 0.0
    read_only: float = 0.0
    left_the_company: float = 0.0
    owned_by_another: float = 0.0
    too_large: float = 0.0
    too_many_items: float = 0.0
    path_too_long: float = 0.0
    target_people_inside: float = 0.0
    target_user_missing: float = 0.0
    target_without_plan: float = 0.0
    target_drive_exists: float = 0.0
    target_drive_in_recycle_bin: float = 0.0

    def facts(self, upn: str, dice: Callable[[str], float]) -> dict[str, Any]:
        """What is wrong with this person; `dice` makes a number from 0 to 1 of a text."""
        found: dict[str, Any] = {}
        for name in _SHARES:
            share: float = getattr(self, name)
            if share and dice(f"{name}|{upn.casefold()}") < share:
                found |= _FACTS[name](upn)
        return found


_FACTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "without_licence": lambda _: {"no_licence": True},
    "without_drive": lambda _: {"no_drive": True},
    "on_hold": lambda _: {"on_hold": True},
    "read_only": lambda _: {"lock_state": "ReadOnly"},
    "left_the_company": lambda _: {"left": True},
    "owned_by_another": lambda upn: {"owner": f"leavers@{upn.rpartition('@')[2]}"},
    "too_large": lambda _: {"drive_bytes": TOO_LARGE_BYTES},
    "too_many_items": lambda _: {"items": TOO_MANY_ITEMS},
    "path_too_long": lambda _: {"longest_path": TOO_LONG_PATH},
    "target_people_inside": lambda _: {"target_people_inside": True},
    "target_user_missing": lambda _: {"missing_on_target": True},
    "target_without_plan": lambda _: {"no_target_plan": True},
    "target_drive_exists": lambda _: {"target_drive_exists": True},
    "target_drive_in_recycle_bin": lambda _: {"target_drive_deleted": True},
}
_SHARES = tuple(each.name for each in fields(Mishaps))
NONE = Mishaps()
