"""Does what takes long on the window's own thread in short turns, with drawing in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

Work = Iterator[object]
_TURN_MS = 12
"""Less than a frame at 60 Hz, so that scrolling goes on."""


class Turns(QObject):
    """Works are done one after the other; at a `yield` a turn may end, and later go on.

    What yields only between slices of something large is done at once when it is small.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works: deque[Work] = deque()
        self._is_at_work = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    @property
    def is_busy(self) -> bool:
        """Something waits for its turn, or is at it."""
        return bool(self._works)

    def do(self, work: Work) -> None:
        """Do this after all that was asked before."""
        self._works.append(work)
        if not (self._is_at_work or self._timer.isActive()):
            self._turn()

    def _turn(self) -> None:
        if self._is_at_work:
            return
        self._is_at_work = True
        passed = QElapsedTimer()
        passed.start()
        try:
            while self._works and passed.elapsed() < _TURN_MS:
                work = self._works[0]
                if next(work, self) is self:
                    self._works.remove(work)
        except BaseException:
            # What raises has ended; what stands behind it has not.
            self._works.popleft()
            raise
        finally:
            self._is_at_work = False
            if self._works:
                self._timer.start()
            else:
                self._timer.stop()
