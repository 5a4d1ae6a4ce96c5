"""Where the practice tenants of a state file answer: a note beside the file, for this user only."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Address:
    """The tokens open nothing but these practice tenants."""

    base_url: str
    source_token: str
    target_token: str


def keep_address(state: Path, address: Address) -> None:
    """Raises OSError."""
    note = _note(state)
    new = note.with_name(note.name + ".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(address)), "utf-8")
    new.replace(note)


def forget_address(state: Path) -> None:
    """Nobody answers there any more."""
    with contextlib.suppress(OSError):
        _note(state).unlink()


def find_address(state: Path) -> Address | None:
    """None when nobody serves this state file; after a crash the note may be out of date."""
    try:
        return Address(**json.loads(_note(state).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _note(state: Path) -> Path:
    return state.with_name(state.name + ".address")
