"""The scenarios: their files are read strictly, and each makes happen what it says."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.practice import causes
from app.practice.engine import RESCHEDULED
from app.practice.faults import Fault
from app.practice.incidents import What
from app.practice.scenario import (
    OPEN,
    Scenario,
    ScenarioError,
    find_scenario,
    next_change,
    parse,
    scenarios,
)
from app.practice.store import Task
from practice_engine import DAY, HOUR, MINUTE, NOW, TAKEN_UP, World, request

NAMES = (
    "all-well",
    "half-the-licences-missing",
    "throttled-morning",
    "service-restart",
    "slow-queue",
    "the-night-the-clocks-change",
    "expired-sign-in",
    "a-bit-of-everything",
    "empty-identity-map",
    "trust-missing",
)
HEAD = 'title = "A"\ndescription = "B."\n'


def played(world: World, count: int, until: int) -> list[Task]:
    """So many moves asked for at once, and played to the end."""
    for number in range(count):
        world.make(NOW, request(f"p{number}@tailspin.com"))
    world.engine.advance(until)
    return world.store.tasks("ORDER BY seq")


def refusals(world: World, at: int, calls: int = 100) -> list[Fault]:
    found: list[Fault] = []
    for _ in range(calls):
        try:
            world.engine.refuse(at)
        except Fault as fault:
            found.append(fault)
    return found


def test_those_that_come_with_the_program() -> None:
    assert tuple(each.name for each in scenarios()) == NAMES
    for scenario in scenarios():
        assert scenario.title
        assert scenario.description.endswith(".")
        assert scenario.description.count(". ") == 0
        assert find_scenario(scenario.name) == scenario
    assert find_scenario("") is OPEN


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ScenarioError) as refused:
        find_scenario("thunderstorm")
    for name in (*NAMES, "thunderstorm"):
        assert name in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "mine.toml is no TOML"),
        ('title = "A"', "description"),
        ('title = 3\ndescription = "B."', "title"),
        (HEAD + "colour = 1", "colour: it is not known"),
        (HEAD + "[tenants]\nmood = 1", "tenants.mood"),
        (HEAD + "[tenants]\nsame_farm = 1", "tenants.same_farm"),
        (HEAD + '[tenants]\ntrust = "blind"', "tenants.trust"),
        (HEAD + '[tenants]\ncompatibility = "Perhaps"', "tenants.compatibility"),
        (HEAD + "tenants = 3", "tenants: a table is expected"),
        (HEAD + "[queue]\nslots = 0", "queue.slots"),
        (HEAD + "[queue]\nslots = 1.5", "queue.slots"),
        (HEAD + "[queue]\npace = -1", "queue.pace"),
        (HEAD + "[queue]\npace = nan", "queue.pace"),
        (HEAD + "[people]\non_hold = 1.1", "people.on_hold"),
        (HEAD + "[people]\non_hold = true", "people.on_hold"),
        (HEAD + "[people]\ntall = 0.1", "people.tall"),
        (HEAD + "[incidents]\nwhat = 1", "incidents: a list of tables"),
        (HEAD + "[[incidents]]\nat_minute = 1", "incidents[0].what: it is missing"),
        (HEAD + '[[incidents]]\nwhat = "rain"', "incidents[0].what"),
        (HEAD + '[[incidents]]\nwhat = "restart"\nwhen = 1', "incidents[0].when"),
        (HEAD + '[[incidents]]\nwhat = "restart"\nat_change = true', "clock.zone"),
        (HEAD + '[clock]\nzone = "Europe/Atlantis"', "clock.zone: There is no time zone"),
        (HEAD + '[clock]\nzone = "UTC"', "clock.zone: The clocks of UTC do not change"),
        (HEAD + '[clock]\nzone = "../../etc/passwd"', "clock.zone"),
        (HEAD + "[clock]\ntick = 1", "clock.tick"),
    ],
)
def test_a_wrong_file_is_refused_by_file_and_key(text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse("mine", "mine.toml", text)
    assert "mine.toml" in str(refused.value)
    assert words in str(refused.value)


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(HEAD + "[queue]\nslots = 3\nlimit = 9", "utf-8")
    scenario = find_scenario(str(file))
    assert (scenario.queue.slots, scenario.queue.limit, scenario.title) == (3, 9, "A")
    with pytest.raises(ScenarioError, match="cannot be read"):
        find_scenario(str(tmp_path / "none.toml"))


def test_all_well(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("all-well"))) as world:
        tasks = played(world, 40, NOW + DAY)
        assert {task.status for task in tasks} == {"completed"}
        assert refusals(world, NOW + HOUR) == []


def test_half_the_licences_missing(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("half-the-licences-missing"))) as world:
        tasks = played(world, 100, NOW + DAY)
        counts = Counter(task.error_code for task in tasks)
        assert counts.keys() == {"", causes.NOT_LICENSED.code}
        assert 35 < counts[""] < 65


def test_a_throttled_morning(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("throttled-morning"))) as world:
        assert refusals(world, NOW) == []  # nothing was asked for yet
        world.make(NOW, request())
        refused = refusals(world, NOW + HOUR)
        assert 40 < len(refused) < 80
        assert {fault.status for fault in refused} == {429}
        assert {fault.headers["Retry-After"] for fault in refused} == {"1.128"}
        assert refusals(world, NOW + 3 * HOUR) == []


def test_a_service_restart(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("service-restart"), slots=10)) as world:
        tasks = played(world, 30, NOW + 20 * MINUTE)
        again = [task for task in tasks if task.stage == RESCHEDULED]
        assert again
        assert all(task.status == "notStarted" for task in again)
        with pytest.raises(Fault) as refused:
            world.engine.cancel(NOW + 20 * MINUTE, again[0].id)
        assert refused.value.status == 409
        assert {fault.status for fault in refusals(world, NOW + 21 * MINUTE)} == {503}
        with pytest.raises(Fault, match="another move job"):
            world.engine.create(NOW + 21 * MINUTE, request(again[0].source_upn))
        world.engine.advance(NOW + 35 * MINUTE - 1)
        assert len([t for t in world.store.tasks("") if t.stage == RESCHEDULED]) == len(again)
        world.engine.advance(NOW + 35 * MINUTE)
        assert world.engine.running == world.engine.slots
        assert refusals(world, NOW + 35 * MINUTE) == []
        world.engine.advance(NOW + 2 * DAY)
        assert {task.status for task in world.store.tasks("")} == {"completed"}


def test_a_rescheduled_move_has_met_its_latest_start(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("service-restart"))) as world:
        tasks = [
            world.make(NOW, request(f"p{n}@tailspin.com", latest=TAKEN_UP + MINUTE))
            for n in range(20)
        ]
        ends = [world.engine.by_id(NOW + DAY, task.id) for task in tasks]
        assert {task.status for task in ends} == {"completed"}
        assert any((task.started or 0) > TAKEN_UP + MINUTE for task in ends)


def test_a_slow_queue(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("slow-queue"))) as world:
        tasks = played(world, 12, NOW + 5 * DAY)
        usual = world.directory.person(tasks[0].source_upn).move_ms
        assert tasks[0].duration == 3 * usual
        starts = sorted(task.started or 0 for task in tasks)
        assert starts[:5].count(TAKEN_UP) == 4
        held = range(NOW + 90 * MINUTE, NOW + 150 * MINUTE)
        assert not any(start in held for start in starts)
        assert any(start >= held.stop for start in starts)


def test_the_night_the_clocks_change(tmp_path: Path) -> None:
    scenario = find_scenario("the-night-the-clocks-change")
    change = scenario.change_ms(NOW)
    assert change is not None
    assert datetime.fromtimestamp(change / 1000, UTC) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert scenario.first_ms(NOW) == change - DAY
    assert scenario.first_ms(change - HOUR) == change - HOUR  # time does not run backwards
    with closing(World(tmp_path, scenario)) as world:
        begin = change + 30 * MINUTE
        held = world.make(change - HOUR, request(begin=begin))
        before = world.make(change - HOUR, request("bo@tailspin.com"))
        assert world.engine.by_id(change + DAY, held.id).started == change + HOUR
        assert world.engine.by_id(change + DAY, before.id).started == change - 59 * MINUTE


def test_an_expired_sign_in(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("expired-sign-in"))) as world:
        task = world.make(NOW, request())
        assert refusals(world, NOW + 29 * MINUTE) == []
        refused = refusals(world, NOW + 31 * MINUTE)
        assert len(refused) == 100
        assert refused[0].status == 401
        assert "expired" in refused[0].message
        assert refusals(world, NOW + 90 * MINUTE) == []
        assert world.engine.by_id(NOW + DAY, task.id).status == "completed"


def test_a_bit_of_everything(tmp_path: Path) -> None:
    with closing(World(tmp_path, find_scenario("a-bit-of-everything"))) as world:
        ends: Counter[str] = Counter()
        for number in range(400):
            try:
                world.make(NOW, request(f"p{number}@tailspin.com"))
            except Fault as fault:
                ends[fault.code] += 1
        world.engine.advance(NOW + 5 * DAY)
        ends.update(task.error_code for task in world.store.tasks(""))
        assert ends.keys() - {""} == {
            causes.NO_DRIVE.code,
            causes.JOB_FAILED.code,
            causes.LOCKED_READ_ONLY.code,
            causes.LOCKED_NO_ACCESS.code,
            causes.OTHER_OWNER.code,
            causes.PATH_TOO_LONG.code,
            causes.TARGET_PEOPLE_INSIDE.code,
            causes.NO_TARGET_USER.code,
            causes.TARGET_NOT_ENABLED.code,
            causes.TARGET_CONFLICT.code,
        }
        assert ends[""] > 200


def test_jobs_that_are_not_created(tmp_path: Path) -> None:
    text = HEAD + '[[incidents]]\nwhat = "jobs not created"\nlasts_minutes = 30\nshare = 0.5'
    with closing(World(tmp_path, parse("x", "x.toml", text))) as world:
        tasks = played(world, 60, NOW + DAY)
        failed = [task for task in tasks if task.status == "failed"]
        assert 10 < len(failed) < 50
        assert {task.error_code for task in failed} == {causes.JOB_NOT_CREATED.code}
        assert all(task.started is None for task in failed)
        again = world.make(NOW + DAY, request(failed[0].source_upn))
        assert world.engine.by_id(NOW + 2 * DAY, again.id).status == "completed"


def test_another_scenario_begins_with_the_next_move(tmp_path: Path) -> None:
    throttled = find_scenario("throttled-morning")
    with closing(World(tmp_path, throttled)) as world:
        world.make(NOW, request())
    again = replace(throttled, name="again")
    with closing(World(tmp_path, again)) as world:
        assert refusals(world, NOW + MINUTE) == []
        world.make(NOW + DAY, request("bo@tailspin.com"))
        assert refusals(world, NOW + DAY + MINUTE)
    with closing(World(tmp_path, again)) as world:
        # A restart with the same one changes nothing.
        assert refusals(world, NOW + DAY + MINUTE)
        assert refusals(world, NOW + DAY + 4 * HOUR) == []


@pytest.mark.parametrize(
    ("zone", "after", "change"),
    [
        ("Europe/Berlin", "2026-11-23T00:00Z", "2027-03-28T01:00Z"),
        ("Europe/Berlin", "2026-07-01T00:00Z", "2026-10-25T01:00Z"),
        ("Europe/Berlin", "2026-10-25T00:59Z", "2026-10-25T01:00Z"),
        ("Europe/Berlin", "2026-10-25T01:00Z", "2027-03-28T01:00Z"),
        ("America/New_York", "2027-01-01T00:00Z", "2027-03-14T07:00Z"),
        ("Australia/Lord_Howe", "2027-06-01T00:00Z", "2027-10-02T15:30Z"),
    ],
)
def test_when_the_clocks_change(zone: str, after: str, change: str) -> None:
    assert next_change(zone, datetime.fromisoformat(after)) == datetime.fromisoformat(change)


def test_every_kind_of_incident_is_told_in_a_file() -> None:
    told = {incident.what for scenario in scenarios() for incident in scenario.incidents}
    assert told == set(What) - {What.JOBS_NOT_CREATED}
    assert isinstance(scenarios()[0], Scenario)
