"""The thread that owns the open workbook: reads and checks it, plans from it, writes the status."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.book_rows import move_of, record_of, with_reading
from app.book_writer import BookWriter, no_child
from app.checks import apply_corrections, check_list, is_startable, with_check, with_map
from app.clock import Clock
from app.errors import AppError
from app.events import (
    BookOpened,
    CheckedRow,
    Event,
    MovesChanged,
    RowsChecked,
    RunChanged,
    RunState,
    Trouble,
)
from app.gate_events import MapChanged
from app.journal import RowRecord
from app.model import ColumnsNeeded, Finding, Mapping, Move, MoveStatus, Window
from app.orders import Planned
from app.plan import BatchRule, cut, next_number
from app.preflight_values import RowCheck
from app.texts import beside_reason
from app.workbook.child import open_book
from app.workbook.locks import BookLock
from app.workbook.status import BookRead


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sheet and columns hold the mapping; "" means recognise it."""

    sheet: str = ""
    source_column: str = ""
    target_column: str = ""
    batch_column: str = ""
    ask: bool = False
    """Ask again, also when there is no doubt."""


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
    rule: BatchRule
    only_check: bool


@dataclass(frozen=True, slots=True)
class _Checks:
    checks: tuple[RowCheck, ...]
    is_last: bool
    anew: bool


class _Quit: ...


