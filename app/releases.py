"""What is said of released versions: the answer of a public list, and which version is newer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import AppError

_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)
_LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Release:
    """A version that somebody may install."""

    version: str
    """Three numbers, such as 1.2.0."""
    page: str
    """Where a person reads of it and finds its files; begins with https://."""

    @property
    def host(self) -> str:
        return urlsplit(self.page).hostname or ""


@dataclass(frozen=True, slots=True)
class VersionsLooked:
    """What came of a look: the newest release, or why there is none."""

    newest: Release | None
    error: AppError | None
    by_hand: bool
    """The admin asked just now, and waits for the answer."""


def newest_release(text: str) -> Release:
    """The release of an answer in the form of GitHub's REST API, "Get the latest release".

    Raises ValueError, which says what is odd.
    """
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("it is no JSON object")
    name, page = told.get("tag_name"), told.get("html_url")
    match = _VERSION.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise ValueError("its tag_name is no version")
    if not isinstance(page, str) or not is_safe_page(page):
        raise ValueError("its html_url is no address that begins with https://")
    return Release(".".join(str(int(part)) for part in match.groups()), page)


def is_newer(version: str, than: str) -> bool:
    """Versions are compared number by number; what is no version is never newer."""
    one, other = _VERSION.fullmatch(version), _VERSION.fullmatch(than)
    if one is None or other is None:
        return False
    return tuple(map(int, one.groups())) > tuple(map(int, other.groups()))


def is_safe_page(address: str) -> bool:
    """The address is one that a person may be sent to."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "https" and parts.hostname and not parts.username
    except ValueError:
        return False
    is_printable = all("!" <= character <= "~" for character in address)
    return bool(plain) and is_printable and len(address) <= _LONGEST_ADDRESS
