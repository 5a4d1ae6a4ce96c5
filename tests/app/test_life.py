"""A move's life: only the steps of the table exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.life import (
    TRANSITIONS,
    ImpossibleStep,
    check_step,
    not_there,
    planned,
    refused,
    retried,
    starting,
    told,
    unplanned,
)
from app.model import AT_SERVICE, CANCELLABLE, FINAL, Move, MoveStatus, Window
from app.moves import ServiceMove

NOW = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)
MOVE = Move("ana@contoso.com", 5, "ana@contoso.com", "ana@northwind.com")


def said(status: MoveStatus, word: str = "") -> ServiceMove:
    return ServiceMove("id-1", MOVE.source_upn, MOVE.target_upn, status, word)


def test_every_status_stands_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(MoveStatus)
    reachable = {after for steps in TRANSITIONS.values() for after in steps}
    assert reachable == set(MoveStatus)


def test_a_success_is_the_end() -> None:
    for status in MoveStatus:
        if status is not MoveStatus.SUCCESS:
            with pytest.raises(ImpossibleStep):
                check_step(MoveStatus.SUCCESS, status)


def test_a_move_is_sent_only_after_it_was_starting() -> None:
    with pytest.raises(ImpossibleStep):
        check_step(MoveStatus.READY, MoveStatus.STARTING)
    check_step(MoveStatus.WAITING, MoveStatus.STARTING)


def test_what_is_final_cannot_be_cancelled_or_be_at_the_service() -> None:
    assert not FINAL & CANCELLABLE
    assert not FINAL & AT_SERVICE
    assert not MoveStatus.RESCHEDULED.can_cancel
    assert not MoveStatus.RESCHEDULED.is_final


def test_an_act_changes_the_status_it_is_named_after() -> None:
    window = Window(NOW)
    waiting = planned(MOVE, "Wave 1", window, NOW)
    assert (waiting.status, waiting.batch, waiting.window) == (MoveStatus.WAITING, "Wave 1", window)
    assert unplanned(waiting, NOW).status is MoveStatus.READY
    sent = starting(waiting, NOW)
    assert (sent.status, sent.attempts) == (MoveStatus.STARTING, 1)
    assert not_there(sent, NOW).status is MoveStatus.WAITING
    failed = refused(sent, "MnATargetUserDoesNotExist", "does not exist", NOW)
    assert (failed.status, failed.error_message) == (MoveStatus.FAILED, "does not exist")
    assert retried(failed, NOW).status is MoveStatus.READY


def test_hearing_the_same_again_changes_nothing() -> None:
    first = told(MOVE, said(MoveStatus.IN_PROGRESS, "inProgress"), NOW)
    again = told(first, said(MoveStatus.IN_PROGRESS, "inProgress"), NOW)
    assert again is first


def test_an_unknown_word_is_kept_verbatim() -> None:
    move = told(MOVE, said(MoveStatus.UNKNOWN, "awaitingMoonrise"), NOW)
    assert (move.status, move.service_state) == (MoveStatus.UNKNOWN, "awaitingMoonrise")


def test_a_cancel_wish_ends_when_the_service_cannot_grant_it_any_more() -> None:
    wished = replace(MOVE, status=MoveStatus.NOT_STARTED, cancel_wished=True)
    assert told(wished, said(MoveStatus.SCHEDULED, "notStarted"), NOW).cancel_wished
    assert not told(wished, said(MoveStatus.IN_PROGRESS, "inProgress"), NOW).cancel_wished
