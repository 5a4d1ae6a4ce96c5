"""The PowerShell of our acts can be pasted, and nothing in a name can become code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import powershell
from app.model import Side

HOST = "https://northwind-my.sharepoint.com"
_QUOTES = "'\u2018\u2019\u201a\u201b"


def unquoted(word: str) -> str:
    """As PowerShell reads a text between single quotes (language specification, 2.3.5.2)."""
    assert word[0] == "'"
    text, place = "", 1
    while word[place] not in _QUOTES:
        text += word[place]
        place += 1
        while place < len(word) - 1 and word[place] in _QUOTES:
            assert word[place + 1] in _QUOTES, "the text ends in the middle"
            text += word[place]
            place += 2
    assert place == len(word) - 1, "something follows the text"
    return text


@given(st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cs")), min_size=1))
def test_a_quoted_text_is_one_word_with_the_same_text(text: str) -> None:
    if text[0] in _QUOTES:
        text = "x" + text
    assert unquoted(powershell.quoted(text)) == text


@pytest.mark.parametrize("mark", _QUOTES)
def test_every_apostrophe_of_powershell_is_doubled(mark: str) -> None:
    assert powershell.quoted(f"o{mark}neill@c.com") == f"'o{mark}{mark}neill@c.com'"


@given(st.text())
def test_nothing_begins_a_new_line(text: str) -> None:
    for line in (powershell.quoted(text), powershell.comment(text)):
        assert len(line.splitlines()) == 1
        assert not re.search(r"[\x00-\x1f\x85\u2028\u2029]", line)


def test_a_start_says_its_times_in_utc_whatever_zone_they_come_in() -> None:
    berlin = timezone(timedelta(hours=1))
    line = powershell.start_move(
        "o'neill@contoso.com",
        "oneill@northwind.com",
        HOST,
        datetime(2026, 12, 5, 18, 0, tzinfo=berlin),
        datetime(2026, 12, 6, 4, 30, tzinfo=UTC),
    )
    assert line == (
        "Start-SPOCrossTenantUserContentMove"
        " -SourceUserPrincipalName 'o''neill@contoso.com'"
        " -TargetUserPrincipalName 'oneill@northwind.com'"
        " -TargetCrossTenantHostUrl 'https://northwind-my.sharepoint.com'"
        " -PreferredMoveBeginDate ([DateTime]::new(2026, 12, 5, 17, 0, 0, [DateTimeKind]::Utc))"
        " -PreferredMoveEndDate ([DateTime]::new(2026, 12, 6, 4, 30, 0, [DateTimeKind]::Utc))"
    )


def test_the_role_in_a_trust_is_the_partners() -> None:
    assert powershell.remove_trust(Side.SOURCE, HOST) == (
        f"Remove-SPOCrossTenantRelationship -Scenario MnA -PartnerRole Target"
        f" -PartnerCrossTenantHostUrl '{HOST}'"
    )
    assert "-PartnerRole Source" in powershell.remove_trust(Side.TARGET, HOST)
    assert powershell.set_trust(Side.TARGET, HOST).startswith("Set-SPOCrossTenantRelationship")


def test_no_line_has_a_dash_that_is_no_hyphen() -> None:
    lines = [
        powershell.stop_move("a@c.com"),
        powershell.move_state("a@c.com", HOST),
        powershell.upload_map(r"C:\Maps\map.csv"),
        powershell.read_map("a@c.com"),
        powershell.compatibility(HOST),
        powershell.verify_trust(Side.SOURCE, HOST),
        powershell.list_redirects(),
        powershell.connect(powershell.admin_url(HOST, powershell.TARGET_ADMIN)),
    ]
    assert all(line.isascii() for line in lines)
    assert lines[-1] == "Connect-SPOService -Url 'https://northwind-admin.sharepoint.com'"


def test_an_address_of_another_form_is_not_guessed_from() -> None:
    odd = "https://files.northwind.com"
    assert powershell.admin_url(odd, powershell.TARGET_ADMIN) == powershell.TARGET_ADMIN


def test_a_file_is_read_alike_by_both_powershells() -> None:
    file = b"".join(powershell.as_file(["# ä", "exit"]))
    assert file == b"\xef\xbb\xbf# \xc3\xa4\r\nexit\r\n"
