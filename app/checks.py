"""Checks of the whole list: duplicates, chains, address conflicts, domains, and the two hosts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter
from urllib.parse import urlsplit

from app import upn
from app.events import CheckedRow
from app.model import Finding, Level, Mapping, Side, in_bulk
from app.preflight_values import RowCheck

_SEVERITY = {Level.PASS: 0, Level.WARN: 1, Level.UNKNOWN: 2, Level.BLOCK: 3}
_NAMED_AT_MOST = 6
_LARGE_MAJORITY = 2 / 3
_ODD_SHARE = 0.1
_ROWS_FOR_A_MAJORITY = 3
_HELD_BACK = "HELD_BACK"
_EMPTY = ("UPN_EMPTY_SOURCE", "UPN_EMPTY_TARGET")
_INCLUDE = attrgetter("include")

_Found = defaultdict[int, list[Finding]]


def check_list(
    rows: Sequence[Mapping],
) -> tuple[tuple[CheckedRow, ...], tuple[Finding, ...]]:
    """Every row with its findings, the gravest first, and the findings on the whole list.

    Rows are compared after correction and without regard to case, so that a stray blank hides no
    duplicate. Rows that the admin holds back (Include is No) are checked for themselves, but they
    are no duplicates of others, as they are not started. The time grows with the number of rows,
    not with its square.
    """
    sources = _Column([row.source_upn for row in rows])
    targets = _Column([row.target_upn for row in rows])
    held_back = {place for place, here in enumerate(map(_INCLUDE, rows)) if not here}
    # By place in the list; rows about which there is nothing to say are not in it.
    found: _Found = defaultdict(list)
    found.update((place, _of_row(rows[place])) for place in sources.odd | targets.odd | held_back)
    _compare(rows, held_back, sources.upns, targets.upns, found)
    on_list = (
        *_mixed(rows, sources.domains, Side.SOURCE, found),
        *_mixed(rows, targets.domains, Side.TARGET, found),
        *_on_both_sides(sources.domains, targets.domains),
    )
    findings: list[tuple[Finding, ...]] = [()] * len(rows)
    for place, of_row in found.items():
        findings[place] = tuple(sorted(of_row, key=_order))
    checked = in_bulk(CheckedRow, len(rows), {"mapping": rows, "findings": findings})
    return checked, on_list


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Something stands in the way of a start."""
    return any(finding.level is Level.BLOCK for finding in findings)


def worst(findings: Iterable[Finding]) -> Level:
    """The gravest level: BLOCK before UNKNOWN before WARN; PASS when there is no finding."""
    levels = (finding.level for finding in findings)
    return max(levels, key=_SEVERITY.__getitem__, default=Level.PASS)


def is_startable(row: CheckedRow) -> bool:
    """The row may be started: nothing blocks it and the admin does not hold it back."""
    return row.mapping.include and not is_blocked(row.findings)


def with_check(row: CheckedRow, check: RowCheck | None, now: datetime) -> CheckedRow:
    """The row with what the pre-flight found of it, in the place of what it had found before.

    A result of other people than those of the row, or of more than a day ago, counts for nothing.
    """
    own = [finding for finding in row.findings if finding not in row.online]
    mapping = row.mapping
    if check is None or not (
        check.is_of(mapping.source_upn, mapping.target_upn) and check.is_fresh(now)
    ):
        return CheckedRow(mapping, tuple(own)) if row.online or row.checked_utc else row
    findings = tuple(sorted((*own, *check.findings), key=_order))
    return CheckedRow(mapping, findings, check.findings, check.passed, check.checked_utc)


def with_map(row: CheckedRow, finding: Finding | None) -> CheckedRow:
    """The row with what became of its entry in the identity map; None: nothing is against it."""
    others = [one for one in row.findings if one.code not in MAP_CODES]
    if finding is None and len(others) == len(row.findings):
        return row
    added = [] if finding is None else [finding]
    return replace(row, findings=tuple(sorted((*added, *others), key=_order)))


