"""Makes a report from the journal; half a second to import, so nothing else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app import audit
from app.after_move import AfterMove, page_of
from app.connection import kept_connection
from app.help_desk import help_desk_lines, help_desk_list
from app.journal import count_statuses, read_settings
from app.plan import both_times
from app.report import Person, read_people
from app.report_book import Circumstances, write_help_desk, write_report
from app.report_filter import people_filter
from app.report_list import write_help_desk_list, write_people_list
from app.report_order import ReportKind, ReportOrder
from app.report_tables import add_up


@dataclass(frozen=True, slots=True)
class Made:
    """What came of an order."""

    people: int


def make_report(order: ReportOrder, now: datetime) -> Made:
    """Read the journal and write the report; `now` is UTC.

    Raises AppError NO_PROJECT, BAD_FILTER, EXISTS, CANNOT_WRITE; PlanError UNKNOWN_ZONE;
    JournalError.
    """
    both_times(now, order.zone)
    people = read_people(order.state_dir, _chosen(order))
    about = _circumstances(order, now)
    is_list = order.target.suffix.casefold() == ".csv"
    if order.kind is ReportKind.HELP_DESK:
        moving = help_desk_list(people)
        if is_list:
            write_help_desk_list(help_desk_lines(moving, order.zone), order.target)
        else:
            write_help_desk(moving, about, order.target)
    elif is_list:
        write_people_list(people, order.target)
    else:
        after = _after(order, now)
        write_report(people, add_up(people), about, after, order.target, replaces=order.replaces)
    return Made(len(people))


def _chosen(order: ReportOrder) -> Callable[[Person], bool]:
    matches = people_filter(order.filter)
    if order.keys is None:
        return matches
    keys = frozenset(order.keys)
    return lambda person: person.key in keys and matches(person)


def _after(order: ReportOrder, now: datetime) -> AfterMove:
    today = now.astimezone(ZoneInfo(order.zone)).date()
    return page_of(read_settings(order.state_dir), count_statuses(order.state_dir), today)


def _circumstances(order: ReportOrder, now: datetime) -> Circumstances:
    proof = audit.verify(order.state_dir)
    return Circumstances(
        workbook=order.workbook,
        connection=kept_connection(read_settings(order.state_dir)),
        made_utc=now,
        zone=order.zone,
        choice=" and ".join(part for part in (order.choice, order.filter) if part),
        head=proof.head,
        events=proof.events,
    )
