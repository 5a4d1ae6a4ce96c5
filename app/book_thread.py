"""The thread that owns the open workbook: reads and checks it, plans from it, writes the status."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.checks import apply_corrections, check_list, is_startable
from app.clock import Clock
from app.errors import AppError, WorkbookBusy
from app.events import (
    BookOpened,
    BookSaved,
    BookWaiting,
    CheckedRow,
    ColumnsNeeded,
    Event,
    MovesChanged,
    RunChanged,
    RunState,
    Trouble,
)
from app.journal import RowRecord
from app.model import Finding, Mapping, Move, MoveStatus, Window
from app.orders import Planned
from app.plan import by_column, by_size
from app.status_cells import COLOURS, COLUMNS, cells, move_of
from app.texts import first_remedy
from app.workbook.child import open_book, write_status
from app.workbook.status import BookRead, StatusRow, StatusWrite

_BUSY_PAUSE = 5.0
_FAILED_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sheet and columns hold the mapping; "" means recognise it."""

    sheet: str = ""
    source_column: str = ""
    target_column: str = ""
    batch_column: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    choice: Choice


@dataclass(frozen=True, slots=True)
class _Accept:
    cells: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Recall:
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Start:
    keys: frozenset[str] | None
    window: Window
    batch_size: int
    by_column: bool


class _Quit: ...


