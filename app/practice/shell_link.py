"""The worker's way to the practice tenants, and the errors that .NET makes of a bad one."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.practice.access import Side
from app.practice.address import find_address
from app.practice.cmdlet_syntax import CmdletError
from app.practice.shell_web import SHELL

PATIENCE_SECONDS = 180.0
"""The usual time-out of the module's requests (`Connect-SPOService`)."""
_WEB = "System.Net.WebException"
_STATUSES = {
    401: "(401) Unauthorized",
    403: "(403) Forbidden",
    413: "(413) Request Entity Too Large",
    429: "(429) Too Many Requests",
    503: "(503) Server Unavailable",
}


class Link:
    """Calls of one tenant's administrator to whoever serves the state file now."""

    def __init__(self, state: Path, side: Side, patience: float = PATIENCE_SECONDS) -> None:
        self._state = state
        self._side = side
        self._patience = patience
        self._connection: http.client.HTTPConnection | None = None

    def run(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the cmdlet printed, or its error, as the service says it.

        Raises CmdletError when the service cannot be reached, does not answer or turns the call
        away. A call is never repeated: whether it arrived may be known to nobody.
        """
        try:
            return self._call(json.dumps(asked).encode("utf-8", "surrogatepass"))
        except TimeoutError:
            self.close()
            raise CmdletError("The operation has timed out.", _WEB) from None
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            raise CmdletError(
                "The underlying connection was closed: An unexpected error occurred on a receive.",
                _WEB,
            ) from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _call(self, body: bytes) -> Mapping[str, Any]:
        address = find_address(self._state)
        if address is None:
            raise _unreachable()
        token = address.source_token if self._side is Side.SOURCE else address.target_token
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection = self._open(address.base_url)
        connection.request("POST", SHELL, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        # A kept connection may have been closed meanwhile, and a second try would be a second call.
        self.close()
        if answer.status != 200:
            status = _STATUSES.get(answer.status, f"({answer.status}) {answer.reason}")
            raise CmdletError(f"The remote server returned an error: {status}.", _WEB)
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found

    def _open(self, base_url: str) -> http.client.HTTPConnection:
        where = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(
            where.hostname or "", where.port, timeout=self._patience
        )
        try:
            self._connection.connect()
        except OSError:
            self.close()
            raise _unreachable() from None
        return self._connection


def _unreachable() -> CmdletError:
    return CmdletError("Unable to connect to the remote server", _WEB)
