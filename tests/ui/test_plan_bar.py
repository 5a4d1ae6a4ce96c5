"""The plan bar: what is asked for, and what cannot be is said beside the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from app.errors import PlanError
from app.model import Window
from app.plan import BatchRule
from fake_project import NOW, QUIET, FakeClock, connected
from ui import strings_latest
from ui.plan_asked import Choices, PlanAsked
from ui.plan_bar import PlanBar

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def bar(qtbot: QtBot) -> PlanBar:
    bar = PlanBar(FakeClock(), "Europe/Berlin")
    qtbot.addWidget(bar)
    bar.set_service(connected().capabilities)
    bar.set_choices(
        Choices(
            ready=tuple("abcde"),
            selected=("a", "b"),
            batches={"Wave 1": ("a", "c"), "Wave 2": ("b",)},
            batch_column="Batch",
        )
    )
    bar.show()
    return bar


def set_begin(
    bar: PlanBar, year: int, month: int, day: int, hour: int = 0, minute: int = 0
) -> None:
    bar.begin.mode.setCurrentIndex(1)
    time = datetime(year, month, day, hour, minute, tzinfo=UTC)
    bar.begin.set_local(time.replace(tzinfo=None))


def test_as_soon_as_possible_is_the_first_choice(bar: PlanBar) -> None:
    asked = bar.asked()
    assert asked.keys == tuple("abcde")
    assert asked.window.begin_utc is None
    assert not bar.message.text()


def test_utc_stands_beside_the_local_time(bar: PlanBar) -> None:
    set_begin(bar, 2026, 12, 5, 18, 0)
    assert "2026-12-05 17:00 UTC" in bar.begin.utc.text()
    assert bar.asked().window.begin_utc == datetime(2026, 12, 5, 17, 0, tzinfo=UTC)
    bar.zone.setCurrentText("America/New_York")
    assert "2026-12-05 23:00 UTC" in bar.begin.utc.text()


def test_the_past_is_refused_beside_the_field(bar: PlanBar) -> None:
    set_begin(bar, 2026, 1, 5, 18, 0)
    assert bar.message.text()
    assert not bar.start_button.isEnabled()
    with pytest.raises(PlanError):
        bar.asked()
    bar.begin.mode.setCurrentIndex(0)
    assert bar.start_button.isEnabled()


def test_an_hour_that_does_not_exist_is_refused(bar: PlanBar) -> None:
    set_begin(bar, 2027, 3, 28, 2, 30)
    assert "2027-03-28 02:30" in bar.message.text()
    assert not bar.start_button.isEnabled()
    assert not bar.begin.fold.isVisible()


def test_an_hour_that_comes_twice_is_asked_about(bar: PlanBar) -> None:
    set_begin(bar, 2027, 10, 31, 2, 30)
    assert not bar.start_button.isEnabled()
    assert bar.begin.fold.isVisible()
    bar.begin.fold.setCurrentIndex(1)
    assert bar.asked().window.begin_utc == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    bar.begin.fold.setCurrentIndex(2)
    assert bar.asked().window.begin_utc == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert bar.start_button.isEnabled()
    bar.zone.setCurrentText("Europe/Paris")
    assert bar.begin.fold.currentIndex() == 0
    assert not bar.start_button.isEnabled()


def test_a_latest_start_is_asked_for_only_where_the_service_takes_one(bar: PlanBar) -> None:
    assert not bar.latest.isVisible()
    bar.set_service(replace(connected().capabilities, takes_latest_start=True))
    assert bar.latest.isVisible()
    bar.latest.mode.setCurrentIndex(1)
    bar.latest.set_local(datetime(2026, 12, 6, 6, 0, tzinfo=UTC).replace(tzinfo=None))
    assert bar.asked().window == Window(
        None, None, "Europe/Berlin", datetime(2026, 12, 6, 5, 0, tzinfo=UTC)
    )
    assert "2026-12-06 05:00 UTC" in bar.latest.utc.text()
    # It is never called an end: what it does is said beside the button.
    assert bar.message.text() == strings_latest.NOTE
    set_begin(bar, 2026, 12, 6, 7, 0)
    assert not bar.start_button.isEnabled()
    bar.set_service(connected().capabilities)
    assert bar.asked().window.latest_utc is None


def test_an_unknown_zone_is_refused_and_not_shown_to_others(bar: PlanBar, qtbot: QtBot) -> None:
    told: list[str] = []
    bar.zone_changed.connect(told.append)
    bar.zone.setCurrentText("Mars/Olympus")
    assert "Mars/Olympus" in bar.message.text()
    assert told == []


def test_an_end_is_called_a_note_where_the_service_takes_none(bar: PlanBar) -> None:
    bar.end.mode.setCurrentIndex(1)
    assert "note" in bar.message.text()
    bar.set_service(connected(keeps_end=True).capabilities)
    assert not bar.message.text()


def test_batches_of_the_workbook(bar: PlanBar) -> None:
    bar.who.setCurrentIndex(2)
    asked = bar.asked()
    assert (asked.keys, asked.rule.by_column) == (("a", "c", "b"), True)
    assert asked.left_out == 2
    assert not bar.batches.people.isEnabled()
    bar.batch.setCurrentIndex(2)
    assert bar.asked().keys == ("b",)
    bar.set_choices(Choices(ready=("a",)))
    assert not bar.asked().rule.by_column


def test_the_size_of_a_batch_is_bounded_by_the_service(bar: PlanBar) -> None:
    bar.batches.people.setValue(9_999)
    assert bar.batches.people.value() == 4_000
    bar.set_service(connected(queue_limit=50).capabilities)
    assert bar.batches.people.value() == 50
    bar.batches.people.setValue(2)
    assert bar.asked().rule == BatchRule(size=2)
    assert "Keep the program open" in bar.message.text()


def test_without_a_service_nothing_starts(bar: PlanBar) -> None:
    told: list[PlanAsked] = []
    bar.start_asked.connect(told.append)
    bar.set_service(None)
    bar.ask_start()
    assert told == []
    bar.set_service(connected().capabilities)
    bar.ask_start()
    assert [asked.keys for asked in told] == [tuple("abcde")]


def test_the_proposed_times_lie_ahead(bar: PlanBar) -> None:
    bar.begin.mode.setCurrentIndex(1)
    bar.end.mode.setCurrentIndex(1)
    window = bar.asked().window
    assert window.begin_utc is not None
    assert window.end_utc is not None
    assert NOW < window.begin_utc < window.end_utc


def test_a_pilot_a_volume_and_a_share_belong_to_the_plan(bar: PlanBar) -> None:
    told: list[float] = []
    bar.batches.share_changed.connect(told.append)
    bar.batches.show_share(0.8)
    bar.batches.pilot.setValue(2)
    bar.batches.volume.setValue(500)
    assert bar.asked().rule == BatchRule(100, 0.0, 2), "the workbook says no sizes"
    assert "while it runs" in bar.message.text()
    bar.set_choices(Choices(ready=tuple("abcde"), has_sizes=True))
    assert bar.batches.volume.isVisible()
    assert bar.asked().rule == BatchRule(100, 500.0, 2)
    assert bar.asked().share == 0.8
    assert told == []
    bar.batches.share.setValue(75)
    assert told == [0.75]
    set_begin(bar, 2026, 12, 5, 18, 0)
    assert "may be closed" in bar.message.text()


def test_the_next_evening_is_proposed_and_anew_when_it_has_passed(bar: PlanBar) -> None:
    assert bar.begin.local() == datetime(2026, 11, 23, 18, 0, tzinfo=UTC).replace(tzinfo=None)
    bar.set_now(lambda: NOW + timedelta(hours=2))
    assert bar.begin.local().day == 24
    bar.begin.mode.setCurrentIndex(1)
    bar.begin.mode.setCurrentIndex(0)
    later = NOW + timedelta(days=9)
    clock = [NOW]
    bar.set_now(lambda: clock[0])
    clock[0] = later
    bar.begin.mode.setCurrentIndex(1)
    begin = bar.asked().window.begin_utc
    assert begin is not None
    assert later < begin < later + timedelta(days=2)
    set_begin(bar, 2026, 12, 20, 18, 0)
    bar.end.mode.setCurrentIndex(1)
    assert bar.asked().window.end_utc == datetime(2026, 12, 21, 3, 0, tzinfo=UTC)


def test_what_is_wrong_is_told_in_sentences(bar: PlanBar) -> None:
    set_begin(bar, 2026, 1, 5, 18, 0)
    assert "past. The begin" in bar.message.text()