MAP_CODES = frozenset({"MAP_DROPPED", "MAP_NOT_AS_SENT"})
"""What the identity map says of a row after an upload."""


def apply_corrections(rows: Sequence[Mapping], accepted: frozenset[str]) -> tuple[Mapping, ...]:
    """The rows with the safe corrections of the accepted cells; cells are named as in the rows.

    Cells without a correction stay as they are, accepted or not.
    """
    return tuple(_corrected(row, accepted) for row in rows)


def check_hosts(source_host: str, target_host: str) -> tuple[Finding, ...]:
    """The shape of the two OneDrive hosts, as "Step 2" of the cross-tenant articles wants them.

    `https://<tenant>-my.sharepoint.com`, worldwide cloud only, one trailing slash at most, the
    source another than the target. Nothing is derived or corrected: a host is not a tenant name.
    """
    findings = [
        *_host_findings(source_host, Side.SOURCE),
        *_host_findings(target_host, Side.TARGET),
    ]
    same = source_host.strip().rstrip("/").casefold()
    if same and same == target_host.strip().rstrip("/").casefold():
        values = (("host", upn.shown(target_host)),)
        findings.append(Finding(Level.BLOCK, "HOST_SAME", "", Side.TARGET, values))
    return tuple(findings)


class _Column:
    """The UPNs of one side in the form in which they are compared, and their domains."""

    def __init__(self, texts: list[str]) -> None:
        self.odd, self.domains = upn.not_plain(texts)
        """Places of the texts about which there may be something to say; the others' domains."""
        self.upns = list(map(str.casefold, texts))
        for place in self.odd:
            self.upns[place] = upn.clean(texts[place]).casefold()
            self.domains[place] = upn.domain_of(self.upns[place])


# One row


def _of_row(row: Mapping) -> list[Finding]:
    found: list[Finding] = []
    if not row.include:
        found.append(Finding(Level.WARN, _HELD_BACK))
    found += upn.check(row.source_upn, cell=row.source_cell, side=Side.SOURCE)
    found += upn.check(row.target_upn, cell=row.target_cell, side=Side.TARGET)
    empty = [finding for finding in found if finding.code in _EMPTY]
    if len(empty) != 1:
        return found
    there = row.target_upn if empty[0].side is Side.SOURCE else row.source_upn
    half = replace(empty[0], code="HALF_ROW", values=(("other", upn.shown(there)),))
    return [half if finding is empty[0] else finding for finding in found]


def _order(finding: Finding) -> tuple[int, bool]:
    return (-_SEVERITY[finding.level], finding.code != _HELD_BACK)


def _corrected(row: Mapping, accepted: frozenset[str]) -> Mapping:
    source = upn.correct(row.source_upn) if row.source_cell in accepted else None
    target = upn.correct(row.target_upn) if row.target_cell in accepted else None
    if source is None and target is None:
        return row
    return replace(
        row,
        source_upn=source.after if source else row.source_upn,
        target_upn=target.after if target else row.target_upn,
    )


# Rows against each other


@dataclass(slots=True)
class _Group:
    """The rows that share a value, by what it is paired with there; rows by place in the list."""

    pairs: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0


