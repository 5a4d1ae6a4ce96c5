"""The page on the practice tenants says what is so: its scenarios, its example, its words."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from app.practice.faults import Fault
from app.practice.incidents import What
from app.practice.mishaps import Mishaps
from app.practice.scenario import Queue, Tenants, parse, scenarios
from app.practice.trust import Arrangement, Compatibility
from practice_engine import MINUTE, NOW, World, request

PAGE = (Path(__file__).parents[3] / "docs" / "practice.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_every_scenario_is_in_its_table() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert listed == [each.name for each in scenarios()]


def test_its_example_can_be_played(tmp_path: Path) -> None:
    scenario = parse("mine", "mine.toml", EXAMPLE)
    assert scenario.queue.others == 500
    with closing(World(tmp_path, scenario)) as world, pytest.raises(Fault, match="relationship"):
        world.make(NOW, request())


def test_its_example_names_whatever_can_be_written() -> None:
    words = set(re.findall(r"\w+", EXAMPLE))
    for kind in (Tenants, Queue, Mishaps):
        assert words >= {each.name for each in fields(kind)}
    text = " ".join(re.sub(r"#|\n", " ", EXAMPLE).split())
    for word in (*Arrangement, *Compatibility, *What):
        assert str(word) in text


def test_others_take_their_places_in_the_queue(tmp_path: Path) -> None:
    text = 'title = "T"\ndescription = "D."\n[queue]\nlimit = 5\nothers = 3\nslots = 1'
    with closing(World(tmp_path, parse("x", "x.toml", text))) as world:
        for number in range(2):
            world.make(NOW, request(f"p{number}@tailspin.com"))
        with pytest.raises(Fault) as full:
            world.make(NOW, request("late@tailspin.com"))
        assert (full.value.status, full.value.message[:7]) == (429, "5 moves")
        # One has begun, and left its place.
        world.make(NOW + 2 * MINUTE, request("late@tailspin.com"))
