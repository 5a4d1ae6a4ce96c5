"""The identity map of the target tenant: who of the source is whom in the target.

What is not fit for the map is dropped in silence, as in life: whoever uploads must read back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.practice.directory import is_upn
from app.practice.store import Store

_TABLE = """
CREATE TABLE IF NOT EXISTS identity_map (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, source_key TEXT NOT NULL, entry TEXT NOT NULL
)"""
_INDEX = "CREATE INDEX IF NOT EXISTS identity_map_by_source ON identity_map (kind, source_key)"


class Kind(StrEnum):
    """What an entry maps."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. Users are named by UPN, groups by object id."""

    kind: Kind
    source_organization: str
    source: str
    target: str
    type: str
    """`regularUser`, `m365Group` and so on, as Graph spells them."""
    address: str = ""
    """A user's target e-mail, a Microsoft 365 group's target mail nickname."""

    @property
    def id(self) -> str:
        """Base64 text, made by the service."""
        head = b"\x01\x00\x00\x00\x01\x00\x00\x00"
        text = base64.b64encode(head + self.source.casefold().encode("utf-8", "surrogatepass"))
        return text.decode("ascii").rstrip("=")


def is_kept(entry: Entry, source_organization: str) -> bool:
    """Whether the map takes the entry at all; `source_organization` is the partner's tenant id.

    An apostrophe is accepted here and fails only in the move ("Cross-tenant OneDrive migration,
    step 5"). A member must be called `regularUser`: other types vanish (seen in the field).
    """
    if entry.source_organization.casefold() != source_organization.casefold():
        return False
    if entry.kind is Kind.GROUP:
        return entry.type != "none"
    if not is_upn(entry.source) or not is_upn(entry.target):
        return False
    is_guest = "#ext#" in f"{entry.source}{entry.target}".casefold()
    return entry.type in ("regularUser", "adminUser") or (entry.type == "guestUser" and is_guest)


class IdentityMap:
    """The map of one state file, with tables of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.execute(_TABLE)
        store.execute(_INDEX)

    def of_source(self, kind: Kind, source: str) -> list[Entry]:
        """The entries of this source; more than one only after an upload of a whole map."""
        rows = self._store.execute(
            "SELECT entry FROM identity_map WHERE kind = ? AND source_key = ? ORDER BY seq",
            kind,
            source.casefold(),
        )
        return [_entry(kind, row[0]) for row in rows]

    def users(self) -> list[Entry]:
        """Every user in the order of the upload."""
        rows = self._store.execute(
            "SELECT entry FROM identity_map WHERE kind = ? ORDER BY seq", Kind.USER
        )
        return [_entry(Kind.USER, row[0]) for row in rows]

    def put(self, entry: Entry) -> None:
        """Add the entry in the place of those that its source had."""
        self.remove(entry.kind, entry.source)
        self._add(entry)

    def remove(self, kind: Kind, source: str) -> list[Entry]:
        """Take out the entries of this source; returns those that were there."""
        gone = self.of_source(kind, source)
        self._store.execute(
            "DELETE FROM identity_map WHERE kind = ? AND source_key = ?", kind, source.casefold()
        )
        return gone

    def replace_all(self, entries: Iterable[Entry]) -> None:
        """The whole map anew, as the shell's upload does; several of one source all stay."""
        with self._store.transaction():
            self._store.execute("DELETE FROM identity_map")
            for entry in entries:
                self._add(entry)

    def _add(self, entry: Entry) -> None:
        kept = [entry.source_organization, entry.source, entry.target, entry.type, entry.address]
        self._store.execute(
            "INSERT INTO identity_map (kind, source_key, entry) VALUES (?, ?, ?)",
            entry.kind,
            entry.source.casefold(),
            json.dumps(kept, ensure_ascii=False),
        )


def _entry(kind: Kind, text: str) -> Entry:
    kept: list[Any] = json.loads(text)
    return Entry(kind, *kept)
