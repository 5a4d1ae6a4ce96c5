"""Thousands of moves over simulated weeks: the queue's bounds, and what the program uses up."""

from __future__ import annotations

import argparse
import queue
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import audit, rehearsal
from app.clock import SystemClock
from app.events import Event, MovesChanged, RunChanged, RunState
from app.graph_moves import QUEUE_LIMIT, TASKS, GraphMoves, read_time
from app.model import Move, MoveStatus, Window
from app.orders import Planned
from app.plan import by_size
from app.queue_watch import RESERVE
from app.runner import MoveRunner

_SAMPLE_SECONDS = 2.0
_SLOTS = 100
"""Moves that the practice service runs at a time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at one moment."""

    seconds: float
    ended: int
    waiting: int
    queued: int
    """At the service and not begun."""
    memory_mib: float
    threads: int
    files: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a long run came to."""

    people: int
    batches: int
    seconds: float
    practice_days: float
    fullest: int
    emptiest: int
    """While moves waited, once the queue had been filled."""
    memory_mib: tuple[float, float]
    """When a quarter had ended, and at the end."""
    threads: tuple[int, int]
    files: tuple[int, int]
    events: int


def run_long(
    folder: Path, *, people: int, batch_size: int, speed: float, days: float = 0.0
) -> Figures:
    """Move everybody in batches; asserts the bounds and gives what was measured.

    The batches are chained, or begin one after the other within so many practice days.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    practice = rehearsal.reach(folder, speed)
    client = rehearsal.client(practice)
    service = GraphMoves(
        client, target_host=rehearsal.TARGET_HOST, clock=SystemClock(), practice=True
    )
    runner = MoveRunner(lambda: folder, SystemClock(), events.put)
    runner.start()
    runner.connect(service)
    began = time.monotonic()
    first_day = _practice_seconds(client)
    batches = by_size([f"p{n}@contoso.com" for n in range(people)], batch_size, Window())
    if days:
        step = timedelta(days=days) / len(batches)
        start = datetime.fromtimestamp(first_day, UTC) + step
        batches = tuple(
            replace(batch, window=Window(start + number * step))
            for number, batch in enumerate(batches)
        )
    runner.plan(Planned(batch, tuple(map(_person, batch.keys))) for batch in batches)
    moves: dict[str, Move] = {}
    samples: list[Sample] = []
    try:
        while not _is_done(events, moves):
            samples.append(_sample(time.monotonic() - began, moves, client))
        # A fast machine may be through before the first look, or between two.
        samples.append(_sample(time.monotonic() - began, moves, client))
        lasted = (_practice_seconds(client) - first_day) / 86_400
        assert runner.stop(10.0)
    finally:
        service.close()
        rehearsal.stop(practice)
    assert Counter(move.status for move in moves.values()) == {MoveStatus.SUCCESS: people}
    quarter = next(sample for sample in samples if sample.ended >= people / 4)
    last = samples[-1]
    full = max(sample.queued for sample in samples)
    filled = next(n for n, sample in enumerate(samples) if sample.queued >= full / 2)
    busy = [sample.queued for sample in samples[filled:] if sample.waiting]
    assert full <= QUEUE_LIMIT - RESERVE
    assert lasted >= days
    # A batch smaller than the service's slots leaves its queue at once.
    assert not busy or batch_size <= _SLOTS or min(busy) > 0
    return Figures(
        people,
        len(batches),
        time.monotonic() - began,
        lasted,
        full,
        min(busy, default=0),
        (quarter.memory_mib, last.memory_mib),
        (quarter.threads, last.threads),
        (quarter.files, last.files),
        audit.verify(folder).events,
    )


def _person(key: str) -> Move:
    return Move(key, 0, key, key.replace("contoso", "northwind"))


def _is_done(events: queue.SimpleQueue[Event], moves: dict[str, Move]) -> bool:
    end = time.monotonic() + _SAMPLE_SECONDS
    while (left := end - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            return False
        if isinstance(event, MovesChanged):
            moves.update((move.key, move) for move in event.moves)
        elif isinstance(event, RunChanged) and event.state is RunState.DONE:
            return True
    return False


def _sample(seconds: float, moves: dict[str, Move], client: Any) -> Sample:
    counts = Counter(move.status for move in moves.values())
    asked = {"$filter": "status eq 'notStarted'", "$count": "true", "$top": "1"}
    status = Path("/proc/self/status").read_text("ascii")
    memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return Sample(
        seconds,
        sum(number for status, number in counts.items() if status.is_final),
        counts[MoveStatus.WAITING],
        client.get(TASKS, asked)["@odata.count"],
        int(memory.split()[1]) / 1024,
        threading.active_count(),
        sum(1 for _ in Path("/proc/self/fd").iterdir()),
    )


def _practice_seconds(client: Any) -> float:
    now = read_time(client.get("/practice/clock")["now"])
    assert now is not None
    return now.timestamp()


def main() -> None:
    """The long form: 9,500 people in three batches."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--people", type=int, default=9_500)
    parser.add_argument("--batch-size", type=int, default=QUEUE_LIMIT)
    parser.add_argument("--speed", type=float, default=500)
    parser.add_argument("--days", type=float, default=0.0, help="begins spread over so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(
            run_long(
                Path(folder),
                people=options.people,
                batch_size=options.batch_size,
                speed=options.speed,
                days=options.days,
            )
        )


if __name__ == "__main__":
    main()
