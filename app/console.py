"""How the command line speaks: sentences for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import Any

from app.errors import AppError
from app.model import ColumnsNeeded


def columns_needed(needed: ColumnsNeeded) -> AppError:
    """The question of the columns, as an error that says how to answer it."""
    return AppError(
        "COLUMNS_NEEDED",
        f"It is not certain which columns of {needed.path.name} hold the mapping",
        f"Sheets: {', '.join(needed.sheets)}. Columns of {needed.sheet}: "
        f"{', '.join(needed.columns)}.",
        "Name them with --sheet, --source-column and --target-column.",
    )


def complain(error: AppError) -> None:
    """Say on stderr what happened, where, and what to do."""
    parts = [f"{error.title}. {error.detail}".strip(), error.remedy, f"({error.code})"]
    print(" ".join(part for part in parts if part), file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Say it at once, also into a pipe."""
    print(text, flush=True)


def note(text: str) -> None:
    """Say it beside what the command puts out, which may be read by a program."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: dict[str, Any]) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=1), flush=True)
