"""The two licences that matter here, by their public part numbers and service plans."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sku:
    """Something that Microsoft sells, and what it contains."""

    id: str
    part_number: str
    plans: tuple[tuple[str, str | None], ...]
    """Name and id of each service plan; None where no public page gives the id."""
    bought: int
    """Seats in the practice tenants."""


MIGRATION = Sku(
    "946ce899-873d-44bb-9d8b-671870cbfdbf",
    "Cross_tenant_user_data_migration",
    (("SHAREPOINTONLINE_T2TODMOVE", None), ("EXCHANGEONLINE_T2TMBXMOVE", None)),
    5000,
)
"""The one-time licence of a move; for the source user or the target user."""
OFFICE = Sku(
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "SPE_E3",
    (("SHAREPOINTENTERPRISE", "5dbe027f-2339-4123-9542-606e4d348a72"),),
    5000,
)
"""Microsoft 365 E3, with the plan that carries OneDrive ("Product names and service plan
identifiers for licensing").
"""
