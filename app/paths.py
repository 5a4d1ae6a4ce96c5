"""Where our own data lies, and how our own child processes are started."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs

RUN_MODULE = "--run-module"
"""The first word of a call by which an installed program runs one of its own modules."""


def data_dir() -> Path:
    """The per-user folder for journals and settings; it may not exist yet."""
    return Path(platformdirs.user_data_dir("TenantFerry", appauthor=False))


def child_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a process of its own.

    One place, because an installed program has no `python` to call: it calls itself.
    """
    if is_installed():
        return [sys.executable, RUN_MODULE, module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def is_installed() -> bool:
    """This is the installed program and not a Python that runs our modules.

    PyInstaller says so by `sys.frozen`, our own launcher for Windows by the option `-X installed`.
    """
    return bool(getattr(sys, "frozen", False)) or "installed" in sys._xoptions


def run_child(arguments: Sequence[str]) -> None:
    """Be the child process that `child_command` asks for; ends with its SystemExit.

    Raises ValueError for what is none of our own modules.
    """
    module, *rest = arguments or [""]
    if not module.startswith("app."):
        raise ValueError(f"{RUN_MODULE} runs our own modules only, not {module!r}")
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
