"""The table: the selection survives the filter, copying never makes a live formula."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHeaderView
from pytestqt.qtbot import QtBot

from app.model import Mapping, MoveStatus
from fake_project import QUIET, checked, move, opened, people, with_faults
from ui.rows import Column, Group
from ui.table_model import MappingModel
from ui.table_view import MappingTable

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def table_of(qtbot: QtBot, model: MappingModel) -> MappingTable:
    table = MappingTable(model)
    qtbot.addWidget(table)
    table.resize(1000, 400)
    table.show()
    return table


def test_a_selection_survives_the_filter(qtbot: QtBot) -> None:
    model = MappingModel()
    model.set_rows(checked(people(40)))
    table = table_of(qtbot, model)
    table.selectAll()
    table.set_filter(Group.ALL, "kowalski")
    assert model.rowCount() == 2
    assert len(table.selected_numbers()) == 40
    assert len(table.hidden_numbers) == 38
    table.set_filter(Group.ALL, "")
    assert len(table.selected_numbers()) == 40
    assert not table.hidden_numbers


def test_a_plain_click_selects_anew_also_what_is_hidden(qtbot: QtBot) -> None:
    model = MappingModel()
    model.set_rows(checked(people(40)))
    table = table_of(qtbot, model)
    table.selectAll()
    table.set_filter(Group.ALL, "kowalski")
    place = table.visualRect(model.index(1, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.selected_numbers() == {20}


def test_the_current_row_survives_reading_the_workbook_again(qtbot: QtBot) -> None:
    model = MappingModel()
    rows = people(10)
    model.set_rows(checked(rows))
    table = table_of(qtbot, model)
    table.show_row(4)
    again = [Mapping(1, "new@contoso.com", "new@northwind.com"), *rows]
    table.keep_through(lambda: model.set_rows(checked(again)))
    current = table.current()
    assert current is not None
    assert current.mapping == rows[4]
    assert table.selected_numbers() == {5}


def test_rows_have_a_fixed_height(qtbot: QtBot) -> None:
    table = table_of(qtbot, MappingModel())
    fixed = QHeaderView.ResizeMode.Fixed
    assert table.verticalHeader().sectionResizeMode(0) is fixed


def test_copied_rows_hold_no_live_formula(qtbot: QtBot) -> None:
    model = MappingModel()
    model.set_rows(checked([Mapping(2, "=HYPERLINK(1)", "@SUM(A1)\tb", batch="-1")]))
    table = table_of(qtbot, model)
    table.selectAll()
    header, line = table.selection_as_text().split("\n")
    assert header.startswith("Row\tSource\tTarget")
    cells = line.split("\t")
    assert len(cells) == len(header.split("\t"))
    assert cells[1] == "'=HYPERLINK(1)"
    assert cells[2] == "'@SUM(A1)‹TAB›b"
    assert cells[3] == "'-1"


def test_next_problem_goes_round(qtbot: QtBot) -> None:
    model = MappingModel()
    model.set_rows(opened(with_faults(people(20))).rows)
    table = table_of(qtbot, model)
    table.go_to_problem(1)
    first = table.current()
    assert first is not None
    assert first.mapping.row == 4
    table.go_to_problem(-1)
    last = table.current()
    assert last is not None
    assert last.mapping.row == 20
    table.go_to_problem(1)
    again = table.current()
    assert again is not None
    assert again.mapping.row == 4


def test_only_the_row_that_changed_looks_different(qtbot: QtBot) -> None:
    rows = people(40)
    model = MappingModel()
    model.set_rows(checked(rows))
    # A column that is empty takes no room before there are moves.
    model.apply_moves([move(rows[30], MoveStatus.WAITING)])
    table = table_of(qtbot, model)
    table.setVerticalScrollMode(MappingTable.ScrollMode.ScrollPerItem)
    qtbot.waitUntil(lambda: not table.isColumnHidden(Column.UPDATED))
    table.verticalScrollBar().setValue(5)
    before = lines_of(table)
    assert len(set(before)) > 20
    model.apply_moves([move(rows[8], MoveStatus.FAILED)])
    changed = differing(before, lines_of(table))
    top = table.rowViewportPosition(8)
    assert changed
    assert top <= changed[0] <= changed[-1] < top + table.rowHeight(8)
    before = lines_of(table)
    table.selectRow(6)
    changed = differing(before, lines_of(table))
    top = table.rowViewportPosition(6)
    assert changed == list(range(top, top + table.rowHeight(6)))


def differing(before: list[bytes], after: list[bytes]) -> list[int]:
    return [y for y, (was, now) in enumerate(zip(before, after, strict=True)) if was != now]


def lines_of(table: MappingTable) -> list[bytes]:
    """What the table shows, pixel row by pixel row."""
    picture = table.viewport().grab().toImage()
    width = picture.bytesPerLine()
    whole = bytes(picture.constBits())
    return [whole[y * width : (y + 1) * width] for y in range(picture.height())]
