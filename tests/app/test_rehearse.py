"""A rehearsal on the admin's own workbook: on a copy, with the workbook's own people."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import xlsxwriter

from app import rehearsal
from app.events import (
    BookOpened,
    Event,
    MovesChanged,
    RunChanged,
    RunState,
    ServiceConnected,
    SettingsLoaded,
    Trouble,
)
from app.model import MoveStatus, Window
from app.project import Project

Found = TypeVar("Found")
PEOPLE = 6
FAST = 7_200.0


class Screen:
    """Keeps what a project told, and waits for what must come."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.all: list[Event] = []

    def until(self, kind: type[Found], fits: Callable[[Found], object] = bool) -> Found:
        while True:
            event = self.inbox.get(timeout=60)
            self.all.append(event)
            if isinstance(event, kind) and fits(event):
                return event

    def until_rehearsing(self) -> tuple[BookOpened, ServiceConnected]:
        """The copy is open and the tenants are there; either may come first."""
        opened: BookOpened | None = None
        connected: ServiceConnected | None = None
        while opened is None or connected is None:
            event = self.until(object)
            if isinstance(event, BookOpened):
                opened = event
            elif isinstance(event, ServiceConnected):
                connected = event
        return opened, connected


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    path = tmp_path / "Wave plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for n in range(PEOPLE):
            sheet.write_row(n + 1, 0, (f"p{n}@tailspin.com", f"p{n}@northwind.com"))
        sheet.write_row(PEOPLE + 1, 0, (" blank@tailspin.com", "blank@northwind.com"))
    return path


@pytest.fixture
def projects() -> Iterator[Callable[[], tuple[Project, Screen]]]:
    made: list[tuple[Project, Screen]] = []
    folders: set[Path] = set()

    def make() -> tuple[Project, Screen]:
        screen = Screen()

        def post(event: Event) -> None:
            if isinstance(event, SettingsLoaded):
                folders.add(event.state_dir)
            screen.inbox.put(event)

        made.append((Project(post), screen))
        return made[-1]

    yield make
    for project, _ in made:
        assert project.close(10.0)
    for folder in folders:
        note = rehearsal.last_reached(folder)
        if note is not None:
            rehearsal.stop(note)


def opened(project: Project, screen: Screen, book: Path) -> BookOpened:
    project.open(book)
    return screen.until(BookOpened)


def start(project: Project, window: Window | None = None) -> None:
    project.start(None, window or Window(), 100, by_column=False)


def test_the_workbook_and_its_project_stay_as_they_are(
    book: Path, projects: Callable[[], tuple[Project, Screen]]
) -> None:
    before = book.read_bytes()
    project, screen = projects()
    first = opened(project, screen, book)
    project.accept_corrections(frozenset({f"Mapping!A{PEOPLE + 2}"}))
    screen.until(BookOpened)
    project.rehearse("all-well", FAST)
    copy, connected = screen.until_rehearsing()
    assert copy.path.name == "Wave plan (rehearsal).xlsx"
    assert rehearsal.is_copy(copy.path)
    assert not rehearsal.is_copy(first.path)
    played = connected.rehearsal
    assert played is not None
    assert (played.title, played.speed) == ("All well", FAST)
    assert played.clock(played.at_utc) == played.now_utc
    start(project)
    screen.until(RunChanged, lambda changed: changed.state is RunState.DONE)
    moves = {
        move.key: move
        for event in screen.all
        if isinstance(event, MovesChanged)
        for move in event.moves
    }
    assert {move.status for move in moves.values()} == {MoveStatus.SUCCESS}
    assert len(moves) == PEOPLE + 1, "the accepted correction goes along"
    assert project.close(10.0)
    assert book.read_bytes() == before
    assert copy.path.read_bytes() != before
    again, screen = projects()
    opened(again, screen, book)
    again.go_on_rehearsing()
    again.connect_practice()
    screen.until(ServiceConnected)
    assert not [event for event in screen.all if isinstance(event, MovesChanged)]


def test_the_practice_tenants_are_made_of_the_people_of_the_workbook(
    book: Path, projects: Callable[[], tuple[Project, Screen]]
) -> None:
    project, screen = projects()
    opened(project, screen, book)
    project.connect_practice()
    screen.until(ServiceConnected)
    [settings] = [event for event in screen.all if isinstance(event, SettingsLoaded)]
    practice = rehearsal.reach(settings.state_dir)
    tenants = rehearsal.tenants(practice)
    try:
        said = tenants.source.get("/v1.0/users/p1@tailspin.com")
        assert isinstance(said, dict)
        assert said["userPrincipalName"] == "p1@tailspin.com"
        domains = tenants.source.get("/v1.0/organization")
        assert "tailspin.com" in str(domains)
    finally:
        tenants.close()


def test_a_rehearsal_left_in_the_middle_goes_on_when_its_workbook_is_opened(
    book: Path, projects: Callable[[], tuple[Project, Screen]]
) -> None:
    project, screen = projects()
    opened(project, screen, book)
    project.rehearse("", 1.0)
    copy = screen.until_rehearsing()[0].path
    start(project)
    screen.until(MovesChanged, lambda changed: changed.moves[0].status.is_at_service)
    assert project.close(10.0)
    again, screen = projects()
    opened(again, screen, copy)
    again.go_on_rehearsing()
    screen.until(ServiceConnected)
    again.change_rehearsal("", FAST)
    played = screen.until(ServiceConnected).rehearsal
    assert played is not None
    assert played.speed == FAST
    screen.until(RunChanged, lambda changed: changed.state is RunState.DONE)


def test_a_scenario_that_is_not_there_is_told(
    book: Path, projects: Callable[[], tuple[Project, Screen]]
) -> None:
    project, screen = projects()
    opened(project, screen, book)
    project.rehearse("flood", FAST)
    assert screen.until(Trouble).error.code == "NO_SCENARIO"


def test_a_workbook_that_is_gone_cannot_be_rehearsed(
    book: Path, projects: Callable[[], tuple[Project, Screen]]
) -> None:
    project, screen = projects()
    opened(project, screen, book)
    book.unlink()
    project.rehearse("", FAST)
    assert screen.until(Trouble).error.code == "NO_COPY"
