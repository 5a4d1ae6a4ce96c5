"""The identity map in the window: compared, uploaded after a question, read back, exported."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.clock import Clock
from app.errors import AppError
from app.events import BookOpened, ServiceConnected, Trouble
from app.gate_events import MapChanged, MapExported, MapState
from app.identity_map import Difference, Key
from ui import strings
from ui import strings_gates as words
from ui.map_dialog import MapDialog
from ui.panels import PanelsWindow
from ui.ports import ProjectPort


class MapPage:
    """Tells the project what is wished, and shows what it answers."""

    def __init__(self, window: PanelsWindow, project: ProjectPort, clock: Clock) -> None:
        self._window = window
        self._project = project
        self._last = MapChanged()
        self._book: Path | None = None
        self._connected = False
        self._upload_wanted = False
        self.dialog = MapDialog(clock, window)
        self.dialog.compare_asked.connect(self._compare)
        self.dialog.upload_asked.connect(self.ask_upload)
        self.dialog.export_asked.connect(self._choose_file)
        self.entry = window.commands.add(
            strings.MENU_MOVES,
            words.MAP_ACTION,
            self.open,
            icon="people",
            keys="Shift+F6",
            needs_book=True,
        )
        window.listeners.on(BookOpened, self._book_opened)
        window.listeners.on(ServiceConnected, lambda _service: self._service_connected())
        window.listeners.on(MapChanged, self._changed)
        window.listeners.on(MapExported, self._exported)
        window.listeners.on(Trouble, lambda trouble: self._trouble(trouble.error))

    def open(self) -> None:
        """Show the page; it is compared with the target when that was not done yet."""
        self.dialog.show_map(self._last, connected=self._connected)
        self.dialog.show()
        self.dialog.activateWindow()
        if self._last.report is None and self._last.state is MapState.IDLE:
            self._compare()

    def forget(self) -> None:
        """Another workbook is opened."""
        self._last = MapChanged()
        self._connected = False
        self.dialog.close()

    def ask_upload(self) -> None:
        """Ask, with the numbers of what would be sent; compared first where it was not."""
        report = self._last.report
        if report is None or self._last.state is not MapState.IDLE:
            self._upload_wanted = True
            return
        self._upload_wanted = False
        remove = self._to_remove()
        text = words.MAP_UPLOAD_TEXT.format(
            add=report.count(Difference.ADD),
            change=report.count(Difference.CHANGE),
            remove=len(remove),
        )
        self._window.questions.ask(
            words.MAP_UPLOAD_ASK,
            text,
            words.MAP_UPLOAD_YES,
            words.MAP_BACK,
            lambda: self._upload(remove),
        )

    def _to_remove(self) -> frozenset[Key]:
        report = self._last.report
        if report is None or not self.dialog.remove.isChecked():
            return frozenset()
        return frozenset(line.entry.key for line in report.lines if line.what is Difference.REMOVE)

    def _upload(self, remove: frozenset[Key]) -> None:
        if self._project.gates is not None:
            self._project.gates.upload_map(remove)

    def _compare(self) -> None:
        if self._connected and self._project.gates is not None:
            self._project.gates.read_map()

    def _choose_file(self) -> None:
        folder = self._book.parent if self._book is not None else Path()
        name = str(folder / words.MAP_FILE)
        dialog = QFileDialog(self.dialog, words.MAP_TITLE, name, words.MAP_FILE_FILTER)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        # The program writes a new file only, and says so itself.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(name)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, name: str) -> None:
        """Write the map into this new file."""
        if self._project.gates is not None:
            self._project.gates.export_map(Path(name))

    # Events

    def _book_opened(self, book: BookOpened) -> None:
        self._book = book.path

    def _service_connected(self) -> None:
        self._connected = True
        self.dialog.show_map(self._last, connected=True)

    def _changed(self, event: MapChanged) -> None:
        self._last = event
        self.dialog.show_map(event, connected=self._connected)
        if event.state is MapState.READING:
            said = words.MAP_BEFORE_START.format(done=f"{event.done:,}", total=f"{event.total:,}")
            self._window.plan.show_before_start(said)
        if self._upload_wanted and event.state is MapState.IDLE and event.report is not None:
            self.ask_upload()

    def _exported(self, done: MapExported) -> None:
        text = words.MAP_EXPORTED_TEXT.format(
            entries=done.entries, path=done.path, left_out=done.left_out, command=done.command
        )
        if done.guests:
            text += words.MAP_EXPORTED_GUESTS.format(done.guests)
        self._window.questions.tell(words.MAP_EXPORTED, text)

    def _trouble(self, error: AppError) -> None:
        self._upload_wanted = False
        parts = (f"{error.title}.", error.detail, error.remedy)
        self.dialog.show_problem(" ".join(part for part in parts if part))
