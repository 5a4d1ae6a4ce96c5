"""What a failed start means for the move, and when refusals are not about the people."""

from __future__ import annotations

import pytest

from app.errors import Refused, ServiceError, SignInRequired, Throttled, Unreachable
from app.outcome import OF_TENANTS, Outcome, RefusalWatch, outcome_of


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Throttled("429", "slow down", status=429), Outcome.NOT_TAKEN),
        (SignInRequired("401", "sign in", status=401), Outcome.NOT_TAKEN),
        (Refused("accessDenied", "no right", status=403), Outcome.NOT_TAKEN),
        (Unreachable("TIMEOUT", "no answer"), Outcome.NOBODY_KNOWS),
        (Refused("MnASiteMoveIsInProgressOrFinished", "", status=409), Outcome.THERE_ALREADY),
        (Refused("MnATargetUserNotFound", "", status=422), Outcome.REFUSED),
        (Refused("notImplemented", "", status=501), Outcome.REFUSED),
    ],
)
def test_every_error_of_a_start_has_one_meaning(error: ServiceError, outcome: Outcome) -> None:
    assert outcome_of(error) is outcome


def test_ten_refusals_in_a_row_for_one_reason_are_not_about_the_people() -> None:
    watch = RefusalWatch()
    same = Refused("NoTrust", "", status=422)
    assert [watch.should_pause(same) for _ in range(10)] == [False] * 9 + [True]
    assert not watch.should_pause(same)


def test_an_accepted_start_or_another_reason_begins_the_count_anew() -> None:
    watch = RefusalWatch()
    for _ in range(9):
        watch.should_pause(Refused("A", "", status=422))
    assert not watch.should_pause(Refused("B", "", status=422))
    for _ in range(8):
        watch.should_pause(Refused("B", "", status=422))
    watch.accepted()
    assert not watch.should_pause(Refused("B", "", status=422))


@pytest.mark.parametrize("code", ["MnATrustWrongCmdletUsage", "MnATrustOfTomorrow", *OF_TENANTS])
def test_what_is_said_of_the_tenants_pauses_at_once(code: str) -> None:
    assert RefusalWatch().should_pause(Refused(code, "", status=422))


@pytest.mark.parametrize("status", [403, 501])
def test_a_missing_right_pauses_at_once(status: int) -> None:
    assert RefusalWatch().should_pause(Refused("X", "", status=status))
