"""Text: what is said of one code of a finding, in three parts."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """What to say of a code; names in braces are filled in with the values of the finding."""

    title: str
    reason: str
    remedy: str
