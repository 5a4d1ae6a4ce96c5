"""Trust between the two tenants, and whether their farms fit together.

Each tenant keeps relations of its own; a move needs both. Rules and answers: "Cross-tenant
OneDrive migration", steps 2, 3 and 5.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.practice import causes
from app.practice.access import Side
from app.practice.causes import Cause
from app.practice.store import Store
from app.practice.tenancy import Tenancy

DAY_MS = 24 * 3_600_000
DORMANT_MS = 7 * DAY_MS
"""For so long a new trust may rest before the partner can use it."""
INCOMPATIBLE_MS = 2 * DAY_MS
"""After so long an incompatible pair is told to look again."""
ANY_HOST = "*"
_LONG_AGO_MS = 30 * DAY_MS


class Role(StrEnum):
    """The partner's role, never one's own."""

    SOURCE = "Source"
    TARGET = "Target"


class Verification(StrEnum):
    """What `Verify-SPOCrossTenantRelationship` answers."""

    GOOD = "GoodToProceed"
    NOT_ESTABLISHED = "NotEstablished"
    NOT_BY_PARTNER = "NotEstablishedByPartner"
    DORMANT = "DormantByPartner"
    NO_CONTACT = "CouldNotContactPartner"


class Compatibility(StrEnum):
    """What `Get-SPOCrossTenantCompatibilityStatus` answers; the first two may go on."""

    COMPATIBLE = "Compatible"
    WARNING = "Warning"
    INCOMPATIBLE = "Incompatible"


class Arrangement(StrEnum):
    """How things stand when a rehearsal begins."""

    WITH_ANYBODY = "with anybody"
    """Whatever partner a caller names: for trying the interface out."""
    ESTABLISHED = "established"
    NONE = "none"
    SOURCE_ONLY = "source only"
    TARGET_ONLY = "target only"
    DORMANT = "dormant"
    BOTH_WAYS = "both ways"
    WRONG_WAY = "wrong way"
    """Each tenant gave its partner the other role."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One tenant's word for its partner; the time is practice milliseconds since 1970, UTC."""

    side: Side
    role: Role
    partner: str
    """The partner's name as its host has it, in lower case."""
    awake_from: int

    def is_with(self, partner: str) -> bool:
        return self.partner in (partner, ANY_HOST)


_FORTH = ((Side.SOURCE, Role.TARGET), (Side.TARGET, Role.SOURCE))
_BACK = ((Side.SOURCE, Role.SOURCE), (Side.TARGET, Role.TARGET))
_ARRANGED: dict[Arrangement, tuple[tuple[Side, Role], ...]] = {
    Arrangement.WITH_ANYBODY: _FORTH,
    Arrangement.ESTABLISHED: _FORTH,
    Arrangement.NONE: (),
    Arrangement.SOURCE_ONLY: _FORTH[:1],
    Arrangement.TARGET_ONLY: _FORTH[1:],
    Arrangement.DORMANT: _FORTH,
    Arrangement.BOTH_WAYS: _FORTH + _BACK,
    Arrangement.WRONG_WAY: _BACK,
}


