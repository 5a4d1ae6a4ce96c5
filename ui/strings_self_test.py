"""What the screen's part of the self-test says."""

from __future__ import annotations

ABOUT = "Try that everything the program needs is there and works together."
ARGUMENT_STATE = "where the log goes"

STEP_SCREEN = "Screen"
STEP_PICTURES = "Pictures"
SCREEN = "Qt {qt} on {platform}, styles {styles}, {fonts} fonts"
PICTURES = "{icons} icons drawn; formats {formats}"
NO_SCREEN = "there is no screen, or no style to draw with"
NO_FONTS = "there is no font to write with"
NO_FORMATS = "pictures of the kind {names} cannot be read; plug-ins are looked for in {folder}"
NOT_DRAWN = "these icons are missing or empty: {names}"
NO_ICON_ENGINE = "the plug-in for scalable icons is missing"
