"""What the window says of newer versions of the program."""

from __future__ import annotations

LOOK_NOW = "Look for a newer &version"
BY_ITSELF = "Look for a newer version once a &day"
LOOKING = "Looking for a newer version…"
NEWEST = "You have the newest version, {version}."
NEWER = "Version {newer} is available. You have {version}."
NEWER_DETAIL = "Nothing is downloaded by itself. What is new, and its files, are at {host}."
OPEN_PAGE = "Open the page"
SKIP = "Skip this version"
