"""MoveService: what any service offers to the runner, and what it can say of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.model import MoveStatus


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can say and do; the screen greys out the rest, with the reason."""

    name: str
    """"practice" or "graph": the screen has the words for it."""
    practice: bool
    beta: bool
    """Microsoft calls the interface beta; the screen says so."""
    can_list: bool
    keeps_end: bool
    """The service takes the preferred end of a window; otherwise it is a note of ours."""
    says_stage: bool
    queue_limit: int
    """Moves that the service queues at most."""
    poll_seconds: float
    """The shortest sensible pause between two polls."""
    settle_seconds: float
    """How long a submission without an answer may still be on its way."""
    second_start_after: frozenset[MoveStatus]
    """Final statuses after which the service accepts a new start of the same source."""
    takes_latest_start: bool = False
    """The service cancels by itself what has not begun by a given time: no end of anything."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What is sent to start one move; times in UTC."""

    source_upn: str
    target_upn: str
    begin_utc: datetime | None = None
    latest_utc: datetime | None = None
    """Not begun by then: the service cancels it. Only where `takes_latest_start`."""


@dataclass(frozen=True, slots=True)
class ServiceMove:
    """What the service says of one move; times in UTC."""

    move_id: str
    source_upn: str
    target_upn: str
    status: MoveStatus
    service_state: str
    derived: bool = False
    stage: str = ""
    error_code: str = ""
    error_message: str = ""
    begin_utc: datetime | None = None
    started_utc: datetime | None = None
    updated_utc: datetime | None = None
    finished_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the service says of a start that it only checked."""

    status: int
    """The HTTP status; 200 also when the check found something."""
    state: str = ""
    """The service's own word, verbatim; "" when it refused the start as such."""
    code: str = ""
    message: str = ""
    """The service's own words, verbatim."""
    passed: bool = False
    made_move_id: str = ""
    """Not "": the service did not take it as a check, and this is the move that it made."""


@runtime_checkable
class ChecksStarts(Protocol):
    """A MoveService that offers the engine's own dry run and says how full its queue is.

    Raises as a MoveService does.
    """

    def dry_run(self, requests: Sequence[StartRequest]) -> list[DryRun | None]:
        """Check at most twenty starts in one call, in order; None: could not be said now."""

    def pending(self) -> int:
        """Moves in the service's queue, whoever started them."""


class MoveService(Protocol):
    """A service that moves OneDrives.

    Every call blocks and may be made from several threads. Raises only `app.errors.ServiceError`
    kinds: Throttled, SignInRequired, Unreachable, Refused.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def find(self, source_upn: str) -> ServiceMove | None:
        """The move of this source, or None when the service has none."""

    def states(self, move_ids: Sequence[str]) -> list[ServiceMove]:
        """The moves with these ids, in one call for many; one that is not known is left out."""

    def list_moves(self) -> list[ServiceMove]:
        """Every move the service has, also those that we did not start."""

    def start(self, request: StartRequest) -> ServiceMove:
        """Submit one move. Never repeat it without `find`: a move cannot be undone."""

    def cancel(self, move_id: str) -> None:
        """Ask for a cancel; Refused (409) once the move runs."""

    def close(self) -> None:
        """Let go of connections."""
