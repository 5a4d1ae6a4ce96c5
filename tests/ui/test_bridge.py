"""The bridge: events of many threads arrive on the Qt thread, in order, in few batches."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.events import Event, MovesChanged, Trouble
from app.model import MoveStatus
from fake_project import move, people
from ui.bridge import LIMIT, Bridge


def test_events_of_a_thread_arrive_in_order_in_few_batches(qtbot: QtBot) -> None:
    bridge = Bridge()
    batches: list[list[Event]] = []
    threads: set[int] = set()

    def take(events: list[Event]) -> None:
        batches.append(events)
        threads.add(threading.get_ident())

    bridge.events.connect(take)
    rows = people(2_000)
    sent = [MovesChanged((move(row, MoveStatus.SUCCESS),)) for row in rows]

    def post() -> None:
        for event in sent:
            bridge.post(event)

    worker = threading.Thread(target=post)
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: sum(map(len, batches)) == len(sent))
    assert [event for batch in batches for event in batch] == sent
    assert len(batches) < 10
    assert threads == {threading.get_ident()}
    bridge.stop()


def test_one_turn_takes_a_bounded_number(qtbot: QtBot) -> None:
    bridge = Bridge()
    sizes: list[int] = []
    bridge.events.connect(lambda events: sizes.append(len(events)))
    for _ in range(LIMIT + 10):
        bridge.post(Trouble(AppError("X", "x")))
    bridge.drain()
    bridge.drain()
    assert sizes == [LIMIT, 10]
    bridge.stop()


def test_nothing_comes_after_the_stop(qtbot: QtBot) -> None:
    bridge = Bridge()
    got: list[object] = []
    bridge.events.connect(got.append)
    bridge.post(Trouble(AppError("X", "x")))
    bridge.stop()
    bridge.drain()
    assert got == []
