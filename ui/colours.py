"""The colours of statuses and findings, computed from the palette to fit light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

HUES = {
    "good": "#1f9d55",
    "bad": "#d6303d",
    "running": "#2f74d0",
    "waiting": "#7a7f8a",
    "attention": "#c98a00",
    "practice": "#7a52c7",
}
MIN_CONTRAST = 4.5


@dataclass(frozen=True, slots=True)
class Tint:
    """A fill, and a text and an edge that can be read on it."""

    fill: QColor
    text: QColor
    edge: QColor
    strong: QColor


def is_dark(palette: QPalette) -> bool:
    return palette.color(QPalette.ColorRole.Base).lightness() < 128


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`first` with `share` (0 to 1) of `second`."""
    return QColor(
        round(first.red() + (second.red() - first.red()) * share),
        round(first.green() + (second.green() - first.green()) * share),
        round(first.blue() + (second.blue() - first.blue()) * share),
    )


def contrast(first: QColor, second: QColor) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2, relative luminance)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tint(palette: QPalette, kind: str) -> Tint:
    """The colours of a kind: good, bad, running, waiting, attention or practice."""
    base = palette.color(QPalette.ColorRole.Base)
    text = palette.color(QPalette.ColorRole.Text)
    return _tint(base.rgb(), text.rgb(), HUES.get(kind, HUES["waiting"]))


def muted(palette: QPalette) -> QColor:
    """For text of second rank: quieter than the text, still readable on window and base."""
    text = palette.color(QPalette.ColorRole.WindowText)
    window = palette.color(QPalette.ColorRole.Window)
    for share in (0.38, 0.3, 0.2, 0.1):
        colour = mix(text, window, share)
        if contrast(colour, window) >= MIN_CONTRAST:
            return colour
    return text


def accent(palette: QPalette) -> QColor:
    """The system's accent colour, dark enough for white text on it."""
    colour = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
    for _ in range(8):
        if contrast(colour, QColor("white")) >= MIN_CONTRAST:
            break
        colour = colour.darker(112)
    return colour


def line(palette: QPalette) -> QColor:
    """For hairlines between areas."""
    return mix(
        palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText), 0.16
    )


@lru_cache(maxsize=64)
def _tint(base_rgb: int, text_rgb: int, hue_name: str) -> Tint:
    base, ink, hue = QColor(base_rgb), QColor(text_rgb), QColor(hue_name)
    dark = base.lightness() < 128
    fill = mix(base, hue, 0.26 if dark else 0.13)
    text = mix(hue, QColor("white") if dark else QColor("black"), 0.25)
    for _ in range(10):
        if contrast(text, fill) >= MIN_CONTRAST:
            break
        text = mix(text, ink, 0.2)
    return Tint(fill, text, mix(base, hue, 0.45), mix(hue, base, 0.1) if dark else hue)


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return (
        0.2126 * linear(colour.redF())
        + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF())
    )