class BookThread:
    """Everything that concerns the workbook, one thing at a time.

    Reading and patching happen in a child process with a time limit; this thread waits for it.
    `shortest_pause` is the least number of seconds between two writes; it grows with what a write
    costs. Nothing is written before the first start.
    """

    def __init__(
        self,
        book: Path,
        clock: Clock,
        post: Callable[[Event], None],
        plan: Callable[[tuple[Planned, ...]], None],
        set_rows: Callable[[tuple[RowRecord, ...]], None],
        keep: Callable[[str, str], None],
    ) -> None:
        self._book = book
        self._clock = clock
        self._post = post
        self._plan = plan
        self._set_rows = set_rows
        self._keep = keep
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="workbook", daemon=True)
        self._read: BookRead | None = None
        self._rows: tuple[CheckedRow, ...] = ()
        self._accepted: frozenset[str] = frozenset()
        self._moves: dict[str, Move] = {}
        self._written: dict[int, tuple[object, ...]] = {}
        self._writing = False
        self._dirty = False
        self._due = 0.0
        self._backed_up = False
        self._state = RunState.IDLE
        self.shortest_pause = 30.0

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def open(self, choice: Choice) -> None:
        """Read and check the workbook; answered by BookOpened, ColumnsNeeded or Trouble."""
        self._inbox.put(_Open(choice))

    def recall(self, corrected_texts: frozenset[str]) -> None:
        """Corrections that the admin accepted in an earlier session, by the text before."""
        self._inbox.put(_Recall(corrected_texts))

    def accept(self, cells_accepted: frozenset[str]) -> None:
        """Use the offered corrections of these cells; answered by BookOpened."""
        self._inbox.put(_Accept(cells_accepted))

    def start(
        self, keys: frozenset[str] | None, window: Window, batch_size: int, by_column: bool
    ) -> None:
        """Plan these people (None: everybody who may start) and hand the plan to the runner."""
        self._inbox.put(_Start(keys, window, batch_size, by_column))

    def tell(self, event: Event) -> None:
        """What the runner says, for the status cells."""
        self._inbox.put(event)

    def stop(self, timeout: float) -> bool:
        """Write what is not written yet and end; False when the thread had to be abandoned."""
        if not self._thread.is_alive():
            return True
        self._inbox.put(_Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The workbook thread

    def _run(self) -> None:
        while True:
            try:
                message = self._inbox.get(timeout=self._pause_length())
            except queue.Empty:
                self._write()
                continue
            if isinstance(message, _Quit):
                break
            try:
                self._handle(message)
            except AppError as error:
                self._post(Trouble(error))
        if self._dirty and self._writing:
            self._write()

    def _pause_length(self) -> float | None:
        if not (self._dirty and self._writing and self._read):
            return None
        return max(self._due - self._clock.monotonic(), 0.0)

    def _handle(self, message: object) -> None:
        match message:
            case _Open(choice):
                self._open(choice)
            case _Recall(texts):
                self._accepted |= texts
            case _Accept(accepted):
                self._accept(accepted)
            case _Start():
                self._start(message)
            case MovesChanged(moves):
                self._moves.update((move.key, move) for move in moves)
                self._dirty = True
                # Moves in the journal: the admin has started this project before.
                self._writing = self._writing or bool(moves)
            case RunChanged(state):
                self._state = state
                if state in (RunState.DONE, RunState.PAUSED):
                    self._due = self._clock.monotonic()
            case _:
                pass

    def _open(self, choice: Choice) -> None:
        read = open_book(
            self._book,
            sheet=choice.sheet,
            source_column=choice.source_column,
            target_column=choice.target_column,
            batch_column=choice.batch_column,
        )
        if isinstance(read, ColumnsNeeded):
            self._post(read)
            return
        self._read = read
        self._written.clear()
        self._check()

    def _accept(self, accepted: frozenset[str]) -> None:
        texts = {
            finding.correction.before
            for row in self._rows
            for finding in row.findings
            if finding.correction and finding.cell in accepted
        }
        self._accepted |= texts
        self._keep("corrections", json.dumps(sorted(self._accepted)))
        self._check()

    def _check(self) -> None:
        read = self._read
        if read is None:
            return
        corrected = apply_corrections(read.rows, self._accepted_cells(read.rows))
        rows, list_findings = check_list(corrected)
        by_cell = {finding.cell: finding for finding in read.findings}
        self._rows = tuple(_with_reading(row, by_cell) for row in rows)
        own = set(by_cell) & {
            cell for row in rows for cell in (row.mapping.source_cell, row.mapping.target_cell)
        }
        on_list = tuple(f for f in read.findings if f.cell not in own) + list_findings
        self._dirty = True
        self._set_rows(tuple(_record(row) for row in self._rows))
        self._post(
            BookOpened(
                path=self._book,
                sheet=read.sheet,
                sheets=read.sheets,
                columns=read.columns,
                source_column=read.source_column,
                target_column=read.target_column,
                batch_column=read.batch_column,
                rows=self._rows,
                list_findings=on_list,
                patchable=read.patchable,
                not_patchable_because=read.not_patchable_because,
            )
        )

    def _accepted_cells(self, rows: tuple[Mapping, ...]) -> frozenset[str]:
        found = set()
        for row in rows:
            if row.source_upn in self._accepted:
                found.add(row.source_cell)
            if row.target_upn in self._accepted:
                found.add(row.target_cell)
        return frozenset(found)

    def _start(self, wanted: _Start) -> None:
        rows = {
            row.mapping.key: row
            for row in self._rows
            if is_startable(row)
            and (wanted.keys is None or row.mapping.key in wanted.keys)
            and self._may_start(row.mapping.key)
        }
        if wanted.by_column:
            batches = by_column([row.mapping for row in rows.values()], wanted.window)
        elif rows:
            batches = by_size(tuple(rows), wanted.batch_size, wanted.window)
        else:
            batches = ()
        self._writing = True
        self._dirty = True
        self._plan(
            tuple(
                Planned(batch, tuple(_move(rows[key].mapping) for key in batch.keys))
                for batch in batches
            )
        )

    def _may_start(self, key: str) -> bool:
        move = self._moves.get(key)
        return move is None or move.status is MoveStatus.READY

    # Writing

    def _write(self) -> None:
        read = self._read
        if read is None:
            return
        raw = {row.row: row for row in read.rows}
        now = {row.mapping.row: cells(row, move_of(row, self._moves)) for row in self._rows}
        changed = [row for row, values in now.items() if self._written.get(row) != values]
        self._dirty = False
        if not changed:
            return
        began = self._clock.monotonic()
        order = StatusWrite(
            sheet=read.sheet,
            header_row=read.header_row,
            source_column=read.source_column,
            target_column=read.target_column,
            columns=COLUMNS,
            rows=tuple(
                StatusRow(raw[row].source_upn, raw[row].target_upn, now[row]) for row in changed
            ),
            make_backup=not self._backed_up,
            colours=COLOURS,
        )
        try:
            written = write_status(self._book, order)
        except AppError as error:
            self._dirty = True
            pause = _BUSY_PAUSE if isinstance(error, WorkbookBusy) else _FAILED_PAUSE
            self._due = self._clock.monotonic() + pause
            self._post(BookWaiting(self._book, error))
            return
        ended = self._clock.monotonic()
        self._due = ended + max(self.shortest_pause, 10 * (ended - began))
        self._backed_up = True
        self._written.update((row, now[row]) for row in changed)
        self._post(
            BookSaved(
                path=written.path,
                at_utc=self._clock.now(),
                rows=written.rows_written,
                beside=written.beside,
                backup=written.backup,
            )
        )
        if written.rows_missing:
            self._post(Trouble(_missing(self._book, written.rows_missing)))


def _with_reading(row: CheckedRow, by_cell: dict[str, Finding]) -> CheckedRow:
    extra = tuple(
        by_cell[cell]
        for cell in (row.mapping.source_cell, row.mapping.target_cell)
        if cell in by_cell
    )
    return replace(row, findings=(*extra, *row.findings)) if extra else row


def _record(row: CheckedRow) -> RowRecord:
    mapping = row.mapping
    startable = is_startable(row)
    worst = row.findings[0].code if row.findings and not startable else ""
    return RowRecord(
        row=mapping.row,
        key=mapping.key,
        source_upn=mapping.source_upn,
        target_upn=mapping.target_upn,
        startable=startable,
        finding_code=worst,
        remedy=first_remedy(row.findings) if worst else "",
    )


def _move(mapping: Mapping) -> Move:
    return Move(
        key=mapping.key,
        row=mapping.row,
        source_upn=mapping.source_upn,
        target_upn=mapping.target_upn,
    )


def _missing(book: Path, missing: tuple[str, ...]) -> AppError:
    names = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    return AppError(
        "ROWS_MISSING",
        "Some people are not in the workbook any more",
        f"Their status could not be written into {book.name}: {names}.",
        "Put the rows back, or read the workbook again. Their moves go on.",
    )
