"""The cmdlets about moves: start, stop, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.practice import causes
from app.practice.access import Side
from app.practice.clock import to_ms, wire_time
from app.practice.cmdlet_syntax import CmdletError
from app.practice.engine import RESCHEDULED, Engine, TaskRequest
from app.practice.faults import Fault
from app.practice.printed import SERVER, Printed, refused
from app.practice.shell_states import STOPPABLE, ShellStates
from app.practice.store import Store, Task
from app.practice.tenancy import GEOGRAPHY, Tenancy
from app.practice.trust import Role, is_admin_host

MOST_ROWS = 1000
"""The list is capped, as it seems in the field; how high is documented nowhere."""
PREFERRED_END = "preferredMoveEndDate"
"""Kept with the parameters of a task. Graph has no such member, and shows none."""
_DIRECTIONS = {Side.SOURCE: "MoveOut", Side.TARGET: "MoveIn"}
_WANTED = {
    "NotStarted": "status = 'notStarted'",
    "Queued": "status = 'notStarted'",
    "Rescheduled": "status = 'notStarted'",
    "InProgress": "status = 'inProgress'",
    "Success": "status = 'completed'",
    "Failed": "status = 'failed'",
    "Stopped": "status = 'cancelled'",
}
_SHOWN = {"Queued": "Scheduled"}
"""The filter has another word than the list for what waits."""
_NEWEST = "coalesce(updated, created)"


class MoveCmdlets:
    """Each method is one cmdlet; the engine has played up to the moment of the call."""

    def __init__(self, store: Store, engine: Engine, tenancy: Tenancy) -> None:
        self._store = store
        self._engine = engine
        self._tenancy = tenancy

    def start(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """Prints nothing: the id of the job is read from the state."""
        host = bound["TargetCrossTenantHostUrl"]
        if side is not Side.SOURCE:
            raise refused(causes.WRONG_SIDE, host=host)
        if is_admin_host(host):
            raise refused(causes.ADMIN_HOST, host=host)
        found = self._create(_request(bound, host))
        if isinstance(found, tuple):
            raise CmdletError(found[1], SERVER)
        return Printed()

    def _create(self, request: TaskRequest) -> Task | tuple[str, str] | None:
        try:
            return self._engine.create(self._engine.advanced_to, request)
        except Fault as fault:
            raise CmdletError(fault.message, SERVER) from None

    def stop(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        upn = bound["SourceUserPrincipalName"]
        if side is not Side.SOURCE:
            host = self._tenancy.tenant(Side.SOURCE).my_host
            raise refused(causes.WRONG_SIDE, host=host)
        task = self._of_source(upn)
        if task is None:
            raise CmdletError(f"There is no content move job for source user UPN {upn}.", SERVER)
        state = ShellStates(self._store, self._engine).of(task)
        if state not in STOPPABLE:
            raise CmdletError(
                f"The content move of source user UPN {upn} can't be stopped: its state is "
                f"{state}.",
                SERVER,
            )
        self._engine.cancel(self._engine.advanced_to, task.id)
        return Printed()

    def state(self, side: Side, bound: Mapping[str, Any]) -> Printed:
        """Of one move, or of many; there the newest come first, and none has a UPN."""
        host = bound["PartnerCrossTenantHostUrl"]
        word = bound.get("PartnerRole", "None")
        role = None if word == "None" else Role(word)
        cause = self._engine.trust.reading_obstacle(side, host, role)
        if cause is not None:
            raise refused(cause, host=host)
        # Every move goes from the source to the target, so its partner has one role on each side.
        is_theirs = role is not None and (role is Role.TARGET) is not (side is Side.SOURCE)
        tasks = [] if is_theirs else self._asked_for(side, bound)
        states = ShellStates(self._store, self._engine)
        shown = [self._object(side, task, states, bound) for task in tasks]
        wanted = bound.get("MoveState", "All")
        if wanted != "All":
            word = _SHOWN.get(wanted, wanted)
            shown = [each for each in shown if each["MoveState"] == word]
        return Printed(shown[: min(bound.get("Limit", MOST_ROWS), MOST_ROWS)])

    def _asked_for(self, side: Side, bound: Mapping[str, Any]) -> list[Task]:
        if "SourceUserPrincipalName" in bound:
            upn = bound["SourceUserPrincipalName"]
            task = self._of_source(upn)
            if task is None and self._tenancy.find(Side.SOURCE, upn) is None:
                raise refused(causes.NO_URL, source=upn)
            return [task] if task is not None else []
        if "SiteMoveId" in bound:
            task = self._store.task("WHERE id = ?", bound["SiteMoveId"])
            return [task] if task is not None else []
        if bound.get("MoveDirection", "All") not in ("All", _DIRECTIONS[side]):
            return []
        return self._listed(bound)

    def _listed(self, bound: Mapping[str, Any]) -> list[Task]:
        where, values = ["1"], list[object]()
        wanted = bound.get("MoveState", "All")
        if wanted != "All":
            where.append(_WANTED.get(wanted, "0"))
        for name, sign in (("MoveStartTime", ">="), ("MoveEndTime", "<=")):
            if name in bound:
                where.append(f"{_NEWEST} {sign} ?")
                values.append(to_ms(bound[name]))
        # Which of those not begun are scheduled is found out one by one, and then cut.
        is_sifted = _WANTED.get(wanted) == _WANTED["Queued"]
        most = -1 if is_sifted else min(bound.get("Limit", MOST_ROWS), MOST_ROWS)
        order = f"ORDER BY {_NEWEST} DESC, seq DESC LIMIT ?"
        return self._store.tasks(f"WHERE {' AND '.join(where)} {order}", *values, most)

    def _of_source(self, upn: str) -> Task | None:
        try:
            return self._engine.by_source(self._engine.advanced_to, upn)
        except Fault:
            return None

    def _object(
        self, side: Side, task: Task, states: ShellStates, bound: Mapping[str, Any]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "MoveJobId": task.id,
            "SourceSiteUrl": self._tenancy.drive_url(Side.SOURCE, task.source_upn),
            "TargetSiteUrl": self._tenancy.drive_url(Side.TARGET, task.target_upn),
            "MoveState": states.of(task),
            "TimeStamp": _net_time(task.updated or task.created),
            "SourceDataLocation": GEOGRAPHY,
            "DestinationDataLocation": GEOGRAPHY,
        }
        return found | _more(side, task) if bound.get("Verbose") else found


def _more(side: Side, task: Task) -> dict[str, Any]:
    """What `-Verbose` adds, after the names of `MoveJobEntityData`: nobody has published it."""
    return {
        "Direction": _DIRECTIONS[side],
        "JobPhase": "" if task.stage == RESCHEDULED else task.stage,
        "ErrorMessage": task.error_message,
        "PreferredMoveBeginDateInUtc": _as_net(task.parameters.get("preferredStartDateTime")),
        "PreferredMoveEndDateInUtc": _as_net(task.parameters.get(PREFERRED_END)),
        "StartedDateInUtc": None if task.started is None else _net_time(task.started),
        "FinishedDateInUtc": None if task.finished is None else _net_time(task.finished),
    }


def _request(bound: Mapping[str, Any], host: str) -> TaskRequest:
    source, target = bound["SourceUserPrincipalName"], bound["TargetUserPrincipalName"]
    parameters: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
        "targetOrganizationHost": host,
        "targetDataLocationCode": GEOGRAPHY,
        "sourceUserIdentity": {"userPrincipalName": source},
        "targetUserIdentity": {"userPrincipalName": target},
    }
    begin: int | None = None
    if "PreferredMoveBeginDate" in bound:
        begin = to_ms(bound["PreferredMoveBeginDate"])
        parameters["preferredStartDateTime"] = wire_time(begin)
    if "PreferredMoveEndDate" in bound:
        # Best effort ("likely done by"): it neither cancels nor hurries anything.
        parameters[PREFERRED_END] = wire_time(to_ms(bound["PreferredMoveEndDate"]))
    dry = bound.get("ValidationOnly", False)
    return TaskRequest(parameters, source, "", target, "", host, begin, None, dry)


def _as_net(wire: str | None) -> str | None:
    return None if wire is None else _net_time(to_ms(datetime.fromisoformat(wire)))


def _net_time(ms: int) -> str:
    """A DateTime of kind Utc in the round-trip format of .NET."""
    text = wire_time(ms - ms % 1000).removesuffix("Z")
    return f"{text}.{ms % 1000:03d}0000Z"
