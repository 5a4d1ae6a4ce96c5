"""Asks a public list for the newest version, in one call and on a thread of its own."""

from __future__ import annotations

import importlib.resources
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

from app.client import FormClient
from app.errors import AppError, ServiceError
from app.releases import Release, VersionsLooked, is_safe_page, newest_release

FILE = "release.toml"


def read_feed(folder: Path) -> str:
    """The address that is asked, "" for none; a file in `folder` stands above the program's own.

    Raises AppError FEED_UNREADABLE.
    """
    own = folder / FILE
    try:
        text = (importlib.resources.files("resources") / FILE).read_text("utf-8")
        if own.exists():
            text = own.read_text("utf-8")
        feed = tomllib.loads(text).get("feed", "")
        if not isinstance(feed, str) or (feed and not is_safe_page(feed)) or set("?#") & set(feed):
            raise ValueError("feed must be an address that begins with https://, without ? and #")
    except (OSError, ValueError) as error:
        raise AppError(
            "FEED_UNREADABLE",
            "Newer versions cannot be looked for",
            f"{own}: {error}",
            "Correct this file, or delete it.",
        ) from error
    return feed


class ReleaseWatch:
    """Asks on a thread of its own; `tell` is called from there."""

    def __init__(self, feed: str, tell: Callable[[VersionsLooked], None]) -> None:
        self._client = FormClient(feed)
        self._feed = feed
        self._tell = tell
        self._thread: threading.Thread | None = None
        self._is_ending = threading.Event()

    def look(self, *, by_hand: bool) -> None:
        """Ask once; answers VersionsLooked. While a question is under way nothing more is asked."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._look, args=(by_hand,), name="versions", daemon=True
            )
            self._thread.start()

    def close(self, timeout: float) -> None:
        """Give up a question that is under way; waits at most `timeout` seconds for its end."""
        self._is_ending.set()
        self._client.close()
        if self._thread is not None:
            self._thread.join(timeout)

    def _look(self, by_hand: bool) -> None:
        newest = error = None
        try:
            newest = self._ask()
        except AppError as caught:
            error = caught
        if not self._is_ending.is_set():
            self._tell(VersionsLooked(newest, error, by_hand))

    def _ask(self) -> Release:
        try:
            answer = self._client.get(self._feed)
        except ServiceError as error:
            raise _not_known(f"{error.title}: {error.detail}") from error
        if answer.status_code != 200:
            raise _not_known(f"The answer is HTTP {answer.status_code}.")
        try:
            return newest_release(answer.text)
        except (ValueError, RecursionError) as error:
            raise _not_known(f"The answer cannot be read: {error}.") from error


def _not_known(why: str) -> AppError:
    return AppError(
        "VERSIONS_NOT_KNOWN",
        "Whether there is a newer version could not be found out",
        why,
        "The program goes on as it is. Look again later.",
    )
