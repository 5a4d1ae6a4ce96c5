"""MoveService over the Microsoft Graph beta task API, for real tenants and practice tenants."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

from app.answers import odd_answer
from app.client import GraphClient
from app.clock import Clock
from app.errors import Refused, Throttled, Unreachable
from app.graph_batch import Ask, Reply, ask_many, get_many
from app.model import MoveStatus, upn_key
from app.moves import Capabilities, DryRun, ServiceMove, StartRequest
from app.odata import Json, as_object, error_of, text
from app.remedies import find as find_remedy

TASKS = "/beta/solutions/sharePoint/migrations/crossOrganizationMigrationTasks"
_USER_PARAMETERS = "#microsoft.graph.sharePointUserMigrationTaskParameters"
_PAGE_SIZE = "200"
_MOST_PAGES = 2000
QUEUE_LIMIT = 4000
"""Moves that the engine queues: "Cross-tenant OneDrive migration, step 6"."""

STATE_WORDS = {
    "notstarted": MoveStatus.NOT_STARTED,
    "inprogress": MoveStatus.IN_PROGRESS,
    "completed": MoveStatus.SUCCESS,
    "success": MoveStatus.SUCCESS,
    "failed": MoveStatus.FAILED,
    "cancelled": MoveStatus.STOPPED,
    "canceled": MoveStatus.STOPPED,
    "stopped": MoveStatus.STOPPED,
}
"""The service's words, case-folded; every other word is Unknown and kept as it is.

