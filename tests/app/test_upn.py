"""What is said of the text of one cell."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import texts, upn
from app.model import Finding, Level, Side

UPN_LIKE = st.text(
    st.sampled_from("aB9.-_'!#^~@ \t\n\u00a0\u200b\ufeff\u00ad’“”\"é:mailto"), max_size=40
)


def check(text: str, side: Side = Side.SOURCE) -> tuple[Finding, ...]:
    return upn.check(text, cell="Mapping!A7", side=side)


def codes(text: str) -> list[str]:
    return [finding.code for finding in check(text)]


def value(finding: Finding, name: str) -> str:
    return dict(finding.values)[name]


@pytest.mark.parametrize(
    "text",
    [
        "anna@contoso.com",
        "Anna.Berg@contoso.co.uk",
        "a_b-c@contoso.onmicrosoft.com",
        "..a@contoso.com",
        "a@1contoso.com",
        "a" * 64 + "@contoso.com",
        "a@" + "b" * 44 + ".com",
        "a" * 64 + "@" + "b" * 44 + ".com",
    ],
)
def test_a_usual_upn_has_no_finding(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna.contoso.com", ["UPN_NO_AT"]),
        ("anna@contoso@com.com", ["UPN_TWO_ATS"]),
        ("@contoso.com", ["UPN_NO_NAME"]),
        ("anna.@contoso.com", ["UPN_DOT_BEFORE_AT"]),
        ("zoë@contoso.com", ["UPN_BAD_CHARACTER"]),
        ("anna,b@contoso.com", ["UPN_BAD_CHARACTER"]),
        ("anna@münchen.de", ["UPN_BAD_CHARACTER"]),
        ("o'brien@contoso.com", ["UPN_APOSTROPHE"]),
        ("a#b@contoso.com", ["UPN_SPECIAL_WARN"]),
        ("anna_contoso.com#EXT#@northwind.onmicrosoft.com", ["UPN_GUEST"]),
        ("anna_contoso.com#ext#@northwind.onmicrosoft.com", ["UPN_GUEST"]),
        ("anna berg@contoso.com", ["INNER_SPACE"]),
        (" anna@contoso.com", ["OUTER_SPACE"]),
        ("anna@contoso.com  ", ["OUTER_SPACE"]),
        ("anna@contoso.com\u00a0", ["HIDDEN_CHARACTER"]),
        ("anna\u200b@contoso.com", ["HIDDEN_CHARACTER"]),
        ("\ufeffanna@contoso.com", ["HIDDEN_CHARACTER"]),
        ("an\u00adna@contoso.com", ["HIDDEN_CHARACTER"]),
        ("anna@contoso.com\r\n", ["HIDDEN_CHARACTER"]),
        ("anna@contoso.com\nben@contoso.com", ["HIDDEN_CHARACTER", "UPN_TWO_ATS"]),
        ("“anna@contoso.com”", ["SMART_QUOTE"]),
        ('"anna@contoso.com"', ["SMART_QUOTE"]),
        ("'anna@contoso.com'", ["SMART_QUOTE"]),
        ("o’brien@contoso.com", ["SMART_QUOTE", "UPN_APOSTROPHE"]),
        ("MailTo:anna@contoso.com", ["UPN_MAILTO"]),
        ("anna@Contoso.com", ["UPN_CASE"]),
        ("4711", ["NUMBER_NOT_UPN"]),
        ("-3,5E+10", ["NUMBER_NOT_UPN"]),
        ("#N/A", ["EXCEL_ERROR"]),
        ("#DIV/0!", ["EXCEL_ERROR"]),
        ("#NAME?", ["EXCEL_ERROR"]),
        ("#REF!", ["EXCEL_ERROR"]),
        ("", ["UPN_EMPTY_SOURCE"]),
        (" \u00a0\u200b", ["UPN_EMPTY_SOURCE"]),
    ],
)
def test_each_slip_has_its_code(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "contoso",
        "contoso.",
        ".com",
        "con..com",
        "-a.com",
        "a-.com",
        "a_b.com",
        "10.0.0.1",
        "a!b.com",
    ],
)
def test_what_is_no_domain_is_blocked(domain: str) -> None:
    assert codes(f"anna@{domain}") == ["UPN_DOMAIN_SHAPE"]


def test_lengths_are_counted_to_the_character() -> None:
    assert codes("a" * 65 + "@contoso.com") == ["UPN_LOCAL_TOO_LONG"]
    assert codes("a@" + "b" * 45 + ".com") == ["UPN_DOMAIN_TOO_LONG"]
    whole = check("a" * 65 + "@" + "b" * 44 + ".com")
    assert [finding.code for finding in whole] == ["UPN_TOO_LONG", "UPN_LOCAL_TOO_LONG"]
    assert value(whole[0], "length") == "114"
    assert value(whole[0], "limit") == "113"


@pytest.mark.parametrize("text", ["a!b@contoso.com", "a^b~c@contoso.com", "a@CONTOSO.com"])
def test_what_is_only_worth_a_warning_does_not_block(text: str) -> None:
    assert [finding.level for finding in check(text)] == [Level.WARN]


def test_everything_else_blocks() -> None:
    texts_that_block = [" a@b.com", "o'b@b.com", "é@b.com", "a_b#EXT#@b.com", "1", ""]
    assert {f.level for text in texts_that_block for f in check(text)} == {Level.BLOCK}


def test_a_character_is_named_with_its_place_in_the_cell() -> None:
    (accent,) = check("zoë@contoso.com")
    assert value(accent, "characters") == "ë (latin small letter e with diaeresis) at position 3"
    blank, accent = check("  zoë@contoso.com")
    assert blank.code == "OUTER_SPACE"
    assert value(accent, "characters").endswith("at position 5")
    (hidden,) = check("anna@contoso.com\u00a0")
    assert value(hidden, "characters") == "a no-break space (U+00A0) at position 17"
    assert value(hidden, "upn") == "anna@contoso.com<U+00A0>"


def test_many_bad_characters_are_counted_and_not_all_listed() -> None:
    (finding,) = check("éééééé@contoso.com")
    assert value(finding, "characters").endswith("at position 3 and 3 more")


def test_a_finding_knows_its_cell_and_side() -> None:
    (finding,) = check("anna", Side.TARGET)
    assert (finding.cell, finding.side) == ("Mapping!A7", Side.TARGET)
    assert [f.code for f in check("", Side.TARGET)] == ["UPN_EMPTY_TARGET"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("  anna@contoso.com ", "anna@contoso.com"),
        ("anna@contoso.com\u00a0\t\r\n", "anna@contoso.com"),
        ("an\u200bna\ufeff@con\u00adtoso.com", "anna@contoso.com"),
        ("“anna@contoso.com”", "anna@contoso.com"),
        ("‘anna@contoso.com’", "anna@contoso.com"),
        ("mailto:anna@contoso.com", "anna@contoso.com"),
        (' " mailto:Anna@CONTOSO.com" ', "Anna@contoso.com"),
        ("o’brien@contoso.com", "o'brien@contoso.com"),
        ("anna berg@contoso.com ", "anna berg@contoso.com"),
    ],
)
def test_a_safe_correction_is_offered(text: str, after: str) -> None:
    correction = upn.correct(text)
    assert correction is not None
    assert (correction.before, correction.after) == (text, after)


@pytest.mark.parametrize(
    "text",
    [
        "anna@contoso.com",
        "anna berg@contoso.com",
        "anna@contoso.com\nben@contoso.com",
        "o'brien@contoso.com",
        "zoë@contoso.com",
        "",
        " \u200b",
        "''",
    ],
)
def test_nothing_unsafe_is_offered(text: str) -> None:
    assert upn.correct(text) is None
    assert all(finding.correction is None for finding in check(text))


def test_a_curly_apostrophe_is_straightened_and_still_blocks() -> None:
    quote, apostrophe = check("o’brien@contoso.com")
    assert quote.correction is not None
    assert quote.correction.after == "o'brien@contoso.com"
    assert apostrophe.level is Level.BLOCK
    assert apostrophe.correction is None
    assert codes(quote.correction.after) == ["UPN_APOSTROPHE"]
    assert "Rename the user" in texts.remedy(apostrophe)


def test_the_personal_url_name_follows_microsofts_example() -> None:
    name = upn.personal_url_name("rsimone@contoso.onmicrosoft.com")
    assert name == "rsimone_contoso_onmicrosoft_com"
    assert upn.personal_url_name("A.B@c.com") == upn.personal_url_name("a_b@c.com")
    assert upn.personal_url_name("a-b@c.com") == "a-b_c_com"


def test_the_domain_is_what_stands_after_the_one_at() -> None:
    assert upn.domain_of("anna@Contoso.com") == "contoso.com"
    assert [upn.domain_of(text) for text in ("anna", "@a.com", "a@", "a@b@c")] == [""] * 4


@given(st.text() | UPN_LIKE)
def test_any_text_can_be_checked_and_explained(text: str) -> None:
    for finding in check(text):
        assert finding.code in texts.FINDING_CODES
        assert texts.reason(finding) != finding.code
        assert texts.remedy(finding)


@given(st.text() | UPN_LIKE)
def test_a_correction_is_final(text: str) -> None:
    correction = upn.correct(text)
    if correction is None:
        return
    assert upn.correct(correction.after) is None
    assert upn.clean(text) == correction.after
    assert all(finding.correction is None for finding in check(correction.after))


@given(st.text() | UPN_LIKE)
def test_a_correction_always_comes_with_a_finding_that_offers_it(text: str) -> None:
    if upn.correct(text) is not None and not {"NUMBER_NOT_UPN", "EXCEL_ERROR"} & set(codes(text)):
        assert any(finding.correction == upn.correct(text) for finding in check(text))


@given(st.text() | UPN_LIKE)
def test_what_is_called_plain_stands_up_to_the_full_check(text: str) -> None:
    padded = upn.check(f" {text}", cell="", side=Side.SOURCE)
    if upn.is_plain(text):
        assert [finding.code for finding in padded] == ["OUTER_SPACE"]
    else:
        assert padded


@given(
    st.lists(
        st.one_of(
            UPN_LIKE,
            st.sampled_from(
                ["a.b@contoso.com", "a@b@contoso.com", ".a@contoso.com", "a\nb@contoso.com", ""]
            ),
            st.builds(
                "{}@{}.com".format, st.text("ab-", max_size=66), st.text("cd-.", max_size=50)
            ),
        ),
        max_size=12,
    )
)
def test_a_column_is_looked_at_as_each_text_would_be(column: list[str]) -> None:
    expected = {place for place, text in enumerate(column) if not upn.is_plain(text)}
    domains = [text.partition("@")[2] for text in column]
    assert upn.not_plain(column) == (expected, domains)
    plain = ["person@contoso.com"] * 1_000
    found, domains = upn.not_plain(plain + column)
    assert found == {place + 1_000 for place in expected}
    assert len({id(domain) for domain in domains}) == len(set(domains))


@pytest.mark.parametrize("piece", ["“", "'", "mailto:", " ", "\u200b", "@", "é", "’", "1"])
def test_a_cell_full_of_rubbish_is_checked_quickly(piece: str) -> None:
    text = piece * (32_767 // len(piece))
    begin = time.process_time()
    found = check(text)
    took = time.process_time() - begin
    assert found
    # A square of the longest cell that Excel holds would take minutes.
    assert took < 2
