"""Colours: every kind can be read in light and in dark."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from ui import colours
from ui.visible import visible


def palette(window: str, base: str) -> QPalette:
    result = QPalette(QColor(window), QColor(window))
    result.setColor(QPalette.ColorRole.Base, QColor(base))
    return result


@pytest.mark.parametrize(
    ("window", "base", "dark"),
    [("#efefef", "#ffffff", False), ("#26282c", "#1d1f22", True), ("#000000", "#000000", True)],
)
def test_all_words_can_be_read(qtbot: QtBot, window: str, base: str, *, dark: bool) -> None:
    now = palette(window, base)
    assert colours.is_dark(now) is dark
    for kind in colours.HUES:
        tint = colours.tint(now, kind)
        assert colours.contrast(tint.text, tint.fill) >= colours.MIN_CONTRAST, kind
        text = now.color(QPalette.ColorRole.WindowText)
        assert colours.contrast(text, tint.fill) >= colours.MIN_CONTRAST, kind
    quiet = colours.muted(now)
    assert colours.contrast(quiet, now.color(QPalette.ColorRole.Window)) >= colours.MIN_CONTRAST


def test_the_main_button_can_be_read_whatever_the_accent(qtbot: QtBot) -> None:
    for accent in ("#ffff00", "#3d8bff", "#222222"):
        now = palette("#efefef", "#ffffff")
        now.setColor(QPalette.ColorRole.Highlight, QColor(accent))
        ratio = colours.contrast(colours.accent(now), QColor("white"))
        assert ratio >= colours.MIN_CONTRAST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("anna@contoso.com", "anna@contoso.com"),
        (" anna ", "␣anna␣"),
        ("a\u200bb\u00a0", "a‹ZWSP›b‹NBSP›"),
        ("a\u202eb", "a‹U+202E›b"),
        ("   ", "␣␣␣"),
        ("åsa@contoso.com", "åsa@contoso.com"),
        ("", ""),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown
