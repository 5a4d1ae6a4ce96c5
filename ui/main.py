"""Builds every object of the windowed program, connects them, runs them and shuts them down."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox

from app import __version__
from app.clock import SystemClock
from app.errors import AppError
from app.log import start_log
from app.paths import data_dir
from app.project import Project
from app.rehearsal import choices
from app.release_watch import ReleaseWatch, read_feed
from app.samples import copy_sample
from ui import icons, smooth, strings
from ui.bridge import Bridge
from ui.crash import CrashReporter
from ui.kept import Kept
from ui.versions import Versions
from ui.window import MainWindow

CLOSE_SECONDS = 5.0
_LEAVE_SECONDS = 1.0
"""So long is waited for the end of a question that nobody needs any more."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window; returns the exit code."""
    smooth.begin()
    options = _parser().parse_args(sys.argv[1:] if arguments is None else list(arguments))
    folder: Path = options.state_dir or data_dir()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName(strings.APP_NAME)
    application.setWindowIcon(icons.app_icon())
    if application.style().objectName() == "windowsvista":
        # It stays light when Windows is dark.
        application.setStyle("Fusion")
    try:
        log_path = start_log(folder)
    except AppError as error:
        QMessageBox.critical(
            None, strings.APP_NAME, f"{error.title}\n\n{error.detail}\n\n{error.remedy}"
        )
        return 2
    crash = CrashReporter(str(log_path))
    crash.install()
    bridge = Bridge()
    project = Project(bridge.post, options.state_dir)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    kept = Kept(settings)
    window = MainWindow(project, SystemClock(), kept, sample=lambda: copy_sample(folder))
    watch = _watch_releases(window, kept, folder, bridge)
    window.rehearsals.offer(choices())
    bridge.events.connect(window.take)
    window.show()
    if options.practice:
        window.connect_practice()
    if options.book is not None:
        window.open_book(options.book.absolute())
    try:
        return application.exec()
    finally:
        bridge.stop()
        project.close(CLOSE_SECONDS)
        if watch is not None:
            watch.close(_LEAVE_SECONDS)
        crash.uninstall()


def _watch_releases(
    window: MainWindow, kept: Kept, folder: Path, bridge: Bridge
) -> ReleaseWatch | None:
    """None where this program knows no place that tells of newer versions."""
    try:
        feed = read_feed(folder)
    except AppError as error:
        window.notices.show_error("version", error, "attention")
        return None
    if not feed:
        return None
    watch = ReleaseWatch(feed, bridge.post)
    Versions(window, watch, kept, SystemClock(), __version__).begin()
    return watch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenant-ferry", description=strings.ARGUMENTS)
    parser.add_argument("book", nargs="?", type=Path, metavar="BOOK", help=strings.ARGUMENT_BOOK)
    parser.add_argument("--practice", action="store_true", help=strings.ARGUMENT_PRACTICE)
    parser.add_argument("--state-dir", type=Path, metavar="D", help=strings.ARGUMENT_STATE)
    return parser
