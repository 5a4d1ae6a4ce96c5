"""Whatever a session is asked, the shell answers with an output or a sentence, and goes on.

`PRACTICE_CMDLETS=20000` asks so often, otherwise each time; the suite asks a few hundred times.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.practice.cmdlet_syntax import CMDLETS, Cmdlet, Kind, Parameter
from practice_process import serving
from shell_process import (
    READ_BACK,
    SOURCE_ADMIN,
    SOURCE_MY,
    START,
    STOP,
    TARGET_ADMIN,
    TARGET_MY,
    UPLOAD,
    Worker,
    working,
)

WISHED = int(os.environ.get("PRACTICE_CMDLETS", "0"))
USUAL = 30
"""Times for each cmdlet."""
_URLS = [TARGET_MY] * 4 + [SOURCE_MY] * 4 + [SOURCE_ADMIN, TARGET_ADMIN]
_ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.sampled_from([[], {}])
)
_GOOD: dict[Kind, list[Any]] = {
    Kind.TEXT: ["SourceUserKey", "o'neil@tailspin.com", "*"],
    Kind.URL: _URLS,
    Kind.TIME: [
        "2026-12-05T18:00:00Z",
        "0001-01-01",
        "9999-12-31T23:59:59",
        "12/05/2026",
        "2026-12-05T18:00:00+14:00",
    ],
    Kind.SWITCH: [True, False],
    Kind.NUMBER: [0, 1, 1000, 2**32 - 1, 2**32],
    Kind.GUID: ["6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11", "{6B1C2F0E-8F3D-4A54-9D0B-2F6F6F0A9C11}"],
}
COMPATIBILITY = "Get-SPOCrossTenantCompatibilityStatus"
_PEOPLE = [f"p{number}@tailspin.com" for number in range(20)]


@st.composite
def asked(draw: st.DrawFn, cmdlet: Cmdlet) -> dict[str, Any]:
    """Parameters for it, mostly good ones."""
    given = {
        each.name: draw(_value(each))
        for each in cmdlet.parameters
        if each.needed or draw(st.integers(0, 5)) == 0
    }
    if draw(st.integers(0, 9)) == 0:
        given[draw(st.text(max_size=12) | st.just("Verbose"))] = draw(_ODD)
    if given and draw(st.integers(0, 9)) == 0:
        del given[draw(st.sampled_from(sorted(given)))]
    return given


def _value(parameter: Parameter) -> st.SearchStrategy[Any]:
    good = list(parameter.words) or [*_GOOD[parameter.kind]]
    if parameter.kind is Kind.TEXT and "User" in parameter.name:
        good = _PEOPLE
    return st.one_of(*(st.sampled_from(good) for _ in range(14)), _ODD)


@pytest.fixture(scope="module", params=["source", "target"])
def worker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    state = tmp_path_factory.mktemp("cmdlets") / "state.db"
    with serving(state), working(state, request.param, zone="Asia/Kathmandu") as running:
        yield running


def test_a_session_is_never_at_a_loss(worker: Worker) -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    is_source = worker.hello["side"] == "source"

    for cmdlet in CMDLETS:

        @settings(
            max_examples=WISHED // len(CMDLETS) + 1 if WISHED else USUAL,
            deadline=None,
            derandomize=not WISHED,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(parameters=asked(cmdlet), name=st.just(cmdlet.name))
        def ask(parameters: dict[str, Any], name: str) -> None:
            told = worker.answer(name, **parameters)
            seen[name, told["ok"]] += 1
            _check(told)
            if told["ok"] and name == "Disconnect-SPOService":
                worker.connect(worker.hello["side"])

        ask()
        # Some of those calls removed the trust.
        relation = {"Scenario": "MnA", "PartnerRole": "Target" if is_source else "Source"}
        partner = TARGET_MY if is_source else SOURCE_MY
        set_trust = "Set-SPOCrossTenantRelationship"
        assert worker.run(set_trust, **relation, PartnerCrossTenantHostUrl=partner) == []
    good = {name for name, is_good in seen if is_good}
    there: set[str] = set() if is_source else {START, COMPATIBILITY}
    assert good >= {each.name for each in CMDLETS} - there - {STOP, UPLOAD, READ_BACK}


def _check(told: dict[str, Any]) -> None:
    if told["ok"]:
        assert isinstance(told["output"], list)
        return
    error = told["error"]
    assert error["message"]
    for words in ("fault of", "(400)", "(500)"):
        assert words not in error["message"]
    assert error["type"].startswith(("System.", "Microsoft."))


def test_every_kind_has_values() -> None:
    kinds = {each.kind for cmdlet in CMDLETS for each in cmdlet.parameters}
    assert kinds == {*_GOOD, Kind.WORD}
