"""The identity map, made from the workbook and compared with what the target tenant holds; pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app import upn
from app.model import Finding, Level, MapKind, MapRow, Side, upn_key
from app.model import Mapping as Row

Key = tuple[MapKind, str]
"""MapKind and source without regard to case: under this an entry is kept and looked up."""

REGULAR_USER = "regularUser"
GUEST_USER = "guestUser"
REGULAR_GROUP = "regularGroup"
M365_GROUP = "m365Group"
_USER_TYPES = {"regularuser": REGULAR_USER, "adminuser": "adminUser", "guestuser": GUEST_USER}
_GROUP_TYPES = {
    "regulargroup": REGULAR_GROUP,
    "security": REGULAR_GROUP,
    "securitygroup": REGULAR_GROUP,
    "mailenabledsecurity": REGULAR_GROUP,
    "mailenabledsecuritygroup": REGULAR_GROUP,
    "o365group": M365_GROUP,
    "m365group": M365_GROUP,
    "microsoft365": M365_GROUP,
    "microsoft365group": M365_GROUP,
    "unified": M365_GROUP,
}
_LIKE_REGULAR_USER = frozenset({"member", "user"})
"""Words of the directory that the map drops without an error (seen in the field)."""
_LIKE_GUEST_USER = frozenset({"guest"})
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_WORD = r"(?![=+-])[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_ALIAS = re.compile(_WORD)
_ADDRESS = re.compile(_WORD + r"@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FIT_FOR_THE_MAP = frozenset({"UPN_GUEST"})
"""What stands against a move of somebody, but not against an entry in the map."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Users are named by UPN, groups by object id."""

    kind: MapKind
    source: str
    target: str
    type: str
    """As Graph spells it: `regularUser`, `guestUser`, `regularGroup`, `m365Group`."""
    address: str = ""
    """A user's target e-mail, a Microsoft 365 group's target alias."""
    cell: str = ""
    """Where the workbook names the source."""
    tenant: str = ""
    """The source tenant's id, as the target holds it; "" in a map that is only planned."""

    @property
    def key(self) -> Key:
        return self.kind, upn_key(self.source)


@dataclass(frozen=True, slots=True)
class WantedMap:
    """The map of the whole project, as the workbook asks for it."""

    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Rows that are left out (BLOCK), and what is to be known of others (WARN)."""
    tenant: str = ""
    """The source tenant's id that the workbook itself names on its rows, "" when it names none."""

    @property
    def digest(self) -> str:
        """Changes whenever an entry changes; not with their order."""
        lines = sorted(
            "|".join((one.kind, upn_key(one.source), upn_key(one.target), one.type, one.address))
            for one in self.entries
        )
        text = "\n".join([self.tenant, *lines])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def left_out(self) -> int:
        """How many rows are not in the map because of what is wrong with them."""
        return len({finding.cell for finding in self.findings if finding.level is Level.BLOCK})


def make_map(rows: Iterable[Row], extra: Sequence[MapRow] = ()) -> WantedMap:
    """The map of these mapping rows and of the lists beside them.

    Everybody belongs into it, also those who are held back or moved later: "people and groups that
    merely hold permissions lose access" without an entry ("Cross-tenant OneDrive migration, step
    5"). Strictly one to one: whoever stands twice on either side is left out and named.
    """
    making = _Making()
    for row in rows:
        making.user(row.source_upn, row.target_upn, row.source_cell, row.target_cell)
    for one in extra:
        if one.kind is MapKind.USER:
            making.listed_user(one)
        else:
            making.group(one)
    tenant = making.tenant(extra)
    return WantedMap(tuple(making.one_to_one()), tuple(making.findings), tenant)


