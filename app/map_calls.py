"""The identity map at the target tenant: entries read twenty a call, changes sent fifty a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from app.client import GraphClient
from app.errors import AppError, ServiceError, Throttled
from app.graph_batch import MOST_REQUESTS, Ask, Reply, ask_many
from app.identity_map import Entry, Held, Key, is_as_wanted
from app.map_forms import ADDRESSES, delta, look_up_path, read_entry
from app.odata import as_object, text

READ_BACKS = 3
READ_BACK_SECONDS = 15.0
"""Entries appear slowly: one published tool reads back so often, so far apart."""
_VERSION = "beta"
_TRIES = 5
"""Of one call that the service put off or did not answer."""
_FIRST_PAUSE = 1.0
_LONGEST_WAIT = 600.0

Told = Callable[[int, int], None]
"""Is told how many of how many are read."""
_T = TypeVar("_T")


class GivenUp(AppError):
    """The work was ended before it was done: the program quits, or the service is not there."""


class MapCalls:
    """Calls of one thread. `pause(seconds)` waits, and says False when the work is to end."""

    def __init__(self, target: GraphClient, pause: Callable[[float], bool]) -> None:
        self._target = target
        self._pause = pause

    def read(self, keys: Iterable[Key], told: Told = lambda done, of: None) -> Held:
        """What the target holds for these sources.

        A source without an entry is told from one that could not be read. Raises GivenUp, and
        SignInRequired or Refused when that holds for the whole call.
        """
        paths = {look_up_path(*key): key for key in keys}
        entries: dict[Key, Entry | None] = {}
        unread: dict[Key, str] = {}
        waiting = list(paths)
        for number in range(_TRIES):
            if number:
                self._wait(max(self._target.throttle.remaining(), _FIRST_PAUSE))
            put_off: list[str] = []
            for start in range(0, len(waiting), MOST_REQUESTS):
                part = waiting[start : start + MOST_REQUESTS]
                asks = [Ask(path) for path in part]
                replies = self._patiently(partial(ask_many, self._target, _VERSION, asks))
                for path, reply in zip(part, replies, strict=True):
                    self._take(paths[path], reply, entries, unread)
                    if reply.is_transient:
                        put_off.append(path)
                told(len(entries), len(paths))
            waiting = put_off
            if not waiting:
                break
        return Held(entries, {key: why for key, why in unread.items() if key not in entries})

    @staticmethod
    def _take(
        key: Key,
        reply: Reply,
        entries: dict[Key, Entry | None],
        unread: dict[Key, str],
    ) -> None:
        error = reply.body.get("error")
        if reply.is_good:
            entries[key] = read_entry(key[0], reply.body)
        elif reply.status == 404 and isinstance(error, dict):
            entries[key] = None
        else:
            # A 404 that is not in the service's own form says nothing of the entry.
            unread[key] = text(as_object(error).get("message")) or f"HTTP {reply.status}"

    def send(self, put: Sequence[Entry], removed: Sequence[Entry], tenant: str) -> None:
        """Send one call's worth of one kind of entry.

        A call is repeated only when the service refused to look at it. One that may or may not
        have arrived is followed by a look at what the target holds, and only what is missing there
        is sent again. Raises Refused, SignInRequired, GivenUp.
        """
        for _ in range(_TRIES):
            if not (put or removed):
                return
            path = f"/{_VERSION}{ADDRESSES[(*put, *removed)[0].kind]}"
            body = delta(put, removed, tenant)
            try:
                self._patiently(partial(self._target.patch, path, body), repeats=False)
                return
            except ServiceError as error:
                if not error.is_transient:
                    raise
            self._wait(READ_BACK_SECONDS)
            held = self.read([entry.key for entry in (*put, *removed)])
            put = [entry for entry in put if not _is_there(entry, held, tenant)]
            removed = [entry for entry in removed if not _is_gone(entry, held)]
        if put or removed:
            raise _given_up("The target tenant did not say what became of the change")

    def read_back(
        self, put: Sequence[Entry], removed: Sequence[Entry], tenant: str, told: Told
    ) -> Held:
        """Look until everything is as it was sent, at most three times, 15 seconds apart."""
        entries: dict[Key, Entry | None] = {}
        held = Held(entries, {})
        for number in range(READ_BACKS):
            late = [
                *(entry.key for entry in put if not _is_there(entry, held, tenant)),
                *(entry.key for entry in removed if not _is_gone(entry, held)),
            ]
            if not late:
                break
            if number:
                self._wait(READ_BACK_SECONDS)
            new = self.read(late, told)
            entries.update(new.entries)
            held = Held(entries, new.unread)
        return held

    # Patience

    def _patiently(self, call: Callable[[], _T], *, repeats: bool = True) -> _T:
        """Call until the service looks at it; `repeats`: also when it may have done so already.

        Being asked for fewer calls is no failure: it is waited for as long as the service says,
        ten minutes in all.
        """
        failures, waited = 0, 0.0
        while True:
            try:
                return call()
            except ServiceError as error:
                if isinstance(error, Throttled) and error.code != "SERVICE_BUSY":
                    seconds = max(error.retry_after, 0.1)
                elif repeats and error.is_transient and failures < _TRIES:
                    failures += 1
                    seconds = _FIRST_PAUSE * 2.0 ** (failures - 1)
                else:
                    raise
                waited += seconds
                if waited > _LONGEST_WAIT:
                    raise
            self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if not self._pause(seconds):
            raise _given_up("The work on the identity map was ended")


def _is_there(entry: Entry, held: Held, tenant: str) -> bool:
    theirs = held.entries.get(entry.key)
    return theirs is not None and is_as_wanted(entry, theirs, tenant)


def _is_gone(entry: Entry, held: Held) -> bool:
    return entry.key in held.entries and held.entries[entry.key] is None


def _given_up(title: str) -> GivenUp:
    return GivenUp(
        "MAP_GIVEN_UP",
        title,
        "Some entries may have arrived and others not; none is wrong because of it.",
        "Read the map again, and upload what is still missing.",
    )
