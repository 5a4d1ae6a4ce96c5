"""Batches, windows, and the two nights on which a clock jumps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import plan
from app.errors import PlanError
from app.model import Mapping, Window

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
ZONES = [
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return at(text).replace(tzinfo=UTC)


def to_utc(local: datetime, zone: str, fold: int | None = None) -> datetime | PlanError:
    try:
        return plan.to_utc(local, zone, fold=fold)
    except PlanError as error:
        return error


def row(number: int, batch: str) -> Mapping:
    return Mapping(number, f"user{number}@old.com", f"user{number}@new.com", batch=batch)


def test_an_ordinary_hour_has_one_utc_time() -> None:
    assert plan.to_utc(at("2026-12-05T18:00"), BERLIN) == utc("2026-12-05T17:00")
    assert plan.to_utc(at("2026-07-05T18:00"), BERLIN) == utc("2026-07-05T16:00")
    assert plan.to_utc(at("2026-12-05T18:00"), "UTC") == utc("2026-12-05T18:00")


@pytest.mark.parametrize(
    ("zone", "local", "following", "following_utc"),
    [
        (BERLIN, "2027-03-28T02:30", "2027-03-28 03:00", "2027-03-28 01:00"),
        (BERLIN, "2027-03-28T02:00", "2027-03-28 03:00", "2027-03-28 01:00"),
        ("America/New_York", "2027-03-14T02:59", "2027-03-14 03:00", "2027-03-14 07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04 02:30", "2026-10-03 15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-31 00:00", "2011-12-30 10:00"),
    ],
)
def test_an_hour_that_does_not_exist_is_refused_with_the_next_that_does(
    zone: str, local: str, following: str, following_utc: str
) -> None:
    with pytest.raises(PlanError) as caught:
        plan.to_utc(at(local), zone)
    assert caught.value.code == "HOUR_DOES_NOT_EXIST"
    assert following in caught.value.remedy
    assert f"{following_utc} UTC" in caught.value.remedy
    assert plan.to_utc(at(following), zone) == utc(following_utc)


def test_the_edges_of_the_missing_hour_exist() -> None:
    assert plan.to_utc(at("2027-03-28T01:59:59"), BERLIN) == utc("2027-03-28T00:59:59")
    assert plan.to_utc(at("2027-03-28T03:00"), BERLIN) == utc("2027-03-28T01:00")


def test_saying_which_does_not_make_a_missing_hour_exist() -> None:
    for fold in (0, 1):
        with pytest.raises(PlanError) as caught:
            plan.to_utc(at("2027-03-28T02:30"), BERLIN, fold=fold)
        assert caught.value.code == "HOUR_DOES_NOT_EXIST"


def test_an_hour_that_comes_twice_is_asked_about() -> None:
    with pytest.raises(PlanError) as caught:
        plan.parse_time("2026-10-25 02:30", BERLIN)
    error = caught.value
    assert error.code == "HOUR_TWICE"
    assert "2026-10-25 00:30 UTC" in error.detail
    assert "2026-10-25 01:30 UTC" in error.detail
    assert "2026-10-25T02:30+02:00 is the first" in error.remedy
    assert "2026-10-25T02:30+01:00 the second" in error.remedy


def test_the_answer_to_which_hour_is_followed() -> None:
    assert plan.parse_time("2026-10-25 02:30", BERLIN, fold=0) == utc("2026-10-25T00:30")
    assert plan.parse_time("2026-10-25 02:30", BERLIN, fold=1) == utc("2026-10-25T01:30")
    assert plan.parse_time("2026-10-25T02:30+02:00", BERLIN) == utc("2026-10-25T00:30")
    assert plan.parse_time("2026-10-25T02:30+01:00", BERLIN) == utc("2026-10-25T01:30")


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-05 18:00",
        " 2026-12-05T18:00 ",
        "2026-12-05 18:00:00",
        "2026-12-05T17:00Z",
        "2026-12-05 17:00 UTC",
        "2026-12-05T18:00+01:00",
        "2026-12-05T18:00+0100",
        "2026-12-05 12:00-05",
    ],
)
def test_the_ways_to_write_a_time(text: str) -> None:
    parsed = plan.parse_time(text, BERLIN)
    assert parsed == utc("2026-12-05T17:00")
    assert parsed.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-12-05",
        "18:00",
        "05.12.2026 18:00",
        "2026-02-30 18:00",
        "2026-12-05 25:00",
        "2026-12-05 18:00+25:00",
        "0001-01-01 00:00+10:00",
        "2026-12-05 18:00 CET",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan.parse_time(text, BERLIN)
    assert caught.value.code == "BAD_TIME"
    assert "2026-12-05 18:00" in caught.value.remedy


@pytest.mark.parametrize(
    ("zone", "near"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin or UTC"),
        ("../../etc/passwd", "Europe/Berlin or UTC"),
        ("", "Europe/Berlin or UTC"),
    ],
)
def test_an_unknown_zone_is_refused_with_names_that_are_near(zone: str, near: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan.parse_time("2026-12-05 18:00", zone)
    assert caught.value.code == "UNKNOWN_ZONE"
    assert near in caught.value.remedy


@given(
    st.datetimes(at("1990-01-01"), at("2037-12-30")),
    st.sampled_from(ZONES),
    st.sampled_from([0, 1]),
)
def test_local_times_go_to_utc_and_back(local: datetime, zone: str, fold: int) -> None:
    answer = to_utc(local, zone, fold)
    if isinstance(answer, PlanError):
        assert answer.code == "HOUR_DOES_NOT_EXIST"
    else:
        assert answer.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


@given(st.datetimes(at("1990-01-01"), at("2037-12-30")), st.sampled_from(ZONES))
def test_every_moment_can_be_reached_from_its_local_time(moment: datetime, zone: str) -> None:
    moment = moment.replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(zone))
    assert plan.to_utc(local.replace(tzinfo=None), zone, fold=local.fold) == moment


@given(st.datetimes(), st.text(max_size=20) | st.sampled_from(ZONES))
def test_any_time_and_zone_is_answered_or_refused_in_words(local: datetime, zone: str) -> None:
    answer = to_utc(local, zone)
    if isinstance(answer, PlanError):
        assert answer.title
        assert answer.remedy
    else:
        assert answer.tzinfo is UTC


def test_a_reading_with_a_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        plan.to_utc(NOW, BERLIN)


def test_a_window_keeps_utc_and_the_zone() -> None:
    begin = at("2026-12-05T18:00+01:00")
    end = begin + timedelta(hours=6)
    window = plan.make_window(begin, end, BERLIN, NOW)
    assert window == Window(utc("2026-12-05T17:00"), utc("2026-12-05T23:00"), BERLIN)
    assert window.begin_utc is not None
    assert window.begin_utc.utcoffset() == timedelta(0)
    assert plan.make_window(None, None, "UTC", NOW) == Window()
    assert plan.make_window(NOW, None, "UTC", NOW).begin_utc == NOW


@pytest.mark.parametrize(
    ("begin", "end", "code"),
    [
        (-1, None, "BEGIN_IN_PAST"),
        (-2, -1, "BEGIN_IN_PAST"),
        (None, -1, "END_IN_PAST"),
        (None, 0, "END_IN_PAST"),
        (2, 1, "END_BEFORE_BEGIN"),
        (1, 1, "END_BEFORE_BEGIN"),
    ],
)
def test_a_window_that_cannot_be_is_refused(begin: int | None, end: int | None, code: str) -> None:
    def moment(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOW + timedelta(minutes=minutes)

    with pytest.raises(PlanError) as caught:
        plan.make_window(moment(begin), moment(end), BERLIN, NOW)
    assert caught.value.code == code
    assert BERLIN in caught.value.detail
    assert "…" not in caught.value.detail + caught.value.remedy


@pytest.mark.parametrize(
    ("begin", "latest", "code"),
    [(None, 0, "LATEST_IN_PAST"), (2, 1, "LATEST_BEFORE_BEGIN"), (1, 1, "LATEST_BEFORE_BEGIN")],
)
def test_a_latest_start_that_cannot_be_is_refused(
    begin: int | None, latest: int, code: str
) -> None:
    first = None if begin is None else NOW + timedelta(minutes=begin)
    with pytest.raises(PlanError) as caught:
        plan.make_window(first, None, BERLIN, NOW, NOW + timedelta(minutes=latest))
    assert caught.value.code == code
    assert "…" not in caught.value.detail + caught.value.remedy


def test_a_latest_start_is_no_end() -> None:
    latest = at("2026-12-05T18:00+01:00")
    window = plan.make_window(None, None, BERLIN, NOW, latest)
    assert (window.latest_utc, window.end_utc) == (utc("2026-12-05T17:00"), None)


def test_both_times_are_shown_with_their_zones() -> None:
    assert plan.both_times(utc("2026-12-05T17:00"), BERLIN) == (
        "2026-12-05 18:00 Europe/Berlin",
        "2026-12-05 17:00 UTC",
    )


def test_the_hour_that_comes_twice_is_shown_with_its_offset() -> None:
    first, second = (
        plan.both_times(utc(text), BERLIN)[0] for text in ("2026-10-25T00:30", "2026-10-25T01:30")
    )
    assert first == "2026-10-25 02:30 (+02:00) Europe/Berlin"
    assert second == "2026-10-25 02:30 (+01:00) Europe/Berlin"


def test_batches_by_size_keep_the_order() -> None:
    keys = tuple(f"user{number}" for number in range(5))
    batches = plan.by_size(keys, 2, Window(zone=BERLIN))
    assert [batch.name for batch in batches] == ["Batch 1", "Batch 2", "Batch 3"]
    assert [batch.keys for batch in batches] == [keys[:2], keys[2:4], keys[4:]]
    assert {batch.window.zone for batch in batches} == {BERLIN}
    assert plan.by_size((), 10, Window()) == ()
    assert len(plan.by_size(keys, plan.QUEUE_LIMIT, Window())) == 1


@pytest.mark.parametrize("size", [0, -1, 4001])
def test_a_batch_size_beyond_the_queue_is_refused(size: int) -> None:
    with pytest.raises(PlanError) as caught:
        plan.by_size(("a",), size, Window())
    assert caught.value.code == "BATCH_SIZE"
    assert "4,000" in caught.value.remedy


def test_nobody_is_in_two_batches() -> None:
    assert [batch.keys for batch in plan.by_size(("a", "b", "a"), 2, Window())] == [("a", "b")]
    twice = [row(1, "Wave 1"), row(1, "Wave 2")]
    assert [batch.name for batch in plan.by_column(twice, Window())] == ["Wave 1"]


def test_the_workbooks_batches_keep_their_order_and_nameless_rows_come_last() -> None:
    rows = [row(1, ""), row(2, "Wave 2"), row(3, "Wave 1"), row(4, " wave  2 "), row(5, "")]
    batches = plan.by_column(rows, Window(zone=BERLIN))
    assert [batch.name for batch in batches] == ["Wave 2", "Wave 1", "(no batch)"]
    assert batches[0].keys == (rows[1].key, rows[3].key)
    assert batches[2].keys == (rows[0].key, rows[4].key)
    assert batches[2].window.zone == BERLIN
    assert plan.by_column((), Window()) == ()


def sized(number: int, gigabytes: float | None) -> Mapping:
    return replace(row(number, ""), size_gb=gigabytes)


def test_batches_by_volume_are_filled_in_order() -> None:
    rows = [sized(1, 40.0), sized(2, 50.0), sized(3, 20.0), sized(4, None), sized(5, 300.0)]
    batches = plan.by_volume([*rows, sized(6, 1.0)], 100.0, 4000, Window())
    assert [[key.split("@")[0] for key in batch.keys] for batch in batches] == [
        [rows[0].key.split("@")[0], rows[1].key.split("@")[0]],
        [rows[2].key.split("@")[0], rows[3].key.split("@")[0]],
        [rows[4].key.split("@")[0]],
        [sized(6, 1.0).key.split("@")[0]],
    ]
    assert [batch.name for batch in batches] == ["Batch 1", "Batch 2", "Batch 3", "Batch 4"]


def test_a_batch_by_volume_is_no_larger_than_asked_for() -> None:
    rows = [sized(number, 0.1) for number in range(5)]
    assert [len(batch.keys) for batch in plan.by_volume(rows, 100.0, 2, Window())] == [2, 2, 1]
    for most in (0.0, -1.0, float("nan")):
        with pytest.raises(PlanError) as caught:
            plan.by_volume(rows, most, 2, Window())
        assert caught.value.code == "BATCH_VOLUME"


def test_a_second_plan_goes_on_counting() -> None:
    assert plan.next_number([]) == 1
    assert plan.next_number(["Batch 2", "Wave 9", "Batch 11", "Batch x", ""]) == 12
    names = [batch.name for batch in plan.by_size(("a", "b"), 1, Window(), first=12)]
    assert names == ["Batch 12", "Batch 13"]


def test_a_pilot_goes_first() -> None:
    rows = [row(1, "Wave 1"), row(2, ""), row(3, "Pilot group"), row(4, "Wave 2")]
    names = [batch.name for batch in plan.by_column(rows, Window())]
    assert names == ["Pilot group", "Wave 1", "Wave 2", "(no batch)"]


def test_a_batch_beyond_the_queue_is_split() -> None:
    rows = [row(number, "Wave 1") for number in range(4001)] + [row(5000, "Wave 2")]
    batches = plan.by_column(rows, Window())
    names = ["Wave 1 (1 of 2)", "Wave 1 (2 of 2)", "Wave 2"]
    assert [batch.name for batch in batches] == names
    assert [len(batch.keys) for batch in batches] == [4000, 1, 1]


def test_a_pilot_goes_first_and_the_rest_follows_by_size_and_volume() -> None:
    rows = [Mapping(n, f"p{n}@c.com", f"p{n}@n.com", size_gb=10.0) for n in range(10)]
    cut = plan.cut([*rows, rows[0]], Window(), plan.BatchRule(size=5, pilot=2), first=3)
    assert [(batch.name, len(batch.keys)) for batch in cut] == [
        ("Batch 3", 2),
        ("Batch 4", 5),
        ("Batch 5", 3),
    ]
    assert [key for batch in cut for key in batch.keys] == [row.key for row in rows]
    by_volume = plan.cut(rows, Window(), plan.BatchRule(size=5, most_gb=20.0, pilot=1))
    assert [len(batch.keys) for batch in by_volume] == [1, 2, 2, 2, 2, 1]
    everybody = plan.cut(rows, Window(), plan.BatchRule(pilot=50))
    assert [len(batch.keys) for batch in everybody] == [10]
    assert plan.cut((), Window(), plan.BatchRule(pilot=2)) == ()


def test_the_workbooks_own_batches_go_before_any_other_rule() -> None:
    rows = [Mapping(n, f"p{n}@c.com", f"p{n}@n.com", batch=f"Wave {n % 2}") for n in range(4)]
    cut = plan.cut(rows, Window(), plan.BatchRule(size=1, pilot=1, by_column=True))
    assert [batch.name for batch in cut] == ["Wave 0", "Wave 1"]
