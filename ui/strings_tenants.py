"""The sentences of connecting real tenants: the dialog, the header, the notice of a sign-in."""

from __future__ import annotations

from app.model import Level, Side
from app.signed_in import Kept, Way

CONNECT_ACTION = "Connect &tenants…"
CONNECT = "Connect tenants…"
CONNECT_TIP = "Sign in to the source and the target tenant for the real moves."
TITLE = "Connect tenants"
TEXT = (
    "Sign in to both tenants. The program sees and does only what the app registration of each "
    "tenant allows; your password stays in the browser."
)
BETA = (
    "Microsoft calls the interface for these moves beta and does not support it in production. "
    "It may change without notice."
)
SIDES = {
    Side.SOURCE: ("Source tenant", "where the OneDrives are"),
    Side.TARGET: ("Target tenant", "where they go"),
}
TENANT = "Tenant"
TENANT_HINT = "Tenant id, or contoso.onmicrosoft.com"
TENANT_NAME = "Tenant id or domain of the {side}"
CLIENT = "App (client) id"
CLIENT_HINT = "00000000-0000-0000-0000-000000000000"
CLIENT_NAME = "Client id of the app registration in the {side}"
SIGN_IN = "Sign in"
SIGN_IN_AGAIN = "Sign in again"
SIGN_IN_NAME = "Sign in to the {side}"
USE_CODE = "Use a code"
USE_CODE_TIP = "Where this computer has no browser: sign in on another device with a code."
SIGN_OUT = "Sign out"
CANCEL = "Cancel"
NOBODY = "Nobody is signed in."
WAITING = "A page is open in your browser: sign in there."
CODE = "Open {page} on any device and enter this code:"
SIGNED_IN = "Signed in as {account}"
APP_SIGNED_IN = "The app itself, by certificate"
IN_TENANT = "Tenant: {name} ({id})"
ROLES = "Roles: {roles}"
NO_ROLES = "none"
UNKNOWN_ROLES = "not told"
KEPT = {
    Kept.ENCRYPTED: "The sign-in is kept, encrypted by the operating system for you alone.",
    Kept.NOT_KEPT: (
        "The sign-in is not kept: this system has no safe place for it, so sign in again after "
        "the next start."
    ),
}
LEVELS = {
    Level.PASS: ("check", "good"),
    Level.WARN: ("warn", "attention"),
    Level.BLOCK: ("block", "bad"),
    Level.UNKNOWN: ("question", "attention"),
}
LEVEL_WORDS = {
    Level.PASS: "Good",
    Level.WARN: "Look at this",
    Level.BLOCK: "In the way",
    Level.UNKNOWN: "Not known",
}
SWAP = "Swap the sides"
LOOK_AGAIN = "Test again"
HOST = "OneDrive address of the target"
HOST_HINT = "https://northwind-my.sharepoint.com"
GO = "Connect"
GO_NOT_YET = "Sign in on both sides first, and remove what is in the way."
CONNECTED = "Both tenants are connected."
CLOSE = "Close"
HELP = "How to make the app registration…"
HEADER = "{source}\n→  {target}"
HEADER_SIDE = "{name} ({account})"
HEADER_APP = "app"
HEADER_NOBODY = "not signed in"
HEADER_TIP = "{side}: {name}, {id}\n{account}\nRoles: {roles}\nPermissions: {permissions}"
WAYS = {
    Way.BROWSER: "signed in with the browser",
    Way.DEVICE_CODE: "signed in with a code",
    Way.CERTIFICATE: "the app itself, by certificate",
}
NOTICE_BUTTON = "Sign in again…"
