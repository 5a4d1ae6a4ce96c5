"""The page of the identity map: what an upload would do, and what is wrong with rows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.clock import Clock
from app.gate_events import MapChanged, MapState
from app.gate_texts import ago
from app.identity_map import Difference, Line, MapReport
from app.model import Finding, Level
from app.texts import finding_title, reason, remedy
from ui import colours, icons
from ui import strings_gates as words
from ui.surfaces import MutedLabel, PrimaryButton, fit_to_screen, heading, label

_MOST_LINES = 2_000
_KINDS = {
    Difference.ADD: ("attention", "warn"),
    Difference.CHANGE: ("attention", "warn"),
    Difference.SAME: ("good", "check"),
    Difference.REMOVE: ("waiting", "info"),
    Difference.UNKNOWN: ("waiting", "question"),
}
_ORDER = (
    Difference.CHANGE,
    Difference.ADD,
    Difference.UNKNOWN,
    Difference.REMOVE,
    Difference.SAME,
)


class MapDialog(QDialog):
    """Shows the map and emits wishes; nothing is done here."""

    compare_asked = Signal()
    upload_asked = Signal()
    export_asked = Signal()

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.setWindowTitle(words.MAP_TITLE)
        self.title = heading("")
        self.text = label("", wrap=True)
        self.problem = label("", wrap=True)
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(list(words.MAP_COLUMNS))
        self.list.setAccessibleName(words.MAP_LIST)
        self.more = MutedLabel("")
        self.detail = label("", wrap=True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.busy = MutedLabel("")
        self.remove = QCheckBox(words.MAP_REMOVE)
        self.compare = QPushButton(words.MAP_COMPARE)
        self.upload = PrimaryButton(words.MAP_UPLOAD)
        self.export = QPushButton(words.MAP_EXPORT)
        self.close_button = QPushButton(words.CLOSE)
        icons.set_icon(self.compare, "reread", self.palette())
        icons.set_icon(self.export, "saved", self.palette())
        for button in (self.compare, self.upload, self.export, self.close_button):
            button.setAutoDefault(False)
        self._lay_out()
        self.compare.clicked.connect(self.compare_asked)
        self.upload.clicked.connect(self.upload_asked)
        self.export.clicked.connect(self.export_asked)
        self.close_button.clicked.connect(self.close)
        self.list.currentItemChanged.connect(lambda now, _before: self._show_detail(now))
        fit_to_screen(self, 960, 640)

    def show_map(self, event: MapChanged, *, connected: bool) -> None:
        """The map as it stands, and what is being done with it."""
        report, is_busy = event.report, event.state is not MapState.IDLE
        self.problem.hide()
        self.bar.setVisible(is_busy)
        self.busy.setVisible(is_busy)
        if is_busy:
            self.bar.setRange(0, event.total)
            self.bar.setValue(event.done)
            what = words.MAP_READING if event.state is MapState.READING else words.MAP_UPLOADING
            said = words.MAP_BUSY.format(what=what, done=event.done, total=event.total)
            self.busy.setText(said)
        self.compare.setEnabled(connected and not is_busy)
        self.export.setEnabled(bool(event.wanted.entries) and not is_busy)
        left = report.count(Difference.REMOVE) if report is not None else 0
        self.remove.setVisible(bool(left))
        can = report is not None and not (report.is_complete and not left)
        self.upload.setEnabled(connected and not is_busy and can)
        if not is_busy:
            self._show_summary(event)
            self._fill(report, event.wanted.findings)

    def show_problem(self, text: str) -> None:
        """What was wished did not happen."""
        self.problem.setText(text)
        self.problem.show()
        self.bar.hide()
        self.busy.hide()
        self.compare.setEnabled(True)

    def _show_summary(self, event: MapChanged) -> None:
        report, total = event.report, f"{len(event.wanted.entries):,}"
        lines = []
        if report is None:
            self.title.setText(words.MAP_NOT_READ.format(total))
        elif report.is_complete:
            self.title.setText(words.MAP_IS_GOOD.format(total))
        else:
            counts = {what.value: f"{report.count(what):,}" for what in Difference}
            self.title.setText(words.MAP_DIFFERS.format(**counts))
        if report is not None:
            lines.append(words.MAP_AGE.format(ago(self._clock.now() - report.read_utc)))
            if left := report.count(Difference.REMOVE):
                lines.append(words.MAP_REMOVE_LINE.format(left))
        if out := event.wanted.left_out:
            lines.append(words.MAP_OUT_LINE.format(out))
        self.text.setText(" ".join(lines))

    def _fill(self, report: MapReport | None, of_rows: tuple[Finding, ...]) -> None:
        self.list.clear()
        findings = report.findings if report is not None else of_rows
        for finding in findings[:_MOST_LINES]:
            self._add_finding(finding)
        lines = [
            line
            for what in _ORDER
            for line in (report.lines if report is not None else ())
            if line.what is what
        ]
        for line in lines[:_MOST_LINES]:
            self._add_line(line)
        rest = max(len(lines) - _MOST_LINES, 0) + max(len(findings) - _MOST_LINES, 0)
        self.more.setText(words.MAP_MORE.format(f"{rest:,}") if rest else "")
        for column in range(5):
            self.list.resizeColumnToContents(column)
        self.detail.setText("")

    def _add_finding(self, finding: Finding) -> None:
        is_out = finding.level is Level.BLOCK
        word = words.MAP_LEFT_OUT if is_out else words.MAP_FINDING
        item = QTreeWidgetItem([word, finding.cell, finding_title(finding.code), "", ""])
        kind = "bad" if is_out else "attention"
        colour = colours.tint(self.palette(), kind).text
        item.setIcon(0, icons.icon("block" if is_out else "warn", colour))
        text = f"{finding.cell}: {reason(finding)} {remedy(finding)}"
        item.setData(0, Qt.ItemDataRole.UserRole, text)
        self.list.addTopLevelItem(item)

    def _add_line(self, line: Line) -> None:
        there = line.theirs
        held = f"{there.target} ({there.type})" if there is not None else line.why or "–"
        entry = line.entry
        target = entry.target if line.what is not Difference.REMOVE else "–"
        item = QTreeWidgetItem([words.MAP_WORDS[line.what], entry.source, target, entry.type, held])
        kind, sign = _KINDS[line.what]
        item.setIcon(0, icons.icon(sign, colours.tint(self.palette(), kind).text))
        self.list.addTopLevelItem(item)

    def _show_detail(self, item: QTreeWidgetItem | None) -> None:
        text = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        self.detail.setText(text if isinstance(text, str) else "")

    def _lay_out(self) -> None:
        busy = QHBoxLayout()
        busy.addWidget(self.busy)
        busy.addWidget(self.bar, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.compare)
        bottom.addWidget(self.export)
        bottom.addStretch(1)
        bottom.addWidget(self.close_button)
        bottom.addWidget(self.upload)
        whole = QVBoxLayout(self)
        for widget in (self.title, self.text, self.problem):
            whole.addWidget(widget)
        whole.addWidget(self.list, 1)
        for widget in (self.more, self.detail):
            whole.addWidget(widget)
        whole.addLayout(busy)
        whole.addWidget(self.remove)
        whole.addLayout(bottom)
        self.bar.hide()
        self.problem.hide()
