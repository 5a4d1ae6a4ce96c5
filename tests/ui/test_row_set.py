"""Counts and order are kept by what changes, and are always what a recount would give."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import CheckedRow
from app.model import Correction, Finding, Level, Mapping, Move, MoveStatus, Window
from fake_project import NOW
from ui.choices import READY, ChoiceFinder, cancellable_keys, count_cancellable
from ui.row_index import RowIndex, Wish
from ui.row_set import RowSet
from ui.rows import SEVERITY, Column, Group, Row, Search
from ui.tally import CANCELLABLE

PEOPLE = ("anna", "Ben", "carla", "anna", "dora", "elsa", "farid")
"""One of them stands in two rows."""
MAPPINGS = [
    Mapping(
        place + 2,
        f"{name}@contoso.com",
        f"{name}{place}@northwind.com",
        batch=f"Wave {place % 2}" if place else "",
        include=place != 5,
        size_gb=1.5 if place == 1 else None,
    )
    for place, name in enumerate(PEOPLE)
]
CODES = (
    ("TARGET_TWICE", Level.BLOCK),
    ("UPN_GUEST", Level.WARN),
    ("NOT_SEEN", Level.UNKNOWN),
    ("FINE", Level.PASS),
    ("UPN_GUEST", Level.BLOCK),
)

numbers = st.integers(0, len(PEOPLE) - 1)
found = st.lists(st.sampled_from(CODES), max_size=3).map(
    lambda codes: tuple(
        Finding(level, code, "A2", correction=Correction("x", "y") if level is Level.WARN else None)
        for code, level in codes
    )
)
checks = st.tuples(numbers, found)
moves = st.builds(
    lambda number, status, minutes, cancels: Move(
        MAPPINGS[number].key,
        MAPPINGS[number].row,
        MAPPINGS[number].source_upn,
        MAPPINGS[number].target_upn,
        status,
        batch=f"Batch {number % 2}",
        window=Window(NOW + timedelta(minutes=minutes)) if minutes % 2 else Window(),
        service_state="purgatory",
        cancel_wished=cancels,
        updated_utc=NOW + timedelta(minutes=minutes),
    ),
    numbers,
    st.sampled_from(MoveStatus),
    st.integers(0, 3),
    st.booleans(),
)
wishes = st.builds(
    Wish,
    st.sampled_from(Group),
    st.sampled_from(("", "wave", "purgatory", "code:upn_guest", "target:northwind moved", "zzz")),
    st.sampled_from(Column),
    st.booleans(),
)
steps = st.lists(st.one_of(checks, moves, wishes, st.none()), max_size=25)


def filled() -> RowSet:
    rows = RowSet()
    assert list(rows.fill([CheckedRow(one) for one in MAPPINGS], {})) == []
    return rows


def arranged(rows: RowSet, wish: Wish, former: RowIndex | None = None) -> RowIndex:
    index = RowIndex(rows, wish, former)
    assert list(index.prepare()) == []
    return index


def take(rows: RowSet, step: object) -> int:
    """Let a row change; gives its number."""
    if isinstance(step, Move):
        return rows.give(step)
    assert isinstance(step, tuple)
    number, findings = step
    return rows.check(CheckedRow(MAPPINGS[number], findings))


def is_cancellable(row: Row) -> bool:
    move = row.move
    if move is None or not row.groups & Group.RUNNING:
        return False
    return move.status.can_cancel and not move.cancel_wished


@settings(max_examples=200, deadline=None)
@given(steps)
def test_the_counts_are_those_of_a_recount(changes: list[object]) -> None:
    rows = filled()
    finder = ChoiceFinder()
    for step in changes:
        if isinstance(step, Move | tuple):
            assert take(rows, step) >= 0
        tally = rows.tally
        groups = {group: sum(bool(row.groups & group) for row in rows.rows) for group in Group}
        assert {group: tally.groups[group] for group in Group} == groups
        statuses = Counter(row.status for row in rows.rows if row.moving)
        assert +tally.statuses == statuses
        codes: Counter[str] = Counter()
        for row in rows.rows:
            codes.update({one.code: 1 for one in row.findings if one.level is not Level.PASS})
        assert {code: number for code, _, number in tally.codes} == codes
        severities = [SEVERITY[level] for _, level, _ in tally.codes]
        assert severities == sorted(severities, reverse=True)
        waiting = [n for n, row in enumerate(rows.rows) if is_cancellable(row)]
        assert tally.numbers(CANCELLABLE) == waiting
        assert len(cancellable_keys(rows, ())) == count_cancellable(rows, ()) == len(waiting)
        assert count_cancellable(rows, {0, 1, 2}) == len(cancellable_keys(rows, {0, 1, 2}))
        ready = [row.key for row in rows.rows if row.groups & READY]
        choices = finder.find(rows, {0, 3, 5}, {3}, "Batch", by_column=True)
        assert list(choices.ready) == ready
        assert choices.selected_left_out + len(choices.selected) == 3
        assert choices.has_sizes
        batched = [key for keys in choices.batches.values() for key in keys]
        assert set(batched) <= set(ready)


@settings(max_examples=200, deadline=None)
@given(steps)
def test_what_is_shown_is_what_filtering_and_sorting_anew_would_show(
    changes: list[object],
) -> None:
    rows = filled()
    index = arranged(rows, Wish())
    for step in changes:
        if isinstance(step, Wish):
            index = arranged(rows, step, index)
        elif step is None:
            index.arrange()
        else:
            index.note(take(rows, step))
        fresh = expected(rows, index.wish)
        if not index.stale:
            assert list(index.shown) == fresh
        for place, number in enumerate(index.shown):
            assert index.place(number) == place
        hidden = set(range(len(PEOPLE))) - set(index.shown)
        assert {index.place(number) for number in hidden} <= {-1}
    index.arrange()
    assert list(index.shown) == expected(rows, index.wish)


def expected(rows: RowSet, wish: Wish) -> list[int]:
    search = Search(wish.text)
    shown = [
        number
        for number, row in enumerate(rows.rows)
        if row.groups & wish.group and search.matches(row)
    ]
    # A stable sort: rows that compare equal keep the order of the workbook.
    return sorted(
        shown, key=lambda n: rows.rows[n].sort_value(wish.column), reverse=wish.descending
    )


def test_rows_are_let_go_bit_by_bit() -> None:
    rows = RowSet()
    many = [CheckedRow(Mapping(n + 2, f"p{n}@contoso.com", "t@x.com")) for n in range(1_200)]
    assert list(rows.fill(many, {})) == [500, 1_000]
    assert sum(1 for _ in rows.empty()) == 2
    assert not rows.rows
    assert rows.number_of_key("p1@contoso.com") == -1
