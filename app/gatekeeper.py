"""The gates at work: the one way from a plan to the runner, and the acts on the identity map."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app import powershell
from app.chain_gates import ChainGates, NextBatch
from app.clock import Clock
from app.errors import AppError
from app.events import BookOpened, BookSaved, Event, MovesChanged, PreflightChanged, RowsChecked
from app.events import Trouble as TroubleEvent
from app.gate_events import (
    GatesBusy,
    GatesJudged,
    Judgement,
    MapChanged,
    MapExported,
    MapState,
)
from app.gate_facts import MAP_FRESH, GateFacts
from app.gate_said import SaidByAdmin, in_words
from app.gate_values import Facts, Gate, GateCode, Reading
from app.gates import is_open, judge
from app.identity_map import GUEST_USER, Key, MapReport, make_map
from app.map_work import KEPT as MAP_KEPT
from app.map_work import MapWork
from app.model import Window
from app.orders import Planned
from app.preflight_ask import Pair

KEPT = "gates"
_NOTE_SECONDS = 10.0
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class _Plan:
    batches: tuple[Planned, ...]
    is_start: bool


@dataclass(frozen=True, slots=True)
class _Settle:
    code: GateCode
    words: str
    is_override: bool


@dataclass(frozen=True, slots=True)
class _Upload:
    remove: frozenset[Key]


@dataclass(frozen=True, slots=True)
class _Export:
    path: Path


class _ReadAgain: ...


class _ReadMap: ...


class _Quit: ...


class Gatekeeper:
    """Works on a thread of its own; every method returns at once, answers come through `post`.

    `admit` is the runner's `plan`: nobody else calls it, so that no start passes by the gates.
    `note(kind, detail, timeout)` records an act of the admin and says whether it is on the disk;
    without a record nothing is uploaded, passed over or started. `settled` waits until the
    practice tenants know the workbook.
    """

    def __init__(
        self,
        clock: Clock,
        post: Callable[[Event], None],
        admit: Callable[[tuple[Planned, ...]], None],
        note: Callable[[str, str, float], bool],
        keep: Callable[[str, str], None],
        settled: Callable[[], None],
        follow: Callable[[str, AppError | None], None] = lambda _batch, _why: None,
        record: Callable[[str, str], None] = lambda _kind, _detail: None,
    ) -> None:
        """`follow` takes what the gates say of a batch that is to follow; `record` is told before,
        and writes down what the program decides by itself.
        """
        self._clock = clock
        self._post = post
        self._admit = admit
        self._note = note
        self._keep = keep
        self._settled = settled
        self._facts = GateFacts(clock, self._pause)
        self._chain = ChainGates(clock, self._facts, self._gates_of_chain, record, post, follow)
        self._map = MapWork(clock, self._pause, self._note_surely, keep)
        self._map_reading: Reading[MapReport] = Reading()
        self._book: BookOpened | None = None
        self._last: tuple[Planned, ...] = ()
        self._gates: dict[GateCode, Gate] = {}
        self._said = SaidByAdmin()
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gates", daemon=True)

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def connect(self, connection: Pair) -> None:
        """Read from these tenants from now on."""
        self._inbox.put(connection)

    def recall(self, kept: Mapping[str, str]) -> None:
        """What the journal kept of earlier sessions."""
        self._inbox.put(dict(kept))

    def tell(self, event: Event) -> None:
        """What else happens: the workbook read, rows checked, moves changed."""
        self._inbox.put(event)

    def plan(self, batches: tuple[Planned, ...]) -> None:
        """Start these when no gate holds; answered by GatesJudged, STARTED or REFUSED.

        A plan without anybody new in it lets the runner go on with what was started before.
        """
        self._inbox.put(_Plan(batches, is_start=True))

    def check(self, batches: tuple[Planned, ...]) -> None:
        """See how the gates stand for this plan, and start nothing; answered by GatesJudged."""
        self._inbox.put(_Plan(batches, is_start=False))

    def may_follow(self, batch: str, keys: frozenset[str]) -> None:
        """Whether a batch of these people may follow; answered through `follow`, with a reason
        when a gate holds it back, and by ChainJudged.
        """
        self._inbox.put(NextBatch(batch, keys))

    def read_again(self) -> None:
        """Read everything anew, for the plan that was last looked at."""
        self._inbox.put(_ReadAgain())

    def confirm(self, code: GateCode, words: str) -> None:
        """The admin looked by other means and saw this; recorded. Answered by GatesJudged.

        For trust and compatibility `words` is the word that the shell printed.
        """
        self._inbox.put(_Settle(code, words, is_override=False))

    def override(self, code: GateCode, reason: str) -> None:
        """The admin goes on in spite of this warning; recorded with the reason."""
        self._inbox.put(_Settle(code, reason, is_override=True))

    def read_map(self) -> None:
        """Compare the workbook's identity map with the target's; answered by MapChanged."""
        self._inbox.put(_ReadMap())

    def upload_map(self, remove: frozenset[Key] = frozenset()) -> None:
        """Upload what is missing or different, remove only what is named here, and read back."""
        self._inbox.put(_Upload(remove))

    def export_map(self, path: Path) -> None:
        """Write the map for the management shell; answered by MapExported."""
        self._inbox.put(_Export(path))

    def stop(self, timeout: float) -> bool:
        """End within `timeout` seconds; False when a call had to be abandoned."""
        if not self._thread.is_alive():
            return True
        self._ending.set()
        self._inbox.put(_Quit())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The thread of the gates

    def _run(self) -> None:
        while not isinstance(order := self._inbox.get(), _Quit):
            try:
                self._obey(order)
            except AppError as error:
                if not self._ending.is_set():
                    self._post(TroubleEvent(error))

    def _obey(self, order: object) -> None:
        match order:
            case Pair():
                self._facts.connect(order)
                self._map_reading = Reading()
            case dict():
                self._recall(order)
            case BookOpened():
                self._take_book(order)
            case BookSaved(beside=False):
                self._facts.note_saved()
            case RowsChecked(rows):
                self._facts.take_rows(rows)
            case MovesChanged(moves):
                self._facts.take_moves(moves)
            case PreflightChanged(summary):
                self._facts.take_preflight(summary)
            case _Plan(batches, is_start):
                self._judge_plan(batches, is_start=is_start)
            case NextBatch():
                self._chain.ask(order)
            case _ReadAgain():
                self._facts.forget()
                self._map_reading = Reading()
                self._judge_again()
                self._chain.judge_waiting()
            case _Settle():
                self._settle(order)
                self._chain.judge_waiting()
            case _ReadMap():
                self._work_on_map(MapState.READING, partial(self._read_map_now))
                self._judge_again_if_seen()
            case _Upload(remove):
                self._work_on_map(MapState.UPLOADING, partial(self._upload_now, remove))
                self._judge_again_if_seen()
                self._chain.judge_waiting()
            case _Export(path):
                self._export(path)
            case _:
                pass

    # Judging

    def _judge_plan(self, batches: tuple[Planned, ...], *, is_start: bool) -> None:
        people = sum(len(one.moves) for one in batches)
        if is_start and not people:
            self._admit(batches)
            return
        self._last = batches
        self._post(GatesBusy())
        self._read(is_start=is_start)
        gates = self._judged()
        judgement = Judgement.CHECKED
        if is_start and is_open(gates):
            self._note_surely("gates passed", in_words(gates))
            self._admit(batches)
            judgement = Judgement.STARTED
        elif is_start:
            held = [gate for gate in gates if gate.holds]
            self._note_surely("start refused", in_words(held))
            judgement = Judgement.REFUSED
        self._post(GatesJudged(gates, judgement, people, self._clock.now()))

    def _gates_of_chain(self, keys: frozenset[str]) -> tuple[Gate, ...]:
        self._settled()
        self._facts.read_for_chain()
        self._read_map()
        return judge(self._facts_of(keys, Window()), self._clock.now())

    def _judge_again(self) -> None:
        self._judge_plan(self._last, is_start=False)

    def _judge_again_if_seen(self) -> None:
        if self._gates:
            self._judge_again()

    def _read(self, *, is_start: bool) -> None:
        self._settled()
        self._facts.read(is_start=is_start)
        self._read_map()

    def _read_map(self) -> None:
        if self._facts.connection is None:
            return
        self._know_pair()
        report = self._map_reading.value
        now = self._clock.now()
        is_good = report is not None and report.is_complete and report.digest == self._digest
        if is_good and report is not None and now - report.read_utc <= MAP_FRESH:
            return
        try:
            self._work_on_map(MapState.READING, self._read_map_now)
        except AppError as error:
            self._map_reading = Reading(None, self._clock.now(), error)

    def _know_pair(self) -> None:
        if pair := self._facts.pair():
            self._said.belongs_to(pair)
            self._map.belongs_to(pair)

    def _judged(self) -> tuple[Gate, ...]:
        keys = frozenset(move.key for one in self._last for move in one.moves)
        window = self._last[0].batch.window if self._last else Window()
        gates = judge(self._facts_of(keys, window), self._clock.now())
        self._gates = {gate.code: gate for gate in gates}
        return gates

    def _facts_of(self, keys: frozenset[str], window: Window) -> Facts:
        return replace(
            self._facts.of_start(keys, window, self._map_reading, self._digest),
            confirmed=dict(self._said.confirmed),
            overridden=dict(self._said.overridden),
        )

    # What the admin says

    def _settle(self, order: _Settle) -> None:
        if order.code not in self._gates:
            self._judge_again()
        gate, now = self._gates[order.code], self._clock.now()
        said = self._said.of(gate, order.words, is_override=order.is_override, now=now)
        kind = "gate passed over" if order.is_override else "gate confirmed"
        self._note_surely(kind, f"{order.code} {gate.finding}: {said.words}")
        self._said.take(order.code, said, is_override=order.is_override)
        self._keep(KEPT, self._said.kept())
        self._judge_again()

    def _recall(self, kept: Mapping[str, str]) -> None:
        self._map.recall(kept.get(MAP_KEPT, ""))
        self._said.recall(kept.get(KEPT, ""))

    # The identity map

    @property
    def _digest(self) -> str:
        return self._map.wanted.digest

    def _take_book(self, book: BookOpened) -> None:
        self._book = book
        self._facts.take_book(book)
        self._map.wanted = make_map([row.mapping for row in book.rows], book.map_rows)
        self._tell_map(MapState.IDLE)
        self._chain.judge_waiting()

    def _work_on_map(self, state: MapState, work: Callable[[], MapReport]) -> None:
        self._tell_map(state)
        try:
            report = work()
            self._map_reading = Reading(report, report.read_utc)
        finally:
            self._tell_map(MapState.IDLE)

    def _read_map_now(self) -> MapReport:
        tenant = self._facts.tenant()
        self._know_pair()
        assert self._facts.connection is not None
        told = partial(self._tell_map, MapState.READING)
        return self._map.read(self._facts.connection.tenants.target, tenant, told)

    def _upload_now(self, remove: frozenset[Key]) -> MapReport:
        self._settled()
        tenant = self._facts.tenant()
        self._know_pair()
        assert self._facts.connection is not None
        told = partial(self._tell_map, MapState.UPLOADING)
        return self._map.upload(self._facts.connection.tenants.target, tenant, remove, told)

    def _export(self, path: Path) -> None:
        tenant = self._facts.tenant() if self._facts.connection is not None else ""
        count = self._map.export(path, tenant)
        wanted = self._map.wanted
        guests = sum(1 for entry in wanted.entries if entry.type == GUEST_USER)
        command = powershell.upload_map(str(path.absolute()))
        self._post(MapExported(path, count, wanted.left_out, guests, command))

    def _tell_map(self, state: MapState, done: int = 0, total: int = 0) -> None:
        report = self._map_reading.value
        vanished = self._map.vanished()
        self._post(MapChanged(self._map.wanted, report, state, done, total, vanished))

    # Waiting and recording

    def _pause(self, seconds: float) -> bool:
        """Wait by the clock that was passed in; False when the program ends."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            if self._ending.wait(min(left, _LONGEST_PAUSE)):
                return False
        return not self._ending.is_set()

    def _note_surely(self, kind: str, detail: str) -> None:
        if not self._note(kind, detail, _NOTE_SECONDS):
            raise AppError(
                "NOT_RECORDED",
                "Nothing was done, because it could not be recorded",
                f"The journal did not take the act “{kind}” within {_NOTE_SECONDS:g} seconds.",
                "Check that there is room on the disk, then try again.",
            )
