"""The two practice tenants as their directories know them: ids, names, domains and hosts."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass

from app.practice.access import Side
from app.practice.directory import Directory, Person, is_upn
from app.practice.store import Store

GEOGRAPHY = "NAM"
"""Where both tenants keep their data; neither is a Multi-Geo tenant."""
_PERSONAL = "/personal/"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of the two."""

    id: str
    display_name: str
    initial_domain: str
    other_domains: tuple[str, ...] = ()
    """In lower case; the first one is the default."""

    @property
    def domains(self) -> tuple[str, ...]:
        return (*self.other_domains, self.initial_domain)

    @property
    def my_host(self) -> str:
        """Where its OneDrives lie."""
        return f"https://{self._name}-my.sharepoint.com"

    @property
    def admin_host(self) -> str:
        """Where its administrators sign in."""
        return f"https://{self._name}-admin.sharepoint.com"

    @property
    def _name(self) -> str:
        return self.initial_domain.partition(".")[0]


class Tenancy:
    """Both tenants of a state file, and who belongs to which.

    `domains_source` and `domains_target` in the store hold lists of verified domains in JSON.
    """

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._known: dict[tuple[Side, str], Tenant] = {}

    def tenant(self, side: Side) -> Tenant:
        """What is true of this side now."""
        domains = self._store.meta(f"domains_{side}") or "[]"
        known = self._known.get((side, domains))
        if known is None:
            digest = self._directory.digest(f"tenant|{side}")
            known = self._known[side, domains] = Tenant(
                str(uuid.UUID(bytes=digest[:16], version=4)),
                f"Practice {side}",
                f"practice-{side}.onmicrosoft.com",
                tuple(json.loads(domains)),
            )
        return known

    def find(self, side: Side, name: str) -> Person | None:
        """The person with this object id or UPN, None when this tenant has nobody of that name."""
        upn = name if "@" in name else self._directory.upn_of(name)
        if upn is None or not is_upn(upn):
            return None
        person = self._directory.person(upn)
        if not self._is_here(side, person):
            return None
        if self._directory.upn_of(person.object_id) is None:
            # From now on the id that the caller is about to learn names this person.
            self._directory.add({upn: {}})
        return person

    def _is_here(self, side: Side, person: Person) -> bool:
        """A domain belongs to one tenant; where neither claims it, both have the people."""
        if not person.exists or (side is Side.TARGET and person.missing_on_target):
            return False
        if person.side:
            return person.side == side
        domain = person.upn.rpartition("@")[2].casefold()
        other = Side.TARGET if side is Side.SOURCE else Side.SOURCE
        ours = domain in self.tenant(side).domains
        return ours or domain not in self.tenant(other).domains

    def drive_url(self, side: Side, upn: str) -> str:
        """The address of a OneDrive, as "OneDrive URLs in your organization" makes it.

        Where two UPNs make the same address, the one that is asked for later has a number behind:
        whoever derives an address meets another person's.
        """
        key = upn.casefold()
        name = self._store.site_name(side, key) or self._take_name(side, upn)
        return f"{self.tenant(side).my_host}{_PERSONAL}{name}"

    def owner_of(self, side: Side, url: str) -> str | None:
        """The UPN, in lower case, of whoever has their OneDrive at this address."""
        address = url.casefold().rstrip("/")
        begin = f"{self.tenant(side).my_host}{_PERSONAL}".casefold()
        if not address.startswith(begin):
            return None
        return self._store.owner_of_site(side, address.removeprefix(begin))

    def _take_name(self, side: Side, upn: str) -> str:
        base = re.sub(r"[^A-Za-z0-9]", "_", upn)
        name, number = base, 0
        while self._store.owner_of_site(side, name.casefold()) is not None:
            number += 1
            name = f"{base}{number}"
        self._store.add_site(side, name, upn.casefold())
        return name
