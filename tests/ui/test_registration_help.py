"""The page on the app registrations in the window: shown whole, and its files can be saved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import help_page
from fake_project import BOOK, QUIET, opened, shown_window
from ui.registration_help import RegistrationDialog
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window, _ = shown_window(qtbot, tmp_path)
    window.open_book(BOOK)
    window.take([opened()])
    return window


def test_the_dialog_that_connects_tenants_opens_the_page_above_itself(window: MainWindow) -> None:
    window.tenants.ask()
    dialog = window.tenants.dialog
    assert dialog is not None
    QTest.mouseClick(dialog.help, Qt.MouseButton.LeftButton)
    page = window.tenants.help.dialog
    assert page is not None
    assert page.isVisible()
    assert page.parent() is dialog
    assert "Allow public client flows" in page.page.toPlainText()
    QTest.mouseClick(page.close_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()


def test_every_picture_and_every_file_of_the_page_is_there(window: MainWindow) -> None:
    window.tenants.help.show()
    dialog = window.tenants.help.dialog
    assert dialog is not None
    text = help_page.registration_page()
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 3
    kind = QTextDocument.ResourceType.ImageResource.value
    for name in pictures:
        image = dialog.page.loadResource(kind, QUrl(name))
        assert isinstance(image, QImage)
        assert not image.isNull()
        assert image.width() / image.devicePixelRatio() <= 720
    files = set(re.findall(r"[^!]\[[^\]]+\]\(([^)]+)\)", text))
    assert len(files) == 4
    assert all(map(help_page.is_manifest, files))


def test_a_file_for_the_import_is_saved_and_said(window: MainWindow, tmp_path: Path) -> None:
    window.tenants.help.show()
    dialog = window.tenants.help.dialog
    assert isinstance(dialog, RegistrationDialog)
    dialog.save("app-registration/source.json", str(tmp_path / "source.json"))
    assert json.loads((tmp_path / "source.json").read_text("utf-8"))["publicClient"]
    assert str(tmp_path / "source.json") in dialog.said.text()
    dialog.save("app-registration/source.json", str(tmp_path / "no" / "source.json"))
    assert "cannot be written" in dialog.said.text()


@pytest.mark.parametrize("name", ["app-registration/../app-registration.md", "x.json", "pictures/"])
def test_nothing_else_can_be_had(name: str) -> None:
    assert not help_page.is_manifest(name)
    assert help_page.picture(name) is None
