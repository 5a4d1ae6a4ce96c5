"""What the gates need to know of the two tenants, read from the connected services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.answers import odd_answer
from app.client import GraphClient
from app.clock import Clock
from app.errors import AppError, SignInRequired, Throttled
from app.gate_values import Organization, Reading, Seats
from app.limits import Limits
from app.moves import MoveService
from app.odata import number, objects, text
from app.polling import PENDING
from app.tenants import Tenants

_ORGANIZATION = "/v1.0/organization"
_PRODUCTS = "/v1.0/subscribedSkus"
_USABLE = frozenset({"enabled", "warning"})
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


def read_organization(client: GraphClient) -> Organization:
    """The tenant of this client ("List organizations"); takes Organization.Read.All."""
    answer = client.get(_ORGANIZATION, {"$select": "id,displayName,verifiedDomains"})
    for one in objects(answer.get("value")):
        domains = objects(one.get("verifiedDomains"))
        initial = [text(each.get("name")) for each in domains if each.get("isInitial") is True]
        return Organization(
            text(one.get("id")).casefold(),
            text(one.get("displayName")),
            tuple(text(each.get("name")).casefold() for each in domains),
            initial[0].casefold() if initial else "",
        )
    raise odd_answer("the tenant does not say who it is")


def read_seats(tenants: Tenants, limits: Limits) -> Seats:
    """The licences for moves of both tenants: one is needed on either side of a move.

    "List subscribedSkus"; takes LicenseAssignment.Read.All. A product that is suspended or locked
    is not counted. When one tenant does not say, the other's are counted; when neither does, the
    error is raised.
    """
    bought = used = 0
    products: dict[str, None] = {}
    refusals = []
    for client in (tenants.source, tenants.target):
        try:
            answer = client.get(_PRODUCTS)
        except (SignInRequired, Throttled):
            raise
        except AppError as error:
            refusals.append(error)
            continue
        for sku in objects(answer.get("value")):
            name = text(sku.get("skuPartNumber"))
            plans = [text(plan.get("servicePlanName")) for plan in objects(sku.get("servicePlans"))]
            usable = text(sku.get("capabilityStatus")).casefold() in _USABLE
            if usable and limits.is_migration_licence(name, plans):
                prepaid = sku.get("prepaidUnits")
                bought += number(prepaid.get("enabled") if isinstance(prepaid, dict) else 0) or 0
                used += number(sku.get("consumedUnits")) or 0
                products[name] = None
    if len(refusals) == 2:
        raise refusals[0]
    return Seats(bought, used, tuple(products))


def count_pending(service: MoveService) -> int:
    """Moves in the service's queue, whoever started them; they share its places."""
    return sum(1 for move in service.list_moves() if move.status in PENDING)
