"""The address at which the shell workers run their cmdlets, each against its own tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.practice.access import Caller, Side
from app.practice.calls import Answer, parse_json
from app.practice.clock import PracticeClock
from app.practice.cmdlet_syntax import CmdletError, bind, find_cmdlet
from app.practice.directory import Directory
from app.practice.engine import Engine
from app.practice.faults import bad_request
from app.practice.identity_map import IdentityMap
from app.practice.map_cmdlets import MapCmdlets
from app.practice.move_cmdlets import MoveCmdlets
from app.practice.practice_calls import only
from app.practice.printed import Printed
from app.practice.store import Store
from app.practice.tenancy import Tenancy
from app.practice.tenant_cmdlets import TenantCmdlets

SHELL = "/practice/shell"
UPLOAD = "Add-SPOTenantIdentityMap"
_Cmdlet = Callable[[Side, Mapping[str, Any]], Printed]


class ShellCalls:
    """Answers `POST /practice/shell` with what the cmdlet printed, or with its error."""

    def __init__(
        self, store: Store, engine: Engine, directory: Directory, clock: PracticeClock
    ) -> None:
        self._engine = engine
        self._clock = clock
        tenancy = Tenancy(store, directory)
        tenants = TenantCmdlets(engine, tenancy)
        moves = MoveCmdlets(store, engine, tenancy)
        self._map = MapCmdlets(IdentityMap(store), directory, tenancy)
        self._cmdlets: dict[str, _Cmdlet] = {
            "Connect-SPOService": tenants.connect,
            "Get-SPOCrossTenantHostUrl": tenants.host_url,
            "Set-SPOCrossTenantRelationship": tenants.relate,
            "Verify-SPOCrossTenantRelationship": tenants.verify,
            "Test-SPOCrossTenantRelationship": tenants.verify,
            "Remove-SPOCrossTenantRelationship": tenants.remove,
            "Get-SPOCrossTenantCompatibilityStatus": tenants.compatibility,
            "Get-SPOTenantIdentityMappingUser": self._map.user,
            "Start-SPOCrossTenantUserContentMove": moves.start,
            "Stop-SPOCrossTenantUserContentMove": moves.stop,
            "Get-SPOCrossTenantUserContentMoveState": moves.state,
        }

    def answer(self, method: str, body: bytes, caller: Caller) -> Answer:
        """200 for whatever the cmdlet says, also for its error. Raises Fault 400, 405."""
        only(method, "POST")
        asked = _read(parse_json(body))
        self._engine.advance(self._clock.now_ms())
        try:
            printed = self._run(caller.side, asked)
        except CmdletError as error:
            return Answer({"error": {"message": error.message, "type": error.type_name}})
        return Answer({"output": list(printed.output), "console": list(printed.console)})

    def _run(self, side: Side, asked: Mapping[str, Any]) -> Printed:
        cmdlet = find_cmdlet(asked["command"])
        bound = bind(cmdlet, asked["parameters"])
        if cmdlet.name == UPLOAD:
            return self._map.upload(side, asked.get("file", ""))
        if cmdlet.name not in self._cmdlets:
            raise bad_request(f"{cmdlet.name} is a matter of the worker alone.", "command")
        return self._cmdlets[cmdlet.name](side, bound)


def _read(value: object) -> Mapping[str, Any]:
    known = {"command": str, "parameters": dict, "file": str}
    if not isinstance(value, dict) or not {"command", "parameters"} <= set(value) <= set(known):
        raise bad_request("Send command, parameters, and file for an upload.", "command")
    for name, kind in known.items():
        if name in value and not isinstance(value[name], kind):
            raise bad_request(f"{name} is of the wrong kind.", name)
    return value
