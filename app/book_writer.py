"""What of a project is not in the workbook yet, when it is written there, and what came of it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from app.clock import Clock
from app.errors import AppError, WorkbookBusy, WorkbookError
from app.events import BookSaved, BookWaiting, CheckedRow, Event, Trouble
from app.model import Move
from app.status_cells import COLOURS, COLUMNS, cells, move_of
from app.texts import beside_reason
from app.workbook.child import write_status
from app.workbook.locks import check_not_open
from app.workbook.status import (
    BookRead,
    CellValue,
    Fingerprint,
    StatusRow,
    StatusWrite,
    StatusWritten,
)

SHORTEST_PAUSE = 30.0
"""Seconds between two writes; a write that takes long makes it longer."""
_TIMES_ITS_COST = 10
_BUSY_PAUSE = 5.0
_FAILED_PAUSE = 60.0


class BookWriter:
    """Writes the status of changed rows; used by the workbook thread only.

    A row counts as written when the workbook has said so; whatever goes wrong, it stays due.
    Nothing is written before `begin`.
    """

    def __init__(self, book: Path, clock: Clock, post: Callable[[Event], None]) -> None:
        self._book = book
        self._clock = clock
        self._post = post
        self._read: BookRead | None = None
        self._rows: dict[int, CheckedRow] = {}
        self._raw: dict[int, tuple[str, str]] = {}
        self._rows_of: dict[str, list[int]] = {}
        self._moves: dict[str, Move] = {}
        self._written: dict[int, tuple[CellValue, ...]] = {}
        self._stale: set[int] = set()
        self._missing: set[int] = set()
        self._may_write = False
        self._due = 0.0
        self._has_backup = False
        self._known: Fingerprint | None = None
        self._told: tuple[str, str] | None = None
        self.shortest_pause = SHORTEST_PAUSE

    def begin(self) -> None:
        """From now on the status is written."""
        self._may_write = True

    def show(self, read: BookRead, rows: Iterable[CheckedRow], *, is_new: bool) -> None:
        """The rows as they were read and checked; `is_new` when the file was read just now."""
        if is_new:
            self._written.clear()
        self._read = read
        self._rows = {row.mapping.row: row for row in rows}
        self._raw = {row.row: (row.source_upn, row.target_upn) for row in read.rows}
        rows_of = defaultdict(list)
        for number, row in self._rows.items():
            rows_of[row.mapping.key].append(number)
        self._rows_of = rows_of
        self._stale = set(self._rows)
        self._missing.clear()

    def refresh(self, rows: Iterable[CheckedRow]) -> None:
        """These rows were checked anew; nothing else of the workbook has changed."""
        for row in rows:
            self._rows[row.mapping.row] = row
            self._stale.add(row.mapping.row)

    def take(self, moves: Iterable[Move]) -> None:
        """What became of these moves."""
        for move in moves:
            self._moves[move.key] = move
            self._stale.update(self._rows_of.get(move.key, ()))

    def hurry(self) -> None:
        """Write as soon as possible: nothing more comes for a while."""
        self._due = self._clock.monotonic()

    def pause_length(self) -> float | None:
        """Seconds until there is something to write; None: only something new can change that."""
        if not (self._may_write and self._stale and self._read):
            return None
        return max(self._due - self._clock.monotonic(), 0.0)

    def write(self) -> None:
        """Write what is not written yet; BookSaved or BookWaiting tells what came of it."""
        read = self._read
        if read is None or not self._may_write:
            return
        now = {row: self._cells(row) for row in self._stale | self._missing}
        changed = sorted(row for row, said in now.items() if self._written.get(row) != said)
        if not changed:
            self._stale.clear()
            return
        began = self._clock.monotonic()
        try:
            if read.patchable:
                # Asked here because it costs nothing; a child for every try would cost seconds.
                check_not_open(Path(os.path.realpath(self._book)))
            written = write_status(self._book, self._order(read, changed, now))
        except AppError as error:
            self._wait(error)
        except OSError as error:
            self._wait(no_child(self._book, error))
        else:
            ended = self._clock.monotonic()
            self._due = ended + max(self.shortest_pause, _TIMES_ITS_COST * (ended - began))
            self._note_written(written, {row: now[row] for row in changed})

    def _cells(self, row: int) -> tuple[CellValue, ...]:
        checked = self._rows[row]
        return cells(checked, move_of(checked, self._moves))

    def _order(
        self, read: BookRead, changed: list[int], now: dict[int, tuple[CellValue, ...]]
    ) -> StatusWrite:
        return StatusWrite(
            sheet=read.sheet,
            header_row=read.header_row,
            source_column=read.source_column,
            target_column=read.target_column,
            columns=COLUMNS,
            rows=tuple(StatusRow(*self._raw[row], now[row]) for row in changed),
            make_backup=not self._has_backup,
            colours=COLOURS,
            known=self._known,
        )

    def _wait(self, error: AppError) -> None:
        pause = _BUSY_PAUSE if isinstance(error, WorkbookBusy) else _FAILED_PAUSE
        self._due = self._clock.monotonic() + pause
        if self._told != (error.code, error.detail):
            self._told = (error.code, error.detail)
            self._post(BookWaiting(self._book, error))

    def _note_written(self, written: StatusWritten, said: dict[int, tuple[CellValue, ...]]) -> None:
        self._told = None
        self._has_backup |= written.backup is not None
        self._known = written.fingerprint if written.is_checked else None
        gone = frozenset(written.rows_missing)
        missing = {row for row in said if self._raw[row][0] in gone}
        is_news = not missing <= self._missing
        self._written.update((row, values) for row, values in said.items() if row not in missing)
        self._stale.clear()
        # They go along with the next write, in case the admin has put the rows back by then.
        self._missing = missing
        self._post(
            BookSaved(
                path=written.path,
                at_utc=self._clock.now(),
                rows=written.rows_written,
                beside=written.beside,
                backup=written.backup,
                because=beside_reason(written.because),
            )
        )
        if missing and is_news:
            self._post(Trouble(_missing(self._book, written.rows_missing)))


def _missing(book: Path, missing: tuple[str, ...]) -> AppError:
    names = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    return AppError(
        "ROWS_MISSING",
        "Some people are not in the workbook any more",
        f"Their status could not be written into {book.name}: {names}.",
        "Put the rows back, or read the workbook again. Their moves go on.",
    )


def no_child(book: Path, error: OSError) -> WorkbookError:
    """The system starts no process for us: too many of them, or no memory."""
    return WorkbookError(
        "NO_PROCESS",
        "The process that reads and writes the workbook cannot be started",
        f"{book.name}: {error}.",
        "Close other programs. The status is in the journal, and the write is tried again.",
    )
