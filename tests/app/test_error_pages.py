"""Each code of the catalogue has its page: its meaning, who can fix it, how, and when to retry."""

from __future__ import annotations

import re

import pytest

from app import remedies
from app.error_pages import ErrorPage, all_pages, find_page
from app.practice import causes
from app.remedies import Retry

DELETES = re.compile(r"\bRemove-|\bClear-|\bdelete\b", re.IGNORECASE)


def test_every_code_has_one_page() -> None:
    codes = [page.code for page in all_pages()]
    assert codes == [remedy.code for remedy in remedies.ALL]
    assert len(codes) == len(set(codes))
    assert {cause.code for cause in causes.CATALOGUE} <= set(codes)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.code)
def test_a_page_answers_every_question_in_whole_sentences(page: ErrorPage) -> None:
    assert not page.title.endswith(".")
    for part in (page.meaning, page.who, page.how, page.retry):
        assert part.endswith("."), part
    assert not DELETES.search(page.command)


def test_when_to_try_again_follows_the_catalogue() -> None:
    for remedy, page in zip(remedies.ALL, all_pages(), strict=True):
        never = remedy.retry in (Retry.NO, Retry.SUPPORT)
        assert page.retry.startswith(("No", "Not")) is never, page
        if remedy.retry is Retry.SUPPORT:
            assert "Microsoft" in page.who


def test_a_page_is_found_by_code_or_by_words() -> None:
    by_code = find_page("mnapartnersfarmsareincompatible")
    by_words = find_page("", "Please verify the compatibility status before running the migration.")
    assert by_code == by_words
    assert by_code is not None
    assert "48 hours" in by_code.retry
    assert find_page("brand new", "never heard of") is None
