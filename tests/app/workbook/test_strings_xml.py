"""Text is read as Excel shows it and written so that it is read the same."""

from __future__ import annotations

import pytest

from app.workbook.strings_xml import SharedStrings, escaped, shortened, string_text, value_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"<t>plain</t>", "plain"),
        (b"<t/>", ""),
        (b"<x:t xml:space='preserve'> a </x:t>", " a "),
        (b"<r><t>a</t></r><r><rPr><t2/></rPr><t>b</t></r>", "ab"),
        (b"<t>said</t><rPh sb='0' eb='1'><t>spoken</t></rPh><phoneticPr/>", "said"),
        (b"<t>a<![CDATA[<b>&amp;]]>c<!-- no --><?no?></t>", "a<b>&amp;c"),
        (b"<t>_x0041__x005F_x0042_</t>", "A_x0042_"),
        (b"<t>_x00</t><t>41_</t>", "_x0041_"),
        (b"<t>&lt;&#x20AC;</t>", "<\u20ac"),
        (b"<t>\xff</t>", "\ufffd"),
    ],
)
def test_strings_in_any_form(raw: bytes, text: str) -> None:
    assert string_text(raw) == text


def test_shared_strings_are_counted_in_any_form() -> None:
    xml = (
        b"<?xml version='1.0'?><p:sst xmlns:p='u' count='9'><!-- <p:si/> -->"
        b"<p:si><p:t>a</p:t></p:si><p:si/>\n"
        b"<p:si ><p:r><p:t>b</p:t></p:r></p:si><p:si><p:t>c</p:t></p:si></p:sst>"
    )
    shared = SharedStrings("s.xml", xml)
    assert [shared[index] for index in range(6)] == ["a", "", "b", "c", "", ""]
    assert shared[-1] == ""


@pytest.mark.parametrize(
    ("items", "texts"),
    [
        (b"<si><t>a</t></si>\n<si><t>b</t></si>\n", ["a", "b"]),
        (b"<si><t>a</t></si><si><t></t></si>", ["a", ""]),
        (b"<si><t>a</t></si><si><t>&amp;</t></si>", ["a", "&"]),
        (b"<si><t>_x0041_</t></si>", ["A"]),
        (b"<si><t>a</t><t>b</t></si><si/>", ["ab", ""]),
        (b"<si><t>a</t></si><si><r><t>b</t></r></si>", ["a", "b"]),
        (b"<si><t>a</t><t/></si><si><t/></si>", ["a", ""]),
        (b"<si><t>a<u/></t></si><si><t/></si>", ["a<u/>", ""]),
        (b"<si><t>a</t></si><si><t>b</t></si >", ["a", "b"]),
    ],
)
def test_simple_lists_of_strings_say_what_any_others_say(items: bytes, texts: list[str]) -> None:
    shared = SharedStrings("s.xml", b"<sst>" + items + b"</sst>")
    assert [shared[index] for index in range(len(texts) + 1)] == [*texts, ""]


@pytest.mark.parametrize(
    "text",
    ["plain", "_x0041_", "_x0041_x0042_", "a_x", "\x00\x1f\r", "\ud83d", "\ufffe", "<&>", "😀"],
)
def test_what_is_written_is_read_the_same(text: str) -> None:
    assert value_text(escaped(text).encode()) == text


def test_text_is_shortened_to_what_a_cell_holds() -> None:
    assert shortened("a" * 32_767) == "a" * 32_767
    assert shortened("a" * 32_768) == "a" * 32_767
    assert shortened("😀" * 16_383 + "a") == "😀" * 16_383 + "a"
    assert shortened("a" + "😀" * 16_384) == "a" + "😀" * 16_383
