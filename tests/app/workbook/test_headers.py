"""The columns are recognised from headers and values; in doubt they are suggested, never taken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workbook.headers import (
    Area,
    Layout,
    chosen,
    column_letter,
    column_names,
    find_layout,
    layout_with,
    probable_header,
    says_no,
)

PEOPLE = [["ana@contoso.com", "ana@northwind.com"], ["bo@contoso.com", "bo@northwind.com"]]


def found(*rows: list[str], merged: Sequence[Area] = ()) -> Layout:
    layout = find_layout(rows, merged)
    assert layout is not None
    return layout


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("SourceUPN", "TargetUPN"),
        ("source_upn", "TARGET-UPN"),
        ("Source User Principal Name", "Destination UserPrincipalName"),
        ("SourceUserUpn", "TargetUserUpn"),
        ("Source user", "Destination user"),
        (" Source\nUPN ", "Target\u00a0UPN"),
    ],
)
def test_headers_that_name_an_account_are_sure(source: str, target: str) -> None:
    layout = found([source, target], *PEOPLE)
    assert (layout.header_row, layout.source, layout.target) == (1, 0, 1)
    assert layout.is_sure


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("SourceEmail", "TargetEmail"),
        ("UserPrincipalName", "TargetUPN"),
        ("Mail", "TargetUPN"),
        ("Alt", "Neu"),
        ("Old account", "New account"),
    ],
)
def test_headers_that_may_mean_something_else_are_suggested_only(source: str, target: str) -> None:
    layout = found([source, target], *PEOPLE)
    assert (layout.header_row, layout.source, layout.target) == (1, 0, 1)
    assert not layout.is_sure


def test_a_upn_goes_before_a_mail_address() -> None:
    row = [PEOPLE[0][0], PEOPLE[0][0], PEOPLE[0][1], PEOPLE[0][1]]
    layout = found(["SourceEmail", "SourceUPN", "TargetUPN", "TargetMail"], row)
    assert (layout.source, layout.target, layout.is_sure) == (1, 2, True)


def test_values_that_are_no_addresses_contradict_a_header() -> None:
    layout = found(["SourceUPN", "TargetUPN"], ["4711", "a@d.com"], ["4712", "b@d.com"])
    assert (layout.knows_source, layout.knows_target) == (False, True)


def test_a_header_that_occurs_twice_is_not_taken() -> None:
    layout = found(["SourceUPN", "SourceUPN", "TargetUPN"], [*PEOPLE[0][:1] * 2, PEOPLE[0][1]])
    assert layout.columns == ("SourceUPN", "SourceUPN (2)", "TargetUPN")
    assert not layout.is_sure


def test_an_empty_list_below_sure_headers_is_sure() -> None:
    assert found(["SourceUPN", "TargetUPN"]).is_sure


def test_the_header_may_stand_below_a_title() -> None:
    layout = found(
        ["Wave plan of Contoso", ""], ["", ""], ["User", "1"], ["SourceUPN", "TargetUPN"], *PEOPLE
    )
    assert (layout.header_row, layout.is_sure) == (4, True)


def test_a_header_of_two_rows_is_read_together() -> None:
    rows = (
        ["Source", "", "Target", ""],
        ["Name", "UPN", "Name", "UPN"],
        ["Ana", "ana@contoso.com", "Ana", "ana@northwind.com"],
    )
    layout = found(*rows, merged=[((0, 0), (0, 1)), ((0, 2), (0, 3))])
    assert (layout.header_row, layout.source, layout.target) == (2, 1, 3)
    assert layout.is_sure
    assert layout.columns == ("Name", "UPN", "Name (2)", "UPN (2)")
    assert not found(*rows).is_sure


def test_batch_and_include_are_found_beside() -> None:
    layout = found(["Include", "SourceUPN", "TargetUPN", "Wave"], ["No", *PEOPLE[0], "1"])
    assert (layout.include, layout.batch) == (0, 3)


def test_our_own_columns_are_never_suggested() -> None:
    layout = found(["Ferry note", "Old", "New"], [PEOPLE[0][0], *PEOPLE[0]])
    assert (layout.source, layout.target) == (1, 2)


def test_the_identity_map_of_microsoft_has_no_header() -> None:
    row = ["User", "id", *PEOPLE[0], "ana@northwind.com", "RegularUser"]
    group = ["Group", "id", "all", "all", "", ""]
    layout = found(row, group)
    assert (layout.header_row, layout.source, layout.target) == (0, 2, 3)
    assert layout.is_sure


def test_a_list_without_a_header_is_named_by_letters() -> None:
    layout = found(*PEOPLE)
    assert layout == Layout(0, ("A", "B"), 0, 1)
    chosen_layout = layout_with(PEOPLE, "B", "A")
    assert chosen_layout is not None
    assert (chosen_layout.header_row, chosen_layout.source, chosen_layout.is_sure) == (0, 1, True)


def test_two_columns_of_one_domain_suggest_no_target() -> None:
    layout = found(["Old", "New"], ["a@c.com", "b@c.com"])
    assert (layout.source, layout.target) == (0, -1)


def test_what_holds_no_address_and_no_header_is_no_mapping() -> None:
    assert find_layout([["Ring Ana", ""], ["before", "Friday"]]) is None
    assert find_layout([]) is None
    assert probable_header([["", ""], ["One", "Two"]]) == 2


def test_the_admin_names_columns_by_header_or_letter() -> None:
    grid = [["Title", "", ""], ["Old", "", "New"], ["a@c.com", "x", "a@d.com"]]
    for source, target in (("Old", "New"), ("old", "NEW"), ("A", "C")):
        layout = layout_with(grid, source, target)
        assert layout is not None
        assert (layout.header_row, layout.source, layout.target) == (2, 0, 2)
    assert layout_with(grid, "Old", "Old") is None
    assert layout_with(grid, "Old", "Nowhere") is None


@pytest.mark.parametrize(
    ("said", "no"), [("No", True), (" nein ", True), ("Yes", False), ("", False)]
)
def test_a_no_holds_back(said: str, no: bool) -> None:
    assert says_no(said) is no


CELL = st.one_of(
    st.sampled_from(["", " ", "UPN", "upn", "UPN (2)", "A", "B", "SourceUPN", "TargetUPN", "User"]),
    st.text(max_size=6),
    st.sampled_from(["a@c.com", "b@c.com", "a@d.com"]),
)


@given(cells=st.lists(CELL, max_size=30))
def test_every_column_has_a_name_of_its_own_by_which_it_is_found_again(cells: list[str]) -> None:
    names = column_names(cells)
    assert len(set(names)) == len(names) == len(cells)
    assert all(name.strip() for name in names)
    assert [chosen(names, name) for name in names] == list(range(len(names)))


@given(index=st.integers(0, 16_383))
def test_letters_name_columns_as_excel_does(index: int) -> None:
    letters = column_letter(index)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    assert number - 1 == index
    assert len(letters) <= 3


@given(
    grid=st.integers(1, 6).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=8)
    )
)
def test_whatever_the_sheet_a_layout_is_within_it_and_sure_only_by_its_headers(
    grid: list[list[str]],
) -> None:
    layout = find_layout(grid)
    if layout is None:
        return
    assert 0 <= layout.header_row <= len(grid)
    assert len(layout.columns) == len(grid[0])
    for column in (layout.source, layout.target, layout.batch, layout.include):
        assert -1 <= column < len(grid[0])
    assert layout.source != layout.target or layout.source == -1
    if layout.is_sure and layout.header_row:
        header = grid[layout.header_row - 1]
        assert "source" in header[layout.source].casefold()
        assert "target" in header[layout.target].casefold()
