"""Takes what the program tells in its order; a large workbook and many moves slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.events import BookOpened, Event, MovesChanged, RowsChecked
from app.model import Move
from ui import strings
from ui.panels import PanelsWindow
from ui.row_set import SLICE, RowSet, slices
from ui.turns import Turns, Work

_TOLD_ROWS = 5_000
"""Rows that are laid out between two changes of the line that says how far it is."""


class Intake:
    """What comes while something is still in work waits, so that all is taken as it happened."""

    def __init__(
        self, window: PanelsWindow, take_moves: Callable[[Sequence[Move]], object]
    ) -> None:
        self._window = window
        self._take_moves = take_moves
        self._turns = Turns(window)
        self._leaving = Turns(window)
        self._books_left = 0

    @property
    def is_busy(self) -> bool:
        """Something that was told is not shown yet."""
        return self._turns.is_busy

    def take(self, events: Sequence[Event]) -> None:
        """Pass these on; few and small ones at once."""
        self._turns.do(self._taking(events))

    def do(self, work: Work) -> None:
        """Do what the admin wishes with the rows when what came before is shown."""
        self._turns.do(work)

    def leave_book(self) -> None:
        """Another workbook is asked for: one that is being laid out is wanted no more."""
        self._books_left += 1
        self._let_go(self._window.model.forget())

    def _taking(self, events: Sequence[Event]) -> Work:
        moves: list[Move] = []
        for event in events:
            if isinstance(event, MovesChanged):
                moves.extend(event.moves)
                continue
            yield from self._move(moves)
            moves = []
            if isinstance(event, BookOpened):
                yield from self._open(event)
            elif isinstance(event, RowsChecked):
                for part, more in slices(event.rows):
                    self._window.listeners.tell(replace(event, rows=tuple(part)))
                    if more:
                        yield None
            else:
                self._window.listeners.tell(event)
        yield from self._move(moves)

    def _move(self, moves: Sequence[Move]) -> Work:
        for part, more in slices(moves):
            self._take_moves(part)
            if more:
                yield None

    def _open(self, book: BookOpened) -> Work:
        window, model, left = self._window, self._window.model, self._books_left
        rows, total = RowSet(), len(book.rows)
        for done in rows.fill(book.rows, model.known_moves()):
            if not done % _TOLD_ROWS:
                text = strings.LAYING_OUT.format(
                    name=book.path.name, done=f"{done:,}", all=f"{total:,}"
                )
                window.show_laying_out(text, done, total)
            yield None
        index = yield from model.arranging(rows)
        if total > SLICE:
            # What follows fills a turn of its own.
            yield None
        if left != self._books_left:
            self._let_go(rows)
            return
        former: list[RowSet] = []
        window.table.keep_through(lambda: former.append(model.show_rows(rows, index)))
        window.listeners.tell(book)
        self._let_go(*former)

    def _let_go(self, *those: RowSet) -> None:
        for rows in those:
            self._leaving.do(rows.empty())
