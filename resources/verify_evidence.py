"""Verifies an evidence pack of Tenant Ferry: needs Python 3.9 or newer and nothing else.

    python verify_evidence.py PACK.zip [--trust CERTIFICATE.pem] [--expect SHA256] [--head HASH]

Every byte of the pack is accounted for: the archive's own structure is made again from its contents
and compared, every file is compared with the manifest, and the journal's events are chained anew.
What this cannot see: without a signature, somebody who rewrites the whole pack can make a new
manifest. Then only a number noted elsewhere helps: --expect (of the manifest) or --head (of the
journal). And a verifier that lies in the pack may have been exchanged with it: use your own copy.

Exit codes: 0 unchanged; 1 changed; 2 not to be read; 3 unchanged, but there is neither the package
"cryptography" nor the program "openssl" to check the signature.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

FORMAT = "tenant-ferry-evidence 1"
MANIFEST = "manifest.json"
SIGNATURE = "signature/manifest.sig"
SIGNER = "signature/signer.pem"
EVENTS = "journal/events.jsonl"
MOVES = "journal/moves.jsonl"
STORED, DEFLATED = 0, 8
CHUNK = 1 << 16
FIRST_LINK = "0" * 64
"""What stands for the hash of an event before the first."""
_ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, struct.error, TypeError)
_BENT = (*_ODD, ValueError, zlib.error)
MOST = 0xFFFFFFFF
_LOCAL, _CENTRAL, _END = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"
_DATE = 0x21  # the first of January 1980: the archive has no time of its own
_UTF_8 = 0x800


class Changed(Exception):
    """Something in the pack is not as it was made."""


class Entry(NamedTuple):
    """A file in the archive, as its headers tell it."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Verdict(NamedTuple):
    """What was found in a pack that is unchanged."""

    files: int
    events: int
    head: str
    manifest_sha256: str
    made_utc: str
    signature: str
    """`none`, `good`, or `not checked`; then the SHA-256 of the certificate or public key."""
    signer: str


def local_header(entry: Entry) -> bytes:
    """What stands before a file's content."""
    name = entry.name.encode("utf-8")
    sizes = entry.crc, entry.packed, entry.size, len(name)
    fixed = b"PK\x03\x04", 20, _UTF_8, entry.method, 0, _DATE
    return struct.pack(_LOCAL, *fixed, *sizes, 0) + name


def directory(entries: Iterable[Entry]) -> bytes:
    """The list of the files behind the last of them."""
    lines = []
    for entry in entries:
        name = entry.name.encode("utf-8")
        sizes = entry.crc, entry.packed, entry.size, len(name)
        fixed = b"PK\x01\x02", 20, 20, _UTF_8, entry.method, 0, _DATE
        lines.append(struct.pack(_CENTRAL, *fixed, *sizes, 0, 0, 0, 0, 0, entry.offset) + name)
    return b"".join(lines)


