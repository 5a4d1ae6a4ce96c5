"""The dialog with a page for each error code: what it means, who can fix it, how, when to retry."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.error_pages import ErrorPage, all_pages, find_page
from ui import icons, strings
from ui import strings_preflight as words
from ui.detail_cards import selectable
from ui.panels import PanelsWindow
from ui.surfaces import MutedLabel, heading, label

_CODE = Qt.ItemDataRole.UserRole


class ErrorHelp:
    """Opens the dialog from the menu, and from an error or finding of a row."""

    def __init__(self, window: PanelsWindow) -> None:
        self._window = window
        self.dialog: ErrorHelpDialog | None = None
        window.commands.add(strings.MENU_HELP, words.HELP_ACTION, self.show)
        window.details.help_asked.connect(self.show)

    def show(self, code: str = "") -> None:
        """Show the page of this code, or the first one."""
        dialog = ErrorHelpDialog(self._window)
        dialog.show_code(code)
        self.dialog = dialog
        dialog.open()


class ErrorHelpDialog(QDialog):
    """The codes at the left with a search, the page of the chosen one at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.HELP_TITLE)
        self.search = QLineEdit()
        self.search.setPlaceholderText(words.HELP_SEARCH)
        self.search.setAccessibleName(words.HELP_SEARCH)
        self.search.setClearButtonEnabled(True)
        self.codes = QListWidget()
        self.codes.setAccessibleName(words.HELP_LIST)
        self.codes.setUniformItemSizes(True)
        self.codes.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.codes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = {page.code: page for page in all_pages()}
        for page in self._pages.values():
            item = QListWidgetItem(page.title)
            item.setToolTip(page.code)
            item.setData(_CODE, page.code)
            self.codes.addItem(item)
        self.none = MutedLabel(words.HELP_NONE, wrap=True)
        self.none.hide()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.close_button = QPushButton(words.HELP_CLOSE)
        self.close_button.setAccessibleName(words.HELP_CLOSE)
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.codes.currentItemChanged.connect(lambda item: self._choose(item))
        self.close_button.clicked.connect(self.accept)

    def show_code(self, code: str) -> None:
        """The page of this code, or of the first where there is none."""
        page = find_page(code) if code else None
        wanted = page.code if page is not None else self.codes.item(0).data(_CODE)
        for place in range(self.codes.count()):
            if self.codes.item(place).data(_CODE) == wanted:
                self.codes.setCurrentRow(place)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        found = 0
        for place in range(self.codes.count()):
            item = self.codes.item(place)
            page = self._pages[item.data(_CODE)]
            whole = f"{page.code} {page.title} {page.meaning}".casefold()
            hidden = not all(word in whole for word in wanted)
            item.setHidden(hidden)
            found += not hidden
        self.none.setVisible(not found)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.area.setWidget(_page(self._pages[item.data(_CODE)]))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.none)
        left.addWidget(self.codes, 1)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addLayout(left, 2)
        both.addWidget(self.area, 3)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addLayout(both, 1)
        column.addLayout(foot)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 130, metrics.height() * 30)


def _page(page: ErrorPage) -> QWidget:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(12, 4, 12, 12)
    column.setSpacing(4)
    title = heading(page.title, steps=1.2)
    title.setWordWrap(True)
    column.addWidget(title)
    column.addWidget(selectable(page.code, words.HELP_LIST, fixed=True))
    for name, text in (
        (words.HELP_MEANING, page.meaning),
        (words.HELP_WHO, page.who),
        (words.HELP_HOW, page.how),
        (words.HELP_RETRY, page.retry),
    ):
        column.addSpacing(8)
        column.addWidget(heading(name, steps=1.0))
        column.addWidget(label(text, wrap=True))
    if page.command:
        column.addSpacing(8)
        column.addWidget(heading(words.HELP_COMMAND, steps=1.0))
        column.addWidget(selectable(page.command, words.HELP_COMMAND, fixed=True))
        copy = QPushButton(words.HELP_COPY)
        copy.setAccessibleName(words.HELP_COPY)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(page.command))
        icons.set_icon(copy, "sheet", copy.palette())
        column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
    column.addStretch(1)
    return content
