"""What the admin confirms before it is done: a start, a cancel, corrections, closing early."""

from __future__ import annotations

from collections.abc import Callable

from app import plan
from app.events import ServiceConnected
from app.model import MoveStatus
from ui import strings, strings_acts, strings_latest
from ui.choices import correction_cells
from ui.plan_asked import PlanAsked
from ui.ports import ProjectPort
from ui.questions import Questions
from ui.rows import Group
from ui.table_model import MappingModel


class Confirmations:
    """Asks, and on the admin's yes tells the project."""

    def __init__(self, questions: Questions, model: MappingModel, project: ProjectPort) -> None:
        self._questions = questions
        self._model = model
        self._project = project

    def start(
        self, asked: PlanAsked, service: ServiceConnected, on_yes: Callable[[], object]
    ) -> None:
        """Start this plan; `on_yes` is called right before."""

        def yes() -> None:
            on_yes()
            self.start_at_once(asked)

        rows = [self._model.rows[n] for n in map(self._model.number_of_key, asked.keys)]
        warned = sum(1 for row in rows if row.groups & Group.ATTENTION)
        batches = len(plan.cut((row.mapping for row in rows), asked.window, asked.rule))
        words = strings.moves(len(asked.keys))
        self._questions.ask(
            strings.CONFIRM_START_TITLE.format(words),
            plan_in_words(asked, service, batches, warned),
            strings.CONFIRM_START_YES.format(words),
            strings.CONFIRM_BACK,
            yes,
        )

    def start_at_once(self, asked: PlanAsked) -> None:
        """Start this plan, which was confirmed in another way."""
        rule = asked.rule
        self._project.start(
            asked.keys, asked.window, rule.size, rule.by_column, rule.most_gb, rule.pilot
        )

    def cancel(self, keys: tuple[str, ...], batch: str = "") -> None:
        """Cancel these moves, which are those of a batch when it is named."""
        if not keys:
            return
        moves = strings.moves(len(keys))
        title = strings.CONFIRM_CANCEL_TITLE.format(moves)
        if batch:
            title = strings_acts.CONFIRM_CANCEL_BATCH.format(moves=moves, batch=batch)
        self._questions.ask(
            title,
            strings.CONFIRM_CANCEL_TEXT,
            strings.CONFIRM_CANCEL_YES.format(moves),
            strings.CONFIRM_BACK,
            lambda: self._project.cancel(keys),
        )

    def retry(self, keys: tuple[str, ...]) -> None:
        """Make these moves ready again."""
        if not keys:
            self._questions.tell(strings_acts.NOTHING_TITLE, strings_acts.NOTHING_TEXT)
            return
        moves = strings.moves(len(keys))
        self._questions.ask(
            strings_acts.CONFIRM_RETRY_TITLE.format(moves),
            strings_acts.CONFIRM_RETRY_TEXT,
            strings_acts.CONFIRM_RETRY_YES.format(moves),
            strings.CONFIRM_BACK,
            lambda: self._project.retry(keys),
        )

    def accept_all(self) -> None:
        """Accept every safe correction."""
        cells = correction_cells(self._model.rows)
        self._questions.ask(
            strings.count(len(cells), *strings.ACCEPT_ALL_TITLE),
            strings.ACCEPT_ALL_TEXT,
            strings.ACCEPT_ALL.format(len(cells)),
            strings.CONFIRM_BACK,
            lambda: self._project.accept_corrections(cells),
        )

    def close(self, on_yes: Callable[[], object]) -> bool:
        """Whether the window may close now; `on_yes` is called when the admin lets it."""
        counts = self._model.status_counts
        unsent = counts[MoveStatus.WAITING] + counts[MoveStatus.STARTING]
        if not unsent:
            return True
        self._questions.ask(
            strings.CLOSE_TITLE.format(strings.moves(unsent)),
            strings.CLOSE_TEXT,
            strings.CLOSE_YES,
            strings.CLOSE_STAY,
            on_yes,
        )
        return False


def plan_in_words(asked: PlanAsked, service: ServiceConnected, batches: int, warned: int) -> str:
    """What will be started, where, when, and what is special about it."""
    window = asked.window
    lines = [
        strings.CONFIRM_FROM_TO.format(source=service.source_name, target=service.target_name),
        strings.CONFIRM_BATCHES.format(
            moves=strings.moves(len(asked.keys)),
            batches=strings.batches(batches),
        ),
        strings.CONFIRM_BEGIN_NOW,
    ]
    if window.begin_utc is not None:
        local, utc = plan.both_times(window.begin_utc, window.zone)
        lines[-1] = strings.CONFIRM_BEGIN.format(local=local, utc=utc)
        lines.append(strings.PLAN_HELD)
    elif batches > 1:
        lines.append(strings.CONFIRM_CHAIN.format(percent=round(asked.share * 100)))
    if asked.rule.pilot and batches > 1 and not asked.rule.by_column:
        lines.insert(2, strings.CONFIRM_PILOT.format(strings.people(asked.rule.pilot)))
    if window.end_utc is not None:
        local, utc = plan.both_times(window.end_utc, window.zone)
        lines.append(strings.CONFIRM_END.format(local=local, utc=utc))
        if not service.capabilities.keeps_end:
            lines.append(strings.PLAN_END_NOTE)
    if window.latest_utc is not None:
        local, utc = plan.both_times(window.latest_utc, window.zone)
        lines.append(strings_latest.CONFIRM.format(local=local, utc=utc))
    if warned:
        lines.append(strings.CONFIRM_WARN.format(strings.moves(warned)))
    if asked.left_out:
        rows = strings.rows(asked.left_out)
        lines.append(strings.CONFIRM_LEFT_OUT.format(rows))
    if asked.hidden:
        lines.append(strings.CONFIRM_HIDDEN.format(asked.hidden))
    if asked.is_paused:
        lines.append(strings.CONFIRM_PAUSED)
    practice = service.capabilities.practice
    lines += ["", strings.CONFIRM_PRACTICE if practice else strings.CONFIRM_START_TEXT]
    return "\n".join(lines)
