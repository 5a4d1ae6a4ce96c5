"""The command `evidence`: make a pack that can be checked, and check one."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from app.clock import SystemClock
from app.console import say
from app.errors import AppError
from app.projects import find_project
from app.report_order import EvidenceOrder

OK, CHANGED, CANNOT, NOT_CHECKED = 0, 1, 2, 3
"""Exit codes of `evidence verify`: the same as those of the verifier in the pack."""


def add_evidence(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    evidence = commands.add_parser("evidence", help="a pack that shows every later change")
    what = evidence.add_subparsers(required=True, metavar="pack|verify")

    pack = what.add_parser("pack", help="make a pack")
    pack.add_argument("book", type=Path, metavar="BOOK")
    pack.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.zip")
    pack.add_argument("--key", type=Path, metavar="FILE", help="sign with it: PEM, .p12 or .pfx")
    pack.add_argument("--certificate", type=Path, metavar="PEM", help="when the key has none")
    pack.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the key's password"
    )
    pack.add_argument("--time-zone", default="UTC", metavar="Z", help="such as Europe/Berlin")
    pack.add_argument("--state-dir", type=Path)
    pack.set_defaults(command=_pack)

    verify = what.add_parser("verify", help="check a pack")
    verify.add_argument("pack", type=Path, metavar="PACK.zip")
    verify.add_argument("--trust", type=Path, metavar="PEM", help="whose signature it must be")
    verify.add_argument("--expect", default="", metavar="SHA256", help="of the manifest, as noted")
    verify.add_argument("--head", default="", metavar="HASH", help="of the newest event, as noted")
    verify.set_defaults(command=_verify)


def _pack(options: argparse.Namespace) -> int:
    # Half a second to import; no other command should wait for it.
    from app.evidence import pack_evidence

    order = EvidenceOrder(
        state_dir=options.state_dir or find_project(options.book),
        book=options.book,
        target=options.output,
        zone=options.time_zone,
        key_file=options.key,
        certificate=options.certificate,
        password=_password(options),
    )
    packed = pack_evidence(order, SystemClock().now())
    say(f"{packed.files} files and {packed.events} events are in {options.output}")
    say(f"SHA-256 of the manifest: {packed.manifest_sha256}")
    say(f"Newest event of the journal: {packed.head}")
    if packed.signer:
        say(f"Signed; the SHA-256 of the certificate or public key is {packed.signer}")
    else:
        say("Not signed: note the two numbers elsewhere, they prove later that it is this pack.")
    return OK


def _password(options: argparse.Namespace) -> str:
    """From the file, or asked for; never from the command line, where others can read it."""
    if options.key is None:
        return ""
    try:
        if options.password_file is not None:
            lines = options.password_file.read_text("utf-8").splitlines()
            return str(lines[0]) if lines else ""
        content = options.key.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise AppError("KEY_NOT_READ", "The key cannot be read", str(error), "") from error
    locked = b"ENCRYPTED" in content or b"-----BEGIN" not in content
    return getpass.getpass("Password of the key: ") if locked and sys.stdin.isatty() else ""


def _verify(options: argparse.Namespace) -> int:
    from resources.verify_evidence import Changed, said, verify

    try:
        found = verify(options.pack, options.trust, options.expect, options.head)
    except Changed as error:
        say(f"CHANGED: {error}")
        return CHANGED
    except OSError as error:
        raise AppError(
            "PACK_NOT_READ",
            "The pack cannot be read",
            f"{error.filename}: {error.strerror}",
            "Name a pack made by evidence pack.",
        ) from error
    for line in said(found, is_trusted=options.trust is not None):
        say(line)
    return NOT_CHECKED if found.signature == "not checked" else OK
