"""One session of the practice management shell: a process that reads cmdlets and prints answers.

Like the real module it has one connection, so source and target take a worker each, and a worker
does one call after the other. Both speak to whoever serves the state file (`practice serve`), as
Graph does: there is one engine.

The protocol is one JSON object a line, UTF-8, in both directions. The worker begins with

    {"ready": true, "protocol": 1, "side": "source", "practice": true}

and answers each request

    {"id": 7, "command": "Stop-SPOCrossTenantUserContentMove",
     "parameters": {"SourceUserPrincipalName": "ana@tailspin.com"}}

in order, with what the cmdlet put into the pipeline and wrote on the console, or with its error:

    {"id": 7, "ok": true, "output": [...], "console": ["..."]}
    {"id": 7, "ok": false, "error": {"message": "...", "type": "System.Net.WebException"}}

`id` is any number or text and comes back unchanged. An object has the names that the cmdlet prints;
some cmdlets print text instead. Times are ISO 8601. A parameter of type DateTime with Z is of kind
Utc, without a zone of kind Unspecified; a switch is true or false. A line that is no request is
answered with an error of type `protocol` and the id null, and the worker goes on. It ends, with 0,
when its input does.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from app.practice.access import Side
from app.practice.clock import to_ms, wire_time
from app.practice.cmdlet_syntax import CmdletError, bind, find_cmdlet
from app.practice.map_file import read_map
from app.practice.shell_link import Link
from app.practice.shell_web import UPLOAD

PROTOCOL = 1
_CONNECT = "Connect-SPOService"
_DISCONNECT = "Disconnect-SPOService"
_LONGEST_LINE = 1024 * 1024


class ProtocolError(Exception):
    """The line is no request; the message says why."""


class Shell:
    """What lasts from one cmdlet to the next: whether somebody is connected."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._is_connected = False

    def run(self, command: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        """What the cmdlet printed. Raises CmdletError with what it fails with."""
        cmdlet = find_cmdlet(command)
        bound = bind(cmdlet, parameters)
        if cmdlet.name != _CONNECT and not self._is_connected:
            raise CmdletError(
                "No connection available. Use Connect-SPOService before running this CmdLet.",
                "System.InvalidOperationException",
            )
        if cmdlet.name == _DISCONNECT:
            self._is_connected = False
            return {"output": [], "console": []}
        asked: dict[str, Any] = {"command": cmdlet.name, "parameters": _as_sent(bound)}
        if cmdlet.name == UPLOAD:
            asked["file"] = read_map(Path(bound["IdentityMapPath"]))
        found = self._link.run(asked)
        if "error" in found:
            raise CmdletError(found["error"]["message"], found["error"]["type"])
        self._is_connected = True
        return found


def _as_sent(bound: Mapping[str, Any]) -> dict[str, Any]:
    """From here on every time is of kind Utc."""
    return {
        name: wire_time(to_ms(value)) if isinstance(value, datetime) else value
        for name, value in bound.items()
    }


def answer(shell: Shell, line: str) -> dict[str, Any]:
    """The answer to one line."""
    try:
        request = _read(line)
    except ProtocolError as error:
        return _failure(None, str(error), "protocol")
    try:
        found = shell.run(request["command"], request["parameters"])
    except CmdletError as error:
        return _failure(request["id"], error.message, error.type_name)
    except Exception as error:  # noqa: BLE001 - the session outlives a fault of ours; it is told
        message = f"The practice shell met a fault of its own: {error!r}"
        return _failure(request["id"], message, "System.Exception")
    return {"id": request["id"], "ok": True, **found}


def _failure(request_id: object, message: str, type_name: str) -> dict[str, Any]:
    return {"id": request_id, "ok": False, "error": {"message": message, "type": type_name}}


def _read(line: str) -> Mapping[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise ProtocolError("The line is longer than 1 MB.")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise ProtocolError("The line is no JSON.") from None
    if not isinstance(value, dict) or set(value) != {"id", "command", "parameters"}:
        raise ProtocolError("A request has id, command and parameters, and nothing else.")
    if not isinstance(value["id"], int | str) or isinstance(value["id"], bool):
        raise ProtocolError("id must be a number or a text.")
    if not isinstance(value["command"], str) or not isinstance(value["parameters"], dict):
        raise ProtocolError("command must be a text, and parameters an object.")
    return value


def serve(side: Side, link: Link, lines: TextIO, out: TextIO) -> None:
    """Answer until the input ends."""

    def say(value: Mapping[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    say({"ready": True, "protocol": PROTOCOL, "side": side, "practice": True})
    shell = Shell(link)
    for line in lines:
        if line.strip():
            say(answer(shell, line))


def main(argv: Sequence[str]) -> int:
    """Returns 0 when the input has ended or nobody reads the answers any more."""
    parser = argparse.ArgumentParser(
        prog="shell_worker",
        description="One session of the management shell of the practice tenants.",
    )
    parser.add_argument("--side", type=Side, choices=list(Side), required=True)
    parser.add_argument("--state", type=Path, required=True, metavar="FILE", help="as it is served")
    options = parser.parse_args(list(argv))
    # Whoever closes the pipe, or presses Ctrl+C in the terminal that both share, ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert isinstance(sys.stdin, io.TextIOWrapper)
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    with contextlib.closing(Link(options.state, options.side)) as link:
        try:
            serve(options.side, link, sys.stdin, sys.stdout)
        except BrokenPipeError:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
