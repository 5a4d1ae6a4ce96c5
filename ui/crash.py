"""Faults of the program: logged, and told once in one plain message box."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from ui import strings

logger = logging.getLogger("tenant_ferry.crash")


class CrashReporter(QObject):
    """Both hooks lead here, from any thread; the box is opened on the Qt thread."""

    _crashed = Signal(str)

    def __init__(self, log_path: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log_path = log_path
        self.box: QMessageBox | None = None
        self._previous = (sys.excepthook, threading.excepthook)
        self._crashed.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._previous

    def report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("unexpected error", exc_info=(kind, error, trace))
        self._crashed.emit(kind.__name__)

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    def _show(self, name: str) -> None:
        if self.box is not None:
            return
        box = QMessageBox()
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(strings.APP_NAME)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(strings.CRASH_TITLE)
        log = strings.LINE_LOG.format(path=self._log_path) if self._log_path else ""
        box.setInformativeText(
            "\n\n".join(part for part in (strings.CRASH_TEXT, log, name) if part)
        )
        box.finished.connect(self._closed)
        self.box = box
        box.open()

    def _closed(self) -> None:
        if self.box is not None:
            self.box.deleteLater()
            self.box = None
