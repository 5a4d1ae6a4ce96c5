"""A line with a file or folder in it and a button that chooses one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui import strings_reports as words


class PathField(QWidget):
    """What is typed counts as much as what is chosen."""

    def __init__(
        self,
        name: str,
        title: str,
        files: str = "",
        path: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`files` is the filter of the dialog; "" asks for a folder."""
        super().__init__(parent)
        self._title = title
        self._files = files
        self.line = QLineEdit(path)
        self.line.setAccessibleName(name)
        self.line.setMinimumWidth(self.fontMetrics().averageCharWidth() * 36)
        self.button = QPushButton(words.CHOOSE)
        self.button.setAccessibleName(f"{name}: {words.CHOOSE}")
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)

    @property
    def text(self) -> str:
        return self.line.text().strip()

    @property
    def path(self) -> Path | None:
        return Path(self.text) if self.text else None

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._title, self.text, self._files)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kind = QFileDialog.FileMode.ExistingFile if self._files else QFileDialog.FileMode.Directory
        dialog.setFileMode(kind)
        dialog.fileSelected.connect(self.line.setText)
        dialog.open()
