"""Preflight: the thread that asks the services about every row before anything is started."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from app.callers import Answer
from app.clock import Clock
from app.errors import AppError, ServiceError, SignInRequired, Throttled
from app.events import CheckedRow, PreflightChanged
from app.limits import read_limits
from app.model import Move
from app.preflight_ask import Pair
from app.preflight_board import Board, row_check, unlicensed
from app.preflight_checks import judge_row
from app.preflight_run import PreflightRun
from app.preflight_values import PreflightState, PreflightSummary, RowCheck, Scope
from app.tenant_checks import judge_pair

_SHORTEST_PAUSE = 0.4
"""Seconds between two parts of the results; where a part costs much, so many times its cost:"""
_TIMES_ITS_COST = 10
_LOOK_PAUSE = 1.0
"""Seconds between two looks at the sum at least, while moves go on."""
_IDLE_LOOK = 300.0
"""Seconds between two looks whether results have become too old."""
_ASKING = (PreflightState.RUNNING, PreflightState.WAITING)


@dataclass(frozen=True, slots=True)
class _Rows:
    rows: tuple[CheckedRow, ...]


@dataclass(frozen=True, slots=True)
class _Moves:
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class _Recall:
    checks: tuple[RowCheck, ...]
    tenants: str


@dataclass(frozen=True, slots=True)
class _Connect:
    pair: Pair
    anew: bool


@dataclass(frozen=True, slots=True)
class _Begin:
    scope: Scope
    keys: frozenset[str] | None


class _Cancel: ...


class _Resume: ...


class _Quit: ...


class Preflight:
    """Asks about rows in the background; it changes nothing at either tenant.

    Every method returns at once. Results go to `deliver` in parts, with the last part of a run
    marked; how it stands goes to `post`. Both are called on the pre-flight's thread.
    """

    def __init__(
        self,
        clock: Clock,
        post: Callable[[PreflightChanged], None],
        deliver: Callable[[tuple[RowCheck, ...], str, bool], None],
        folder: Path,
    ) -> None:
        """`deliver` takes results, what is to be kept on the tenants, and whether it is the last.

        The admin's own limits may lie in `folder`.
        """
        self._clock = clock
        self._post = post
        self._deliver = deliver
        self._folder = folder
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="preflight", daemon=True)
        self._board = Board()
        self._pair: Pair | None = None
        self._summary = PreflightSummary()
        self._run: PreflightRun | None = None
        self._next_part = 0.0
        self._next_look = 0.0
        self._is_moved = False
        self._wish: tuple[Scope, frozenset[str] | None] = (Scope.NEEDED, None)

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def set_rows(self, rows: Iterable[CheckedRow]) -> None:
        """What the workbook holds now."""
        self._inbox.put(_Rows(tuple(rows)))

    def set_moves(self, moves: Iterable[Move]) -> None:
        """What became of moves: those under way or done are not asked about."""
        self._inbox.put(_Moves(tuple(moves)))

    def recall(self, checks: Iterable[RowCheck], tenants: str) -> None:
        """What the journal kept of an earlier session."""
        self._inbox.put(_Recall(tuple(checks), tenants))

    def connect(self, pair: Pair, *, anew: bool) -> None:
        """Ask these services from now on; `anew`: what others said before counts no more."""
        self._inbox.put(_Connect(pair, anew))

    def run(self, scope: Scope, keys: Iterable[str] | None = None) -> None:
        """Ask about these rows, or about all in the scope; a run under way is left and replaced.

        Answered by PreflightChanged; FAILED with a reason when nothing is connected.
        """
        self._inbox.put(_Begin(scope, None if keys is None else frozenset(keys)))

    def cancel(self) -> None:
        """Ask nothing more; what was found stays."""
        self._inbox.put(_Cancel())

    def resume(self) -> None:
        """Go on after a sign-in."""
        self._inbox.put(_Resume())

    def stop(self, timeout: float) -> bool:
        """End within `timeout` seconds; False when the thread had to be abandoned."""
        if not self._thread.is_alive():
            return True
        self._inbox.put(_Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The pre-flight's thread

    def _main(self) -> None:
        try:
            while self._take():
                if self._run is not None:
                    self._go_on(self._run)
        finally:
            self._leave_run()

    def _take(self) -> bool:
        """Take all that came in, waiting as long as nothing is due; False at Quit."""
        try:
            message = self._inbox.get(timeout=self._pause_length())
            while not isinstance(message, _Quit):
                self._obey(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            if self._run is None and self._clock.monotonic() >= self._next_look:
                self._look()
            return True
        return False

    def _pause_length(self) -> float | None:
        run = self._run
        if run is None and self._is_moved:
            return max(self._next_look - self._clock.monotonic(), 0.0)
        if run is None:
            return _IDLE_LOOK if self._summary.checked else None
        if self._summary.state not in _ASKING or not run.callers.free:
            return None
        if not run.gate.is_open(now := self._clock.monotonic()):
            return max(run.gate.opens - now, 0.0)
        return None

    def _obey(self, message: object) -> None:
        match message:
            case Answer():
                if self._run is not None and message.key == self._run.name:
                    self._answered(self._run, message)
            case _Rows(rows):
                self._board.set_rows(rows)
                self._tell()
            case _Moves(moves):
                self._board.set_moves(moves)
                self._is_moved = True
            case _Recall(checks, tenants):
                self._board.recall(checks, tenants)
            case _Connect(pair, anew):
                self._connect(pair, anew=anew)
            case _Begin(scope, keys):
                self._begin_run(scope, keys)
            case _Cancel() if self._run is not None:
                self._end(self._run, PreflightState.CANCELLED)
            case _Resume() if self._run is not None:
                self._run.gate.open_now()
                self._become(PreflightState.RUNNING)

    def _connect(self, pair: Pair, *, anew: bool) -> None:
        """A run that is under way begins again with the new services."""
        self._pair = pair
        was_asking = self._run is not None
        if anew:
            self._board.forget()
        if was_asking:
            self._begin_run(*self._wish)
        elif anew:
            self._summary = PreflightSummary()
            self._tell()

    def _begin_run(self, scope: Scope, keys: frozenset[str] | None) -> None:
        self._leave_run()
        self._wish = scope, keys
        self._summary = PreflightSummary(PreflightState.RUNNING)
        if self._pair is None:
            self._become(PreflightState.FAILED, _not_connected())
            return
        try:
            limits = read_limits(self._folder)
        except AppError as error:
            self._become(PreflightState.FAILED, error)
            return
        wanted = self._board.wanted(scope, keys, self._clock.now())
        self._run = PreflightRun(self._pair, limits, wanted, self._inbox.put)
        self._summary = replace(self._summary, total=len(wanted))
        self._tell()

    def _go_on(self, run: PreflightRun) -> None:
        """Make the calls that are due now; end when there are none left."""
        if self._summary.state in _ASKING and run.gate.is_open(self._clock.monotonic()):
            if self._summary.state is PreflightState.WAITING:
                self._become(PreflightState.RUNNING)
            run.call()
        if run.is_over:
            self._end(run, PreflightState.DONE)
        elif run.found and self._clock.monotonic() >= self._next_part:
            self._hand_over(run, is_last=False)

    def _answered(self, run: PreflightRun, answer: Answer) -> None:
        run.callers.done()
        if answer.error is not None:
            self._failed(run, answer, answer.error)
            return
        run.gate.succeeded()
        run.take(answer, self._clock.monotonic())
        if run.alarm is not None:
            self._end(run, PreflightState.FAILED, run.alarm)

    def _failed(self, run: PreflightRun, answer: Answer, error: ServiceError) -> None:
        now = self._clock.monotonic()
        run.not_answered(answer, error)
        if error.code == "INTERNAL":
            self._end(run, PreflightState.FAILED, error)
        elif isinstance(error, SignInRequired):
            self._become(PreflightState.NEEDS_SIGN_IN, error)
        elif isinstance(error, Throttled):
            run.gate.hold(now, error.retry_after)
            self._wait(error)
        elif error.is_transient:
            run.gate.failed(now)
            self._wait(error)

    def _wait(self, error: ServiceError) -> None:
        # A sign-in that is missing stays missing, whatever other calls meet meanwhile.
        if self._summary.state in _ASKING:
            self._become(PreflightState.WAITING, error)

    def _hand_over(self, run: PreflightRun, *, is_last: bool) -> None:
        """Give away what is known by now."""
        began, now = self._clock.monotonic(), self._clock.now()
        measure = run.measure
        checks = tuple(
            row_check(facts, judge_row(facts, measure), run.schedule, now) for facts in run.found
        )
        run.found.clear()
        for check in checks:
            self._board.put(check)
        counting = self._board.counting(now)
        facts = run.pair_facts(sum("DRY_RUN_PASSED" in check.passed for check in counting))
        if facts is not None:
            found = judge_pair(
                facts,
                run.limits,
                rows=self._board.row_count(),
                unlicensed=unlicensed(counting),
            )
            self._board.tenant_results = tuple(found)
        self._deliver(checks, self._board.tenants_to_keep(), is_last)
        done = self._summary.done + len(checks)
        self._summary = replace(self._summary, done=done, calls=run.calls)
        self._tell()
        ended = self._clock.monotonic()
        self._next_part = ended + max(_SHORTEST_PAUSE, _TIMES_ITS_COST * (ended - began))

    def _end(
        self, run: PreflightRun, state: PreflightState, reason: AppError | None = None
    ) -> None:
        self._summary = replace(self._summary, state=state, reason=reason)
        self._hand_over(run, is_last=True)
        self._leave_run()

    def _leave_run(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.callers.stop(0.0)

    def _become(self, state: PreflightState, reason: AppError | None = None) -> None:
        self._summary = replace(self._summary, state=state, reason=reason)
        self._tell()

    def _tell(self) -> None:
        self._summary = self._board.summary(self._clock.now(), self._summary)
        self._post(PreflightChanged(self._summary))

    def _look(self) -> None:
        """Tell when results count no more: they grow old, and moves are on their way."""
        self._is_moved = False
        self._next_look = self._clock.monotonic() + _LOOK_PAUSE
        now = self._board.summary(self._clock.now(), self._summary)
        if now != self._summary:
            self._tell()


def _not_connected() -> AppError:
    return AppError(
        "PREFLIGHT_NOT_CONNECTED",
        "There is nobody to ask",
        "The pre-flight needs both tenants.",
        "Connect the tenants, then run the pre-flight.",
    )
