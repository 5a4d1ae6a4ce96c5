"""The calls on `crossOrganizationMigrationTasks`: start, read, list and cancel moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from app.practice import contract
from app.practice.access import Side
from app.practice.calls import Answer, Call, read_json, text_argument
from app.practice.clock import PracticeClock, wire_time
from app.practice.engine import STATUSES, Engine
from app.practice.faults import Fault, bad_request, not_found
from app.practice.filters import chosen_statuses
from app.practice.move_cmdlets import PREFERRED_END
from app.practice.odata import Query, selected
from app.practice.store import Store, Task
from app.practice.tenancy import Tenancy
from app.practice.trust import Role

TASKS = "/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
PROPERTIES = (
    "id",
    "status",
    "startedDateTime",
    "lastUpdatedDateTime",
    "finishedDateTime",
    "error",
    "parameters",
)
_ORDER_COLUMNS = {
    "id": "id",
    "status": "status",
    "startedDateTime": "started",
    "lastUpdatedDateTime": "updated",
    "finishedDateTime": "finished",
}
_LONGEST_RETRY_SECONDS = 60.0


class Tasks:
    """Answers the calls; each method is one address and method of the contract."""

    def __init__(
        self, store: Store, engine: Engine, tenancy: Tenancy, clock: PracticeClock
    ) -> None:
        self._store = store
        self._tenancy = tenancy
        self._engine = engine
        self._clock = clock

    def create(self, call: Call, _query: Query) -> Answer:
        request = contract.read_task(read_json(call))
        try:
            made = self._engine.create(self._clock.now_ms(), request)
        except Fault as fault:
            if fault.status == 429:
                fault.headers["Retry-After"] = f"{self._retry_seconds():.3f}"
            raise
        if isinstance(made, Task):
            return self._one(call, made)
        answer: dict[str, Any] = {"status": "completed"}
        if made is not None:
            answer = {"status": "failed", "error": public_error(*made)}
        return self._entity(call, {**answer, "parameters": request.parameters})

    def read_all(self, call: Call, query: Query) -> Answer:
        self._engine.advance(self._clock.now_ms())
        address = f"{call.origin}/{call.version}{TASKS}"
        answer = page(self._store, query, address)
        return Answer({"@odata.context": call.about(TASKS[1:]), **answer})

    def count(self, _call: Call, query: Query) -> Answer:
        self._engine.advance(self._clock.now_ms())
        return Answer(str(_count(self._store, _statuses(query))))

    def read_by_source_user(self, call: Call, query: Query, argument: str) -> Answer:
        return self._of_source(call, query, text_argument(argument, "sourcePrincipalName"))

    def read_by_source_site(self, call: Call, query: Query, argument: str) -> Answer:
        """Somebody's OneDrive is a site too; there are no moves of other sites."""
        url = text_argument(argument, "sourceSiteUrl")
        owner = self._tenancy.owner_of(Side.SOURCE, url)
        if owner is None:
            raise not_found(f"There is no task of the source site {url[:200]}.")
        return self._of_source(call, query, owner)

    def read_by_source_group(self, _call: Call, _query: Query, argument: str) -> Answer:
        nickname = text_argument(argument, "sourceGroupMailNickname")
        raise not_found(f"There is no task of the source group {nickname[:200]}.")

    def read_one(self, call: Call, query: Query, task_id: str) -> Answer:
        task = self._engine.by_id(self._clock.now_ms(), task_id)
        self._check_trust(task)
        return self._one(call, task, query)

    def cancel(self, _call: Call, _query: Query, task_id: str) -> Answer:
        self._check_trust(self._engine.by_id(self._clock.now_ms(), task_id))
        self._engine.cancel(self._clock.now_ms(), task_id)
        return Answer(status=204)

    def _of_source(self, call: Call, query: Query, upn: str) -> Answer:
        task = self._engine.by_source(self._clock.now_ms(), upn)
        self._check_trust(task)
        return self._one(call, task, query)

    def _check_trust(self, task: Task) -> None:
        """Without the relationship not even the state of a task is told: 422."""
        host = task.parameters.get("targetOrganizationHost")
        if not host:
            return  # the target was named by its id, and there is only the one
        cause = self._engine.trust.reading_obstacle(Side.SOURCE, host, Role.TARGET)
        if cause is not None:
            raise Fault(cause.status, cause.code, cause.message(host=host))

    def _one(self, call: Call, task: Task, query: Query | None = None) -> Answer:
        return self._entity(call, selected(task_json(task), query.select if query else ()))

    def _entity(self, call: Call, value: dict[str, Any]) -> Answer:
        return Answer({"@odata.context": call.about(f"{TASKS[1:]}/$entity"), **value})

    def _retry_seconds(self) -> float:
        """Real seconds, at least one: until something moves on."""
        if self._clock.speed <= 0:
            return _LONGEST_RETRY_SECONDS
        seconds = self._engine.seconds_to_room() / self._clock.speed
        return min(max(seconds, 1.0), _LONGEST_RETRY_SECONDS)


