"""The panels of the main window, built and laid out; what they tell is connected by the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.clock import Clock
from ui import strings
from ui.actions import Actions
from ui.choices import ChoiceFinder, count_cancellable
from ui.detail_panel import DetailPanel
from ui.empty_state import EmptyState
from ui.filter_bar import FilterBar
from ui.footer import Footer
from ui.header import Header, fill_recent
from ui.kept import Kept
from ui.listeners import Listeners
from ui.notices import NoticeBar
from ui.plan_bar import PlanBar
from ui.questions import Questions
from ui.rows import Group
from ui.shell import ShellWindow
from ui.surfaces import Hairline
from ui.table_model import MappingModel
from ui.table_view import MappingTable


class PanelsWindow(ShellWindow):
    """A window with all its panels; it knows no project and takes no event.

    A feature with a panel of its own is given this window: it adds its menu entries to `commands`,
    hears of events through `listeners` and asks through `questions`.
    """

    def __init__(self, clock: Clock, kept: Kept, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self.setWindowTitle(strings.APP_NAME)
        self.commands = Actions(self)
        self.header = Header()
        self.notices = NoticeBar()
        self.empty = EmptyState()
        self.filters = FilterBar()
        self.model = MappingModel(self)
        self.table = MappingTable(self.model)
        self.details = DetailPanel(clock)
        self.plan = PlanBar(clock, kept.zone)
        self.footer = Footer()
        self.questions = Questions(self)
        self._choices = ChoiceFinder()
        self.listeners = Listeners()
        self._lay_out()
        self._connect_panels()
        self.show_recent(kept.recent())
        self.show_open(False)

    def add_strip(self, strip: QWidget) -> None:
        """Place a feature's line between the filters and the table, below those of others."""
        self._rows.insertWidget(self._rows.count() - 1, strip)
        self._rows.insertWidget(self._rows.count() - 1, Hairline())

    def show_open(self, is_open: bool) -> None:
        self.stack.setCurrentIndex(1 if is_open else 0)
        # The page behind asks for no room.
        taken, quiet = QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored
        self.empty.setSizePolicy(*(quiet if is_open else taken,) * 2)
        self.splitter.setSizePolicy(*(taken if is_open else quiet,) * 2)
        self.plan.setVisible(is_open)
        self.footer.setVisible(is_open)
        self.commands.set_book_open(is_open)

    def show_laying_out(self, text: str, done: int, total: int) -> None:
        """Say how far a large workbook is laid out."""
        self.header.line.setText(text)
        self.empty.set_busy(text, done, total)

    def show_recent(self, paths: Sequence[Path]) -> None:
        self.header.set_recent(paths)
        self.empty.set_recent(paths)
        fill_recent(self.commands.recent_menu, paths, self.header.recent_asked)

    def show_counts(self, batch_column: str) -> None:
        """Counts, and what could be started or cancelled now."""
        model, numbers = self.model, self.table.selected_numbers()
        hidden = self.table.hidden_numbers
        groups = model.group_counts
        self.filters.set_counts(groups)
        self.details.set_counts(groups)
        shown = strings.ROWS_SHOWN.format(shown=f"{len(model.shown):,}", all=f"{len(model.rows):,}")
        self.filters.set_shown(shown if len(model.shown) != len(model.rows) else "")
        self.footer.set_selected(len(numbers), len(hidden))
        rows, by_column = model.row_set, self.plan.by_column
        self.plan.set_choices(
            self._choices.find(rows, numbers, hidden, batch_column, by_column=by_column)
        )
        self.plan.set_cancellable(count_cancellable(rows, numbers))
        self.plan.progress.set_counts(model.status_counts)

    def keep_states(self) -> None:
        """Remember size and widths for the next run."""
        self._kept.keep_state("window", self.saveGeometry())
        self._kept.keep_state("splitter", self.splitter.saveState())
        header = self.table.horizontalHeader().saveState()
        self._kept.keep_state("header", header if self.table.widths.by_hand else QByteArray())

    def _lay_out(self) -> None:
        left = QWidget()
        rows = self._rows = QVBoxLayout(left)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.filters)
        rows.addWidget(Hairline())
        rows.addWidget(self.table, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setChildrenCollapsible(False)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.splitter)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.header, self.notices):
            column.addWidget(widget)
        column.addWidget(self.stack, 1)
        column.addWidget(self.plan)
        column.addWidget(self.footer)
        self.setCentralWidget(whole)
        room = self.screen().availableSize()
        # Room for the frame, which is not there before the window is shown.
        self.resize(min(1480, room.width() - 16), min(900, room.height() - 48))
        details = 300 if self.width() < 1400 else 340
        self.splitter.setSizes([self.width() - details, details])
        for name, restore in (
            ("window", self.restoreGeometry),
            ("splitter", self.splitter.restoreState),
            ("header", self.table.horizontalHeader().restoreState),
        ):
            state = self._kept.state(name)
            if state:
                self.table.widths.by_hand |= restore(state) and name == "header"

    def _connect_panels(self) -> None:
        commands = self.commands
        for action, what in (
            (commands.find, self._find),
            (commands.next_problem, lambda: self.table.go_to_problem(1)),
            (commands.previous_problem, lambda: self.table.go_to_problem(-1)),
            (commands.copy, self._copy),
            (commands.details, self._show_details),
            (commands.fit, self.table.widths.fit_anew),
            (commands.keys, lambda: self.questions.tell(strings.KEYS_TITLE, strings.KEYS_TEXT)),
            (commands.about, lambda: self.questions.tell(strings.ABOUT_TITLE, strings.ABOUT_TEXT)),
        ):
            commands.on(action, what)
        self.details.code_chosen.connect(self._show_code)
        self.table.current_row.connect(self.details.show_row)
        self.footer.clear_asked.connect(self.table.clear_selection)
        self.book_hovers.connect(self.empty.set_hovered)

    def _show_code(self, code: str) -> None:
        self.filters.show_only(Group.ALL, f"code:{code}")

    def _show_details(self) -> None:
        self.details.setVisible(self.commands.details.isChecked())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.table.selection_as_text())

    def _find(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()
