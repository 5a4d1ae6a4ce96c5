"""Tenants: what a connected pair of tenants offers beside the service that moves."""

from __future__ import annotations

from dataclasses import dataclass

from app.client import GraphClient


@dataclass(frozen=True, slots=True)
class Tenants:
    """One client for each tenant, for all that is no move: directory, licences, identity map.

    The source client is the one that the MoveService calls with, so that both are held back
    together when the service asks for fewer calls.

    `target_is_application` says whose token the target client carries. It matters because of one
    call: reading somebody's drive with a delegated token *makes* the OneDrive of a licensed user
    who has none ("Get drive", Microsoft Graph), and a move fails when the target has one. So a
    target user's drive is read with an application token only, which answers 404 and makes
    nothing; with a delegated token it is not asked for at all. The same call makes an empty
    OneDrive for a source user without one, so `source_is_application` is asked as well.
    """

    source: GraphClient
    target: GraphClient
    target_is_application: bool
    source_is_application: bool

    def close(self) -> None:
        """Let go of the connections of both."""
        self.source.close()
        self.target.close()
