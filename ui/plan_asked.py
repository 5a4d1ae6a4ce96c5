"""What may be started now, and what the admin asks for; plain values."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field

from app.model import Window


@dataclass(frozen=True, slots=True)
class Choices:
    """The keys that can be started, by the ways of choosing them."""

    ready: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    selected_left_out: int = 0
    selected_hidden: int = 0
    batches: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    batch_column: str = ""


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What the admin has put together; nothing is sent before it is confirmed."""

    keys: tuple[str, ...]
    window: Window
    batch_size: int
    by_column: bool
    batches: int
    left_out: int = 0
    hidden: int = 0
