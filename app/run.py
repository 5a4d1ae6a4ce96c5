"""One run: which calls are made, and what each answer does to the moves and the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import islice

from app import acts
from app.callers import Answer, Calls
from app.cancelling import Cancelling
from app.chain import Chain
from app.clock import Clock, SleepWatch
from app.errors import AppError, ServiceError, SignInRequired, Throttled
from app.events import Event, MovesChanged, RunChanged, RunState, ServiceAsked, Trouble
from app.following import AskGates, Following
from app.gate import Gate
from app.journal import Change, Journal
from app.life import not_there, other_target, starting, told, unplanned
from app.lookups import LookUps
from app.model import Move, MoveStatus
from app.moves import MoveService, ServiceMove
from app.orders import Planned
from app.outcome import Outcome, RefusalWatch, outcome_of
from app.polling import SLOWEST, Pace, jitter, pair_answers
from app.queue_watch import POLLS, QueueWatch
from app.roster import Roster
from app.sending import Sending

_SENDING = (RunState.RUNNING, RunState.HELD)
_LONGEST_PAUSE = 60.0
"""Seconds; so that a machine that wakes up notices it soon."""


class Run:
    """The moves of a project and the rules of their start; used by the runner's thread only.

    The order at a start is fixed: look up by source UPN and adopt what is there; else commit
    `Starting`, call, commit the answer. A submission without a trustworthy answer is looked up
    twice, `settle_seconds` apart, before the move may be sent again.
    """

    def __init__(
        self,
        journal: Journal,
        callers: Calls,
        clock: Clock,
        post: Callable[[Event], None],
        ask_gates: AskGates | None = None,
    ) -> None:
        """`ask_gates` is asked before a batch follows; the answer comes to `follow`."""
        self._journal = journal
        self._callers = callers
        self._clock = clock
        self._post = post
        self._service: MoveService | None = None
        self._roster = Roster(journal.moves().values())
        self._busy: set[str] = set()
        self._look_ups = LookUps()
        self.chain = Chain.kept(journal, self._roster)
        self._following = Following(self.chain, self._roster, ask_gates)
        self._changed = dict(self._roster.by_key)
        self._state = RunState.IDLE
        self._gate = Gate()
        self._sleep_watch = SleepWatch(clock)
        self._pace = Pace(1.0)
        self._polling = False
        self._asked_of: frozenset[str] = frozenset()
        self._queue = QueueWatch(0.0)
        self._cancelling = Cancelling(self._roster)
        self._refusals = RefusalWatch()
        self._sending = Sending(journal)

    # The admin's acts

    def connect(self, service: MoveService) -> None:
        """Use this service; what was left in `Starting` is looked up before anything is sent."""
        self._service, capabilities = service, service.capabilities
        self._pace = Pace(capabilities.poll_seconds, jitter)
        self._queue = QueueWatch(SLOWEST * capabilities.poll_seconds, capabilities.can_list)
        self._journal.record("connect", capabilities.name)
        now = self._clock.monotonic()
        for move in self._roster.with_status(MoveStatus.STARTING):
            self._look_ups.settle(move.key, now + capabilities.settle_seconds)
        self.go_on()

    def go_on(self) -> None:
        """Go on as the admin left it: a new connection or a sign-in takes no pause back."""
        self._gate.open_now()
        self._following.ask_anew()
        state = RunState.IDLE if self._roster.is_at_rest() else RunState.RUNNING
        self._become(RunState.PAUSED if self._sending.is_paused else state)

    def plan(self, batches: Iterable[Planned]) -> None:
        """Take these moves on; they are sent as the service's queue has room."""
        batches = tuple(batches)
        self.chain.add(one.batch.name for one in batches)
        self._commit(acts.plan(self._roster.by_key, batches, self._clock.now()))
        self._following.started(anybody=bool(batches))
        self._sending.plan()
        self._become(RunState.RUNNING)

    def cancel(self, keys: Iterable[str]) -> None:
        """Wish these moves cancelled."""
        changes, too_late = acts.cancel(self._roster.by_key, keys, self._clock.now())
        self._commit(changes)
        if too_late is not None:
            self._post(Trouble(too_late))

    def retry(self, keys: Iterable[str]) -> None:
        """Make these moves ready again, where the service allows a second start."""
        if self._service is not None:
            allowed = self._service.capabilities.second_start_after
            self._commit(acts.retry(self._roster.by_key, keys, allowed, self._clock.now()))

    def ask_now(self) -> None:
        """Ask the service for everything again, as soon as it lets us."""
        self._journal.record("ask now", "", by_admin=True)
        self._queue.forget()
        self._gate.open_now()
        self._pace.now()

    def pause(self) -> None:
        """Send nothing new, also in later sessions, until the admin resumes; go on watching."""
        self._sending.pause()
        self._become(RunState.PAUSED)

    def resume(self) -> None:
        """Go on sending, also what its window came too late for."""
        self._sending.resume(self._clock.now())
        self._following.ask_anew()
        self._gate.open_now()
        self._become(RunState.RUNNING)

    def follow(self, batch: str, objection: AppError | None) -> None:
        """The gates let this batch follow, or hold it back; other batches go on in any case."""
        is_news = self._following.answered(batch, objection, self._clock.monotonic())
        if is_news and self._state in _SENDING:
            self._go_on_sending()

    # The loop's questions

    def pause_length(self) -> float | None:
        """Seconds until the clock alone gives us something to do; None: only a message can."""
        if self._service is None or self._state is RunState.NEEDS_SIGN_IN:
            return None
        if self._callers.free == 0:
            return None
        now = self._clock.monotonic()
        settling = self._look_ups.next_due(self._busy)
        due = [] if settling is None else [settling]
        if not self._polling and (self._roster.watched() or self._sendable()):
            due.append(self._pace.due)
        if not self._gate.is_open(now) and (self._cancelling.due(self._busy) or self._sendable()):
            due.append(now)
        if self._state in _SENDING and (again := self._following.next_ask()) is not None:
            due.append(again)
        if not due:
            return None
        return min(max(min(due), self._gate.opens, now) - now, _LONGEST_PAUSE)

    def step(self) -> None:
        """Make the calls that are due now."""
        if self._service is None or self._state is RunState.NEEDS_SIGN_IN:
            return
        self._notice_sleep()
        now = self._clock.monotonic()
        if self._state in _SENDING and self._following.ask_due(now):
            self._go_on_sending()
        if self._gate.is_open(now):
            for key in self._look_ups.due(now, self._busy)[: self._callers.free]:
                self._look_up(self._roster.by_key[key])
            self._poll(now)
            self._send_cancels()
            self._send()
        if self._is_sending() and not self._busy and self._roster.is_at_rest():
            self._become(RunState.DONE)

    def flush(self) -> None:
        """Tell what changed since the last time, in one event."""
        if self._changed:
            self._post(MovesChanged(tuple(self._changed.values())))
            self._changed.clear()

    # Calls

    def _is_sending(self) -> bool:
        return self._state in (*_SENDING, RunState.OFFLINE)

    def _sendable(self) -> list[Move]:
        if not self._is_sending():
            return []
        return list(islice(self._following.sendable(self._busy), self._callers.free))

    def _send(self) -> None:
        assert self._service is not None
        now, sendable = self._clock.monotonic(), self._sendable()
        if not sendable:
            return
        if not self._queue.knows_room(now):
            # The queue is shared: how full it is must be known before a start.
            self._poll(now, at_once=True)
            return
        looked_up = sum(1 for key in self._busy if not self._look_ups.is_settling(key))
        limit = self._service.capabilities.queue_limit
        room = self._queue.room(limit, self._roster.pending() + looked_up)
        for move in sendable[:room]:
            if objection := self._sending.objection(move, self._clock.now()):
                self._become(RunState.PAUSED, objection)
                return
            if self._look_ups.take_absence(move.key, now):
                self._start(move)
            else:
                self._look_up(move)

    def _look_up(self, move: Move, kind: str = "find") -> None:
        assert self._service is not None
        self._busy.add(move.key)
        self._callers.call(kind, move.key, partial(self._service.find, move.source_upn))

    def _poll(self, now: float, *, at_once: bool = False) -> None:
        if self._polling or self._callers.free == 0 or self._service is None:
            return
        watched, wants = self._roster.watched(), bool(self._sendable())
        if not at_once and (now < self._pace.due or not (watched or wants)):
            return
        question = self._queue.question(self._service, watched, now, wants)
        if question is None:
            self._pace.polled(now, changed=False)
            return
        self._callers.call(question.kind, "", question.ask)
        self._polling = True
        self._asked_of = frozenset(move.key for move in watched)

    def _send_cancels(self) -> None:
        assert self._service is not None
        for move in self._cancelling.due(self._busy)[: self._callers.free]:
            self._busy.add(move.key)
            self._callers.call("cancel", move.key, partial(self._service.cancel, move.move_id))

    # Answers

    def take_answer(self, answer: Answer) -> None:
        """Do what the answer asks for; the only way in which a call changes anything."""
        self._callers.done()
        self._busy.discard(answer.key)
        if answer.kind in POLLS:
            self._polling = False
        if answer.error is not None:
            self._take_error(answer, answer.error)
            return
        self._gate.succeeded()
        if self._state is RunState.OFFLINE:
            self._following.ask_anew()
            self._become(RunState.RUNNING)
        if answer.kind in POLLS:
            self._take_states(answer.result, is_whole=answer.kind == "list")
            return
        move = self._roster.by_key[answer.key]
        match answer.kind:
            case "find":
                self._found(move, answer.result)
            case "start":
                self._refusals.accepted()
                self._commit_told(move, answer.result, "started")
            case "cancel":
                self._cancelling.accepted(move)
                self._journal.record("cancel accepted", "", key=answer.key)
                self._pace.hurry(self._clock.monotonic())
            case "recheck":
                self._rechecked(move, answer.result)

    def _found(self, move: Move, said: ServiceMove | None) -> None:
        assert self._service is not None
        if move.status not in (MoveStatus.WAITING, MoveStatus.STARTING):
            self._look_ups.settled(move.key)
            return  # taken back, or answered, while the question was on its way
        settling = self._look_ups.is_settling(move.key)
        fresh = said is not None and not (
            said.move_id == move.move_id
            and said.status in self._service.capabilities.second_start_after
        )
        if said is not None and fresh:
            self._look_ups.settled(move.key)
            kind = "found" if settling else "adopted"
            self._commit_told(move, said, kind, other_target(move, said))
        elif settling:
            pause = self._service.capabilities.settle_seconds
            if self._look_ups.settles_absent(move.key, self._clock.monotonic(), pause):
                absent = not_there(move, self._clock.now())
                self._commit([Change(move, absent, "not at the service")])
        elif move.status is MoveStatus.WAITING:
            self._look_ups.saw_nothing(move.key, self._clock.monotonic())

    def _start(self, move: Move) -> None:
        assert self._service is not None
        now = self._clock.now()
        request = acts.request_for(move, now, self._service.capabilities)
        if request is None:
            late = "its latest start has passed: nothing was sent"
            self._commit([Change(move, unplanned(move, now), "not sent", late)])
            return
        self._commit([Change(move, starting(move, now), "starting")])
        self._busy.add(move.key)
        self._callers.call("start", move.key, partial(self._service.start, request))

    def _take_states(self, said: list[ServiceMove], *, is_whole: bool) -> None:
        assert self._service is not None
        if is_whole:
            self._queue.saw(said, self._roster.by_key, self._clock.monotonic())
        ours = pair_answers(self._roster.watched(), said)
        now = self._clock.now()
        changes = acts.told_all(ours, now)
        self._commit(changes)
        self._post(ServiceAsked(now))
        self._pace.polled(self._clock.monotonic(), changed=bool(changes))
        missing = self._asked_of - self._busy - {move.key for move, _ in ours}
        for key in sorted(missing)[: self._callers.free]:
            self._look_up(self._roster.by_key[key], "recheck")

    def _rechecked(self, move: Move, said: ServiceMove | None) -> None:
        if said is None:
            self._journal.record("missing at the service", "", key=move.key)
        elif move.status.is_at_service:
            self._commit_told(move, said, "told")

    def _commit_told(self, move: Move, said: ServiceMove, kind: str, detail: str = "") -> None:
        self._commit([Change(move, told(move, said, self._clock.now()), kind, detail)])
        self._pace.hurry(self._clock.monotonic())

    # Errors

    def _take_error(self, answer: Answer, error: ServiceError) -> None:
        now = self._clock.monotonic()
        self._journal.record("call failed", f"{answer.kind}: {error}", key=answer.key)
        move = self._roster.by_key.get(answer.key)
        if isinstance(error, Throttled):
            self._gate.hold(now, error.retry_after)
        elif error.is_transient and self._gate.failed(now) and self._is_sending():
            self._become(RunState.OFFLINE, error)
        if answer.kind in POLLS:
            self._pace.polled(now, changed=False)
        if move is not None and answer.kind == "start":
            self._start_failed(move, error)
        if isinstance(error, SignInRequired):
            self._become(RunState.NEEDS_SIGN_IN, error)
        elif error.is_transient or answer.kind == "start":
            return
        elif move is not None and answer.kind == "cancel":
            after = replace(move, cancel_wished=False)
            self._commit([Change(move, after, "cancel refused", str(error))])
            self._post(Trouble(error))
            self._pace.hurry(now)
        elif answer.kind == "list" and self._queue.refused(error.status):
            self._pace.now()
        else:
            # A look-up refused for one is refused for all: a right or the trust is missing.
            self._become(RunState.PAUSED, error)

    def _start_failed(self, move: Move, error: ServiceError) -> None:
        assert self._service is not None
        outcome = outcome_of(error)
        self._commit(acts.after_failed_start(move, outcome, error, self._clock.now()))
        if outcome.wants_look_up:
            settle = self._service.capabilities.settle_seconds
            pause = settle if outcome is Outcome.NOBODY_KNOWS else 0.0
            self._look_ups.settle(move.key, self._clock.monotonic() + pause)
        elif not error.is_transient and self._refusals.should_pause(error):
            self._become(RunState.PAUSED, error)

    # State

    def _notice_sleep(self) -> None:
        """What was seen before a sleep is old, and it is time to ask again."""
        if jump := self._sleep_watch.jump():
            self._journal.record("clock jumped", f"{jump:+.0f} s")
            self._look_ups.forget_absences()
            self._queue.forget()
            self._pace.now()

    def _commit(self, changes: Iterable[Change]) -> None:
        changes = [change for change in changes if change.before != change.after]
        if not changes:
            return
        self._journal.commit(changes)
        for change in changes:
            self._roster.put(change.after)
            self._changed[change.after.key] = change.after

    def _go_on_sending(self) -> None:
        why = self._following.objection
        self._become(RunState.RUNNING if why is None else RunState.HELD, why)

    def _become(self, state: RunState, reason: AppError | None = None) -> None:
        if state is not self._state or state is RunState.HELD:  # by another gate
            self.flush()
            self._state = state
            self._post(RunChanged(state, reason))
