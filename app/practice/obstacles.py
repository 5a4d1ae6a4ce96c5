"""What stands in the way of a move, found in the state of the tenants and the two people.

Some of it refuses the start itself ("sharePointMigrationTask: create", 422 and 501), the rest is
met by the move in Validation or when it comes to Restore. Limits: "Cross-tenant OneDrive
migration", overview and frequently asked questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.practice import causes
from app.practice.access import Side
from app.practice.causes import Cause
from app.practice.directory import Directory, Person, home_domain, is_guest, is_upn
from app.practice.identity_map import IdentityMap, Kind
from app.practice.scenario import Tenants
from app.practice.store import Store
from app.practice.tenancy import Tenancy
from app.practice.trust import Trust

MOST_BYTES = 5 * 10**12
MOST_ITEMS = 1_000_000
LONGEST_URL = 400


@dataclass(frozen=True, slots=True)
class Ask:
    """Who is to move where."""

    source: Person
    target: Person
    host: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A cause, and the particulars of this case."""

    cause: Cause
    why: str = ""

    def told(self, ask: Ask) -> tuple[str, str]:
        """Code and message."""
        message = self.cause.message(
            source=ask.source.upn,
            target=ask.target.upn,
            host=ask.host,
            object_id=ask.source.object_id,
            why=self.why,
        )
        return self.cause.code, message


class Obstacles:
    """Looks for them in one state file."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        tenancy: Tenancy,
        trust: Trust,
        identity_map: IdentityMap,
        tenants: Tenants,
    ) -> None:
        self._store = store
        self._directory = directory
        self._tenancy = tenancy
        self._trust = trust
        self._map = identity_map
        self._tenants = tenants

    def ask(self, source_upn: str, target_upn: str, host: str) -> Ask:
        """An empty host means the target tenant that was named by its id."""
        return Ask(
            self._directory.person(source_upn),
            self._directory.person(target_upn),
            host or self._tenancy.tenant(Side.TARGET).my_host,
        )

    def refusal(self, ask: Ask, now: int, *, again: bool = False) -> Obstacle | None:
        """Why the start itself is refused; `again`: the move is the one that has begun."""
        found = self._of_tenants(ask, now)
        if found is not None:
            return Obstacle(found)
        source, target = ask.source, ask.target
        if not is_upn(source.upn) or not source.exists or source.side == "target":
            return Obstacle(causes.NO_URL)
        if not again and self._is_taken(source.upn):
            return Obstacle(causes.ANOTHER_JOB)
        if not is_upn(target.upn) or is_guest(target.upn):
            return Obstacle(causes.TARGET_UPN_INVALID)
        if source.no_drive or is_guest(source.upn):
            return Obstacle(causes.NO_DRIVE)
        if now < source.drive_ready_at:
            return Obstacle(causes.NO_DRIVE_YET)
        mapping = self._mapping(source, target)
        return None if mapping is None else Obstacle(mapping)

    def verdict(self, ask: Ask, now: int, seq: int | None) -> Obstacle | None:
        """What Validation finds; `seq` is the move, None for a dry run."""
        refused = self.refusal(ask, now, again=True)
        if refused is not None:
            return refused
        parts: tuple[Callable[[Ask], Iterator[Obstacle]], ...] = (self._at_source, self._at_target)
        for part in parts:
            for found in part(ask):
                return found
        return self.target_conflict(ask, seq)

    def target_conflict(self, ask: Ask, seq: int | None) -> Obstacle | None:
        """What lies where the target OneDrive is to be; it must not exist before or during."""
        target = ask.target
        key = target.upn.casefold()
        if target.target_drive_exists:
            return Obstacle(causes.TARGET_CONFLICT, "a site exists there")
        if target.target_drive_deleted:
            return Obstacle(causes.TARGET_CONFLICT, "a site in the recycle bin holds it")
        if target.target_redirect:
            return Obstacle(causes.TARGET_CONFLICT, "a redirect of an earlier move is there")
        if seq is not None:
            self._store.hold_drive(key, seq)
        if self._store.drive_holder(key) != seq:
            return Obstacle(causes.TARGET_CONFLICT, "another move has taken it")
        return None

    def _of_tenants(self, ask: Ask, now: int) -> Cause | None:
        if not self._tenants.feature_is_enabled:
            return causes.FEATURE_OFF
        if self._tenants.same_farm:
            return causes.SAME_FARM
        return self._trust.obstacle(ask.host, now)

    def _is_taken(self, source_upn: str) -> bool:
        where = "WHERE source_key = ? AND status IN ('notStarted', 'inProgress', 'completed')"
        return self._store.task(where, source_upn.casefold()) is not None

    def _mapping(self, source: Person, target: Person) -> Cause | None:
        entries = self._map.of_source(Kind.USER, source.upn)
        if not entries:
            return None if self._tenants.map_is_complete else causes.NOT_MAPPED
        if len(entries) > 1:
            return causes.MAPPED_TWICE
        if entries[0].target.casefold() != target.upn.casefold():
            return causes.MAPPED_OTHERWISE
        return None

    def _at_source(self, ask: Ask) -> Iterator[Obstacle]:
        source = ask.source
        if "'" in source.upn or "'" in ask.target.upn:
            yield Obstacle(causes.INVALID_CHARACTER)
        if self._tenants.customer_key:
            yield Obstacle(causes.CUSTOMER_KEY)
        if source.drive_lock == "ReadOnly":
            yield Obstacle(causes.LOCKED_READ_ONLY)
        if source.drive_lock == "NoAccess":
            yield Obstacle(causes.LOCKED_NO_ACCESS)
        if source.owner and source.owner.casefold() != source.upn.casefold():
            yield Obstacle(causes.OTHER_OWNER, f"which is {source.owner}")
        if source.on_hold:
            yield Obstacle(causes.JOB_FAILED, "a hold is on the site")
        if source.drive_bytes > MOST_BYTES:
            yield Obstacle(causes.JOB_FAILED, f"the site holds more than {MOST_BYTES} bytes")
        if source.items > MOST_ITEMS:
            yield Obstacle(causes.JOB_FAILED, f"the site holds more than {MOST_ITEMS} items")
        has_licence = not source.no_licence and not source.left
        if not (has_licence or source.move_licence or ask.target.move_licence):
            yield Obstacle(causes.NOT_LICENSED)
        inside = self._target_people_in(source, ask.target)
        if inside:
            yield Obstacle(causes.TARGET_PEOPLE_INSIDE, inside)

    def _at_target(self, ask: Ask) -> Iterator[Obstacle]:
        target = ask.target
        if self._tenants.target_is_blocked:
            yield Obstacle(causes.TARGET_BLOCKED)
        if not target.exists or target.side == "source" or target.missing_on_target:
            yield Obstacle(causes.NO_TARGET_USER)
        if target.no_target_plan:
            yield Obstacle(causes.TARGET_NOT_ENABLED)
        url = self._tenancy.drive_url(Side.TARGET, target.upn)
        length = len(url) + 1 + ask.source.longest_path
        if length > LONGEST_URL:
            why = f"it would have {length} characters, and {LONGEST_URL} are the limit"
            yield Obstacle(causes.PATH_TOO_LONG, why)

    def _target_people_in(self, source: Person, target: Person) -> str:
        domain = target.upn.rpartition("@")[2].casefold()
        domains = {domain, *self._tenancy.tenant(Side.TARGET).domains}
        inside = [each for each in source.site_users if home_domain(each) in domains]
        if source.target_people_inside:
            inside.append(f"guest@{domain}")
        return ", ".join(inside[:3])
