"""The acts on the identity map, each recorded: read the difference, upload, read back, export."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app import upn
from app.client import GraphClient
from app.clock import Clock
from app.errors import AppError
from app.identity_map import Difference, Entry, Held, Key, MapReport, WantedMap, compare
from app.map_calls import MapCalls, Told
from app.map_forms import MOST_ITEMS, csv_text
from app.model import Finding, Level, MapKind, upn_key

KEPT = "identity_map"
"""The setting of the journal that says what we uploaded."""
_WHOLE_MAP_IS_UNFIT = frozenset({"MAP_TENANT_ID", "MAP_OTHER_TENANT"})


class MapWork:
    """Used by one thread. `note(kind, detail)` records an act of the admin and returns when it is
    on the disk; `keep(name, value)` keeps a value of the project; `pause` as in `MapCalls`.
    """

    def __init__(
        self,
        clock: Clock,
        pause: Callable[[float], bool],
        note: Callable[[str, str], None],
        keep: Callable[[str, str], None],
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._note = note
        self._keep = keep
        self._uploaded: dict[Key, Entry] = {}
        self._uploaded_utc: datetime | None = None
        self._vanished: dict[Key, tuple[str, str]] = {}
        """What did not arrive as it was sent: the target that was sent, and what is there."""
        self._pair = ""
        self._entries: dict[Key, Entry] = {}
        self._wanted = WantedMap()

    @property
    def wanted(self) -> WantedMap:
        """The map as the workbook wants it."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: WantedMap) -> None:
        self._wanted = wanted
        self._entries = {entry.key: entry for entry in wanted.entries}

    def recall(self, kept: str) -> None:
        """What the journal kept of earlier uploads."""
        try:
            said = json.loads(kept)
            entries = [Entry(MapKind(kind), source, "", "") for kind, source in said["uploaded"]]
            self._uploaded_utc = datetime.fromisoformat(said["at"])
            self._pair = str(said["pair"])
        except (ValueError, KeyError, TypeError):
            return
        self._uploaded = {entry.key: entry for entry in entries}
        self._vanished = {
            (MapKind(kind), source): (str(sent), str(theirs))
            for kind, source, sent, theirs in said.get("vanished", [])
        }

    def vanished(self) -> tuple[Finding, ...]:
        """What was sent and accepted, and was not there as sent when it was last looked at.

        On the row that asks for it, as long as it still asks for the same.
        """
        found = []
        for key, (sent, theirs) in self._vanished.items():
            entry = self._entries.get(key)
            if entry is not None and upn_key(sent) == upn_key(entry.target):
                values = [("name", upn.shown(entry.source)), ("target", upn.shown(entry.target))]
                code = "MAP_NOT_AS_SENT" if theirs else "MAP_DROPPED"
                values += [("theirs", theirs)] if theirs else []
                found.append(Finding(Level.BLOCK, code, entry.cell, None, tuple(values)))
        return tuple(found)

    def belongs_to(self, pair: str) -> None:
        """These two tenants are connected; what was uploaded to others is not there."""
        if self._pair and self._pair != pair:
            self._uploaded, self._vanished, self._uploaded_utc = {}, {}, None
        self._pair = pair

    def read(self, target: GraphClient, tenant: str, told: Told) -> MapReport:
        """Compare with what the target holds; `tenant` is the source tenant's id.

        Raises AppError MAP_OTHER_TENANT when the workbook names another one, and what `MapCalls`
        raises.
        """
        self._check_tenant(tenant)
        calls = MapCalls(target, self._pause)
        left_over = self._left_over()
        keys = [entry.key for entry in (*self.wanted.entries, *left_over)]
        report = self._report(calls.read(keys, told), tenant)
        return self._with_vanished(report, self._vanished)

    def upload(
        self, target: GraphClient, tenant: str, remove: frozenset[Key], told: Told
    ) -> MapReport:
        """Send what is missing or different, remove what the admin named, and read it all back.

        The target is read first, so that nothing is sent that is there already. What could not be
        read is not sent. Raises as `read`; an upload that broke off is recorded as such.
        """
        before = self.read(target, tenant, told)
        put = [
            line.entry for line in before.lines if line.what in (Difference.ADD, Difference.CHANGE)
        ]
        removed = [
            line.entry
            for line in before.lines
            if line.what is Difference.REMOVE and line.entry.key in remove
        ]
        if not (put or removed):
            return before
        calls = MapCalls(target, self._pause)
        self._uploaded |= {entry.key: entry for entry in put}
        self._uploaded_utc = self._clock.now()
        self._remember()
        sent = 0
        try:
            for some_put, some_removed in _calls(put, removed):
                self._note("identity map upload", _in_words(some_put, some_removed))
                calls.send(some_put, some_removed, tenant)
                sent += len(some_put) + len(some_removed)
            held = calls.read_back(put, removed, tenant, told)
        except AppError as error:
            total = len(put) + len(removed)
            self._note("identity map upload broken off", f"{sent} of {total} sent: {error}")
            raise
        for entry in removed:
            if held.entries.get(entry.key, entry) is None:
                self._uploaded.pop(entry.key, None)
        # What was the same before was not read again.
        there = {line.entry.key: line.theirs for line in before.lines}
        unread = {
            line.entry.key: line.why for line in before.lines if line.what is Difference.UNKNOWN
        }
        known = {key: theirs for key, theirs in there.items() if key not in unread}
        after = self._report(Held({**known, **held.entries}, {**unread, **held.unread}), tenant)
        after = self._with_vanished(after, {*self._vanished, *(entry.key for entry in put)})
        self._remember()
        self._note("identity map read back", _outcome(after, put, removed))
        return after

    def _with_vanished(self, report: MapReport, sent: Iterable[Key]) -> MapReport:
        """The report with what vanished without a word of all that was sent, each on its row."""
        lines = {line.entry.key: line for line in report.lines}
        before = self._vanished
        self._vanished = {}
        for key in sent:
            line = lines.get(key)
            if line is None or line.what is Difference.SAME:
                continue
            if line.what is Difference.UNKNOWN and key in before:
                self._vanished[key] = before[key]
            elif line.what in (Difference.ADD, Difference.CHANGE):
                theirs = line.theirs
                there = f"{upn.shown(theirs.target)} ({theirs.type})" if theirs is not None else ""
                self._vanished[key] = before.get(key, (line.entry.target, ""))[0], there
        if before != self._vanished:
            self._remember()
        return replace(report, findings=(*report.findings, *self.vanished()))

    def export(self, path: Path, tenant: str) -> int:
        """Write the whole map into a new file for the management shell; returns its rows.

        UTF-8 without a byte order mark. Raises AppError NO_TENANT_ID, MAP_OTHER_TENANT, EXISTS,
        CANNOT_WRITE.
        """
        tenant = tenant or self.wanted.tenant
        if not tenant:
            raise AppError(
                "NO_TENANT_ID",
                "The id of the source tenant is not known",
                "Each row of the file names it.",
                "Connect both tenants, then export again.",
            )
        self._check_tenant(tenant)
        text = csv_text(self.wanted.entries, tenant)
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise AppError(
                "EXISTS",
                "There is a file of this name already",
                str(path),
                "Choose another name; nothing was overwritten.",
            ) from error
        except OSError as error:
            raise AppError(
                "CANNOT_WRITE",
                "The identity map cannot be written",
                f"{path}: {error.strerror}",
                "Choose a folder that you may write to, with room in it.",
            ) from error
        self._note("identity map export", f"{len(self.wanted.entries)} entries in {path}")
        return len(self.wanted.entries)

    def _report(self, held: Held, tenant: str) -> MapReport:
        return MapReport(
            compare(self.wanted, held, tenant, self._uploaded.values()),
            self._clock.now(),
            self.wanted.digest,
            self.wanted.findings,
            self._uploaded_utc,
        )

    def _left_over(self) -> list[Entry]:
        wanted = {entry.key for entry in self.wanted.entries}
        return [entry for key, entry in self._uploaded.items() if key not in wanted]

    def _check_tenant(self, tenant: str) -> None:
        unfit = [f for f in self.wanted.findings if f.code in _WHOLE_MAP_IS_UNFIT]
        named = self.wanted.tenant
        if unfit or (named and named.casefold() != tenant.casefold()):
            raise AppError(
                "MAP_OTHER_TENANT",
                "The workbook's identity map is of another source tenant",
                f"It names {named or 'no tenant'}"
                + (f", at {unfit[0].cell} something else" if unfit else "")
                + f"; the source tenant here is {tenant}.",
                "Write this id on every row, or connect the tenant that the workbook means.",
            )

    def _remember(self) -> None:
        value = {
            "pair": self._pair,
            "at": self._uploaded_utc.isoformat() if self._uploaded_utc else "",
            "uploaded": [[entry.kind, entry.source] for entry in self._uploaded.values()],
            "vanished": [[*key, *what] for key, what in self._vanished.items()],
        }
        self._keep(KEPT, json.dumps(value))


