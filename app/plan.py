"""Batches, windows and time zones: what starts together and when, never guessing an hour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from app import texts
from app.errors import PlanError
from app.model import Batch, Finding, Level, Mapping, Window

QUEUE_LIMIT = 4000
"""Moves that the service queues at most (Microsoft, cross-tenant OneDrive articles, "Step 6")."""
NO_BATCH = "(no batch)"
_NUMBERED = re.compile(r"Batch ([0-9]{1,6})")

_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt]|\s+)(?P<hour>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:\s*(?P<utc>[Zz]|UTC|utc)|\s*(?P<offset>[+-][0-9]{2}(?::?[0-5][0-9])?))?"
)


def to_utc(local: datetime, zone: str, *, fold: int | None = None) -> datetime:
    """The UTC time of a wall clock reading (a naive datetime) in an IANA zone.

    `fold` says which one is meant when the clock shows the hour twice: 0 the first, 1 the second.
    Raises PlanError: UNKNOWN_ZONE, HOUR_DOES_NOT_EXIST (the detail gives the next valid time),
    HOUR_TWICE when `fold` is None (the detail gives both UTC times), BAD_TIME beyond the calendar.
    """
    if local.tzinfo is not None:
        raise ValueError("local must be a wall clock reading without a zone")
    there = _zone(zone)
    try:
        first = local.replace(tzinfo=there, fold=0).astimezone(UTC)
        second = local.replace(tzinfo=there, fold=1).astimezone(UTC)
        if first == second:
            return first
        exists = _wall(first, there) == local.replace(fold=0)
    except OverflowError:
        raise _refusal("BAD_TIME", time=str(local)) from None
    if not exists:
        after = _transition(second, first, there)
        raise _refusal(
            "HOUR_DOES_NOT_EXIST",
            time=_minutes(local),
            zone=zone,
            next=_minutes(_wall(after, there)),
            utc=_minutes(after),
        )
    if fold is None:
        raise _refusal(
            "HOUR_TWICE",
            time=_minutes(local),
            zone=zone,
            first=_minutes(first),
            second=_minutes(second),
            first_text=_explicit(first, there),
            second_text=_explicit(second, there),
        )
    return second if fold else first


def parse_time(text: str, zone: str, fold: int | None = None) -> datetime:
    """The UTC time of a text such as `2026-12-05 18:00`, read in the zone.

    With `Z`, `UTC` or an offset (`2026-10-25T02:30+02:00`) the text itself says which moment it
    is, and the zone is not used. Raises PlanError: BAD_TIME, and those of `to_utc`.
    """
    _zone(zone)
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise _refusal("BAD_TIME", time=text.strip())
    try:
        local = datetime.fromisoformat(f"{match['day']}T{match['hour']}")
        if match["utc"]:
            return local.replace(tzinfo=UTC)
        if match["offset"]:
            return local.replace(tzinfo=_offset(match["offset"])).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refusal("BAD_TIME", time=text.strip()) from None
    return to_utc(local, zone, fold=fold)


def make_window(
    begin: datetime | None,
    end: datetime | None,
    zone: str,
    now: datetime,
    latest: datetime | None = None,
) -> Window:
    """The window of a batch; all times are aware, None is as soon as possible.

    `latest` is the latest start, after which the service cancels; the service wants it later than
    the begin. Raises PlanError: UNKNOWN_ZONE, BEGIN_IN_PAST, END_IN_PAST, END_BEFORE_BEGIN (the
    begin must be before the end), LATEST_IN_PAST, LATEST_BEFORE_BEGIN.
    """
    _zone(zone)
    begin = begin.astimezone(UTC) if begin else None
    end = end.astimezone(UTC) if end else None
    if begin and begin < now:
        raise _refusal("BEGIN_IN_PAST", **_pair(begin, zone), now=both_times(now, zone)[0])
    if end and end <= now:
        raise _refusal("END_IN_PAST", **_pair(end, zone), now=both_times(now, zone)[0])
    if begin and end and begin >= end:
        raise _refusal(
            "END_BEFORE_BEGIN", begin=both_times(begin, zone)[0], end=both_times(end, zone)[0]
        )
    latest = latest.astimezone(UTC) if latest else None
    if latest and latest <= now:
        raise _refusal("LATEST_IN_PAST", **_pair(latest, zone), now=both_times(now, zone)[0])
    if begin and latest and begin >= latest:
        raise _refusal(
            "LATEST_BEFORE_BEGIN",
            begin=both_times(begin, zone)[0],
            latest=both_times(latest, zone)[0],
        )
    return Window(begin, end, zone, latest)


def by_size(keys: Sequence[str], size: int, window: Window, *, first: int = 1) -> tuple[Batch, ...]:
    """Batches of `size` people in the order given; each person once; numbered from `first`.

    Raises PlanError BATCH_SIZE unless `size` is from 1 to `QUEUE_LIMIT`.
    """
    if not 1 <= size <= QUEUE_LIMIT:
        raise _refusal("BATCH_SIZE", size=str(size), limit=f"{QUEUE_LIMIT:,}")
    return _numbered(_parts(keys, size), window, first)


def by_volume(
    rows: Iterable[Mapping], most_gb: float, size: int, window: Window, *, first: int = 1
) -> tuple[Batch, ...]:
    """Batches of at most `most_gb` gigabytes and `size` people, in the order given.

    Somebody with more than that has a batch to himself, and one whose size is not known counts as
    nothing. Raises PlanError BATCH_SIZE, BATCH_VOLUME unless `most_gb` is above 0.
    """
    if not most_gb > 0:
        raise _refusal("BATCH_VOLUME", size=f"{most_gb:g}")
    by_size((), size, window)
    parts: list[list[str]] = []
    volume = 0.0
    for key, gigabytes in {row.key: row.size_gb or 0.0 for row in rows}.items():
        if not parts or len(parts[-1]) >= size or volume + gigabytes > most_gb:
            parts.append([])
            volume = 0.0
        parts[-1].append(key)
        volume += gigabytes
    return _numbered(map(tuple, parts), window, first)


@dataclass(frozen=True, slots=True)
class BatchRule:
    """How people are put into batches."""

    size: int = QUEUE_LIMIT
    most_gb: float = 0.0
    """And at most so many gigabytes, as far as the workbook says sizes; 0: any."""
    pilot: int = 0
    """So many people first, by themselves: they show whether all is prepared for the others."""
    by_column: bool = False
    """The workbook's own batches; the rest of the rule does not count."""


