"""The latest start goes to the service as what it is, and never as an end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema

from app.client import GraphClient
from app.graph_moves import GraphMoves
from app.moves import StartRequest
from scripted_service import HeldClock, scripted_service

SCHEMA = json.loads((Path(__file__).parent / "contract_task.schema.json").read_text("utf-8"))
TASK = {"id": "0e3d7e0c-3a5b-4c1e-9f8e-0d8a4d1f7b11", "status": "notStarted", "parameters": {}}


def test_a_latest_start_goes_out_as_what_it_is() -> None:
    with scripted_service() as service:
        moves = GraphMoves(
            GraphClient(service.url, lambda: "token-of-a-test"),
            target_host="https://northwind-my.sharepoint.com",
            clock=HeldClock(),
            practice=False,
        )
        assert moves.capabilities.takes_latest_start
        assert not moves.capabilities.keeps_end
        people = ("ana@tailspin.onmicrosoft.com", "ana@northwind.onmicrosoft.com")
        service.say(200, TASK)
        moves.start(StartRequest(*people, latest_utc=datetime(2026, 12, 6, 6, 0, tzinfo=UTC)))
        service.say(200, TASK)
        moves.start(StartRequest(*people))
        moves.close()
    with_it, without = service.heard
    jsonschema.validate(with_it.json, SCHEMA)
    assert b'"preferredLatestStartDateTime": "2026-12-06T06:00:00Z"' in with_it.body
    assert b"Latest" not in without.body
