"""Keeps the search for garbage away from what stays as long as a workbook is open."""

from __future__ import annotations

import gc

_SELDOM = 1_000
"""Young collections before all is looked at; a write into a large workbook makes many objects."""


def leave_to_stay() -> None:
    """Let Python's collector pass over all that there is now.

    With a hundred thousand rows it would look at a million objects again and again, and nothing
    can be drawn for a third of a second each time. What a former workbook left goes first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _SELDOM)