def _compare(
    rows: Sequence[Mapping],
    held_back: set[int],
    sources: Sequence[str],
    targets: Sequence[str],
    found: _Found,
) -> None:
    addresses = upn.compared_addresses(targets)
    wanted: Sequence[int] = range(len(rows))
    all_sources, all_targets, all_addresses = sources, targets, addresses
    if held_back or not (all(sources) and all(targets)):
        wanted = [p for p in wanted if p not in held_back and sources[p] and targets[p]]
        all_sources, all_targets = [sources[p] for p in wanted], [targets[p] for p in wanted]
        all_addresses = [addresses[p] for p in wanted]
    # Only values that occur more than once are looked at closely: in most lists there are none.
    source_set, target_set = set(all_sources), set(all_targets)
    wanted_sources = _repeated(all_sources, source_set) | (source_set & target_set)
    by_source = _grouped(wanted, sources, targets, wanted_sources)
    by_target = _grouped(wanted, targets, sources, _repeated(all_targets, target_set))
    del source_set, target_set  # as large as what comes next
    shared = _repeated(all_addresses, set(all_addresses)) - {""}
    by_address = _grouped(wanted, addresses, targets, shared)
    if not (by_source or by_target or by_address):
        return
    nobody = _Group()
    for place in wanted:
        source, target = sources[place], targets[place]
        same_source, same_target = by_source.get(source, nobody), by_target.get(target, nobody)
        same_address = by_address.get(addresses[place], nobody)
        if target not in by_source and not (
            same_source.size or same_target.size or same_address.size
        ):
            continue
        say = _Sayer(rows, place, found[place])
        same = same_source.pairs.get(target, ())
        if len(same) > 1:
            others: Iterator[int] = (other for other in same if other != place)
            say.source(Level.BLOCK, "SAME_PAIR", others, len(same) - 1)
        if len(same_source.pairs) > 1:
            others, count = _elsewhere(same_source, target)
            say.source(Level.BLOCK, "DUPLICATE_SOURCE", others, count)
        if len(same_target.pairs) > 1:
            others, count = _elsewhere(same_target, source)
            say.target(Level.BLOCK, "DUPLICATE_TARGET", others, count)
        if len(same_address.pairs) > 1:
            others, count = _elsewhere(same_address, target)
            say.target(Level.WARN, "URL_COLLISION", others, count)
        if source == target:
            say.target(Level.BLOCK, "SOURCE_IS_TARGET")
        elif target in by_source:
            others, count = _elsewhere(by_source[target], "")
            say.target(Level.WARN, "TARGET_IS_ALSO_SOURCE", others, count)


def _repeated(values: Sequence[str], different: set[str]) -> set[str]:
    """The values that occur more than once."""
    if len(different) == len(values):
        return set()
    return {value for value, count in Counter(values).items() if count > 1}


class _Sayer:
    """Adds findings on one row that name other rows."""

    __slots__ = ("_found", "_row", "_rows")

    def __init__(self, rows: Sequence[Mapping], place: int, found: list[Finding]) -> None:
        self._rows = rows
        self._row = rows[place]
        self._found = found

    def source(self, level: Level, code: str, others: Iterable[int], count: int) -> None:
        row = self._row
        values = (("upn", upn.shown(row.source_upn)), *self._names(others, count))
        self._found.append(Finding(level, code, row.source_cell, Side.SOURCE, values))

    def target(self, level: Level, code: str, others: Iterable[int] = (), count: int = 0) -> None:
        row = self._row
        values = (("upn", upn.shown(row.target_upn)), *self._names(others, count))
        self._found.append(Finding(level, code, row.target_cell, Side.TARGET, values))

    def _names(self, others: Iterable[int], count: int) -> tuple[tuple[str, str], ...]:
        numbers = sorted(self._rows[place].row for place in islice(others, _NAMED_AT_MOST))
        names = _listed([str(number) for number in numbers], count)
        return (("rows", names),) if names else ()


def _grouped(
    places: Iterable[int],
    keys: Sequence[str],
    partners: Sequence[str],
    wanted: set[str],
) -> dict[str, _Group]:
    """The groups of the wanted keys."""
    groups: dict[str, _Group] = {}
    if not wanted:
        return groups
    for place in places:
        if keys[place] in wanted:
            group = groups.setdefault(keys[place], _Group())
            group.pairs.setdefault(partners[place], []).append(place)
            group.size += 1
    return groups


def _elsewhere(group: _Group, own: str) -> tuple[Iterator[int], int]:
    """The rows of the group that are paired with something else, lazily, and their number."""
    places = (place for key, places in group.pairs.items() if key != own for place in places)
    return places, group.size - len(group.pairs.get(own, ()))


def _listed(words: Sequence[str], count: int) -> str:
    """The words with commas, and how many more there are."""
    named = list(words[:_NAMED_AT_MOST])
    more = count - len(named)
    if more > 0:
        return f"{', '.join(named)} and {more} more"
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


