"""Keeps a sign-in until the next start, encrypted by the operating system, or not at all.

DPAPI on Windows, the Keychain on macOS, libsecret on Linux. Where none of them is to be had,
nothing is written: a token in a plain file would be the tenant's key under the mat.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Protocol

from app.signed_in import Registration

_log = logging.getLogger(__name__)


class SafePlace(Protocol):
    """Where one sign-in is kept; a place that fails is treated as one that holds nothing."""

    def load(self) -> str:
        """What was kept; "" when there is nothing."""

    def save(self, text: str) -> None:
        """Keep this instead."""


def safe_place(folder: Path, registration: Registration) -> SafePlace | None:
    """The place for one registration, None when nothing there would be encrypted.

    Each registration has one of its own, so that source and target never mix.
    """
    name = f"{registration.tenant.casefold()}|{registration.client_id.casefold()}"
    path = folder / f"sign-in-{hashlib.sha256(name.encode()).hexdigest()[:16]}.bin"
    try:
        return _SystemPlace(path)
    except Exception as error:  # noqa: BLE001 - each system lacks it in a way of its own
        _log.info("sign-ins are not kept: %s", type(error).__name__)
        return None


class _SystemPlace:
    """What the operating system offers."""

    def __init__(self, path: Path) -> None:
        # Late: it brings all of msal with it.
        from msal_extensions import build_encrypted_persistence

        self._place = build_encrypted_persistence(str(path))
        if not self._place.is_encrypted:
            raise OSError("not encrypted")
        if not path.exists():
            # Once now, since a key ring may be there and never open.
            path.parent.mkdir(parents=True, exist_ok=True)
            self._place.save("{}")

    def load(self) -> str:
        try:
            return str(self._place.load() or "")
        except Exception as error:  # noqa: BLE001 - whatever it is, one signs in again
            _log.info("the kept sign-in cannot be read: %s", type(error).__name__)
            return ""

    def save(self, text: str) -> None:
        try:
            self._place.save(text)
        except Exception as error:  # noqa: BLE001 - the sign-in is good until the program ends
            _log.info("the sign-in cannot be kept: %s", type(error).__name__)
