"""All acts of a project as PowerShell: what was sent for whom and when, as the journal has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from app import powershell
from app.connection import Connection
from app.model import MoveStatus
from app.texts import status_label

_MAP_UPLOAD = "identity map upload"
_TAKES_END = frozenset({"shell"})
"""Services that are sent the preferred end of a window; for others it is a note of the plan."""


def acts_as_script(
    events: Iterable[tuple[Any, ...]], connection: Connection, workbook: str
) -> Iterator[str]:
    """The lines of the script, from the journal's events in their order.

    It is a record: it does nothing when it is run by accident, since a start cannot be undone.
    """
    source = connection.source_host or powershell.SOURCE_HOST
    target = connection.target_host or powershell.TARGET_HOST
    yield powershell.comment(f"The acts of the project {workbook}, from its journal.")
    yield powershell.comment(f"They went to: {connection.service_title}.")
    yield "# Each is shown as the cmdlet that does the same in the SharePoint Online module; starts"
    yield "# and cancels run on the source tenant. Times are UTC."
    yield "param([switch]$DoAllOfItAgain)"
    yield "if (-not $DoAllOfItAgain) {"
    yield "    Write-Warning 'This is a record. Run it with -DoAllOfItAgain to do it all again.'"
    yield "    return"
    yield "}"
    admin = powershell.admin_url(source, powershell.SOURCE_ADMIN)
    yield powershell.connect(admin)
    for seq, at_utc, actor, kind, key, before, after, detail, *_ in events:
        at = datetime.fromisoformat(at_utc)
        who = f" {key}:" if key else ""
        said = f" {detail}" if detail else ""
        yield powershell.comment(f"{seq}  {at:%Y-%m-%d %H:%M:%S}  {actor}:{who} {kind}{said}")
        move = json.loads(after) if after else {}
        if kind == "starting":
            yield _start(move, at, target, connection.service)
        elif kind in ("cancel accepted", "cancel refused"):
            yield powershell.stop_move(str(move.get("source_upn", key)))
        elif kind == _MAP_UPLOAD:
            # The whole map at once; the service that was used may have sent the differences only.
            yield powershell.comment(
                f"    on the target: {powershell.upload_map('<full path of the map>')}"
            )
        elif before and after and json.loads(before)["status"] != move["status"]:
            status = status_label(MoveStatus(move["status"]))
            error = " ".join(part for part in (move["error_code"], move["error_message"]) if part)
            yield powershell.comment(f"    -> {status}{f': {error}' if error else ''}")


def _start(move: dict[str, Any], at: datetime, target_host: str, service: str) -> str:
    window = move["window"]
    begin, end = (_date(window[name]) for name in ("begin_utc", "end_utc"))
    return powershell.start_move(
        move["source_upn"],
        move["target_upn"],
        target_host,
        # A begin that had passed was not sent.
        begin if begin and begin > at else None,
        end if service in _TAKES_END else None,
    )


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
