"""One text in the key ring of a Linux desktop, through libsecret itself.

msal-extensions reaches it through PyGObject, which a packed program cannot bring along, because it
fits the system's own introspection data only. The library alone is there on every desktop with a
key ring, so it is called directly. Source: "Simple API" of libsecret.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_uint32, c_void_p
from functools import cache
from typing import Any

_SCHEMA_NAME = b"tenant-ferry.sign-in"
_ATTRIBUTE = b"registration"
_MOST_ATTRIBUTES = 32
_FOR_THE_OWNER = 60.0
"""Seconds that the owner is given to unlock the key ring when a sign-in is looked for."""
_FOR_NOBODY = 5.0
"""Seconds when one is kept: that happens in the middle of a run too, when nobody may be there."""


class _Attribute(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("type", c_int))


class _Schema(ctypes.Structure):
    _fields_ = (
        ("name", c_char_p),
        ("flags", c_int),
        ("attributes", _Attribute * _MOST_ATTRIBUTES),
        ("reserved", c_int),
        ("reserved_pointers", c_void_p * 7),
    )


class _Error(ctypes.Structure):
    _fields_ = (("domain", c_uint32), ("code", c_int), ("message", c_char_p))


_ErrorPlace = POINTER(POINTER(_Error))


class SecretService:
    """Keeps one text under a name; every method raises OSError with the library's own words.

    The key ring may ask its owner to unlock it, when there is a screen to ask on; it is not waited
    for without end.
    """

    def __init__(self, name: str, label: str) -> None:
        """`label` is what key ring programs show. Raises OSError when there is no library."""
        self._secret, self._glib, self._gio = _libraries()
        self._schema = _Schema(name=_SCHEMA_NAME)
        self._schema.attributes[0] = _Attribute(_ATTRIBUTE, 0)
        self._name = name.encode("utf-8")
        self._label = label.encode("utf-8")

    def load(self) -> str | None:
        """What is kept; None when nothing is."""
        with self._attributes() as attributes, self._call(_FOR_THE_OWNER) as (patience, error):
            found = self._secret.secret_password_lookupv_sync(
                byref(self._schema), attributes, patience, error
            )
        if not found:
            return None
        try:
            return ctypes.string_at(found).decode("utf-8")
        finally:
            self._secret.secret_password_free(found)

    def save(self, text: str) -> None:
        """Keep this instead of what was kept."""
        with self._attributes() as attributes, self._call(_FOR_NOBODY) as (patience, error):
            self._secret.secret_password_storev_sync(
                byref(self._schema), attributes, None, self._label, text.encode(), patience, error
            )

    @contextmanager
    def _attributes(self) -> Iterator[c_void_p]:
        glib = self._glib
        table = c_void_p(
            glib.g_hash_table_new(_address(glib.g_str_hash), _address(glib.g_str_equal))
        )
        # The table keeps the addresses alone; both texts live as long as this object.
        glib.g_hash_table_insert(table, _ATTRIBUTE, self._name)
        try:
            yield table
        finally:
            glib.g_hash_table_unref(table)

    @contextmanager
    def _call(self, seconds: float) -> Iterator[tuple[c_void_p, Any]]:
        """What ends a call after so long, and the place for its error."""
        error = POINTER(_Error)()
        cancellable = c_void_p(self._gio.g_cancellable_new())
        timer = threading.Timer(seconds, self._gio.g_cancellable_cancel, (cancellable,))
        timer.name, timer.daemon = "key ring", True
        timer.start()
        try:
            yield cancellable, byref(error)
        finally:
            timer.cancel()
            timer.join()
            self._gio.g_object_unref(cancellable)
        if error:
            words = (error.contents.message or b"").decode("utf-8", "replace")
            self._glib.g_error_free(error)
            raise OSError(words or "the key ring does not answer")


def _address(function: Any) -> c_void_p:
    return ctypes.cast(function, c_void_p)


@cache
def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL, ctypes.CDLL]:
    secret, glib = ctypes.CDLL("libsecret-1.so.0"), ctypes.CDLL("libglib-2.0.so.0")
    gio = ctypes.CDLL("libgio-2.0.so.0")
    schema = POINTER(_Schema)
    secret.secret_password_lookupv_sync.argtypes = (schema, c_void_p, c_void_p, _ErrorPlace)
    secret.secret_password_lookupv_sync.restype = c_void_p
    secret.secret_password_storev_sync.argtypes = (
        schema,
        c_void_p,
        c_char_p,
        c_char_p,
        c_char_p,
        c_void_p,
        _ErrorPlace,
    )
    secret.secret_password_storev_sync.restype = c_int
    secret.secret_password_free.argtypes = (c_void_p,)
    secret.secret_password_free.restype = None
    glib.g_hash_table_new.argtypes = (c_void_p, c_void_p)
    glib.g_hash_table_new.restype = c_void_p
    glib.g_hash_table_insert.argtypes = (c_void_p, c_char_p, c_char_p)
    glib.g_hash_table_insert.restype = c_int
    glib.g_hash_table_unref.argtypes = (c_void_p,)
    glib.g_hash_table_unref.restype = None
    glib.g_error_free.argtypes = (POINTER(_Error),)
    glib.g_error_free.restype = None
    gio.g_cancellable_new.argtypes = ()
    gio.g_cancellable_new.restype = c_void_p
    gio.g_cancellable_cancel.argtypes = (c_void_p,)
    gio.g_cancellable_cancel.restype = None
    gio.g_object_unref.argtypes = (c_void_p,)
    gio.g_object_unref.restype = None
    return secret, glib, gio
