"""Every code has its sentences, and every sentence gets the values it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app import checks, plan, texts, upn
from app.errors import PlanError
from app.finding_table import TEXTS
from app.model import Correction, Finding, Level, Mapping, MoveStatus, Side, Window

CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
APP = Path(app.__file__).parent
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def codes_in(module: str) -> set[str]:
    """The texts in a module that look like a code."""
    tree = ast.parse((APP / module).read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


def list_findings() -> list[Finding]:
    """Findings of every kind that the checks of a list and of hosts give."""
    name = "user{}@old.com".format
    pairs = [(name(number), f"user{number}@new.com") for number in range(40)]
    pairs += [
        ("", ""),
        ("anna@old.com", ""),
        ("4711", "#N/A"),
        ("a\u00a0", " b@new.com"),
        ("a b@old.com", "c’d@new.com"),
        ("mailto:e@old.com", "e@NEW.com"),
        ("f", "f@g@new.com"),
        ("@old.com", "f.@new.com"),
        ("é@old.com", "h#i@new.com"),
        ("a_b#EXT#@old.com", f"{'x' * 65}@{'y' * 45}.com"),
        ("k@old", "k@new.com"),
        (name(1), "user1@new.com"),
        (name(2), "l@new.com"),
        ("m@old.com", "user3@new.com"),
        ("n@old.com", "N@old.com"),
        ("o@old.com", name(4)),
        ("p.q@old.com", "p.q@new.com"),
        ("r@old.com", "p_q@new.com"),
        ("s@odl.com", "s@new.com"),
    ]
    rows = [Mapping(n, *pair, f"S!A{n}", f"S!B{n}") for n, pair in enumerate(pairs, start=2)]
    rows.append(Mapping(99, "t@old.com", "t@new.com", include=False))
    checked, on_list = checks.check_list(rows)
    several = checks.check_list(
        [Mapping(n, f"u@{'ab'[n % 2]}.com", f"u{n}@new.com") for n in range(4)]
    )[1]
    hosts = [
        finding
        for host in (
            "",
            "http://a-my.sharepoint.com",
            "https://a-admin.sharepoint.com",
            "https://a.sharepoint.com",
            "https://a.com",
            "https://a-my.sharepoint.cn",
            "https://a-my.sharepoint.com/x",
            "https://a-my.sharepoint.com:1",
            "https://b-my.sharepoint.com",
        )
        for finding in checks.check_hosts(host, "https://b-my.sharepoint.com")
    ]
    alone = upn.check("", cell="", side=Side.TARGET)
    return [f for row in checked for f in row.findings] + [*on_list, *several, *hosts, *alone]


def plan_errors() -> list[PlanError]:
    """Every refusal of the plan."""
    hour = timedelta(hours=1)
    attempts: list[Callable[[], object]] = [
        lambda: plan.by_size(("a",), 0, Window()),
        lambda: plan.parse_time("2026-12-05 18:00", "Nowhere"),
        lambda: plan.by_volume((), 0.0, 100, Window()),
        lambda: plan.parse_time("soon", "UTC"),
        lambda: plan.parse_time("2027-03-28 02:30", "Europe/Berlin"),
        lambda: plan.parse_time("2026-10-25 02:30", "Europe/Berlin"),
        lambda: plan.make_window(NOW - hour, None, "UTC", NOW),
        lambda: plan.make_window(None, NOW - hour, "UTC", NOW),
        lambda: plan.make_window(NOW + hour, NOW + hour, "UTC", NOW),
        lambda: plan.make_window(None, None, "UTC", NOW, NOW - hour),
        lambda: plan.make_window(NOW + hour, None, "UTC", NOW, NOW + hour),
    ]
    errors = []
    for attempt in attempts:
        with pytest.raises(PlanError) as caught:
            attempt()
        errors.append(caught.value)
    return errors


@pytest.mark.parametrize("module", ["upn.py", "checks.py", "plan.py"])
def test_every_code_in_the_modules_has_its_texts(module: str) -> None:
    codes = codes_in(module)
    assert len(codes) >= 8
    assert [code for code in codes if texts.finding_title(code) == code] == []


def test_a_formula_without_a_value_has_its_texts() -> None:
    finding = Finding(Level.BLOCK, "FORMULA_NO_VALUE", "Mapping!B7", Side.TARGET)
    assert "Mapping!B7" in texts.reason(finding)
    assert "Open the workbook in Excel" in texts.remedy(finding)


def test_every_text_belongs_to_a_code_that_is_really_given() -> None:
    given_codes = {finding.code for finding in list_findings()}
    given_codes |= {error.code for error in plan_errors()}
    assert given_codes == texts.FINDING_CODES - {"FORMULA_NO_VALUE", "HIDDEN_ROWS"}


def test_every_sentence_gets_the_values_it_names() -> None:
    for finding in list_findings():
        text = TEXTS[finding.code]
        named = {
            name
            for _, name, _, _ in Formatter().parse(text.reason + text.remedy)
            if name is not None
        }
        given_names = {name for name, _ in finding.values} | {"cell"}
        if finding.side is not None:
            given_names.add("side")
        assert named <= given_names, finding.code


def test_the_refusals_of_the_plan_have_all_their_values() -> None:
    for error in plan_errors():
        assert "…" not in error.title + error.detail + error.remedy
        assert "{" not in error.title + error.detail + error.remedy


@pytest.mark.parametrize("code", sorted(texts.FINDING_CODES))
def test_a_text_says_what_happened_and_what_to_do(code: str) -> None:
    text = TEXTS[code]
    assert text.title
    assert not text.title.endswith(".")
    assert text.reason.endswith(".")
    assert text.remedy.endswith(".")
    assert texts.finding_title(code) == text.title


def test_a_correction_that_is_offered_is_named_first() -> None:
    (finding,) = upn.check(" anna@old.com", cell="S!A2", side=Side.SOURCE)
    assert texts.reason(finding) == "The source UPN “ anna@old.com” begins or ends with a space."
    assert texts.remedy(finding).startswith("Accept the offered correction: “anna@old.com”.")


def test_a_hidden_character_without_a_correction_promises_none() -> None:
    finding = upn.check("anna\u00a0b@old.com", cell="S!A2", side=Side.SOURCE)[0]
    assert "anna<U+00A0>b@old.com" in texts.reason(finding)
    assert "offered" not in texts.remedy(finding)


def test_a_code_of_the_service_gets_the_words_of_its_remedy() -> None:
    finding = Finding(Level.BLOCK, "-161")
    assert texts.finding_title("-161") == "The source OneDrive is locked as read-only"
    assert "ReadOnly" in texts.reason(finding)
    assert "Unlock" in texts.remedy(finding)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    finding = Finding(Level.UNKNOWN, "BRAND_NEW", values=(("upn", "{anna}"), ("rows", "3")))
    assert texts.finding_title("BRAND_NEW") == "BRAND_NEW"
    assert texts.reason(finding) == "BRAND_NEW (upn: {anna}, rows: 3)"
    assert texts.reason(Finding(Level.UNKNOWN, "BRAND_NEW")) == "BRAND_NEW"
    assert texts.remedy(finding) == ""


@given(
    st.sampled_from(sorted(texts.FINDING_CODES)) | st.text(),
    st.lists(st.tuples(st.text(max_size=5) | st.just("upn"), st.text())),
    st.sampled_from([None, *Side]),
    st.none() | st.builds(Correction, st.text(), st.text()),
)
def test_no_finding_makes_the_texts_fail(
    code: str,
    values: list[tuple[str, str]],
    side: Side | None,
    correction: Correction | None,
) -> None:
    finding = Finding(Level.WARN, code, "S!A2", side, tuple(values), correction)
    assert isinstance(texts.remedy(finding), str)
    assert texts.reason(finding) or not code


def test_values_are_never_read_as_sentences() -> None:
    finding = Finding(Level.BLOCK, "UPN_NO_AT", values=(("upn", "{side} {0.__class__}"),))
    assert "{side} {0.__class__}" in texts.reason(finding)


def test_the_first_remedy_is_that_of_what_matters_most() -> None:
    warn = Finding(Level.WARN, "UPN_CASE")
    held = Finding(Level.WARN, "HELD_BACK")
    block = Finding(Level.BLOCK, "UPN_NO_AT")
    formula = Finding(Level.BLOCK, "FORMULA_NO_VALUE")
    assert texts.first_remedy([]) == ""
    assert texts.first_remedy([Finding(Level.PASS, "UPN_CASE")]) == ""
    assert texts.first_remedy([warn, held]) == texts.remedy(held)
    assert texts.first_remedy([warn, held, block]) == texts.remedy(block)
    assert texts.first_remedy([block, formula]) == texts.remedy(formula)


@pytest.mark.parametrize("status", list(MoveStatus))
def test_every_status_has_words_and_a_kind(status: MoveStatus) -> None:
    assert texts.status_label(status)
    assert texts.status_meaning(status).endswith(".")
    assert texts.STATUS_MEANING[status] == texts.status_meaning(status)
    assert texts.status_kind(status) in {"good", "bad", "running", "waiting", "attention"}


def test_only_a_success_looks_good() -> None:
    good = [status for status in MoveStatus if texts.status_kind(status) == "good"]
    assert good == [MoveStatus.SUCCESS]
    assert texts.status_kind(MoveStatus.RESCHEDULED) != "bad"
    assert texts.status_kind(MoveStatus.UNKNOWN) == "attention"


def test_labels_differ() -> None:
    labels = [texts.status_label(status) for status in MoveStatus]
    assert len(set(labels)) == len(labels)
