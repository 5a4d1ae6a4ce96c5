"""Scenarios: small files that say how the practice tenants stand and what goes wrong, and when."""

from __future__ import annotations

import importlib.resources
import math
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from app.practice.incidents import Incident, What
from app.practice.mishaps import Mishaps
from app.practice.trust import Arrangement, Compatibility

_MINUTE_MS = 60_000
_YEAR_2026_MS = 1_767_225_600_000  # in 1970 few clocks changed
_MOST = 1_000_000
_T = TypeVar("_T")


class ScenarioError(Exception):
    """There is no such scenario, or its file says what cannot be; the message says which."""


@dataclass(frozen=True, slots=True)
class Tenants:
    """What is true of the two tenants as a whole."""

    everybody_exists: bool = True
    """Whoever is named exists; otherwise only the people that were made known."""
    map_is_complete: bool = True
    """Whoever has no entry in the identity map counts as mapped the way the move asks."""
    trust: Arrangement = Arrangement.WITH_ANYBODY
    new_trust_waits: bool = False
    """A trust that is set up from now on rests for seven days."""
    compatibility: Compatibility = Compatibility.COMPATIBLE
    incompatible_hours: float = 48
    feature_is_enabled: bool = True
    customer_key: bool = False
    """The source tenant encrypts with keys of its own."""
    same_farm: bool = False
    target_is_blocked: bool = False
    """The target's environment forbids moves, for reasons that it does not tell."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How much the service does at a time, and how fast."""

    slots: int = 100
    limit: int = 4000
    pace: float = 1.0
    """By how much every move takes longer."""
    others: int = 0
    """Places in the queue that moves of sites and of other projects take all the time."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, read."""

    name: str = ""
    """As it is chosen; empty: the practice tenants without any."""
    title: str = ""
    description: str = ""
    order: int = 0
    """Where it stands in a list."""
    tenants: Tenants = field(default_factory=Tenants)
    queue: Queue = field(default_factory=Queue)
    people: Mishaps = field(default_factory=Mishaps)
    incidents: tuple[Incident, ...] = ()
    zone: str = ""
    hours_before_change: float = 0.0
    """The practice clock is set to so long before the clocks of `zone` change next."""

    def change_ms(self, now: int) -> int | None:
        """When the clocks of `zone` change next; practice milliseconds since 1970, UTC."""
        if not self.zone:
            return None
        change = next_change(self.zone, datetime.fromtimestamp(now / 1000, UTC))
        return round(change.timestamp() * 1000)

    def first_ms(self, now: int) -> int:
        """Where the practice clock goes when the scenario is chosen at this practice time."""
        change = self.change_ms(now)
        if change is None:
            return now
        return max(now, change - round(self.hours_before_change * 3_600_000))


OPEN = Scenario()
"""Without a scenario: everybody exists, everything is in order, and any partner is trusted."""


def scenarios() -> tuple[Scenario, ...]:
    """Those that come with the program, in the order of a list."""
    files = [each for each in _folder().iterdir() if each.name.endswith(".toml")]
    found = [_read(file.name.removesuffix(".toml"), file.name, file) for file in files]
    return tuple(sorted(found, key=lambda each: (each.order, each.name)))


def find_scenario(name: str) -> Scenario:
    """The scenario of this name, or in the file that a name ending in `.toml` leads to.

    Raises ScenarioError, which lists the names that there are.
    """
    if not name:
        return OPEN
    if name.endswith(".toml"):
        return _read(name, name, Path(name))
    for scenario in scenarios():
        if scenario.name == name:
            return scenario
    known = ", ".join(each.name for each in scenarios())
    raise ScenarioError(f"There is no scenario {name!r}. There are: {known}.")


def next_change(zone: str, after: datetime) -> datetime:
    """When the clocks of this zone change next, in UTC, to the minute.

    Raises ScenarioError for an unknown zone or one whose clocks do not change.
    """
    try:
        local = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ScenarioError(f"There is no time zone {zone!r}.") from None
    at = after.astimezone(UTC).replace(second=0, microsecond=0)
    before = at.astimezone(local).utcoffset()
    for _ in range(366 * 24):
        later = at + timedelta(hours=1)
        if later.astimezone(local).utcoffset() != before:
            while at.astimezone(local).utcoffset() == before:
                at += timedelta(minutes=1)
            return at
        at = later
    raise ScenarioError(f"The clocks of {zone} do not change.")


def _folder() -> Traversable:
    return importlib.resources.files("resources") / "scenarios"


