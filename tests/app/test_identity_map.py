"""The identity map of a workbook: who goes into it, what is left out, and how it compares."""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app import texts
from app.identity_map import (
    GUEST_USER,
    Difference,
    Entry,
    Held,
    WantedMap,
    compare,
    make_map,
)
from app.map_forms import csv_text, delta, look_up_path, read_entry
from app.map_texts import MAP_TEXTS
from app.model import Level, MapKind, Mapping, MapRow

TENANT = "0b0f7bd6-7f0c-4f8e-8f8b-5d3a3f6a9c11"
OTHER = "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"
GROUP = "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c000"


def rows(*pairs: tuple[str, str]) -> list[Mapping]:
    return [Mapping(n, *pair, f"S!A{n}", f"S!B{n}") for n, pair in enumerate(pairs, 2)]


def group(number: int, **more: str) -> MapRow:
    said = {"tenant": "", "address": "", "type": "Security"} | more
    ids = {"source": f"{GROUP}{number}", "target": f"{GROUP[:-1]}1{number}"} | more
    return MapRow(
        MapKind.GROUP,
        said["tenant"],
        ids["source"],
        ids["target"],
        said["address"],
        said["type"],
        f"Groups!A{number}",
        f"Groups!B{number}",
        f"Groups!C{number}",
    )


def listed(source: str, target: str, type_: str, tenant: str = TENANT, mail: str = "") -> MapRow:
    return MapRow(MapKind.USER, tenant, source, target, mail, type_, "M!C1", "M!D1", "M!F1")


def codes(wanted: WantedMap) -> list[str]:
    return [finding.code for finding in wanted.findings]


def test_everybody_goes_in_also_who_is_held_back() -> None:
    held = Mapping(9, "c@old.com", "c@new.com", "S!A9", "S!B9", include=False)
    wanted = make_map([*rows(("a@old.com", "a@new.com")), held])
    assert [(one.source, one.target, one.type, one.address) for one in wanted.entries] == [
        ("a@old.com", "a@new.com", "regularUser", "a@new.com"),
        ("c@old.com", "c@new.com", "regularUser", "c@new.com"),
    ]
    assert not wanted.findings


@pytest.mark.parametrize(
    ("pair", "code", "cell"),
    [
        (("o'neil@old.com", "oneil@new.com"), "MAP_UPN_UNFIT", "S!A2"),
        (("a@old.com", "o'neil@new.com"), "MAP_UPN_UNFIT", "S!B2"),
        (("", "a@new.com"), "MAP_UPN_UNFIT", "S!A2"),
        (("a@old.com ", "a@new.com"), "MAP_UPN_UNFIT", "S!A2"),
        (("-a@old.com", "a@new.com"), "MAP_FORMULA", "S!A2"),
        (("a@old.com", "-a@new.com"), "MAP_FORMULA", "S!B2"),
    ],
)
def test_who_cannot_stand_in_it_is_left_out_and_named(
    pair: tuple[str, str], code: str, cell: str
) -> None:
    wanted = make_map(rows(pair, ("b@old.com", "b@new.com")))
    assert [one.source for one in wanted.entries] == ["b@old.com"]
    assert [(one.level, one.code, one.cell) for one in wanted.findings] == [
        (Level.BLOCK, code, cell)
    ]
    assert wanted.left_out == 1


def test_it_is_one_to_one_on_both_sides() -> None:
    wanted = make_map(
        rows(
            ("a@old.com", "a@new.com"),
            ("A@OLD.com", "a2@new.com"),
            ("b@old.com", "same@new.com"),
            ("c@old.com", "SAME@new.com"),
            ("d@old.com", "d@new.com"),
            ("D@old.com", "D@new.com"),
        )
    )
    assert [one.source for one in wanted.entries] == ["d@old.com"]
    assert codes(wanted) == ["MAP_SOURCE_TWICE"] * 2 + ["MAP_TARGET_TWICE"] * 2
    assert "S!A3" in texts.reason(wanted.findings[0])


def test_a_guest_goes_in_as_one_and_what_is_unknown_is_said() -> None:
    wanted = make_map(rows(("x_y.com#EXT#@old.com", "x_y.com#EXT#@new.com")))
    assert [one.type for one in wanted.entries] == [GUEST_USER]
    [finding] = wanted.findings
    assert (finding.level, finding.code) == (Level.WARN, "MAP_GUEST")
    assert "does not say" in texts.reason(finding)


