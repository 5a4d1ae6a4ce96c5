"""The main window: passes the admin's wishes to the project, and its events to the panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QWidget,
)

from app.clock import Clock
from app.errors import AppError
from app.events import (
    BookOpened,
    BookSaved,
    BookWaiting,
    Event,
    RunChanged,
    RunState,
    ServiceConnected,
    Trouble,
)
from app.model import ColumnsNeeded, Move
from ui import strings
from ui.appearance import Appearance
from ui.columns_dialog import ColumnsQuestion
from ui.confirmations import Confirmations
from ui.error_help import ErrorHelp
from ui.gates_page import Gates
from ui.intake import Intake
from ui.kept import Kept
from ui.move_acts import MoveActs
from ui.notices import announce
from ui.panels import PanelsWindow
from ui.plan_asked import PlanAsked
from ui.ports import ProjectPort
from ui.preflight import PreflightStrip
from ui.real_tenants import RealTenants
from ui.rehearsals import Rehearsals
from ui.reports import Reports
from ui.smooth import leave_to_stay
from ui.turns import Work

_RECOUNT_MS = 200
_REFILTER_MS = 1_000
_MANY_ROWS = 10_000


class MainWindow(PanelsWindow):
    """`take` is given the events; everything else starts with the admin."""

    def __init__(
        self,
        project: ProjectPort,
        clock: Clock,
        kept: Kept,
        sample: Callable[[], Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(clock, kept, parent)
        self._project = project
        self._sample = sample
        self._book: BookOpened | None = None
        self._path: Path | None = None
        self._service: ServiceConnected | None = None
        self._connect_wanted = False
        self.intake = Intake(self, self._take_moves)
        self.columns = ColumnsQuestion(self)
        self.confirmations = Confirmations(self.questions, self.model, project)
        self._listen()
        # In the order of their entries in the menu: what is done with moves, where, and before.
        self.acts = MoveActs(self, project, self.confirmations)
        self.commands.add_line(strings.MENU_MOVES)
        self.rehearsals = Rehearsals(
            self, project, clock, self.confirmations, self._leave_for_copy, self._open_for_real
        )
        self.tenants = RealTenants(self, project)
        self.commands.add_line(strings.MENU_MOVES)
        self.preflight = PreflightStrip(self, project, clock)
        self.gates = Gates(self, project, clock)
        self.reports = Reports(self, project, clock)
        self.error_help = ErrorHelp(self)
        self.appearance = Appearance(self, kept)
        self._close_confirmed = False
        self._recount = self._timer(_RECOUNT_MS, self._count_again)
        self._refilter = self._timer(_REFILTER_MS, self.table.refilter)
        self._connect()
        self._set_zone(self.plan.zone_name)

    # Wishes

    def open_book(self, path: Path) -> None:
        """Open a workbook; another one that is open is left."""
        if self._path is not None and path != self._path:
            self._leave_book()
        self._path = path
        self._book = None
        self._ask_for_book(path)

    def reread(self) -> None:
        """Read the open workbook again, with the same sheet and columns."""
        book = self._book
        if book is not None:
            self._project.open(
                book.path,
                sheet=book.sheet,
                source_column=book.source_column,
                target_column=book.target_column,
                batch_column=book.batch_column,
            )
            self.header.show_reading(book.path)

    def connect_practice(self) -> None:
        """Connect the practice tenants, as soon as there is a workbook to connect for."""
        if self._book is None:
            self._connect_wanted = True
            return
        self._connect_wanted = False
        self.header.show_connecting()
        self._project.connect_practice()

    def open_sample(self) -> None:
        """The practice people: a copy of the sample workbook, and the practice tenants."""
        try:
            path = self._sample()
        except AppError as error:
            self.notices.show_error("trouble", error)
            return
        self._connect_wanted = True
        self.open_book(path)

    # Events

    def take(self, events: Sequence[Event]) -> None:
        """Pass a batch of events to the panels; what comes of a large one is shown bit by bit."""
        self.intake.take(events)

    def _take_moves(self, moves: Sequence[Move]) -> None:
        changed = self.model.apply_moves(moves)
        self.plan.set_starting(False)
        current = self.table.current()
        if current is not None and self.model.number_of(current.mapping) in changed:
            self.details.refresh()

    def _counts_changed(self) -> None:
        self._recount_soon()
        if self.model.stale and not self._refilter.isActive():
            self._refilter.start()

    def _book_opened(self, book: BookOpened) -> None:
        self._book, self._path = book, book.path
        self.columns.close()
        self.notices.dismiss("trouble")
        self.header.show_book(book)
        self.empty.set_busy("")
        self.setWindowTitle(f"{book.path.name} — {strings.APP_NAME}")
        self.details.set_list(self.model.row_set, book.list_findings)
        self.details.show_row(self.table.current())
        self.details.set_corrections(self.model.row_set.tally.corrections)
        if book.patchable:
            self.notices.dismiss("beside")
        else:
            self.notices.show_text(
                "beside", "attention", strings.BESIDE_TITLE, book.not_patchable_because
            )
        self.show_recent(self._kept.add_recent(book.path))
        self.show_open(True)
        self._count_again()
        announce(self, strings.people(len(book.rows)))
        if self._connect_wanted:
            self.connect_practice()
        if len(book.rows) > _MANY_ROWS:
            leave_to_stay()

    def _columns_needed(self, needed: ColumnsNeeded) -> None:
        self.empty.set_busy("")
        self.columns.ask(needed)

    def _service_connected(self, service: ServiceConnected) -> None:
        self._service = service
        self.notices.dismiss("trouble")
        self.header.show_service(service)
        self.plan.set_service(service.capabilities)

    def _run_changed(self, event: RunChanged) -> None:
        self.plan.set_run(event.state)
        self.plan.set_starting(False)
        if event.state is RunState.OFFLINE:
            detail = event.reason.detail or event.reason.title if event.reason else ""
            self.notices.show_text("run", "attention", strings.RUN_OFFLINE_TITLE, detail)
        elif event.state is RunState.NEEDS_SIGN_IN:
            detail = event.reason.remedy if event.reason else ""
            self.notices.show_text("run", "bad", strings.RUN_SIGN_IN_TITLE, detail)
        elif event.reason is not None:
            self.notices.show_error("run", event.reason, "attention")
        else:
            self.notices.dismiss("run")
        if event.state is RunState.DONE:
            announce(self, strings.RUN_DONE)

    def _trouble(self, error: AppError) -> None:
        self.plan.set_starting(False)
        self.empty.set_busy("")
        self.header.show_service(self._service)
        if self._book is not None:
            self.header.show_book(self._book)
        elif self._path is not None:
            self.header.show_nothing()
            self.columns.close()
        self.notices.show_error("trouble", error)

    # What the admin does

    def _start_asked(self, asked: PlanAsked) -> None:
        if self._service is not None and asked.keys:
            self.confirmations.start(
                asked, self._service, on_yes=lambda: self.plan.set_starting(True)
            )

    def _sheet_chosen(self, sheet: str) -> None:
        if self._path is not None:
            self._project.open(self._path, sheet=sheet)

    def _columns_chosen(self, chosen: tuple[str, str, str, str]) -> None:
        if self._path is not None:
            sheet, source, target, batch = chosen
            self._show_reading(self._path)
            self._project.open(
                self._path,
                sheet=sheet,
                source_column=source,
                target_column=target,
                batch_column=batch,
            )

    def _columns_refused(self) -> None:
        if self._book is None:
            self.header.show_nothing()
            self.show_open(False)
        else:
            self.header.show_book(self._book)

    def _choose_book(self) -> None:
        folder = str(self._path.parent) if self._path is not None else ""
        dialog = QFileDialog(self, strings.OPEN_TITLE, folder, strings.OPEN_FILTER)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_book(Path(name)))
        dialog.open()

    # Upkeep

    def _ask_for_book(self, path: Path) -> None:
        self.notices.clear()
        self.show_open(False)
        self._show_reading(path)
        self._project.open(path)

    def _show_reading(self, path: Path) -> None:
        self.header.show_reading(path)
        self.empty.set_busy(strings.READING.format(name=path.name))

    def _leave_for_copy(self, text: str) -> None:
        self._leave_book()
        self._book = self._path = None
        self._connect_wanted = False
        self.notices.clear()
        self.show_open(False)
        self.header.show_nothing()
        self.empty.set_busy(text)

    def _open_for_real(self, path: Path) -> None:
        self.open_book(path)
        self._connect_wanted = False

    def _leave_book(self) -> None:
        practice = self._service is not None and self._service.capabilities.practice
        self._connect_wanted = self._connect_wanted or practice
        self._service = None
        self.columns.close()
        self.rehearsals.left()
        self.tenants.left()
        self.header.show_service(None)
        self.plan.set_service(None)
        self.plan.set_run(RunState.IDLE)
        self.acts.show_run(RunState.IDLE)
        self.acts.show_connected(connected=False)
        self.footer.show_nothing_saved()
        self.intake.leave_book()
        self.details.set_list(self.model.row_set, ())
        self.preflight.forget()
        self.gates.map.forget()

    def _recount_soon(self) -> None:
        if not self._recount.isActive():
            self._recount.start()

    def _count_again(self) -> None:
        """At most five times a second, however many events come."""
        self.show_counts(self._book.batch_column if self._book is not None else "")

    def _filter_changed(self) -> None:
        self.intake.do(self._filtering())

    def _filtering(self) -> Work:
        # What stands in the fields when its turn has come; by then more may have been typed.
        yield from self.table.filtering(self.filters.group, self.filters.text)
        self._recount_soon()

    def _set_zone(self, zone: str) -> None:
        self._kept.zone = zone
        self.model.set_zone(zone)
        self.details.set_zone(zone)

    def _timer(self, pause: int, what: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        timer.timeout.connect(what)
        return timer

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks when moves are not sent yet; what the service has goes on in any case."""
        if not self._close_confirmed and not self.confirmations.close(self._close_now):
            event.ignore()
            return
        self.keep_states()
        event.accept()

    def _close_now(self) -> None:
        self._close_confirmed = True
        self.close()

    def _listen(self) -> None:
        hear = self.listeners.on
        hear(BookOpened, self._book_opened)
        hear(ColumnsNeeded, self._columns_needed)
        hear(ServiceConnected, self._service_connected)
        hear(RunChanged, self._run_changed)
        hear(BookSaved, lambda saved: self.footer.show_saved(saved, saved.at_utc.astimezone()))
        hear(BookWaiting, self.footer.show_waiting)
        hear(Trouble, lambda trouble: self._trouble(trouble.error))

    def _connect(self) -> None:
        actions = self.commands
        for action, what in (
            (actions.open, self._choose_book),
            (actions.reread, self.reread),
            (actions.columns, self._project.ask_columns),
            (actions.quit, self.close),
            (actions.start, self.plan.ask_start),
        ):
            actions.on(action, what)
        for asks in (self.header, self.empty):
            asks.open_asked.connect(self._choose_book)
            asks.recent_asked.connect(self.open_book)
        self.columns.sheet_chosen.connect(self._sheet_chosen)
        self.columns.columns_chosen.connect(self._columns_chosen)
        self.columns.refused.connect(self._columns_refused)
        self.header.reread_asked.connect(self.reread)
        self.empty.sample_asked.connect(self.open_sample)
        self.book_dropped.connect(self.open_book)
        self.filters.changed.connect(self._filter_changed)
        self.model.counts_changed.connect(self._counts_changed)
        self.table.picked.connect(self._recount_soon)
        self.table.sort_asked.connect(lambda asked: self.intake.do(self.table.sorting(*asked)))
        self.table.ask_sort()
        self.details.accept_asked.connect(self._project.accept_corrections)
        self.details.accept_all_asked.connect(self.confirmations.accept_all)
        self.plan.who.currentIndexChanged.connect(self._count_again)
        self.plan.start_asked.connect(self._start_asked)
        self.plan.zone_changed.connect(self._set_zone)
