"""The sentences around the page on the app registrations."""

from __future__ import annotations

ACTION = "&App registrations…"
TITLE = "App registrations"
PAGE = "How to make the app registrations"
CLOSE = "Close"
SAVE = "Save the file for the import"
SAVED = "Saved: {}"
FILTER = "JSON (*.json)"