def _calls(
    put: Sequence[Entry], removed: Sequence[Entry]
) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Fifty entries of one kind at a time."""
    for kind in MapKind:
        both = [(entry, True) for entry in put if entry.kind is kind]
        both += [(entry, False) for entry in removed if entry.kind is kind]
        for start in range(0, len(both), MOST_ITEMS):
            part = both[start : start + MOST_ITEMS]
            yield (
                [one for one, is_put in part if is_put],
                [one for one, is_put in part if not is_put],
            )


def _in_words(put: Iterable[Entry], removed: Iterable[Entry]) -> str:
    words = [f"{one.source} -> {one.target} ({one.type})" for one in put]
    words += [f"removed: {one.source}" for one in removed]
    return "; ".join(words)


def _outcome(report: MapReport, put: Sequence[Entry], removed: Sequence[Entry]) -> str:
    sent = {entry.key for entry in put}
    counts = Counter(line.what for line in report.lines if line.entry.key in sent)
    left = {line.entry.key for line in report.lines if line.what is Difference.REMOVE}
    still = sum(1 for entry in removed if entry.key in left)
    dropped = [line.entry.source for line in report.lines if line.what is Difference.ADD]
    words = (
        f"{counts[Difference.SAME]} of {len(put)} are there as sent,"
        f" {len(removed) - still} of {len(removed)} removed"
    )
    return words + (f"; not there: {', '.join(dropped)}" if dropped else "")
