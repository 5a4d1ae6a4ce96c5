"""Tells what held the window's thread up: where each thread stood while a tick was late.

Where nobody could look for long either, one call into C had the interpreter all the time; the
thread that made it is the one that has moved on meanwhile.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from types import FrameType

_LOOK_SECONDS = 0.005
_DEEP = 9


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the threads were."""

    waited: float
    """Seconds since the look before."""
    places: dict[int, str]


class Stacks:
    """Looks at every thread while the window's is late, from a thread of its own."""

    def __init__(self, late_seconds: float) -> None:
        self._late = late_seconds
        self._window = threading.get_ident()
        self._tick = time.perf_counter()
        self._is_stopped = threading.Event()
        self._seen: list[Sample] = []
        self.found: list[tuple[float, str, list[Sample]]] = []
        """The length of each gap in seconds, what the program did, and what was seen in it."""
        self._names: dict[int, str] = {}
        self._thread = threading.Thread(target=self._look, name="stacks", daemon=True)
        self._thread.start()

    def ticked(self, now: float, gap: float, phase: str) -> None:
        """The window's thread has come round after `gap` seconds."""
        self._tick = now
        seen, self._seen = self._seen, []
        if gap > self._late:
            self.found.append((gap, phase, seen))

    def stop(self) -> None:
        """Look no more."""
        self._is_stopped.set()
        self._thread.join()

    def print(self, most: int) -> None:
        """The longest gaps, each with the places where most of its samples were."""
        names = self._names
        for gap, phase, seen in sorted(self.found, key=lambda one: -one[0])[:most]:
            print(f"\n{1000 * gap:.0f} ms in “{phase}”, looked {len(seen)} times")
            for sample in seen:
                if sample.waited > self._late:
                    print(f"  nobody could look for {1000 * sample.waited:.0f} ms; after it:")
                    for thread, place in sample.places.items():
                        print(f"       {names.get(thread, 'ended')}: {place}")
            threads = sorted(
                {one for sample in seen for one in sample.places}, key=self._window.__ne__
            )
            for thread in threads:
                places = Counter(one.places[thread] for one in seen if thread in one.places)
                for place, number in places.most_common(3):
                    who = "window" if thread == self._window else names.get(thread, "ended")
                    print(f"  {number:4} {who}: {place}")

    def _look(self) -> None:
        before = time.perf_counter()
        while not self._is_stopped.wait(_LOOK_SECONDS):
            now = time.perf_counter()
            waited, before = now - before, now
            if time.perf_counter() - self._tick < self._late / 2:
                continue
            frames = sys._current_frames()
            self._names.update((one.ident or 0, one.name) for one in threading.enumerate())
            me = threading.get_ident()
            places = {thread: _place(frame) for thread, frame in frames.items() if thread != me}
            self._seen.append(Sample(waited, places))


def _place(frame: FrameType | None) -> str:
    """The innermost calls, the newest first; a thread that waits says so by its own."""
    calls: list[str] = []
    while frame is not None and len(calls) < _DEEP:
        code = frame.f_code
        file = code.co_filename.rpartition("/")[2]
        calls.append(f"{file}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(calls)
