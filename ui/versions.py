"""Tells the admin of a newer version: when asked, or once a day after it was switched on."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.clock import Clock
from app.releases import Release, VersionsLooked, is_newer
from ui import strings
from ui import strings_versions as words
from ui.kept import Kept
from ui.panels import PanelsWindow

_NOTICE = "version"
_PAUSE = timedelta(days=1)


class VersionsPort(Protocol):
    """Where the question goes."""

    def look(self, *, by_hand: bool) -> None:
        """Ask once; returns at once and answers VersionsLooked."""


class Versions:
    """The entries of the Help menu, and the notice. Nothing is asked before it is switched on."""

    def __init__(
        self, window: PanelsWindow, watch: VersionsPort, kept: Kept, clock: Clock, version: str
    ) -> None:
        self._window = window
        self._watch = watch
        self._kept = kept
        self._clock = clock
        self._version = version
        commands = window.commands
        commands.add_line(strings.MENU_HELP)
        self.now = commands.add(strings.MENU_HELP, words.LOOK_NOW, self._look_now)
        self.by_itself = commands.add(strings.MENU_HELP, words.BY_ITSELF, self._switched)
        self.by_itself.setCheckable(True)
        self.by_itself.setChecked(kept.looks_for_versions)
        window.listeners.on(VersionsLooked, self._looked)

    def begin(self) -> None:
        """Tell what an earlier look found, and look again when that was a day ago."""
        if not self._kept.looks_for_versions:
            return
        known = self._kept.newest
        if known is not None:
            self._tell_newer(known)
        last, now = self._kept.looked_for_versions_utc, self._clock.now()
        if last is None or not timedelta() <= now - last < _PAUSE:
            self._watch.look(by_hand=False)

    def _switched(self) -> None:
        self._kept.looks_for_versions = self.by_itself.isChecked()
        if self.by_itself.isChecked():
            self._look_now()

    def _look_now(self) -> None:
        self._window.notices.show_text(_NOTICE, "waiting", words.LOOKING)
        self._watch.look(by_hand=True)

    def _looked(self, looked: VersionsLooked) -> None:
        if looked.error is not None:
            if looked.by_hand:
                self._window.notices.show_error(_NOTICE, looked.error, "attention")
            return
        self._kept.looked_for_versions_utc = self._clock.now()
        if looked.newest is None:
            return
        self._kept.newest = looked.newest
        if looked.by_hand:
            self._kept.skipped_version = ""
        self._tell_newer(looked.newest)
        if looked.by_hand and not is_newer(looked.newest.version, self._version):
            self._window.notices.show_text(
                _NOTICE, "good", words.NEWEST.format(version=self._version)
            )

    def _tell_newer(self, newest: Release) -> None:
        skipped = self._kept.skipped_version == newest.version
        if skipped or not is_newer(newest.version, self._version):
            return
        self._window.notices.show_text(
            _NOTICE,
            "waiting",
            words.NEWER.format(newer=newest.version, version=self._version),
            words.NEWER_DETAIL.format(host=newest.host),
            actions=(
                (words.OPEN_PAGE, lambda: QDesktopServices.openUrl(QUrl(newest.page))),
                (words.SKIP, lambda: self._skip(newest)),
            ),
        )

    def _skip(self, release: Release) -> None:
        self._kept.skipped_version = release.version
        self._window.notices.dismiss(_NOTICE)
