"""Asks which sheet and columns hold the mapping, with the first values of each column."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.model import ColumnsNeeded
from ui import strings
from ui.surfaces import MutedLabel, heading, label
from ui.visible import visible


class ColumnsDialog(QDialog):
    """Nothing is guessed in silence: guesses are proposed, the admin confirms."""

    sheet_chosen = Signal(str)
    columns_chosen = Signal(object)
    """(sheet, source column, target column, batch column)"""

    def __init__(self, needed: ColumnsNeeded, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.COLUMNS_TITLE)
        self.title = heading(strings.COLUMNS_TITLE)
        self.text = label("", wrap=True)
        self.sheet = QComboBox()
        self.source = QComboBox()
        self.target = QComboBox()
        self.batch = QComboBox()
        self.source_values = MutedLabel("")
        self.target_values = MutedLabel("")
        self.preview = QTableWidget()
        self.problem = label("", wrap=True)
        self.buttons = QDialogButtonBox()
        self.use_button = self.buttons.addButton(
            strings.COLUMNS_USE, QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        named = (
            (self.sheet, strings.COLUMNS_SHEET),
            (self.source, strings.COLUMNS_SOURCE),
            (self.target, strings.COLUMNS_TARGET),
            (self.batch, strings.COLUMNS_BATCH),
            (self.preview, strings.COLUMNS_PREVIEW),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
        self._lay_out()
        self.set_needed(needed)
        self.sheet.activated.connect(self._choose_sheet)
        for combo in (self.source, self.target, self.batch):
            combo.currentIndexChanged.connect(self._check)
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)

    def set_needed(self, needed: ColumnsNeeded) -> None:
        """Show the columns of the sheet now asked about."""
        self._needed = needed
        self.setEnabled(True)
        self.text.setText(strings.COLUMNS_TEXT.format(name=needed.path.name))
        combos = (self.sheet, self.source, self.target, self.batch)
        for combo in combos:
            combo.blockSignals(True)
            combo.clear()
        self.sheet.addItems(list(needed.sheets))
        self.sheet.setCurrentText(needed.sheet)
        for combo, first, guess in (
            (self.source, strings.COLUMNS_CHOOSE, needed.source_guess),
            (self.target, strings.COLUMNS_CHOOSE, needed.target_guess),
            (self.batch, strings.COLUMNS_NONE, ""),
        ):
            combo.addItem(first, "")
            for column in needed.columns:
                if column.strip():
                    combo.addItem(visible(column), column)
            combo.setCurrentIndex(max(0, combo.findData(guess)) if guess else 0)
        for combo in combos:
            combo.blockSignals(False)
        self._fill_preview()
        self._check()

    def problem_now(self) -> str:
        """Why the choice cannot be used, or ""."""
        source, target = self.source.currentData(), self.target.currentData()
        if not source or not target:
            return strings.COLUMNS_MISSING
        if source == target:
            return strings.COLUMNS_SAME
        return ""

    def _check(self) -> None:
        problem = self.problem_now()
        self.problem.setText(problem)
        self.use_button.setEnabled(not problem)
        self.source_values.setText(self._values(self.source.currentData()))
        self.target_values.setText(self._values(self.target.currentData()))

    def _values(self, column: str) -> str:
        if not column:
            return ""
        values = self._needed.preview[self._needed.columns.index(column)]
        shown = ",  ".join(visible(value) for value in values if value)
        return strings.COLUMNS_VALUES.format(shown) if shown else strings.COLUMNS_EMPTY

    def _fill_preview(self) -> None:
        needed = self._needed
        self.preview.clear()
        self.preview.setColumnCount(len(needed.columns))
        self.preview.setRowCount(max((len(values) for values in needed.preview), default=0))
        self.preview.setHorizontalHeaderLabels([visible(column) for column in needed.columns])
        for place, values in enumerate(needed.preview):
            for line, value in enumerate(values):
                item = QTableWidgetItem(visible(value))
                item.setToolTip(visible(value))
                self.preview.setItem(line, place, item)
        height = self.preview.verticalHeader().defaultSectionSize()
        header = self.preview.horizontalHeader().sizeHint().height()
        scroll = self.preview.horizontalScrollBar().sizeHint().height()
        self.preview.setFixedHeight(header + height * max(1, self.preview.rowCount()) + scroll + 6)

    def _choose_sheet(self) -> None:
        sheet = self.sheet.currentText()
        if sheet != self._needed.sheet:
            self.setEnabled(False)
            self.sheet_chosen.emit(sheet)

    def _use(self) -> None:
        if not self.problem_now():
            self.columns_chosen.emit(
                (
                    self._needed.sheet,
                    self.source.currentData(),
                    self.target.currentData(),
                    self.batch.currentData() or "",
                )
            )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(strings.COLUMNS_SHEET, self.sheet)
        form.addRow(strings.COLUMNS_SOURCE, self.source)
        form.addRow("", self.source_values)
        form.addRow(strings.COLUMNS_TARGET, self.target)
        form.addRow("", self.target_values)
        form.addRow(strings.COLUMNS_BATCH, self.batch)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        header = self.preview.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultSectionSize(self.fontMetrics().averageCharWidth() * 26)
        self.preview.verticalHeader().setVisible(False)
        self.preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.preview.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.preview.setWordWrap(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(form)
        column.addWidget(MutedLabel(strings.COLUMNS_PREVIEW))
        column.addWidget(self.preview)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 110)


class ColumnsQuestion(QObject):
    """The dialog's life: opened when asked, kept while another sheet is read, closed when done."""

    sheet_chosen = Signal(str)
    columns_chosen = Signal(object)
    refused = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: ColumnsDialog | None = None

    def ask(self, needed: ColumnsNeeded) -> None:
        if self.dialog is not None:
            self.dialog.set_needed(needed)
            return
        self.dialog = ColumnsDialog(needed, self._window)
        self.dialog.sheet_chosen.connect(self.sheet_chosen)
        self.dialog.columns_chosen.connect(self._chosen)
        self.dialog.rejected.connect(self._refused)
        self.dialog.open()

    def close(self) -> None:
        """Without an answer."""
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.blockSignals(True)
            dialog.done(0)
            dialog.deleteLater()

    def _chosen(self, chosen: tuple[str, str, str, str]) -> None:
        self.close()
        self.columns_chosen.emit(chosen)

    def _refused(self) -> None:
        self.close()
        self.refused.emit()