class Trust:
    """The relations of both tenants, kept in the state file."""

    def __init__(
        self,
        store: Store,
        tenancy: Tenancy,
        *,
        new_trust_waits: bool = False,
        compatibility: Compatibility = Compatibility.COMPATIBLE,
        incompatible_ms: int = INCOMPATIBLE_MS,
    ) -> None:
        """`new_trust_waits`: a relation made from now on rests for seven days first."""
        self._store = store
        self._tenancy = tenancy
        self._waits = new_trust_waits
        self._compatibility = compatibility
        self._incompatible_ms = incompatible_ms
        self._known: tuple[Relation, ...] | None = None

    def arrange(self, how: Arrangement, now: int) -> None:
        """Begin with this state of things, whatever was before."""
        awake = now + DORMANT_MS if how is Arrangement.DORMANT else now - _LONG_AGO_MS
        anybody = how is Arrangement.WITH_ANYBODY
        self._keep(
            Relation(side, role, ANY_HOST if anybody else self._name_of_partner(side), awake)
            for side, role in _ARRANGED[how]
        )
        self._store.set_meta("trust_arranged", str(now))

    def host_text(self, side: Side) -> str:
        """`Get-SPOCrossTenantHostUrl`: a block of text with the URL inside, as in life."""
        host = self._tenancy.tenant(side).my_host
        return (
            f"\nThe cross-tenant host URL of this tenant, to be given to the partner:\n\n{host}/\n"
        )

    def relate(self, side: Side, role: Role, host: str, now: int) -> None:
        """`Set-SPOCrossTenantRelationship`; a relation that stands already keeps its age."""
        partner = host_name(host)
        if not any(each.role is role for each in self._of(side, partner)):
            awake = now + DORMANT_MS if self._waits else now
            self._keep((*self._relations(), Relation(side, role, partner, awake)))

    def remove(self, side: Side, role: Role, host: str) -> None:
        """`Remove-SPOCrossTenantRelationship`, on this side only."""
        gone = {each for each in self._of(side, host_name(host)) if each.role is role}
        self._keep(each for each in self._relations() if each not in gone)

    def verify(self, side: Side, role: Role, host: str, now: int) -> Verification:
        """`Verify-SPOCrossTenantRelationship` on this side, at this practice time."""
        partner = host_name(host)
        if not any(each.role is role for each in self._of(side, partner)):
            return Verification.NOT_ESTABLISHED
        if not self._can_be_reached(side, partner):
            return Verification.NO_CONTACT
        wanted = Role.SOURCE if role is Role.TARGET else Role.TARGET
        theirs = [each for each in self._of_partner(side) if each.role is wanted]
        if not theirs:
            return Verification.NOT_BY_PARTNER
        if all(now < each.awake_from for each in theirs):
            return Verification.DORMANT
        return Verification.GOOD

    def compatibility(self, host: str, now: int) -> Compatibility:
        """Asked on the source; without trust the answer is no (seen in the field)."""
        if self.verify(Side.SOURCE, Role.TARGET, host, now) is not Verification.GOOD:
            return Compatibility.INCOMPATIBLE
        is_over = now >= int(self._store.meta("trust_arranged") or 0) + self._incompatible_ms
        if self._compatibility is Compatibility.INCOMPATIBLE and is_over:
            return Compatibility.COMPATIBLE
        return self._compatibility

    def obstacle(self, host: str, now: int) -> Cause | None:
        """What stands in the way of a start from the source towards this partner."""
        roles = {each.role for each in self._of(Side.SOURCE, host_name(host))}
        if roles == {Role.SOURCE}:
            return causes.WRONG_SIDE
        if self.verify(Side.SOURCE, Role.TARGET, host, now) is not Verification.GOOD:
            return causes.NO_TRUST
        if self.compatibility(host, now) is Compatibility.INCOMPATIBLE:
            return causes.INCOMPATIBLE
        return None

    def reading_obstacle(self, side: Side, host: str, role: Role | None) -> Cause | None:
        """What stands in the way of reading states of moves with this partner."""
        roles = {each.role for each in self._of(side, host_name(host))}
        if not roles:
            return causes.NO_TRUST
        if role is None and len(roles) > 1:
            return causes.ROLE_NEEDED
        return causes.WRONG_SIDE if role is not None and role not in roles else None

    def wrong_side(self, side: Side) -> tuple[Cause, str]:
        """Why a call that belongs to the other tenant fails on this one, and the partner's host."""
        host = self._tenancy.tenant(_other(side)).my_host
        is_related = bool(self._of(side, host_name(host)))
        return (causes.WRONG_SIDE if is_related else causes.NO_TRUST), host

    def _name_of_partner(self, side: Side) -> str:
        return host_name(self._tenancy.tenant(_other(side)).my_host)

    def _can_be_reached(self, side: Side, partner: str) -> bool:
        anybody = any(each.partner == ANY_HOST for each in self._relations())
        return anybody or partner == self._name_of_partner(side)

    def _of(self, side: Side, partner: str) -> list[Relation]:
        return [each for each in self._relations() if each.side is side and each.is_with(partner)]

    def _of_partner(self, side: Side) -> list[Relation]:
        return self._of(_other(side), host_name(self._tenancy.tenant(side).my_host))

    def _relations(self) -> tuple[Relation, ...]:
        if self._known is None:
            self._known = tuple(
                Relation(Side(side), Role(role), partner, awake)
                for side, role, partner, awake in json.loads(self._store.meta("trust") or "[]")
            )
        return self._known

    def reload(self) -> None:
        """What is on disk counts."""
        self._known = None

    def _keep(self, relations: Iterable[Relation]) -> None:
        kept = tuple(relations)
        text = json.dumps([[each.side, each.role, each.partner, each.awake_from] for each in kept])
        self._known = None  # if the write fails, what is on disk counts
        self._store.set_meta("trust", text)
        self._known = kept


def _other(side: Side) -> Side:
    return Side.TARGET if side is Side.SOURCE else Side.SOURCE


def host_name(url: str) -> str:
    """The tenant's name in a root, admin or my-site host, in lower case."""
    host = url.casefold().partition("://")[2] or url.casefold()
    name = host.partition("/")[0].partition(".")[0]
    return name.removesuffix("-my").removesuffix("-admin")


def is_admin_host(url: str) -> bool:
    """Whether the URL is that of an admin site."""
    host = url.casefold().partition("://")[2] or url.casefold()
    return host.partition(".")[0].endswith("-admin")
