"""Bodies as the public pages show them: the good ones are taken, the bad ones are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from practice_process import TASKS
from wire import Wire, wired

SAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "contract_samples.json").read_text("utf-8")
)["samples"]
REQUESTS = [each for each in SAMPLES if "method" in each]


def named(sample: dict[str, Any]) -> str:
    return str(sample["name"])


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("samples") / "state.db") as running:
        yield running


def body_of(sample: dict[str, Any]) -> Any:
    """The body, its only item repeated where the sample asks for it."""
    body = sample["body"]
    if "repeat" in sample:
        (name,) = [key for key, value in body.items() if isinstance(value, list)]
        body = {**body, name: body[name] * sample["repeat"]}
    return body


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_the_published_schemas_judge_each_sample_rightly(
    wire: Wire, sample: dict[str, Any]
) -> None:
    assert wire.fits(sample["schema"], body_of(sample)) is sample["valid"]


@pytest.mark.parametrize("sample", REQUESTS, ids=named)
def test_the_service_judges_each_request_rightly(wire: Wire, sample: dict[str, Any]) -> None:
    token = wire.source if sample["side"] == "source" else wire.target
    reply = wire.call(sample["method"], sample["path"], body_of(sample), token=token)
    assert reply.status == (200 if sample["valid"] else 400), reply.text
    if sample["path"] == TASKS and sample["valid"]:
        wire.matches("answer.wholeTask", reply.json)
        sent = sample["body"]["parameters"]
        assert reply.json["parameters"].items() >= sent.items()


def test_each_kind_of_request_has_a_good_and_a_bad_sample() -> None:
    kinds = {each["schema"] for each in REQUESTS}
    assert len(kinds) == 4
    for kind in kinds:
        assert {each["valid"] for each in REQUESTS if each["schema"] == kind} == {True, False}
