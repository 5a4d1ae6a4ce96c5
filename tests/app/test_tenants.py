"""What a connected pair of tenants offers beside the service that moves."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app import rehearsal
from app.errors import Unreachable
from app.practice.scenario import OPEN


def test_each_client_reaches_its_own_practice_tenant(tmp_path: Path) -> None:
    practice = rehearsal.reach(tmp_path, speed=0.0, scenario=OPEN.name)
    with contextlib.closing(rehearsal.tenants(practice)) as tenants:
        names = [
            client.get("/v1.0/organization")["value"][0]["displayName"]  # type: ignore[index]  # JSON
            for client in (tenants.source, tenants.target)
        ]
        rehearsal.stop(practice)
    assert names == ["Practice source", "Practice target"]
    assert not tenants.target_is_application
    with pytest.raises(Unreachable):
        tenants.target.get("/v1.0/organization")
