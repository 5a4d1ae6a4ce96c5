"""Where our own data lies, and how our own child processes are started."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """The per-user folder for journals and settings; it may not exist yet."""
    return Path(platformdirs.user_data_dir("TenantFerry", appauthor=False))


def child_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a process of its own.

    One place, because a frozen program has no `python` to call.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--run-module", module, *arguments]
    return [sys.executable, "-m", module, *arguments]