From "sharePointMigrationTask resource type"; `success` stood in an earlier draft of that page.
"""

_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?"
    r"\s*(?:([Zz])|([+-])(\d{1,2}):?(\d{2}))?",
    re.ASCII,
)


class GraphMoves:
    """Moves as `sharePointMigrationTask`s of the source tenant (Microsoft Graph beta).

    `target_host` is the target's OneDrive host, `https://northwind-my.sharepoint.com`.
    """

    def __init__(
        self, client: GraphClient, *, target_host: str, clock: Clock, practice: bool
    ) -> None:
        host = target_host.strip().rstrip("/")
        self._client = client
        self._target_host = host if "://" in host else f"https://{host}"
        self._clock = clock
        self._capabilities = Capabilities(
            name="practice" if practice else "graph",
            practice=practice,
            beta=not practice,
            can_list=True,
            keeps_end=False,
            says_stage=False,
            queue_limit=QUEUE_LIMIT,
            poll_seconds=0.5 if practice else 60.0,
            settle_seconds=1.0 if practice else 60.0,
            second_start_after=frozenset({MoveStatus.FAILED, MoveStatus.STOPPED}),
            takes_latest_start=True,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def find(self, source_upn: str) -> ServiceMove | None:
        """The move of this source, or None when the service has none.

        The URL follows "sharePointMigrationTask: getBySourceUserPrincipalName": the parameter is
        `sourcePrincipalName`, an apostrophe is doubled, the rest percent-encoded.
        """
        name = _encoded(source_upn.replace("'", "''"))
        task = self._get(f"{TASKS}/getBySourceUserPrincipalName(sourcePrincipalName='{name}')")
        if task is None or _is_dry_run(task):
            return None
        return self._of(task, source_upn)

    def states(self, move_ids: Sequence[str]) -> list[ServiceMove]:
        """The moves with these ids, twenty a call; one that is not known is left out."""
        _, version, path = TASKS.split("/", 2)
        paths = [f"/{path}/{_encoded(move_id)}" for move_id in move_ids]
        tasks = get_many(self._client, version, paths).values()
        return [self._of(task) for task in tasks if not _is_dry_run(task)]

    def list_moves(self) -> list[ServiceMove]:
        """Every task of the source tenant; site and group moves have no source UPN ("")."""
        page = self._client.get(TASKS, {"$top": _PAGE_SIZE})
        moves: list[ServiceMove] = []
        followed: set[str] = set()
        while True:
            tasks = page.get("value")
            if not isinstance(tasks, list):
                raise odd_answer("the list of moves has no value")
            for task in tasks:
                if not isinstance(task, dict):
                    raise odd_answer("the list of moves holds something else")
                if not _is_dry_run(task):
                    moves.append(self._of(task))
            link = page.get("@odata.nextLink")
            if link is None:
                return moves
            if not isinstance(link, str) or link in followed or len(followed) >= _MOST_PAGES:
                raise odd_answer("the list of moves has no end")
            followed.add(link)
            page = self._client.follow(link)

    def start(self, request: StartRequest) -> ServiceMove:
        """Submit one move; Unreachable means that it may have arrived: look it up.

        The preferred end of a window is never sent: `preferredLatestStartDateTime` is a latest
        *start* after which the service cancels ("sharePointMigrationTaskParameters resource
        type"), which is another promise, and sent only when it was asked for as what it is.
        """
        parameters = self._parameters(request)
        if request.begin_utc is not None:
            parameters["preferredStartDateTime"] = _wire_time(request.begin_utc)
        if request.latest_utc is not None:
            parameters["preferredLatestStartDateTime"] = _wire_time(request.latest_utc)
        try:
            task = self._client.post(TASKS, {"parameters": parameters})
        except Refused as error:
            raise _explained(error) from None
        except Throttled as error:
            if error.code != "SERVICE_BUSY":
                raise
            raise Unreachable(
                error.code,
                error.title,
                error.detail,
                error.remedy,
                status=error.status,
                request_id=error.request_id,
            ) from None
        if task is None or _is_dry_run(task):
            raise odd_answer("the service did not say what became of the start")
        return self._of(task, request.source_upn)

    def cancel(self, move_id: str) -> None:
        """Ask for a cancel; Refused (409) once the move runs, Refused (404) when unknown."""
        self._client.post(f"{TASKS}/{_encoded(move_id)}/cancel")

    def dry_run(self, requests: Sequence[StartRequest]) -> list[DryRun | None]:
        """The engine's own check of at most twenty starts, in one call; it moves nothing.

        "sharePointMigrationTaskParameters resource type": with `validateOnly` the answer comes at
        once and has no id. An answer with one, that does not say `validateOnly` itself, is a move.
        """
        _, version, path = TASKS.split("/", 2)
        asks = [
            Ask(f"/{path}", {"parameters": {**self._parameters(request), "validateOnly": True}})
            for request in requests
        ]
        return [_dry_run_of(reply) for reply in ask_many(self._client, version, asks)]

    def pending(self) -> int:
        """Tasks that are not begun; raises Unreachable when the service gives no number."""
        page = self._client.get(
            TASKS, {"$filter": "status eq 'notStarted'", "$count": "true", "$top": "1"}
        )
        count = page.get("@odata.count")
        if not isinstance(count, int) or isinstance(count, bool):
            raise odd_answer("the list of moves has no number")
        return count

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _parameters(self, request: StartRequest) -> Json:
        return {
            "@odata.type": _USER_PARAMETERS,
            "targetOrganizationHost": self._target_host,
            "sourceUserIdentity": {"userPrincipalName": request.source_upn},
            "targetUserIdentity": {"userPrincipalName": request.target_upn},
        }

    def _get(self, path: str) -> Json | None:
        try:
            return self._client.get(path)
        except Refused as error:
            if error.status != 404:
                raise
            if error.code == "NO_SUCH_ADDRESS":
                # Not the service's own error form: something between us says so. Taken for
                # "there is no such move" it could lead to a second submission.
                raise odd_answer(
                    "a 404 that is not the service's own", 404, error.request_id
                ) from None
            return None

    def _of(self, task: Json, asked_upn: str = "") -> ServiceMove:
        move_id, word = task.get("id"), task.get("status")
        if not isinstance(move_id, str) or not move_id.strip():
            raise odd_answer("the move has no id")
        if not isinstance(word, str) or not word.strip():
            raise odd_answer("the move has no status")
        parameters = as_object(task.get("parameters"))
        source = _upn(parameters.get("sourceUserIdentity"))
        if source and asked_upn and upn_key(source) != upn_key(asked_upn):
            raise odd_answer("the move belongs to another person")
        begin = read_time(parameters.get("preferredStartDateTime"))
        status = STATE_WORDS.get(word.strip().casefold(), MoveStatus.UNKNOWN)
        derived = (
            status is MoveStatus.NOT_STARTED and begin is not None and begin > self._clock.now()
        )
        error_code, error_message = _error_of(task)
        return ServiceMove(
            move_id=move_id,
            source_upn=source or asked_upn,
            target_upn=_upn(parameters.get("targetUserIdentity")),
            status=MoveStatus.SCHEDULED if derived else status,
            service_state=word,
            derived=derived,
            error_code=error_code,
            error_message=error_message,
            begin_utc=begin,
            started_utc=read_time(task.get("startedDateTime")),
            updated_utc=read_time(task.get("lastUpdatedDateTime")),
            finished_utc=read_time(task.get("finishedDateTime")),
        )


def read_time(value: object) -> datetime | None:
    """A time from the service in UTC, or None when there is none or it cannot be read.

    Lenient, because the documented samples carry unpadded months and up to seven digits of a
    second. A time without an offset is UTC. The year 1 is how .NET writes "no time".
    """
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = found.groups()
    try:
        zone = UTC
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(-offset if sign == "-" else offset)
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=zone,
        )
        time = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if time.year > 1 else None


def _wire_time(time: datetime) -> str:
    """`2026-12-05T18:00:00Z`; a time without zone is a fault of ours."""
    if time.tzinfo is None:
        raise ValueError("a time without zone must not go to the service")
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def _explained(error: Refused) -> Refused:
    """The refusal under the engine's own code when its words are known, with what to do.

    The codes of the task API are undocumented, so the message is what can be recognised.
    """
    remedy = find_remedy(error.code, error.detail)
    if remedy is None:
        return error
    same = remedy.code.casefold() == error.code.casefold()
    return Refused(
        error.code if same else remedy.code,
        remedy.title,
        error.detail if same or not error.detail else f"{error.code}: {error.detail}",
        remedy.remedy,
        status=error.status,
        request_id=error.request_id,
    )


def _dry_run_of(reply: Reply) -> DryRun | None:
    """What the reply to a dry run says; the engine's code is found by its words where it is not
    given, since the codes of the task API are undocumented."""
    if reply.is_transient:
        return None
    task, is_refusal = reply.body, not 200 <= reply.status < 300
    if is_refusal:
        code, message = error_of(json.dumps(task).encode("ascii"))
    else:
        code, message = _error_of(task)
    word, move_id = task.get("status"), task.get("id")
    state = word if isinstance(word, str) and not is_refusal else ""
    known = find_remedy(code, message)
    if known is None and reply.status == 501:
        # "sharePointMigrationTask: create" documents 501 for this cause alone.
        known = find_remedy("MnAPartnersOnTheSameFarm", "")
    failed = bool(code or message)
    return DryRun(
        reply.status,
        state,
        known.code if known else code,
        message,
        passed=not is_refusal
        and not failed
        and STATE_WORDS.get(state.strip().casefold()) is MoveStatus.SUCCESS,
        made_move_id=move_id
        if isinstance(move_id, str) and not is_refusal and not _is_dry_run(task)
        else "",
    )


def _is_dry_run(task: Json) -> bool:
    """A check that moved nothing must never look like a move, let alone a finished one."""
    return as_object(task.get("parameters")).get("validateOnly") is True


def _upn(identity: object) -> str:
    name = as_object(identity).get("userPrincipalName")
    return name if isinstance(name, str) else ""


def _error_of(task: Json) -> tuple[str, str]:
    """Code and message of a task's `error`, or of the first of `errors` (an earlier draft)."""
    errors = task.get("errors")
    for error in [task.get("error"), *(errors if isinstance(errors, list) else [])]:
        if isinstance(error, str) and error:
            return "", error
        code, message = as_object(error).get("code"), as_object(error).get("message")
        if code or message:
            return text(code), text(message)
    return "", ""
