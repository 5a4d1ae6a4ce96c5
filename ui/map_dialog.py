"""The page of the identity map: what an upload would do, and what is wrong with rows."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.clock import Clock
from app.gate_events import MapChanged, MapState
from app.gate_texts import ago
from app.identity_map import Difference, MapReport
from app.model import Finding
from ui import icons
from ui import strings_gates as words
from ui.map_lines import MapLines, MapTable
from ui.painted_table import MARGIN
from ui.surfaces import MutedLabel, PrimaryButton, fit_to_screen, heading, label

_SAMPLE = 100
"""Lines that are measured for the widths of the columns."""


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
        self.lines = MapLines(self)
        self.list = MapTable(self.lines)
        self.list.setAccessibleName(words.MAP_LIST)
        self._unseen: tuple[MapReport | None, tuple[Finding, ...]] | None = None
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
        self._lay_out_list()
        self._lay_out()
        self.compare.clicked.connect(self.compare_asked)
        self.upload.clicked.connect(self.upload_asked)
        self.export.clicked.connect(self.export_asked)
        self.close_button.clicked.connect(self.close)
        self.list.selectionModel().currentRowChanged.connect(self._show_detail)
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
            said = words.MAP_BUSY.format(
                what=what, done=f"{event.done:,}", total=f"{event.total:,}"
            )
            self.busy.setText(said)
        self.compare.setEnabled(connected and not is_busy)
        self.export.setEnabled(bool(event.wanted.entries) and not is_busy)
        left = report.count(Difference.REMOVE) if report is not None else 0
        self.remove.setVisible(bool(left))
        can = report is not None and not (report.is_complete and not left)
        self.upload.setEnabled(connected and not is_busy and can)
        if not is_busy:
            self._show_summary(event)
            self._unseen = report, event.wanted.findings
            if self.isVisible():
                self._fill()

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        """List what came since; a page that nobody sees takes no time."""
        if self._unseen is None:
            return
        report, of_rows = self._unseen
        self._unseen = None
        self.lines.show_all(
            report.findings if report is not None else of_rows,
            report.lines if report is not None else (),
        )
        # The last column takes what is left.
        for column in range(self.lines.columnCount() - 1):
            self.list.resizeColumnToContents(column)
            # Qt knows neither our margins nor the sign.
            room = 2 * MARGIN + (self.fontMetrics().height() + 6 if column == 0 else 0)
            self.list.setColumnWidth(column, self.list.columnWidth(column) + room)
        self.detail.setText("")

    def _show_detail(self, now: QModelIndex) -> None:
        self.detail.setText(self.lines.detail(now.row()))

    def _lay_out_list(self) -> None:
        view, metrics = self.list, self.fontMetrics()
        view.setSelectionMode(MapTable.SelectionMode.SingleSelection)
        view.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        header = view.horizontalHeader()
        header.setAccessibleName(words.MAP_LIST)
        header.setStretchLastSection(True)
        header.setResizeContentsPrecision(_SAMPLE)

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
        whole.addWidget(self.detail)
        whole.addLayout(busy)
        whole.addWidget(self.remove)
        whole.addLayout(bottom)
        self.bar.hide()
        self.problem.hide()
