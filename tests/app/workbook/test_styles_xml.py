"""Formats of ours are made from the admin's, once, and everything else of the part stays."""

from __future__ import annotations

import pytest

from app.workbook.styles_xml import Styles
from packages import STYLES_XML

KINDS = ("good", "bad", "running", "waiting", "attention")


def styles(*formats: str, before: str = "") -> Styles:
    """The styles of a workbook with these formats behind the first two."""
    xml = STYLES_XML.replace("</cellXfs>", "".join(formats) + "</cellXfs>")
    xml = xml.replace('<cellXfs count="2">', f'<cellXfs count="{2 + len(formats)}">')
    return Styles("styles.xml", xml.replace("<fonts", before + "<fonts").encode())


def test_a_part_that_is_not_asked_for_formats_does_not_change() -> None:
    assert styles().changed is None


def test_each_colour_is_a_fill_and_a_format_and_both_are_counted() -> None:
    ours = styles()
    assert [ours.coloured(None, kind) for kind in KINDS] == [2, 3, 4, 5, 6]
    changed = (ours.changed or b"").decode()
    assert '<fills count="7">' in changed
    assert '<cellXfs count="7">' in changed
    assert changed.count("<fill>") == changed.count("</fill>") == 7
    assert '<xf numFmtId="0" fontId="0" fillId="2" borderId="0" xfId="0" applyFill="1"/>' in changed
    assert '<dxfs count="1"><dxf/></dxfs>' in changed


def test_a_second_write_finds_them_again() -> None:
    first = styles()
    found = [first.coloured(None, kind) for kind in KINDS], first.dated(None)
    second = Styles("styles.xml", first.changed)
    assert ([second.coloured(None, kind) for kind in KINDS], second.dated(None)) == found
    assert second.changed is None


def test_one_colour_takes_the_place_of_another() -> None:
    ours = styles()
    good, bad = ours.coloured(1, "good"), ours.coloured(1, "bad")
    assert ours.coloured(good, "bad") == bad
    assert ours.coloured(bad, "good") == good
    assert ours.is_coloured(good)
    assert not ours.is_coloured(1)
    assert not ours.is_coloured(None)


def test_a_format_keeps_what_else_the_admin_chose() -> None:
    rich = (
        "<xf numFmtId='0' fontId='3' fillId='1' borderId='4' xfId='0' applyFont='1'>"
        "<alignment wrapText='1'/><protection locked='0'/></xf>"
    )
    ours = styles(rich)
    ours.coloured(2, "good")
    ours.dated(2)
    changed = (ours.changed or b"").decode()
    assert rich.replace("fillId='1'", "fillId='2'").replace("'1'>", "'1' applyFill=\"1\">", 1) in (
        changed
    )
    assert (
        rich.replace("numFmtId='0'", "numFmtId='22'").replace(
            "'1'>", "'1' applyNumberFormat=\"1\">", 1
        )
        in changed
    )


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd.mm.yyyy", True),
        ("[$-409]h:mm AM/PM", True),
        ("[h]:mm", True),
        ("0.00", False),
        ("General", False),
        ('0 "days"', False),
        ("[Red]0;[Blue]-0", False),
        (r"0\d", False),
        ("0_d", False),
    ],
)
def test_a_format_of_the_admins_that_shows_dates_is_kept(code: str, is_date: bool) -> None:
    escaped = code.replace('"', "&quot;")
    formats = f'<numFmts count="1"><numFmt numFmtId="164" formatCode="{escaped}"/></numFmts>'
    ours = styles('<xf numFmtId="164" fontId="0"/>', before=formats)
    assert (ours.dated(2) == 2) is is_date
    assert (ours.undated(2) == 2) is not is_date


def test_locked_is_the_default() -> None:
    ours = styles(
        "<xf><protection locked='0'/></xf>",
        '<xf><protection hidden="1" locked="1"/></xf>',
        "<xf ><protection locked = 'false' /></xf >",
    )
    assert [ours.is_locked(style) for style in (None, 0, 2, 3, 4, 99)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "xml",
    [
        None,
        b"not XML",
        STYLES_XML.encode("utf-16"),
        b"<styleSheet/>",
        b"<styleSheet><cellXfs count='0'/><fills/></styleSheet>",
    ],
)
def test_a_part_of_another_form_takes_no_formats_of_ours(xml: bytes | None) -> None:
    ours = Styles("styles.xml", xml)
    assert ours.dated(None) is None
    assert ours.coloured(None, "good") is None
    assert ours.coloured(7, "good") == 7
    assert ours.changed is None


def test_a_workbook_full_of_formats_takes_no_more() -> None:
    ours = styles(*('<xf numFmtId="0"/>' for _ in range(65_488)))
    assert ours.dated(None) is None
    assert ours.coloured(3, "good") == 3


def test_formats_without_a_count_and_with_a_prefix() -> None:
    xml = (
        "<s:styleSheet xmlns:s='u'><s:fills><s:fill/></s:fills>"
        "<s:cellXfs ><s:xf/></s:cellXfs></s:styleSheet>"
    )
    ours = Styles("styles.xml", xml.encode())
    assert ours.coloured(None, "bad") == 1
    assert ours.changed == (
        b"<s:styleSheet xmlns:s='u'><s:fills><s:fill/><s:fill><s:patternFill patternType=\"solid\">"
        b'<s:fgColor rgb="FFFFC7CE"/><s:bgColor indexed="64"/></s:patternFill></s:fill></s:fills>'
        b'<s:cellXfs ><s:xf/><s:xf fillId="1" applyFill="1"/></s:cellXfs></s:styleSheet>'
    )