def page(store: Store, query: Query, address: str) -> dict[str, Any]:
    """One page of the list; `address` is where the list lies, for the link to the next page."""
    statuses = _statuses(query)
    order = _order(query.options.get("$orderby"))
    where = "WHERE seq > ?"
    values: list[object] = [query.after]
    if statuses is not None:
        where += f" AND status IN ({', '.join('?' * len(statuses))})"
        values += statuses
    where += f" ORDER BY {order}seq"
    found = store.tasks(f"{where} LIMIT ? OFFSET ?", *values, query.top + 1, query.skip)
    tasks = found[: query.top]
    answer: dict[str, Any] = {}
    if query.count:
        answer["@odata.count"] = _count(store, statuses)
    if len(found) > query.top:
        token = f"o{query.skip + query.top}" if order else f"s{tasks[-1].seq}"
        kept = {k: v for k, v in query.options.items() if k not in ("$skip", "$skiptoken")}
        link = urlencode({**kept, "$skiptoken": token}, quote_via=quote, safe="$',()")
        answer["@odata.nextLink"] = f"{address}?{link}"
    answer["value"] = [selected(task_json(task), query.select) for task in tasks]
    return answer


def _statuses(query: Query) -> tuple[str, ...] | None:
    """None: every status."""
    text = query.options.get("$filter")
    return None if text is None else chosen_statuses(text, STATUSES)


def _count(store: Store, statuses: tuple[str, ...] | None) -> int:
    if statuses == ():
        return 0
    return store.count_tasks(statuses or ())


def _order(text: str | None) -> str:
    """The SQL for it, made of our own words only; ends in a comma unless it is empty."""
    if text is None:
        return ""
    parts = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        direction = direction.strip() or "asc"
        if name not in _ORDER_COLUMNS or direction not in ("asc", "desc"):
            raise bad_request(f"$orderby: {part[:60]!r} cannot be sorted by.", "$orderby")
        parts.append(f"{_ORDER_COLUMNS[name]} {direction}, ")
    return "".join(parts)


def task_json(task: Task) -> dict[str, Any]:
    """A `sharePointMigrationTask`: what is not known yet is left out."""
    whole: dict[str, Any] = {"id": task.id, "status": task.status}
    for name, at in (
        ("startedDateTime", task.started),
        ("lastUpdatedDateTime", task.updated),
        ("finishedDateTime", task.finished),
    ):
        if at is not None:
            whole[name] = wire_time(at)
    if task.status == "failed":
        whole["error"] = public_error(task.error_code, task.error_message)
    whole["parameters"] = {k: v for k, v in task.parameters.items() if k != PREFERRED_END}
    return whole


def public_error(code: str, message: str) -> dict[str, Any]:
    """The `error` of a failed task."""
    return {"code": code, "message": message, "target": None, "details": [], "innerError": None}