class BookThread:
    """Everything that concerns the workbook, one thing at a time.

    Reading and patching happen in a child process with a time limit; this thread waits for it.
    From the first reading to the end it holds the workbook against other runs, whatever folder
    they keep their journal in. Nothing is written before the first start.
    """

    def __init__(
        self,
        book: Path,
        clock: Clock,
        post: Callable[[Event], None],
        plan: Callable[[tuple[Planned, ...]], None],
        check: Callable[[tuple[Planned, ...]], None],
        set_rows: Callable[[tuple[RowRecord, ...]], None],
        keep: Callable[[str, str], None],
    ) -> None:
        self._book = book
        self._clock = clock
        self._post = post
        self._plan = plan
        self._check_plan = check
        self._set_rows = set_rows
        self._keep = keep
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="workbook", daemon=True)
        self._read: BookRead | None = None
        self._rows: tuple[CheckedRow, ...] = ()
        self._checks: dict[str, RowCheck] = {}
        self._vanished: dict[str, Finding] = {}
        """By cell: what of the row did not arrive in the identity map."""
        self._accepted: frozenset[str] = frozenset()
        self._moves: dict[str, Move] = {}
        self._writer = BookWriter(book, clock, post)
        self._lock = BookLock(book)
        self._is_ending = threading.Event()

    @property
    def shortest_pause(self) -> float:
        """Seconds between two writes at least; it grows with what a write costs."""
        return self._writer.shortest_pause

    @shortest_pause.setter
    def shortest_pause(self, seconds: float) -> None:
        self._writer.shortest_pause = seconds

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
        self,
        keys: frozenset[str] | None,
        window: Window,
        rule: BatchRule,
        *,
        only_check: bool = False,
    ) -> None:
        """Plan these people (None: everybody who may start) and hand the plan to the gates.

        `only_check`: the gates are judged, and nothing is started.
        """
        self._inbox.put(_Start(keys, window, rule, only_check))

    def take_checks(
        self, checks: tuple[RowCheck, ...], *, is_last: bool = True, anew: bool = False
    ) -> None:
        """What the pre-flight found (`anew`: and nothing else); answered by RowsChecked."""
        self._inbox.put(_Checks(checks, is_last, anew))

    def tell(self, event: Event) -> None:
        """What the runner says, for the status cells."""
        self._inbox.put(event)

    def stop(self, timeout: float) -> bool:
        """Write what is not written yet and end; False when the thread had to be abandoned.

        A save that is under way then is finished by its own process, or has not begun; the workbook
        is whole either way, and what is missing in it is written when it is opened the next time.
        """
        if not self._thread.is_alive():
            return True
        self._is_ending.set()
        self._inbox.put(_Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The workbook thread

    def _run(self) -> None:
        ended = False
        try:
            while self._take():
                if self._writer.pause_length() == 0.0:
                    self._writer.write()
            self._write_the_rest()
            ended = True
        finally:
            self._lock.release()
            if not ended:
                self._post(Trouble(_fault(self._book)))

    def _take(self) -> bool:
        """Take all that came in, waiting as long as nothing is to be written; False at Quit."""
        try:
            message = self._inbox.get(timeout=self._writer.pause_length())
            while not isinstance(message, _Quit):
                try:
                    self._handle(message)
                except AppError as error:
                    self._post(Trouble(error))
                message = self._inbox.get_nowait()
        except queue.Empty:
            return True
        return False

    def _write_the_rest(self) -> None:
        if self._writer.pause_length() is not None:
            self._writer.write()

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
            case _Checks():
                self._take_checks(message)
            case MapChanged(vanished=vanished):
                self._take_map({finding.cell: finding for finding in vanished})
            case MovesChanged(moves):
                self._moves.update((move.key, move) for move in moves)
                self._writer.take(moves)
                if moves:
                    # Moves in the journal: the admin has started this project before.
                    self._writer.begin()
            case RunChanged(
                RunState.DONE | RunState.PAUSED | RunState.NEEDS_SIGN_IN | RunState.HELD
            ):
                self._writer.hurry()
            case _:
                pass

    def _open(self, choice: Choice) -> None:
        if self._is_ending.is_set():
            return
        self._lock.take()
        try:
            read = open_book(
                self._book,
                sheet=choice.sheet,
                source_column=choice.source_column,
                target_column=choice.target_column,
                batch_column=choice.batch_column,
                ask=choice.ask,
            )
        except OSError as error:
            raise no_child(self._book, error) from error
        if isinstance(read, ColumnsNeeded):
            self._post(read)
            return
        self._read = read
        self._check(is_new=True)

    def _accept(self, accepted: frozenset[str]) -> None:
        texts = {
            finding.correction.before
            for row in self._rows
            for finding in row.findings
            if finding.correction and finding.cell in accepted
        }
        self._accepted |= texts
        self._keep("corrections", json.dumps(sorted(self._accepted)))
        self._check(is_new=False)

    def _check(self, *, is_new: bool) -> None:
        read = self._read
        if read is None:
            return
        corrected = apply_corrections(read.rows, self._accepted_cells(read.rows))
        rows, list_findings = check_list(corrected)
        by_cell = {finding.cell: finding for finding in read.findings}
        now = self._clock.now()
        self._rows = tuple(
            with_check(with_reading(row, by_cell), self._checks.get(row.mapping.key), now)
            for row in rows
        )
        if self._vanished:
            self._rows = tuple(
                with_map(row, self._vanished.get(row.mapping.source_cell)) for row in self._rows
            )
        own = set(by_cell) & {
            cell for row in rows for cell in (row.mapping.source_cell, row.mapping.target_cell)
        }
        on_list = tuple(f for f in read.findings if f.cell not in own) + list_findings
        self._writer.show(read, self._rows, is_new=is_new)
        self._set_rows(tuple(record_of(row) for row in self._rows))
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
                map_rows=read.map_rows,
                patchable=read.patchable,
                not_patchable_because=beside_reason(read.not_patchable_because),
            )
        )

    def _take_checks(self, new: _Checks) -> None:
        by_key = {check.key: check for check in new.checks}
        self._checks = by_key if new.anew else self._checks | by_key
        now = self._clock.now()
        changed = {
            row.mapping.row: with_check(row, by_key.get(row.mapping.key), now)
            for row in self._rows
            if row.mapping.key in by_key or (new.anew and row.checked_utc)
        }
        self._show_changed(changed)
        if new.is_last and self._read is not None:
            self._set_rows(tuple(record_of(row) for row in self._rows))

    def _take_map(self, vanished: dict[str, Finding]) -> None:
        before, self._vanished = self._vanished, vanished
        if before == vanished:
            return
        self._show_changed(
            {
                row.mapping.row: with_map(row, vanished.get(row.mapping.source_cell))
                for row in self._rows
                if row.mapping.source_cell in before.keys() | vanished.keys()
            }
        )
        self._set_rows(tuple(record_of(row) for row in self._rows))

    def _show_changed(self, changed: dict[int, CheckedRow]) -> None:
        if changed:
            self._rows = tuple(changed.get(row.mapping.row, row) for row in self._rows)
            self._writer.refresh(changed.values())
            self._post(RowsChecked(tuple(changed.values())))

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
        mappings = [row.mapping for row in rows.values()]
        first = next_number(move.batch for move in self._moves.values())
        batches = cut(mappings, wanted.window, wanted.rule, first=first)
        planned = tuple(
            Planned(batch, tuple(move_of(rows[key].mapping) for key in batch.keys))
            for batch in batches
        )
        if wanted.only_check:
            self._check_plan(planned)
            return
        if not planned:
            # Otherwise the status is written when the first moves are taken on.
            self._writer.begin()
        self._plan(planned)

    def _may_start(self, key: str) -> bool:
        move = self._moves.get(key)
        return move is None or move.status is MoveStatus.READY


def _fault(book: Path) -> AppError:
    return AppError(
        "BOOK_THREAD_STOPPED",
        "The program met a fault and stopped writing the workbook",
        f"{book.name} is whole; the journal has everything, and the moves go on.",
        "Close the program and open the workbook again. If it happens again, send us the log.",
    )
