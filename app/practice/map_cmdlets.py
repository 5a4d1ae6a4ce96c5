"""The cmdlets about the identity map: a file that replaces the whole map, and reading back."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from app.practice import causes
from app.practice.access import Side
from app.practice.directory import Directory
from app.practice.identity_map import Entry, IdentityMap, Kind, is_kept
from app.practice.printed import Printed, refused
from app.practice.tenancy import Tenancy

_COLUMNS = 6
_KINDS = {"user": Kind.USER, "group": Kind.GROUP}
_TYPES = {
    Kind.USER: {
        "none": "none",
        "regularuser": "regularUser",
        "adminuser": "adminUser",
        "guestuser": "guestUser",
    },
    Kind.GROUP: {
        "none": "none",
        "regulargroup": "regularGroup",
        "admingroup": "adminGroup",
        "o365group": "m365Group",
    },
}
"""The words of the file, in lower case, and those of Graph; any other word drops its row."""


class MapCmdlets:
    """Each method is one cmdlet."""

    def __init__(self, identity_map: IdentityMap, directory: Directory, tenancy: Tenancy) -> None:
        self._map = identity_map
        self._directory = directory
        self._tenancy = tenancy

    def upload(self, side: Side, text: str) -> Printed:
        """The rows of the file, and nothing else, are the map from now on.

        A row that is not fit for it is dropped; a line on the console is all that tells of it
        (seen in the field). A header is such a row.
        """
        self._check_side(side)
        source_id = self._tenancy.tenant(Side.SOURCE).id
        kept: list[Entry] = []
        console: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            entry = _read(line)
            if entry is not None and is_kept(entry, source_id):
                kept.append(entry)
            else:
                console.append(f"Row {number} '{line[:300]}' can't be added. Check the format.")
        self._map.replace_all(kept)
        return Printed(console=console)

    def user(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """Nothing is printed when the map has no such entry."""
        self._check_side(side)
        field, value = bound["Field"], bound["Value"]
        if field == "SourceUserKey":
            found = self._map.of_source(Kind.USER, value)
            return Printed([self._object(entry) for entry in found])
        shown = [self._object(entry) for entry in self._map.users()]
        return Printed([each for each in shown if each[field].casefold() == value.casefold()])

    def _check_side(self, side: Side) -> None:
        """The map belongs to the target tenant, whose partner is the source."""
        if side is not Side.TARGET:
            raise refused(causes.WRONG_SIDE, host=self._tenancy.tenant(Side.TARGET).my_host)

    def _object(self, entry: Entry) -> dict[str, str]:
        digest = self._directory.digest(f"puid|{entry.target.casefold()}")
        return {
            "SourceTenantId": entry.source_organization,
            "SourceUserKey": entry.source,
            "TargetUserPuid": digest[:8].hex().upper(),
            "TargetUserUpn": entry.target,
            "TargetUserEmail": entry.address,
            "UserType": entry.type[:1].upper() + entry.type[1:],
        }


def _read(line: str) -> Entry | None:
    try:
        (cells,) = csv.reader([line])
    except (ValueError, csv.Error):
        return None
    cells = [cell.strip() for cell in cells]
    if len(cells) != _COLUMNS or not all(cells):
        return None
    kind = _KINDS.get(cells[0].casefold())
    if kind is None:
        return None
    word = _TYPES[kind].get(cells[5].casefold())
    if word is None:
        return None
    source_id, source, target, address = cells[1:5]
    # What stands there for a security group is its id once more, and no nickname.
    is_nickname = kind is Kind.USER or word == "m365Group"
    return Entry(kind, source_id, source, target, word, address if is_nickname else "")
