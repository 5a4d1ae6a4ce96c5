"""The evidence pack: workbook before and after, journal, acts and report, so that changes show."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from app import __version__, audit
from app.connection import kept_connection
from app.errors import AppError
from app.evidence_acts import acts_as_script
from app.evidence_key import Signer, load_signer
from app.evidence_pack import PackWriter, parts_of
from app.journal import read_settings
from app.journal_file import journal_path, open_to_read, snapshot
from app.powershell import as_file
from app.report_file import save_new
from app.report_making import make_report
from app.report_order import EvidenceOrder, ReportKind, ReportOrder
from app.workbook.backups import backups_of
from app.workbook.beside import beside
from resources.verify_evidence import EVENTS, MOVES, SIGNER, fingerprint

_READ_ME = """\
Evidence of the project {workbook}, made by Tenant Ferry {version} on {made}.

workbook/before   the workbook as it was before the program first wrote into it{before}
workbook/after    the workbook as it was when this was made
journal/          every event: events.csv to read, events.jsonl and moves.jsonl as they are chained
powershell/       every act as the cmdlet that does the same
report/           the status report of the same moment
manifest.json     the SHA-256 of each of these files
verify_evidence.py   checks all of it; needs Python 3.9 or newer and nothing else

To check:   python verify_evidence.py THIS.zip [--trust CERTIFICATE.pem] [--expect SHA256]

Any changed byte is found, also in the archive's own structure. What a check cannot find without a
signature is a pack that somebody made anew as a whole; therefore note the SHA-256 of the manifest
when the pack is made, or sign it. Somebody who exchanges the pack can exchange the verifier in it
as well: check with your own copy, for example the program's: python -m app evidence verify THIS.zip
"""
_SECRET = re.compile(
    rb"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.|Bearer [A-Za-z0-9._~+/-]{16,}"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY|client_secret="
)
"""What looks like a token, a key or a password of an application."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed; both numbers are worth noting elsewhere."""

    files: int
    events: int
    head: str
    manifest_sha256: str
    signer: str
    """SHA-256 of the signer's certificate or public key, "" when it is not signed."""


def pack_evidence(order: EvidenceOrder, now: datetime) -> Packed:
    """Write the pack; `now` is UTC. Nothing is written when something is missing.

    Raises AppError NO_PROJECT, EXISTS, CANNOT_WRITE, SECRET_FOUND, TOO_LARGE, BOOK_GONE and those
    of `load_signer`; JournalError, also when the journal was changed.
    """
    signer = None
    if order.key_file is not None:
        signer = load_signer(order.key_file, order.password, order.certificate)
    # A journal that cannot be trusted is not handed on.
    audit.verify(order.state_dir)
    packed: list[Packed] = []
    with snapshot(journal_path(order.state_dir)) as state:

        def write(file: Path) -> None:
            packed.append(_write(order, signer, state, file, now))

        save_new(order.target, write)
    return packed[0]


def _write(
    order: EvidenceOrder, signer: Signer | None, state: Path, file: Path, now: datetime
) -> Packed:
    proof = audit.verify(state)
    connection = kept_connection(read_settings(state))
    before, after, remark = _books(order.book)
    text = _READ_ME.format(
        workbook=order.book.name,
        version=__version__,
        made=f"{now:%Y-%m-%d %H:%M} UTC",
        before=remark,
    )
    verifier = files("resources").joinpath("verify_evidence.py").read_bytes()
    with file.open("wb") as out, tempfile.TemporaryDirectory(prefix="ferry-") as folder:
        pack = PackWriter(out)
        pack.add("READ ME.txt", [text.encode("utf-8")])
        pack.add("verify_evidence.py", [verifier])
        pack.add(f"workbook/before/{before.name}", _book(before))
        pack.add(f"workbook/after/{after.name}", _book(after))
        pack.add(EVENTS, _clean(_as_json(state, _EVENTS)))
        pack.add(MOVES, _clean(_as_json(state, _MOVES)))
        table = Path(folder, "events.csv")
        audit.export(state, table)
        pack.add("journal/events.csv", parts_of(table))
        lines = acts_as_script(_rows(state, _EVENTS), connection, order.book.name)
        pack.add("powershell/acts.ps1", as_file(lines))
        report = Path(folder, "report.xlsx")
        make_report(ReportOrder(ReportKind.STATUS, state, order.book.name, report, order.zone), now)
        pack.add("report/status report.xlsx", parts_of(report))
        if signer is not None:
            pack.add(SIGNER, [signer.public_pem])
        raw = pack.finish(
            {
                "made_utc": now.isoformat(timespec="seconds"),
                "program": f"Tenant Ferry {__version__}",
                "workbook": order.book.name,
                "connection": asdict(connection),
                "journal": {"events": proof.events, "head": proof.head},
                "signature": signer.algorithm if signer is not None else None,
            }
        )
        pack.close(signer.sign(raw) if signer is not None else b"")
    mark = fingerprint(signer.public_pem) if signer is not None else ""
    return Packed(pack.files, proof.events, proof.head, pack.manifest_sha256, mark)


def _books(book: Path) -> tuple[Path, Path, str]:
    """The workbook before and after, and what is to be said of the former."""
    backups = backups_of(book)
    written = beside(book, 1)
    if written.exists():
        return book, written, ",\n                  which it never did: the status went beside it"
    if backups:
        return backups[0], book, ""
    return book, book, ",\n                  which it has not done yet: both are the same"


def _book(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        raise AppError(
            "BOOK_GONE",
            "The workbook is not there",
            str(path),
            "Name the workbook where it is now.",
        )
    return parts_of(path)


_EVENTS = "SELECT * FROM events ORDER BY seq"
_MOVES = "SELECT key, data FROM moves ORDER BY rowid"


def _rows(state: Path, query: str) -> Iterator[tuple[Any, ...]]:
    with open_to_read(journal_path(state)) as db:
        yield from db.execute(query)


def _as_json(state: Path, query: str) -> Iterator[bytes]:
    for row in _rows(state, query):
        yield json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _clean(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if _SECRET.search(line):
            raise AppError(
                "SECRET_FOUND",
                "The journal has a line that looks like a password or token",
                f"{line[:60].decode('ascii')}…",
                "Nothing was written. Send us the log: this must not happen.",
            )
        yield line
