"""The sentences of the page of the gates and of the identity map."""

from __future__ import annotations

REFUSED_TITLE = "Nothing was started"
