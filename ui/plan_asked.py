"""What may be started now, and what the admin asks for; plain values."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field

from app.chain import DEFAULT_SHARE
from app.model import Window
from app.plan import BatchRule


@dataclass(frozen=True, slots=True)
class Choices:
    """The keys that can be started, by the ways of choosing them."""

    ready: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    selected_left_out: int = 0
    selected_hidden: int = 0
    batches: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    batch_column: str = ""
    has_sizes: bool = False
    """The workbook says how large the OneDrives are."""


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What the admin has put together; nothing is sent before it is confirmed."""

    keys: tuple[str, ...]
    window: Window
    rule: BatchRule
    left_out: int = 0
    hidden: int = 0
    share: float = DEFAULT_SHARE
    """Of a batch, that must have ended before the next one follows; 0 to 1."""
    is_paused: bool = False
    """Nothing is sent now; a start takes that back."""

    @property
    def may_be_several(self) -> bool:
        """More than one batch may come of it."""
        rule = self.rule
        return bool(rule.by_column or rule.most_gb or 0 < rule.pilot < len(self.keys)) or (
            len(self.keys) > rule.size
        )
