"""What the gates need to know of the two tenants, read from the connected services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.answers import NOTHING_TO_DO, odd_answer, throttled
from app.client import GraphClient
from app.clock import Clock
from app.directory_reader import read_tenant
from app.errors import AppError, SignInRequired, Throttled, Unreachable
from app.gate_values import Organization, Reading, Seats
from app.limits import Limits
from app.moves import MoveService
from app.polling import PENDING
from app.preflight_facts import Product, TenantFacts
from app.tenant_checks import move_products

_TRIES = 3
_T = TypeVar("_T")


def reading(clock: Clock, ask: Callable[[], _T], pause: Callable[[float], bool]) -> Reading[_T]:
    """Ask, and keep the answer or the error with the time; being put off is waited for."""
    for count in range(_TRIES):
        try:
            return Reading(ask(), clock.now())
        except AppError as error:
            is_last = count == _TRIES - 1
            if not isinstance(error, Throttled) or is_last or not pause(error.retry_after):
                return Reading(None, clock.now(), error)
    raise AssertionError("the last try returns")


def read_side(client: GraphClient) -> TenantFacts:
    """What the tenant of this client says of itself; raises ServiceError, as `read_tenant` does,
    and Throttled or Unreachable when it could not be said now.
    """
    facts = read_tenant(client)
    if facts is not None:
        return facts
    if held := client.throttle.remaining():
        raise throttled("HELD_BACK", "", held, status=0, request_id="")
    raise Unreachable("SERVICE_FAULT", "The service met a fault of its own", "", NOTHING_TO_DO)


def organization_of(said: Reading[TenantFacts]) -> Reading[Organization]:
    """Who the tenant is, or why it does not say."""
    facts = said.value
    if facts is None:
        return Reading(None, said.at, said.error)
    if facts.organization_error is not None:
        return Reading(None, said.at, facts.organization_error)
    if not facts.tenant_id:
        return Reading(None, said.at, odd_answer("the tenant does not say who it is"))
    organization = Organization(facts.tenant_id, facts.name, facts.domains, facts.initial_domain)
    return Reading(organization, said.at)


def seats_of(said: Sequence[Reading[TenantFacts]], limits: Limits) -> Seats:
    """The licences for moves of both tenants: one is needed on either side of a move.

    When one tenant does not say, the other's are counted; when neither does, the error is raised.
    So are the ServiceErrors SignInRequired and Throttled of either.
    """
    found: list[Product] = []
    refusals: list[AppError] = []
    for one in said:
        error = one.error if one.value is None else one.value.products_error
        if isinstance(error, SignInRequired | Throttled):
            raise error
        if error is not None:
            refusals.append(error)
        elif one.value is not None:
            found += move_products(one.value, limits)
    if refusals and len(refusals) == len(said):
        raise refusals[0]
    return Seats(
        sum(product.bought or 0 for product in found),
        sum(product.used or 0 for product in found),
        tuple(dict.fromkeys(product.part_number for product in found)),
    )


def count_pending(service: MoveService) -> int:
    """Moves in the service's queue, whoever started them; they share its places."""
    return sum(1 for move in service.list_moves() if move.status in PENDING)
