"""The journal as evidence: its chain of events verified, and written out as a sheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import AppError, JournalError
from app.journal import FIRST_LINK, link
from app.journal_file import journal_path, open_to_read

HEADERS = (
    "Number",
    "Time (UTC)",
    "Who",
    "What",
    "Person",
    "Status before",
    "Status after",
    "Detail",
    "Hash",
)


@dataclass(frozen=True, slots=True)
class Audit:
    """A journal whose every event was found in its place."""

    events: int
    head: str
    """The hash of the newest event. Noted elsewhere, it proves later that nothing was removed."""


def verify(state_dir: Path) -> Audit:
    """Find any edit, removal or reordering of the journal's events.

    The chain finds what was changed between two events; that events were cut off at the end is
    found by the moves, whose present state must be the one of their newest event. Somebody who
    rewrites all of it can only be found with a `head` that was noted elsewhere before.
    Raises JournalError CHAIN_BROKEN, NO_JOURNAL, DAMAGED, NEWER.
    """
    previous, count = FIRST_LINK, 0
    newest: dict[str, str] = {}
    path = _existing(state_dir)
    with open_to_read(path) as db:
        for *body, said, own in db.execute("SELECT * FROM events ORDER BY seq"):
            count += 1
            if body[0] != count or said != previous or own != link(previous, tuple(body)):
                raise _broken(path, f"Event {count} does not fit the one before it.")
            previous = own
            if body[6]:
                newest[body[4]] = body[6]
        for key, data in db.execute("SELECT key, data FROM moves"):
            if newest.pop(key, None) != data:
                raise _broken(path, f"The move of {key} is not as its newest event left it.")
    if newest:
        raise _broken(path, f"The move of {next(iter(newest))} is gone.")
    return Audit(count, previous)


def export(state_dir: Path, target: Path) -> int:
    """Write every event into a new CSV file (UTF-8 with a mark, as Excel reads it).

    No cell is ever a formula. Gives the number of events. Raises AppError EXISTS, CANNOT_WRITE,
    and what `verify` raises: what cannot be trusted is not handed on.
    """
    count = verify(state_dir).events
    try:
        with target.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADERS)
            writer.writerows(_lines(state_dir))
    except FileExistsError as error:
        raise AppError(
            "EXISTS",
            "There is a file of this name already",
            str(target),
            "Choose another name; nothing was overwritten.",
        ) from error
    except OSError as error:
        raise AppError(
            "CANNOT_WRITE",
            "The events cannot be written",
            f"{target}: {error.strerror}",
            "Choose a folder that you may write to, with room in it.",
        ) from error
    return count


def plain(text: str) -> str:
    """Text as a spreadsheet must take it: never as a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _lines(state_dir: Path) -> Iterator[list[str | int]]:
    with open_to_read(_existing(state_dir)) as db:
        for seq, utc, actor, kind, key, before, after, detail, _, own in db.execute(
            "SELECT * FROM events ORDER BY seq"
        ):
            time = datetime.fromisoformat(utc).strftime("%Y-%m-%d %H:%M:%S")
            texts = (actor, kind, key, _status(before), _status(after), detail, own)
            yield [seq, time, *map(plain, texts)]


def _status(data: str) -> str:
    return str(json.loads(data)["status"]) if data else ""


def _existing(state_dir: Path) -> Path:
    path = journal_path(state_dir)
    if not path.exists():
        raise JournalError(
            "NO_JOURNAL",
            "Nothing was started from this workbook",
            f"There is no journal in {state_dir}.",
            "Name the folder with --state-dir.",
        )
    return path


def _broken(path: Path, what: str) -> JournalError:
    return JournalError(
        "CHAIN_BROKEN",
        "The journal was changed from outside",
        f"{path}: {what}",
        "Keep the file as it is, and compare it with your newest copy.",
    )
