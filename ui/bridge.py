"""The way from worker threads to the Qt thread: events are collected and handed over in batches."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QTimer, Signal

from app.events import Event

PERIOD_MS = 50
LIMIT = 5_000


class Bridge(QObject):
    """`post` may be called from any thread; `events` is emitted on the Qt thread with a list."""

    events = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[Event] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.drain)
        self._timer.start()

    def post(self, event: Event) -> None:
        """Thread-safe: appending to a deque is atomic, and nothing of Qt is touched."""
        self._queue.append(event)

    def drain(self) -> None:
        """Hand over what has come, at most LIMIT events so that one turn stays short."""
        batch: list[Event] = []
        while self._queue and len(batch) < LIMIT:
            batch.append(self._queue.popleft())
        if batch:
            self.events.emit(batch)

    def stop(self) -> None:
        """No further events are handed over."""
        self._timer.stop()
        self._queue.clear()