class _Making:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._entries: list[Entry] = []
        self._pairs: dict[tuple[MapKind, str, str], int] = {}

    def user(self, source: str, target: str, source_cell: str, target_cell: str) -> None:
        """A person of the mapping sheet: a regular user, or a guest by the UPN."""
        if not (self._is_fit(source, source_cell, Side.SOURCE, target_cell)):
            return
        if not self._is_fit(target, target_cell, Side.TARGET, source_cell):
            return
        is_guest = "#ext#" in f"{source}{target}".casefold()
        kind = GUEST_USER if is_guest else REGULAR_USER
        self._add(Entry(MapKind.USER, source, target, kind, target, source_cell))
        if is_guest:
            self._say(Level.WARN, "MAP_GUEST", source_cell, upn=upn.shown(source))

    def listed_user(self, row: MapRow) -> None:
        """A person of a map in its own six columns, with a type and perhaps an address."""
        word = _folded(row.type)
        known = _USER_TYPES.get(word)
        if word in _LIKE_REGULAR_USER or word in _LIKE_GUEST_USER:
            known = REGULAR_USER if word in _LIKE_REGULAR_USER else GUEST_USER
            self._say(Level.WARN, "MAP_MEMBER", row.type_cell, word=row.type.strip())
        if known is None:
            self._say(Level.BLOCK, "MAP_USER_TYPE", row.type_cell, word=upn.shown(row.type))
            return
        address = row.address.strip()
        if address and not _ADDRESS.fullmatch(address):
            self._say(Level.BLOCK, "MAP_ADDRESS", row.source_cell, address=upn.shown(address))
            return
        before = len(self._entries)
        self.user(row.source.strip(), row.target.strip(), row.source_cell, row.target_cell)
        place = self._pairs.get((MapKind.USER, upn_key(row.source), upn_key(row.target)))
        if place is not None and (place >= before or known != REGULAR_USER or address):
            # A list with a type and an address says more than the mapping sheet.
            entry = self._entries[place]
            self._entries[place] = replace(entry, type=known, address=address or entry.address)

    def group(self, row: MapRow) -> None:
        """A group, by object ids."""
        source, target = row.source.strip().casefold(), row.target.strip().casefold()
        for text, cell in ((source, row.source_cell), (target, row.target_cell)):
            if not _GUID.fullmatch(text):
                self._say(Level.BLOCK, "MAP_GROUP_ID", cell, id=upn.shown(text) or "(empty)")
                return
        alias = row.address.strip()
        if _GUID.fullmatch(alias.casefold()):
            alias = ""  # the object id again, as the article asks for groups without an alias
        word = _folded(row.type)
        known = _GROUP_TYPES.get(word) or (
            (M365_GROUP if alias else REGULAR_GROUP) if not word else None
        )
        if known is None:
            self._say(Level.BLOCK, "MAP_GROUP_TYPE", row.type_cell, word=upn.shown(row.type))
            return
        if known == M365_GROUP and not _ALIAS.fullmatch(alias):
            self._say(Level.BLOCK, "MAP_GROUP_ALIAS", row.source_cell, alias=upn.shown(alias))
            return
        alias = alias if known == M365_GROUP else ""
        self._add(Entry(MapKind.GROUP, source, target, known, alias, row.source_cell))

    def tenant(self, rows: Iterable[MapRow]) -> str:
        """The one tenant id that the rows name; a second one is a finding on its row."""
        first = ""
        for row in rows:
            named = row.tenant.strip().casefold()
            if named and not _GUID.fullmatch(named):
                self._say(Level.BLOCK, "MAP_TENANT_ID", row.source_cell, id=upn.shown(named))
            elif named and first and named != first:
                self._say(Level.BLOCK, "MAP_OTHER_TENANT", row.source_cell, id=named, first=first)
            first = first or named
        return first

    def one_to_one(self) -> Iterator[Entry]:
        """The entries whose source and whose target stand in no other."""
        sources: dict[Key, list[Entry]] = {}
        targets: dict[Key, list[Entry]] = {}
        for entry in self._entries:
            sources.setdefault(entry.key, []).append(entry)
            targets.setdefault((entry.kind, upn_key(entry.target)), []).append(entry)
        for entry in self._entries:
            same_source = sources[entry.key]
            same_target = targets[entry.kind, upn_key(entry.target)]
            if len(same_source) > 1:
                self._twice("MAP_SOURCE_TWICE", entry, same_source, entry.source)
            elif len(same_target) > 1:
                self._twice("MAP_TARGET_TWICE", entry, same_target, entry.target)
            else:
                yield entry

    def _twice(self, code: str, entry: Entry, same: Sequence[Entry], name: str) -> None:
        others = ", ".join(one.cell for one in same if one is not entry)
        self._say(Level.BLOCK, code, entry.cell, name=upn.shown(name), cells=others)

    def _add(self, entry: Entry) -> None:
        pair = (entry.kind, upn_key(entry.source), upn_key(entry.target))
        if pair not in self._pairs:
            self._pairs[pair] = len(self._entries)
            self._entries.append(entry)

    def _is_fit(self, text: str, cell: str, side: Side, other_cell: str) -> bool:
        """A UPN that the map takes; what is wrong with it is said with the row already."""
        against = [
            finding
            for finding in upn.check(text, cell=cell, side=side)
            if finding.level is Level.BLOCK and finding.code not in _FIT_FOR_THE_MAP
        ]
        if against:
            self._say(
                Level.BLOCK, "MAP_UPN_UNFIT", cell or other_cell, upn=upn.shown(text) or "(empty)"
            )
        elif text.startswith(_FORMULA):
            # Escaped it would be another UPN, unescaped a formula in whatever opens the file.
            self._say(Level.BLOCK, "MAP_FORMULA", cell, upn=upn.shown(text))
        else:
            return True
        return False

    def _say(self, level: Level, code: str, cell: str, **values: str) -> None:
        self.findings.append(Finding(level, code, cell, None, tuple(values.items())))


