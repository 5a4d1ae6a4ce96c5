"""The window looks for a newer version only when it is told to, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.releases import Release, VersionsLooked
from fake_project import NOW, QUIET, FakeClock, kept, shown_window
from ui import strings_versions as words
from ui.notices import Notice
from ui.versions import Versions
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

NEWER = Release("0.3.0", "https://example.org/ferry/v0.3.0")
OURS = "0.2.0"


class Asked:
    def __init__(self) -> None:
        self.looks: list[bool] = []

    def look(self, *, by_hand: bool) -> None:
        self.looks.append(by_hand)


class Shown:
    """A window with its entries, begun as the program does."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.window: MainWindow = shown_window(qtbot, folder)[0]
        self.watch = Asked()
        self.kept = kept(folder)
        self.versions = Versions(self.window, self.watch, self.kept, FakeClock(), OURS)
        self.versions.begin()

    def answer(self, newest: Release | None, *, by_hand: bool = False) -> None:
        error = None if newest else AppError("VERSIONS_NOT_KNOWN", "not known", "why", "later")
        self.window.take([VersionsLooked(newest, error, by_hand)])

    @property
    def notice(self) -> Notice | None:
        return self.window.notices.notice("version")

    @property
    def said(self) -> str:
        assert self.notice is not None
        return self.notice.title.text()


class Browser(QObject):
    """What would be opened outside the program."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[str] = []

    @Slot(QUrl)
    def show_page(self, page: QUrl) -> None:
        self.pages.append(page.toString())


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    QDesktopServices.setUrlHandler("https", made, "show_page")  # type: ignore[arg-type]  # Qt wants str
    yield made
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Shown:
    return Shown(qtbot, tmp_path)


def test_nothing_is_asked_unless_it_is_switched_on(shown: Shown) -> None:
    assert not shown.versions.by_itself.isChecked()
    assert shown.watch.looks == []
    assert shown.notice is None


def test_switched_on_it_looks_at_once_and_then_once_a_day(
    qtbot: QtBot, tmp_path: Path, shown: Shown
) -> None:
    shown.versions.by_itself.trigger()
    assert shown.watch.looks == [True]
    assert shown.said == words.LOOKING
    shown.answer(Release(OURS, NEWER.page), by_hand=True)
    assert shown.said == words.NEWEST.format(version=OURS)
    again = Shown(qtbot, tmp_path)
    assert again.versions.by_itself.isChecked()
    assert again.watch.looks == []
    again.kept.looked_for_versions_utc = NOW - timedelta(days=1)
    assert Shown(qtbot, tmp_path).watch.looks == [False]


@pytest.mark.parametrize("last", ["", "yesterday", "2026-11-23T13:00:00", str(NOW.replace(2031))])
def test_a_time_that_cannot_be_is_no_reason_to_wait(
    qtbot: QtBot, tmp_path: Path, last: str
) -> None:
    memory = kept(tmp_path)
    memory.looks_for_versions = True
    if last.startswith("2031"):
        memory.looked_for_versions_utc = datetime.fromisoformat(last)
    assert Shown(qtbot, tmp_path).watch.looks == [False]


def test_a_newer_version_is_told_with_its_page_and_told_again_after_a_start(
    qtbot: QtBot, tmp_path: Path, shown: Shown, browser: Browser
) -> None:
    shown.versions.by_itself.trigger()
    shown.answer(NEWER, by_hand=True)
    assert shown.said == words.NEWER.format(newer="0.3.0", version=OURS)
    assert browser.pages == []
    again = Shown(qtbot, tmp_path)
    assert again.said == shown.said
    notice = again.notice
    assert notice is not None
    assert any("example.org" in text.text() for text in notice.texts)
    notice.buttons[0].click()
    assert browser.pages == [NEWER.page]


def test_a_skipped_version_is_not_told_again_but_the_next_one_is(
    qtbot: QtBot, tmp_path: Path, shown: Shown
) -> None:
    shown.versions.by_itself.trigger()
    shown.answer(NEWER, by_hand=True)
    notice = shown.notice
    assert notice is not None
    notice.buttons[1].click()
    assert shown.window.notices.notice("version") is None
    again = Shown(qtbot, tmp_path)
    again.answer(NEWER)
    assert again.notice is None
    again.answer(Release("0.4.0", NEWER.page))
    assert again.said == words.NEWER.format(newer="0.4.0", version=OURS)


def test_a_fault_is_told_only_to_who_asked(shown: Shown) -> None:
    shown.answer(None)
    assert shown.notice is None
    shown.versions.now.trigger()
    shown.answer(None, by_hand=True)
    assert shown.said == "not known"
    assert shown.kept.looked_for_versions_utc is None


def test_what_was_found_earlier_is_no_news_after_the_update(qtbot: QtBot, tmp_path: Path) -> None:
    memory = kept(tmp_path)
    memory.looks_for_versions = True
    memory.newest = Release(OURS, NEWER.page)
    memory.looked_for_versions_utc = NOW
    shown = Shown(qtbot, tmp_path)
    assert shown.notice is None
    assert shown.watch.looks == []
