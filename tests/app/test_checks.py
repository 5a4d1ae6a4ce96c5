"""What is said of rows against each other, of the columns, and of the hosts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import checks
from app.events import CheckedRow
from app.model import Finding, Level, Mapping, Side

A, B, C, D = "anna@old.com", "ben@old.com", "anna@new.com", "ben@new.com"


def mapping(
    row: int, source: str, target: str, *, include: bool = True, batch: str = ""
) -> Mapping:
    return Mapping(row, source, target, f"Mapping!A{row}", f"Mapping!B{row}", batch, include)


def table(*pairs: tuple[str, str]) -> tuple[Mapping, ...]:
    return tuple(mapping(row, *pair) for row, pair in enumerate(pairs, start=2))


def check(*pairs: tuple[str, str]) -> tuple[CheckedRow, ...]:
    return checks.check_list(table(*pairs))[0]


def codes(rows: Sequence[CheckedRow]) -> list[list[str]]:
    return [[finding.code for finding in row.findings] for row in rows]


def said(row: CheckedRow, code: str) -> dict[str, str]:
    (finding,) = (finding for finding in row.findings if finding.code == code)
    return dict(finding.values)


def on_list(*pairs: tuple[str, str]) -> list[Finding]:
    return list(checks.check_list(table(*pairs))[1])


def test_a_good_list_has_no_finding() -> None:
    rows, findings = checks.check_list(table((A, C), (B, D)))
    assert codes(rows) == [[], []]
    assert findings == ()


def test_an_empty_list_is_no_error() -> None:
    assert checks.check_list(()) == ((), ())


def test_one_source_to_two_targets_blocks_both_rows_and_names_the_other() -> None:
    rows = check((A, C), (A.upper().replace("OLD.COM", "old.com"), D))
    assert codes(rows) == [["DUPLICATE_SOURCE"], ["DUPLICATE_SOURCE"]]
    assert said(rows[0], "DUPLICATE_SOURCE")["rows"] == "3"
    assert said(rows[1], "DUPLICATE_SOURCE")["rows"] == "2"
    assert not any(checks.is_startable(row) for row in rows)
    assert rows[1].findings[0].cell == "Mapping!A3"


def test_two_sources_to_one_target_block_both_rows() -> None:
    rows = check((A, C), (B, "Anna@new.com"))
    assert codes(rows) == [["DUPLICATE_TARGET"], ["DUPLICATE_TARGET"]]
    assert rows[0].findings[0].cell == "Mapping!B2"
    assert rows[0].findings[0].side is Side.TARGET
    assert said(rows[0], "DUPLICATE_TARGET")["rows"] == "3"


def test_the_same_pair_twice_is_told_as_such() -> None:
    rows = check((A, C), (B, D), (A, C))
    assert codes(rows) == [["SAME_PAIR"], [], ["SAME_PAIR"]]
    assert said(rows[2], "SAME_PAIR")["rows"] == "2"
    assert not checks.is_startable(rows[0])


def test_a_pair_twice_and_another_target_gives_both_findings() -> None:
    rows = check((A, C), (A, C), (A, D))
    assert codes(rows) == [
        ["SAME_PAIR", "DUPLICATE_SOURCE"],
        ["SAME_PAIR", "DUPLICATE_SOURCE"],
        ["DUPLICATE_SOURCE"],
    ]
    assert said(rows[2], "DUPLICATE_SOURCE")["rows"] == "2 and 3"


@pytest.mark.parametrize("slip", ["\u00a0", " ", "\u200b", "\r\n"])
def test_a_stray_character_hides_no_duplicate(slip: str) -> None:
    rows = check((A, C), (A + slip, D))
    assert "DUPLICATE_SOURCE" in codes(rows)[0]
    assert "DUPLICATE_SOURCE" in codes(rows)[1]


def test_many_other_rows_are_counted_and_not_all_named() -> None:
    rows = check(*((f"user{number}@old.com", C) for number in range(20)))
    assert said(rows[0], "DUPLICATE_TARGET")["rows"] == "3, 4, 5, 6, 7, 8 and 13 more"


def test_a_row_held_back_is_not_started_and_is_nobodys_duplicate() -> None:
    rows, _ = checks.check_list([mapping(2, A, C), mapping(3, A, C, include=False)])
    assert codes(rows) == [[], ["HELD_BACK"]]
    assert [checks.is_startable(row) for row in rows] == [True, False]
    assert checks.worst(rows[1].findings) is Level.WARN
    assert not checks.is_blocked(rows[1].findings)


def test_half_a_row_tells_which_half_is_missing() -> None:
    rows = check((A, ""), ("\u00a0", D), ("", ""))
    assert codes(rows) == [
        ["HALF_ROW"],
        ["HALF_ROW"],
        ["UPN_EMPTY_SOURCE", "UPN_EMPTY_TARGET"],
    ]
    assert rows[0].findings[0].side is Side.TARGET
    assert rows[0].findings[0].cell == "Mapping!B2"
    assert said(rows[0], "HALF_ROW")["other"] == A
    assert rows[1].findings[0].side is Side.SOURCE


def test_empty_cells_are_no_duplicates_of_each_other() -> None:
    assert codes(check((A, ""), (B, ""))) == [["HALF_ROW"], ["HALF_ROW"]]


def test_a_move_to_itself_is_blocked() -> None:
    (row,) = check((A, "Anna@old.com"))
    assert [finding.code for finding in row.findings] == ["SOURCE_IS_TARGET"]
    assert row.findings[0].level is Level.BLOCK


def test_a_chain_is_worth_a_warning() -> None:
    rows = check((A, B), (B, D))
    assert codes(rows)[0] == ["TARGET_IS_ALSO_SOURCE"]
    assert said(rows[0], "TARGET_IS_ALSO_SOURCE")["rows"] == "3"
    assert checks.is_startable(rows[0])


def test_targets_with_one_address_are_worth_a_warning() -> None:
    rows = check((A, "a.b@new.com"), (B, "a_b@new.com"), ("c@old.com", "c@new.com"))
    assert codes(rows) == [["URL_COLLISION"], ["URL_COLLISION"], []]
    assert said(rows[0], "URL_COLLISION")["rows"] == "3"
    assert rows[0].findings[0].level is Level.WARN
    assert codes(check((A, "a-b@new.com"), (B, "a_b@new.com"))) == [["URL_COLLISION"]] * 2


def test_the_few_rows_with_another_domain_are_marked() -> None:
    pairs = [(f"user{n}@old.com", f"user{n}@new.com") for n in range(9)]
    rows, findings = checks.check_list(table(*pairs, ("x@odl.com", "x@new.com")))
    assert codes(rows) == [[]] * 9 + [["MIXED_DOMAIN"]]
    expected = {"upn": "x@odl.com", "domain": "odl.com", "expected": "old.com", "count": "9"}
    assert said(rows[9], "MIXED_DOMAIN") == expected
    assert rows[9].findings[0].cell == "Mapping!A11"
    assert checks.is_startable(rows[9])
    assert findings == ()


def test_several_usual_domains_are_told_once_for_the_column() -> None:
    pairs = [(f"user{n}@{'old.com' if n % 2 else 'old.org'}", f"user{n}@new.com") for n in range(6)]
    rows, findings = checks.check_list(table(*pairs))
    assert codes(rows) == [[]] * 6
    (finding,) = findings
    assert (finding.code, finding.side) == ("SEVERAL_DOMAINS", Side.SOURCE)
    assert dict(finding.values)["domains"] == "old.org (3) and old.com (3)"


def test_a_domain_on_both_sides_is_told_once() -> None:
    findings = on_list((A, C), ("cara@new.com", D))
    both = [finding for finding in findings if finding.code == "SAME_DOMAIN_BOTH_SIDES"]
    assert [dict(finding.values)["domains"] for finding in both] == ["new.com"]
    assert both[0].level is Level.WARN


def test_the_gravest_finding_comes_first() -> None:
    row = mapping(2, "a!b@old.com", "o'b@new.com", include=False)
    ((checked,), _) = checks.check_list([row])
    assert [finding.code for finding in checked.findings] == [
        "UPN_APOSTROPHE",
        "HELD_BACK",
        "UPN_SPECIAL_WARN",
    ]


def test_the_worst_level_is_ordered() -> None:
    def finding(level: Level) -> Finding:
        return Finding(level, "X")

    order = [Level.PASS, Level.WARN, Level.UNKNOWN, Level.BLOCK]
    assert checks.worst(()) is Level.PASS
    for lower, higher in pairwise(order):
        assert checks.worst([finding(higher), finding(lower)]) is higher
        assert checks.worst([finding(lower), finding(higher)]) is higher
    assert not checks.is_blocked([finding(Level.UNKNOWN)])
    assert checks.is_blocked([finding(Level.WARN), finding(Level.BLOCK)])


def test_only_accepted_cells_are_corrected() -> None:
    rows = table((A + " ", "“" + C + "”"), (B + "\u00a0", D))
    corrected = checks.apply_corrections(rows, frozenset({"Mapping!A2", "Mapping!B3"}))
    assert corrected[0] == mapping(2, A, "“" + C + "”")
    assert corrected[1] == rows[1]
    assert checks.apply_corrections(rows, frozenset()) == rows


def test_corrected_rows_check_clean() -> None:
    rows = table((A + "\u00a0", "mailto:Anna@NEW.com"), (" " + B, D))
    offered = {f.cell for row in checks.check_list(rows)[0] for f in row.findings if f.correction}
    assert offered == {"Mapping!A2", "Mapping!B2", "Mapping!A3"}
    assert codes(checks.check_list(checks.apply_corrections(rows, frozenset(offered)))[0]) == [
        [],
        [],
    ]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.booleans()), max_size=12))
def test_any_list_can_be_checked(parts: list[tuple[str, str, bool]]) -> None:
    rows = [
        mapping(number, source, target, include=include)
        for number, (source, target, include) in enumerate(parts, start=2)
    ]
    checked, _ = checks.check_list(rows)
    assert [row.mapping for row in checked] == rows
    keys = [row.mapping.key for row in checked if checks.is_startable(row)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("kind", ["good", "one target", "one source", "one pair", "one odd pair"])
def test_the_time_grows_with_the_rows_and_not_with_their_square(kind: str) -> None:
    def pair(number: int) -> tuple[str, str]:
        source, target = f"user{number}@old.com", f"user{number}@new.com"
        return {
            "good": (source, target),
            "one target": (source, C),
            "one source": (A, target),
            "one pair": (A, C),
            "one odd pair": (A, D if number == 0 else C),
        }[kind]

    rows = table(*(pair(number) for number in range(20_000)))
    begin = time.process_time()
    checked, _ = checks.check_list(rows)
    took = time.process_time() - begin
    assert len(checked) == 20_000
    # A square would take minutes; this leaves a slow machine room.
    assert took < 10


# Hosts

OLD, NEW = "https://contoso-my.sharepoint.com", "https://northwind-my.sharepoint.com/"


def host_codes(text: str) -> list[str]:
    return [finding.code for finding in checks.check_hosts(text, NEW)]


def test_two_good_hosts_have_no_finding() -> None:
    assert checks.check_hosts(OLD, NEW) == ()
    assert checks.check_hosts("https://contosoEUR-my.sharepoint.com/", NEW) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "HOST_EMPTY"),
        ("  ", "HOST_EMPTY"),
        ("http://contoso-my.sharepoint.com", "HOST_NOT_HTTPS"),
        ("contoso-my.sharepoint.com", "HOST_NOT_HTTPS"),
        ("https://contoso-admin.sharepoint.com", "HOST_ADMIN"),
        ("https://contoso.sharepoint.com", "HOST_NOT_ONEDRIVE"),
        ("https://contoso-my.example.com", "HOST_NOT_SHAREPOINT"),
        ("https://contoso-my.sharepoint.com.example.com", "HOST_NOT_SHAREPOINT"),
        ("https://contoso-my.sharepoint.com/personal/anna", "HOST_PATH"),
        ("https://contoso-my.sharepoint.com//", "HOST_PATH"),
        ("https://contoso-my.sharepoint.com/?x=1", "HOST_PATH"),
        ("https://contoso-my.sharepoint.com:8443", "HOST_SHAPE"),
        ("https://anna@contoso-my.sharepoint.com", "HOST_SHAPE"),
        ("https://a.contoso-my.sharepoint.com", "HOST_SHAPE"),
        ("https://-my.sharepoint.com", "HOST_SHAPE"),
        (" https://contoso-my.sharepoint.com", "HOST_SHAPE"),
        ("https://[contoso", "HOST_SHAPE"),
        ("https://contoso-my.sharepoint.com:port", "HOST_SHAPE"),
    ],
)
def test_a_wrong_host_is_blocked_with_its_reason(text: str, code: str) -> None:
    assert host_codes(text) == [code]
    (finding,) = checks.check_hosts(text, NEW)
    assert (finding.level, finding.side) == (Level.BLOCK, Side.SOURCE)
    assert finding.correction is None


@pytest.mark.parametrize(
    ("host", "cloud"),
    [
        ("https://contoso-my.sharepoint.us", "GCC High"),
        ("https://contoso-my.sharepoint-mil.us", "DoD"),
        ("https://contoso-my.sharepoint.cn", "China"),
        ("https://contoso-my.sharepoint.de", "Germany"),
        ("https://contoso-my.sharepoint.sovcloud.fr", "Bleu or Delos"),
        ("https://contoso-my.sovcloud-sharepoint.de", "Bleu or Delos"),
    ],
)
def test_another_cloud_is_refused_by_name(host: str, cloud: str) -> None:
    (finding,) = checks.check_hosts(OLD, host)
    assert (finding.code, finding.side) == ("HOST_OTHER_CLOUD", Side.TARGET)
    assert cloud in dict(finding.values)["cloud"]


def test_the_same_tenant_on_both_sides_is_refused() -> None:
    findings = checks.check_hosts(OLD, OLD.replace("contoso", "Contoso") + "/")
    assert [finding.code for finding in findings] == ["HOST_SAME"]


@given(st.text(), st.text())
def test_any_host_text_can_be_checked(source: str, target: str) -> None:
    assert checks.is_blocked(checks.check_hosts(source, target))
