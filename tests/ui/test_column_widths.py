"""The columns take the room that their content needs, and no more than there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.events import MovesChanged
from app.model import MoveStatus, Window
from fake_project import NOW, QUIET, move, opened, people, shown_window
from ui.rows import Column
from ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore(QUIET)

LONG = "maximiliana-theodora.schwarzenberger-leutheusser"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window, _ = shown_window(qtbot, tmp_path)
    window.resize(1280, 680)
    return window


def widths(window: MainWindow) -> list[int]:
    window.table.widths.fit()
    return [window.table.columnWidth(column) for column in Column]


def test_long_names_leave_no_column_out_of_sight(window: MainWindow) -> None:
    rows = [
        replace(row, source_upn=f"{LONG}{row.row}@contoso.com", batch="Wave 1: " + LONG)
        for row in people(300)
    ]
    window.take([opened(rows)])
    found = widths(window)
    assert sum(found) <= window.table.viewport().width()
    assert found[Column.SOURCE] > found[Column.TARGET] > found[Column.ROW]
    assert found[Column.REMEDY] > 100
    assert window.width() == 1280


def test_a_long_file_name_does_not_widen_the_window(window: MainWindow) -> None:
    window.take([opened(path=Path("A very long name " * 12 + ".xlsx"))])
    assert window.minimumSizeHint().width() <= 1264
    assert window.width() == 1280


def test_times_have_a_column_when_there_are_some(window: MainWindow) -> None:
    window.take([opened()])
    rows = [row.mapping for row in window.model.rows]
    hidden = window.table.isColumnHidden
    assert widths(window)
    assert (hidden(Column.UPDATED), hidden(Column.BEGIN)) == (True, True)
    window.take([MovesChanged((move(rows[0], MoveStatus.IN_PROGRESS),))])
    widths(window)
    assert (hidden(Column.UPDATED), hidden(Column.BEGIN)) == (False, True)
    begin = Window(NOW + timedelta(days=1), None, "UTC")
    window.take([MovesChanged((move(rows[1], MoveStatus.SCHEDULED, window=begin),))])
    widths(window)
    assert not hidden(Column.BEGIN)


def test_what_was_set_by_hand_stays_until_it_is_fitted_anew(window: MainWindow) -> None:
    window.take([opened()])
    before = widths(window)
    window.table.horizontalHeader().resizeSection(Column.SOURCE, 77)
    assert window.table.widths.by_hand
    assert widths(window)[Column.SOURCE] == 77
    window.keep_states()
    window.commands.fit.trigger()
    assert widths(window) == before
