"""The gates at work on a project: a start is held back, and what the admin says is recorded."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
import xlsxwriter

from app import audit, rehearsal
from app.clock import SystemClock
from app.events import BookOpened, Event, MovesChanged, RunChanged, RunState, ServiceConnected
from app.events import Trouble as Told
from app.gate_events import ChainJudged, GatesJudged, Judgement, MapChanged, MapExported, MapState
from app.gate_said import SaidByAdmin
from app.gate_values import Facts, Gate, GateCode
from app.gatekeeper import Gatekeeper
from app.gates import is_open, judge
from app.identity_map import Difference
from app.journal_file import journal_path, open_to_read
from app.model import Level, MoveStatus, Window
from app.project import Project
from practice_run import people
from shell_process import TARGET_MY, working

Found = TypeVar("Found")
PEOPLE = 6
NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
GROUP = "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"


class Desk:
    """A project with all that it tells, as the admin sees it."""

    def __init__(self, state: Path, scenario: str) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.state = state
        self.project = Project(self.inbox.put, state, speed=2000, scenario=scenario)
        self.moves: dict[str, MoveStatus] = {}

    def until(self, kind: type[Found], fits: Callable[[Found], object] = bool) -> Found:
        while True:
            event = self.inbox.get(timeout=60)
            if isinstance(event, MovesChanged):
                self.moves.update((move.key, move.status) for move in event.moves)
            if isinstance(event, kind) and fits(event):
                return event

    def open(self, book: Path) -> None:
        self.project.open(book)
        self.until(BookOpened)
        self.project.connect_practice()
        self.until(ServiceConnected)

    def start(self, *, only_check: bool = False) -> GatesJudged:
        self.project.start(None, Window(), 100, by_column=False, only_check=only_check)
        return self.until(GatesJudged)

    @property
    def gates(self) -> Gatekeeper:
        assert self.project.gates is not None
        return self.project.gates

    def count(self, status: MoveStatus) -> int:
        return sum(1 for one in self.moves.values() if one is status)

    @property
    def unsent(self) -> int:
        return self.count(MoveStatus.WAITING) + self.count(MoveStatus.STARTING)

    def map_done(self) -> MapChanged:
        self.until(MapChanged, lambda event: event.state is not MapState.IDLE)
        return self.until(MapChanged, lambda event: event.state is MapState.IDLE)

    def acts(self) -> list[tuple[str, str, str]]:
        """Who, what and detail of each event of the journal."""
        with open_to_read(journal_path(self.state)) as db:
            return list(db.execute("SELECT actor, kind, detail FROM events ORDER BY seq"))


Desks = Callable[[str], Desk]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made: list[Desk] = []

    def make(scenario: str) -> Desk:
        made.append(Desk(tmp_path / "state", scenario))
        return made[-1]

    yield make
    for desk in made:
        assert desk.project.close(10.0)
    note = rehearsal.last_reached(tmp_path / "state")
    if note is not None:
        rehearsal.stop(note)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "Wave plan.xlsx", PEOPLE)


def written(path: Path, people: int) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN", "Include"))
        for n in range(people):
            sheet.write_row(n + 1, 0, (f"p{n}@tailspin.com", f"p{n}@northwind.com", "Yes"))
        sheet.write_row(people + 1, 0, ("stays@tailspin.com", "stays@northwind.com", "No"))
        groups = workbook.add_worksheet("Groups")
        groups.write_row(0, 0, ("SourceGroupId", "TargetGroupId", "Type"))
        groups.write_row(1, 0, (GROUP, f"1{GROUP[1:]}", "RegularGroup"))
    return path


def held(judged: GatesJudged) -> list[str]:
    return [gate.code for gate in judged.gates if gate.holds]


def gate(judged: GatesJudged, code: GateCode) -> Gate:
    return next(one for one in judged.gates if one.code is code)


def test_where_the_tenants_are_prepared_a_start_needs_nothing_more(
    book: Path, desks: Desks
) -> None:
    desk = desks("all-well")
    desk.open(book)
    looked = desk.start(only_check=True)
    assert looked.judgement is Judgement.CHECKED
    assert is_open(looked.gates)
    others = {one.code: one.level for one in looked.gates if one.code is not GateCode.PREFLIGHT}
    assert set(others.values()) == {Level.PASS}
    assert all(one.as_of for one in looked.gates[:8] if one.code is not GateCode.TARGET_HOST)
    assert not desk.moves
    assert desk.start().judgement is Judgement.STARTED
    desk.until(RunChanged, lambda event: event.state is RunState.DONE)
    assert set(desk.moves.values()) == {MoveStatus.SUCCESS}
    assert len(desk.moves) == PEOPLE
    [(who, _, detail)] = [act for act in desk.acts() if act[1] == "gates passed"]
    assert who != "program"
    assert "IDENTITY_MAP PASS MAP_GOOD" in detail


def test_an_empty_map_holds_the_start_until_it_is_uploaded(book: Path, desks: Desks) -> None:
    desk = desks("empty-identity-map")
    desk.open(book)
    before = book.read_bytes()
    refused = desk.start()
    assert refused.judgement is Judgement.REFUSED
    assert held(refused) == ["IDENTITY_MAP"]
    assert not desk.moves
    assert book.read_bytes() == before
    # What blocks cannot be passed over.
    desk.gates.override(GateCode.IDENTITY_MAP, "we are in a hurry")
    assert desk.until(Told).error.code == "NOT_A_WARNING"
    desk.gates.upload_map()
    report = desk.map_done().report
    assert report is not None
    assert report.count(Difference.SAME) == PEOPLE + 2, "who stays, and the group, as well"
    assert held(desk.until(GatesJudged)) == []
    assert desk.start().judgement is Judgement.STARTED
    desk.until(RunChanged, lambda event: event.state is RunState.DONE)
    kinds = [act[1] for act in desk.acts()]
    assert kinds.index("start refused") < kinds.index("identity map upload")
    assert kinds.index("identity map read back") < kinds.index("gates passed")
    assert kinds.index("gates passed") < kinds.index("planned")
    assert audit.verify(desk.state).events == len(kinds)


def test_a_batch_of_the_chain_is_held_back_by_a_gate_and_follows_when_it_clears(
    book: Path, desks: Desks
) -> None:
    desk = desks("all-well")
    desk.open(book)
    desk.project.set_share(1.0)
    desk.project.start(None, Window(), 3, by_column=False)
    assert desk.until(GatesJudged).judgement is Judgement.STARTED
    desk.until(MovesChanged, lambda _: len(desk.moves) == PEOPLE and desk.unsent == 3)
    desk.project.pause()
    desk.until(RunChanged, lambda event: event.state is RunState.PAUSED)
    if desk.count(MoveStatus.SUCCESS) < 3:
        desk.until(MovesChanged, lambda _: desk.count(MoveStatus.SUCCESS) == 3)
    relation = {"Scenario": "MnA", "PartnerRole": "Target", "PartnerCrossTenantHostUrl": TARGET_MY}
    with working(desk.state / "practice.db", "source") as shell:
        shell.run("Remove-SPOCrossTenantRelationship", **relation)
        desk.project.resume()
        held_back = desk.until(RunChanged, lambda event: event.state is RunState.HELD)
        assert held_back.reason is not None
        assert held_back.reason.code == "CHAIN_HELD"
        assert "NotEstablished" in held_back.reason.detail
        assert desk.count(MoveStatus.WAITING) == 3
        shell.run("Set-SPOCrossTenantRelationship", **relation)
    desk.gates.read_again()
    followed = desk.until(ChainJudged)
    assert followed.holding == ()
    desk.until(RunChanged, lambda event: event.state is RunState.RUNNING)
    desk.until(RunChanged, lambda event: event.state is RunState.DONE)
    assert desk.count(MoveStatus.SUCCESS) == PEOPLE
    acts = [(kind, detail) for who, kind, detail in desk.acts() if who == "program"]
    [refused] = [detail for kind, detail in acts if kind == "batch held back"]
    assert "TRUST_SOURCE BLOCK TRUST_MISSING" in refused
    [passed] = [detail for kind, detail in acts if kind == "batch follows"]
    assert "COMPATIBILITY PASS COMPATIBLE" in passed


def test_after_a_restart_the_gates_are_judged_before_anything_is_sent(
    book: Path, desks: Desks
) -> None:
    desk = desks("all-well")
    desk.open(book)
    desk.project.start(None, Window(), 3, by_column=False)
    assert desk.until(GatesJudged).judgement is Judgement.STARTED
    desk.project.pause()
    desk.until(RunChanged, lambda event: event.state is RunState.PAUSED)
    assert desk.project.close(10.0)
    again = desks("all-well")
    again.open(book)
    again.project.resume()
    judged = again.until(ChainJudged)
    assert judged.holding == ()
    assert all(one.as_of is not None for one in judged.gates[4:8])
    again.until(RunChanged, lambda event: event.state is RunState.DONE)
    assert again.count(MoveStatus.SUCCESS) == PEOPLE


def test_a_trust_that_is_missing_holds_the_start_and_says_which_command(
    book: Path, desks: Desks
) -> None:
    desk = desks("trust-missing")
    desk.open(book)
    refused = desk.start()
    assert held(refused) == ["TRUST_SOURCE", "TRUST_TARGET", "COMPATIBILITY"]
    there = gate(refused, GateCode.TRUST_TARGET)
    assert there.finding == "TRUST_MISSING"
    assert "-PartnerRole Source" in there.commands[2].text
    assert "practice-source-my.sharepoint.com" in there.commands[2].text
    assert not desk.moves


def test_a_warning_is_passed_over_by_a_recorded_reason_also_after_a_restart(
    book: Path, desks: Desks
) -> None:
    desk = desks("half-the-licences-missing")
    desk.open(book)
    assert held(desk.start()) == ["LICENCES"]
    desk.gates.override(GateCode.LICENCES, " ")
    assert desk.until(Told).error.code == "NO_REASON"
    desk.gates.override(GateCode.LICENCES, "ordered, here on Monday")
    passed = desk.until(GatesJudged)
    assert held(passed) == []
    over = gate(passed, GateCode.LICENCES).overridden
    assert over is not None
    assert over.words == "ordered, here on Monday"
    assert ("gate passed over", "LICENCES LICENCES_TOO_FEW: ordered, here on Monday") in [
        act[1:] for act in desk.acts()
    ]
    assert desk.project.close(10.0)
    again = desks("half-the-licences-missing")
    again.open(book)
    assert held(again.start(only_check=True)) == []


def test_a_workbook_that_changed_on_the_disk_is_read_again_first(book: Path, desks: Desks) -> None:
    desk = desks("all-well")
    desk.open(book)
    assert held(desk.start(only_check=True)) == []
    written(book, PEOPLE + 1)
    refused = desk.start()
    assert held(refused) == ["WORKBOOK"]
    assert gate(refused, GateCode.WORKBOOK).finding == "BOOK_CHANGED"
    desk.project.open(book)
    desk.until(BookOpened)
    assert desk.start().judgement is Judgement.STARTED


def test_without_tenants_nothing_is_started(book: Path, desks: Desks) -> None:
    desk = desks("all-well")
    desk.project.open(book)
    desk.until(BookOpened)
    refused = desk.start()
    assert refused.judgement is Judgement.REFUSED
    assert gate(refused, GateCode.SIGN_IN).finding == "SIGN_IN_NOBODY"
    desk.gates.read_map()
    assert desk.until(Told).error.code == "NOT_CONNECTED"


def test_the_map_is_exported_with_the_command_that_uploads_it(
    book: Path, desks: Desks, tmp_path: Path
) -> None:
    desk = desks("all-well")
    desk.open(book)
    path = tmp_path / "Anna's map.csv"
    desk.gates.export_map(path)
    done = desk.until(MapExported)
    assert (done.entries, done.left_out, done.guests) == (PEOPLE + 2, 0, 0)
    assert done.command.endswith(f"'{str(path).replace(chr(39), chr(39) * 2)}'")
    assert len(path.read_text("utf-8").splitlines()) == PEOPLE + 2
    desk.gates.export_map(path)
    assert desk.until(Told).error.code == "EXISTS"


def test_without_a_record_nothing_is_started_or_passed_over() -> None:
    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
    admitted: list[object] = []
    keeper = Gatekeeper(
        SystemClock(),
        inbox.put,
        admitted.append,
        lambda _kind, _detail, _timeout: False,
        lambda _name, _value: None,
        lambda: None,
    )
    keeper.begin()
    keeper.plan((people(2),))
    keeper.confirm(GateCode.TRUST_SOURCE, "GoodToProceed")
    codes: list[str] = []
    while len(codes) < 2:
        event = inbox.get(timeout=60)
        codes += [event.error.code] if isinstance(event, Told) else []
    keeper.plan(())
    assert keeper.stop(10.0)
    assert codes == ["NOT_RECORDED", "NOT_RECORDED"]
    assert admitted == [()], "only what was started before may go on"


def test_what_was_said_of_two_tenants_says_nothing_of_two_others() -> None:
    said, gates = SaidByAdmin(), judge(Facts(1), NOW)
    trust = next(one for one in gates if one.code is GateCode.TRUST_SOURCE)
    said.belongs_to("a b")
    seen = said.of(trust, "goodtoproceed", is_override=False, now=NOW)
    said.take(trust.code, seen, is_override=False)
    again = SaidByAdmin()
    again.recall(said.kept())
    again.belongs_to("a b")
    assert again.confirmed == {GateCode.TRUST_SOURCE: seen}
    assert seen.words == "GoodToProceed"
    again.belongs_to("a c")
    assert not again.confirmed
    for unreadable in ("", "[]", "{}", '{"pair": "", "confirmed": {"X": 1}, "overridden": {}}'):
        again.recall(unreadable)
        assert not again.confirmed