@pytest.mark.parametrize(
    ("more", "type_", "address"),
    [
        ({"type": "RegularGroup"}, "regularGroup", ""),
        ({"type": "mail-enabled security"}, "regularGroup", ""),
        ({"type": ""}, "regularGroup", ""),
        ({"type": "", "address": "sales"}, "m365Group", "sales"),
        ({"type": "O365Group", "address": "sales"}, "m365Group", "sales"),
        ({"type": "RegularGroup", "address": f"{GROUP}1"}, "regularGroup", ""),
    ],
)
def test_a_group_goes_in_with_its_type(more: dict[str, str], type_: str, address: str) -> None:
    [entry] = make_map([], [group(1, **more)]).entries
    assert (entry.kind, entry.type, entry.address) == (MapKind.GROUP, type_, address)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"source": "Sales"}, "MAP_GROUP_ID"),
        ({"target": ""}, "MAP_GROUP_ID"),
        ({"type": "AdminGroup"}, "MAP_GROUP_TYPE"),
        ({"type": "O365Group"}, "MAP_GROUP_ALIAS"),
        ({"type": "O365Group", "address": "=cmd"}, "MAP_GROUP_ALIAS"),
    ],
)
def test_a_group_that_cannot_stand_in_it_is_left_out(more: dict[str, str], code: str) -> None:
    wanted = make_map([], [group(1, **more)])
    assert not wanted.entries
    assert codes(wanted) == [code]


def test_a_map_in_its_own_form_says_type_address_and_tenant() -> None:
    wanted = make_map(
        rows(("a@old.com", "a@new.com"), ("b@old.com", "b@new.com")),
        [
            listed("a@old.com", "a@new.com", "AdminUser", mail="anna@new.com"),
            listed("b@old.com", "b@new.com", "Member"),
        ],
    )
    assert [(one.type, one.address) for one in wanted.entries] == [
        ("adminUser", "anna@new.com"),
        ("regularUser", "b@new.com"),
    ]
    assert codes(wanted) == ["MAP_MEMBER"]
    assert wanted.tenant == TENANT


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (listed("a@old.com", "a@new.com", "None"), "MAP_USER_TYPE"),
        (listed("a@old.com", "a@new.com", "RegularUser", mail="=cmd|x"), "MAP_ADDRESS"),
        (listed("a@old.com", "a@new.com", "RegularUser", tenant="contoso"), "MAP_TENANT_ID"),
    ],
)
def test_what_such_a_map_says_wrong_is_a_finding(row: MapRow, code: str) -> None:
    assert codes(make_map([], [row])) == [code]


def test_a_second_source_tenant_is_a_finding() -> None:
    extra = [
        listed("a@old.com", "a@new.com", "RegularUser"),
        listed("b@old.com", "b@new.com", "RegularUser", tenant=OTHER),
    ]
    wanted = make_map([], extra)
    assert codes(wanted) == ["MAP_OTHER_TENANT"]


def test_the_digest_changes_with_what_is_uploaded_and_not_with_the_order() -> None:
    one = make_map(rows(("a@old.com", "a@new.com"), ("b@old.com", "b@new.com")))
    same = make_map(rows(("b@old.com", "b@new.com"), ("A@old.com", "a@new.com")))
    other = make_map(rows(("a@old.com", "x@new.com"), ("b@old.com", "b@new.com")))
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_every_finding_has_its_sentences_with_all_their_values() -> None:
    wanted = make_map(
        rows(
            ("o'neil@old.com", "oneil@new.com"),
            ("-a@old.com", "a@new.com"),
            ("x_y.com#EXT#@old.com", "x@new.com"),
            ("t@old.com", "t@new.com"),
            ("T@old.com", "t2@new.com"),
            ("u@old.com", "same@new.com"),
            ("v@old.com", "same@new.com"),
        ),
        [
            group(1, source="Sales"),
            group(2, type="AdminGroup"),
            group(3, type="O365Group"),
            listed("m@old.com", "m@new.com", "Member"),
            listed("n@old.com", "n@new.com", "None"),
            listed("p@old.com", "p@new.com", "RegularUser", mail="="),
            listed("q@old.com", "q@new.com", "RegularUser", tenant=OTHER),
            listed("r@old.com", "r@new.com", "RegularUser", tenant="no id"),
        ],
    )
    assert set(codes(wanted)) == set(MAP_TEXTS) - {"MAP_DROPPED", "MAP_NOT_AS_SENT"}
    for finding in wanted.findings:
        assert "…" not in texts.reason(finding) + texts.remedy(finding), finding.code
        assert texts.finding_title(finding.code) != finding.code


# The difference


def theirs(source: str, target: str, type_: str = "regularUser", mail: str = "") -> Entry:
    return Entry(MapKind.USER, source, target, type_, mail or target, tenant=TENANT)