# Domains


def _mixed(
    rows: Sequence[Mapping],
    domains: Sequence[str],
    side: Side,
    found: _Found,
) -> Iterator[Finding]:
    """Marks the few rows whose domain differs from a large majority; tells of several domains.

    A large majority is two thirds of at least three rows; few is at most a tenth of the rows, or
    one row. Our own rule of thumb: a tenant may well have several domains.
    """
    counts = Counter(domains)
    del counts[""]
    total = counts.total()
    if len(counts) < 2:
        return
    expected, most = counts.most_common(1)[0]
    few = max(1, int(total * _ODD_SHARE))
    majority = total >= _ROWS_FOR_A_MAJORITY and most >= total * _LARGE_MAJORITY
    odd = {domain for domain, count in counts.items() if majority and count <= few}
    usual = [(domain, count) for domain, count in counts.most_common() if domain not in odd]
    if len(usual) > 1:
        named = [f"{domain} ({count})" for domain, count in usual[:_NAMED_AT_MOST]]
        yield Finding(
            Level.WARN, "SEVERAL_DOMAINS", "", side, (("domains", _listed(named, len(usual))),)
        )
    for place, domain in enumerate(domains if odd else ()):
        if domain in odd:
            row = rows[place]
            values = (
                ("upn", upn.shown(row.source_upn if side is Side.SOURCE else row.target_upn)),
                ("domain", upn.shown(domain)),
                ("expected", upn.shown(expected)),
                ("count", str(most)),
            )
            cell = row.source_cell if side is Side.SOURCE else row.target_cell
            found[place].append(Finding(Level.WARN, "MIXED_DOMAIN", cell, side, values))


def _on_both_sides(sources: Iterable[str], targets: Iterable[str]) -> Iterator[Finding]:
    both = sorted((set(sources) & set(targets)) - {""})
    if both:
        values = (("domains", _listed(both, len(both))),)
        yield Finding(Level.WARN, "SAME_DOMAIN_BOTH_SIDES", "", None, values)


# Hosts

_ONEDRIVE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-my\.sharepoint\.com")
_OTHER_CLOUDS = (
    (".sharepoint.us", "GCC High (United States government)"),
    (".sharepoint-mil.us", "DoD (United States defense)"),
    (".sharepoint.cn", "China (operated by 21Vianet)"),
    (".sharepoint.de", "Germany (closed in 2021)"),
)
_SOVEREIGN = re.compile(r"(?:^|[.-])sovcloud(?:[.-]|$)")


def _host_findings(text: str, side: Side) -> Iterator[Finding]:
    code, cloud = _host_fault(text)
    if code:
        values = (("host", upn.shown(text)), *((("cloud", cloud),) if cloud else ()))
        yield Finding(Level.BLOCK, code, "", side, values)


def _host_fault(text: str) -> tuple[str, str]:
    """The first thing wrong with a host, and the cloud it belongs to when that is the reason."""
    address = text.strip()
    if not address:
        return "HOST_EMPTY", ""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "HOST_SHAPE", ""
    cloud = next((name for ending, name in _OTHER_CLOUDS if host.endswith(ending)), "")
    if not cloud and _SOVEREIGN.search(host):
        cloud = "a sovereign cloud (Bleu or Delos)"
    if cloud:
        return "HOST_OTHER_CLOUD", cloud
    if host.endswith("-admin.sharepoint.com"):
        return "HOST_ADMIN", ""
    if not host.endswith(".sharepoint.com"):
        return "HOST_NOT_SHAREPOINT", ""
    if not host.endswith("-my.sharepoint.com"):
        return "HOST_NOT_ONEDRIVE", ""
    if parts.scheme != "https":
        return "HOST_NOT_HTTPS", ""
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return "HOST_PATH", ""
    plain = port is None and parts.netloc.casefold() == host and address == text
    return ("" if plain and _ONEDRIVE.fullmatch(host) else "HOST_SHAPE"), ""