def _folded(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word).casefold()


# The difference


class Difference(StrEnum):
    """What an upload would do with an entry."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    REMOVE = "remove"
    """Ours from an earlier upload, no longer in the workbook; removed on the admin's wish only."""
    UNKNOWN = "unknown"
    """The target could not say what it holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the difference."""

    what: Difference
    entry: Entry
    """As the workbook wants it; for REMOVE as the target holds it."""
    theirs: Entry | None = None
    """As the target holds it."""
    why: str = ""
    """The service's words, where it could not say."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the target was found to hold: an entry, or None for a source it does not know."""

    entries: Mapping[Key, Entry | None] = field(default_factory=dict)
    unread: Mapping[Key, str] = field(default_factory=dict)
    """Why it could not be read, in the service's words."""


def compare(
    wanted: WantedMap, held: Held, tenant: str, uploaded: Iterable[Entry] = ()
) -> tuple[Line, ...]:
    """The difference of the wanted map from what the target holds.

    `tenant` is the source tenant's id. `uploaded` are entries of earlier uploads: what the
    workbook no longer has and the target still holds may be removed. Nobody else's entries are
    ever touched; Graph lists no map, so that they are not even known.
    """
    lines = [_line(entry, held, tenant) for entry in wanted.entries]
    keys = {entry.key for entry in wanted.entries}
    for before in uploaded:
        theirs = held.entries.get(before.key)
        if before.key not in keys and theirs is not None:
            lines.append(Line(Difference.REMOVE, theirs, theirs))
    return tuple(lines)


def _line(entry: Entry, held: Held, tenant: str) -> Line:
    if entry.key not in held.entries:
        return Line(Difference.UNKNOWN, entry, None, held.unread.get(entry.key, ""))
    theirs = held.entries[entry.key]
    if theirs is None:
        return Line(Difference.ADD, entry)
    same = is_as_wanted(entry, theirs, tenant)
    return Line(Difference.SAME if same else Difference.CHANGE, entry, theirs)


def is_as_wanted(entry: Entry, theirs: Entry, tenant: str) -> bool:
    """Whether the target holds the entry as the workbook wants it; case makes no difference.

    An address or a tenant id that the target does not tell is no difference.
    """
    return (
        upn_key(theirs.target) == upn_key(entry.target)
        and theirs.type.casefold() == entry.type.casefold()
        and theirs.address.casefold() in ("", entry.address.casefold())
        and theirs.tenant.casefold() in ("", tenant.casefold())
    )


@dataclass(frozen=True, slots=True)
class MapReport:
    """The difference as it was read from the target, and what is to be known of the map."""

    lines: tuple[Line, ...]
    read_utc: datetime
    digest: str
    """Of the wanted map with which the target was compared."""
    findings: tuple[Finding, ...] = ()
    """On rows: left out, to be known, dropped by the target."""
    uploaded_utc: datetime | None = None
    """When this project's map was last uploaded from here."""

    _counts: Counter[Difference] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once, by whoever has made the lines: the window asks again and again.
        object.__setattr__(self, "_counts", Counter(line.what for line in self.lines))

    def count(self, what: Difference) -> int:
        """How many lines are of this kind."""
        return self._counts[what]

    @property
    def is_complete(self) -> bool:
        """The target holds every entry as the workbook wants it."""
        good = self.count(Difference.SAME) + self.count(Difference.REMOVE)
        return good == len(self.lines)
