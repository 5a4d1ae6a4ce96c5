"""The one way in which the practice tenants refuse a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Fault(Exception):
    """A refusal with its HTTP status and the members of an OData error ("Microsoft Graph error
    responses and resource types").
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str = "",
        details: Sequence[Mapping[str, str]] = (),
        inner_code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = tuple(details)
        self.inner_code = inner_code
        self.headers = dict(headers or {})


def bad_request(message: str, target: str = "") -> Fault:
    """400: the call itself is wrong; `target` names the parameter."""
    return Fault(400, "BadRequest", message, target=target)


def not_found(message: str) -> Fault:
    """404: there is no such thing here."""
    return Fault(404, "ResourceNotFound", message)
