"""The caller threads: each makes one service call at a time and hands the answer back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from app.errors import ServiceError, Unreachable


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: a result, or the error that took its place."""

    kind: str
    key: str
    result: Any = None
    error: ServiceError | None = None


class Calls(Protocol):
    """What a run needs of those who make its calls."""

    @property
    def free(self) -> int: ...

    def call(self, kind: str, key: str, function: Callable[[], Any]) -> None: ...

    def done(self) -> None: ...


class Callers:
    """A few daemon threads; abandoned at quit, because a blocked read cannot be interrupted."""

    def __init__(self, count: int, hand_back: Callable[[Answer], None]) -> None:
        self._jobs: queue.SimpleQueue[tuple[str, str, Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._hand_back = hand_back
        self.in_flight = 0
        """Calls handed out and not taken back with `done`; kept by the runner's thread."""
        self.count = count
        self._threads = [
            threading.Thread(target=self._work, name=f"caller-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def free(self) -> int:
        """How many more calls can be made right now."""
        return self.count - self.in_flight

    def call(self, kind: str, key: str, function: Callable[[], Any]) -> None:
        """Have `function` called; its answer comes back as Answer(kind, key, ...)."""
        self.in_flight += 1
        self._jobs.put((kind, key, function))

    def done(self) -> None:
        """An answer was taken."""
        self.in_flight -= 1

    def stop(self, timeout: float) -> None:
        """Let idle threads end, wait for them `timeout` seconds in all, abandon the rest."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout / len(self._threads))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            kind, key, function = job
            try:
                answer = Answer(kind, key, function())
            except ServiceError as error:
                answer = Answer(kind, key, error=error)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the answer
                # Unreachable, so that a submission which met a fault is looked up, not repeated.
                answer = Answer(
                    kind,
                    key,
                    error=Unreachable("INTERNAL", "The program met a fault in a call", repr(error)),
                )
            self._hand_back(answer)
