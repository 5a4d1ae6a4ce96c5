"""The sheets of sums: the manager's summary with its charts, the batches, the time line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.report import MOVED, STAGES, local
from app.report_book_cells import (
    NUMBER,
    PALE,
    SHARE,
    TWO_LINES,
    WHEN,
    WRAPPED,
    Look,
    Page,
)
from app.report_book_charts import TIME_LINE, batch_chart, stage_chart, time_line_chart
from app.report_tables import Tables, moment

if TYPE_CHECKING:
    from app.report_book import Circumstances

_HEADING = Look(size=14, bold=True)
_MUTED = Look(colour="6B7280")
_COUNT = Look(format=NUMBER)
_SHARE = Look(format=SHARE)
_MOST_BARS = 24
_CHART_ROWS = 17
_SUMMARY_WIDTHS = (24, *([11] * 6), 12, 18, 18, 18, 18, 10)
_MOST_BATCHES = 24


def write_summary(book: Any, tables: Tables, about: Circumstances) -> None:
    """The page for managers: how far, what needs whom, planned against actual."""
    page = Page(book, "Summary", _SUMMARY_WIDTHS)
    people = sum(tables.stages.values())
    moved = tables.stages[MOVED]
    page.line(page.cell(f"OneDrive moves: {about.workbook}", Look(size=20, bold=True)))
    page.line(page.cell(about.made(), _MUTED))
    page.line(page.cell(about.connection.service_title, _MUTED))
    page.line(page.cell(f"People in this report: {about.choice or 'everybody'}", _MUTED))
    page.line()
    labels = Look(bold=True, wrap=True, centred=True)
    for row, height in ((page.row + 1, TWO_LINES), (page.row + 2, 26.0)):
        page.sheet.row_dimensions[row].height = height
    page.line(
        page.cell("People", labels),
        *(page.cell(stage, _with_fill(labels, PALE[stage])) for stage in STAGES),
    )
    number = Look(size=16, bold=True, format=NUMBER, centred=True)
    page.line(
        page.cell(people, number),
        *(page.cell(tables.stages[stage], _with_fill(number, PALE[stage])) for stage in STAGES),
    )
    page.line()
    share = f" ({_percent(moved, people)})" if people else ""
    page.line(page.cell(f"{moved:,} of {people:,} people moved{share}", _HEADING))
    first = page.row + 1
    if people:
        page.sheet.add_chart(stage_chart(page.sheet, label_row=page.row - 3), f"A{first}")
    if len(tables.time_line) > 1:
        page.sheet.add_chart(time_line_chart(tables, about.zone), f"E{first}")
    while people and page.row < first + _CHART_ROWS:
        page.line()
    _needs(page, tables)
    _statuses(page, tables, people)
    page.line()
    page.line(page.cell("Batches: planned against actual", _HEADING))
    batch_table(page, tables.batches.head(_MOST_BATCHES), about.zone)
    more = len(tables.batches) - _MOST_BATCHES
    if more > 0:
        page.line(page.cell(f"and {more} more on the sheet Batches", _MUTED))
    page.line(page.cell(_times_note(about.zone), _MUTED))


def _percent(part: int, whole: int) -> str:
    """Never 100 % before everybody is there."""
    share = part / whole
    return "99%" if part < whole and share > 0.99 else f"{share:.0%}"


def _needs(page: Page, tables: Tables) -> None:
    page.line(page.cell("What needs whom", _HEADING))
    if not len(tables.needs):
        page.line(page.cell("Nobody has to do anything.", WRAPPED))
    else:
        page.header(("Who", "People", "Causes", "Most often"))
        for one in tables.needs.itertuples(index=False):
            counts = page.cell(int(one.People), _COUNT), page.cell(int(one.Causes), _COUNT)
            page.line(one.who, *counts, page.cell(one.Most, Look(left=True)))
    page.line()


def _statuses(page: Page, tables: Tables, people: int) -> None:
    page.line(page.cell("By status", _HEADING))
    page.header(("Status", "People", "Share"))
    for status, count in tables.statuses.items():
        page.line(status, page.cell(count, _COUNT), page.cell(count / people, _SHARE))


def _with_fill(look: Look, fill: str) -> Look:
    return Look(look.size, look.bold, look.colour, fill, look.wrap, look.format, look.centred)


def _times_note(zone: str) -> str:
    return "All times are UTC." if zone == "UTC" else f"Times are those of {zone}."


_BATCH_TIMES = ("Planned begin", "First start", "Planned end", "Last end")


def batch_table(page: Page, batches: Any, zone: str) -> tuple[int, int]:
    """A line for each batch; gives the numbers of the first and the last row."""
    times = [f"{name} ({zone})" for name in _BATCH_TIMES]
    first = page.header(("Batch", *STAGES, "People", *times, "Moved in time"), height=TWO_LINES)
    there = ZoneInfo(zone)
    for name, line in batches.iterrows():
        planned = moment(line["Planned end"])
        page.line(
            name,
            *(
                page.cell(int(line[stage]) or None, Look(fill=PALE[stage], format=NUMBER))
                if line[stage]
                else None
                for stage in STAGES
            ),
            page.cell(int(line["People"]), Look(bold=True, format=NUMBER)),
            *(page.cell(local(moment(line[time]), there), WHEN) for time in _BATCH_TIMES),
            page.cell(int(line["Moved in time"]) / int(line["People"]), _SHARE)
            if planned
            else None,
        )
    return first, page.row


def write_batches(book: Any, batches: Any, zone: str) -> None:
    """Every batch, and a chart of the first ones."""
    page = Page(book, "Batches", _SUMMARY_WIDTHS, frozen="B2")
    first, last = batch_table(page, batches, zone)
    page.sheet.print_title_rows = "1:1"
    if last == first:
        return
    chart = batch_chart(page.sheet, first, min(last, first + _MOST_BARS))
    page.sheet.add_chart(chart, f"A{last + 2}")


def write_time_line(book: Any, tables: Tables, zone: str) -> None:
    """What was planned, begun and moved in each step of time, and in all."""
    line = tables.time_line
    heads = [f"From ({zone})", *(["From (UTC)"] if zone != "UTC" else []), *line.columns]
    page = Page(book, TIME_LINE, (18, *([18] if zone != "UTC" else []), *([11] * 8)), frozen="A2")
    page.header(heads, height=48)
    page.sheet.print_title_rows = "1:1"
    there = ZoneInfo(zone)
    for step, counts in line.iterrows():
        begin = moment(step)
        both = [local(begin, there), *([begin] if zone != "UTC" else [])]
        page.line(
            *(page.cell(one, WHEN) for one in both),
            *(page.cell(int(count), _COUNT) for count in counts),
        )
