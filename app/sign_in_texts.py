"""What went wrong at a sign-in and what to do: the sentences, and the errors made of them.

The numbers are those of "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import Refused, ServiceError, SignInRequired, Unreachable
from app.odata import redacted

_AGAIN = "Sign in again. Moves that the service already has go on."
_REGISTRATION = "The page App registrations (menu Help) shows it step by step."
_REFUSALS: Mapping[int, tuple[str, str, str]] = {
    50011: (
        "REDIRECT_MISSING",
        "The app registration does not allow a sign-in from this program",
        "Add the redirect address http://localhost under Authentication, for mobile and desktop"
        f" applications. {_REGISTRATION}",
    ),
    50020: (
        "WRONG_TENANT",
        "The account does not belong to this tenant",
        "Choose the account of an administrator of this tenant. Have source and target been"
        " swapped?",
    ),
    50034: (
        "ACCOUNT_UNKNOWN",
        "There is no such account in this tenant",
        "Choose the account of an administrator of this tenant. Have source and target been"
        " swapped?",
    ),
    50105: (
        "NOT_ASSIGNED",
        "The account may not use the app registration",
        "Assign the account to the enterprise application, or have it need no assignment.",
    ),
    53003: (
        "CONDITIONAL_ACCESS",
        "Conditional access of the tenant does not let this sign-in pass",
        "Ask whoever looks after conditional access; the text names the policy's reason.",
    ),
    65001: (
        "CONSENT_MISSING",
        "Nobody has consented to the permissions of the app registration",
        f"A global administrator grants admin consent on its page. {_REGISTRATION}",
    ),
    65004: ("DECLINED", "The sign-in was declined", "Sign in and accept, if that was a mistake."),
    70011: (
        "SCOPE_UNKNOWN",
        "The sign-in does not know a permission that was asked for",
        f"Compare the permissions of the app registration. {_REGISTRATION}",
    ),
    70020: ("CODE_EXPIRED", "The code was not entered in time", "Ask for a new code."),
    90002: (
        "TENANT_UNKNOWN",
        "There is no such tenant",
        "Correct the tenant id: it stands on the overview page of Microsoft Entra.",
    ),
    90094: (
        "CONSENT_MISSING",
        "An administrator has to consent to the permissions of the app registration",
        f"A global administrator grants admin consent on its page. {_REGISTRATION}",
    ),
    700016: (
        "APP_UNKNOWN",
        "The tenant has no app registration with this client id",
        "Correct the client id, or the tenant: each tenant has a registration of its own."
        f" {_REGISTRATION}",
    ),
    700024: (
        "CLOCK_WRONG",
        "The clock of this computer is wrong",
        "Set the time; a proof by certificate is good for ten minutes only.",
    ),
    700027: (
        "CERTIFICATE_UNKNOWN",
        "The app registration does not know this certificate",
        "Upload the certificate (without its key) under Certificates & secrets, or name the right"
        f" file. {_REGISTRATION}",
    ),
    7000218: (
        "PUBLIC_CLIENT_OFF",
        "The app registration does not allow people to sign in from a program",
        f"Turn on Allow public client flows under Authentication. {_REGISTRATION}",
    ),
    7000222: (
        "CERTIFICATE_EXPIRED",
        "The certificate has expired",
        "Make a new one and upload it under Certificates & secrets.",
    ),
}
_PERSON_NEEDED: Mapping[int, str] = {
    50057: "The account is disabled",
    50076: "The tenant asks for a second proof of who you are",
    50078: "The second proof of who you are has expired",
    50079: "The tenant asks you to set up a second proof of who you are",
    50133: "The password was changed, or the sign-in was ended by an administrator",
    50173: "The sign-in was ended by an administrator, or the password was changed",
    70000: "The sign-in is not known any more",
    70008: "The sign-in came too late",
    70043: "The sign-in has expired by a rule of the tenant",
    700082: "The sign-in was not used for 90 days",
    700084: "The sign-in has expired",
}
_BY_NAME = {"access_denied": 65004, "authorization_declined": 65004, "expired_token": 70020}
_TEMPORARY = frozenset({90033, 90006, 90012, 50196, 90055})

PAGE_DONE = ("You are signed in", "You can close this page and go back to Tenant Ferry.")
PAGE_FAILED = ("Nobody was signed in", "Go back to Tenant Ferry: it says what to do.")


def sign_in_error(answer: Mapping[str, object], *, secret: str = "") -> ServiceError:
    """The error for an answer of the sign-in that holds no token; `secret` is kept out of it.

    SignInRequired when a person can mend it by signing in, Unreachable when time may, Refused when
    something has to be set up first.
    """
    word = str(answer.get("error") or "")
    said = redacted(str(answer.get("error_description") or word), secret)
    number = _number(answer, said)
    request_id = str(answer.get("correlation_id") or "")
    if number in _TEMPORARY or word in ("temporarily_unavailable", "server_error"):
        return Unreachable(
            "SIGN_IN_BUSY",
            "The sign-in of Microsoft is busy",
            said,
            "Wait a minute and sign in again, if the program does not go on by itself.",
            request_id=request_id,
        )
    if number in _REFUSALS:
        code, title, remedy = _REFUSALS[number]
        return Refused(code, title, said, remedy, status=400, request_id=request_id)
    title = _PERSON_NEEDED.get(number, "The sign-in of Microsoft wants to see you in person")
    return sign_in_required(title, said, request_id)


def sign_in_required(title: str, detail: str = "", request_id: str = "") -> SignInRequired:
    """A person has to sign in; `title` says why."""
    return SignInRequired("SIGN_IN_REQUIRED", title, detail, _AGAIN, request_id=request_id)


def as_required(error: ServiceError) -> ServiceError:
    """A refusal that met a worker: the run pauses with the same words until somebody mends it."""
    if not isinstance(error, Refused):
        return error
    return SignInRequired(
        error.code, error.title, error.detail, error.remedy, request_id=error.request_id
    )


def odd_sign_in(cause: BaseException, secret: str = "") -> ServiceError:
    """The sign-in library met something that it does not know."""
    return Unreachable(
        "SIGN_IN_FAULT",
        "The sign-in did not come to an end",
        redacted(f"{type(cause).__name__}: {cause}", secret),
        "Sign in again. If it happens again, report the text above.",
    )


def wrong_tenant(wanted: str, found: str) -> Refused:
    """Somebody signed in, but elsewhere."""
    return Refused(
        "WRONG_TENANT",
        "The sign-in was for another tenant",
        f"Asked for {wanted}, signed in to {found}.",
        "Choose the account of an administrator of this tenant.",
    )


def not_cancelled_in_time(title: str) -> Refused:
    """Nobody signed in: `title` says whether it was the admin's wish or the clock."""
    return Refused("NOT_SIGNED_IN", title, "", "Sign in when you are ready.")


CANCELLED = "The sign-in was cancelled"
TOO_LATE = "Nobody signed in within ten minutes"


def no_browser() -> Refused:
    """There is nothing that could show the page."""
    return Refused(
        "NO_BROWSER",
        "No browser could be opened",
        "",
        "Sign in with a device code instead.",
    )


def _number(answer: Mapping[str, object], said: str) -> int:
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return int(codes[0])
    begin = said.partition("AADSTS")[2].partition(":")[0]
    if begin.isascii() and begin.isdigit():
        return int(begin)
    return _BY_NAME.get(str(answer.get("error") or ""), 0)
