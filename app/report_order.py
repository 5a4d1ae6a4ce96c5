"""What report or evidence is wanted: plain values that can go to a child process."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class ReportKind(StrEnum):
    """What is made."""

    STATUS = "status"
    """The status report: a workbook, or the people as CSV."""
    HELP_DESK = "help-desk"
    """Who moves when and does what afterwards: a workbook or CSV, ready for a mail merge."""


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """One report; the ending of `target` says whether it is a workbook or CSV."""

    kind: ReportKind
    state_dir: Path
    workbook: str
    """The name of the admin's workbook, for the title."""
    target: Path
    zone: str = "UTC"
    filter: str = ""
    """As `app.report_filter` reads it; "" for everybody."""
    keys: tuple[str, ...] | None = None
    """Only these people (by `Mapping.key`), such as those shown on the screen; None: everybody."""
    choice: str = ""
    """Who `keys` are, in words."""
    replaces: bool = False
    """A report of ours that is at `target` gives way to this one."""


@dataclass(frozen=True, slots=True)
class EvidenceOrder:
    """One evidence pack, signed when there is a key."""

    state_dir: Path
    book: Path
    target: Path
    zone: str = "UTC"
    key_file: Path | None = None
    """PEM or PKCS#12."""
    certificate: Path | None = None
    """PEM; needed only when the key's own file has none."""
    password: str = field(default="", repr=False)
