"""How the practice sign-in refuses: OAuth's words, and Microsoft Entra's numbers and shape.

The numbers and what they mean are those of "Microsoft Entra authentication and authorization error
codes"; the messages are shorter than Entra's own.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

_KINDS = {
    50011: ("invalid_request", "The redirect URI in the request is not one of the application's."),
    50020: ("invalid_grant", "The user account does not exist in this tenant: choose another."),
    50034: ("invalid_grant", "The user account does not exist in this directory."),
    50057: ("invalid_grant", "The user account is disabled."),
    50076: (
        "interaction_required",
        "Because of a change made by your administrator, you must use multi-factor authentication.",
    ),
    50105: ("interaction_required", "The signed-in user is not assigned to a role of the app."),
    50126: ("invalid_grant", "Invalid username or password."),
    50173: (
        "invalid_grant",
        "The provided grant has expired due to it being revoked. A fresh auth token is needed.",
    ),
    53003: (
        "interaction_required",
        "Access has been blocked by Conditional Access policies.",
    ),
    65001: (
        "invalid_grant",
        "The user or administrator has not consented to use the application.",
    ),
    65004: ("access_denied", "User declined to consent to access the app."),
    70000: ("invalid_grant", "The provided authorization code or refresh token is not valid."),
    70008: ("invalid_grant", "The provided authorization code has expired."),
    70011: ("invalid_scope", "The scope requested by the app is not valid."),
    70016: ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending."),
    70018: ("bad_verification_code", "Invalid verification code."),
    70020: ("expired_token", "The device code has expired."),
    90002: ("invalid_tenant", "The tenant was not found. Check that you have the right tenant id."),
    90014: ("invalid_request", "A required field is missing from the request."),
    90033: ("temporarily_unavailable", "A transient error has occurred. Please try again."),
    90094: ("access_denied", "Admin consent is required for the permissions of this app."),
    501481: ("invalid_grant", "The code_verifier does not match the code_challenge."),
    700016: ("unauthorized_client", "The application was not found in this directory."),
    700024: ("invalid_client", "Client assertion is not within its valid time range."),
    700027: (
        "invalid_client",
        "The certificate with this identifier, which signed the assertion, is not registered.",
    ),
    700082: ("invalid_grant", "The refresh token has expired due to inactivity."),
    7000218: (
        "invalid_client",
        "The request body must contain 'client_assertion' or 'client_secret'.",
    ),
    7000222: ("invalid_client", "The provided client certificate has expired."),
}
_DECLINED = "authorization_declined"


class SignInFault(Exception):
    """A refusal by number; `more` says what is special about this one."""

    def __init__(
        self, number: int, more: str = "", *, error: str = "", suberror: str = "", claims: str = ""
    ) -> None:
        kind, said = _KINDS[number]
        self.number = number
        self.error = error or kind
        self.message = f"AADSTS{number}: {said}" + (f" {more}" if more else "")
        self.suberror = suberror
        self.claims = claims
        super().__init__(self.message)

    @property
    def status(self) -> int:
        """The HTTP status at the token endpoint."""
        if self.number == 90033:
            return 503
        return 401 if self.error in ("invalid_client", "unauthorized_client") else 400

    def body(self, origin: str, correlation_id: str) -> dict[str, Any]:
        """The answer as Entra writes it."""
        trace_id = str(uuid.uuid4())
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": f"{self.message} Trace ID: {trace_id} "
            f"Correlation ID: {correlation_id} Timestamp: {at}",
            "error_codes": [self.number],
            "timestamp": at,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"{origin}/error?code={self.number}",
        }
        if self.suberror:
            body["suberror"] = self.suberror
        if self.claims:
            body["claims"] = self.claims
        return body


def declined() -> SignInFault:
    """Somebody said no on the page for the device code."""
    return SignInFault(65004, error=_DECLINED)
