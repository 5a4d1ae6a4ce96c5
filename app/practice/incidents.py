"""What happens at the service at set times: throttling, a restart, starts that are held back.

Times are counted from the first move that was asked for, so that a rehearsal meets them however
long the admin looked around before; some from the moment when the clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.practice.directory import Directory
from app.practice.faults import Fault
from app.practice.store import Store

_NEVER = 2**61
_FIRST_MOVE = "first_move"
_PLAYED = "incidents_played"
CLOCK_CHANGE = "clock_change"
"""Where the state file keeps when the clocks change, in practice milliseconds."""


class What(StrEnum):
    """Kinds of incidents, as the files of scenarios name them."""

    THROTTLED = "throttled"
    """A share of all calls is answered 429."""
    UNAVAILABLE = "unavailable"
    """A share of all calls is answered 503."""
    SIGN_IN_EXPIRED = "sign-in expired"
    """Every token counts as expired; afterwards as renewed."""
    STARTS_HELD = "starts held"
    """No move is started; those that run go on."""
    RESTART = "restart"
    """A share of the running moves is put back into the queue, and none is started meanwhile."""
    JOBS_NOT_CREATED = "jobs not created"
    """A share of the moves that would start fails instead."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One of them; times in practice milliseconds, counted from the first move that was asked
    for, or from the moment when the clocks change.
    """

    what: What
    at: int
    lasts: int
    share: float = 1.0
    retry_after_seconds: float = 2.5
    """Real seconds that a refused caller is told to wait."""
    at_change: bool = False
    """Counted from the moment when the clocks change."""


class Incidents:
    """The incidents of a scenario on the clock of one state file."""

    def __init__(self, store: Store, directory: Directory, incidents: Sequence[Incident]) -> None:
        self._store = store
        self._directory = directory
        self._all = tuple(incidents)
        first = store.meta(_FIRST_MOVE)
        self._first = None if first is None else int(first)
        self._change = int(store.meta(CLOCK_CHANGE) or 0)
        self._calls = 0

    def begin(self, now: int) -> None:
        """The first move was asked for; called inside the transaction that keeps the move."""
        if self._all and self._first is None:
            self._store.set_meta(_FIRST_MOVE, str(now))

    def begun(self, now: int) -> None:
        """That transaction is on disk."""
        if self._all and self._first is None:
            self._first = now

    def refuse(self, now: int) -> None:
        """Called for every call of a client. Raises Fault: 401, 429 or 503 with Retry-After."""
        for incident in self._on(now, What.SIGN_IN_EXPIRED, What.THROTTLED, What.UNAVAILABLE):
            # The number of the call, not the time, or on a clock that stands still all would fail.
            self._calls += 1
            if self._directory.share(f"call|{self._calls}") < incident.share:
                raise _REFUSALS[incident.what](incident)

    def held_until(self, at: int) -> int:
        """When a move may start that could start at this time."""
        until = at
        while held := self._on(until, What.STARTS_HELD, What.RESTART):
            until = max(self._begin(each) + each.lasts for each in held)
        return until

    def next_restart(self) -> int | None:
        """When the next restart is due that has not been played."""
        restarts = self._restarts()
        if not restarts or self._first is None:
            return None
        played = int(self._store.meta(_PLAYED) or 0)
        return self._begin(restarts[played]) if played < len(restarts) else None

    def play_restart(self) -> Incident:
        """The restart that is due; called inside the transaction that keeps what it did."""
        played = int(self._store.meta(_PLAYED) or 0)
        self._store.set_meta(_PLAYED, str(played + 1))
        return self._restarts()[played]

    def prevents_job(self, source_key: str, at: int) -> bool:
        """Whether the service fails to make the job of a move that starts now."""
        return any(
            self._directory.share(f"job|{source_key}|{at}") < each.share
            for each in self._on(at, What.JOBS_NOT_CREATED)
        )

    def _restarts(self) -> list[Incident]:
        restarts = [each for each in self._all if each.what is What.RESTART]
        return sorted(restarts, key=self._begin)

    def _on(self, now: int, *kinds: What) -> list[Incident]:
        found = [each for each in self._all if each.what in kinds]
        return [each for each in found if 0 <= now - self._begin(each) < each.lasts]

    def _begin(self, incident: Incident) -> int:
        base = self._change if incident.at_change else self._first
        return _NEVER if base is None else base + incident.at


def forget(store: Store) -> None:
    """Another scenario begins: its incidents come after the next move that is asked for."""
    store.execute("DELETE FROM meta WHERE key IN (?, ?, ?)", _FIRST_MOVE, _PLAYED, CLOCK_CHANGE)


def _expired(_incident: Incident) -> Fault:
    return Fault(
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
        headers={"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'},
    )


def _throttled(incident: Incident) -> Fault:
    return Fault(
        429,
        "TooManyRequests",
        "Please retry again later.",
        inner_code="429",
        headers={"Retry-After": f"{incident.retry_after_seconds:.3f}"},
    )


def _unavailable(incident: Incident) -> Fault:
    return Fault(
        503,
        "serviceNotAvailable",
        "The service is temporarily unavailable. Please retry again later.",
        headers={"Retry-After": f"{incident.retry_after_seconds:.3f}"},
    )


_REFUSALS: dict[What, Callable[[Incident], Fault]] = {
    What.SIGN_IN_EXPIRED: _expired,
    What.THROTTLED: _throttled,
    What.UNAVAILABLE: _unavailable,
}
