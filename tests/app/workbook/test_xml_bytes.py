"""XML as bytes: tags, attributes and elements are found where they stand."""

from __future__ import annotations

import pytest

from app.errors import WorkbookError
from app.workbook.xml_bytes import (
    Part,
    attributes,
    elements,
    mask,
    spliced,
    unescape,
    whole_number,
    with_attribute,
)


def names(xml: bytes) -> list[str]:
    part = Part("a.xml", xml)
    return [one.local for one in part.children(part.root)]


@pytest.mark.parametrize(
    "xml",
    [
        b"<a><b/><c></c></a>",
        b"<a><b x='>'/> text <c y=\"&lt;/a>\" ></c ></a>",
        b"<a><!-- <d/> --><b><b><b/></b></b><c/></a>",
        b"<a><b><![CDATA[</b><d/>]]></b><?go <d/>?><c>&lt;d/></c></a>",
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <z> --><p:a xmlns:p="u"><p:b/><q:c/></p:a>',
        b"<a><b>" + b"<bb/>" * 3 + b"</b><c/></a>",
    ],
)
def test_the_elements_below_one_are_found_in_any_form(xml: bytes) -> None:
    assert names(xml) == ["b", "c"]


def test_an_element_knows_where_it_stands() -> None:
    part = Part("a.xml", b"<a> <p:b c='1'>in</p:b ></a>")
    (found,) = part.children(part.root)
    assert (found.name, found.local, found.prefix) == (b"p:b", "b", b"p:")
    assert part.tag(found) == b"<p:b c='1'>"
    assert part.xml[found.inner : found.inner_end] == b"in"
    assert part.whole(found) == b"<p:b c='1'>in</p:b >"
    assert not found.closes_itself


def test_an_element_that_is_not_closed_is_refused() -> None:
    with pytest.raises(WorkbookError, match="not closed"):
        Part("a.xml", b"<a><b></b>")


def test_masking_keeps_every_offset() -> None:
    xml = b"<?xml?><a><!-- <b> --><![CDATA[<b>]]><?b <b>?>!?</a>"
    masked = mask(xml)
    assert len(masked) == len(xml)
    assert masked.index(b"!?</a>") == xml.index(b"!?</a>")
    assert b"<b>" not in masked


def test_masking_copies_nothing_where_there_is_nothing_to_mask() -> None:
    xml = b'<?xml version="1.0"?><a>what? that!</a>'
    assert mask(xml) is xml


def test_attributes_in_any_form() -> None:
    tag = b"""<c r="A1" s = '2'\n x:r="Z9" t="a &gt; &quot;b&quot; &#65;&#x42;">"""
    assert attributes(tag) == {"r": "A1", "s": "2", "x:r": "Z9", "t": 'a > "b" AB'}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<a>", b'<a n="1">'),
        (b"<a/>", b'<a n="1"/>'),
        (b"<a b='2' />", b"<a b='2' n=\"1\"/>"),
        (b"<a n='7' b='n=3'/>", b"<a n='1' b='n=3'/>"),
        (b"""<a b=' n="3"' n = "7">""", b"""<a b=' n="3"' n = "1">"""),
        (b'<a x:n="7" n="">', b'<a x:n="7" n="1">'),
    ],
)
def test_one_attribute_is_set_and_the_rest_stays(before: bytes, after: bytes) -> None:
    assert with_attribute(before, "n", "1") == after


def test_entities_are_resolved_once() -> None:
    assert unescape("&amp;lt; &lt;&gt;&quot;&apos; &#x1F600; &unknown; &") == (
        "&lt; <>\"' 😀 &unknown; &"
    )
    for impossible in ("&#x110000;", "&#xD800;", "&#0;"):
        assert unescape(impossible) == "\ufffd"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("12", 12),
        (" 7 ", 7),
        ("", None),
        (None, None),
        ("-1", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_numbers_in_attributes(said: str | None, number: int | None) -> None:
    assert whole_number(said) == number


def test_splices_replace_and_insert() -> None:
    assert spliced(b"0123456789", [(8, 9, b""), (2, 2, b"in"), (2, 4, b"for")]) == b"01infor45679"
    assert spliced(b"as it was", []) == b"as it was"


def test_small_parts_are_read_by_their_names_without_namespaces() -> None:
    xml = '<x:a xmlns:x="urn:a b" xmlns:r="urn:r"><x:b r:id="1" c="2"/></x:a>'
    for raw in (xml.encode(), xml.encode("utf-16")):
        assert elements("a.xml", raw) == [("a", {}), ("b", {"id": "1", "c": "2"})]


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<a>",
        b"<a/><b/>",
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0" encoding="UTF-NaN"?><a/>',
        b'<?xml version="1.0" encoding="gbk"?><a/>',
    ],
)
def test_small_parts_that_are_not_proper_are_refused(xml: bytes) -> None:
    with pytest.raises(WorkbookError) as caught:
        elements("a.xml", xml)
    assert caught.value.code == "CANNOT_PATCH"
