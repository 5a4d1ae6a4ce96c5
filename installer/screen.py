"""A screen of its own on which a trial shows its windows, and pictures are taken of them."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE = 240.0
"""Seconds until something that must happen counts as missing, also on a machine that is busy."""
_PAUSE = 0.3
_PLAIN = 30
"""Colours that a window without anything in it may show."""
_OF_A_CLOCK, _CALM_PICTURES = 2_000, 5
"""The practice clock goes on: fewer pixels than these may change, so many pictures in a row."""


class Screen:
    """One virtual display with a window manager."""

    def __init__(self, display: str) -> None:
        self.display = display
        self._environment = {**os.environ, "DISPLAY": display}

    def picture(self, target: Path, window: str = "root") -> None:
        """Take a picture of the whole screen, or of one window."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self._run("import", "-window", window, str(target))

    def window(self, title: str, seconds: float = PATIENCE) -> str:
        """Wait for a visible window whose title fits the pattern; its number. SystemExit if not."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = self._run("xdotool", "search", "--onlyvisible", "--name", title).split()
            return bool(found)

        wait(is_there, seconds, f"no window called {title} came")
        return found[-1]

    def drawn_window(self, title: str) -> str:
        """The window, once there is more in it than its ground. SystemExit if not."""
        window = self.window(title)
        wait(lambda: self.colours(window) > _PLAIN, PATIENCE, f"the window {title} stayed empty")
        return window

    def settled_picture(self, target: Path) -> None:
        """A picture once the screen shows no more changes than a clock makes. SystemExit if not."""
        earlier = target.with_suffix(".earlier.png")
        calm = 0

        def is_still() -> bool:
            nonlocal calm
            if target.exists():
                target.replace(earlier)
            self.picture(target)
            is_calm = earlier.exists() and changed_pixels(earlier, target) < _OF_A_CLOCK
            calm = calm + 1 if is_calm else 0
            return calm >= _CALM_PICTURES

        wait(is_still, PATIENCE, "the window did not come to rest")
        earlier.unlink()

    def is_gone(self, title: str) -> bool:
        """No window fits any more."""
        return not self._run("xdotool", "search", "--onlyvisible", "--name", title).split()

    def key(self, window: str, *keys: str) -> None:
        """Press these keys in the window."""
        self._run("xdotool", "windowactivate", "--sync", window)
        self._run("xdotool", "key", "--delay", "80", *keys)

    def colours(self, window: str) -> int:
        """How many colours the window shows; an empty one shows one or two."""
        said = self._run("import", "-window", window, "-format", "%k", "info:-")
        match = re.search(r"\d+", said)
        return int(match[0]) if match else 0

    def _run(self, *command: str) -> str:
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=False
        ).stdout


@contextlib.contextmanager
def virtual_screen(size: str = "1400x900x24") -> Iterator[Screen]:
    """A display that nobody uses, gone at the end."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        display = f":{told.readline().strip()}"
    manager = subprocess.Popen(
        ["openbox"],
        env={**os.environ, "DISPLAY": display},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Screen(display)
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(PATIENCE)


def changed_pixels(before: Path, after: Path) -> int:
    """In how many pixels two pictures differ; in all of them when they cannot be compared."""
    words = ["compare", "-metric", "AE", str(before), str(after), "null:"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    match = re.match(r"[\d.e+]+", done.stderr)
    return int(float(match[0])) if match else sys.maxsize


def wait(happened: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait until something has happened; ends the program with the sentence when it does not."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise SystemExit(f"Stopped: {otherwise} within {seconds:g} seconds.")
        time.sleep(_PAUSE)
