"""MoveRunner: the one thread that owns a run and its journal."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from app.callers import Answer, Callers
from app.clock import Clock
from app.errors import AppError
from app.events import Event, RunChanged, RunState, SettingsLoaded, Trouble
from app.following import AskGates
from app.journal import Journal, RowRecord
from app.moves import MoveService
from app.orders import (
    AskNow,
    Cancel,
    Connect,
    Follow,
    GoOn,
    Keep,
    KeepChecks,
    Note,
    Pause,
    Plan,
    Planned,
    Quit,
    Resume,
    Retry,
    SetRows,
    SetShare,
)
from app.preflight_values import RowCheck
from app.run import Run

CALLERS = 4
_QUIT_GRACE = 2.0
"""Seconds that calls in flight are given at quit, so that fewer starts must be looked up later."""


class MoveRunner:
    """Starts, watches and cancels moves on a thread of its own.

    Every method returns at once; what happens comes back through `post`, called on the runner's
    thread.
    """

    def __init__(
        self,
        locate: Callable[[], Path],
        clock: Clock,
        post: Callable[[Event], None],
        ask_gates: AskGates | None = None,
    ) -> None:
        """`locate` gives the project's state folder; it is asked on the runner's thread.

        `ask_gates` is asked before a batch follows another one, and answers to `follow`; without
        it every batch follows. It must return at once.
        """
        self._ask_gates = ask_gates
        self._locate = locate
        self._clock = clock
        self._post = post
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="runner", daemon=True)

    def start(self) -> None:
        """Begin; the moves of the journal come as MovesChanged, a journal error as Trouble."""
        self._thread.start()

    def set_rows(self, rows: Iterable[RowRecord]) -> None:
        """Keep what the workbook holds now, for the status command."""
        self._inbox.put(SetRows(tuple(rows)))

    def connect(self, service: MoveService) -> None:
        """Use this service from now on; moves left in the journal go on with it."""
        self._inbox.put(Connect(service))

    def plan(self, batches: Iterable[Planned]) -> None:
        """Take these moves on: they are sent as the service's queue has room."""
        self._inbox.put(Plan(tuple(batches)))

    def follow(self, batch: str, objection: AppError | None) -> None:
        """The gates let this batch follow, or hold it back for this reason."""
        self._inbox.put(Follow(batch, objection))

    def cancel(self, keys: Iterable[str]) -> None:
        """Wish these moves cancelled; each keeps its status until the service says otherwise."""
        self._inbox.put(Cancel(tuple(keys)))

    def retry(self, keys: Iterable[str]) -> None:
        """Make failed or stopped moves ready for a new start, where the service allows one."""
        self._inbox.put(Retry(tuple(keys)))

    def set_share(self, share: float) -> None:
        """Let the next batch follow when this share (0 to 1) of the present one has ended."""
        self._inbox.put(SetShare(share))

    def go_on(self) -> None:
        """Go on after a sign-in; what the admin paused stays so."""
        self._inbox.put(GoOn())

    def ask_now(self) -> None:
        """Ask the service for the states of all moves, without waiting for the next poll."""
        self._inbox.put(AskNow())

    def pause(self) -> None:
        """Send nothing new; go on watching."""
        self._inbox.put(Pause())

    def resume(self) -> None:
        """Go on sending, also after a sign-in."""
        self._inbox.put(Resume())

    def keep(self, name: str, value: str, said: str = "") -> None:
        """Keep a value of the project in the journal; `said` records it as the admin's act."""
        self._inbox.put(Keep(name, value, said))

    def keep_checks(self, checks: Iterable[RowCheck], *, anew: bool = False) -> None:
        """Keep what the pre-flight found in the journal, `anew`: and nothing else."""
        self._inbox.put(KeepChecks(tuple(checks), anew))

    def note(self, kind: str, detail: str) -> None:
        """Record an event that is not a move's."""
        self._inbox.put(Note(kind, detail))

    def note_act(self, kind: str, detail: str, timeout: float) -> bool:
        """Record an act of the admin; True when it is on the disk within `timeout` seconds."""
        noted = threading.Event()
        self._inbox.put(Note(kind, detail, by_admin=True, noted=noted))
        return noted.wait(timeout)

    def stop(self, timeout: float) -> bool:
        """End within `timeout` seconds; False when the thread had to be abandoned."""
        if not self._thread.is_alive():
            return True
        self._inbox.put(Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The runner's thread

    def _main(self) -> None:
        try:
            state_dir = self._locate()
            journal = Journal(state_dir, self._clock)
        except AppError as error:
            self._post(Trouble(error))
            self._post(RunChanged(RunState.IDLE, error))
            return
        callers = Callers(CALLERS, self._inbox.put)
        ended = False
        try:
            run = Run(journal, callers, self._clock, self._post, self._ask_gates)
            self._post(SettingsLoaded(journal.settings(), state_dir, journal.checks()))
            run.flush()
            while self._take(run, journal):
                run.step()
                run.flush()
            self._let_calls_end(run, callers)
            ended = True
        finally:
            if not ended:
                self._post(RunChanged(RunState.PAUSED, _fault()))
            callers.stop(1.0)
            journal.close()

    def _take(self, run: Run, journal: Journal) -> bool:
        """Take what came in, waiting as long as nothing is due; False at Quit."""
        try:
            message = self._inbox.get(timeout=run.pause_length())
        except queue.Empty:
            return True
        while True:
            if isinstance(message, Quit):
                return False
            _obey(message, run, journal)
            try:
                message = self._inbox.get_nowait()
            except queue.Empty:
                return True

    def _let_calls_end(self, run: Run, callers: Callers) -> None:
        end = self._clock.monotonic() + _QUIT_GRACE
        while callers.in_flight and (left := end - self._clock.monotonic()) > 0:
            try:
                message = self._inbox.get(timeout=left)
            except queue.Empty:
                return
            if isinstance(message, Answer) and message.kind == "start":
                run.take_answer(message)
            elif isinstance(message, Answer):
                callers.done()
        run.flush()


def _obey(message: object, run: Run, journal: Journal) -> None:
    match message:
        case Answer():
            run.take_answer(message)
        case SetRows(rows):
            journal.replace_rows(rows)
        case Connect(service):
            run.connect(service)
        case Plan(batches):
            run.plan(batches)
        case Follow(batch, objection):
            run.follow(batch, objection)
        case Cancel(keys):
            run.cancel(keys)
        case Retry(keys):
            run.retry(keys)
        case SetShare(share):
            run.chain.set_share(share)
        case GoOn():
            run.go_on()
        case AskNow():
            run.ask_now()
        case Pause():
            run.pause()
        case Resume():
            run.resume()
        case Keep(name, value, said):
            journal.set_setting(name, value, said)
        case KeepChecks(checks, anew):
            journal.keep_checks(checks, anew=anew)
        case Note(kind, detail, by_admin, noted):
            journal.record(kind, detail, by_admin=by_admin)
            if noted is not None:
                noted.set()


def _fault() -> AppError:
    return AppError(
        "RUNNER_STOPPED",
        "The program met a fault and stopped sending and watching",
        "What was sent goes on at the service; the journal has everything up to here.",
        "Close the program and open it again. If it happens again, send us the log.",
    )
