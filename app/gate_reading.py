"""What the gates need to know of the two tenants, read from the connected services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.client import GraphClient, Json, odd_answer
from app.clock import Clock
from app.errors import AppError, SignInRequired, Throttled
from app.gate_values import Organization, Reading, Seats
from app.limits import Limits
from app.moves import MoveService
from app.polling import PENDING
from app.tenants import Tenants

_ORGANIZATION = "/v1.0/organization"
_PRODUCTS = "/v1.0/subscribedSkus"
_USABLE = frozenset({"enabled", "warning"})
_TRIES = 3
_T = TypeVar("_T")


def reading(clock: Clock, ask: Callable[[], _T], pause: Callable[[float], bool]) -> Reading[_T]:
    """Ask, and keep the answer or the error with the time; being put off is waited for."""
    for number in range(_TRIES):
        try:
            return Reading(ask(), clock.now())
        except AppError as error:
            is_last = number == _TRIES - 1
            if not isinstance(error, Throttled) or is_last or not pause(error.retry_after):
                return Reading(None, clock.now(), error)
    raise AssertionError("the last try returns")


def read_organization(client: GraphClient) -> Organization:
    """The tenant of this client ("List organizations"); takes Organization.Read.All."""
    answer = client.get(_ORGANIZATION, {"$select": "id,displayName,verifiedDomains"})
    for one in _objects(answer.get("value")):
        domains = _objects(one.get("verifiedDomains"))
        initial = [_text(each, "name") for each in domains if each.get("isInitial") is True]
        return Organization(
            _text(one, "id").casefold(),
            _text(one, "displayName"),
            tuple(_text(each, "name").casefold() for each in domains),
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
        for sku in _objects(answer.get("value")):
            name = _text(sku, "skuPartNumber")
            plans = [_text(plan, "servicePlanName") for plan in _objects(sku.get("servicePlans"))]
            usable = _text(sku, "capabilityStatus").casefold() in _USABLE
            if usable and limits.is_migration_licence(name, plans):
                prepaid = sku.get("prepaidUnits")
                bought += _number(prepaid.get("enabled") if isinstance(prepaid, dict) else 0)
                used += _number(sku.get("consumedUnits"))
                products[name] = None
    if len(refusals) == 2:
        raise refusals[0]
    return Seats(bought, used, tuple(products))


def count_pending(service: MoveService) -> int:
    """Moves in the service's queue, whoever started them; they share its places."""
    return sum(1 for move in service.list_moves() if move.status in PENDING)


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(where: Json, name: str) -> str:
    value = where.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
