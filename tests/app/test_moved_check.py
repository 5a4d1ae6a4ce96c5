"""Those who moved are checked in both tenants, and nobody's OneDrive is made by asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.client import GraphClient
from app.connection import Connection
from app.life import planned
from app.model import Move, MoveStatus, Side, Window
from app.moved_check import check_moved
from app.moved_values import MovedCheck, Verdict
from app.rehearsal import CONNECTION
from app.tenants import Tenants as Pair
from practice_run import Tenants
from scripted_service import NOON

HOUR = 3600.0


def moved(name: str, status: MoveStatus = MoveStatus.SUCCESS) -> Move:
    move = Move(f"{name}@contoso.com", 2, f"{name}@contoso.com", f"{name}@northwind.com")
    return replace(planned(move, "Wave 1", Window(), NOON), status=status)


@contextmanager
def pair(tenants: Tenants, *, application: bool) -> Iterator[Pair]:
    tokens = {side: tenants.token(side, delegated=not application) for side in Side}
    both = Pair(
        GraphClient(tenants.base_url, lambda: tokens[Side.SOURCE]),
        GraphClient(tenants.base_url, lambda: tokens[Side.TARGET]),
        target_is_application=application,
        source_is_application=application,
    )
    try:
        yield both
    finally:
        both.close()


def checked(both: Pair, *moves: Move, connection: Connection = CONNECTION) -> list[MovedCheck]:
    return [one for part in check_moved(moves, both, connection) for one in part]


@pytest.fixture
def after(tenants: Tenants) -> Tenants:
    """Ana has moved; Ben has not."""
    assert tenants.create("ana@contoso.com", "ana@northwind.com").status_code in (200, 201, 202)
    tenants.advance(48 * HOUR)
    return tenants


def test_with_application_tokens_both_sides_are_known(after: Tenants) -> None:
    with pair(after, application=True) as both:
        ana, ben = checked(both, moved("ana"), moved("ben"))
    assert (ana.source, ana.target, ana.verdict) == (Verdict.GOOD,) * 3
    # The journal says moved, the service says otherwise.
    assert ben.verdict is Verdict.BAD
    assert "still in the source" in ben.source_said


def test_an_admins_own_token_asks_for_no_drive_and_says_what_to_look_at(after: Tenants) -> None:
    with pair(after, application=False) as both:
        [ana] = checked(both, moved("ana"))
    assert ana.verdict is Verdict.UNKNOWN
    assert "Get-SPOCrossTenantUserContentMoveState" in ana.source_said
    assert "ana@northwind.com" in ana.target_said


def test_only_those_who_moved_are_asked_for(after: Tenants) -> None:
    with pair(after, application=True) as both:
        assert checked(both, moved("ben", MoveStatus.FAILED)) == []
        many = [moved(f"p{number}") for number in range(45)]
        parts = [len(part) for part in check_moved(many, both, CONNECTION)]
    assert parts == [20, 20, 5]
