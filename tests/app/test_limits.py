"""Limits and licence names: those that come with the program, and the admin's own over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import AppError
from app.limits import FILE, read_limits


def test_what_comes_with_the_program(tmp_path: Path) -> None:
    limits = read_limits(tmp_path)
    assert (limits.warn_bytes, limits.block_bytes) == (2 * 10**12, 5 * 10**12)
    assert limits.as_of.year >= 2026


@pytest.mark.parametrize(
    ("part_number", "plans", "is_one"),
    [
        ("Cross_tenant_user_data_migration", (), True),
        ("CROSSTENANTUSERDATAMIGRATION", (), True),
        ("CSP_Cross-Tenant_User_Data_Migration_FACULTY", (), True),
        ("NEW_NAME", ("sharepointonline_t2todmove",), True),
        ("SPE_E3", ("SHAREPOINTENTERPRISE",), False),
        ("", (), False),
    ],
)
def test_the_licence_for_moves_is_known_by_plan_or_part_number(
    tmp_path: Path, part_number: str, plans: tuple[str, ...], is_one: bool
) -> None:
    assert read_limits(tmp_path).is_migration_licence(part_number, plans) is is_one


@pytest.mark.parametrize(
    ("plan", "carries"),
    [
        ("SHAREPOINTENTERPRISE", True),
        ("SharePointDeskless", True),
        ("ONEDRIVE_BASIC", True),
        ("SHAREPOINTWAC", False),
        ("SHAREPOINTONLINE_T2TODMOVE", False),
        ("EXCHANGE_S_ENTERPRISE", False),
    ],
)
def test_which_plans_carry_a_onedrive(tmp_path: Path, plan: str, carries: bool) -> None:
    assert read_limits(tmp_path).carries_sharepoint(plan) is carries


def test_the_admins_own_values_count_and_the_others_stay(tmp_path: Path) -> None:
    own = "as_of = 2027-01-31\n[size]\nblock_bytes = 9_000_000_000_000\n"
    (tmp_path / FILE).write_text(own, "utf-8")
    limits = read_limits(tmp_path)
    assert limits.as_of.isoformat() == "2027-01-31"
    assert (limits.warn_bytes, limits.block_bytes) == (2 * 10**12, 9 * 10**12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size = ", "Invalid value"),
        ("sizes = 1", "sizes is not known"),
        ("size = 1", "size must be a table"),
        ("[size]\nmost = 1", "size.most is not known"),
        ("as_of = 'soon'", "as_of"),
        ("[size]\nwarn_bytes = '2 TB'", "size.warn_bytes"),
        ("[size]\nwarn_bytes = true", "size.warn_bytes"),
        ("[size]\nwarn_bytes = 6_000_000_000_000", "above"),
        ("[licence]\nplans = 'one'", "licence.plans"),
        ("[licence]\npart_numbers = ['_']", "licence.part_numbers"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(AppError) as caught:
        read_limits(tmp_path)
    assert caught.value.code == "LIMITS_UNREADABLE"
    assert str(tmp_path / FILE) in caught.value.detail
    assert words in caught.value.detail