def end_record(count: int, size: int, offset: int) -> bytes:
    """The last bytes of the archive."""
    return struct.pack(_END, b"PK\x05\x06", 0, 0, count, count, size, offset, 0)


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    """The one form in which a manifest is written."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")


def link(previous: str, body: list[Any]) -> str:
    """The hash that chains an event to the one before it."""
    text = json.dumps([previous, *body], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


# Verifying


def verify(pack: Path, trust: Path | None = None, expect: str = "", head: str = "") -> Verdict:
    """Look at every byte of the pack. Raises Changed, and OSError when it cannot be read."""
    try:
        with pack.open("rb") as file:
            return _verified(file, pack.stat().st_size, trust, expect.lower(), head.lower())
    except _BENT as error:
        raise Changed(f"The pack cannot be understood ({type(error).__name__}).") from None


def _verified(file: BinaryIO, size: int, trust: Path | None, expect: str, head: str) -> Verdict:
    entries = _entries(file, size)
    by_name = {entry.name: entry for entry in entries}
    if len(by_name) != len(entries):
        raise Changed("Two files in the pack have the same name.")
    for name in (MANIFEST, EVENTS, MOVES):
        if name not in by_name:
            raise Changed(f"{name} is not in the pack.")
    raw = b"".join(_plain(file, by_name[MANIFEST]))
    manifest = _manifest(raw)
    sha256 = hashlib.sha256(raw).hexdigest()
    if expect and expect != sha256:
        raise Changed(f"The manifest has the SHA-256 {sha256}, not the one that you noted.")
    _files(file, entries, manifest)
    events, newest = _chain(file, by_name)
    if manifest["journal"] != {"events": events, "head": newest}:
        raise Changed("The journal's events are not those that the manifest names.")
    if head and head != newest:
        raise Changed(f"The newest event has the hash {newest}, not the one that you noted.")
    signature, signer = _signature(file, by_name, manifest, raw, trust)
    made = str(manifest["made_utc"])
    return Verdict(len(entries), events, newest, sha256, made, signature, signer)


def _entries(file: BinaryIO, size: int) -> list[Entry]:
    """The files in order, after the whole structure was made again and compared."""
    length = struct.calcsize(_END)
    if size < length:
        raise Changed("The file is too short to be a pack.")
    file.seek(size - length)
    end = file.read(length)
    _, _, _, count, _, list_size, list_offset, _ = struct.unpack(_END, end)
    if end != end_record(count, list_size, list_offset) or list_offset + list_size != size - length:
        raise Changed("The end of the archive was changed.")
    file.seek(list_offset)
    listed = file.read(list_size)
    entries = list(_listed(listed))
    if len(entries) != count or directory(entries) != listed:
        raise Changed("The archive's list of files was changed.")
    place = 0
    for entry in entries:
        header = local_header(entry)
        file.seek(entry.offset)
        if entry.offset != place or file.read(len(header)) != header:
            raise Changed(f"The header of {entry.name} was changed.")
        place += len(header) + entry.packed
    if place != list_offset:
        raise Changed("There are bytes in the archive that belong to no file.")
    return entries


def _listed(listed: bytes) -> Iterator[Entry]:
    place, length = 0, struct.calcsize(_CENTRAL)
    while place < len(listed):
        head = struct.unpack_from(_CENTRAL, listed, place)
        place += length
        name = listed[place : place + head[10]].decode("utf-8")
        place += head[10]
        yield Entry(name, head[4], head[7], head[8], head[9], head[16])


def _plain(file: BinaryIO, entry: Entry, seen: Any = None) -> Iterator[bytes]:
    """The content in parts; `seen` is fed the packed bytes."""
    kinds = (STORED,) if entry.name in (MANIFEST, SIGNATURE) else (STORED, DEFLATED)
    if entry.method not in kinds:
        raise Changed(f"{entry.name} is packed in a way that is not ours.")
    crc, size, left = 0, 0, entry.packed
    unpacker = zlib.decompressobj(-15)
    file.seek(entry.offset + len(local_header(entry)))
    while left:
        packed = file.read(min(left, CHUNK))
        if not packed:
            raise Changed(f"{entry.name} was cut.")
        left -= len(packed)
        if seen is not None:
            seen.update(packed)
        while packed:
            part, packed = packed, b""
            if entry.method == DEFLATED:
                part = unpacker.decompress(part, CHUNK)
                packed = unpacker.unconsumed_tail
            crc, size = zlib.crc32(part, crc), size + len(part)
            if unpacker.unused_data or size > entry.size:
                raise Changed(f"{entry.name} is longer than it says.")
            yield part
    whole = unpacker.eof or entry.method == STORED
    if not whole or (crc, size) != (entry.crc, entry.size):
        raise Changed(f"{entry.name} was changed.")


def _lines(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    rest = b""
    for part in _plain(file, entry):
        lines = (rest + part).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        raise Changed(f"The last line of {entry.name} was cut.")


def _manifest(raw: bytes) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(raw)
    if manifest["format"] != FORMAT:
        raise Changed("The pack is of another kind, or of a newer version than this verifier.")
    if manifest_bytes(manifest) != raw:
        raise Changed("The manifest was changed.")
    return manifest


def _files(file: BinaryIO, entries: list[Entry], manifest: dict[str, Any]) -> None:
    found = []
    for entry in entries:
        if entry.name not in (MANIFEST, SIGNATURE):
            packed, plain = hashlib.sha256(), hashlib.sha256()
            for part in _plain(file, entry, packed):
                plain.update(part)
            found.append(described(entry, plain.hexdigest(), packed.hexdigest()))
    for one in found:
        if one not in manifest["files"]:
            raise Changed(f"{one['name']} is not as the manifest names it.")
    if found != manifest["files"]:
        raise Changed("The files in the pack are not those that the manifest names.")


def described(entry: Entry, sha256: str, packed_sha256: str) -> dict[str, Any]:
    """A file as the manifest names it."""
    hashes = {"sha256": sha256, "packed_sha256": packed_sha256}
    return {"name": entry.name, "size": entry.size, **hashes}


def _chain(file: BinaryIO, by_name: dict[str, Entry]) -> tuple[int, str]:
    """Every event in its place; every move as its newest event left it."""
    previous, count = FIRST_LINK, 0
    newest: dict[str, str] = {}
    for line in _lines(file, by_name[EVENTS]):
        count += 1
        *event, said, own = json.loads(line)
        if event[0] != count or said != previous or own != link(previous, event):
            raise Changed(f"Event {count} does not fit the one before it.")
        previous = own
        if event[6]:
            newest[event[4]] = event[6]
    for line in _lines(file, by_name[MOVES]):
        key, data = json.loads(line)
        if newest.pop(key, None) != data:
            raise Changed(f"The move of {key} is not as its newest event left it.")
    if newest:
        raise Changed(f"The move of {next(iter(newest))} is gone.")
    return count, previous


# The signature


def _signature(
    file: BinaryIO,
    by_name: dict[str, Entry],
    manifest: dict[str, Any],
    raw: bytes,
    trust: Path | None,
) -> tuple[str, str]:
    told = manifest.get("signature")
    if told is None:
        if trust is not None or SIGNATURE in by_name:
            raise Changed("The pack is not signed.")
        return "none", ""
    if SIGNATURE not in by_name or SIGNER not in by_name:
        raise Changed("The signature is gone.")
    signature, signer = (b"".join(_plain(file, by_name[one])) for one in (SIGNATURE, SIGNER))
    good = _check(str(told), trust.read_bytes() if trust else signer, signature, raw)
    if good is False:
        whose = "that of the certificate that you trust" if trust else "valid"
        raise Changed(f"The signature is not {whose}.")
    return ("not checked" if good is None else "good"), fingerprint(signer)


def fingerprint(pem: bytes) -> str:
    """The SHA-256 of what a PEM file holds first, as `openssl x509 -fingerprint -sha256` shows."""
    found = re.search(rb"-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END", pem)
    return hashlib.sha256(base64.b64decode(found[1] if found else b"")).hexdigest()


def _check(algorithm: str, pem: bytes, signature: bytes, signed: bytes) -> bool | None:
    """Whether the signature holds; None when nothing here can tell."""
    try:
        return _check_with_cryptography(algorithm, pem, signature, signed)
    except ImportError:
        openssl = shutil.which("openssl")
    return _check_with_openssl(openssl, algorithm, pem, signature, signed) if openssl else None


def _check_with_cryptography(algorithm: str, pem: bytes, signature: bytes, signed: bytes) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    more = {
        "rsa-sha256": (padding.PKCS1v15(), hashes.SHA256()),
        "ecdsa-sha256": (ec.ECDSA(hashes.SHA256()),),
        "ed25519": (),
    }
    try:
        if b"BEGIN CERTIFICATE" in pem:
            key: Any = x509.load_pem_x509_certificate(pem).public_key()
        else:
            key = serialization.load_pem_public_key(pem)
        key.verify(signature, signed, *more[algorithm])
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def _check_with_openssl(
    openssl: str, algorithm: str, pem: bytes, signature: bytes, signed: bytes
) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        key, sig, text = (str(Path(folder, name)) for name in ("key.pem", "sig", "signed"))
        if b"BEGIN CERTIFICATE" in pem:
            command = [openssl, "x509", "-pubkey", "-noout"]
            pem = subprocess.run(command, input=pem, capture_output=True, check=False).stdout
        for path, content in ((key, pem), (sig, signature), (text, signed)):
            Path(path).write_bytes(content)
        command = [openssl, "dgst", "-sha256", "-verify", key, "-signature", sig, text]
        if algorithm == "ed25519":
            command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin"]
            command += ["-in", text, "-sigfile", sig]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


# The command


def main(arguments: list[str] | None = None) -> int:
    """Verify one pack and say what was found; returns the exit code."""
    parser = argparse.ArgumentParser(description="Verifies an evidence pack of Tenant Ferry.")
    parser.add_argument("pack", type=Path, metavar="PACK.zip")
    parser.add_argument("--trust", type=Path, metavar="PEM", help="whose signature it must be")
    for name, of_what in (("--expect", "manifest"), ("--head", "newest event")):
        parser.add_argument(name, default="", metavar="HASH", help=f"of the {of_what}, as noted")
    options = parser.parse_args(arguments)
    try:
        found = verify(options.pack, options.trust, options.expect, options.head)
    except Changed as error:
        print(f"CHANGED: {error}")
        return 1
    except OSError as error:
        print(f"NOT READ: {error}")
        return 2
    print("\n".join(said(found, is_trusted=options.trust is not None)))
    return 3 if found.signature == "not checked" else 0


def said(found: Verdict, *, is_trusted: bool) -> list[str]:
    """The verdict in sentences."""
    whose = "." if is_trusted else ": the pack's own word, until you name your own with --trust."
    return [
        f"UNCHANGED: {found.files} files, made {found.made_utc}.",
        f"{found.events} events of the journal, each in its place; the newest is {found.head}",
        f"SHA-256 of the manifest: {found.manifest_sha256}",
        {
            "none": "Not signed: whoever rewrites the whole pack can make a new manifest. Compare"
            " both numbers above with those that were noted when it was made.",
            "good": f"Signed with the key of {found.signer} (SHA-256){whose}",
        }.get(
            found.signature,
            "The signature was NOT checked: that needs the package cryptography, or openssl.",
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
