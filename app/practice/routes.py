"""The addresses of the practice tenants: the one table that calls are answered by and from which
the OpenAPI document is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.practice.access import Side
from app.practice.calls import Answer, Call
from app.practice.faults import Fault, not_found
from app.practice.odata import read_query
from app.practice.trust import Trust

BETA = ("beta",)
BOTH = ("beta", "v1.0")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    method: str
    template: str
    """As OpenAPI writes it, without the version."""
    handle: Callable[..., Answer]
    """Takes the call, its query options, and what the pattern caught."""
    summary: str
    pattern: str = ""
    """A regular expression for the decoded path; empty: the template as it is."""
    versions: Sequence[str] = BOTH
    side: Side | None = None
    """The only tenant on which it is called; None: either."""
    permissions: Sequence[str] = ()
    """Any one of them opens it."""
    refusal: str = "accessDenied"
    """The code of a 403."""
    options: Sequence[str] = ()
    properties: Sequence[str] = ()
    """What `$select` takes."""
    success: int = 200
    request: str = ""
    answer: str = ""
    """Names of schemas; an answer without one is plain text, or nothing at all for 204."""
    errors: Sequence[int] = ()
    """The refusals beyond those that every call can meet."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What stands in the braces of the template, and options that it needs, with an example."""
    example: Any = None

    def caught(self, path: str) -> tuple[str, ...] | None:
        """What the path holds in the places of the parameters; None when it is another path."""
        found = re.fullmatch(self.pattern or re.escape(self.template), path, re.DOTALL)
        # Of several spellings of a key only one has caught something.
        return None if found is None else tuple(each for each in found.groups() if each is not None)


class Routes:
    """Finds the route of a call and lets it pass only when the call may go there."""

    def __init__(self, routes: Iterable[Route], trust: Trust) -> None:
        self.all = tuple(routes)
        self._trust = trust

    def answer(self, call: Call) -> Answer:
        """Raises Fault: 404 for an unknown address, 422 on the wrong side, 403 without permission,
        405 for another method, 400 for a wrong query, and whatever the handler refuses.
        """
        here = [
            (route, caught)
            for route in self.all
            if call.version in route.versions and (caught := route.caught(call.path)) is not None
        ]
        if not here:
            raise not_found(f"Nothing was found at the address /{call.version}{call.path[:200]}.")
        # The addresses do not overlap, except that an id could be spelt like a function.
        template = here[0][0].template
        found = [each for each in here if each[0].template == template]
        self._check_side(found[0][0], call)
        for route, caught in found:
            if route.method == call.method:
                _check_permission(route, call)
                query = read_query(call.query, route.options, route.properties)
                return route.handle(call, query, *caught)
        methods = [route.method for route, _ in found]
        raise Fault(
            405,
            "MethodNotAllowed",
            f"This address takes {' and '.join(methods)} only.",
            headers={"Allow": ", ".join(methods)},
        )

    def _check_side(self, route: Route, call: Call) -> None:
        """A token is good on its own tenant; what is missing there is the partner in that role."""
        if route.side is not None and call.caller.side is not route.side:
            cause, host = self._trust.wrong_side(call.caller.side)
            raise Fault(cause.status, cause.code, cause.message(host=host))


def _check_permission(route: Route, call: Call) -> None:
    if route.permissions and not call.caller.permissions.intersection(route.permissions):
        wanted = " or ".join(route.permissions)
        raise Fault(403, route.refusal, f"The token lacks a permission: {wanted}.")
