"""The identity map as whoever prepared the practice tenants keeps it, after the workbook."""

from __future__ import annotations

from collections.abc import Iterable

from app.practice.identity_map import Entry, IdentityMap
from app.practice.store import Store

_TABLE = """
CREATE TABLE IF NOT EXISTS prepared_map (
    kind TEXT NOT NULL, source_key TEXT NOT NULL, target TEXT NOT NULL,
    PRIMARY KEY (kind, source_key)
) WITHOUT ROWID"""


class PreparedMap:
    """Knows its own entries from those that the admin uploaded, which it never touches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._map = IdentityMap(store)
        store.execute(_TABLE)

    def complete(self, entries: Iterable[Entry]) -> int:
        """Add what is missing and bring its own up to date; returns how many were put."""
        put = 0
        with self._store.transaction():
            for entry in entries:
                there = self._map.of_source(entry.kind, entry.source)
                if there == [entry] or (there and not self._is_own(there)):
                    continue
                self._map.put(entry)
                self._store.execute(
                    "INSERT INTO prepared_map VALUES (?, ?, ?) ON CONFLICT (kind, source_key)"
                    " DO UPDATE SET target = excluded.target",
                    entry.kind,
                    entry.source.casefold(),
                    entry.target,
                )
                put += 1
        return put

    def _is_own(self, there: list[Entry]) -> bool:
        rows = self._store.execute(
            "SELECT target FROM prepared_map WHERE kind = ? AND source_key = ?",
            there[0].kind,
            there[0].source.casefold(),
        )
        return len(there) == 1 and [row[0] for row in rows] == [there[0].target]
