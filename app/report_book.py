"""The status report as an Excel workbook: its sheets in order, and the lists for the help desk."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app import __version__
from app.after_move import AfterMove
from app.connection import Connection
from app.help_desk import HEADERS, Moving, help_desk_lines
from app.plan import both_times
from app.report import Person, Value, local
from app.report_book_after import write_after
from app.report_book_cells import (
    DATE,
    HOURS,
    MARK,
    PLAIN,
    WHEN,
    Look,
    Page,
    new_book,
)
from app.report_book_problems import write_problems
from app.report_book_sums import write_batches, write_summary, write_time_line
from app.report_file import save_new
from app.report_tables import Tables


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the report was made; it stands on its last page."""

    workbook: str
    connection: Connection
    made_utc: datetime
    zone: str
    choice: str
    """What was asked for, such as "status Failed"; "" for everybody."""
    head: str
    """The hash of the journal's newest event."""
    events: int
    """How many events the journal held."""

    def made(self) -> str:
        """When it was made, by the clock of the zone and in UTC."""
        return "  =  ".join(both_times(self.made_utc, self.zone))


def write_report(
    people: Sequence[Person],
    tables: Tables,
    about: Circumstances,
    after: AfterMove,
    target: Path,
    *,
    replaces: bool = False,
) -> None:
    """Write the report into a new workbook. No cell of it is ever a formula.

    `replaces`: an earlier report at this place gives way to it. Raises AppError EXISTS,
    CANNOT_WRITE; a file that is no report of ours is never overwritten.
    """

    def save(file: Path) -> None:
        book = new_book(f"OneDrive moves: {about.workbook}")
        write_summary(book, tables, about)
        write_people(book, people, about.zone)
        write_problems(book, tables.problems, people)
        write_batches(book, tables.batches, about.zone)
        write_time_line(book, tables, about.zone)
        write_after(book, after)
        write_about(book, about)
        book.save(file)

    save_new(target, save, replaces=MARK if replaces else "")


def write_help_desk(people: Sequence[Moving], about: Circumstances, target: Path) -> None:
    """Write the list for the help desk: mail-merge ready, the table alone on the first sheet.

    Raises as `write_report`.
    """

    def save(file: Path) -> None:
        book = new_book(f"Who moves when: {about.workbook}")
        widths = (16, 34, 34, 18, 12, 10, 16, 17, 17, 17, 17, 60, 80)
        page = Page(book, "People", widths, frozen="D2")
        looks = (*([PLAIN] * 7), *([WHEN] * 4), PLAIN, PLAIN)
        lines = help_desk_lines(people, about.zone)
        page.table("HelpDesk", list(zip(HEADERS, looks, strict=True)), lines)
        page.sheet.print_area = f"A1:H{page.row}"
        write_about(book, about)
        book.save(file)

    save_new(target, save)


def people_columns(zone: str) -> list[tuple[str, float, Look]]:
    """Header, width and look of each column of the full list.

    Printed are those before "What to do", which the sheet of problems says once for everybody.
    """
    when = [
        (f"{name} ({place})", 17.0, WHEN)
        for place in (() if zone == "UTC" else (zone,))
        for name in _LOCAL_TIMES
    ]
    utc = [(f"{name} (UTC)", 17.0, WHEN) for name in _TIMES]
    hours = ("Hours", 8.0, Look(format=HOURS))
    more = [("Service state", 16.0, PLAIN), ("Error code", 26.0, PLAIN)]
    ids = [("Attempts", 10.0, PLAIN), ("Move id", 38.0, PLAIN)]
    words = [("Problem", 34.0, PLAIN), ("Who", 25.0, PLAIN), ("What to do", 60.0, PLAIN)]
    head = [
        ("Row", 7.0, PLAIN),
        ("Source UPN", 31.0, PLAIN),
        ("Target UPN", 31.0, PLAIN),
        ("Batch", 12.0, PLAIN),
        ("Status", 19.0, PLAIN),
    ]
    if when:
        return [*head, *when, *words, hours, *utc, *more, *ids]
    return [*head, *utc[:1], *utc[2:4], *words, hours, utc[1], utc[4], *more, *ids]


_LOCAL_TIMES = ("Planned begin", "Started", "Ended")
_TIMES = ("Planned begin", "Planned end", "Started", "Ended", "Updated")
STATUS_PLACE = 4


def people_lines(people: Sequence[Person], zone: str) -> Iterator[list[Value]]:
    """The values of `people_columns` for each person."""
    there = ZoneInfo(zone)
    for one in people:
        utc = [one.planned_begin, one.planned_end, one.started, one.finished, one.updated]
        line: list[Value] = [one.row, one.source_upn, one.target_upn, one.batch, one.status]
        if zone == "UTC":
            line += [utc[0], utc[2], utc[3]]
        else:
            line += [local(moment, there) for moment in (utc[0], utc[2], utc[3])]
        line += [one.problem, one.who, one.what_to_do, one.hours]
        line += [utc[1], utc[4]] if zone == "UTC" else utc
        line += [one.service_state, one.error_code, one.attempts or None, one.move_id]
        yield line


def write_people(book: Any, people: Sequence[Person], zone: str) -> None:
    """The full list as an Excel table."""
    columns = people_columns(zone)
    page = Page(book, "People", [width for _, width, _ in columns], frozen="C2")
    page.table(
        "People",
        [(name, look) for name, _, look in columns],
        people_lines(people, zone),
        marked=(STATUS_PLACE, [person.stage for person in people]),
    )
    page.sheet.print_area = f"A1:J{page.row}"


def write_about(book: Any, about: Circumstances) -> None:
    """How it was made."""
    page = Page(book, "How it was made", (30, 90))
    connection = about.connection
    sides = [
        (side, "  ".join(part for part in (name, host) if part))
        for side, name, host in (
            ("Source tenant", connection.source_name, connection.source_host),
            ("Target tenant", connection.target_name, connection.target_host),
        )
    ]
    for name, said in (
        ("Made", about.made()),
        ("Workbook", about.workbook),
        ("Service", connection.service_title),
        *sides,
        ("People", about.choice or "everybody"),
        ("Program", f"Tenant Ferry {__version__}"),
        ("Journal", f"{about.events:,} events, each in its place and unchanged"),
        ("Journal's newest event", about.head),
        (
            "Times",
            f"Columns with ({about.zone}) show the clock of that zone, columns with (UTC) show"
            f" UTC. They are dates of Excel in the form {DATE}.",
        ),
        ("Counting", "Everybody is counted once: each person has one status and one stage."),
    ):
        for number, words in enumerate(textwrap.wrap(said, 84) or [""]):
            page.line(page.cell("" if number else name, Look(bold=True)), words)
