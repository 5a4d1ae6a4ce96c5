"""After a move: is the new OneDrive there, and only a redirect left, as far as Graph can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app import powershell
from app.connection import Connection
from app.directory_reader import read_drives
from app.errors import ServiceError
from app.model import Move, MoveStatus, Side
from app.moved_values import MovedCheck, Verdict
from app.preflight_facts import Drive, Said
from app.tenants import Tenants

AT_ONCE = 20
"""People asked for in one call: the most that a batch of Graph takes."""


def check_moved(
    moves: Iterable[Move], tenants: Tenants, connection: Connection
) -> Iterator[tuple[MovedCheck, ...]]:
    """Check everybody who moved, twenty in a call.

    A drive is asked for with an application token only: asked with an admin's own, "Get drive"
    makes a new OneDrive where there is none, in the source as well, and that would stand in the
    way of the redirect. Without one, both sides are unknown, with what to look at by hand.
    Raises ServiceError when a tenant cannot be reached at all.
    """
    moved = [move for move in moves if move.status is MoveStatus.SUCCESS]
    for first in range(0, len(moved), AT_ONCE):
        part = moved[first : first + AT_ONCE]
        sources = _drives(tenants, Side.SOURCE, [move.source_upn for move in part])
        targets = _drives(tenants, Side.TARGET, [move.target_upn for move in part])
        yield tuple(
            _found(move, source, target, connection)
            for move, source, target in zip(part, sources, targets, strict=True)
        )


def _drives(tenants: Tenants, side: Side, upns: Sequence[str]) -> list[Drive | None]:
    application = {
        Side.SOURCE: tenants.source_is_application,
        Side.TARGET: tenants.target_is_application,
    }
    if not application[side]:
        return [Drive() for _ in upns]
    try:
        return read_drives(tenants, side, upns)
    except ServiceError as error:
        if error.is_transient:
            raise
        return [Drive(Said.REFUSED, error.detail or error.title) for _ in upns]


def _found(
    move: Move, source: Drive | None, target: Drive | None, connection: Connection
) -> MovedCheck:
    by_hand = _by_hand(move, connection)
    at_source, source_said = _of_source(source, by_hand)
    at_target, target_said = _of_target(target, move.target_upn)
    return MovedCheck(
        move.key,
        move.row,
        move.source_upn,
        move.target_upn,
        at_source,
        at_target,
        source_said,
        target_said,
    )


def _of_source(drive: Drive | None, by_hand: str) -> tuple[Verdict, str]:
    if drive is None or drive.said in (Said.NOT_ASKED, Said.REFUSED):
        why = f" ({drive.words})" if drive is not None and drive.words else ""
        return Verdict.UNKNOWN, f"The service could not be asked{why}. {by_hand}"
    if drive.said is Said.MISSING:
        return (
            Verdict.GOOD,
            "No OneDrive is left in the source. That a redirect is in its place, Graph does not"
            " say: the list of redirects does.",
        )
    if not drive.used_bytes:
        return (
            Verdict.BAD,
            "An empty OneDrive is in the source again: somebody has opened it there since. Links to"
            " the old place may not lead to the new one any more.",
        )
    return Verdict.BAD, f"A OneDrive with files is still in the source. {by_hand}"


def _of_target(drive: Drive | None, target_upn: str) -> tuple[Verdict, str]:
    if drive is None or drive.said in (Said.NOT_ASKED, Said.REFUSED):
        why = f" ({drive.words})" if drive is not None and drive.words else ""
        return (
            Verdict.UNKNOWN,
            f"The service could not be asked{why}. In the target's admin centre, open {target_upn}"
            " under Users, OneDrive, and follow the link to the files.",
        )
    if drive.said is Said.MISSING:
        return Verdict.BAD, "There is no OneDrive in the target. Ask Microsoft's support."
    return Verdict.GOOD, "The OneDrive is in the target."


def _by_hand(move: Move, connection: Connection) -> str:
    host = connection.target_host or powershell.TARGET_HOST
    return f"On the source: {powershell.move_state(move.source_upn, host)}"
