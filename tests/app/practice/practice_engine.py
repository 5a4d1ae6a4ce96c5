"""What the tests of the engine share: a world in one folder, without any process or network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from app.practice.access import Side
from app.practice.directory import Directory
from app.practice.engine import PICK_UP_MS, Engine, TaskRequest
from app.practice.identity_map import Entry, IdentityMap, Kind
from app.practice.scenario import OPEN, Scenario
from app.practice.store import Store, Task
from app.practice.tenancy import Tenancy

NOW = 1_796_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TAKEN_UP = NOW + PICK_UP_MS
HOST = "https://practice-target-my.sharepoint.com"
SOURCE_HOST = "https://practice-source-my.sharepoint.com"
ANA, TARGET_ANA = "ana@tailspin.com", "ana@northwind.com"


class World:
    """An engine and everything beside it, on one state file."""

    def __init__(
        self,
        folder: Path,
        scenario: Scenario = OPEN,
        people: dict[str, dict[str, Any]] | None = None,
        *,
        seed: int = 7,
        slots: int | None = None,
        queue_limit: int | None = None,
    ) -> None:
        self.store = Store(folder / "world.db")
        tenants = scenario.tenants
        self.directory = Directory(
            self.store, seed, mishaps=scenario.people, everybody_exists=tenants.everybody_exists
        )
        self.directory.add(people or {})
        self.engine = Engine(
            self.store, self.directory, scenario=scenario, slots=slots, queue_limit=queue_limit
        )
        self.engine.begin_scenario(NOW)
        self.tenancy = Tenancy(self.store, self.directory)
        self.map = IdentityMap(self.store)

    def close(self) -> None:
        self.store.close()

    def change(self, upn: str, **facts: Any) -> None:
        """Something becomes true of somebody."""
        known = self.store.person(upn.casefold())
        self.directory.add({upn: {**known, **facts}})

    def put_mapping(self, *pairs: tuple[str, str]) -> None:
        """Upload the whole map, as the shell does."""
        tenant = self.tenancy.tenant(Side.SOURCE).id
        self.map.replace_all(
            Entry(Kind.USER, tenant, source, target, "regularUser") for source, target in pairs
        )

    def make(self, now: int, asked: TaskRequest) -> Task:
        task = self.engine.create(now, asked)
        assert isinstance(task, Task)
        return task


def request(
    source: str = ANA,
    target: str = "",
    *,
    begin: int | None = None,
    latest: int | None = None,
    host: str = HOST,
    dry: bool = False,
) -> TaskRequest:
    """A start towards the same name in the other company, unless a target is given."""
    wished = target or f"{source.partition('@')[0]}@northwind.com"
    parameters = {"targetOrganizationHost": host}
    return TaskRequest(parameters, source, "", wished, "", host, begin, latest, dry)


def tenants(**settings: Any) -> Scenario:
    """A scenario in which only this differs."""
    return replace(OPEN, name="test", tenants=replace(OPEN.tenants, **settings))
