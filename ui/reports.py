"""The menu Reports: asks what is wanted, hands it to the project, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog

from app.after_move import Urgency
from app.clock import Clock
from app.events import BookOpened
from app.report_events import (
    AfterMoveTold,
    MovedChecked,
    ReportFailed,
    ReportMade,
    ReportTimerTold,
)
from app.report_order import ReportKind
from app.report_timer import ReportTimer
from app.report_wishes import MakeEvidence, MakeReport, ReportWish, SetTimer, TellAfterMove
from ui import strings
from ui import strings_reports as words
from ui.after_move_dialog import AfterMoveDialog
from ui.evidence_dialog import EvidenceAsked, EvidenceDialog
from ui.filter_bar import LABELS
from ui.panels import PanelsWindow
from ui.ports import ProjectPort
from ui.report_dialog import ReportAsked, ReportDialog
from ui.rows import Group
from ui.timer_dialog import TimerDialog

_NOTICE, _REMINDER = "report", "after"
_PRESSING = (Urgency.SOON, Urgency.OVERDUE)
_FILTERS = {".xlsx": words.XLSX_FILTER, ".csv": words.CSV_FILTER, ".zip": words.ZIP_FILTER}


class Reports:
    """Everything of the menu Reports; reports are made by the program, beside the window."""

    def __init__(self, window: PanelsWindow, project: ProjectPort, clock: Clock) -> None:
        self._window = window
        self._project = project
        self._clock = clock
        self._book: Path | None = None
        self._timer = ReportTimer()
        self.dialog: QDialog | None = None
        """The dialog now shown, or the last one."""
        self._page: AfterMoveDialog | None = None
        for text, what in (
            (words.REPORT_ACTION, lambda: self._ask_report(help_desk=False)),
            (words.HELP_DESK_ACTION, lambda: self._ask_report(help_desk=True)),
            (words.TIMER_ACTION, self._ask_timer),
            (words.EVIDENCE_ACTION, self._ask_evidence),
            (words.AFTER_ACTION, self.show_after_move),
        ):
            window.commands.add(words.MENU, text, what, needs_book=True)
        window.listeners.on(BookOpened, self._opened)
        window.listeners.on(ReportTimerTold, self._timer_told)
        window.listeners.on(ReportMade, self._made)
        window.listeners.on(ReportFailed, self._failed)
        window.listeners.on(AfterMoveTold, self._page_told)
        window.listeners.on(MovedChecked, self._checked)

    # What is asked

    def _ask_report(self, *, help_desk: bool) -> None:
        model = self._window.model
        dialog = ReportDialog(
            len(model.rows),
            len(model.shown),
            self._zone,
            help_desk=help_desk,
            parent=self._window,
        )
        dialog.asked.connect(self._report_asked)
        self._show(dialog)

    def _report_asked(self, asked: ReportAsked) -> None:
        kind = ReportKind.HELP_DESK if asked.is_help_desk else ReportKind.STATUS
        name = words.HELP_DESK_NAME if asked.is_help_desk else words.STATUS_NAME
        keys, choice = self._shown() if asked.only_shown else (None, "")

        def make(target: Path) -> None:
            self._wish(MakeReport(kind, target, asked.zone, keys, choice), target)

        self._choose_place(name, asked.suffix, make)

    def _shown(self) -> tuple[tuple[str, ...], str]:
        """The people whom the table shows, and who they are in words."""
        model, filters = self._window.model, self._window.filters
        keys = tuple(dict.fromkeys(model.rows[number].key for number in model.shown))
        said = [words.CHOICE_SHOWN.format(strings.people(len(keys)))]
        if filters.group is not Group.ALL:
            said.append(words.CHOICE_FILTER.format(LABELS[filters.group]))
        if filters.text.strip():
            said.append(words.CHOICE_SEARCH.format(filters.text.strip()))
        return keys, ", ".join(said)

    def _ask_evidence(self) -> None:
        dialog = EvidenceDialog(self._window)
        dialog.asked.connect(self._evidence_asked)
        self._show(dialog)

    def _evidence_asked(self, asked: EvidenceAsked) -> None:
        def make(target: Path) -> None:
            wish = MakeEvidence(
                target, self._zone, asked.key_file, asked.certificate, asked.password
            )
            self._wish(wish, target)

        self._choose_place(words.EVIDENCE_NAME, ".zip", make)

    def _ask_timer(self) -> None:
        dialog = TimerDialog(self._timer, self._zone, self._window)
        dialog.chosen.connect(lambda timer: self._project.report(SetTimer(timer)))
        self._show(dialog)

    def show_after_move(self) -> None:
        """Open the page of what is left after the move."""
        dialog = AfterMoveDialog(self._window)
        dialog.wished.connect(self._project.report)
        dialog.finished.connect(self._page_closed)
        self._page = dialog
        self._show(dialog)
        self._project.report(TellAfterMove())

    def _page_closed(self) -> None:
        self._page = None

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _choose_place(self, name: str, suffix: str, make: Callable[[Path], None]) -> None:
        book = self._book
        if book is None:
            return
        time = f"{self._clock.now().astimezone(ZoneInfo(self._zone)):%Y-%m-%d %H%M}"
        proposed = book.with_name(name.format(stem=book.stem, time=time) + suffix)
        dialog = QFileDialog(self._window, words.SAVE_TITLE, str(proposed.parent), _FILTERS[suffix])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix[1:])
        dialog.selectFile(proposed.name)
        # What is there is never replaced, so there is nothing to confirm.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.fileSelected.connect(lambda chosen: make(Path(chosen)))
        self.dialog = dialog
        dialog.open()

    def _wish(self, wish: ReportWish, target: Path) -> None:
        title = words.MAKING.format(name=target.name)
        self._window.notices.show_text(_NOTICE, "running", title, words.MAKING_TEXT)
        self._project.report(wish)

    @property
    def _zone(self) -> str:
        return self._window.plan.zone_name

    # What is told

    def _opened(self, book: BookOpened) -> None:
        self._book = book.path

    def _timer_told(self, told: ReportTimerTold) -> None:
        self._timer = told.timer

    def _made(self, made: ReportMade) -> None:
        if made.by_itself:
            self._window.notices.dismiss(_NOTICE)
            return
        folder = str(made.path.parent)
        detail = words.MADE_IN.format(folder=folder)
        if made.people:
            detail = words.MADE_PEOPLE.format(people=strings.people(made.people), folder=folder)
        note = words.MADE_EVIDENCE.format(number=made.note) if made.note else ""
        self._window.notices.show_text(
            _NOTICE,
            "good",
            words.MADE.format(name=made.path.name),
            detail,
            note,
            actions=(
                (words.OPEN_FILE, lambda: _open(made.path)),
                (words.OPEN_FOLDER, lambda: _open(made.path.parent)),
            ),
        )

    def _failed(self, failed: ReportFailed) -> None:
        kind = "attention" if failed.by_itself else "bad"
        self._window.notices.show_error(_NOTICE, failed.error, kind)

    def _page_told(self, told: AfterMoveTold) -> None:
        urgent = [one for one in told.page.steps if one.urgency in _PRESSING]
        if self._page is not None:
            self._page.show_page(told.page)
        if not urgent:
            self._window.notices.dismiss(_REMINDER)
        elif self._page is None:
            kind = "bad" if urgent[0].urgency is Urgency.OVERDUE else "attention"
            self._window.notices.show_text(
                _REMINDER,
                kind,
                urgent[0].step.title,
                urgent[0].remark,
                actions=((words.SHOW_STEPS, self.show_after_move),),
            )

    def _checked(self, checked: MovedChecked) -> None:
        if self._page is not None:
            self._page.show_check(checked)


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