def test_the_difference_names_what_an_upload_would_do() -> None:
    wanted = make_map(rows(*((f"{n}@old.com", f"{n}@new.com") for n in "abcde")))
    old = Entry(MapKind.USER, "old@old.com", "", "")
    foreign = Entry(MapKind.USER, "gone@old.com", "", "")
    keys = [one.key for one in wanted.entries]
    held = Held(
        {
            keys[0]: None,
            keys[1]: theirs("B@old.com", "B@NEW.com"),
            keys[2]: theirs("c@old.com", "x@new.com"),
            keys[3]: theirs("d@old.com", "d@new.com", "guestUser"),
            old.key: theirs("old@old.com", "old@new.com"),
            foreign.key: None,
        },
        {keys[4]: "busy"},
    )
    lines = compare(wanted, held, TENANT.upper(), [old, foreign, wanted.entries[0]])
    assert [(line.what, line.entry.source, line.why) for line in lines] == [
        (Difference.ADD, "a@old.com", ""),
        (Difference.SAME, "b@old.com", ""),
        (Difference.CHANGE, "c@old.com", ""),
        (Difference.CHANGE, "d@old.com", ""),
        (Difference.UNKNOWN, "e@old.com", "busy"),
        (Difference.REMOVE, "old@old.com", ""),
    ]


def test_another_source_tenant_is_a_difference_and_an_address_that_is_not_told_is_none() -> None:
    wanted = make_map(rows(("a@old.com", "a@new.com")))
    [entry] = wanted.entries
    silent = Entry(MapKind.USER, "a@old.com", "a@new.com", "regularUser", tenant=TENANT)
    assert compare(wanted, Held({entry.key: silent}), TENANT)[0].what is Difference.SAME
    assert compare(wanted, Held({entry.key: silent}), OTHER)[0].what is Difference.CHANGE


# The two forms


def contract(name: str) -> Draft202012Validator:
    file = importlib.resources.files("resources") / "contract" / "requests.schema.json"
    whole = json.loads(file.read_text("utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]})


def test_what_is_sent_keeps_to_the_contract() -> None:
    users = make_map(rows(*((f"p{n}@old.com", f"p{n}@new.com") for n in range(40)))).entries
    groups = make_map([], [group(1), group(2, type="O365Group", address="sales")]).entries
    assert not list(contract("userMappings").iter_errors(delta(users, users[:10], TENANT)))
    assert not list(contract("groupMappings").iter_errors(delta(groups, groups, TENANT)))


def test_what_was_sent_is_read_as_it_was() -> None:
    extra = [group(1), group(2, type="O365Group", address="sales")]
    for entry in make_map(rows(("a@old.com", "a@new.com")), extra).entries:
        sent: Any = delta([entry], [], TENANT)["value"]
        read = read_entry(entry.kind, sent[0])
        assert (read.source, read.target, read.type, read.address, read.tenant) == (
            entry.source,
            entry.target,
            entry.type,
            entry.address,
            TENANT,
        )


def test_a_key_is_written_as_odata_asks() -> None:
    path = look_up_path(MapKind.USER, "o'n#il@old.com")
    assert path.endswith("UserMappings(sourceUserPrincipalName='o%27%27n%23il%40old.com')")
    path = look_up_path(MapKind.GROUP, f"{GROUP}1")
    assert path.endswith(f"GroupMappings(sourceGroupObjectId='{GROUP}1')")


def test_the_file_for_the_shell_has_six_columns_and_no_header() -> None:
    extra = [group(1), group(2, type="O365Group", address="sales")]
    pairs = (("a@old.com", "a@new.com"), ("x_y.com#EXT#@old.com", "x@new.com"))
    text = csv_text(make_map(rows(*pairs), extra).entries, TENANT)
    assert text.splitlines() == [
        f"User,{TENANT},a@old.com,a@new.com,a@new.com,RegularUser",
        f"User,{TENANT},x_y.com#EXT#@old.com,x@new.com,x@new.com,GuestUser",
        f"Group,{TENANT},{GROUP}1,{GROUP[:-1]}11,{GROUP[:-1]}11,RegularGroup",
        f"Group,{TENANT},{GROUP}2,{GROUP[:-1]}12,sales,O365Group",
    ]
    assert not text.startswith("\ufeff")


CELL = st.text(alphabet=string.ascii_letters + string.digits + "@.=+-'#,;\"\t\r\n !_", max_size=20)


@given(st.lists(st.tuples(CELL, CELL), max_size=5), CELL, CELL, CELL)
def test_no_cell_of_the_file_is_ever_a_formula(
    pairs: list[tuple[str, str]], mail: str, alias: str, type_: str
) -> None:
    extra = [
        listed("z@old.com", "z@new.com", "RegularUser", mail=mail),
        group(1, address=alias, type=type_),
        group(2, address=alias, type="O365Group"),
        *(listed(*pair, type_, mail=mail) for pair in pairs),
    ]
    wanted = make_map(rows(*pairs), extra)
    for line in csv.reader(io.StringIO(csv_text(wanted.entries, TENANT), newline="")):
        assert len(line) == 6
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in line)
