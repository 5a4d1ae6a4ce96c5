"""Limits and licence names as dated data: those that come with the program, or the admin's own."""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.errors import AppError

FILE = "limits.toml"


@dataclass(frozen=True, slots=True)
class Limits:
    """What Microsoft's pages say, and when they were read; sources are in `resources/limits.toml`.

    Names are compared without regard to case.
    """

    as_of: date
    warn_bytes: int
    """From this size of a OneDrive on, one of Microsoft's pages says no."""
    block_bytes: int
    """A larger OneDrive cannot be moved, say all of them."""
    licence_plans: tuple[str, ...]
    licence_part_numbers: tuple[str, ...]
    sharepoint_plans: tuple[str, ...]
    not_sharepoint_plans: tuple[str, ...]

    def is_migration_licence(self, part_number: str, plans: Iterable[str]) -> bool:
        """The product is the licence for moves, by its part number or by one of its plans."""
        plain = _plain(part_number)
        if any(_plain(name) in plain for name in self.licence_part_numbers):
            return True
        named = {plan.casefold() for plan in plans}
        return any(name.casefold() in named for name in self.licence_plans)

    def carries_sharepoint(self, plan: str) -> bool:
        """The service plan lets its user have a OneDrive."""
        name = plan.casefold()
        if name in (other.casefold() for other in self.not_sharepoint_plans):
            return False
        return any(name.startswith(start.casefold()) for start in self.sharepoint_plans)


def read_limits(folder: Path) -> Limits:
    """What comes with the program, with what a file of the same name in `folder` says instead.

    Raises AppError LIMITS_UNREADABLE with the file and the name that cannot be.
    """
    shipped = importlib.resources.files("resources") / FILE
    whole = tomllib.loads(shipped.read_text("utf-8"))
    own = folder / FILE
    if not own.exists():
        return _limits(whole, FILE)
    try:
        said = tomllib.loads(own.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(str(own), str(error)) from error
    return _limits(_over(whole, said, str(own)), str(own))


def _over(whole: Mapping[str, Any], said: Mapping[str, Any], file: str) -> dict[str, Any]:
    for name, value in said.items():
        if name not in whole:
            raise _unreadable(file, f"{name} is not known")
        if isinstance(whole[name], dict):
            if not isinstance(value, dict):
                raise _unreadable(file, f"{name} must be a table")
            unknown = set(value) - set(whole[name])
            if unknown:
                raise _unreadable(file, f"{name}.{min(unknown)} is not known")
    return {
        name: {**usual, **said.get(name, {})} if isinstance(usual, dict) else said.get(name, usual)
        for name, usual in whole.items()
    }


def _limits(whole: Mapping[str, Any], file: str) -> Limits:
    if not isinstance(whole["as_of"], date):
        raise _unreadable(file, "as_of must be a date, such as 2026-11-26")
    warn = _bytes(whole["size"], "warn_bytes", file)
    block = _bytes(whole["size"], "block_bytes", file)
    if warn > block:
        raise _unreadable(file, "size.warn_bytes is above size.block_bytes")
    return Limits(
        whole["as_of"],
        warn,
        block,
        _names(whole, "licence", "plans", file),
        _names(whole, "licence", "part_numbers", file),
        _names(whole, "sharepoint", "plans", file),
        _names(whole, "sharepoint", "not_plans", file),
    )


def _bytes(table: Mapping[str, Any], name: str, file: str) -> int:
    value = table[name]
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise _unreadable(file, f"size.{name} must be a number of bytes above 0")
    return value


def _names(whole: Mapping[str, Any], table: str, name: str, file: str) -> tuple[str, ...]:
    value = whole[table][name]
    # An empty name would be found in everything.
    if not isinstance(value, list) or not all(isinstance(v, str) and _plain(v) for v in value):
        raise _unreadable(file, f"{table}.{name} must be a list of names")
    return tuple(value)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").strip().casefold()


def _unreadable(file: str, why: str) -> AppError:
    return AppError(
        "LIMITS_UNREADABLE",
        "The file with the limits cannot be used",
        f"{file}: {why}",
        "Correct the file, or remove it to use the values that come with the program.",
    )
