"""What a cmdlet leaves behind in the shell: objects in the pipeline, and lines on the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.practice.causes import Cause
from app.practice.cmdlet_syntax import CmdletError

SERVER = "Microsoft.SharePoint.Client.ServerException"
"""The .NET type of whatever the service itself refuses."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Both, in their order."""

    output: Sequence[str | dict[str, Any]] = ()
    console: Sequence[str] = ()


def refused(cause: Cause, **words: str) -> CmdletError:
    """The cmdlets show the message of a cause, without its code."""
    return CmdletError(cause.message(**words), SERVER)