def _read(name: str, shown: str, file: Traversable | Path) -> Scenario:
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ScenarioError(f"{shown} cannot be read: {error}") from None
    return parse(name, shown, text)


def parse(name: str, shown: str, text: str) -> Scenario:
    """The scenario that the text describes; `shown` names its file in messages.

    Raises ScenarioError with the file and the key for whatever is unknown or cannot be.
    """
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{shown} is no TOML: {error}") from None
    top = _Table(shown, "", whole)
    for needed in ("title", "description"):
        if not isinstance(whole.get(needed), str) or not whole[needed].strip():
            top.refuse(needed, "a sentence is expected")
    clock = top.table("clock")
    incidents = top.tables("incidents")
    scenario = Scenario(
        name,
        top.take("title", "", _text),
        top.take("description", "", _text),
        top.take("order", 0, _whole_number),
        Tenants(**top.table("tenants").all_of(Tenants)),
        Queue(**top.table("queue").all_of(Queue)),
        Mishaps(**top.table("people").all_of(Mishaps)),
        tuple(_incident(each) for each in incidents),
        clock.take("zone", "", _text),
        clock.take("hours_before_change", 0.0, _positive),
    )
    clock.end()
    top.end()
    if scenario.zone:
        try:
            scenario.change_ms(_YEAR_2026_MS)
        except ScenarioError as error:
            clock.refuse("zone", str(error))
    elif any(each.at_change for each in scenario.incidents):
        clock.refuse("zone", "an incident at the change of the clocks needs it")
    return scenario


def _incident(table: _Table) -> Incident:
    if "what" not in table.values:
        table.refuse("what", "it is missing")
    incident = Incident(
        table.take("what", What.THROTTLED, What),
        round(table.take("at_minute", 0.0, _positive) * _MINUTE_MS),
        round(table.take("lasts_minutes", 0.0, _positive) * _MINUTE_MS),
        table.take("share", 1.0, _share),
        table.take("retry_after_seconds", 2.5, _positive),
        table.take("at_change", False, _flag),
    )
    table.end()
    return incident


class _Table:
    """One table of the file, from which what was understood is taken away."""

    def __init__(self, shown: str, name: str, values: Mapping[str, Any]) -> None:
        self._shown = shown
        self._name = name
        self.values = dict(values)

    def take(self, key: str, usual: _T, read: Callable[[Any], _T]) -> _T:
        if key not in self.values:
            return usual
        value = self.values.pop(key)
        try:
            return read(value)
        except (ValueError, TypeError):
            self.refuse(key, f"it cannot be {value!r}")

    def table(self, key: str) -> _Table:
        value = self.values.pop(key, {})
        if not isinstance(value, dict):
            self.refuse(key, "a table is expected")
        return _Table(self._shown, f"{key}.", value)

    def tables(self, key: str) -> list[_Table]:
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.refuse(key, "a list of tables is expected")
        return [_Table(self._shown, f"{key}[{n}].", each) for n, each in enumerate(value)]

    def end(self) -> None:
        for key in self.values:
            self.refuse(key, "it is not known")

    def refuse(self, key: str, why: str) -> NoReturn:
        raise ScenarioError(f"{self._shown}: {self._name}{key}: {why}")

    def all_of(self, kind: type[Tenants | Queue | Mishaps]) -> dict[str, Any]:
        """The fields of this class that the table has; nothing else may be in it."""
        usual = kind()
        found = {
            each.name: self.take(each.name, None, _reader(getattr(usual, each.name), kind))
            for each in fields(kind)
            if each.name in self.values
        }
        self.end()
        return found


def _reader(usual: object, kind: type) -> Callable[[Any], Any]:
    if kind is Mishaps:
        return _share
    if isinstance(usual, bool):
        return _flag
    if isinstance(usual, Arrangement | Compatibility):
        return type(usual)
    if isinstance(usual, int):
        return _count if usual else _places
    return _positive


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _whole_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _count(value: Any) -> int:
    if not 1 <= _whole_number(value) <= _MOST:
        raise ValueError(value)
    return int(value)


def _places(value: Any) -> int:
    if not 0 <= _whole_number(value) <= _MOST:
        raise ValueError(value)
    return int(value)


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not (math.isfinite(value) and 0 <= value <= _MOST):
        raise ValueError(value)
    return float(value)


def _share(value: Any) -> float:
    if _positive(value) > 1:
        raise ValueError(value)
    return float(value)
