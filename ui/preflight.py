"""The strip of the pre-flight above the table: how it stands, how old it is, run and stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from app.clock import Clock
from app.events import BookOpened, PreflightChanged, RowsChecked, ServiceConnected
from app.model import Level
from app.preflight_values import PreflightState, PreflightSummary, Scope
from ui import icons, strings
from ui import strings_preflight as words
from ui.delegate import LEVEL_ICONS, LEVEL_KINDS
from ui.notices import announce
from ui.panels import PanelsWindow
from ui.ports import ProjectPort
from ui.surfaces import Icon, label

_AGE_MS = 20_000
_REFRESH_MS = 1_000
"""The details are built anew at most once in so long while results come in."""
_UNDER_WAY = (PreflightState.RUNNING, PreflightState.WAITING, PreflightState.NEEDS_SIGN_IN)


class PreflightStrip(QWidget):
    """Tells the project what is wished, and shows what it answers; its rows go to the table."""

    def __init__(self, window: PanelsWindow, project: ProjectPort, clock: Clock) -> None:
        super().__init__()
        self._window = window
        self._project = project
        self._clock = clock
        self._connected = False
        self._refresh_again = False
        self.summary = PreflightSummary()
        self.icon = Icon("question", "waiting")
        self.text = label(words.NOT_CONNECTED, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(180)
        self.bar.setAccessibleName(words.PROGRESS_NAME)
        self.button = QPushButton(words.RUN)
        icons.set_icon(self.button, "check", self.palette())
        self.more = QToolButton()
        self.more.setText(words.MORE)
        self.more.setAccessibleName(words.MORE)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        self.all_again = menu.addAction(words.ACTION_ALL)
        self.selected_again = menu.addAction(words.ACTION_SELECTED)
        self.more.setMenu(menu)
        self.stop = QPushButton(words.CANCEL)
        self.stop.setAccessibleName(words.CANCEL)
        icons.set_icon(self.stop, "cancel", self.palette())
        self._lay_out()
        window.add_strip(self)
        self.entry = window.commands.add(
            strings.MENU_MOVES, words.ACTION, self._run_or_resume, icon="check", keys="F7"
        )
        self._aging = QTimer(self)
        self._aging.setInterval(_AGE_MS)
        self._aging.timeout.connect(self._show)
        self._refreshing = QTimer(self)
        self._refreshing.setSingleShot(True)
        self._refreshing.setInterval(_REFRESH_MS)
        self._refreshing.timeout.connect(self._refresh_details)
        self.button.clicked.connect(self._run_or_resume)
        self.stop.clicked.connect(project.cancel_preflight)
        self.all_again.triggered.connect(lambda _checked=False: self._run(Scope.ALL))
        self.selected_again.triggered.connect(lambda _checked=False: self._run_selected())
        menu.aboutToShow.connect(self._allow_selected)
        window.listeners.on(BookOpened, self._book_opened)
        window.listeners.on(ServiceConnected, self._service_connected)
        window.listeners.on(PreflightChanged, self._changed)
        window.listeners.on(RowsChecked, self._rows_checked)
        self._show()

    # Events

    def _book_opened(self, book: BookOpened) -> None:
        del book
        self._show()

    def _service_connected(self, service: ServiceConnected) -> None:
        del service
        self._connected = True
        self._show()

    def forget(self) -> None:
        """Another workbook is opened."""
        self._connected = False
        self.summary = PreflightSummary()
        self._window.details.set_tenant_findings(())
        self._show()

    def _changed(self, event: PreflightChanged) -> None:
        former, self.summary = self.summary, event.summary
        told = (event.summary.tenant_findings, event.summary.tenant_passed)
        if (former.tenant_findings, former.tenant_passed) != told:
            self._refresh_soon()
        self._show()
        if event.summary.state is PreflightState.DONE is not former.state:
            announce(self, words.FINISHED.format(words.counts(event.summary)))

    def _rows_checked(self, event: RowsChecked) -> None:
        if self._window.model.apply_checked(event.rows):
            self._refresh_soon()

    def _refresh_soon(self) -> None:
        """At once, and then not again for a while."""
        if not self._refreshing.isActive():
            self._show_tenants()
            self._refreshing.start()
        else:
            self._refresh_again = True

    def _show_tenants(self) -> None:
        summary = self.summary
        self._window.details.set_tenant_findings(summary.tenant_findings, summary.tenant_passed)

    def _refresh_details(self) -> None:
        if self._refresh_again:
            self._refresh_again = False
            self._show_tenants()
            self._refreshing.start()

    # Wishes

    def _run_or_resume(self) -> None:
        if self.summary.state is PreflightState.NEEDS_SIGN_IN:
            self._project.resume_preflight()
        elif self._connected and self.summary.state not in _UNDER_WAY:
            self._run(Scope.NEEDED)

    def _run(self, scope: Scope) -> None:
        self._project.preflight(scope)

    def _run_selected(self) -> None:
        rows = self._window.model.rows
        keys = tuple(rows[number].key for number in self._window.table.selected_numbers())
        if keys:
            self._project.preflight(Scope.ALL, keys)

    def _allow_selected(self) -> None:
        self.selected_again.setEnabled(bool(self._window.table.selected_numbers()))

    # What is shown

    def _show(self) -> None:
        summary, state = self.summary, self.summary.state
        under_way = state in _UNDER_WAY
        self.bar.setVisible(under_way)
        self.bar.setRange(0, max(summary.total, 1))
        self.bar.setValue(summary.done)
        self.stop.setVisible(under_way)
        needs_sign_in = state is PreflightState.NEEDS_SIGN_IN
        self.button.setVisible(not under_way or needs_sign_in)
        self.more.setVisible(not under_way)
        self.button.setText(words.RESUME if needs_sign_in else words.RUN)
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(words.RUN_TIP if self._connected else words.RUN_NOT_CONNECTED)
        for control in (self.button, self.more):
            control.setEnabled(self._connected)
        self.entry.setEnabled(self._connected)
        self.text.setText(self._sentence())
        level = Level.PASS if under_way and not summary.blocked else summary.worst
        if not summary.checked and not under_way:
            self.icon.show_icon("question", "waiting")
        elif under_way and not summary.blocked:
            self.icon.show_icon("run", "running")
        else:
            self.icon.show_icon(LEVEL_ICONS[level], LEVEL_KINDS[level])
        if summary.oldest_utc is not None and not under_way:
            self._aging.start()
        else:
            self._aging.stop()

    def _sentence(self) -> str:
        summary = self.summary
        done = f"{summary.done:,}"
        wanted = strings.rows(summary.total)
        why = summary.reason.title + "." if summary.reason is not None else ""
        match summary.state:
            case PreflightState.RUNNING:
                return words.RUNNING.format(done=done, rows=wanted) + self._so_far()
            case PreflightState.WAITING:
                return words.WAITING.format(done=done, rows=wanted, why=why)
            case PreflightState.NEEDS_SIGN_IN:
                return words.NEEDS_SIGN_IN.format(done=done, rows=wanted)
            case PreflightState.FAILED:
                remedy = summary.reason.remedy if summary.reason is not None else ""
                return words.FAILED.format(why=f"{why} {remedy}".strip())
        age = summary.age(self._clock.now())
        if age is not None:
            return words.DONE.format(age=words.age(age), counts=words.counts(summary))
        if summary.state is PreflightState.DONE and not summary.unchecked:
            return words.NO_ROWS
        return words.NOT_RUN if self._connected else words.NOT_CONNECTED

    def _so_far(self) -> str:
        blocked = self.summary.blocked
        return f", {strings.count(blocked, *words.BLOCKED)}" if blocked else ""

    def _lay_out(self) -> None:
        self.setAccessibleName(words.NAME)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 12, 5)
        row.setSpacing(8)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        row.addWidget(self.bar)
        for control in (self.stop, self.button, self.more):
            row.addWidget(control)
