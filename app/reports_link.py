"""The reports of one project: the window's wishes go to the desk, the journal and the check."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app import after_move
from app.after_move import page_of, said_of, with_end, with_step
from app.clock import Clock
from app.connection import kept_connection
from app.errors import AppError, ServiceError
from app.events import Event, MovesChanged, SettingsLoaded, Trouble
from app.model import Move, MoveStatus
from app.moved_check import check_moved
from app.moved_values import MovedCheck
from app.report_desk import ReportDesk
from app.report_events import AfterMoveTold, MovedChecked, ReportTimerTold
from app.report_order import EvidenceOrder, ReportOrder
from app.report_timer import SETTING, kept_timer
from app.report_wishes import (
    CheckMoved,
    MakeEvidence,
    MakeReport,
    ReportWish,
    SetLicencesEnd,
    SetStep,
    SetTimer,
    TellAfterMove,
)
from app.tenants import Tenants

Keep = Callable[[str, str, str], None]
"""Keep a value of the project; the third is what the journal records of it, or ""."""


class ReportsLink:
    """Fed with what the runner says; everything else begins with a wish."""

    def __init__(self, book: Path, clock: Clock, keep: Keep, tell: Callable[[Event], None]) -> None:
        self._book = book
        self._clock = clock
        self._keep = keep
        self._tell = tell
        self._lock = threading.Lock()
        self._kept: dict[str, str] = {}
        self._moves: dict[str, Move] = {}
        self._state_dir: Path | None = None
        self._tenants: Tenants | None = None
        self._checking: threading.Thread | None = None
        self._is_ending = threading.Event()
        self._desk = ReportDesk(book, clock, tell)

    def loaded(self, event: SettingsLoaded) -> None:
        """The journal is open."""
        if event.state_dir == Path():
            return
        self._state_dir = event.state_dir
        self._kept |= dict(event.values)
        timer = kept_timer(self._kept)
        self._desk.begin(event.state_dir, timer)
        self._tell(ReportTimerTold(timer))

    def take(self, event: MovesChanged) -> None:
        """What the runner says."""
        is_first = not self._moves
        with self._lock:
            self._moves.update((move.key, move) for move in event.moves)
        self._desk.take(event)
        if is_first:
            # What has a last day is told when the workbook is opened.
            self._tell_after_move()

    def connected(self, setting: str, tenants: Tenants) -> None:
        """These tenants are asked from now on; `setting` is the kept connection."""
        self._kept["connection"] = setting
        self._tenants = tenants

    def stop(self, timeout: float) -> bool:
        """End the desk, and leave a check that is under way."""
        self._is_ending.set()
        if self._checking is not None:
            self._checking.join(timeout / 2)
        return self._desk.stop(timeout / 2)

    def wish(self, wish: ReportWish) -> None:
        """Do what the window asks for; answered by the event that the wish names."""
        if self._state_dir is None:
            self._tell(Trouble(_not_open(self._book)))
            return
        try:
            self._do(wish, self._state_dir)
        except AppError as error:
            self._tell(Trouble(error))

    def _do(self, wish: ReportWish, state_dir: Path) -> None:
        match wish:
            case MakeReport(kind, target, zone, keys, choice):
                name = self._book.name
                order = ReportOrder(kind, state_dir, name, target, zone, keys=keys, choice=choice)
                self._desk.make(order)
            case MakeEvidence(target, zone, key_file, certificate, password):
                self._desk.make(
                    EvidenceOrder(
                        state_dir, self._book, target, zone, key_file, certificate, password
                    )
                )
            case SetTimer(timer):
                self._remember(SETTING, timer.as_setting(), "")
                self._desk.set_timer(timer)
                self._tell(ReportTimerTold(timer))
            case SetStep(code, state, note):
                kept = self._kept.get(after_move.SETTING, "")
                value = with_step(kept, code, state, note, self._clock.now())
                self._remember(
                    after_move.SETTING, value, said_of(code=code, state=state, note=note)
                )
                self._tell_after_move()
            case SetLicencesEnd(end):
                kept = self._kept.get(after_move.SETTING, "")
                self._remember(after_move.SETTING, with_end(kept, end), said_of(end=end))
                self._tell_after_move()
            case TellAfterMove():
                self._tell_after_move()
            case CheckMoved():
                self._begin_check()

    def _remember(self, name: str, value: str, said: str) -> None:
        self._kept[name] = value
        self._keep(name, value, said)

    def _tell_after_move(self) -> None:
        with self._lock:
            counts = Counter(move.status for move in self._moves.values())
        today = self._clock.now().astimezone().date()
        self._tell(AfterMoveTold(page_of(self._kept, counts, today)))

    def _begin_check(self) -> None:
        tenants = self._tenants
        if tenants is None:
            raise AppError(
                "NOT_CONNECTED",
                "Nobody can be checked without a connection",
                "The tenants are not connected.",
                "Connect them, and check again.",
            )
        if self._checking is None or not self._checking.is_alive():
            self._checking = threading.Thread(
                target=self._check, args=(tenants,), name="moved check", daemon=True
            )
            self._checking.start()

    def _check(self, tenants: Tenants) -> None:
        with self._lock:
            moved = [one for one in self._moves.values() if one.status is MoveStatus.SUCCESS]
        found: list[MovedCheck] = []
        try:
            for part in check_moved(moved, tenants, kept_connection(self._kept)):
                if self._is_ending.is_set():
                    return
                found += part
                self._tell(MovedChecked(tuple(found), len(moved), is_last=False))
        except ServiceError as error:
            self._tell(Trouble(error))
        if self._is_ending.is_set():
            return
        self._tell(MovedChecked(tuple(found), len(moved), is_last=True))


def _not_open(book: Path) -> AppError:
    return AppError(
        "NO_PROJECT",
        "There is nothing to report yet",
        f"The journal of {book.name} is not open.",
        "Wait until the workbook is read, and ask again.",
    )
