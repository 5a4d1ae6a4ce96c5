"""How large made-up OneDrives are, and how long they take to move.

Sizes and counts follow log-normal distributions, as files in real companies do: most OneDrives are
small, and a few hold nearly everything.
"""

from __future__ import annotations

import math
from statistics import NormalDist

SMALLEST_BYTES = 50 * 10**6
LARGEST_BYTES = 2 * 10**12
MOST_ITEMS = 950_000
"""A made-up OneDrive stays below the limits; one that does not is made so on purpose."""
LONGEST_PATH = 200
_SHORTEST_PATH = 30
_MEDIAN_BYTES = 6 * 10**9
_SPREAD_OF_BYTES = 1.8
_MEDIAN_ITEM_BYTES = 1.5 * 10**6
_SPREAD_OF_ITEMS = 0.8
_SHORTEST_MINUTES = 10
_LONGEST_MINUTES = 60
_NORMAL = NormalDist()


def drive_bytes(dice: float) -> int:
    """The size of a OneDrive; `dice` from 0 to 1 says how large among all."""
    size = _MEDIAN_BYTES * math.exp(_SPREAD_OF_BYTES * _deviation(dice))
    return round(min(max(size, SMALLEST_BYTES), LARGEST_BYTES))


def item_count(size: int, dice: float) -> int:
    """Files, versions, folders and list rows of a OneDrive of this size."""
    each = _MEDIAN_ITEM_BYTES * math.exp(_SPREAD_OF_ITEMS * _deviation(dice))
    return min(max(round(size / each), 1 if size else 0), MOST_ITEMS)


def longest_path(dice: float) -> int:
    """Characters of the longest path below the address of the OneDrive."""
    return round(_SHORTEST_PATH + (LONGEST_PATH - _SHORTEST_PATH) * dice)


def move_ms(size: int, pace: float = 1.0) -> int:
    """How long a move takes, in practice milliseconds: 10 to 60 minutes by size, at pace 1."""
    size = min(max(size, SMALLEST_BYTES), LARGEST_BYTES)
    share = math.log(size / SMALLEST_BYTES) / math.log(LARGEST_BYTES / SMALLEST_BYTES)
    minutes = _SHORTEST_MINUTES + (_LONGEST_MINUTES - _SHORTEST_MINUTES) * share
    return round(minutes * 60_000 * pace)


def _deviation(dice: float) -> float:
    return _NORMAL.inv_cdf(min(max(dice, 1e-9), 1 - 1e-9))
