"""Jobs and answers as JSON between the program and its child process.

The rows of a list go column by column: 100,000 rows cross in a tenth of the time that one object
for each row would take.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from app.errors import AppError, WorkbookBusy, WorkbookError
from app.model import ColumnsNeeded, Finding, Level, MapKind, Mapping, MapRow, Side, in_bulk
from app.workbook.status import (
    BookRead,
    CellValue,
    Fingerprint,
    StatusColumn,
    StatusRow,
    StatusWrite,
    StatusWritten,
)

Json = dict[str, Any]
_DIGITS = "0123456789"
_PIECE = 1_000
"""Rows that are packed in one go."""


def packed(value: Json | Sequence[Any]) -> bytes:
    """ASCII, so that no encoding of a pipe can change it."""
    return json.dumps(value, default=_plain).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"@{value.isoformat()}"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, StatusColumn | Fingerprint | ColumnsNeeded):
        return _shallow(value)
    raise TypeError(type(value).__name__)


def _shallow(value: Any) -> Json:
    # Not `asdict`, which copies every value down to the last.
    return {field.name: getattr(value, field.name) for field in fields(value)}


# Reading


def of_read(read: BookRead) -> Json:
    """A workbook that was read."""
    rows = read.rows
    return {
        **_shallow(read),
        "rows": {
            "row": [row.row for row in rows],
            "source_upn": [row.source_upn for row in rows],
            "target_upn": [row.target_upn for row in rows],
            "batch": [row.batch for row in rows] if any(row.batch for row in rows) else [],
            "size_gb": [row.size_gb for row in rows]
            if any(row.size_gb is not None for row in rows)
            else [],
            "held_back": [row.row for row in rows if not row.include],
            "source": rows[0].source_cell.rstrip(_DIGITS) if rows else "",
            "target": rows[0].target_cell.rstrip(_DIGITS) if rows else "",
        },
        "findings": [_of_finding(finding) for finding in read.findings],
        "map_rows": [list(_shallow(row).values()) for row in read.map_rows],
    }


def to_read(data: Json) -> BookRead:
    """What `of_read` made of it."""
    said = data["rows"]
    source, target = said["source"], said["target"]
    held_back = frozenset(said["held_back"])
    numbers = said["row"]
    columns = {name: said[name] for name in ("row", "source_upn", "target_upn")}
    columns["source_cell"] = [f"{source}{number}" for number in numbers]
    columns["target_cell"] = [f"{target}{number}" for number in numbers]
    columns |= {name: said[name] for name in ("batch", "size_gb") if said[name]}
    if held_back:
        columns["include"] = [number not in held_back for number in numbers]
    return BookRead(
        **{
            **data,
            "path": Path(data["path"]),
            "sheets": tuple(data["sheets"]),
            "columns": tuple(data["columns"]),
            "rows": in_bulk(Mapping, len(numbers), columns),
            "findings": tuple(_to_finding(finding) for finding in data["findings"]),
            "fingerprint": Fingerprint(**data["fingerprint"]),
            "map_rows": tuple(MapRow(MapKind(kind), *rest) for kind, *rest in data["map_rows"]),
        }
    )


def to_columns_needed(data: Json) -> ColumnsNeeded:
    """The question of the columns."""
    return ColumnsNeeded(
        **{
            **data,
            "path": Path(data["path"]),
            "sheets": tuple(data["sheets"]),
            "columns": tuple(data["columns"]),
            "preview": tuple(tuple(values) for values in data["preview"]),
        }
    )


def _of_finding(finding: Finding) -> Sequence[Any]:
    return (finding.level, finding.code, finding.cell, finding.side, finding.values)


def _to_finding(data: Sequence[Any]) -> Finding:
    level, code, cell, side, values = data
    return Finding(
        Level(level),
        code,
        cell,
        Side(side) if side else None,
        tuple((name, value) for name, value in values),
    )


# Writing


def of_write(write: StatusWrite) -> Json:
    """An order to write."""
    rows = [(row.source_upn, row.target_upn, row.cells) for row in write.rows]
    return {
        **_shallow(write),
        # In pieces: the window's thread waits as long as one piece is being made.
        "rows": [
            packed(rows[at : at + _PIECE]).decode("ascii") for at in range(0, len(rows), _PIECE)
        ],
    }


def to_write(data: Json) -> StatusWrite:
    """What `of_write` made of it."""
    columns = tuple(StatusColumn(**column) for column in data["columns"])
    kinds = [column.kind for column in columns]
    return StatusWrite(
        **{
            **data,
            "columns": columns,
            "rows": tuple(
                StatusRow(
                    source,
                    target,
                    tuple(_to_cell(cell, kind) for cell, kind in zip(cells, kinds, strict=True)),
                )
                for piece in data["rows"]
                for source, target, cells in json.loads(piece)
            ),
            "colours": tuple((word, kind) for word, kind in data["colours"]),
            "known": Fingerprint(**data["known"]) if data["known"] else None,
        }
    )


def _to_cell(value: object, kind: str) -> CellValue:
    if kind == "date" and isinstance(value, str) and value.startswith("@"):
        return datetime.fromisoformat(value[1:])
    return cast("CellValue", value)


def of_written(written: StatusWritten) -> Json:
    """What was written."""
    return _shallow(written)


def to_written(data: Json) -> StatusWritten:
    """What `of_written` made of it."""
    return StatusWritten(
        **{
            **data,
            "path": Path(data["path"]),
            "backup": Path(data["backup"]) if data["backup"] else None,
            "rows_missing": tuple(data["rows_missing"]),
            "fingerprint": Fingerprint(**data["fingerprint"]),
        }
    )


# Errors


def of_error(error: AppError) -> Json:
    """An expected error."""
    return {
        "busy": isinstance(error, WorkbookBusy),
        "said": [error.code, error.title, error.detail, error.remedy],
    }


def to_error(data: Json) -> WorkbookError:
    """The error to be raised in the program."""
    kind = WorkbookBusy if data["busy"] else WorkbookError
    return kind(*data["said"])