def cut(
    rows: Iterable[Mapping], window: Window, rule: BatchRule, *, first: int = 1
) -> tuple[Batch, ...]:
    """The batches of these people; numbered ones begin with number `first`.

    Raises what `by_size` and `by_volume` raise.
    """
    if rule.by_column:
        return by_column(rows, window)
    people = list({row.key: row for row in rows}.values())
    trial, rest = people[: rule.pilot], people[rule.pilot :]
    batches = by_size([row.key for row in trial], rule.pilot, window, first=first) if trial else ()
    after = first + len(batches)
    if rule.most_gb:
        return batches + by_volume(rest, rule.most_gb, rule.size, window, first=after)
    return batches + by_size([row.key for row in rest], rule.size, window, first=after)


def next_number(batches: Iterable[str]) -> int:
    """The number of the next numbered batch, so that a name is never used twice."""
    numbers = (_NUMBERED.fullmatch(name) for name in batches)
    return 1 + max((int(found[1]) for found in numbers if found), default=0)


def _numbered(parts: Iterable[tuple[str, ...]], window: Window, first: int) -> tuple[Batch, ...]:
    return tuple(
        Batch(f"Batch {number}", part, window) for number, part in enumerate(parts, start=first)
    )


def by_column(rows: Iterable[Mapping], window: Window) -> tuple[Batch, ...]:
    """The workbook's own batches, in the order in which it first names them; each person once.

    One that is called a pilot goes first, since that is what it is for. Names are compared
    without regard to case and blanks. Rows without a batch come last, as "(no batch)". A batch of
    more than `QUEUE_LIMIT` is split: "Wave 1 (1 of 2)".
    """
    names: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            continue
        seen.add(row.key)
        name = " ".join(row.batch.split())
        key = "" if name.casefold() == NO_BATCH else name.casefold()
        names.setdefault(key, name if key else NO_BATCH)
        groups.setdefault(key, []).append(row.key)
    batches: list[Batch] = []
    for key in sorted(groups, key=lambda key: (key == "", not key.startswith("pilot"))):
        parts = _parts(groups[key], QUEUE_LIMIT)
        for number, part in enumerate(parts, start=1):
            name = names[key] if len(parts) == 1 else f"{names[key]} ({number} of {len(parts)})"
            batches.append(Batch(name, part, window))
    return tuple(batches)


def both_times(moment: datetime, zone: str) -> tuple[str, str]:
    """An aware time for people: in the zone and in UTC, each with its name.

    `("2026-12-05 18:00 Europe/Berlin", "2026-12-05 17:00 UTC")`. In the hour that a clock shows
    twice, the local text carries its offset as well. Raises PlanError UNKNOWN_ZONE.
    """
    there = _zone(zone)
    moment = moment.astimezone(UTC)
    try:
        local = moment.astimezone(there)
    except OverflowError:
        raise _refusal("BAD_TIME", time=str(moment)) from None
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    text = f"{local:%Y-%m-%d %H:%M}" + (f" ({_offset_text(local)})" if twice else "")
    return f"{text} {zone}", f"{_minutes(moment)} UTC"


def _parts(keys: Sequence[str], size: int) -> list[tuple[str, ...]]:
    each_once = list(dict.fromkeys(keys))
    return [tuple(each_once[start : start + size]) for start in range(0, len(each_once), size)]


def _refusal(code: str, **values: str) -> PlanError:
    finding = Finding(Level.BLOCK, code, values=tuple(values.items()))
    return PlanError(code, texts.finding_title(code), texts.reason(finding), texts.remedy(finding))


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    """Every IANA zone, by its whole name and by its city, in small letters."""
    names = sorted(available_timezones())
    cities = {name.rpartition("/")[2].replace("_", " ").casefold(): name for name in names}
    return cities | {name.casefold(): name for name in names}


def _zone(name: str) -> ZoneInfo:
    names = _zone_names()
    if names.get(name.casefold()) == name:
        return ZoneInfo(name)
    wanted = name.strip().casefold()
    near = [wanted] if wanted in names else []
    near += get_close_matches(wanted, names, n=6, cutoff=0.75)
    found = list(dict.fromkeys(names[match] for match in near))[:3]
    raise _refusal("UNKNOWN_ZONE", zone=name, near=" or ".join(found) or "Europe/Berlin or UTC")


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _transition(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC, to the second) at which the zone's clock jumps, between the two."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds()) + 1
    start = before.replace(microsecond=0)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def _offset(text: str) -> timezone:
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-distance if text[0] == "-" else distance)


def _offset_text(local: datetime) -> str:
    text = f"{local:%z}"
    return f"{text[:3]}:{text[3:5]}"


def _explicit(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M}{_offset_text(local)}"


def _minutes(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _pair(moment: datetime, zone: str) -> dict[str, str]:
    local, utc = both_times(moment, zone)
    return {"time": local, "utc": utc}
