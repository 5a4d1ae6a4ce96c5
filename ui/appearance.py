"""Light or dark: as the system says, unless the admin chooses otherwise."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ui import strings
from ui.kept import Kept
from ui.panels import PanelsWindow

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
_WORDS = {
    "system": strings.APPEARANCE_SYSTEM,
    "light": strings.APPEARANCE_LIGHT,
    "dark": strings.APPEARANCE_DARK,
}
_Role = QPalette.ColorRole
_DARK = {
    _Role.Window: "#202124",
    _Role.WindowText: "#e8eaed",
    _Role.Base: "#18191b",
    _Role.AlternateBase: "#232528",
    _Role.Text: "#e8eaed",
    _Role.PlaceholderText: "#9aa0a6",
    _Role.Button: "#303236",
    _Role.ButtonText: "#e8eaed",
    _Role.BrightText: "#ffffff",
    _Role.ToolTipBase: "#303236",
    _Role.ToolTipText: "#e8eaed",
    _Role.Highlight: "#2b6cb0",
    _Role.HighlightedText: "#ffffff",
    _Role.Link: "#7db3f0",
    _Role.LinkVisited: "#b39ddb",
    _Role.Light: "#4a4d52",
    _Role.Midlight: "#3a3d42",
    _Role.Mid: "#2a2c30",
    _Role.Dark: "#121315",
    _Role.Shadow: "#000000",
}
_DARK_DISABLED = "#8a8f96"


class Appearance:
    """The entries in the View menu; the choice is kept."""

    def __init__(self, window: PanelsWindow, kept: Kept) -> None:
        self._kept = kept
        menu = window.commands.add_menu(strings.MENU_VIEW, strings.APPEARANCE)
        group = QActionGroup(window)
        chosen = kept.appearance
        for name, text in _WORDS.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(name)
            action.setChecked(name == chosen)
            group.addAction(action)
        self.entries = group
        group.triggered.connect(lambda action: self.choose(str(action.data())))
        if chosen != "system":
            use(chosen)

    def choose(self, name: str) -> None:
        """Use it from now on."""
        self._kept.appearance = name
        use(name)


def use(name: str) -> None:
    """Show everything so; where the platform cannot, our own palette does it."""
    hints = QGuiApplication.styleHints()
    wanted = _SCHEMES[name]
    hints.setColorScheme(wanted)
    if name == "dark" and hints.colorScheme() is not wanted:
        QApplication.setPalette(dark_palette())
    else:
        QApplication.setPalette(QApplication.style().standardPalette())


def dark_palette() -> QPalette:
    """For platforms that know no dark scheme of their own."""
    palette = QPalette()
    for role, colour in _DARK.items():
        palette.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DARK_DISABLED))
    return palette
