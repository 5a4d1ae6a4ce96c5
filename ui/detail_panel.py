"""Everything about the selected row: status, findings with their remedies, errors, times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import texts
from app.clock import Clock
from app.model import Finding, Level, MoveStatus
from ui import icons, strings, strings_latest
from ui import strings_preflight as words
from ui.delegate import status_icon
from ui.detail_cards import CodeLine, ErrorCard, FindingCard, Times, breakable, selectable
from ui.row_set import RowSet
from ui.rows import Group, Row
from ui.surfaces import Chip, Hairline, MutedLabel, heading, label
from ui.visible import visible

_LEFT = Qt.AlignmentFlag.AlignLeft


class DetailPanel(QWidget):
    """Shows one row, or what the checks found in all when none is selected."""

    accept_asked = Signal(object)
    """The cells (frozenset of str) whose correction is accepted."""
    accept_all_asked = Signal()
    code_chosen = Signal(str)
    help_asked = Signal(str)
    """The error code whose page is wished."""
    retry_asked = Signal(str)

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._zone = "UTC"
        self._row: Row | None = None
        self._rows = RowSet()
        self._list_findings: tuple[Finding, ...] = ()
        self._groups: Counter[Group] = Counter()
        self._sum: QLabel | None = None
        self._tenant_findings: tuple[Finding, ...] = ()
        self._tenant_passed: tuple[str, ...] = ()
        self._retry_after: frozenset[MoveStatus] = frozenset()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(strings.DETAILS_NAME)
        self.accept_all = QPushButton()
        self.accept_all.clicked.connect(self.accept_all_asked)
        icons.set_icon(self.accept_all, "check", self.palette())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area, 1)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(0)
        foot.addWidget(Hairline())
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 8, 12, 8)
        inner.addWidget(self.accept_all)
        foot.addLayout(inner)
        column.addWidget(self._foot)
        self.setMinimumWidth(300)
        self.set_corrections(0)
        self.show_row(None)

    @property
    def row(self) -> Row | None:
        return self._row

    def set_zone(self, zone: str) -> None:
        if zone != self._zone:
            self._zone = zone
            self.refresh()

    def set_retry_after(self, statuses: frozenset[MoveStatus]) -> None:
        """After these final statuses the service takes a second start."""
        self._retry_after = statuses
        self.refresh()

    def set_list(self, rows: RowSet, findings: tuple[Finding, ...]) -> None:
        """What the overview tells of."""
        self._rows, self._list_findings = rows, findings
        self._groups = rows.tally.groups
        self._row = None
        self.refresh()

    def set_tenant_findings(
        self, findings: tuple[Finding, ...], passed: tuple[str, ...] = ()
    ) -> None:
        """What the pre-flight found on the two tenants as a whole; the rows are read anew too."""
        self._tenant_findings, self._tenant_passed = findings, passed
        self.refresh()

    def set_counts(self, groups: Counter[Group]) -> None:
        """How many rows each filter holds now."""
        if groups != self._groups:
            self._groups = Counter(groups)
            if self._sum is not None:
                self._sum.setText(self._sum_text())

    def set_corrections(self, number: int) -> None:
        text = strings.ACCEPT_ALL.format(number)
        self.accept_all.setText(text)
        self.accept_all.setAccessibleName(text)
        self._foot.setVisible(number > 0)

    def show_row(self, row: Row | None) -> None:
        if row is not self._row or row is None:
            self._row = row
            self.refresh()
            self.area.verticalScrollBar().setValue(0)

    def refresh(self) -> None:
        """Build the content anew from what the row says now."""
        place = self.area.verticalScrollBar().value()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        self._sum = None
        if self._row is None:
            self._overview(column)
        else:
            self._details(column, self._row)
        column.addStretch(1)
        # The panel ends before the splitter's edge, whatever the longest word in it wants.
        content.setMinimumWidth(0)
        self.area.setWidget(content)
        self.area.verticalScrollBar().setValue(place)

    def cards(self) -> list[FindingCard]:
        """The findings now shown."""
        content = self.area.widget()
        return list(content.findChildren(FindingCard)) if content is not None else []

    def _overview(self, column: QVBoxLayout) -> None:
        column.addWidget(heading(strings.OVERVIEW_TITLE))
        if self._rows.rows:
            self._sum = label(self._sum_text(), wrap=True)
            column.addWidget(self._sum)
        codes = self._rows.tally.codes
        if not (codes or self._list_findings or self._tenant_findings):
            text = strings.OVERVIEW_CLEAN if self._rows.rows else strings.OVERVIEW_HINT
            column.addWidget(MutedLabel(text, wrap=True))
            return
        column.addWidget(MutedLabel(strings.OVERVIEW_HINT, wrap=True))
        column.addSpacing(2)
        # What stands between the tenants stops everybody.
        tenants_first = any(one.level is Level.BLOCK for one in self._tenant_findings)
        if tenants_first:
            self._tenants(column)
        for code, level, number in codes:
            column.addWidget(self._code_button(code, level, number))
        if not tenants_first:
            self._tenants(column)
        self._cards(column, strings.OVERVIEW_LIST, self._list_findings)

    def _tenants(self, column: QVBoxLayout) -> None:
        self._cards(column, words.TENANTS_TITLE, self._tenant_findings)
        self._passed(column, self._tenant_passed)

    def _cards(self, column: QVBoxLayout, title: str, findings: Sequence[Finding]) -> None:
        if findings:
            column.addSpacing(6)
            column.addWidget(heading(title, steps=1.0))
        for finding in findings:
            column.addWidget(self._card(finding))

    def _sum_text(self) -> str:
        """The first thing to know of a workbook: how many can go, and how many cannot."""
        ready, blocked = self._groups[Group.READY], self._groups[Group.BLOCKED]
        lines = []
        if ready or not (self._groups[Group.RUNNING] or self._groups[Group.DONE]):
            lines.append(strings.count(ready, *strings.OVERVIEW_READY))
        if blocked:
            lines.append(strings.count(blocked, *strings.OVERVIEW_BLOCKED))
        return " ".join(lines)

    def _code_button(self, code: str, level: Level, number: int) -> QWidget:
        line = CodeLine(code, level, number)
        line.clicked.connect(lambda: self.code_chosen.emit(code))
        return line

    def _details(self, column: QVBoxLayout, row: Row) -> None:
        mapping, move = row.mapping, row.move
        source = heading(breakable(visible(mapping.source_upn)), steps=1.1)
        source.setWordWrap(True)
        source.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(source)
        arrow = breakable("→ " + visible(mapping.target_upn))
        column.addWidget(selectable(arrow, strings.COLUMN_TARGET))
        planned = move.batch if move else ""
        line = strings.ROW_LINE
        if planned and mapping.batch and planned != mapping.batch:
            line = strings.ROW_LINE_BOTH
        elif planned or mapping.batch:
            line = strings.ROW_LINE_BATCH
        words = line.format(row=mapping.row, batch=mapping.batch or planned, planned=planned)
        column.addWidget(MutedLabel(words, wrap=True))
        column.addWidget(Hairline())
        sign = status_icon(row.status, row.status_kind)
        column.addWidget(Chip(row.status_kind, sign, row.status_text), 0, _LEFT)
        if not row.held_back:
            column.addWidget(label(texts.status_meaning(row.status), wrap=True))
        self._service(column, row)
        if move and (move.error_code or move.error_message):
            error = ErrorCard(move)
            error.help_asked.connect(self.help_asked)
            column.addWidget(error)
        if row.moving and row.status in self._retry_after:
            retry = QPushButton(strings.RETRY)
            retry.setToolTip(strings.RETRY_TIP)
            retry.setAccessibleName(strings.RETRY)
            retry.clicked.connect(lambda: self.retry_asked.emit(mapping.key))
            icons.set_icon(retry, "reread", self.palette())
            column.addWidget(retry, 0, _LEFT)
        self._findings(column, row)
        self._times(column, row)

    @staticmethod
    def _service(column: QVBoxLayout, row: Row) -> None:
        move = row.move
        if move is None:
            return
        lines = []
        if move.service_state:
            lines.append(strings.SERVICE_SAYS.format(state=move.service_state))
        if move.stage:
            lines.append(strings.SERVICE_STAGE.format(stage=move.stage))
        if move.derived:
            lines.append(strings.DERIVED)
        if move.cancel_wished and not move.status.is_final:
            lines.append(strings.CANCEL_WISHED_LONG)
        for text in lines:
            column.addWidget(MutedLabel(text, wrap=True))

    def _findings(self, column: QVBoxLayout, row: Row) -> None:
        own = [one for one in row.findings if one.level is not Level.PASS and one not in row.online]
        checked = row.checked_utc
        title = strings.SECTION_FINDINGS if checked is None else words.OWN_TITLE
        if checked is not None:
            age = words.age(max(self._clock.now() - checked, timedelta(0)))
            self._section(column, words.ROW_TITLE.format(age), row.online, words.ROW_CLEAN)
            self._passed(column, row.passed)
        self._section(column, title, own, strings.NO_FINDINGS)

    def _section(
        self, column: QVBoxLayout, title: str, findings: Sequence[Finding], clean: str
    ) -> None:
        column.addSpacing(4)
        column.addWidget(heading(title, steps=1.0))
        if not findings:
            column.addWidget(MutedLabel(clean, wrap=True))
        for finding in findings:
            column.addWidget(self._card(finding))

    @staticmethod
    def _passed(column: QVBoxLayout, codes: Sequence[str]) -> None:
        if codes:
            column.addWidget(MutedLabel(words.passed(map(texts.finding_title, codes)), wrap=True))

    def _card(self, finding: Finding) -> FindingCard:
        card = FindingCard(finding)
        card.accepted.connect(self._accept)
        card.help_asked.connect(self.help_asked)
        return card

    def _times(self, column: QVBoxLayout, row: Row) -> None:
        move = row.move
        if move is None:
            return
        named = (
            (strings.TIME_BEGIN, move.window.begin_utc),
            (strings.TIME_END, move.window.end_utc),
            (strings_latest.DETAIL, move.window.latest_utc),
            (strings.TIME_STARTED, move.started_utc),
            (strings.TIME_UPDATED, move.updated_utc),
            (strings.TIME_FINISHED, move.finished_utc),
        )
        moments = tuple((name, moment) for name, moment in named if moment is not None)
        if moments:
            column.addSpacing(4)
            column.addWidget(heading(strings.SECTION_TIMES, steps=1.0))
            column.addWidget(Times(moments, self._zone))
        if move.move_id:
            column.addWidget(MutedLabel(strings.MOVE_ID))
            column.addWidget(selectable(move.move_id, strings.MOVE_ID, fixed=True))

    def _accept(self, cell: str) -> None:
        self.accept_asked.emit(frozenset({cell}))
