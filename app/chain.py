"""Which batches may be sent: the next one goes when the present one is nearly done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from app.journal import Journal
from app.roster import Roster

DEFAULT_SHARE = 0.9
"""The share of a batch in a final state at which the next one follows: the advice is to send it
when the present one is close to completion ("Cross-tenant OneDrive migration, step 6")."""

_ORDER, _SHARE = "batches", "chain"


class Chain:
    """The batches of a project in the order in which they were planned."""

    def __init__(
        self,
        order: Iterable[str] = (),
        share: float = DEFAULT_SHARE,
        keep: Callable[[str, str], None] = lambda name, value: None,
    ) -> None:
        """`keep` is told the name and value of what a later session must know."""
        self.order = list(dict.fromkeys(order))
        self.share = share
        self._keep = keep

    @classmethod
    def kept(cls, journal: Journal, roster: Roster) -> Chain:
        """The chain of a project as its journal kept it."""
        settings = dict(journal.settings())
        order = json.loads(settings.get(_ORDER, "[]"))
        share = float(settings.get(_SHARE, DEFAULT_SHARE))
        return cls([*order, *roster.batches()], share, journal.set_setting)

    def add(self, batches: Iterable[str]) -> None:
        """Put new batches behind those that are there."""
        self.order = list(dict.fromkeys([*self.order, *batches]))
        self._keep(_ORDER, json.dumps(self.order))

    def set_share(self, share: float) -> None:
        """Let the next batch follow when this share (0 to 1) of the one before it has ended."""
        self.share = share
        self._keep(_SHARE, repr(share))

    def open_batches(self, roster: Roster) -> list[str]:
        """The batches whose moves may be sent, those that begin first in front.

        A batch with a begin time follows its window: the service holds it until then, so it is
        sent without waiting for others. One without waits for the one before it.
        """
        timed, chained = [], []
        before_is_done = True
        for name in self.order:
            count = roster.batch_count(name)
            if count.begin_utc is not None:
                timed.append((count.begin_utc, name))
                continue
            if before_is_done:
                chained.append(name)
            before_is_done = before_is_done and count.ended >= self.share * count.planned
        return chained + [name for _, name in sorted(timed)]
