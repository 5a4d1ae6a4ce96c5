"""Which permissions the program needs in which tenant, and for what; the least that will do.

Names and ids: "Microsoft Graph permissions reference".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

READ_MOVES = "SharePointCrossTenantMigration.Read.All"
MANAGE_MOVES = "SharePointCrossTenantMigration.Manage.All"
READ_USERS = "User.Read.All"
READ_ORGANIZATION = "Organization.Read.All"
READ_LICENCES = "LicenseAssignment.Read.All"
READ_FILES = "Files.Read.All"


@dataclass(frozen=True, slots=True)
class Need:
    """One permission: what it is for, and whether nothing works without it."""

    permission: str
    purpose: str
    required: bool


_SOURCE = (
    Need(READ_MOVES, "read the states of the moves", required=True),
    Need(MANAGE_MOVES, "start and cancel moves", required=True),
    Need(READ_ORGANIZATION, "read the tenant's name and domains", required=True),
    Need(READ_USERS, "check that the people exist", required=False),
    Need(READ_LICENCES, "count the licences", required=False),
    Need(READ_FILES, "read the size of each OneDrive", required=False),
)
_TARGET = (
    Need(READ_MOVES, "read the identity map", required=True),
    Need(MANAGE_MOVES, "change the identity map", required=True),
    Need(READ_ORGANIZATION, "read the tenant's name and domains", required=True),
    Need(READ_USERS, "check that the people exist", required=False),
    Need(READ_LICENCES, "count the licences", required=False),
)
_TARGET_APPLICATION = (
    *_TARGET,
    Need(READ_FILES, "see whether somebody has a OneDrive already", required=False),
)
"""Asked for with an application token only: with a person's token the question would *make* the
OneDrive ("Get drive"), and the move would fail."""


def needs(*, target: bool, application: bool) -> tuple[Need, ...]:
    """What is needed in this tenant, the most important first."""
    if not target:
        return _SOURCE
    return _TARGET_APPLICATION if application else _TARGET


def missing(granted: Collection[str], *, target: bool, application: bool) -> tuple[Need, ...]:
    """What is needed and was not granted."""
    there = {name.casefold() for name in granted}
    wanted = needs(target=target, application=application)
    return tuple(need for need in wanted if need.permission.casefold() not in there)
