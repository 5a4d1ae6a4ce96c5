"""Real tenants on the command line: what names them, and the sign-in of a run without a screen."""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path

from app.clock import SystemClock
from app.clouds import WORLDWIDE, Cloud, is_on_this_machine
from app.console import note
from app.errors import AppError
from app.model import Side
from app.paths import data_dir
from app.project import Project
from app.safe_place import safe_place
from app.signed_in import DeviceCode, Kept, Registration, SignedIn
from app.token_holder import SignIn

PASSPHRASE = "TENANT_FERRY_PASSPHRASE"
"""The environment variable with the certificate's passphrase: on a command line everybody could
read it."""


def add_tenant_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that name two real tenants."""
    group = parser.add_argument_group("real tenants")
    group.add_argument("--source-tenant", default="", metavar="T", help="tenant id or domain")
    group.add_argument("--target-tenant", default="", metavar="T", help="tenant id or domain")
    group.add_argument(
        "--client-id", default="", metavar="ID", help="of the app registration in both tenants"
    )
    group.add_argument(
        "--target-client-id", default="", metavar="ID", help="in the target tenant, if another"
    )
    group.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help=f".pfx or .pem with its key, for runs that nobody watches; passphrase in {PASSPHRASE}",
    )
    group.add_argument(
        "--target-certificate", type=Path, metavar="FILE", help="in the target tenant, if another"
    )
    group.add_argument(
        "--device-code", action="store_true", help="sign in with a code on any device"
    )
    group.add_argument(
        "--target-host",
        default="",
        metavar="URL",
        help="such as https://northwind-my.sharepoint.com (default: from the target's domain)",
    )
    # For rehearsals of the sign-in itself: they reach this machine and nothing else.
    for name in ("--sign-in-service", "--graph-service"):
        group.add_argument(name, default="", help=argparse.SUPPRESS)


def wants_real(options: argparse.Namespace) -> bool:
    """Whether real tenants are named, in part at least."""
    return bool(
        options.source_tenant
        or options.target_tenant
        or options.client_id
        or options.certificate
        or options.device_code
    )


def cloud_of(options: argparse.Namespace) -> Cloud:
    """The worldwide cloud, unless a service on this machine stands in for it. Raises AppError."""
    if not options.sign_in_service and not options.graph_service:
        return WORLDWIDE
    cloud = Cloud(options.sign_in_service, options.graph_service)
    if not is_on_this_machine(cloud):
        raise AppError(
            "NOT_ON_THIS_MACHINE",
            "Another service may stand in for Microsoft's on this computer only",
            f"{cloud.sign_in}, {cloud.graph}",
            "Leave --sign-in-service and --graph-service out, or give both an address here.",
        )
    return cloud


def check_service(options: argparse.Namespace, title: str, remedy: str = "") -> None:
    """That somebody is named whom the command can ask; `title` says what is missing."""
    if not options.practice and not wants_real(options):
        raise AppError(
            "NO_SERVICE",
            title,
            "Neither practice tenants nor real ones are named.",
            "Add --practice to rehearse with your own workbook, or name both tenants:"
            " --source-tenant, --target-tenant, --client-id, and --certificate or --device-code."
            + remedy,
        )


def connect(
    options: argparse.Namespace, project: Project, sign_ins: dict[Side, SignIn] | None
) -> None:
    """Connect what is named; answered by ServiceConnected or Trouble."""
    if sign_ins is None:
        project.connect_practice()
        return
    assert project.sign_ins is not None
    project.sign_ins.use(sign_ins, options.target_host)


def sign_in_named(options: argparse.Namespace) -> dict[Side, SignIn] | None:
    """The sign-ins of real tenants; None for a rehearsal. Raises AppError."""
    return sign_in_both(options) if wants_real(options) else None


def sign_in_both(options: argparse.Namespace) -> dict[Side, SignIn]:
    """Sign in to both tenants, by certificate or by device code. Raises AppError."""
    _check(options)
    cloud = cloud_of(options)
    made: dict[Side, SignIn] = {}
    try:
        for side in Side:
            made[side] = _sign_in(options, side, cloud)
    except BaseException:
        for one in made.values():
            one.close()
        raise
    return made


def _sign_in(options: argparse.Namespace, side: Side, cloud: Cloud) -> SignIn:
    from app.signin import AppSignIn, PersonSignIn

    target = side is Side.TARGET
    tenant = options.target_tenant if target else options.source_tenant
    client_id = (options.target_client_id if target else "") or options.client_id
    registration = Registration(tenant, client_id)
    if options.certificate is not None:
        path = (options.target_certificate if target else None) or options.certificate
        passphrase = os.environ.get(PASSPHRASE, "")
        app = AppSignIn(registration, path, passphrase=passphrase, cloud=cloud)
        note(_signed_in(side, app.reconnect()))
        return app
    place = safe_place(data_dir() / "sign-in", registration)
    person = PersonSignIn(registration, place=place, cloud=cloud, clock=SystemClock())
    try:
        who = person.reconnect()
    except AppError:
        who = person.by_device_code(lambda code: note(_code(side, code)), threading.Event())
    note(_signed_in(side, who))
    if person.kept is Kept.NOT_KEPT:
        note(
            "This sign-in is not kept: the system has no safe place for it, so the next command"
            " asks again."
        )
    return person


def _check(options: argparse.Namespace) -> None:
    missing = [
        name
        for name in ("source_tenant", "target_tenant", "client_id")
        if not getattr(options, name)
    ]
    if missing:
        names = ", ".join("--" + name.replace("_", "-") for name in missing)
        raise AppError(
            "TENANTS_INCOMPLETE",
            f"The two tenants are not named in full: {names}",
            "",
            "The page App registrations shows where the ids stand: in the window under Help, or the"
            " file resources/help/app-registration.md.",
        )
    if (options.certificate is not None) == options.device_code:
        raise AppError(
            "HOW_TO_SIGN_IN",
            "It has to be said how to sign in",
            "",
            "Add --certificate FILE for a run that nobody watches, or --device-code; not both.",
        )
    if options.practice:
        raise AppError(
            "PRACTICE_OR_REAL",
            "A run is a rehearsal or a real one",
            "--practice was given together with real tenants.",
            "Leave one of them out.",
        )


def _code(side: Side, code: DeviceCode) -> str:
    minutes = code.seconds // 60
    return (
        f"To sign in to the {side} tenant, open {code.page} on any device and enter the code"
        f" {code.code} within {minutes} minutes."
    )


def _signed_in(side: Side, who: SignedIn) -> str:
    how = "the app itself, by certificate" if who.is_application else who.account
    return f"Signed in to the {side} tenant {who.tenant_id}: {how}."
