"""The rows of the mapping, made from a few columns of its sheet all at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, TypeVar

from app.model import Finding, Level, Mapping, Side, in_bulk
from app.workbook.grids import Sheet, text_of
from app.workbook.headers import Layout, column_letter, says_no
from app.workbook.second_look import Seen

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of a sheet of which the list is made; those that it does not have are empty.

    Index 0 is row 1. All other cells of the sheet can be forgotten once these are read.
    """

    height: int
    source: list[Any]
    target: list[Any]
    batch: list[Any]
    include: list[Any]
    size: list[Any]
    first: list[Any]
    """Column A, where the sheet has no header."""

    @staticmethod
    def of(sheet: Sheet, layout: Layout) -> ListColumns:
        """Read them."""
        first = 0 if layout.header_row == 0 else -1
        wanted = (
            layout.source,
            layout.target,
            layout.batch,
            layout.include,
            layout.size,
            first,
        )
        there = [place for place in wanted if place >= 0]
        read = iter(sheet.columns(there))
        columns = [next(read) if place >= 0 else [] for place in wanted]
        return ListColumns(len(columns[0]), *columns)


class OddCells:
    """Cells of the two columns that hold no plain text: blank, a number, a date."""

    def __init__(self, columns: ListColumns, layout: Layout) -> None:
        self._columns = columns
        self._pair = layout.source, layout.target
        self._top = layout.header_row
        source, target = columns.source[self._top :], columns.target[self._top :]
        self.places: list[int] = []
        """Of rows with an odd cell, counted from the first row below the header."""
        if _all_text(source) and _all_text(target) and "" not in source and "" not in target:
            return
        self.places = [
            place
            for place, (one, other) in enumerate(zip(source, target, strict=True))
            if not (one and other) or type(one) is not str or type(other) is not str
        ]

    def columns(self, number: int) -> Collection[int]:
        """The odd ones of the two columns in a row (from 1)."""
        columns = self._columns
        if not self._top < number <= columns.height:
            # Formulas without a value below the last value are outside of what the reader gives.
            return self._pair if number > columns.height else ()
        cells = columns.source[number - 1], columns.target[number - 1]
        return [
            at
            for at, cell in zip(self._pair, cells, strict=True)
            if not cell or type(cell) is not str
        ]


def list_rows(
    columns: ListColumns, odd: OddCells, sheet: str, layout: Layout, seen: Seen
) -> tuple[Mapping, ...]:
    """The rows below the header that hold a person."""
    top = layout.header_row
    numbers: Sequence[int] = range(top + 1, columns.height + 1)
    sources, targets = columns.source[top:], columns.target[top:]
    for place in odd.places:
        number = numbers[place]
        for texts, column in ((sources, layout.source), (targets, layout.target)):
            texts[place] = seen.texts.get((number, column)) or text_of(texts[place])
    batches = _each(columns.batch[top:], lambda value: text_of(value).strip())
    included = _each(columns.include[top:], lambda value: not says_no(text_of(value)))
    sizes = _sizes(columns.size[top:])
    left_out = set(_without_person(columns, sources, targets, layout, seen))
    if left_out:
        kept = [place not in left_out for place in range(len(numbers))]
        numbers = list(compress(numbers, kept))
        sources, targets = list(compress(sources, kept)), list(compress(targets, kept))
        batches, included = list(compress(batches, kept)), list(compress(included, kept))
        sizes = list(compress(sizes, kept))
    source_name = f"{sheet}!{column_letter(layout.source)}"
    target_name = f"{sheet}!{column_letter(layout.target)}"
    names = list(map(str, numbers))
    said: dict[str, Sequence[Any]] = {
        "row": numbers,
        "source_upn": sources,
        "target_upn": targets,
        "source_cell": list(map(source_name.__add__, names)),
        "target_cell": list(map(target_name.__add__, names)),
    }
    optional: dict[str, Sequence[Any]] = {
        "batch": batches,
        "include": included,
        "size_gb": sizes,
    }
    said |= {name: column for name, column in optional.items() if column}
    return (
        *in_bulk(Mapping, len(numbers), said),
        *_rows_below(columns.height, source_name, target_name, layout, seen),
    )


def reading_findings(
    rows: Sequence[Mapping], sheet: str, layout: Layout, seen: Seen
) -> Iterator[Finding]:
    """What the second look says of cells, and of hidden rows among those of the list."""
    for number, column in sorted(seen.without_value):
        side = Side.SOURCE if column == layout.source else Side.TARGET
        cell = f"{sheet}!{column_letter(column)}{number}"
        yield Finding(Level.BLOCK, "FORMULA_NO_VALUE", cell, side)
    hidden = sum(1 for row in rows if row.row in seen.hidden) if seen.hidden else 0
    if hidden:
        yield Finding(Level.WARN, "HIDDEN_ROWS", values=(("count", f"{hidden:,}"),))


def _all_text(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= {str}


def _each(values: list[Any], make: Callable[[Any], _T]) -> list[_T]:
    """What is made of each value; of each word only once, since a column says the same often."""
    if not _all_text(values):
        return [make(value) for value in values]
    made = {word: make(word) for word in set(values)}
    return [made[word] for word in values]


def _without_person(
    columns: ListColumns,
    sources: Sequence[str],
    targets: Sequence[str],
    layout: Layout,
    seen: Seen,
) -> Iterator[int]:
    """Places of rows that are none of the list: totals and remarks, which have neither UPN."""
    top = layout.header_row
    if top == 0:
        for place, value in enumerate(columns.first):
            if text_of(value).strip().casefold() == "group":
                yield place
    if all(map(str.strip, sources)):
        return
    for place, (one, other) in enumerate(zip(sources, targets, strict=True)):
        if not (one.strip() or other.strip()) and not _is_calculated(place + top + 1, layout, seen):
            yield place


def _sizes(values: list[Any]) -> list[float | None]:
    if set(map(type, values)) == {float} and min(values) >= 0 and math.isfinite(sum(values)):
        return values
    return [_size(value) for value in values]


def _size(value: object) -> float | None:
    """A size as a number; text such as "12,5" is what a list from elsewhere brings."""
    try:
        size = value if isinstance(value, float | int) else float(str(value).replace(",", "."))
    except ValueError:
        return None
    return float(size) if size >= 0 and math.isfinite(size) else None


def _rows_below(
    last: int, source_name: str, target_name: str, layout: Layout, seen: Seen
) -> Iterator[Mapping]:
    """Rows that hold nothing but formulas without a value lie outside of what the reader gives."""
    for number in sorted({row for row, _ in seen.without_value if row > last}):
        texts = [seen.texts.get((number, at), "") for at in (layout.source, layout.target)]
        yield Mapping(
            number, texts[0], texts[1], f"{source_name}{number}", f"{target_name}{number}"
        )


def _is_calculated(number: int, layout: Layout, seen: Seen) -> bool:
    return any((number, at) in seen.without_value for at in (layout.source, layout.target))
