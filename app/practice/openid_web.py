"""The practice sign-in over HTTPS: an OpenID provider in the form of Microsoft Entra, for both
practice tenants.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from app.practice import odata, openid_pages
from app.practice.access import PERMISSIONS, Access, Side
from app.practice.calls import parse_json
from app.practice.clock import PracticeClock
from app.practice.faults import Fault, bad_request, not_found
from app.practice.openid_faults import SignInFault
from app.practice.openid_grants import Grants
from app.practice.openid_register import (
    EVERYBODYS_WORD,
    GLOBAL_ADMINISTRATOR,
    LOOPBACK,
    Account,
    Register,
)
from app.practice.openid_tokens import Tokens, granted
from app.practice.store import Store
from app.practice.tenancy import Tenancy

HOST = "localhost"
_LARGEST_BODY = 64 * 1024
_log = logging.getLogger(__name__)
_REQUEST = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


class SignInWeb:
    """The ASGI application. It runs in the event loop's one thread, beside the practice tenants."""

    def __init__(
        self, store: Store, tenancy: Tenancy, clock: PracticeClock, access: Access, port: int
    ) -> None:
        self._clock = clock
        self._access = access
        self._origin = f"https://{HOST}:{port}"
        self._register = Register(store, tenancy)
        self._tokens = Tokens(store, self._register, clock)
        self._grants = Grants(store, self._register, self._tokens, clock)
        access.trust(self._tokens.caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return
        response = self._guarded(request, body)
        response.headers["x-ms-request-id"] = str(uuid.uuid4())
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    def _guarded(self, request: Request, body: bytes) -> Response:
        ids = str(uuid.uuid4())
        try:
            if request.headers.get("host", "").casefold() != urlsplit(self._origin).netloc:
                raise bad_request("The practice sign-in answers on this machine only.", "Host")
            return self._answer(request, body)
        except SignInFault as fault:
            correlation = request.headers.get("client-request-id", ids)
            return JSONResponse(fault.body(self._origin, correlation), fault.status)
        except Fault as fault:
            return _odata(fault, ids)
        except Exception:  # noqa: BLE001 - a caller always gets an answer; the log has the cause
            _log.exception("a fault of our own")
            own = "The practice sign-in met a fault of its own."
            return _odata(Fault(500, "InternalServerError", own), ids)

    def _answer(self, request: Request, body: bytes) -> Response:
        method, path = request.method, str(request.scope["path"])
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if path == "/practice/sign-in" and method == "POST":
            return self._control(request, body)
        if path == "/device":
            return self._device(form) if method == "POST" else openid_pages.device("/device")
        name, _, rest = path.removeprefix("/").partition("/")
        side = self._register.side_of(name)
        if side is None:
            raise SignInFault(90002, f"Tenant: '{name[:60]}'.")
        match method, rest:
            case "GET", "v2.0/.well-known/openid-configuration":
                return JSONResponse(self._configuration(side))
            case "GET", "discovery/v2.0/keys":
                return JSONResponse(self._tokens.keys())
            case "GET", "oauth2/v2.0/authorize":
                return self._authorize(side, dict(request.query_params))
            case "POST", "login":
                return self._login(side, form)
            case "POST", "oauth2/v2.0/token":
                return JSONResponse(self._grants.answer(side, form, self._origin))
            case "POST", "oauth2/v2.0/devicecode":
                return JSONResponse(self._grants.new_device(side, form, self._origin))
            case "GET", "oauth2/v2.0/logout":
                return openid_pages.page("You are signed out", "")
            case _:
                raise not_found("Nothing was found at this address.")

    def _configuration(self, side: Side) -> dict[str, Any]:
        tenant_id = self._register.tenant(side).id
        base = f"{self._origin}/{tenant_id}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        }

    # The pages

    def _authorize(self, side: Side, asked: Mapping[str, str]) -> Response:
        """What is wrong with the program is shown, never sent to an address that may be foreign."""
        request = {name: asked[name] for name in _REQUEST if name in asked}
        try:
            self._check(side, request)
        except SignInFault as fault:
            return _sorry(fault)
        tenant = self._register.tenant(side)
        hint = asked.get("login_hint", "")
        return openid_pages.login(tenant.display_name, f"/{tenant.id}/login", request, hint)

    def _check(self, side: Side, request: Mapping[str, str]) -> None:
        if request.get("client_id") != self._register.registration(side).client_id:
            raise SignInFault(700016, f"Identifier: '{request.get('client_id', '')[:60]}'.")
        back = urlsplit(request.get("redirect_uri", ""))
        if f"{back.scheme}://{back.hostname}" != LOOPBACK or back.path not in ("", "/"):
            raise SignInFault(50011)
        if request.get("response_type") != "code":
            raise SignInFault(90014, "response_type must be code.")
        if request.get("code_challenge_method") != "S256" or not request.get("code_challenge"):
            raise SignInFault(90014, "code_challenge.")

    def _login(self, side: Side, form: dict[str, str]) -> Response:
        request = {name: form[name] for name in _REQUEST if name in form}
        try:
            self._check(side, request)
        except SignInFault as fault:
            return _sorry(fault)
        tenant = self._register.tenant(side)
        address = f"/{tenant.id}/login"
        try:
            account = self._signed_in(side, form)
        except SignInFault as fault:
            if fault.number == 53003:
                return _sorry(fault)
            name = form.get("username", "")
            return openid_pages.login(tenant.display_name, address, request, name, fault.message)
        try:
            granted(request.get("scope", ""), self._register.registration(side).delegated)
        except SignInFault as fault:
            if fault.number != 65001:
                return self._back(request, _refusal(fault))
            if GLOBAL_ADMINISTRATOR not in account.roles:
                return self._back(request, _refusal(SignInFault(90094)))
            if "consent" not in form:
                # The page asks; whoever answers proves again who they are.
                who = {name: form[name] for name in ("username", "password")}
                return openid_pages.consent(tenant.display_name, address, {**request, **who})
            if form["consent"] != "yes":
                return self._back(request, _refusal(SignInFault(65004)))
            self._register.consent(side, PERMISSIONS)
        self._register.met_in_person(side, account.upn)
        code = self._grants.new_code(
            side,
            account,
            scope=request.get("scope", ""),
            redirect_uri=request["redirect_uri"],
            challenge=request["code_challenge"],
            nonce=request.get("nonce", ""),
        )
        return self._back(request, {"code": code, "session_state": str(uuid.uuid4())})

    def _signed_in(self, side: Side, form: Mapping[str, str]) -> Account:
        upn = form.get("username", "").strip().casefold()
        account = self._register.account(side, upn)
        if account is None:
            elsewhere = self._register.home_of(upn)
            raise SignInFault(50034 if elsewhere is None else 50020)
        if form.get("password") != EVERYBODYS_WORD:
            raise SignInFault(50126)
        if self._register.is_disabled(side, upn):
            raise SignInFault(50057)
        if self._register.is_blocked(side, upn):
            raise SignInFault(53003)
        return account

    def _back(self, request: Mapping[str, str], fields: dict[str, str]) -> Response:
        if "state" in request:
            fields["state"] = request["state"]
        address = request["redirect_uri"]
        if request.get("response_mode") == "form_post":
            return openid_pages.hand_back(address, fields)
        return RedirectResponse(f"{address}?{urlencode(fields)}", 302)

    def _device(self, form: Mapping[str, str]) -> HTMLResponse:
        code = form.get("code", "")
        try:
            device = self._grants.device(code)
            if form.get("answer") == "no":
                device.refused = True
                return openid_pages.page("Refused", "Nobody was signed in. Close this page.")
            account = self._signed_in(device.side, form)
        except SignInFault as fault:
            return openid_pages.device("/device", fault.message, code)
        self._register.met_in_person(device.side, account.upn)
        device.account = account
        return openid_pages.page("You are signed in", "Close this page and go back.")

    # What an administrator decides

    def _control(self, request: Request, body: bytes) -> Response:
        caller = self._access.caller(request.headers.get("authorization", ""), self._clock.now_ms())
        if caller.side is not Side.SOURCE:
            raise Fault(403, "accessDenied", "The sign-in listens to the source token only.")
        asked = parse_json(body)
        if not isinstance(asked, dict) or asked.get("tenant") not in tuple(Side):
            raise bad_request("tenant must be source or target.", "tenant")
        side = Side(asked.pop("tenant"))
        outage = asked.pop("outage", None)
        if isinstance(outage, int):
            self._grants.outage = outage
        self._register.change(side, asked)
        registration, tenant = self._register.registration(side), self._register.tenant(side)
        return JSONResponse(
            {
                "tenant_id": tenant.id,
                "domain": tenant.initial_domain,
                "client_id": registration.client_id,
                "word": EVERYBODYS_WORD,
            }
        )


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        # What is too long is read to its end, and then makes no sense, which is the answer.
        body = (body + chunk)[: _LARGEST_BODY + 1]
    return body


def _odata(fault: Fault, ids: str) -> JSONResponse:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return JSONResponse(odata.error_json(fault, ids, ids, at), fault.status, headers=fault.headers)


def _refusal(fault: SignInFault) -> dict[str, str]:
    return {"error": fault.error, "error_description": fault.message}


def _sorry(fault: SignInFault) -> HTMLResponse:
    return openid_pages.page(
        "Sorry, but we cannot sign you in", f"<p>{escape(fault.message)}</p>", 400
    )
