"""The sheet of what is left after the move: each step with its state, its last day, its command."""

from __future__ import annotations

from typing import Any

from app.after_move import AfterMove, StepState, Urgency
from app.report_book_cells import Look, Page

_WIDTHS = (5, 44, 22, 18, 74)
_CHARACTERS = 130
_MUTED = Look(colour="6B7280")
_CODE = Look(fill="F2F4F5", font="Consolas")
_FILLS = {
    StepState.DONE: "DDF3E4",
    StepState.NOT_NEEDED: "ECEEF1",
    StepState.OPEN: "FBEED5",
}


def write_after(book: Any, after: AfterMove) -> None:
    """What is to be done after the move, in its order."""
    page = Page(book, "After the move", _WIDTHS)
    page.line(page.cell("After the move", Look(size=14, bold=True)))
    end = f"{after.licences_end:%Y-%m-%d}" if after.licences_end else "not given"
    page.line(page.cell(f"The source's licences end: {end}", _MUTED))
    for number, one in enumerate(after.steps, 1):
        page.line()
        fill = "FADBD8" if one.urgency is Urgency.OVERDUE else _FILLS[one.kept.state]
        title = Look(bold=True, fill=fill)
        state = f"{one.kept.state}{f', {one.urgency}' if one.urgency else ''}"
        said = " ".join(part for part in (one.kept.at_utc[:10], one.kept.note) if part)
        words = (number, one.step.title, str(one.step.place), state, said)
        page.line(*(page.cell(word, title) for word in words))
        for text in (one.remark, one.step.why):
            if text:
                page.paragraph(text, Look(), _CHARACTERS, first=2)
        for line in one.step.command.splitlines():
            page.line(None, *(page.cell(part, _CODE) for part in (line, "", "", "")))
