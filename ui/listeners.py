"""Who in the window is told of which kind of event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from app.events import Event

Kind = TypeVar("Kind", bound=Event)


class Listeners:
    """The window and its features each say what they want to hear of."""

    def __init__(self) -> None:
        self._told: dict[type, list[Callable[[Any], object]]] = defaultdict(list)

    def on(self, kind: type[Kind], what: Callable[[Kind], object]) -> None:
        """Call `what` with each event of this kind, after those who asked before."""
        self._told[kind].append(what)

    def tell(self, event: Event) -> None:
        """Tell the event to all who asked for its kind."""
        for what in self._told[type(event)]:
            what(event)
