"""The sheet of problems: grouped by what to do, with the people whom each concerns below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.report import Person
from app.report_book_cells import NUMBER, Look, Page

_HEADERS = ("Source UPN", "Target UPN", "Batch", "Status", "Row", "Error code")
_WIDTHS = (44, 36, 18, 14, 8, 40)
_CHARACTERS = 130
"""So many of what to do fit beside each other over all columns."""
_MOST_NAMED = 1_000
"""People named below a problem; the rest is found by the filter of the full list."""
_HEADING = Look(size=14, bold=True)
_TITLE = Look(bold=True, fill="FBEED5")
_REMEDY = Look(fill="FDF8EE")
_HEAD = Look(colour="6B7280", line=True)
_MUTED = Look(colour="6B7280")
_COUNT = Look(format=NUMBER)


def write_problems(book: Any, problems: Any, people: Sequence[Person]) -> None:
    """First each problem in a line; then each with what to do, by whom, and the people concerned.

    The people are an outline: its signs at the left fold them away.
    """
    page = Page(book, "Problems", _WIDTHS)
    page.sheet.sheet_properties.outlinePr.summaryBelow = False
    if not len(problems):
        page.line("There are no problems.")
        return
    page.line(page.cell(f"Problems of {int(problems['People'].sum()):,} people", _HEADING))
    page.header(("Problem", "Who does something about it", "People"))
    for one in problems.itertuples(index=False):
        page.line(one.problem, one.who, page.cell(int(one.People), _COUNT))
    by_remedy: dict[tuple[str, str, str], list[Person]] = {}
    for person in people:
        if person.problem:
            key = (person.problem, person.what_to_do, person.who)
            by_remedy.setdefault(key, []).append(person)
    for one in problems.itertuples(index=False):
        concerned = by_remedy[one.problem, one.what_to_do, one.who]
        _write_one(page, one, concerned)


def _write_one(page: Page, one: Any, concerned: Sequence[Person]) -> None:
    count = f"{one.People:,} {'person' if one.People == 1 else 'people'}"
    page.line()
    page.line(
        *(page.cell(text, _TITLE) for text in (one.problem, one.who, count, "", "", one.Code))
    )
    page.paragraph(one.what_to_do, _REMEDY, _CHARACTERS, len(_WIDTHS))
    _folded(page, *(page.cell(name, _HEAD) for name in _HEADERS))
    for person in concerned[:_MOST_NAMED]:
        _folded(
            page,
            person.source_upn,
            person.target_upn,
            person.batch,
            person.status,
            person.row,
            page.cell(person.error_code, Look(left=True)),
        )
    more = len(concerned) - _MOST_NAMED
    if more > 0:
        page.line(page.cell(f"and {more:,} more: filter the sheet People by Problem", _MUTED))


def _folded(page: Page, *cells: Any) -> None:
    page.sheet.row_dimensions[page.row + 1].outlineLevel = 1
    page.line(*cells)
