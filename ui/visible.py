"""Makes visible what the eye does not see: blanks at the ends, zero width, odd spaces."""

from __future__ import annotations

import unicodedata

NAMES = {
    "\u00a0": "NBSP",
    "\u00ad": "SHY",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u2060": "WJ",
    "\ufeff": "BOM",
    "\t": "TAB",
    "\n": "LF",
    "\r": "CR",
}


def visible(text: str) -> str:
    """`text` with every hidden character written as ‹NAME›, and blanks at the ends as ␣."""
    if text.isascii() and text.isprintable() and not (text[:1] == " " or text[-1:] == " "):
        return text
    core = text.strip(" ")
    lead = len(text) - len(text.lstrip(" "))
    tail = len(text) - len(core) - lead if core else 0
    return "␣" * lead + "".join(map(_shown, core)) + "␣" * tail


def _shown(char: str) -> str:
    if char in NAMES:
        return f"‹{NAMES[char]}›"
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (category == "Zs" and char != " "):
        return f"‹U+{ord(char):04X}›"
    return char
