"""Keeps a sign-in until the next start, encrypted by the operating system, or not at all.

DPAPI on Windows, the Keychain on macOS, libsecret on Linux. Where none of them is to be had,
nothing is written: a token in a plain file would be the tenant's key under the mat.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from pathlib import Path
from typing import Protocol

from app.secret_service import SecretService
from app.signed_in import Registration

_log = logging.getLogger(__name__)
_HAS_KEY_RING = sys.platform == "linux"
_NOTHING = "{}"
_LABEL = "Tenant Ferry, sign-in"


class SafePlace(Protocol):
    """Where one sign-in is kept; a place that fails is treated as one that holds nothing."""

    def load(self) -> str:
        """What was kept; "" when there is nothing."""

    def save(self, text: str) -> bool:
        """Keep this instead; False when it could not be kept."""


class _Store(Protocol):
    def load(self) -> str | None: ...
    def save(self, text: str) -> None: ...


def safe_place(folder: Path, registration: Registration) -> SafePlace | None:
    """The place for one registration, None when nothing there would be encrypted.

    Each registration has one of its own, so that source and target never mix.
    """
    named = f"{registration.tenant.casefold()}|{registration.client_id.casefold()}"
    name = f"sign-in-{hashlib.sha256(named.encode()).hexdigest()[:16]}"
    try:
        return _SystemPlace(_store(folder, name))
    except Exception as error:  # noqa: BLE001 - each system lacks it in a way of its own
        _log.info("sign-ins are not kept: %s", type(error).__name__)
        return None


def _store(folder: Path, name: str) -> _Store:
    if _HAS_KEY_RING:
        return SecretService(f"{folder.absolute()}/{name}", _LABEL)
    # Late: it brings all of msal with it.
    from msal_extensions import build_encrypted_persistence

    folder.mkdir(parents=True, exist_ok=True)
    store = build_encrypted_persistence(str(folder / f"{name}.bin"))
    if not store.is_encrypted:
        raise OSError("not encrypted")
    made: _Store = store
    return made


class _SystemPlace:
    """What the operating system offers."""

    def __init__(self, store: _Store) -> None:
        self._store = store
        # Once now, since a key ring may be there and never open.
        if not self.load() and not self.save(_NOTHING):
            raise OSError("nothing can be kept")

    def load(self) -> str:
        try:
            return str(self._store.load() or "")
        except Exception as error:  # noqa: BLE001 - whatever it is, one signs in again
            _log.info("the kept sign-in cannot be read: %s", type(error).__name__)
            return ""

    def save(self, text: str) -> bool:
        try:
            self._store.save(text)
        except Exception as error:  # noqa: BLE001 - the sign-in is good until the program ends
            _log.info("the sign-in cannot be kept: %s", type(error).__name__)
            return False
        # A store may fail without a word.
        return self.load() == text
