"""Lists in plain text come out as they were written, whatever program wrote them."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import WorkbookError
from app.workbook.csv_text import DELIMITERS, decoded, delimiter_of, read_grid

BOOK = Path("list.csv")
ROWS = [["Name", "SourceUPN", "TargetUPN"], ["Zoë", "zoe@contoso.com", "zoe@northwind.com"]]


def written(
    rows: list[list[str]], delimiter: str, quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> str:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    assert read_grid(BOOK, written(ROWS, delimiter).encode(encoding)) == ROWS


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name;UPN;Size\nAna;a@c.com;1,5\nBo;b@c.com;2,25\n", ";"),
        ("Name, First;UPN\nDoe, Ana;a@c.com\nRoe, Bo;b@c.com\n", ";"),
        ("SourceUPN,TargetUPN\na@c.com,a@d.com\n", ","),
        ("SourceUPN\tTargetUPN\na@c.com\ta@d.com, or b@d.com\n", "\t"),
        ("a@c.com|a@d.com\n", "|"),
        ("My list\n\nSourceUPN;TargetUPN\na@c.com;a@d.com\nb@c.com;b@d.com\n", ";"),
        ('"Doe; Ana",a@c.com\n"Roe; Bo",b@c.com\n', ","),
        ("SourceUPN;TargetUPN\n", ";"),
    ],
)
def test_the_delimiter_is_what_divides_the_addresses(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


def test_excels_own_word_for_the_delimiter_counts_and_keeps_its_row() -> None:
    grid = read_grid(BOOK, b"sep=|\r\nSourceUPN|TargetUPN\r\na,b@c.com|a@d.com\r\n")
    assert grid == [["", ""], ["SourceUPN", "TargetUPN"], ["a,b@c.com", "a@d.com"]]


def test_quotes_line_breaks_and_short_rows() -> None:
    data = b'Note;SourceUPN;TargetUPN\r\n"two\r\nlines; ""x""";a@c.com;a@d.com\r\n\r\nb\r\n'
    assert read_grid(BOOK, data) == [
        ["Note", "SourceUPN", "TargetUPN"],
        ['two\r\nlines; "x"', "a@c.com", "a@d.com"],
        ["", "", ""],
        ["b", "", ""],
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"<html><table><tr><td>a@c.com</td></tr></table></html>",
        b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
        b"  <!DOCTYPE html><p>,",
        b"a,b\n\x00\x01\x02\x03",
        b"Andr\x81,b@c.com\n",
        b"\xff\xfea\x00,\x00\x00\xd8",
        b"one column only\nand no more\n",
        b"",
    ],
    ids=["html", "xml", "doctype", "zeros", "no character", "half a pair", "one column", "nothing"],
)
def test_what_is_no_list_is_refused_and_never_guessed(data: bytes) -> None:
    with pytest.raises(WorkbookError) as raised:
        read_grid(BOOK, data)
    assert raised.value.code == "NOT_A_WORKBOOK"
    assert raised.value.remedy


def test_more_columns_than_a_sheet_has_are_too_large() -> None:
    with pytest.raises(WorkbookError) as raised:
        read_grid(BOOK, b"," * 20_000)
    assert raised.value.code == "TOO_LARGE"


def test_one_wide_line_does_not_widen_a_long_list_without_bound() -> None:
    with pytest.raises(WorkbookError) as raised:
        read_grid(BOOK, b"a,b\n" * 3_000 + b"," * 16_000)
    assert raised.value.code == "TOO_LARGE"


NAME = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
ADDRESS = st.from_regex(r"[a-z][a-z0-9.']{0,10}@[a-z]{1,8}\.(com|org)", fullmatch=True)


@given(
    people=st.lists(st.tuples(NAME, ADDRESS, ADDRESS), min_size=1, max_size=8),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_list_comes_back_as_it_was_written(
    people: list[tuple[str, str, str]], delimiter: str, encoding: str, quoting: Literal[0, 1]
) -> None:
    rows = [["Name", "SourceUPN", "TargetUPN"], *map(list, people)]
    assert read_grid(BOOK, written(rows, delimiter, quoting).encode(encoding)) == rows


@given(data=st.binary(max_size=200))
def test_any_bytes_give_text_or_a_clear_error(data: bytes) -> None:
    with suppress(WorkbookError):
        assert "\0" not in decoded(BOOK, data)
        assert len({len(row) for row in read_grid(BOOK, data)}) == 1
