"""What is read from a workbook and written into it, as values that cross processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from app.model import Finding, Mapping, MapRow

CellValue = str | datetime | int | None
"""One status cell; a datetime is aware and in UTC, None leaves the cell empty."""

ColumnKind = Literal["text", "date", "number", "status"]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """By which a file is known to be the one that was read."""

    mtime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class BookRead:
    """A workbook as it was read; cells exactly as they are."""

    path: Path
    sheet: str
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    """Unique names of the sheet's columns, left to right from column A."""
    header_row: int
    """Counted from 1; 0 when the sheet has no header."""
    source_column: str
    target_column: str
    batch_column: str
    include_column: str
    rows: tuple[Mapping, ...]
    findings: tuple[Finding, ...]
    patchable: bool
    not_patchable_because: str
    fingerprint: Fingerprint
    map_rows: tuple[MapRow, ...] = ()
    """What lists beside the mapping, or an identity map in its own form, say for the map."""


@dataclass(frozen=True, slots=True)
class StatusColumn:
    """One column of ours, found again by its header; `width` in characters."""

    header: str
    kind: ColumnKind
    width: float


@dataclass(frozen=True, slots=True)
class StatusRow:
    """Our cells of one row, which is found by its source (and target) as the cells hold them."""

    source_upn: str
    target_upn: str
    cells: tuple[CellValue, ...]
    """One for each StatusColumn, in their order."""


@dataclass(frozen=True, slots=True)
class StatusWrite:
    """What is to be written."""

    sheet: str
    header_row: int
    source_column: str
    target_column: str
    columns: tuple[StatusColumn, ...]
    rows: tuple[StatusRow, ...]
    make_backup: bool = True
    colours: tuple[tuple[str, str], ...] = ()
    """Status word -> "good", "bad", "running", "waiting" or "attention"."""
    known: Fingerprint | None = None
    """The file as our last write left it: all of it was checked then."""


@dataclass(frozen=True, slots=True)
class StatusWritten:
    """What was written."""

    path: Path
    """The admin's workbook, or the one beside it."""
    beside: bool
    because: str
    """Why it went beside, or ""."""
    backup: Path | None
    rows_written: int
    rows_missing: tuple[str, ...]
    """Source UPNs that the workbook does not hold any more."""
    fingerprint: Fingerprint
    is_checked: bool = False
    """The file is one that a write of ours has checked as a whole."""
