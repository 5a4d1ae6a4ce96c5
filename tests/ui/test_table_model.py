"""The table model: sort, filter, counts, and one signal for a batch of events."""

from __future__ import annotations

import random
import time
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.qtbot import QtBot

from app.events import CheckedRow
from app.model import Finding, Level, MoveStatus
from fake_project import checked, move, opened, people, with_faults
from ui.rows import Column, Group
from ui.table_model import MappingModel, RowRole

ASCENDING = Qt.SortOrder.AscendingOrder
DESCENDING = Qt.SortOrder.DescendingOrder


def sources(model: MappingModel) -> list[str]:
    return [str(model.index(row, Column.SOURCE).data()) for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules_through_all_changes(qtmodeltester: Any) -> None:
    model = MappingModel()
    rows = people(30)
    model.set_rows(opened(with_faults(rows)).rows)
    qtmodeltester.check(model)
    model.set_filter(Group.BLOCKED, "")
    model.sort(Column.TARGET, DESCENDING)
    model.apply_moves([move(rows[0], MoveStatus.SUCCESS)])
    model.refilter()
    model.forget()
    assert model.rowCount() == 0


def test_200_moves_are_told_in_one_signal(qtbot: QtBot) -> None:
    rows = people(300)
    model = MappingModel()
    model.set_rows(checked(rows))
    told: list[tuple[QModelIndex, QModelIndex, list[int]]] = []
    model.dataChanged.connect(lambda first, last, roles: told.append((first, last, roles)))
    model.apply_moves([move(row, MoveStatus.IN_PROGRESS) for row in rows[50:250]])
    assert len(told) == 1
    first, last, roles = told[0]
    assert (first.row(), last.row()) == (50, 249)
    assert (first.column(), last.column()) == (Column.STATUS, Column.BEGIN)
    assert Qt.ItemDataRole.DisplayRole in roles
    assert model.index(60, Column.STATUS).data() == "In progress"


def test_100000_rows_sort_and_filter_right_and_fast() -> None:
    rows = people(100_000)
    random.Random(7).shuffle(rows)
    model = MappingModel()
    model.set_rows(checked(rows))
    begin = time.perf_counter()
    model.sort(Column.SOURCE, ASCENDING)
    sort_seconds = time.perf_counter() - begin
    expected = sorted(row.source_upn for row in rows)
    assert [rows[number].source_upn for number in model.shown] == expected
    begin = time.perf_counter()
    model.set_filter(Group.READY, "anna source:kowalski99")
    filter_seconds = time.perf_counter() - begin
    wanted = sorted(row.source_upn for row in rows if "anna.kowalski99" in row.source_upn)
    assert len(wanted) > 10
    assert sources(model) == wanted
    # Generous: the promise is that neither takes seconds.
    assert sort_seconds < 3
    assert filter_seconds < 3


def test_rows_sort_by_number_and_by_severity_not_by_text() -> None:
    rows = people(12)
    model = MappingModel()
    found = (
        CheckedRow(rows[0]),
        CheckedRow(rows[1], (Finding(Level.WARN, "X"),)),
        CheckedRow(rows[2], (Finding(Level.BLOCK, "Y"),)),
        *checked(rows[3:]),
    )
    model.set_rows(found)
    model.sort(Column.ROW, DESCENDING)
    assert [model.index(row, 0).data() for row in (0, 3, 11)] == ["13", "10", "2"]
    model.sort(Column.CHECK, ASCENDING)
    words = [model.index(row, Column.CHECK).data() for row in range(3)]
    assert words == ["BLOCK", "WARN", "PASS"]


def test_a_persistent_index_follows_its_row_through_a_sort() -> None:
    model = MappingModel()
    model.set_rows(checked(people(20)))
    index = QPersistentModelIndex(model.index(3, Column.SOURCE))
    before = index.data()
    model.sort(Column.SOURCE, DESCENDING)
    assert index.data() == before
    assert index.row() != 3


def test_counts_follow_the_moves() -> None:
    rows = with_faults(people(20))
    model = MappingModel()
    model.set_rows(opened(rows).rows)
    ready = model.group_counts[Group.READY]
    assert model.group_counts[Group.ALL] == 20
    assert model.group_counts[Group.BLOCKED] == 8
    model.apply_moves(
        [
            move(rows[0], MoveStatus.SUCCESS),
            move(rows[1], MoveStatus.FAILED),
            move(rows[3], MoveStatus.SCHEDULED),
        ]
    )
    counts = model.group_counts
    assert counts[Group.READY] == ready - 3
    assert (counts[Group.DONE], counts[Group.FAILED], counts[Group.RUNNING]) == (1, 1, 1)
    assert model.status_counts[MoveStatus.FAILED] == 1
    model.apply_moves([move(rows[3], MoveStatus.STOPPED)])
    assert model.status_counts[MoveStatus.SCHEDULED] == 0
    assert model.group_counts[Group.FAILED] == 2


def test_moves_that_come_before_the_workbook_are_not_lost() -> None:
    rows = people(5)
    model = MappingModel()
    model.apply_moves([move(rows[2], MoveStatus.SUCCESS)])
    model.set_rows(checked(rows))
    assert model.index(2, Column.STATUS).data() == "Moved"
    assert model.group_counts[Group.DONE] == 1
    model.forget()
    model.set_rows(checked(rows))
    assert model.group_counts[Group.DONE] == 0


def test_a_ready_move_does_not_hide_what_blocks_its_row() -> None:
    rows = with_faults(people(20))
    model = MappingModel()
    model.set_rows(opened(rows).rows)
    model.apply_moves([move(rows[9], MoveStatus.READY)])
    assert model.index(9, Column.STATUS).data() == "Cannot start"
    assert not model.rows[9].startable


def test_an_unknown_word_of_the_service_is_shown_as_it_came() -> None:
    rows = people(3)
    model = MappingModel()
    model.set_rows(checked(rows))
    model.apply_moves([move(rows[1], MoveStatus.UNKNOWN, service_state="purgatory")])
    assert model.index(1, Column.STATUS).data() == "purgatory"
    assert model.group_counts[Group.ATTENTION] == 1
    assert model.group_counts[Group.DONE] == 0


def test_a_filter_gone_stale_is_told_and_put_right() -> None:
    rows = people(6)
    model = MappingModel()
    model.set_rows(checked(rows))
    model.set_filter(Group.READY, "")
    model.apply_moves([move(rows[0], MoveStatus.SUCCESS)])
    assert model.stale
    assert model.rowCount() == 6
    model.refilter()
    assert model.rowCount() == 5
    assert not model.stale


def test_hidden_characters_are_visible_and_the_row_object_is_there() -> None:
    model = MappingModel()
    model.set_rows(opened(with_faults(people(20))).rows)
    index = model.index(2, Column.TARGET)
    assert index.data() == "carla.rossi@northwind.com‹NBSP›"
    assert index.data(RowRole).mapping.row == 4
    assert "Target" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert model.index(5, Column.SOURCE).data() == "␣␣farid.haddad@contoso.com"
