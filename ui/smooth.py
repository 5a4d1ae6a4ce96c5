"""Keeps Python itself from holding the window up: whose turn it is, and the search for garbage."""

from __future__ import annotations

import gc
import sys

_TURN_SECONDS = 0.0005
"""How long another thread may keep the interpreter when the window wants it.

The window's thread lets it go whenever it waits for Qt, some dozens of times for one screen. With
Python's own 5 ms and one busy thread a screen took 0.08 s, with this 0.02 s.
"""
_SELDOM = 1_000
"""Young collections before all is looked at; reading a large workbook makes a million objects."""


def begin() -> None:
    """For a program with a window: called once, before there are other threads."""
    sys.setswitchinterval(_TURN_SECONDS)
    gc.set_threshold(*gc.get_threshold()[:2], _SELDOM)


def leave_to_stay() -> None:
    """Let Python's collector pass over all that there is now.

    With a hundred thousand rows it would look at a million objects again and again, and nothing
    can be drawn for a third of a second each time. The rows of a workbook that is left go without
    it, as they make no circles; what else is garbage by now stays until the program ends.
    """
    gc.collect(1)
    gc.freeze()
